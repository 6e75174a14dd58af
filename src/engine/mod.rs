//! Finds credentials in bytes: prefilter, window, confirm, decode, score.

pub mod extend;

use std::ops::Range;

use crate::model::Finding;
use crate::rules::RuleSet;

/// Bytes that a chunk must overlap its neighbours by, so that every window is whole.
pub const OVERLAP: usize = 64 * 1024;

/// A compiled rule set. Immutable, shared between threads; what changes is in [`Scratch`].
#[derive(Debug)]
pub struct Engine {
    rules: RuleSet,
}

/// Reusable memory for one thread's scanning.
#[derive(Debug, Default)]
pub struct Scratch {}

impl Engine {
    /// Compiles a rule set.
    #[must_use]
    pub fn new(rules: RuleSet) -> Self {
        Self { rules }
    }

    /// The rules it runs.
    #[must_use]
    pub fn rules(&self) -> &RuleSet {
        &self.rules
    }

    /// Scans a whole object held in memory. Findings come sorted by span and resolved (see [`resolve`]).
    pub fn scan(&self, scratch: &mut Scratch, bytes: &[u8]) -> Vec<Finding> {
        let mut findings = Vec::new();
        self.scan_range(scratch, bytes, 0..bytes.len(), 0, &mut findings);
        self.resolve(&mut findings);
        findings
    }

    /// Scans the anchors that begin inside `core`, a range of `window`. `window` must hold
    /// [`OVERLAP`] bytes on each side of `core`, or reach to the object's edge there. `base` is the
    /// object's offset of `window[0]`. Appends to `findings`, unsorted and unresolved.
    pub fn scan_range(&self, scratch: &mut Scratch, window: &[u8], core: Range<usize>, base: u64, findings: &mut Vec<Finding>) {
        let _ = (scratch, window, core, base, findings);
    }

    /// Scans a whole object by the rules that are bound to file names (`.pgpass`, `.netrc`), if
    /// `file_name` (the last path component) is one of theirs. Appends to `findings`.
    pub fn scan_named(&self, scratch: &mut Scratch, bytes: &[u8], file_name: &[u8], findings: &mut Vec<Finding>) {
        let _ = (scratch, bytes, file_name, findings);
    }

    /// Whether some rule is bound to that file name.
    #[must_use]
    pub fn is_named(&self, file_name: &[u8]) -> bool {
        let _ = file_name;
        false
    }

    /// Sorts findings and keeps one for each credential: of findings whose credentials overlap, the
    /// most confident and most specific.
    pub fn resolve(&self, findings: &mut Vec<Finding>) {
        findings.sort_by_key(|f| (f.span, f.rule));
    }
}
