//! Where bytes come from. Knows nothing of rules.

pub mod file;
pub mod message;
pub mod staged;
pub mod stdin;
pub mod worktree;
