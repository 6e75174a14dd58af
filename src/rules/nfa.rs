//! A rule's regex as a plain automaton, to reason about what its matches can look like.
//!
//! Matches are bounded, so counted repetitions unroll and the automaton is acyclic, unless long counts are to be
//! left out. Assertions (`\b`, `^`) are taken as always true: that can only add matches, so whatever is proven still
//! holds.

use regex_syntax::hir::{Class, Hir, HirKind};

/// Bytes a compiled rule may take, roughly as the `regex` crate would count them.
const MAX_SIZE: usize = 4 << 20;

/// A set of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ByteSet([u64; 4]);

impl ByteSet {
    pub(super) fn insert(&mut self, byte: u8) {
        if let Some(word) = self.0.get_mut(usize::from(byte >> 6)) {
            *word |= 1 << (byte & 63);
        }
    }

    pub(super) fn contains(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 6)).is_some_and(|word| word >> (byte & 63) & 1 == 1)
    }
}

/// One state.
#[derive(Clone, Debug)]
pub(super) enum State {
    /// Goes on with one byte of the set with that index.
    Bytes { set: usize, next: usize },
    /// Goes on with any of these, reading nothing.
    Split(Vec<usize>),
    /// The match is complete.
    Accept,
}

/// Why there is no automaton.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// It would be larger than a rule may be.
    TooLarge,
    /// It has a class of characters beyond ASCII.
    Unicode,
}

/// The automaton. Where all is counted, every edge leads to a lower index, and accept is the lowest.
#[derive(Debug)]
pub(super) struct Nfa {
    pub(super) states: Vec<State>,
    pub(super) sets: Vec<ByteSet>,
    pub(super) start: usize,
    /// States below this one are those of the group that holds the credential. Zero where that is not known.
    pub(super) inside: usize,
    /// Counts above this become loops.
    counted: u32,
    size: usize,
}

impl Nfa {
    /// Builds it. The caller has made sure that matches are bounded.
    pub(super) fn new(hir: &Hir) -> Result<Self, Refusal> {
        Self::loosened(hir, u32::MAX, 0)
    }

    /// Builds one that accepts all that `hir` does, and more: repetitions are counted up to `counted`, and from
    /// there on they are free. `group` is the one that holds the credential.
    pub(super) fn loosened(hir: &Hir, counted: u32, group: u8) -> Result<Self, Refusal> {
        let mut nfa = Self { states: vec![State::Accept], sets: Vec::new(), start: 0, inside: 0, counted, size: 0 };
        nfa.start = match hir.kind() {
            HirKind::Concat(parts) if last_group(hir, group).is_some() => {
                let [before @ .., last] = parts.as_slice() else { return Ok(nfa) };
                let last = nfa.add(last, 0)?;
                nfa.inside = nfa.states.len();
                before.iter().rev().try_fold(last, |next, part| nfa.add(part, next))?
            }
            _ => nfa.add(hir, 0)?,
        };
        Ok(nfa)
    }

    /// Where the byte leads to from any of these states.
    pub(super) fn after(&self, states: &[usize], byte: u8) -> Vec<usize> {
        let next = |&state: &usize| match self.states.get(state) {
            Some(&State::Bytes { set, next }) if self.sets.get(set)?.contains(byte) => Some(next),
            _ => None,
        };
        states.iter().filter_map(next).collect()
    }

    /// The states that read a byte (or accept) reachable from `from` without reading. `marks` is scratch:
    /// one number for each state, `mark` not among them.
    pub(super) fn closure(&self, from: usize, marks: &mut [u32], mark: u32) -> Vec<usize> {
        let (mut found, mut stack) = (Vec::new(), vec![from]);
        while let Some(at) = stack.pop() {
            match (self.states.get(at), marks.get_mut(at)) {
                (Some(state), Some(seen)) if *seen != mark => {
                    *seen = mark;
                    match state {
                        State::Split(to) => stack.extend(to.iter().rev()),
                        _ => found.push(at),
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn push(&mut self, state: State, size: usize) -> Result<usize, Refusal> {
        self.size += size;
        if self.size > MAX_SIZE {
            return Err(Refusal::TooLarge);
        }
        self.states.push(state);
        Ok(self.states.len() - 1)
    }

    fn bytes(&mut self, set: ByteSet, ranges: usize, next: usize) -> Result<usize, Refusal> {
        let known = self.sets.iter().position(|known| *known == set);
        let set = known.unwrap_or_else(|| {
            self.sets.push(set);
            self.sets.len() - 1
        });
        self.push(State::Bytes { set, next }, 40 + 8 * ranges)
    }

    /// Adds what `hir` matches in front of `next`; the state where it begins.
    fn add(&mut self, hir: &Hir, next: usize) -> Result<usize, Refusal> {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Ok(next),
            HirKind::Literal(literal) => literal.0.iter().rev().try_fold(next, |next, &byte| {
                let mut set = ByteSet::default();
                set.insert(byte);
                self.bytes(set, 1, next)
            }),
            HirKind::Class(class) => self.class(class, next),
            HirKind::Capture(capture) => self.add(&capture.sub, next),
            HirKind::Concat(parts) => parts.iter().rev().try_fold(next, |next, part| self.add(part, next)),
            HirKind::Alternation(branches) => {
                let starts: Result<Vec<_>, _> = branches.iter().map(|branch| self.add(branch, next)).collect();
                let starts = starts?;
                let size = 24 + 8 * starts.len();
                self.push(State::Split(starts), size)
            }
            HirKind::Repetition(repetition) => {
                let sub = &*repetition.sub;
                if sub.properties().maximum_len() == Some(0) {
                    return Ok(next);
                }
                let max = repetition.max.ok_or(Refusal::TooLarge)?;
                let mut start = next;
                if max > self.counted {
                    start = self.push(State::Split(Vec::new()), 40)?;
                    let once = self.add(sub, start)?;
                    if let Some(again) = self.states.get_mut(start) {
                        *again = State::Split(vec![once, next]);
                    }
                } else {
                    for _ in repetition.min..max {
                        let once = self.add(sub, start)?;
                        start = self.push(State::Split(vec![once, next]), 40)?;
                    }
                }
                (0..repetition.min.min(self.counted)).try_fold(start, |next, _| self.add(sub, next))
            }
        }
    }

    fn class(&mut self, class: &Class, next: usize) -> Result<usize, Refusal> {
        let ranges: Option<Vec<(u8, u8)>> = match class {
            Class::Bytes(class) => Some(class.ranges().iter().map(|range| (range.start(), range.end())).collect()),
            Class::Unicode(class) => {
                let narrow = |c: char| u8::try_from(c).ok().filter(u8::is_ascii);
                class.ranges().iter().map(|range| Some((narrow(range.start())?, narrow(range.end())?))).collect()
            }
        };
        let ranges = ranges.ok_or(Refusal::Unicode)?;
        let mut set = ByteSet::default();
        for byte in ranges.iter().flat_map(|&(first, last)| first..=last) {
            set.insert(byte);
        }
        self.bytes(set, ranges.len(), next)
    }
}

/// What is in a regex's capture group of that number, where that is the last part of the regex.
pub(crate) fn last_group(regex: &Hir, group: u8) -> Option<&Hir> {
    let HirKind::Concat(parts) = regex.kind() else { return None };
    match parts.last()?.kind() {
        HirKind::Capture(capture) if group > 0 && capture.index == u32::from(group) => Some(&capture.sub),
        _ => None,
    }
}
