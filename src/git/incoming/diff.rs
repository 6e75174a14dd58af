//! Where commits bring something in: the paths at which a commit has a blob, or a name, that none of its parents
//! has there.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;

use super::Incoming;
use super::links::{TreeItem, tree_items};
use crate::git::staged::Mode;
use crate::git::{CommitLinks, GitError, Oid};

/// Components of a path that are followed: twice git's own `core.maxTreeDepth`.
const MAX_DEPTH: usize = 4096;
/// Bytes of trees that are kept for the next commit.
const CACHE: usize = 16 << 20;
/// Most deleted files that are told of one commit.
const MOST_GONE: usize = 5_000;

/// Something a commit brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brought {
    /// Index of the commit.
    pub commit: usize,
    /// The path from the top.
    pub path: Vec<u8>,
    /// What sort of entry it is.
    pub mode: Mode,
    /// The object there.
    pub oid: Oid,
    /// Whether the last name of the path is what was looked for, and not the blob.
    pub is_name: bool,
    /// What the commit's parents have there: anything, where a name was looked for, else blobs.
    pub old: Vec<Oid>,
}

/// A file that a commit takes away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Its blob.
    pub oid: Oid,
    /// Its name: the last component of its path.
    pub name: Vec<u8>,
}

/// Names of a tree and what lies there.
type Names = HashMap<Vec<u8>, (Mode, Oid)>;

/// Trees read a moment ago.
#[derive(Default)]
struct Cache {
    trees: HashMap<Oid, Rc<Names>>,
    weight: usize,
}

impl Cache {
    fn get(&mut self, incoming: &Incoming, oid: Oid) -> Result<Rc<Names>, GitError> {
        if let Some(names) = self.trees.get(&oid) {
            return Ok(Rc::clone(names));
        }
        let bytes = incoming.tree(oid)?;
        let own = |item: TreeItem<'_>| (item.name.to_vec(), (item.mode, item.oid));
        let names: Rc<Names> = Rc::new(tree_items(&bytes, incoming.hash_kind()).flatten().map(own).collect());
        if self.weight > CACHE {
            *self = Self::default();
        }
        self.weight += bytes.len() * 3;
        self.trees.insert(oid, Rc::clone(&names));
        Ok(names)
    }
}

impl Incoming {
    /// Looks through these commits, in their order, for blobs and names. The same directory in the place of the
    /// same others is looked at once. Each place is told to `found`, which ends the search by `false`.
    ///
    /// # Errors
    /// If a tree cannot be read.
    pub fn brought(
        &self,
        commits: &[(Oid, CommitLinks)],
        (blobs, names): (&HashSet<Oid>, &HashSet<Vec<u8>>),
        found: &mut dyn FnMut(Brought) -> bool,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(), GitError> {
        let (mut cache, mut seen) = (Cache::default(), HashSet::new());
        for (commit, (_, links)) in commits.iter().enumerate() {
            let old = self.parent_trees(links)?;
            let mut left = vec![(Vec::new(), 0, (links.tree, old))];
            while let Some((prefix, depth, pair)) = left.pop() {
                if stopped() {
                    return Ok(());
                }
                if depth > MAX_DEPTH || !seen.insert(pair.clone()) {
                    continue;
                }
                let bytes = self.tree(pair.0)?;
                let olds = pair.1.iter().map(|oid| cache.get(self, *oid)).collect::<Result<Vec<_>, _>>()?;
                for item in tree_items(&bytes, self.hash_kind()).flatten() {
                    let there: Vec<(Mode, Oid)> =
                        olds.iter().filter_map(|names| names.get(item.name)).copied().collect();
                    let path = [prefix.as_slice(), item.name].concat();
                    let of = |tree: bool| {
                        let fits = move |(mode, _): &&(Mode, Oid)| mode.is_tree() == tree && !mode.is_submodule();
                        there.iter().filter(fits).map(|(_, oid)| *oid).collect::<Vec<_>>()
                    };
                    let (mode, oid) = (item.mode, item.oid);
                    let mut tell =
                        |is_name, old| found(Brought { commit, path: path.clone(), mode, oid, is_name, old });
                    let before = there.iter().map(|(_, oid)| *oid).collect();
                    if names.contains(item.name) && !tell(true, before) {
                        return Ok(());
                    }
                    if mode.is_submodule() || there.iter().any(|(mode, oid)| same(*mode, *oid, &item)) {
                        continue;
                    }
                    if mode.is_tree() {
                        left.push(([path.as_slice(), b"/"].concat(), depth + 1, (oid, of(true))));
                    } else if blobs.contains(&oid) && !tell(false, of(false)) {
                        return Ok(());
                    }
                }
            }
        }
        Ok(())
    }

    /// The files that a commit takes away: what its parents have and it has not, at that path.
    ///
    /// # Errors
    /// If a tree cannot be read.
    pub fn gone(&self, links: &CommitLinks, stopped: &dyn Fn() -> bool) -> Result<Vec<Gone>, GitError> {
        let mut cache = Cache::default();
        let mut gone = Vec::new();
        let mut seen = HashSet::new();
        let mut left: Vec<(Option<Oid>, Oid)> =
            self.parent_trees(links)?.into_iter().map(|old| (Some(links.tree), old)).collect();
        while let Some((new, old)) = left.pop() {
            if stopped() || gone.len() >= MOST_GONE {
                break;
            }
            if new == Some(old) || !seen.insert((new, old)) {
                continue;
            }
            let now = new.map(|new| cache.get(self, new)).transpose()?;
            let bytes = self.tree(old)?;
            for item in tree_items(&bytes, self.hash_kind()).flatten() {
                let here = now.as_ref().and_then(|now| now.get(item.name)).copied();
                if here.is_some_and(|(mode, oid)| same(mode, oid, &item)) || item.mode.is_submodule() {
                    continue;
                }
                if item.mode.is_tree() {
                    left.push((here.filter(|(mode, _)| mode.is_tree()).map(|(_, oid)| oid), item.oid));
                } else if here.is_none_or(|(mode, _)| !mode.is_blob()) {
                    gone.push(Gone { oid: item.oid, name: item.name.to_vec() });
                }
            }
        }
        Ok(gone)
    }

    /// What lies at a path of a tree.
    ///
    /// # Errors
    /// If a tree on the way cannot be read.
    pub fn at_path(&self, mut tree: Oid, path: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let mut parts = path.split(|&b| b == b'/').peekable();
        while let Some(part) = parts.next() {
            let bytes = self.tree(tree)?;
            let Some(item) = tree_items(&bytes, self.hash_kind()).flatten().find(|item| item.name == part) else {
                return Ok(None);
            };
            if parts.peek().is_none() {
                return Ok(Some((item.mode, item.oid)));
            }
            if !item.mode.is_tree() {
                return Ok(None);
            }
            tree = item.oid;
        }
        Ok(None)
    }

    /// The trees of a commit's parents that are there.
    fn parent_trees(&self, links: &CommitLinks) -> Result<Vec<Oid>, GitError> {
        links.parents.iter().map(|parent| self.commit(*parent).map(|links| links.tree)).collect()
    }
}

/// Whether both are the same file or directory.
fn same(mode: Mode, oid: Oid, item: &TreeItem<'_>) -> bool {
    oid == item.oid && mode.is_tree() == item.mode.is_tree()
}
