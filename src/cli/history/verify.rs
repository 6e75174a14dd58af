//! `--verify-clean`: whether any object still holds what should be gone.

use std::fs;
use std::path::Path;

use crate::cli::failure::{Failure, Shown};
use crate::guard::history::Replacements;
use crate::model::history::History;
use crate::policy::{Key, Policy, Wanted};
use crate::rules::RuleSet;

/// Reads the list.
///
/// # Errors
/// If it cannot be read, or could prove nothing.
pub(super) fn list(file: &Path, key: &Key, rules: &RuleSet) -> Result<Wanted, Failure> {
    let shown = file.shown();
    let bytes =
        fs::read(file).map_err(|error| Failure::because(format_args!("cannot read the list `{shown}`"), &error))?;
    Wanted::parse(&bytes, key, |rule| rules.find(rule).is_some()).map_err(|error| {
        Failure::because(format_args!("the list `{shown}` proves nothing"), &error)
            .hint("give the same --key-file and --rules as when the fingerprints were made")
    })
}

/// Reads the texts that a rewrite was to replace.
///
/// # Errors
/// If the file cannot be read, or could prove nothing.
pub(super) fn replacements(file: &Path) -> Result<Replacements, Failure> {
    let shown = file.display();
    let bytes = fs::read(file)
        .map_err(|error| Failure::because(format_args!("cannot read the replacements `{shown}`"), &error))?;
    Replacements::parse(&bytes).map_err(|error| {
        Failure::because(format_args!("the replacements `{shown}` prove nothing"), &error)
            .hint("give the `expressions.txt` of a rewrite plan, without lines of another making")
    })
}

/// What is looked for counts, whoever allowed it and however unsure it looks.
pub(super) fn policy(key: Key) -> Policy {
    Policy { threshold: crate::model::Confidence::Low, inline: false, key, ..Policy::default() }
}

/// Leaves what is on the list.
pub(super) fn only(history: &mut History, list: &Wanted, key: &Key) {
    history.lives.retain(|life| list.holds(key, &life.rule.id, &life.finding.secret).is_some());
    history.below_threshold = 0;
}
