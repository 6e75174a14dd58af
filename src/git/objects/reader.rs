//! Reads objects one after another, each of which often stands on one that was read a moment ago.

use std::sync::Arc;

use super::{MAX_ELSEWHERE, Store};
use crate::git::pack::{Kept, Whole, Workbench};
use crate::git::{GitError, Oid};

/// Bytes of expanded objects that are kept, for each reader.
const BUDGET: usize = 24 << 20;
/// Greatest object that is read, in bytes: commits, tags and trees are nowhere near.
const LIMIT: u64 = 64 << 20;

/// One thread's way to read objects by name.
pub(in crate::git) struct Reader<'s> {
    store: &'s Store,
    bench: Workbench,
    /// By pack and offset.
    kept: Kept<(u32, u64), Whole>,
}

impl<'s> Reader<'s> {
    pub(in crate::git) fn new(store: &'s Store) -> Self {
        Self { store, bench: Workbench::new(), kept: Kept::new(BUDGET) }
    }

    pub(in crate::git) const fn store(&self) -> &'s Store {
        self.store
    }

    /// Reads an object: the same as [`Store::read`], sooner, and no object above 64 MiB.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub(in crate::git) fn read(&mut self, oid: Oid) -> Result<Whole, GitError> {
        let Self { store, bench, kept } = self;
        for (number, pack) in store.packs.iter().enumerate() {
            let Some(Ok(offset)) = pack.find(oid) else { continue };
            let elsewhere = |base: Oid, out: &mut Vec<u8>| {
                store.read_into(base, LIMIT, &mut Workbench::new(), out, MAX_ELSEWHERE).ok()
            };
            if let Ok(whole) = pack.expand_kept(offset, LIMIT, bench, (number as u32, kept), elsewhere) {
                return Ok(whole);
            }
        }
        // Loose, or broken in every pack: then this says how.
        let mut out = Vec::new();
        let kind = store.read_into(oid, LIMIT, bench, &mut out, MAX_ELSEWHERE)?;
        Ok((kind, Arc::new(out)))
    }
}
