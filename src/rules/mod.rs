//! Rules: how they are written, checked, and handed to the engine.

mod rule;
mod set;

pub use rule::{Anchor, Boundary, CONTEXT, Extend, Kind, LONG_REACH, Rule, SHORT_REACH, Text};
pub use set::RuleSet;
