//! Trees, each read once, with a stack of our own; of each, the entries that lead to something are kept.
//!
//! A tree is most often much like one read just before: the same directory, one commit later or earlier. What the
//! two begin and end with in common is taken over; only the entries between are looked at. So a walk costs what
//! changes, not what is there.

use std::sync::Arc;

use super::{Child, Entry, NameMark, Slot, Walk};
use crate::git::tree::raw_entry;
use crate::git::{GitError, ObjectKind, Oid};
use crate::model::SkipReason;

/// Directories inside each other that are followed: twice git's own `core.maxTreeDepth`.
const MAX_DEPTH: usize = 4096;

/// A tree that was read to its end.
pub(super) struct Known {
    bytes: Arc<Vec<u8>>,
    /// Where its entries begin, in order.
    starts: Vec<u32>,
    /// Those of them that lead to something, by where they begin.
    kept: Vec<(u32, Entry)>,
}

/// The tree that another one is held against while it is read.
struct Like {
    known: Arc<Known>,
    /// The number of its entry that comes next.
    at: usize,
    /// The number of the first entry at its end that both have in common, and where that begins in the new tree.
    tail: (usize, usize),
}

impl Like {
    /// The bytes of the next entry before the common end.
    fn next(&self) -> Option<&[u8]> {
        if self.at >= self.tail.0 {
            return None;
        }
        let start = *self.known.starts.get(self.at)? as usize;
        let end = self.known.starts.get(self.at + 1).map_or(self.known.bytes.len(), |end| *end as usize);
        self.known.bytes.get(start..end)
    }

    /// Goes on past the entries before that name; gives the tree that stands under the name itself.
    fn pass(&mut self, name: &[u8], width: usize) -> Option<Oid> {
        loop {
            let (mode, other, oid, _) = raw_entry(self.next()?, width)?;
            if other > name {
                return None;
            }
            let found = (other == name && mode.is_tree()).then_some(oid);
            let done = other == name;
            self.at += 1;
            if done {
                return found;
            }
        }
    }
}

/// A tree being read.
struct Frame {
    oid: Oid,
    bytes: Arc<Vec<u8>>,
    at: usize,
    starts: Vec<u32>,
    kept: Vec<(u32, Entry)>,
    like: Option<Like>,
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
        let read = match self.reader.read(oid) {
            Ok((ObjectKind::Tree, bytes)) if stack.len() < MAX_DEPTH => Ok(bytes),
            Ok((ObjectKind::Tree, _)) => Err(GitError::object("tree", oid, "directories are nested too deep")),
            Ok((kind, _)) => Err(GitError::object("tree", oid, format!("it is a {}", kind.as_str()))),
            Err(error) => Err(error),
        };
        match read {
            Ok(bytes) => {
                self.out.objects.insert(oid, Slot::Busy);
                self.out.counts.trees += 1;
                self.advance(bytes.len());
                let known = like.and_then(|like| self.lately.get(&like));
                stack.push(Frame::new(oid, bytes, known, entry));
            }
            Err(error) => {
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

    fn leave(&mut self, frame: Frame) -> (Option<(u32, Entry, NameMark)>, Child) {
        let child = if frame.kept.is_empty() {
            Child::Nothing
        } else {
            self.out.trees.push((frame.oid, frame.kept.iter().map(|(_, entry)| *entry).collect()));
            Child::Tree(self.out.trees.len() as u32 - 1)
        };
        self.out.objects.insert(frame.oid, Slot::Known(child));
        if frame.at == frame.bytes.len() {
            let weight = frame.bytes.len() + 4 * frame.starts.len() + size_of::<(u32, Entry)>() * frame.kept.len();
            let known = Known { bytes: frame.bytes, starts: frame.starts, kept: frame.kept };
            self.lately.put(frame.oid, Arc::new(known), weight);
        }
        (frame.entry, child)
    }

    fn step(&mut self, frame: &mut Frame) -> Next {
        frame.take_over();
        let at = frame.at;
        let rest = frame.bytes.get(at..).unwrap_or_default();
        if rest.is_empty() || self.out.stopped {
            return Next::End;
        }
        let Some((mode, name, oid, used)) = raw_entry(rest, frame.oid.hash_kind().width()) else {
            let oid = frame.oid;
            self.trouble("tree", oid, &GitError::object("tree", oid, "it is malformed"));
            return Next::End;
        };
        let like = frame.like.as_mut().and_then(|like| like.pass(name, oid.hash_kind().width()));
        let (name, mark) = self.name(name);
        frame.at += used;
        frame.starts.push(at as u32);
        let at = at as u32;
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
    fn new(oid: Oid, bytes: Arc<Vec<u8>>, known: Option<Arc<Known>>, entry: Option<(u32, Entry, NameMark)>) -> Self {
        let mut frame = Self { oid, bytes, at: 0, starts: Vec::new(), kept: Vec::new(), like: None, entry };
        if let Some(known) = known {
            frame.compare(known);
        }
        frame
    }

    /// Takes over the entries that this tree and a known one begin with, and notes those that they end with.
    fn compare(&mut self, known: Arc<Known>) {
        let (ours, theirs) = (self.bytes.as_slice(), known.bytes.as_slice());
        let head = common_start(ours, theirs);
        // The entry that holds the first difference, or is cut off by the end of one of them, is looked at.
        let first = known.starts.partition_point(|start| *start as usize <= head).saturating_sub(1);
        let begin = known.starts.get(first).map_or(0, |start| *start as usize);
        let room = (ours.len() - begin).min(theirs.len() - begin);
        let back = common_end(&ours[ours.len() - room..], &theirs[theirs.len() - room..]);
        let last = known.starts.partition_point(|start| (*start as usize) < theirs.len() - back);
        let end = known.starts.get(last).map_or(theirs.len(), |start| *start as usize);
        self.at = begin;
        self.starts.reserve(known.starts.len());
        self.starts.extend_from_slice(known.starts.get(..first).unwrap_or_default());
        self.kept.extend(known.kept.iter().take_while(|(at, _)| (*at as usize) < begin));
        let start = ours.len() - (theirs.len() - end);
        self.like = Some(Like { known, at: first, tail: (last, start) });
    }

    /// Takes over the entries that come next, as long as the known tree has the same, and its end once that is
    /// reached.
    fn take_over(&mut self) {
        let Some(like) = &mut self.like else { return };
        let (bytes, mut kept) = (self.bytes.as_slice(), None);
        while let Some(entry) = like.next()
            && self.at < like.tail.1
            && bytes.get(self.at..).is_some_and(|rest| rest.starts_with(entry))
        {
            let from = like.known.starts[like.at];
            let next = kept.get_or_insert_with(|| like.known.kept.partition_point(|(at, _)| *at < from));
            if let Some((_, entry)) = like.known.kept.get(*next).filter(|(at, _)| *at == from) {
                self.kept.push((self.at as u32, *entry));
                *next += 1;
            }
            self.starts.push(self.at as u32);
            self.at += entry.len();
            like.at += 1;
        }
        if self.at < like.tail.1 {
            return;
        }
        let (first, start) = like.tail;
        if self.at == start
            && let Some(&from) = like.known.starts.get(first)
        {
            let moved = |at: &u32| (start + (*at - from) as usize) as u32;
            self.starts.extend(like.known.starts.iter().skip(first).map(moved));
            let begins = like.known.kept.partition_point(|(at, _)| *at < from);
            self.kept.extend(like.known.kept.iter().skip(begins).map(|(at, entry)| (moved(at), *entry)));
            self.at = bytes.len();
        }
        // Past it: what looked like entries in common is the inside of one.
        self.like = None;
    }

    /// Keeps an entry that leads to something, or is it.
    fn keep(&mut self, at: u32, entry: Entry, mark: NameMark, child: Child) {
        if child != Child::Nothing || mark.telling {
            self.kept.push((at, Entry { child, ..entry }));
        }
    }
}

/// Bytes compared at a time.
const STEP: usize = 32;

/// How many bytes two texts begin with in common.
fn common_start(a: &[u8], b: &[u8]) -> usize {
    let (a_steps, b_steps) = (a.as_chunks::<STEP>().0, b.as_chunks::<STEP>().0);
    let same = STEP * a_steps.iter().zip(b_steps).take_while(|(a, b)| a == b).count();
    same + a[same..].iter().zip(&b[same..]).take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts end with in common.
fn common_end(a: &[u8], b: &[u8]) -> usize {
    let (a_steps, b_steps) = (a.as_rchunks::<STEP>().1, b.as_rchunks::<STEP>().1);
    let same = STEP * a_steps.iter().rev().zip(b_steps.iter().rev()).take_while(|(a, b)| a == b).count();
    let rest = a[..a.len() - same].iter().rev().zip(b[..b.len() - same].iter().rev());
    same + rest.take_while(|(a, b)| a == b).count()
}
