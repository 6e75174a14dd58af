//! What a user and a project say of the gates on a developer's machine. The reference is docs/configuration.md.

pub mod edit;
mod keys;
mod merge;
mod read;

use std::collections::BTreeMap;
use std::fmt;

pub use keys::{PROJECT, USER};
pub use merge::{Flags, Merged, RuleMerged, merge};
pub use read::{Checks, parse};

use crate::model::{Confidence, Day, Fingerprint, Severity};

/// Whose file it is. A later one goes before an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Owner {
    /// The user's own.
    User,
    /// The one that came with the repository.
    Project,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody said anything.
    Default,
    /// The command line.
    Flag,
    /// A file, and the line in it, from 1.
    File(Owner, usize),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::Flag => f.write_str("command line"),
            Self::File(Owner::User, line) => write!(f, "user's file, line {line}"),
            Self::File(Owner::Project, line) => write!(f, "project's file, line {line}"),
        }
    }
}

/// A value and its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting<T> {
    /// The value.
    pub value: T,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// What is said of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleSay {
    /// Whether its findings do not count.
    pub disabled: Option<Setting<bool>>,
    /// What its credentials would open.
    pub severity: Option<Setting<Severity>>,
    /// Its findings count from that confidence on.
    pub min_confidence: Option<Setting<Confidence>>,
    /// Why; may be empty.
    pub reason: String,
}

/// An allow: it holds for a finding that fits one of each list that is not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Line in the file, from 1.
    pub line: usize,
    /// Globs of paths, from the top of the work tree.
    pub paths: Vec<String>,
    /// Rule ids.
    pub rules: Vec<Setting<String>>,
    /// Regexes on the credential.
    pub secrets: Vec<String>,
    /// Fingerprints.
    pub fingerprints: Vec<Fingerprint>,
    /// Why.
    pub reason: String,
    /// The last day on which it holds.
    pub expires: Option<Day>,
}

/// A file, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Local {
    /// Findings count from that confidence on.
    pub min_confidence: Option<Setting<Confidence>>,
    /// Whether allows beside a credential are honoured.
    pub inline_allows: Option<Setting<bool>>,
    /// Whether a project's own files may loosen anything; only a user says so.
    pub trust_project: Option<Setting<bool>>,
    /// Rule files, relative to the file's directory.
    pub rules: Vec<Setting<String>>,
    /// What is said of rules, by id.
    pub rule: BTreeMap<String, (Setting<()>, RuleSay)>,
    /// Allows, in order.
    pub allows: Vec<Allow>,
}

impl Local {
    /// The rule ids it speaks of, with their places.
    pub fn rule_ids(&self) -> impl Iterator<Item = (&str, usize, usize)> {
        let says = self.rule.iter().map(|(id, (at, _))| (id.as_str(), at.line, at.column));
        let allows = self.allows.iter().flat_map(|allow| &allow.rules);
        says.chain(allows.map(|rule| (rule.value.as_str(), rule.line, rule.column)))
    }
}
