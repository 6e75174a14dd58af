//! What objects name: the entries of a tree, the tree and parents of a commit, the target of a tag.

use crate::git::staged::Mode;
use crate::git::tree::raw_entry;
use crate::git::walk::{commit_head, tag_head};
use crate::git::{HashKind, ObjectKind, Oid};

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

/// What a commit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitLinks {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// The committer's clock, in seconds since 1970; 0 where it makes no sense.
    pub time: i64,
}

/// Reads what a commit names; `None` if it is malformed.
#[must_use]
pub fn commit_links(bytes: &[u8], hash: HashKind) -> Option<CommitLinks> {
    commit_head(bytes, hash).map(|head| CommitLinks { tree: head.tree, parents: head.parents, time: head.time })
}

/// The object that an annotated tag names, and what it says that is; `None` if it is malformed.
#[must_use]
pub fn tag_target(bytes: &[u8], hash: HashKind) -> Option<(Oid, ObjectKind)> {
    tag_head(bytes, hash)
}
