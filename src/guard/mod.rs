//! The gates as functions: each joins a source, the engine and a policy, and gives a report.

mod ansi;
mod columns;
pub mod commit_msg;
pub mod feed;
pub mod history;
mod log;
mod names;
pub mod pipeline;
pub mod place;
pub mod precommit;
pub mod receive;
pub mod redact;
pub mod scan;
mod segments;
pub mod stats;
pub mod watch;
