//! Finds credentials in bytes: prefilter, window, confirm, decode, score.
//!
//! The engine is immutable and shared; what changes while scanning is in a [`Scratch`], one for each thread.
//! It touches no file, clock, environment or terminal, and knows nothing of paths or allow-lists.
//!
//! The contract is locality: whether a rule finds something at an anchor depends only on the bytes within
//! [`OVERLAP`] of it. So any object can be scanned in overlapping chunks, in any order, on any number of
//! threads, with the same findings.

mod anchored;
mod boundary;
mod compiled;
mod confirm;
pub mod delta;
pub mod extend;
mod glance;
pub mod prefilter;
mod resolve;
pub mod stats;
mod text;

use std::ops::Range;

use compiled::Regexes;
pub use compiled::is_too_large;
pub use confirm::Scratch;
use prefilter::Prefilter;
use text::Text;

use crate::model::Finding;
use crate::rules::{Rule, RuleSet};

/// Bytes that a chunk must overlap its neighbours by, so that every window is whole.
pub const OVERLAP: usize = 64 * 1024;

/// A compiled rule set. Immutable, shared between threads.
#[derive(Debug)]
pub struct Engine {
    rules: RuleSet,
    prefilter: Prefilter,
    regexes: Regexes,
    /// Indexes of the rules that are bound to file names.
    named: Vec<usize>,
}

impl Engine {
    /// The engine of a rule set. Only the prefilter's tables of rules that are not built in are computed; a regex
    /// is compiled when its anchor is first hit.
    #[must_use]
    pub fn new(rules: RuleSet) -> Self {
        let prefilter = Prefilter::new(&rules);
        let regexes = Regexes::new(rules.as_slice().len());
        let bound = |(ix, rule): (usize, &Rule)| (!rule.files.is_empty()).then_some(ix);
        let named = rules.as_slice().iter().enumerate().filter_map(bound).collect();
        Self { rules, prefilter, regexes, named }
    }

    /// The engine of the built-in rules.
    #[must_use]
    pub fn builtin() -> Self {
        Self::new(RuleSet::builtin())
    }

    /// What tells this engine from any other that might find something else: the code, and the rules added to it.
    #[must_use]
    pub fn print(&self) -> String {
        let own = self.rules.as_slice().get(self.rules.builtin_count()..).unwrap_or_default();
        format!("{} {} {own:?}", env!("CARGO_PKG_VERSION"), env!("PORTCULLIS_FINDERS"))
    }

    /// The rules it runs.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Scans a whole object held in memory. Findings come sorted by place and resolved (see
    /// [`Engine::resolve`]).
    pub fn scan(&self, scratch: &mut Scratch, bytes: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.scan_range(scratch, bytes, 0..bytes.len(), 0, &mut findings);
        self.resolve(&mut findings);
        findings
    }

    /// Scans the anchors that begin inside `core`, a range of `window`. `window` must hold [`OVERLAP`]
    /// bytes on each side of `core`, or reach to the object's edge there. `base` is the object's offset of
    /// `window[0]`. Appends to `findings`, unsorted and unresolved.
    pub fn scan_range(
        &self,
        scratch: &mut Scratch,
        window: &[u8],
        core: Range<usize>,
        base: u64,
        findings: &mut Vec<Finding>,
    ) {
        let text = Text::raw(window, base);
        scratch.forget();
        self.prefilter.find(window, core, |at, sought| {
            self.confirm(scratch, text, at, sought, findings);
        });
    }

    /// Scans a whole object by the rules that are bound to file names (`.pgpass`, `.netrc`), as far as
    /// `file_name` (the last path component) is one of theirs. Appends to `findings`, unresolved.
    pub fn scan_named(&self, bytes: &[u8], file_name: &[u8], findings: &mut Vec<Finding>) {
        for &ix in &self.named {
            if self.rules.as_slice()[ix].files.iter().any(|pattern| name_matches(pattern.as_bytes(), file_name)) {
                self.confirm_everywhere(bytes, ix, findings);
            }
        }
    }

    /// Whether some rule is bound to that file name.
    #[must_use]
    pub fn is_named(&self, file_name: &[u8]) -> bool {
        let rules = self.rules.as_slice();
        self.named.iter().any(|&ix| rules[ix].files.iter().any(|pattern| name_matches(pattern.as_bytes(), file_name)))
    }
}

/// Whether a file name fits a pattern in which `*` stands for any bytes. ASCII case is ignored.
fn name_matches(pattern: &[u8], name: &[u8]) -> bool {
    let mut parts = pattern.split(|&b| b == b'*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = name.get(first.len()..).filter(|_| name[..first.len()].eq_ignore_ascii_case(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = (0..=rest.len().saturating_sub(part.len()))
            .find(|&at| rest[at..].len() >= part.len() && rest[at..at + part.len()].eq_ignore_ascii_case(part))
        else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    rest.len() >= last.len() && rest[rest.len() - last.len()..].eq_ignore_ascii_case(last)
}

#[cfg(test)]
mod tests {
    use super::name_matches;

    #[test]
    fn file_name_patterns() {
        for (pattern, name, expected) in [
            (".netrc", ".netrc", true),
            (".netrc", ".NETRC", true),
            (".netrc", ".netrc2", false),
            ("*.ovpn", "a.ovpn", true),
            ("*.ovpn", ".ovpn", true),
            ("*.ovpn", "ovpn", false),
            ("id_*", "id_rsa", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXc", false),
            ("", "x", false),
        ] {
            assert_eq!(name_matches(pattern.as_bytes(), name.as_bytes()), expected, "{pattern} {name}");
        }
    }
}
