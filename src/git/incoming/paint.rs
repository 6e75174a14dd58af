//! Which commits no ref reached before: a walk from new and from known ones at once, the youngest first.
//!
//! It ends as soon as nothing is left that could be new. Where clocks lie it goes on instead of guessing, to the
//! end of history if it must.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Incoming;
use crate::git::map::OidMap;
use crate::git::{GitError, Oid};

/// Reached from what is pushed.
const PUSHED: u8 = 1;
/// Reached from a ref that was there before.
const KNOWN: u8 = 2;
/// Waiting in the queue.
const QUEUED: u8 = 4;

/// A commit in the queue.
struct Waiting {
    time: i64,
    oid: Oid,
    parents: Vec<Oid>,
}

impl PartialEq for Waiting {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Waiting {}

impl PartialOrd for Waiting {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Waiting {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.time, self.oid).cmp(&(other.time, other.oid))
    }
}

/// The walk.
pub(super) struct Painter<'a> {
    incoming: &'a Incoming,
    marks: OidMap<u8>,
    queue: BinaryHeap<Waiting>,
    /// Commits that are pushed and not known, as far as is known.
    left: usize,
    stopped: &'a dyn Fn() -> bool,
}

impl<'a> Painter<'a> {
    pub(super) fn new(incoming: &'a Incoming, stopped: &'a dyn Fn() -> bool) -> Self {
        Self { incoming, marks: OidMap::default(), queue: BinaryHeap::new(), left: 0, stopped }
    }

    /// Adds a commit that is pushed.
    ///
    /// # Errors
    /// If it cannot be read.
    pub(super) fn pushed(&mut self, oid: Oid) -> Result<(), GitError> {
        self.mark(oid, PUSHED)
    }

    /// Adds a commit that is known. One that cannot be read, or is no commit, tells nothing.
    pub(super) fn known(&mut self, oid: Oid) {
        // What is not painted is taken for new: more is scanned, never less.
        let _ = self.mark(oid, KNOWN);
    }

    /// Whether every commit that is pushed has been found to be known.
    pub(super) const fn is_done(&self) -> bool {
        self.left == 0
    }

    /// Walks until nothing pushed is left, or (unless `to_the_end`) nothing waits that is as young as the oldest
    /// pushed one.
    ///
    /// # Errors
    /// If a commit that is pushed cannot be read.
    pub(super) fn walk(&mut self, to_the_end: bool) -> Result<(), GitError> {
        let mut passed = 0_usize;
        while self.left > 0 && !(self.stopped)() {
            let Some(Waiting { oid, parents, .. }) = self.queue.pop() else { return Ok(()) };
            let mark = self.marks.get_mut(&oid).map_or(0, |mark| {
                *mark &= !QUEUED;
                *mark
            });
            if mark & KNOWN != 0 {
                for parent in parents {
                    self.known(parent);
                }
            } else {
                passed = 0;
                parents.into_iter().try_for_each(|parent| self.mark(parent, PUSHED))?;
            }
            // What is known lies far behind what is asked for: only all refs together can tell.
            passed += 1;
            if !to_the_end && passed > PATIENCE {
                return Ok(());
            }
        }
        Ok(())
    }

    /// The commits that are pushed and not known, by id.
    pub(super) fn unknown(&self) -> Vec<Oid> {
        let new = self.marks.iter().filter(|(_, mark)| **mark & (PUSHED | KNOWN) == PUSHED);
        let mut new: Vec<Oid> = new.map(|(oid, _)| *oid).collect();
        new.sort_unstable();
        new
    }

    fn mark(&mut self, oid: Oid, flag: u8) -> Result<(), GitError> {
        let old = self.marks.get(&oid).copied().unwrap_or(0);
        if old & flag != 0 || (flag == PUSHED && old & KNOWN != 0) {
            return Ok(());
        }
        let open = |mark: u8| usize::from(mark & (PUSHED | KNOWN) == PUSHED);
        let mark = old | flag;
        if old & QUEUED != 0 {
            self.left = self.left + open(mark) - open(old);
            self.marks.insert(oid, mark);
            return Ok(());
        }
        let links = self.incoming.commit(oid)?;
        self.left = self.left + open(mark) - open(old);
        self.marks.insert(oid, mark | QUEUED);
        self.queue.push(Waiting { time: links.time, oid, parents: links.parents });
        Ok(())
    }
}

/// Commits that are passed in a row with nothing new among them, before the walk from a few refs is given up for
/// the one from all.
const PATIENCE: usize = 20_000;
