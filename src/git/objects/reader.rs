//! Reads objects one after another, each of which often stands on one that was read a moment ago.

use super::{MAX_ELSEWHERE, Store};
use crate::git::pack::{Place, Ring, Workbench};
use crate::git::{GitError, ObjectKind, Oid};

/// Bytes of expanded objects that are kept, for each reader.
const BUDGET: usize = 32 << 20;
/// Greatest object that is read, in bytes: commits, tags and trees are nowhere near.
const LIMIT: u64 = 64 << 20;

/// One thread's way to read objects by name.
pub(in crate::git) struct Reader<'s> {
    store: &'s Store,
    bench: Workbench,
    lately: Ring,
    last: Option<Place>,
}

impl<'s> Reader<'s> {
    pub(in crate::git) fn new(store: &'s Store) -> Self {
        Self { store, bench: Workbench::new(), lately: Ring::new(BUDGET), last: None }
    }

    pub(in crate::git) const fn store(&self) -> &'s Store {
        self.store
    }

    /// Reads an object into `out`: the same as [`Store::read`], sooner, and no object above 64 MiB.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub(in crate::git) fn read(&mut self, oid: Oid, out: &mut Vec<u8>) -> Result<ObjectKind, GitError> {
        let Self { store, bench, lately, last } = self;
        for (number, pack) in store.packs.iter().enumerate() {
            let Some(Ok((place, offset))) = pack.find_place(oid) else { continue };
            let elsewhere = |base: Oid, out: &mut Vec<u8>| {
                store.read_into(base, LIMIT, &mut Workbench::new(), out, MAX_ELSEWHERE).ok()
            };
            if let Ok(kind) = pack.expand_lately((number as u32, place, offset), LIMIT, (bench, lately), out, elsewhere)
            {
                *last = Some((number as u32, offset));
                return Ok(kind);
            }
        }
        *last = None;
        // Loose, or broken in every pack: then this says how.
        store.read_into(oid, LIMIT, bench, out, MAX_ELSEWHERE)
    }

    /// Where the object lies that was read last, for [`Reader::recall_at`]; `None` if it is not in a pack.
    pub(in crate::git) const fn place(&self) -> Option<Place> {
        self.last
    }

    /// The bytes of the object at a place, if it was read lately.
    pub(in crate::git) fn recall_at(&self, place: Place) -> Option<&[u8]> {
        self.lately.get(place).map(|(_, bytes)| bytes)
    }

    /// The bytes of an object, if it was read lately.
    pub(in crate::git) fn recall(&self, oid: Oid) -> Option<&[u8]> {
        let packs = self.store.packs.iter().enumerate();
        let mut places = packs.filter_map(|(number, pack)| Some((number as u32, pack.find(oid)?.ok()?)));
        places.find_map(|place| self.lately.get(place)).map(|(_, bytes)| bytes)
    }
}
