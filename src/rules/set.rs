//! The rules an engine runs: the built-in ones and a user's.

use std::borrow::Cow;

use super::Rule;
use crate::model::RuleIx;

/// Most rules of a set: the engine's tables count in 16 bits.
pub const MOST: usize = 10_000;

/// Why rules cannot be added to a set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdded {
    /// Two rules have one id.
    #[error("the rule id `{0}` is taken already")]
    Duplicate(String),
    /// There are more than [`MOST`] then.
    #[error("there are more than {MOST} rules then")]
    TooMany,
}

/// An ordered set of rules with unique ids. A rule's place in it is its [`RuleIx`].
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    rules: Cow<'static, [Rule]>,
    /// How many of the first ones are the built-in rules: all of them, or none.
    builtin: usize,
}

impl RuleSet {
    /// A set of these rules. Ids are the caller's care (the parser's lint holds them unique).
    #[must_use]
    pub fn new(rules: impl Into<Cow<'static, [Rule]>>) -> Self {
        Self { rules: rules.into(), builtin: 0 }
    }

    /// The built-in rules. Borrowed static data: costs nothing.
    #[must_use]
    pub fn builtin() -> Self {
        Self { rules: Cow::Borrowed(&super::builtin::BUILTIN), builtin: super::builtin::BUILTIN.len() }
    }

    /// How many of the first rules are the built-in ones: all of these, or none.
    #[must_use]
    pub fn builtin_count(&self) -> usize {
        self.builtin
    }

    /// This set with a user's rules after its own, so that the indices of the old ones stay.
    ///
    /// # Errors
    /// If an id is in the set already, or there are too many.
    pub fn with_user(self, rules: Vec<Rule>) -> Result<Self, NotAdded> {
        if rules.is_empty() {
            return Ok(self);
        }
        if self.rules.len() + rules.len() > MOST {
            return Err(NotAdded::TooMany);
        }
        let Self { rules: all, builtin } = self;
        let mut all = all.into_owned();
        for rule in rules {
            if all.iter().any(|other| other.id == rule.id) {
                return Err(NotAdded::Duplicate(rule.id.into_owned()));
            }
            all.push(rule);
        }
        Ok(Self { rules: Cow::Owned(all), builtin })
    }

    /// The rule at that index.
    ///
    /// # Panics
    /// If the index is not of this set.
    #[must_use]
    pub fn get(&self, ix: RuleIx) -> &Rule {
        &self.rules[ix.0 as usize]
    }

    /// All rules, in order.
    #[must_use]
    pub fn as_slice(&self) -> &[Rule] {
        &self.rules
    }

    /// The rule with that id and its index.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<(RuleIx, &Rule)> {
        let at = self.rules.iter().position(|rule| rule.id == id)?;
        Some((RuleIx(u32::try_from(at).ok()?), &self.rules[at]))
    }
}
