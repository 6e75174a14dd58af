//! Where bytes come from. Knows nothing of rules.

pub mod file;
pub mod stdin;
pub mod worktree;
