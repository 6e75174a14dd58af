//! Rules: how they are written, checked, and handed to the engine.
//!
//! `syntax` reads the TOML, `lint` judges it (with `nfa` and `prove` for the anchors, `template` for the
//! examples; `glance` sees how matches begin), `parse` joins them. These files and `rule` are shared with the build script, which turns
//! `patterns/*.toml` into the static data of `builtin`.

mod builtin;
pub mod by_name;
pub mod example;
mod glance;
mod lint;
mod nfa;
pub mod parse;
mod problem;
mod prove;
mod rule;
mod set;
mod shape;
mod syntax;
pub mod template;

pub use builtin::BY_NAME;
pub use glance::{Glance, Step};
pub(crate) use nfa::last_group;
pub use parse::{Author, MAX_FILE};
pub use problem::{Problem, RuleErrors};
pub use rule::{Anchor, Boundary, CONTEXT, Extend, Kind, LONG_REACH, Rule, SHORT_REACH, Text};
pub use set::{MOST as MOST_RULES, NotAdded, RuleSet};

/// Parses and lints a user's rule file. `file_name` is what errors call it.
///
/// # Errors
/// Everything that is wrong with it, each with line and column.
pub fn load(text: &str, file_name: &str) -> Result<Vec<Rule>, RuleErrors> {
    let placed = parse::parse(text, file_name, Author::User)?;
    Ok(placed.into_iter().map(|(rule, _)| rule).collect())
}
