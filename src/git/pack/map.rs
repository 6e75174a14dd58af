//! A file as memory: the one place that maps files.

use std::fs::File;
use std::path::Path;

use memmap2::Mmap;

use crate::git::GitError;

/// A whole file, mapped read-only. Pages come in as they are touched and may be dropped again at any time,
/// so a pack of many gigabytes costs no memory of our own.
#[derive(Debug)]
pub(in crate::git) struct Map(Bytes);

#[derive(Debug)]
enum Bytes {
    Mapped(Mmap),
    Held(Vec<u8>),
}

impl Map {
    /// Maps a pack or an index.
    ///
    /// # Errors
    /// If the file cannot be opened or mapped.
    pub(in crate::git) fn open(path: &Path) -> Result<Self, GitError> {
        let file = File::open(path).map_err(GitError::io(path))?;
        #[expect(unsafe_code, reason = "a memory map is the only way to read gigabytes without copying them")]
        // SAFETY: the map is read-only and private to us. Git never changes a pack or an index once it has its
        // name: it writes another file and unlinks this one, which leaves our pages as they were. Should somebody
        // truncate the file all the same, the system ends this process (SIGBUS), which no gate takes for "clean";
        // should they overwrite it, we parse other bytes, all of which are taken for hostile anyway.
        let map = unsafe { Mmap::map(&file) }.map_err(GitError::io(path))?;
        Ok(Self(Bytes::Mapped(map)))
    }

    /// Bytes that are in memory anyway, as if they were a file's.
    pub(in crate::git) const fn held(bytes: Vec<u8>) -> Self {
        Self(Bytes::Held(bytes))
    }

    /// The file's bytes.
    pub(in crate::git) fn bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::Mapped(map) => map,
            Bytes::Held(bytes) => bytes,
        }
    }
}
