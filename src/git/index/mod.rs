//! The index file: what the next commit is made of.
//!
//! Read by our own parser rather than by `gix-index`: a gate needs path, id and mode of each entry and
//! the cache tree, nothing of the stat data, and it must say "broken" where a lenient reader guesses.

mod cache_tree;
mod entries;
mod split;

use std::fs;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;

pub(super) use cache_tree::{CacheTree, NodeIx};

use super::staged::{Content, Mode};
use super::{GitError, HashKind, Oid};

/// What is wrong with an index file.
pub(super) type Broken = &'static str;

/// One entry; its path lies in the index's arena.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    path: Range<usize>,
    pub(super) oid: Oid,
    pub(super) mode: Mode,
    /// 0, or 1 to 3 for the sides of a conflict.
    pub(super) stage: u8,
    /// `git add -N`: a promise to add, not content. Never committed.
    pub(super) intent_to_add: bool,
}

/// An index, read whole and checked: entries are in strictly ascending order of path and stage.
#[derive(Debug, Default)]
pub struct Index {
    paths: Vec<u8>,
    slots: Vec<Slot>,
    tree: CacheTree,
}

/// One file's bytes taken apart, before a split index is put together.
struct Parsed {
    paths: Vec<u8>,
    slots: Vec<Slot>,
    tree: CacheTree,
    /// The `link` extension: the data of a split index.
    link: Option<Vec<u8>>,
}

impl Index {
    /// Reads the index at `path`; a missing file is an empty index. `git_dir` is where a split index
    /// keeps its shared part.
    pub(super) fn read(path: &Path, git_dir: &Path, hash: HashKind) -> Result<Self, GitError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let beside = path.parent().unwrap_or(Path::new(""));
        Self::parse(&bytes, hash, |name| {
            let first = fs::read(git_dir.join(name));
            first.or_else(|_| fs::read(beside.join(name))).map_err(|_| "its shared index cannot be read")
        })
        .map_err(|detail| GitError::Index { path: path.to_owned(), detail: detail.to_owned() })
    }

    /// Takes an index file's bytes apart. `shared` reads the file a split index refers to, by name.
    ///
    /// The checksum at the end is not compared: git does not either when it commits, and what counts
    /// is what git will commit.
    ///
    /// # Errors
    /// What is wrong, in words. Never panics, whatever the bytes.
    pub fn parse(
        bytes: &[u8],
        hash: HashKind,
        shared: impl FnOnce(&str) -> Result<Vec<u8>, &'static str>,
    ) -> Result<Self, &'static str> {
        let mut parsed = entries::parse(bytes, hash)?;
        if let Some(link) = parsed.link.take() {
            split::merge(&mut parsed, &link, hash, shared)?;
        }
        let index = Self { paths: parsed.paths, slots: parsed.slots, tree: parsed.tree };
        index.check()?;
        Ok(index)
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// The blob of the (merged, really added) file at `path`.
    pub(super) fn find(&self, path: &[u8]) -> Option<Oid> {
        let at = self.slots.binary_search_by(|slot| (self.path(slot), slot.stage).cmp(&(path, 0))).ok()?;
        self.slots.get(at).filter(|slot| slot.mode.is_blob() && !slot.intent_to_add).map(|slot| slot.oid)
    }

    pub(super) fn path(&self, slot: &Slot) -> &[u8] {
        self.paths.get(slot.path.clone()).unwrap_or_default()
    }

    pub(super) fn slots(&self) -> &[Slot] {
        &self.slots
    }

    pub(super) const fn cache_tree(&self) -> &CacheTree {
        &self.tree
    }

    /// The same index with each sparse directory for which `expand` returns files put in their place.
    /// The cache tree counts sparse directories as one entry, so it is dropped with the first of them.
    pub(super) fn expand_sparse(
        mut self,
        mut expand: impl FnMut(&[u8], Oid) -> Result<Option<Vec<Content>>, GitError>,
    ) -> Result<Self, GitError> {
        if !self.slots.iter().any(|slot| slot.mode.is_tree()) {
            return Ok(self);
        }
        let mut slots = Vec::with_capacity(self.slots.len());
        for slot in std::mem::take(&mut self.slots) {
            let files = if slot.mode.is_tree() { expand(self.path(&slot), slot.oid)? } else { None };
            let Some(files) = files else {
                slots.push(slot);
                continue;
            };
            self.tree = CacheTree::default();
            for (path, mode, oid) in files {
                let start = self.paths.len();
                self.paths.extend_from_slice(&path);
                slots.push(Slot { path: start..self.paths.len(), oid, mode, stage: 0, intent_to_add: false });
            }
        }
        self.slots = slots;
        Ok(self)
    }

    fn check(&self) -> Result<(), Broken> {
        for slot in &self.slots {
            if slot.path.is_empty() {
                return Err("an entry has no path");
            }
            if slot.mode.is_tree() != self.path(slot).ends_with(b"/") {
                return Err("a sparse directory's path must end in a slash, and no other may");
            }
        }
        let sorted = self.slots.is_sorted_by(|a, b| (self.path(a), a.stage) < (self.path(b), b.stage));
        if sorted { Ok(()) } else { Err("entries are out of order") }
    }
}
