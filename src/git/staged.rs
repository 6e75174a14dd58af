//! What the next commit will change: the index held against the trees of the commit's parents.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use super::index::{CacheTree, Index, Slot};
use super::tree::TreeWalk;
use super::{GitError, Oid, Repo};

/// A file's type and permissions, as git writes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mode(pub u32);

impl Mode {
    /// A regular file, executable or not.
    #[must_use]
    pub const fn is_file(self) -> bool {
        self.0 & 0o170_000 == 0o100_000
    }

    /// A symbolic link; its blob holds the target's name.
    #[must_use]
    pub const fn is_symlink(self) -> bool {
        self.0 & 0o170_000 == 0o120_000
    }

    /// A submodule: the object is a commit of another repository.
    #[must_use]
    pub const fn is_submodule(self) -> bool {
        self.0 & 0o170_000 == 0o160_000
    }

    /// A directory (in an index: one that sparse checkout has folded into one entry).
    #[must_use]
    pub const fn is_tree(self) -> bool {
        self.0 & 0o170_000 == 0o040_000
    }

    /// Whether its object is a blob.
    #[must_use]
    pub const fn is_blob(self) -> bool {
        self.is_file() || self.is_symlink()
    }
}

/// One path that the commit adds or changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// From the top of the work tree, with `/`.
    pub path: Vec<u8>,
    /// What it will be.
    pub mode: Mode,
    /// Its content.
    pub oid: Oid,
    /// 0; or 1 to 3 for a side of an unresolved conflict, which git would refuse to commit.
    pub stage: u8,
    /// What stood at that path in each parent that had it.
    pub old: Vec<(Mode, Oid)>,
}

/// One path that the commit removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// From the top of the work tree, with `/`.
    pub path: Vec<u8>,
    /// What it was.
    pub mode: Mode,
    /// Its content.
    pub oid: Oid,
}

/// A file in a tree: path, mode, blob.
pub(super) type Content = (Vec<u8>, Mode, Oid);

/// What the next commit changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// Paths that differ from every parent, in order of path.
    pub changes: Vec<Change>,
    /// Paths of any parent that are no longer there.
    pub deleted: Vec<Deleted>,
}

/// The difference between the index and one parent: places in the index with what stood there before.
#[derive(Default)]
struct Diff {
    changed: Vec<(usize, Option<(Mode, Oid)>)>,
    deleted: Vec<Deleted>,
}

impl Repo {
    /// Reads what the next commit will change: the index against `HEAD` and, when a stopped merge is
    /// being concluded, the heads being merged. Without a commit yet, everything in the index is new.
    ///
    /// # Errors
    /// If the index, a parent or one of its trees cannot be read.
    pub fn staged(&self) -> Result<Staged, GitError> {
        let mut parents = Vec::new();
        for commit in self.head()?.into_iter().chain(self.merge_heads()?) {
            parents.push(self.tree_of_commit(commit)?);
        }
        let index = self.index()?.expand_sparse(|path, oid| self.expand(path, oid, &parents))?;
        let diffs = match parents.as_slice() {
            [] => vec![all_new(&index)],
            trees => trees.iter().map(|tree| self.diff(&index, *tree)).collect::<Result<_, _>>()?,
        };
        Ok(combine(&index, diffs))
    }

    /// The files of a sparse directory, unless it is the same in every parent.
    fn expand(&self, path: &[u8], oid: Oid, parents: &[Oid]) -> Result<Option<Vec<Content>>, GitError> {
        let mut same = !parents.is_empty();
        for tree in parents {
            same = same && self.subtree(*tree, path)? == Some(oid);
        }
        if same {
            return Ok(None);
        }
        let no_cache = CacheTree::default();
        let mut walk = TreeWalk::new(self, oid, path, &no_cache)?;
        let mut files = Vec::new();
        while let Some(item) = walk.item() {
            if item.mode.is_tree() {
                walk.enter()?;
            } else {
                files.push((walk.path().to_vec(), item.mode, item.oid));
                walk.advance()?;
            }
        }
        Ok(Some(files))
    }

    /// The tree at `path` (`a/b/`) below `tree`.
    fn subtree(&self, tree: Oid, path: &[u8]) -> Result<Option<Oid>, GitError> {
        let mut tree = tree;
        for name in path.strip_suffix(b"/").unwrap_or(path).split(|&b| b == b'/') {
            match self.tree_entry(tree, name)? {
                Some((mode, oid)) if mode.is_tree() => tree = oid,
                _ => return Ok(None),
            }
        }
        Ok(Some(tree))
    }

    /// Whether a file or directory stands at `path` in any of the commit's parents.
    ///
    /// # Errors
    /// If a parent or one of its trees cannot be read.
    pub fn stood_before(&self, path: &[u8]) -> Result<bool, GitError> {
        for commit in self.head()?.into_iter().chain(self.merge_heads()?) {
            let tree = self.tree_of_commit(commit)?;
            let (dir, name) = match path.iter().rposition(|&byte| byte == b'/') {
                Some(at) => (self.subtree(tree, &path[..at])?, &path[at + 1..]),
                None => (Some(tree), path),
            };
            if let Some(dir) = dir
                && self.tree_entry(dir, name)?.is_some()
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn diff(&self, index: &Index, tree: Oid) -> Result<Diff, GitError> {
        let mut diff = Diff::default();
        let cache = index.cache_tree();
        let slots = index.slots();
        if cache.root().and_then(|root| cache.valid(root)) == Some((slots.len(), tree)) {
            return Ok(diff);
        }
        let mut walk = TreeWalk::new(self, tree, b"", cache)?;
        let mut at = 0;
        loop {
            while slots.get(at).is_some_and(|slot| slot.intent_to_add) {
                at += 1;
            }
            let Some(item) = walk.item() else {
                added(&mut diff, slots, at..slots.len());
                return Ok(diff);
            };
            let path = slots.get(at).map(|slot| index.path(slot));
            if item.mode.is_tree() {
                match path {
                    Some(path) if path.starts_with(walk.path()) => match walk.unchanged(index, at) {
                        Some(count) => {
                            at += count;
                            walk.advance()?;
                        }
                        None => walk.enter()?,
                    },
                    Some(path) if path < walk.path() => {
                        added(&mut diff, slots, at..at + 1);
                        at += 1;
                    }
                    _ => walk.enter()?,
                }
                continue;
            }
            match path.map_or(Ordering::Greater, |path| path.cmp(walk.path())) {
                Ordering::Less => {
                    added(&mut diff, slots, at..at + 1);
                    at += 1;
                }
                Ordering::Greater => {
                    diff.deleted.push(Deleted { path: walk.path().to_vec(), mode: item.mode, oid: item.oid });
                    walk.advance()?;
                }
                Ordering::Equal => {
                    // More than one entry of a path: the sides of a conflict.
                    while let Some(slot) = slots.get(at).filter(|slot| index.path(slot) == walk.path()) {
                        if (slot.mode, slot.oid, slot.stage) != (item.mode, item.oid, 0) {
                            diff.changed.push((at, Some((item.mode, item.oid))));
                        }
                        at += 1;
                    }
                    walk.advance()?;
                }
            }
        }
    }
}

fn added(diff: &mut Diff, slots: &[Slot], range: std::ops::Range<usize>) {
    let real = range.filter(|at| slots.get(*at).is_some_and(|slot| !slot.intent_to_add));
    diff.changed.extend(real.map(|at| (at, None)));
}

fn all_new(index: &Index) -> Diff {
    let mut diff = Diff::default();
    added(&mut diff, index.slots(), 0..index.len());
    diff
}

/// A path is changed by the commit if it differs from every parent; what each parent had is kept.
fn combine(index: &Index, diffs: Vec<Diff>) -> Staged {
    let parents = diffs.len();
    let mut seen: BTreeMap<usize, (usize, Vec<(Mode, Oid)>)> = BTreeMap::new();
    let mut deleted = Vec::new();
    for diff in diffs {
        deleted.extend(diff.deleted);
        for (at, old) in diff.changed {
            let entry = seen.entry(at).or_default();
            entry.0 += 1;
            entry.1.extend(old);
        }
    }
    let in_all = seen.into_iter().filter(|(_, (count, _))| *count == parents);
    let changes = in_all.filter_map(|(at, (_, old))| {
        let slot = index.slots().get(at)?;
        Some(Change { path: index.path(slot).to_vec(), mode: slot.mode, oid: slot.oid, stage: slot.stage, old })
    });
    Staged { changes: changes.collect(), deleted }
}
