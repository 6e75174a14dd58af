//! What the walk over a history looks for: blobs with findings, telling names, and names that rules are bound to.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::Ordering;

use super::clean::Clean;
use crate::engine::{Engine, Scratch};
use crate::git::{CommitLinks, Memory, NameMark, Oid, Sight};
use crate::guard::watch::Watch;
use crate::model::Finding;

/// Looks on behalf of the gate.
pub(super) struct Eyes<'a> {
    pub(super) engine: &'a Engine,
    pub(super) scratch: Scratch,
    /// The blobs in which something was found.
    pub(super) blobs: HashSet<Oid>,
    /// What was found in names.
    pub(super) names: HashMap<Vec<u8>, Vec<Finding>>,
    /// What commits name, as far as the scan has noted it and no walk has asked for it.
    pub(super) links: HashMap<Oid, CommitLinks>,
    /// What is known to hold nothing, where a ledger is kept.
    pub(super) known: Option<&'a Clean>,
    pub(super) watch: Watch<'a>,
}

impl Memory for Clean {
    fn knows_tree(&self, tree: Oid) -> bool {
        self.holds_tree(tree)
    }

    fn knows_blob(&self, blob: Oid) -> bool {
        self.holds(blob)
    }
}

/// Looks for nothing: only what there is, is of interest.
pub(super) struct Blind<'a> {
    pub(super) known: Option<&'a Clean>,
    pub(super) watch: Watch<'a>,
}

impl Sight for Blind<'_> {
    fn blob(&mut self, _: Oid) -> bool {
        false
    }

    fn name(&mut self, _: &[u8]) -> NameMark {
        NameMark::default()
    }

    fn advance(&mut self, _: u64, _: u64) -> bool {
        !self.watch.stopped()
    }

    fn memory(&self) -> Option<&dyn Memory> {
        self.known.map(|known| known as _)
    }
}

impl Sight for Eyes<'_> {
    fn blob(&mut self, oid: Oid) -> bool {
        self.blobs.contains(&oid)
    }

    fn name(&mut self, name: &[u8]) -> NameMark {
        let findings = self.engine.scan(&mut self.scratch, name);
        let mark = NameMark { telling: !findings.is_empty(), bound: self.engine.is_named(name) };
        if mark.telling {
            self.names.insert(name.to_vec(), findings);
        }
        mark
    }

    fn links(&mut self, commit: Oid) -> Option<CommitLinks> {
        self.links.remove(&commit)
    }

    fn advance(&mut self, objects: u64, bytes: u64) -> bool {
        self.watch.progress.advance(objects, bytes);
        !self.watch.stop.load(Ordering::Relaxed)
    }

    fn memory(&self) -> Option<&dyn Memory> {
        self.known.map(|known| known as _)
    }
}
