//! Trees, each read once, with a stack of our own; of each, the entries that lead to something are kept.
//!
//! A tree is most often much like one read just before: the same directory, one commit later or earlier. What the
//! two have in common is taken over; only the other entries are looked at. So a walk costs what changes, not what
//! is there.

use std::collections::hash_map::Entry::{Occupied, Vacant};
use std::sync::Arc;

use super::listing::{Listing, Shape};
use super::{Child, Entry, NameMark, Slot, Walk, Walked};
use crate::git::tree::raw_entry;
use crate::git::{GitError, ObjectKind, Oid};
use crate::model::SkipReason;

/// Directories inside each other that are followed: twice git's own `core.maxTreeDepth`.
const MAX_DEPTH: usize = 4096;

/// A tree being read.
struct Frame {
    oid: Oid,
    bytes: Vec<u8>,
    /// How many entries of the trees above are to be looked at; what is more is this one's.
    above: usize,
    /// Entries that lead to something, by where they begin.
    kept: Vec<(u32, Entry)>,
    /// Where its entries begin, if it is worth to know.
    shape: Option<Shape>,
    /// Whether something below it is doubtful.
    is_doubtful: bool,
    /// Its entry in the tree it was reached from.
    entry: Option<(u32, Entry, NameMark)>,
}

/// What the next entry of a tree asks for.
enum Next {
    End,
    Stay,
    Enter { entry: (u32, Entry, NameMark), oid: Oid, like: Option<Oid> },
}

impl Walk<'_> {
    /// Walks a tree and all below it, unless that has been done. `owner` is the commit whose tree it is, `like` a
    /// tree that may be much the same.
    pub(super) fn tree(&mut self, root: Oid, like: Option<Oid>, owner: Option<Oid>) -> Child {
        match self.out.objects.get(&root) {
            Some(Slot::Known(child)) => return *child,
            Some(_) => return Child::Nothing,
            None if self.remembers && self.knows_tree(root) => return self.pass_by(root),
            None => {}
        }
        let mut stack = Vec::new();
        let mut result = Child::Nothing;
        self.enter(&mut stack, (root, like), None, owner);
        while let Some(mut frame) = stack.pop() {
            match self.step(&mut frame) {
                Next::Stay => stack.push(frame),
                Next::Enter { entry, oid, like } => {
                    stack.push(frame);
                    self.enter(&mut stack, (oid, like), Some(entry), None);
                }
                Next::End => {
                    let (entry, child, is_doubtful) = self.leave(frame);
                    match (stack.last_mut(), entry) {
                        (Some(above), Some((at, entry, mark))) => {
                            above.is_doubtful |= is_doubtful;
                            above.keep(at, entry, mark, child);
                        }
                        _ => result = child,
                    }
                }
            }
        }
        result
    }

    /// A tree that an earlier walk looked at, and that leads to nothing.
    fn pass_by(&mut self, tree: Oid) -> Child {
        self.out.counts.trees += 1;
        self.out.objects.insert(tree, Slot::Known(Child::Nothing));
        Child::Nothing
    }

    fn enter(
        &mut self,
        stack: &mut Vec<Frame>,
        (oid, like): (Oid, Option<Oid>),
        entry: Option<(u32, Entry, NameMark)>,
        owner: Option<Oid>,
    ) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        let read = match self.reader.read(oid, &mut bytes) {
            Ok(ObjectKind::Tree) if stack.len() < MAX_DEPTH => Ok(()),
            Ok(ObjectKind::Tree) => Err(GitError::object("tree", oid, "directories are nested too deep")),
            Ok(kind) => Err(GitError::object("tree", oid, format!("it is a {}", kind.as_str()))),
            Err(error) => Err(error),
        };
        match read {
            Ok(()) => {
                self.out.objects.insert(oid, Slot::Busy);
                self.out.counts.trees += 1;
                self.advance(bytes.len());
                let (above, mut kept) = (self.todo.len(), Vec::new());
                let like = like.filter(|like| !self.malformed.contains(like));
                let place = self.reader.place();
                let (width, shape) = (oid.hash_kind().width(), like.and_then(|like| self.shapes.get(like)));
                let bytes_of = |like: Oid| match shape.and_then(|shape| shape.place) {
                    Some(place) => self.reader.recall_at(place),
                    None => self.reader.recall(like),
                };
                let known = like.and_then(|like| Some((bytes_of(like)?, kept_of(&self.out, like)?)));
                // What it has in common with a tree that is doubtful may be why that is.
                let is_doubtful = known.is_some() && like.is_some_and(|like| self.doubtful.contains(&like));
                let mut listing = Listing { out: &self.out, todo: &mut self.todo, kept: &mut kept };
                let between = shape.zip(known).and_then(|(shape, known)| listing.between(&bytes, known, shape, width));
                let mut shape = between.or_else(|| {
                    listing.differences(&bytes, known.unwrap_or_default(), width);
                    Shape::of(&bytes, width)
                });
                if let Some(shape) = &mut shape {
                    shape.place = place;
                }
                if let Some(own) = self.todo.get_mut(above..) {
                    own.reverse();
                }
                stack.push(Frame { oid, bytes, above, kept, shape, is_doubtful, entry });
            }
            Err(error) => {
                self.spare.push(bytes);
                self.trouble("tree", oid, &error);
                if let (Some(owner), Some(last)) = (owner, self.out.problems.last_mut())
                    && last.detail.is_empty()
                {
                    last.detail = format!("the tree of commit {owner}");
                }
                if let (Some(above), Some((at, entry, mark))) = (stack.last_mut(), entry) {
                    above.is_doubtful = true;
                    above.keep(at, entry, mark, Child::Nothing);
                }
            }
        }
    }

    fn leave(&mut self, mut frame: Frame) -> (Option<(u32, Entry, NameMark)>, Child, bool) {
        self.todo.truncate(frame.above);
        if self.remembers && frame.is_doubtful {
            self.doubtful.insert(frame.oid);
        }
        let child = if frame.kept.is_empty() {
            if self.remembers && !frame.is_doubtful {
                self.out.barren.push(frame.oid);
            }
            Child::Nothing
        } else {
            frame.kept.sort_by_key(|(at, _)| *at);
            if let Some(shape) = &mut frame.shape {
                shape.kept.extend(frame.kept.iter().map(|(at, _)| *at));
            }
            self.out.trees.push((frame.oid, frame.kept.into_iter().map(|(_, entry)| entry).collect()));
            Child::Tree(self.out.trees.len() as u32 - 1)
        };
        self.out.objects.insert(frame.oid, Slot::Known(child));
        if let Some(shape) = frame.shape {
            self.shapes.put(frame.oid, shape);
        }
        self.spare.push(frame.bytes);
        (frame.entry, child, frame.is_doubtful)
    }

    fn step(&mut self, frame: &mut Frame) -> Next {
        if self.todo.len() <= frame.above || self.out.stopped {
            return Next::End;
        }
        let Some((at, like)) = self.todo.pop() else { return Next::End };
        let rest = frame.bytes.get(at as usize..).unwrap_or_default();
        let Some((mode, name, oid, _)) = raw_entry(rest, frame.oid.hash_kind().width()) else {
            let oid = frame.oid;
            self.trouble("tree", oid, &GitError::object("tree", oid, "it is malformed"));
            self.malformed.insert(oid);
            frame.is_doubtful = true;
            return Next::End;
        };
        let (name, mark) = self.name(name);
        let entry = Entry { name, child: Child::Nothing, mode };
        if mode.is_submodule() {
            frame.keep(at, entry, mark, Child::Nothing);
        } else if mode.is_tree() {
            match self.out.objects.get(&oid) {
                None if self.remembers && self.knows_tree(oid) => {
                    let child = self.pass_by(oid);
                    frame.keep(at, entry, mark, child);
                }
                None => return Next::Enter { entry: (at, entry, mark), oid, like },
                Some(Slot::Known(child)) => {
                    frame.is_doubtful |= self.doubtful.contains(&oid);
                    frame.keep(at, entry, mark, *child);
                }
                Some(Slot::Absent | Slot::Outside) => {
                    frame.is_doubtful = true;
                    frame.keep(at, entry, mark, Child::Nothing);
                }
                Some(Slot::Busy) => {
                    frame.is_doubtful = true;
                    let (above, detail) = (frame.oid, "a tree that holds itself".to_owned());
                    self.problem(Some(above), format!("tree {above}"), SkipReason::Unreadable, detail);
                }
            }
        } else {
            let child = self.blob(oid, mark.bound);
            frame.is_doubtful |= self.remembers && child == Child::Nothing && !self.is_settled(oid);
            frame.keep(at, entry, mark, child);
        }
        Next::Stay
    }

    /// Whether an object that no way is kept to was looked at, and leads to nothing.
    fn is_settled(&self, oid: Oid) -> bool {
        matches!(self.out.objects.get(&oid), Some(Slot::Known(_))) && !self.doubtful.contains(&oid)
    }

    /// A blob, which is not read here; but it must be there.
    pub(super) fn blob(&mut self, oid: Oid, bound: bool) -> Child {
        let child = Child::Blob(self.out.blobs.len() as u32);
        match self.out.objects.entry(oid) {
            Occupied(mut known) => match *known.get() {
                Slot::Known(Child::Nothing) if bound => _ = known.insert(Slot::Known(child)),
                Slot::Known(child) => return child,
                _ => return Child::Nothing,
            },
            Vacant(slot) if self.reader.store().contains(oid) => {
                self.out.counts.blobs += 1;
                if !self.sight.blob(oid) && !bound {
                    if self.sight.memory().is_some_and(|memory| !memory.knows_blob(oid)) {
                        self.doubtful.insert(oid);
                    }
                    slot.insert(Slot::Known(Child::Nothing));
                    return Child::Nothing;
                }
                slot.insert(Slot::Known(child));
            }
            Vacant(_) => {
                self.trouble("blob", oid, &GitError::Missing { what: "blob", oid });
                return Child::Nothing;
            }
        }
        self.out.blobs.push(oid);
        child
    }

    /// The index of a name, and what it is.
    fn name(&mut self, name: &[u8]) -> (u32, NameMark) {
        if let Some(&at) = self.known_names.get(name) {
            return (at, self.marks.get(at as usize).copied().unwrap_or_default());
        }
        let mark = self.sight.name(name);
        let at = self.out.names.len() as u32;
        let shared: Arc<[u8]> = name.into();
        self.known_names.insert(Arc::clone(&shared), at);
        self.out.names.push(shared);
        self.marks.push(mark);
        (at, mark)
    }
}

impl Frame {
    /// Keeps an entry that leads to something, or is it.
    fn keep(&mut self, at: u32, entry: Entry, mark: NameMark, child: Child) {
        if child != Child::Nothing || mark.telling {
            self.kept.push((at, Entry { child, ..entry }));
        }
    }
}

/// The entries that were kept of a tree that was read to its end; `None` if it was not.
fn kept_of(out: &Walked, tree: Oid) -> Option<&[Entry]> {
    match out.objects.get(&tree)? {
        Slot::Known(Child::Tree(at)) => out.trees.get(*at as usize).map(|(_, entries)| entries.as_slice()),
        Slot::Known(Child::Nothing) => Some(&[]),
        _ => None,
    }
}
