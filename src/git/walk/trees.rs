//! Trees, each read once, with a stack of our own; of each, the entries that lead to something are kept.
//!
//! A tree is most often much like one read just before: the same directory, one commit later or earlier. What the
//! two have in common is taken over; only the other entries are looked at. So a walk costs what changes, not what
//! is there.

use std::sync::Arc;

use super::{Child, Entry, NameMark, Slot, Walk, Walked};
use crate::git::tree::raw_entry;
use crate::git::{GitError, ObjectKind, Oid};
use crate::model::SkipReason;

/// Directories inside each other that are followed: twice git's own `core.maxTreeDepth`.
const MAX_DEPTH: usize = 4096;

/// An entry to be looked at: where it begins, and the tree that stood under its name before.
pub(super) type Todo = (u32, Option<Oid>);

/// A tree being read.
struct Frame {
    oid: Oid,
    bytes: Vec<u8>,
    /// How many entries of the trees above are to be looked at; what is more is this one's.
    above: usize,
    /// Entries that lead to something, by where they begin.
    kept: Vec<(u32, Entry)>,
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
                    let (entry, child) = self.leave(frame);
                    match (stack.last_mut(), entry) {
                        (Some(above), Some((at, entry, mark))) => above.keep(at, entry, mark, child),
                        _ => result = child,
                    }
                }
            }
        }
        result
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
                let known = like.and_then(|like| Some((self.reader.recall(like)?, kept_of(&self.out, like)?)));
                let mut listing = Listing { out: &self.out, todo: &mut self.todo, kept: &mut kept };
                listing.differences(&bytes, known.unwrap_or_default(), oid.hash_kind().width());
                if let Some(own) = self.todo.get_mut(above..) {
                    own.reverse();
                }
                stack.push(Frame { oid, bytes, above, kept, entry });
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
                    above.keep(at, entry, mark, Child::Nothing);
                }
            }
        }
    }

    fn leave(&mut self, mut frame: Frame) -> (Option<(u32, Entry, NameMark)>, Child) {
        self.todo.truncate(frame.above);
        let child = if frame.kept.is_empty() {
            Child::Nothing
        } else {
            frame.kept.sort_by_key(|(at, _)| *at);
            self.out.trees.push((frame.oid, frame.kept.into_iter().map(|(_, entry)| entry).collect()));
            Child::Tree(self.out.trees.len() as u32 - 1)
        };
        self.out.objects.insert(frame.oid, Slot::Known(child));
        self.spare.push(frame.bytes);
        (frame.entry, child)
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
            return Next::End;
        };
        let (name, mark) = self.name(name);
        let entry = Entry { name, child: Child::Nothing, mode };
        if mode.is_submodule() {
            frame.keep(at, entry, mark, Child::Nothing);
        } else if mode.is_tree() {
            match self.out.objects.get(&oid) {
                None => return Next::Enter { entry: (at, entry, mark), oid, like },
                Some(Slot::Known(child)) => frame.keep(at, entry, mark, *child),
                Some(Slot::Absent | Slot::Outside) => frame.keep(at, entry, mark, Child::Nothing),
                Some(Slot::Busy) => {
                    let (above, detail) = (frame.oid, "a tree that holds itself".to_owned());
                    self.problem(Some(above), format!("tree {above}"), SkipReason::Unreadable, detail);
                }
            }
        } else {
            let child = self.blob(oid, mark.bound);
            frame.keep(at, entry, mark, child);
        }
        Next::Stay
    }

    /// A blob, which is not read here; but it must be there.
    pub(super) fn blob(&mut self, oid: Oid, bound: bool) -> Child {
        match self.out.objects.get(&oid) {
            Some(Slot::Known(Child::Nothing)) if bound => {}
            Some(Slot::Known(child)) => return *child,
            Some(_) => return Child::Nothing,
            None if self.reader.store().contains(oid) => {
                self.out.counts.blobs += 1;
                if !self.sight.blob(oid) && !bound {
                    self.out.objects.insert(oid, Slot::Known(Child::Nothing));
                    return Child::Nothing;
                }
            }
            None => {
                self.trouble("blob", oid, &GitError::Missing { what: "blob", oid });
                return Child::Nothing;
            }
        }
        let child = Child::Blob(self.out.blobs.len() as u32);
        self.out.blobs.push(oid);
        self.out.objects.insert(oid, Slot::Known(child));
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

/// What stands under an entry's name in a known tree.
enum Passed {
    /// The same entry.
    Same,
    /// Another one, or none: the tree it names, if it is one.
    Other(Option<Oid>),
}

/// What is to be done for a tree.
struct Listing<'l> {
    out: &'l Walked,
    todo: &'l mut Vec<Todo>,
    kept: &'l mut Vec<(u32, Entry)>,
}

impl Listing<'_> {
    /// Lists the entries of a tree that a known one (its bytes, and those of its entries that were kept) does not
    /// have, and takes over what was kept of the others. Whatever cannot be read as an entry is listed, too.
    fn differences(&mut self, ours: &[u8], (theirs, mut kept): (&[u8], &[Entry]), width: usize) {
        let (mut at, mut other, mut may_end_alike) = (0, 0, true);
        while at < ours.len() {
            let rest = theirs.get(other..).unwrap_or_default();
            if may_end_alike && kept.is_empty() && ours.get(at..) == Some(rest) {
                return;
            }
            may_end_alike = false;
            let Some(entry) = first_entry(&ours[at..], width) else {
                return self.todo.push((at as u32, None));
            };
            let passed = if rest.starts_with(entry) {
                other += entry.len();
                Passed::Same
            } else {
                self.pass(entry, theirs, &mut other, &mut kept, width)
            };
            match passed {
                Passed::Same => self.take_over(at, entry, &mut kept, width),
                Passed::Other(like) => {
                    self.todo.push((at as u32, like));
                    may_end_alike = true;
                }
            }
            at += entry.len();
        }
    }

    /// Goes on in the known tree past the entry of the same name; says what stands there.
    fn pass(&self, entry: &[u8], theirs: &[u8], other: &mut usize, kept: &mut &[Entry], width: usize) -> Passed {
        let name = name_of(entry, width);
        while let Some(next) = theirs.get(*other..).and_then(|rest| first_entry(rest, width)) {
            let their_name = name_of(next, width);
            if their_name > name {
                break;
            }
            if next == entry {
                *other += next.len();
                return Passed::Same;
            }
            *other += next.len();
            if self.is_kept(kept, next, width) {
                *kept = kept.get(1..).unwrap_or_default();
            }
            if their_name == name {
                let tree = raw_entry(next, width).filter(|(mode, ..)| mode.is_tree());
                return Passed::Other(tree.map(|(_, _, oid, _)| oid));
            }
        }
        Passed::Other(None)
    }

    /// An entry that both have: what was kept of the known tree's is kept of this one's.
    fn take_over(&mut self, at: usize, entry: &[u8], kept: &mut &[Entry], width: usize) {
        if let Some((first, rest)) = kept.split_first()
            && self.is_kept(kept, entry, width)
        {
            self.kept.push((at as u32, *first));
            *kept = rest;
        }
    }

    /// Whether an entry is the next of those that were kept.
    fn is_kept(&self, kept: &[Entry], entry: &[u8], width: usize) -> bool {
        let Some(next) = kept.first() else { return false };
        let oid = match next.child {
            Child::Blob(at) => self.out.blobs.get(at as usize),
            Child::Tree(at) => self.out.trees.get(at as usize).map(|(oid, _)| oid),
            _ => None,
        };
        let name = self.out.names.get(next.name as usize);
        name.is_some_and(|name| **name == *name_of(entry, width))
            && oid.is_none_or(|oid| entry.ends_with(oid.as_bytes()))
    }
}

/// The bytes of the entry that a tree begins with: `<mode> SP <name> NUL <id>`.
fn first_entry(tree: &[u8], width: usize) -> Option<&[u8]> {
    tree.get(..memchr::memchr(0, tree)? + 1 + width)
}

/// The name in an entry.
fn name_of(entry: &[u8], width: usize) -> &[u8] {
    let text = entry.get(..entry.len().saturating_sub(width + 1)).unwrap_or_default();
    text.iter().position(|b| *b == b' ').and_then(|space| text.get(space + 1..)).unwrap_or_default()
}
