//! A list of credentials that must be gone, by fingerprint.
//!
//! Its lines are those of a baseline. Under another key than theirs none of the fingerprints could ever be met, and
//! everything would look clean.

use super::{Baseline, BaselineError, Key, fingerprint};
use crate::model::{Fingerprint, Secret};

/// Why a list proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WantedError {
    /// A line cannot be read.
    #[error(transparent)]
    Line(#[from] BaselineError),
    /// Nothing is on it.
    #[error("it names no credential")]
    Empty,
    /// Its fingerprints were made by another key.
    #[error("its fingerprints were made with another key")]
    OtherKey,
    /// A rule it names is not there, so that what the rule found would not be found.
    #[error("the rule `{0}`, which found one of them, is not among the rules")]
    NoRule(String),
}

/// Credentials that must be gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    list: Baseline,
    rules: Vec<String>,
}

impl Wanted {
    /// Reads a list, whose fingerprints must be of `key` and whose rules must be among those that `is_rule` knows.
    ///
    /// # Errors
    /// If a line makes no sense, or the list could prove nothing.
    pub fn parse(bytes: &[u8], key: &Key, is_rule: impl Fn(&str) -> bool) -> Result<Self, WantedError> {
        let list = Baseline::parse(bytes)?;
        if !list.is_of(key) {
            return Err(WantedError::OtherKey);
        }
        let mut rules: Vec<String> = list.entries().iter().filter_map(|entry| entry.rule.clone()).collect();
        rules.sort_unstable();
        rules.dedup();
        if let Some(unknown) = rules.iter().find(|rule| !is_rule(rule)) {
            return Err(WantedError::NoRule(unknown.clone()));
        }
        if list.entries().is_empty() { Err(WantedError::Empty) } else { Ok(Self { list, rules }) }
    }

    /// How many credentials are on it.
    #[must_use]
    pub fn len(&self) -> usize {
        let mut all: Vec<Fingerprint> = self.list.entries().iter().map(|entry| entry.fingerprint).collect();
        all.dedup();
        all.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.entries().is_empty()
    }

    /// The fingerprint on the list by which a credential that `found_by` found stands there. Where the text around
    /// it has changed, another rule may find what one of the list's rules once did: it is the same credential.
    #[must_use]
    pub fn holds(&self, key: &Key, found_by: &str, secret: &Secret) -> Option<Fingerprint> {
        let rules = self.rules.iter().map(String::as_str).chain([found_by]);
        let mut prints = rules.map(|rule| (rule, fingerprint(key, rule, secret)));
        prints.find(|(rule, print)| self.list.lookup(*print, rule).is_some()).map(|(_, print)| print)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Wanted, WantedError> {
        Wanted::parse(text.as_bytes(), &Key::unkeyed(), |rule| rule == "a-rule" || rule == "b-rule")
    }

    #[test]
    fn a_list_that_could_prove_nothing_is_refused() {
        let print = "0123456789abcdef0123456789abcdef";
        assert_eq!(parse("# nothing\n"), Err(WantedError::Empty));
        assert_eq!(parse(&format!("{print} c-rule\n")), Err(WantedError::NoRule("c-rule".into())));
        let other = Baseline::key_line(&Key::from_bytes([7; 32]));
        assert_eq!(parse(&format!("{other}\n{print}\n")), Err(WantedError::OtherKey));
        assert!(matches!(parse("what is this"), Err(WantedError::Line(_))));
        let own = Baseline::key_line(&Key::unkeyed());
        assert_eq!(parse(&format!("{own}\n{print} a-rule\n{print}\n")).map(|list| list.len()), Ok(1));
    }

    #[test]
    fn another_rule_finds_the_same_credential() {
        let (key, secret) = (Key::unkeyed(), Secret::new(b"some credential"));
        let list = parse(&format!("{} a-rule\n", fingerprint(&key, "a-rule", &secret))).unwrap();
        assert!(list.holds(&key, "a-rule", &secret).is_some());
        assert!(list.holds(&key, "b-rule", &secret).is_some());
        assert_eq!(list.holds(&key, "a-rule", &Secret::new(b"another")), None);
    }
}
