//! Of the old trees and blobs that new trees name, most stand in the trees that the push was made upon. Those are
//! struck out; what remains, and all below it, is brought by the push.

use std::collections::{HashMap, HashSet, VecDeque};

use super::links::tree_items;
use super::{Incoming, OidSet};
use crate::git::{GitError, ObjectKind, Oid};

impl Incoming {
    /// Takes out of `outside` whatever stands in these trees. Adds all that was met there to `met`, which is
    /// everything if anything is left in `outside`.
    ///
    /// Directories called as new ones are (`dirs`) are looked into first: after a small change on a large tree
    /// nothing is left after a handful of them.
    pub(super) fn strike_out(
        &self,
        trees: Vec<Oid>,
        outside: &mut HashMap<Oid, ObjectKind>,
        dirs: &HashSet<Vec<u8>>,
        met: &mut OidSet,
        stopped: &dyn Fn() -> bool,
    ) -> Result<(), GitError> {
        let (mut near, mut far): (VecDeque<Oid>, VecDeque<Oid>) = (trees.into(), VecDeque::new());
        while !outside.is_empty() && !stopped() {
            let Some(tree) = near.pop_front().or_else(|| far.pop_front()) else { break };
            if !met.insert(tree) {
                continue;
            }
            outside.remove(&tree);
            let bytes = self.tree(tree)?;
            for item in tree_items(&bytes, self.hash_kind()) {
                let item = item.map_err(|()| GitError::object("tree", tree, "it is malformed"))?;
                if item.mode.is_submodule() {
                    continue;
                }
                outside.remove(&item.oid);
                if !item.mode.is_tree() {
                    met.insert(item.oid);
                } else if dirs.contains(item.name) {
                    near.push_back(item.oid);
                } else {
                    far.push_back(item.oid);
                }
            }
        }
        Ok(())
    }

    /// These objects and all that trees among them lead to, but for what was met elsewhere, or is new.
    pub(super) fn closure(
        &self,
        start: HashMap<Oid, ObjectKind>,
        met: &OidSet,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Vec<(Oid, ObjectKind)>, GitError> {
        let mut seen = OidSet::default();
        let mut all = Vec::new();
        let mut left: Vec<(Oid, ObjectKind)> = start.into_iter().collect();
        left.sort_unstable();
        while let Some((oid, kind)) = left.pop() {
            if met.contains(&oid) || self.is_new(oid) || stopped() || !seen.insert(oid) {
                continue;
            }
            all.push((oid, kind));
            if kind != ObjectKind::Tree {
                continue;
            }
            let bytes = self.tree(oid)?;
            for item in tree_items(&bytes, self.hash_kind()) {
                let item = item.map_err(|()| GitError::object("tree", oid, "it is malformed"))?;
                if !item.mode.is_submodule() && !seen.contains(&item.oid) {
                    left.push((item.oid, if item.mode.is_tree() { ObjectKind::Tree } else { ObjectKind::Blob }));
                }
            }
        }
        Ok(all)
    }

    /// Which of these objects stand in the trees that `HEAD` and the refs pushed to have now.
    ///
    /// # Errors
    /// If such a tree cannot be read.
    pub fn at_tips(
        &self,
        before: &[Oid],
        wanted: &HashSet<Oid>,
        stopped: &dyn Fn() -> bool,
    ) -> Result<HashSet<Oid>, GitError> {
        let mut open: HashMap<Oid, ObjectKind> = wanted.iter().map(|oid| (*oid, ObjectKind::Blob)).collect();
        let (mut met, mut left) = (OidSet::default(), VecDeque::new());
        left.extend(before.iter().filter_map(|oid| self.tree_of(*oid)));
        while let Some(tree) = left.pop_front() {
            if open.is_empty() || stopped() {
                break;
            }
            if !met.insert(tree) {
                continue;
            }
            open.remove(&tree);
            let bytes = self.tree(tree)?;
            for item in tree_items(&bytes, self.hash_kind()).flatten() {
                open.remove(&item.oid);
                if item.mode.is_tree() {
                    left.push_back(item.oid);
                }
            }
        }
        Ok(wanted.iter().copied().filter(|oid| !open.contains_key(oid)).collect())
    }
}
