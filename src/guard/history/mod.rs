//! The history gate: every credential that any object of a repository ever held.

pub mod objects;

pub use objects::{Found, ObjectFindings, Options, scan_objects};
