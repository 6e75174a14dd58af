//! Everything that refs and reflogs reach: commits, tags, trees and blobs, each read once.
//!
//! One walk serves two ends. It says which objects there are (and which should be there and are not), and
//! it keeps the small part of all trees that leads to what its caller is looking for, so that afterwards
//! every question about where and when can be answered without reading anything again.

mod commit;
mod map;
mod order;
mod refs;
mod trees;

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

pub use commit::{Person, people};
pub(in crate::git) use commit::{commit as commit_head, tag as tag_head};
pub(in crate::git) use map::{OidMap, OidSet};
pub use refs::{Ref, Tips};

use super::staged::Mode;
use super::{GitError, ObjectKind, Oid, Repo};
use crate::model::SkipReason;

/// What the walk asks of whoever is looking for something.
pub trait Sight {
    /// Whether ways to this blob are to be kept. Asked once for each blob.
    fn blob(&mut self, oid: Oid) -> bool;
    /// What a name in a tree is. Asked once for each different name.
    fn name(&mut self, name: &[u8]) -> NameMark;
    /// So many more objects, of so many bytes, are walked. `false` ends the walk early.
    fn advance(&mut self, objects: u64, bytes: u64) -> bool;
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
    /// Whether it was ended early.
    pub stopped: bool,
    objects: OidMap<Slot>,
}

/// Most problems that are told one by one: a blobless clone lacks millions of objects.
const MAX_PROBLEMS: usize = 10_000;

/// What is known of an object while walking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Known(Child),
    /// A tree whose entries are being read.
    Busy,
    /// Something that has been asked for in vain.
    Absent,
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

impl Repo {
    /// Walks everything that `tips` reach; with `unreachable`, then all else the repository holds.
    ///
    /// # Errors
    /// If the repository's objects, or the list of its shallow commits, cannot be listed. An object that
    /// cannot be read is in [`Walked::problems`].
    pub fn walk(&self, tips: Tips, unreachable: bool, sight: &mut dyn Sight) -> Result<Walked, GitError> {
        let mut walk = Walk {
            repo: self,
            sight,
            shallow: self.shallow()?,
            out: Walked::default(),
            parents: Vec::new(),
            targets: Vec::new(),
            left: Vec::new(),
            known_names: HashMap::new(),
            marks: Vec::new(),
            spare: Vec::new(),
        };
        walk.start_all(tips);
        if unreachable {
            walk.rest()?;
        }
        let mut out = walk.out;
        order::settle(&mut out, &walk.parents, &walk.targets);
        Ok(out)
    }

    /// The commits whose parents were left out when the repository was cloned.
    fn shallow(&self) -> Result<OidSet, GitError> {
        let path = self.common_dir.join("shallow");
        match fs::read(&path) {
            Ok(text) => {
                let lines = text.split(|&b| b == b'\n').filter_map(|line| self.oid_from_hex(line.trim_ascii()));
                Ok(lines.collect())
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(OidSet::default()),
            Err(error) => Err(GitError::io(path)(error)),
        }
    }
}

/// When an unreachable object has its turn: what may lead to others goes first.
const fn turn(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::Tag => 0,
        ObjectKind::Commit => 1,
        ObjectKind::Tree => 2,
        ObjectKind::Blob => 3,
    }
}

/// A walk under way.
struct Walk<'w> {
    repo: &'w Repo,
    sight: &'w mut dyn Sight,
    shallow: OidSet,
    out: Walked,
    /// The parents of each commit in `out`, by id.
    parents: Vec<Vec<Oid>>,
    /// The object each tag in `out` names.
    targets: Vec<Oid>,
    /// Objects yet to be read, with what whoever named them says they are.
    left: Vec<(Oid, ObjectKind)>,
    known_names: HashMap<Arc<[u8]>, u32>,
    marks: Vec<NameMark>,
    /// Buffers to be used again.
    spare: Vec<Vec<u8>>,
}

impl Walk<'_> {
    fn start_all(&mut self, tips: Tips) {
        for (name, detail) in tips.broken {
            self.problem(None, format!("ref {}", String::from_utf8_lossy(&name)), SkipReason::Unreadable, detail);
        }
        for tip in &tips.refs {
            if !self.start(tip.target) {
                let name = String::from_utf8_lossy(&tip.name);
                self.problem(
                    None,
                    format!("ref {name}"),
                    SkipReason::Missing,
                    format!("object {} is not there", tip.target),
                );
            }
        }
        for (name, oid) in tips.logged {
            if !self.start(oid) {
                let name = String::from_utf8_lossy(&name);
                self.problem(None, format!("reflog {name}"), SkipReason::Missing, format!("object {oid} is not there"));
            }
        }
        for tip in tips.refs {
            let child = self.child(tip.target);
            self.out.refs.push((tip, child));
        }
    }

    /// Whatever else the repository holds: commits first, so that their trees are known as theirs.
    fn rest(&mut self) -> Result<(), GitError> {
        let mut rest = Vec::new();
        let mut buffer = Vec::new();
        for oid in self.repo.object_ids()? {
            if self.out.reached(oid) {
                continue;
            }
            match self.repo.object(oid, &mut buffer) {
                Ok(kind) => rest.push((turn(kind), oid)),
                Err(error) => self.trouble("object", oid, &error),
            }
        }
        rest.sort_unstable();
        self.out.unreachable = Some(rest.len() as u64);
        for (_, oid) in rest {
            self.start(oid);
        }
        Ok(())
    }

    /// Walks from an object of any sort: whether it is there.
    fn start(&mut self, oid: Oid) -> bool {
        match self.out.objects.get(&oid) {
            Some(Slot::Known(_) | Slot::Busy) => return true,
            Some(Slot::Absent) => return false,
            None => {}
        }
        let mut bytes = self.spare.pop().unwrap_or_default();
        let there = match self.repo.object(oid, &mut bytes) {
            Ok(ObjectKind::Blob) => {
                let child = self.blob(oid, false);
                self.out.loose_ends.push((oid, child));
                true
            }
            Ok(ObjectKind::Tree) => {
                let child = self.tree(oid, None);
                self.out.loose_ends.push((oid, child));
                true
            }
            Ok(kind) => {
                self.named(oid, kind, &bytes);
                true
            }
            Err(GitError::Missing { .. }) => {
                self.out.objects.insert(oid, Slot::Absent);
                false
            }
            Err(error) => {
                self.trouble("object", oid, &error);
                true
            }
        };
        self.spare.push(bytes);
        self.drain();
        there
    }

    /// Reads the commits and tags that are left, and what they lead to.
    fn drain(&mut self) {
        while let Some((oid, kind)) = self.left.pop() {
            if self.out.stopped {
                return;
            }
            if self.out.objects.contains_key(&oid) {
                continue;
            }
            if matches!(kind, ObjectKind::Tree | ObjectKind::Blob) {
                // A tag's.
                let child = if kind == ObjectKind::Tree { self.tree(oid, None) } else { self.blob(oid, false) };
                self.out.loose_ends.push((oid, child));
                continue;
            }
            let mut bytes = self.spare.pop().unwrap_or_default();
            match self.repo.object(oid, &mut bytes) {
                Ok(found) if found == kind => self.named(oid, kind, &bytes),
                Ok(found) => {
                    let detail = format!("it is a {}", found.as_str());
                    self.trouble(kind.as_str(), oid, &GitError::object(kind.as_str(), oid, detail));
                }
                Err(error) => self.trouble(kind.as_str(), oid, &error),
            }
            self.spare.push(bytes);
        }
    }

    /// A commit or a tag.
    fn named(&mut self, oid: Oid, kind: ObjectKind, bytes: &[u8]) {
        let hash = oid.hash_kind();
        self.advance(bytes.len());
        if kind == ObjectKind::Tag {
            let Some((target, kind)) = commit::tag(bytes, hash) else {
                return self.trouble("tag", oid, &GitError::object("tag", oid, "it names no object"));
            };
            self.out.counts.tags += 1;
            let child = Child::Tag(self.out.tags.len() as u32);
            self.out.tags.push(Tag { oid, target: Child::Nothing });
            self.targets.push(target);
            self.out.objects.insert(oid, Slot::Known(child));
            self.left.push((target, kind));
            return;
        }
        let Some(head) = commit::commit(bytes, hash) else {
            return self.trouble("commit", oid, &GitError::object("commit", oid, "it is malformed"));
        };
        self.out.counts.commits += 1;
        self.out.objects.insert(oid, Slot::Known(Child::Commit(self.out.commits.len() as u32)));
        let parents = if self.shallow.contains(&oid) && !head.parents.is_empty() {
            let detail = "its parents were left out when this shallow repository was cloned".to_owned();
            self.problem(Some(oid), format!("commit {oid}"), SkipReason::Missing, detail);
            Vec::new()
        } else {
            head.parents
        };
        self.left.extend(parents.iter().map(|parent| (*parent, ObjectKind::Commit)));
        self.parents.push(parents);
        // The tree is walked before the next commit, so that the order of things does not depend on the stack.
        self.out.commits.push(Commit { oid, parents: Vec::new(), tree: Child::Nothing, time: head.time });
        let at = self.out.commits.len() - 1;
        let tree = self.tree(head.tree, Some(oid));
        if let Some(commit) = self.out.commits.get_mut(at) {
            commit.tree = tree;
        }
    }

    fn child(&self, oid: Oid) -> Child {
        match self.out.objects.get(&oid) {
            Some(Slot::Known(child)) => *child,
            _ => Child::Nothing,
        }
    }

    fn advance(&mut self, bytes: usize) {
        if !self.sight.advance(1, bytes as u64) {
            self.out.stopped = true;
        }
    }

    fn trouble(&mut self, what: &'static str, oid: Oid, error: &GitError) {
        self.out.objects.insert(oid, Slot::Absent);
        let missing = matches!(error, GitError::Missing { .. });
        let (reason, detail) =
            if missing { (SkipReason::Missing, String::new()) } else { (SkipReason::Unreadable, error.to_string()) };
        self.problem(Some(oid), format!("{what} {oid}"), reason, detail);
    }

    fn problem(&mut self, oid: Option<Oid>, what: String, reason: SkipReason, detail: String) {
        if self.out.problems.len() < MAX_PROBLEMS {
            self.out.problems.push(Problem { oid, what, reason, detail });
        } else {
            self.out.more_problems += 1;
        }
    }
}
