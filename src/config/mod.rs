//! Configuration: what an admin says about the gates of a server, and what a host says about a push.

pub mod host;
pub mod server;
