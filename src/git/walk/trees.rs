//! Trees, each read once, with a stack of our own; of each, the entries that lead to something are kept.

use std::sync::Arc;

use super::{Child, Entry, NameMark, Slot, Walk};
use crate::git::tree::raw_entry;
use crate::git::{GitError, ObjectKind, Oid};

/// Directories inside each other that are followed: twice git's own `core.maxTreeDepth`.
const MAX_DEPTH: usize = 4096;

/// A tree being read.
struct Frame {
    oid: Oid,
    bytes: Vec<u8>,
    at: usize,
    kept: Vec<Entry>,
    /// Its entry in the tree it was reached from.
    entry: Option<(Entry, NameMark)>,
}

/// What the next entry of a tree asks for.
enum Next {
    End,
    Stay,
    Enter(Entry, NameMark, Oid),
}

impl Walk<'_> {
    /// Walks a tree and all below it, unless that has been done. `owner` is the commit whose tree it is.
    pub(super) fn tree(&mut self, root: Oid, owner: Option<Oid>) -> Child {
        match self.out.objects.get(&root) {
            Some(Slot::Known(child)) => return *child,
            Some(_) => return Child::Nothing,
            None => {}
        }
        let mut stack = Vec::new();
        let mut result = Child::Nothing;
        self.enter(&mut stack, root, None, owner);
        while let Some(mut frame) = stack.pop() {
            match self.step(&mut frame) {
                Next::Stay => stack.push(frame),
                Next::Enter(entry, mark, oid) => {
                    stack.push(frame);
                    self.enter(&mut stack, oid, Some((entry, mark)), None);
                }
                Next::End => {
                    let (entry, child) = self.leave(frame);
                    match (stack.last_mut(), entry) {
                        (Some(above), Some((entry, mark))) => above.keep(entry, mark, child),
                        _ => result = child,
                    }
                }
            }
        }
        result
    }

    fn enter(&mut self, stack: &mut Vec<Frame>, oid: Oid, entry: Option<(Entry, NameMark)>, owner: Option<Oid>) {
        let mut bytes = self.spare.pop().unwrap_or_default();
        let read = match self.repo.object(oid, &mut bytes) {
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
                stack.push(Frame { oid, bytes, at: 0, kept: Vec::new(), entry });
            }
            Err(error) => {
                self.trouble("tree", oid, &error);
                if let (Some(owner), Some(last)) = (owner, self.out.problems.last_mut())
                    && last.detail.is_empty()
                {
                    last.detail = format!("the tree of commit {owner}");
                }
                if let (Some(above), Some((entry, mark))) = (stack.last_mut(), entry) {
                    above.keep(entry, mark, Child::Nothing);
                }
            }
        }
    }

    fn leave(&mut self, frame: Frame) -> (Option<(Entry, NameMark)>, Child) {
        let child = if frame.kept.is_empty() {
            Child::Nothing
        } else {
            self.out.trees.push((frame.oid, frame.kept));
            Child::Tree(self.out.trees.len() as u32 - 1)
        };
        self.out.objects.insert(frame.oid, Slot::Known(child));
        self.spare.push(frame.bytes);
        (frame.entry, child)
    }

    fn step(&mut self, frame: &mut Frame) -> Next {
        let rest = frame.bytes.get(frame.at..).unwrap_or_default();
        if rest.is_empty() || self.out.stopped {
            return Next::End;
        }
        let Some((mode, name, oid, used)) = raw_entry(rest, frame.oid.hash_kind().width()) else {
            let oid = frame.oid;
            self.trouble("tree", oid, &GitError::object("tree", oid, "it is malformed"));
            return Next::End;
        };
        let (name, mark) = self.name(name);
        frame.at += used;
        let entry = Entry { name, child: Child::Nothing, mode };
        if mode.is_submodule() {
            frame.keep(entry, mark, Child::Nothing);
        } else if mode.is_tree() {
            match self.out.objects.get(&oid) {
                None => return Next::Enter(entry, mark, oid),
                Some(Slot::Known(child)) => frame.keep(entry, mark, *child),
                Some(Slot::Absent) => frame.keep(entry, mark, Child::Nothing),
                Some(Slot::Busy) => {
                    let detail = "a tree that holds itself";
                    let above = frame.oid;
                    self.problem(
                        Some(above),
                        format!("tree {above}"),
                        crate::model::SkipReason::Unreadable,
                        detail.to_owned(),
                    );
                }
            }
        } else {
            let child = self.blob(oid, mark.bound);
            frame.keep(entry, mark, child);
        }
        Next::Stay
    }

    /// A blob, which is not read here; but it must be there.
    pub(super) fn blob(&mut self, oid: Oid, bound: bool) -> Child {
        match self.out.objects.get(&oid) {
            Some(Slot::Known(Child::Nothing)) if bound => {}
            Some(Slot::Known(child)) => return *child,
            Some(_) => return Child::Nothing,
            None if self.repo.holds(oid) => {
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
    fn keep(&mut self, entry: Entry, mark: NameMark, child: Child) {
        if child != Child::Nothing || mark.telling {
            self.kept.push(Entry { child, ..entry });
        }
    }
}
