//! The entries of a tree.

use crate::git::staged::Mode;
use crate::git::tree::raw_entry;
use crate::git::{HashKind, Oid};

/// One entry of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeItem<'a> {
    /// What sort of entry it is.
    pub mode: Mode,
    /// Its name: one component.
    pub name: &'a [u8],
    /// What lies there.
    pub oid: Oid,
}

/// Every entry of a tree, in order; an `Err` at its end if the tree is malformed.
pub fn tree_items(bytes: &[u8], hash: HashKind) -> impl Iterator<Item = Result<TreeItem<'_>, ()>> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let Some((mode, name, oid, used)) = raw_entry(rest, hash.width()) else {
            rest = &[];
            return Some(Err(()));
        };
        rest = rest.get(used..).unwrap_or_default();
        Some(Ok(TreeItem { mode, name, oid }))
    })
}
