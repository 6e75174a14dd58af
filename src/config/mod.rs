//! Configuration: what an admin says about the gates of a server, what a host says of a push, and what a user and a
//! project say of the gates on a developer's machine.

pub mod foreign;
pub mod host;
pub mod local;
mod read;
pub mod server;
pub mod shape;

pub use read::{ConfigErrors, Problem};
