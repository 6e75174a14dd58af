//! What a command has to say when it is done: the input of every output format.

use super::{Coverage, Finding, Fingerprint, Origin, Place, Secret, Severity};

/// What people need to know of a rule to act on its finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleInfo {
    /// The rule's id, e.g. `github-pat-classic`.
    pub id: String,
    /// What it finds, e.g. `GitHub personal access token (classic)`.
    pub title: String,
    /// Whose credential it is, e.g. `github`.
    pub provider: String,
    /// What it would open.
    pub severity: Severity,
    /// How to revoke it, in a sentence.
    pub revoke: String,
    /// Where to revoke it, or empty.
    pub revoke_url: String,
}

/// Why a finding does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AllowReason {
    /// A marker on (or beside) the line; holds the marker, e.g. `portcullis:allow`, and any reason given.
    Inline {
        /// The marker as known to us.
        marker: &'static str,
        /// The words after it; empty where none were given.
        reason: String,
    },
    /// A line of the baseline file.
    Baseline {
        /// Line number in the baseline, from 1.
        line: u64,
        /// The entry's comment; empty where none was given.
        reason: String,
    },
    /// An entry of a configuration file.
    Config {
        /// File and line, e.g. `.portcullis.toml:12`.
        entry: String,
        /// The entry's reason.
        reason: String,
    },
}

/// An allow of the project's configuration that no finding needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedAllow {
    /// File and line, e.g. `.portcullis.toml:12`.
    pub entry: String,
    /// The entry's reason.
    pub reason: String,
}

/// What policy decided about a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts: the gate blocks, `scan` exits 1.
    Block,
    /// Below the confidence asked for: counted, not shown.
    BelowThreshold,
    /// Somebody allowed it.
    Allowed(AllowReason),
}

/// A finding with all that is known about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What the engine found.
    pub finding: Finding,
    /// The rule, for people.
    pub rule: RuleInfo,
    /// Which object.
    pub origin: Origin,
    /// Where in it.
    pub place: Place,
    /// The first column and the column past the last, from 1, in characters as a viewer shows them; `None` where they are
    /// not known. (`place` counts bytes.)
    pub columns: Option<(u64, u64)>,
    /// Its identity across lines, files and commits.
    pub fingerprint: Fingerprint,
    /// What policy decided.
    pub verdict: Verdict,
}

/// A finished run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The command that was run, e.g. `scan`.
    pub command: &'static str,
    /// All findings in order of origin, then of place.
    pub items: Vec<Item>,
    /// What was looked at, and what could not be.
    pub coverage: Coverage,
    /// How many more findings are known only to be below the threshold.
    pub below: u64,
    /// What stands in names of files and directories and is a credential, as it stands there: no path may show it.
    pub names: Vec<Secret>,
    /// Allows that nothing needed, where the whole project was looked at.
    pub unused_allows: Vec<UnusedAllow>,
}

impl Report {
    /// The findings that count.
    pub fn blocking(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.verdict == Verdict::Block)
    }

    /// How many findings are below the threshold.
    #[must_use]
    pub fn below_threshold(&self) -> u64 {
        self.below + self.items.iter().filter(|item| item.verdict == Verdict::BelowThreshold).count() as u64
    }
}
