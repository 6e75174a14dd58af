//! What a walk asks, and what it gives.

use std::sync::Arc;

use super::commit::CommitLinks;
use super::refs::{Log, Ref};
use crate::git::Oid;
use crate::git::map::OidMap;
use crate::git::staged::Mode;
use crate::model::SkipReason;

/// What the walk asks of whoever is looking for something.
pub trait Sight {
    /// Whether ways to this blob are to be kept. Asked once for each blob.
    fn blob(&mut self, oid: Oid) -> bool;
    /// What a name in a tree is. Asked once for each different name.
    fn name(&mut self, name: &[u8]) -> NameMark;
    /// So many more objects, of so many bytes, are walked. `false` ends the walk early.
    fn advance(&mut self, objects: u64, bytes: u64) -> bool;
    /// What a commit names, where that is known already: then it is not read. Asked once for each commit.
    fn links(&mut self, _: Oid) -> Option<CommitLinks> {
        None
    }
    /// What is remembered from one walk to the next, if anything is. It is there from the first to the last.
    fn memory(&self) -> Option<&dyn Memory> {
        None
    }
}

/// What earlier walks and scans told of objects.
pub trait Memory {
    /// Whether an earlier walk told of this tree in [`Walked::barren`]: it need not be read again.
    fn knows_tree(&self, tree: Oid) -> bool;
    /// Whether this blob holds nothing for certain. Trees with another one are not told of in [`Walked::barren`], and
    /// one that nothing reaches is not told of if it holds nothing.
    fn knows_blob(&self, blob: Oid) -> bool;
}

/// What a name in a tree is to whoever is looking.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NameMark {
    /// The name itself is what is looked for.
    pub telling: bool,
    /// Files under this name are looked for, whatever they hold.
    pub bound: bool,
}

/// Something kept: an index into the list of its sort in [`Walked`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Child {
    /// A blob: index in [`Walked::blobs`].
    Blob(u32),
    /// A tree that leads to something: index in [`Walked::trees`].
    Tree(u32),
    /// A commit: index in [`Walked::commits`].
    Commit(u32),
    /// An annotated tag: index in [`Walked::tags`].
    Tag(u32),
    /// Something of no interest, or that is not there.
    Nothing,
}

/// An entry of a tree that leads to something looked for, or is it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name: index in [`Walked::names`].
    pub name: u32,
    /// What lies there.
    pub child: Child,
    /// What sort of entry it is.
    pub mode: Mode,
}

/// A commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Commit {
    /// Its id.
    pub oid: Oid,
    /// The parents that are there, in order: indices in [`Walked::commits`], all less than its own.
    pub parents: Vec<u32>,
    /// Its tree, where that leads to something.
    pub tree: Child,
    /// The committer's clock, in seconds.
    pub time: i64,
}

/// An annotated tag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// Its id.
    pub oid: Oid,
    /// What it names.
    pub target: Child,
}

/// Something the walk could not follow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The object, where it is one.
    pub oid: Option<Oid>,
    /// The object or ref, for people: `blob 0123...`, `ref refs/heads/x`.
    pub what: String,
    /// Why.
    pub reason: SkipReason,
    /// More about it.
    pub detail: String,
}

/// How many objects of each sort were reached.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Commits.
    pub commits: u64,
    /// Annotated tags.
    pub tags: u64,
    /// Trees.
    pub trees: u64,
    /// Blobs.
    pub blobs: u64,
}

impl Counts {
    /// All of them.
    #[must_use]
    pub const fn total(self) -> u64 {
        self.commits + self.tags + self.trees + self.blobs
    }
}

/// A finished walk.
#[derive(Debug, Default)]
pub struct Walked {
    /// All commits: parents before children, then the older first.
    pub commits: Vec<Commit>,
    /// All annotated tags.
    pub tags: Vec<Tag>,
    /// The trees that lead to something, with those entries that do. Children come before their parents.
    pub trees: Vec<(Oid, Vec<Entry>)>,
    /// The blobs looked for.
    pub blobs: Vec<Oid>,
    /// All different names in trees.
    pub names: Vec<Arc<[u8]>>,
    /// All refs, with what they name.
    pub refs: Vec<(Ref, Child)>,
    /// The reflogs of the refs that were walked; none where only a part of history was.
    pub logs: Vec<Log>,
    /// Trees and blobs that nothing else reaches, and tips of that sort.
    pub loose_ends: Vec<(Oid, Child)>,
    /// What could not be followed, a bounded number of them.
    pub problems: Vec<Problem>,
    /// How many more problems there were.
    pub more_problems: u64,
    /// What was reached.
    pub counts: Counts,
    /// How many objects neither ref nor reflog reaches; told only when asked for.
    pub unreachable: Option<u64>,
    /// Trees that lead to nothing: all below them is there and was looked at, no way is kept, and the sight was sure
    /// of every blob. In no order; those that were known before are not among them. Only for a sight that has a memory.
    pub barren: Vec<Oid>,
    /// Whether it was ended early.
    pub stopped: bool,
    pub(super) objects: OidMap<Slot>,
}

/// What is known of an object while walking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    Known(Child),
    /// A tree whose entries are being read.
    Busy,
    /// Something that has been asked for in vain.
    Absent,
    /// Something that lies outside the part of history that is walked.
    Outside,
}

impl Walked {
    /// Whether the object was reached.
    #[must_use]
    pub fn reached(&self, oid: Oid) -> bool {
        matches!(self.objects.get(&oid), Some(Slot::Known(_)))
    }

    /// What an object was kept as; `None` if it was not reached.
    #[must_use]
    pub fn child(&self, oid: Oid) -> Option<Child> {
        match self.objects.get(&oid) {
            Some(Slot::Known(child)) => Some(*child),
            _ => None,
        }
    }

    /// All objects reached, in no order.
    pub fn ids(&self) -> impl Iterator<Item = Oid> + '_ {
        self.objects.iter().filter(|(_, slot)| matches!(slot, Slot::Known(_))).map(|(oid, _)| *oid)
    }
}
