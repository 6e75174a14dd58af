//! Everything that refs and reflogs reach: commits, tags, trees and blobs, each read once.
//!
//! One walk serves two ends. It says which objects there are (and which should be there and are not), and
//! it keeps the small part of all trees that leads to what its caller is looking for, so that afterwards
//! every question about where and when can be answered without reading anything again.

mod bounds;
mod commit;
mod listing;
mod order;
mod refs;
mod tips;
mod trees;
mod walked;

use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;
use std::sync::Arc;

pub use bounds::{Bounds, Range};
pub use commit::{CommitLinks, Person, commit_links, people, tag_target};
pub use refs::{Log, Ref, Tips};
pub use tips::RefGlob;
use walked::Slot;
pub use walked::{Child, Commit, Counts, Entry, Memory, NameMark, Problem, Sight, Tag, Walked};

use super::map::{Keyed, OidSet};
use super::objects::Reader;
use super::{GitError, ObjectKind, Oid, Repo, Store};
use crate::model::SkipReason;

/// Most problems that are told one by one: a blobless clone lacks millions of objects.
const MAX_PROBLEMS: usize = 10_000;

impl Repo {
    /// Walks everything that `tips` reach within `bounds`.
    ///
    /// # Errors
    /// If the repository's objects, or the list of its shallow commits, cannot be listed. An object that
    /// cannot be read is in [`Walked::problems`].
    pub fn walk(&self, store: &Store, tips: Tips, bounds: &Bounds, sight: &mut dyn Sight) -> Result<Walked, GitError> {
        let mut walk = Walk {
            reader: Reader::new(store),
            remembers: sight.memory().is_some(),
            sight,
            shallow: self.shallow()?,
            chosen: None,
            out: Walked::default(),
            parents: Vec::new(),
            targets: Vec::new(),
            left: Vec::new(),
            known_names: HashMap::default(),
            marks: Vec::new(),
            spare: Vec::new(),
            todo: Vec::new(),
            malformed: OidSet::default(),
            doubtful: OidSet::default(),
            shapes: listing::Shapes::default(),
            last: None,
        };
        if !bounds.are_narrow() {
            // Nearly all objects are met; a map that grows has to be filled anew each time.
            walk.out.objects.reserve(store.packed());
        }
        walk.start_all(tips, bounds);
        if bounds.unreachable {
            walk.rest()?;
        }
        let mut out = walk.out;
        if out.stopped {
            // Trees were left with entries that nobody looked at.
            out.barren.clear();
        }
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

/// An entry of a tree to be looked at: where it begins, and the tree that stood under its name before.
type Todo = (u32, Option<Oid>);

/// When an unreachable object has its turn: what may lead to others goes first.
const fn turn(kind: ObjectKind) -> u8 {
    match kind {
        ObjectKind::Tag => 0,
        ObjectKind::Commit => 1,
        ObjectKind::Tree => 2,
        ObjectKind::Blob => 3,
    }
}

/// An object yet to be read.
struct Left {
    oid: Oid,
    /// What whoever named it says it is.
    kind: ObjectKind,
    /// The tree of the commit that named it, which is much like its own.
    like: Option<Oid>,
}

/// A walk under way.
struct Walk<'w> {
    reader: Reader<'w>,
    sight: &'w mut dyn Sight,
    shallow: OidSet,
    /// The commits that are walked; `None`: all.
    chosen: Option<OidSet>,
    out: Walked,
    /// The parents of each commit in `out`, by id.
    parents: Vec<Vec<Oid>>,
    /// The object each tag in `out` names.
    targets: Vec<Oid>,
    left: Vec<Left>,
    known_names: HashMap<Arc<[u8]>, u32, Keyed>,
    marks: Vec<NameMark>,
    /// Buffers to be used again.
    spare: Vec<Vec<u8>>,
    /// The entries yet to be looked at, of all trees being read, the next one last.
    todo: Vec<Todo>,
    /// Trees that could not be read to their end.
    malformed: OidSet,
    /// Whether the sight has a memory.
    remembers: bool,
    /// Trees and blobs of which it is not certain that they lead to nothing, though no way is kept; empty unless
    /// the sight has a memory.
    doubtful: OidSet,
    /// Where entries begin in trees that were read.
    shapes: listing::Shapes,
    /// The top of the last commit's files.
    last: Option<Oid>,
}

impl Walk<'_> {
    fn start_all(&mut self, tips: Tips, bounds: &Bounds) {
        for (name, detail) in tips.broken {
            self.problem(None, format!("ref {}", String::from_utf8_lossy(&name)), SkipReason::Unreadable, detail);
        }
        if bounds.are_narrow() {
            let starts = tips.refs.iter().map(|tip| tip.target).chain(tips.logged.iter().map(|(_, oid)| *oid));
            self.choose(bounds, starts.collect());
        }
        if let Some(range) = &bounds.range {
            self.start(range.to);
        } else {
            for tip in &tips.refs {
                if !self.start(tip.target) {
                    let what = format!("ref {}", String::from_utf8_lossy(&tip.name));
                    self.problem(None, what, SkipReason::Missing, format!("object {} is not there", tip.target));
                }
            }
            for (name, oid) in tips.logged {
                if !self.start(oid) {
                    let what = format!("reflog {}", String::from_utf8_lossy(&name));
                    self.problem(None, what, SkipReason::Missing, format!("object {oid} is not there"));
                }
            }
        }
        for tip in tips.refs {
            let child = self.child(tip.target);
            self.out.refs.push((tip, child));
        }
        if !bounds.are_narrow() {
            self.out.logs = tips.logs;
        }
    }

    /// Whatever else the repository holds: commits first, so that their trees are known as theirs.
    fn rest(&mut self) -> Result<(), GitError> {
        let store = self.reader.store();
        let mut rest = Vec::new();
        for oid in store.ids()? {
            if self.out.reached(oid) {
                continue;
            }
            match store.kind(oid) {
                Ok(ObjectKind::Tree) if self.remembers && self.knows_tree(oid) => {}
                Ok(ObjectKind::Blob)
                    if self.remembers && self.sight.memory().is_some_and(|memory| memory.knows_blob(oid)) => {}
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
            Some(Slot::Known(_) | Slot::Busy | Slot::Outside) => return true,
            Some(Slot::Absent) => return false,
            None => {}
        }
        let store = self.reader.store();
        let there = match store.kind(oid) {
            Ok(kind) => {
                self.left.push(Left { oid, kind, like: self.last });
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
        self.drain();
        there
    }

    /// Reads the objects that are left, and what they lead to.
    fn drain(&mut self) {
        while let Some(Left { oid, kind, like }) = self.left.pop() {
            if self.out.stopped {
                return;
            }
            if self.out.objects.contains_key(&oid) {
                continue;
            }
            if matches!(kind, ObjectKind::Tree | ObjectKind::Blob) {
                // A ref's or a tag's.
                let child = if kind == ObjectKind::Tree { self.tree(oid, like, None) } else { self.blob(oid, false) };
                self.out.loose_ends.push((oid, child));
                continue;
            }
            if kind == ObjectKind::Commit
                && let Some(links) = self.sight.links(oid)
            {
                if !self.is_outside(oid) {
                    self.advance(0);
                    self.commit(oid, links, like);
                }
                continue;
            }
            let mut bytes = self.spare.pop().unwrap_or_default();
            match self.reader.read(oid, &mut bytes) {
                Ok(found) if found == kind => self.named(oid, kind, &bytes, like),
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
    fn named(&mut self, oid: Oid, kind: ObjectKind, bytes: &[u8], like: Option<Oid>) {
        let hash = oid.hash_kind();
        if kind == ObjectKind::Tag {
            self.advance(bytes.len());
            let Some((target, kind)) = tag_target(bytes, hash) else {
                return self.trouble("tag", oid, &GitError::object("tag", oid, "it names no object"));
            };
            self.out.counts.tags += 1;
            let child = Child::Tag(self.out.tags.len() as u32);
            self.out.tags.push(Tag { oid, target: Child::Nothing });
            self.targets.push(target);
            self.out.objects.insert(oid, Slot::Known(child));
            self.left.push(Left { oid: target, kind, like });
            return;
        }
        if self.is_outside(oid) {
            return;
        }
        self.advance(bytes.len());
        match commit_links(bytes, hash) {
            Some(links) => self.commit(oid, links, like),
            None => self.trouble("commit", oid, &GitError::object("commit", oid, "it is malformed")),
        }
    }

    /// Whether a commit is none of those that are walked; it is noted then.
    fn is_outside(&mut self, oid: Oid) -> bool {
        let is_outside = self.chosen.as_ref().is_some_and(|chosen| !chosen.contains(&oid));
        if is_outside {
            self.out.objects.insert(oid, Slot::Outside);
        }
        is_outside
    }

    fn commit(&mut self, oid: Oid, mut head: CommitLinks, like: Option<Oid>) {
        let is_chosen = |oid: &Oid| self.chosen.as_ref().is_none_or(|chosen| chosen.contains(oid));
        let is_cut = self.shallow.contains(&oid) && !head.parents.is_empty();
        head.parents.retain(is_chosen);
        self.out.counts.commits += 1;
        self.out.objects.insert(oid, Slot::Known(Child::Commit(self.out.commits.len() as u32)));
        let parents = if is_cut {
            let detail = "its parents were left out when this shallow repository was cloned".to_owned();
            self.problem(Some(oid), format!("commit {oid}"), SkipReason::Missing, detail);
            Vec::new()
        } else {
            head.parents
        };
        let like_this = |parent: &Oid| Left { oid: *parent, kind: ObjectKind::Commit, like: Some(head.tree) };
        self.left.extend(parents.iter().map(like_this));
        self.parents.push(parents);
        // The tree is walked before the next commit, so that the order of things does not depend on the stack.
        self.out.commits.push(Commit { oid, parents: Vec::new(), tree: Child::Nothing, time: head.time });
        let at = self.out.commits.len() - 1;
        let tree = self.tree(head.tree, like, Some(oid));
        self.last = Some(head.tree);
        if let Some(commit) = self.out.commits.get_mut(at) {
            commit.tree = tree;
        }
    }

    /// Whether an earlier walk looked at that tree.
    fn knows_tree(&self, oid: Oid) -> bool {
        self.sight.memory().is_some_and(|memory| memory.knows_tree(oid))
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
        let (reason, detail) = match error {
            GitError::Missing { .. } => (SkipReason::Missing, String::new()),
            GitError::TooLarge { .. } => (SkipReason::Budget, error.to_string()),
            _ => (SkipReason::Unreadable, error.to_string()),
        };
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
