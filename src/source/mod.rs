//! Where bytes come from. Knows nothing of rules.

pub mod message;
pub mod staged;
