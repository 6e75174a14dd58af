//! Blobs that are too long to be held: read piece by piece, as they are inflated.

use std::io::Read;

use super::Store;
use super::loose::Loose;
use crate::git::pack::{Inflater, WholeEntry};
use crate::git::{GitError, ObjectKind, Oid, Repo};

/// A blob, as much of it in memory as was asked for.
pub enum Blob {
    /// All of it.
    Held(Vec<u8>),
    /// A way to read it.
    Long(LongBlob),
}

/// A blob that is read piece by piece.
pub struct LongBlob {
    stored: Stored,
    inflater: Inflater,
}

/// What holds it.
enum Stored {
    Loose(Loose),
    /// The store, the number of the pack in it, and where the blob is there.
    Packed(Box<Store>, usize, WholeEntry),
}

impl LongBlob {
    /// A reader of the whole of it, from its beginning. It fails where what is stored is corrupt.
    pub fn reader(&mut self) -> Box<dyn Read + '_> {
        match &self.stored {
            Stored::Loose(loose) => Box::new(loose.stream(&mut self.inflater)),
            Stored::Packed(store, number, entry) => match store.packs.get(*number) {
                Some(pack) => Box::new(pack.stream_whole(*entry, &mut self.inflater)),
                None => Box::new(std::io::empty()),
            },
        }
    }
}

impl Repo {
    /// Reads a blob, whole up to `limit` bytes. A longer one is read piece by piece, unless it is stored as a delta: git
    /// makes none of what it adds, and none of what is longer than `core.bigFileThreshold`.
    ///
    /// # Errors
    /// As [`Repo::blob`].
    pub fn blob_within(&self, oid: Oid, limit: u64) -> Result<Blob, GitError> {
        let mut inflater = Inflater::new();
        // What was just added is a file of its own. Where that cannot be read, there may be another copy.
        if let Ok(Some(loose)) = Loose::open(&self.objects_dir(), oid, &mut inflater)
            && loose.kind == ObjectKind::Blob
        {
            if loose.size > limit {
                return Ok(Blob::Long(LongBlob { stored: Stored::Loose(loose), inflater }));
            }
            let mut bytes = Vec::new();
            if loose.read(&mut inflater, &mut bytes).is_ok() {
                return Ok(Blob::Held(bytes));
            }
        }
        if self.blob_size(oid).is_some_and(|size| size > limit) {
            let store = Box::new(Store::open(self)?);
            let found = store.packs.iter().enumerate().find_map(|(number, pack)| Some((number, pack.whole_blob(oid)?)));
            if let Some((number, entry)) = found {
                return Ok(Blob::Long(LongBlob { stored: Stored::Packed(store, number, entry), inflater }));
            }
        }
        self.blob(oid).map(Blob::Held)
    }
}
