//! Proves that every match of a regex contains one of its anchors, and at which distances.
//!
//! The automaton of the regex walks in step with an Aho-Corasick automaton of the anchors, position by
//! position. A path on which an anchor completes (inside the distances that are allowed for it) is done;
//! if any path reaches the end of a match without one, that path spells a counter-example. The walk
//! covers every match there is, so the distances it saw are all that the engine must try.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use super::nfa::{ByteSet, Nfa, State};

/// Pairs of states the walks for one rule may visit. Ordinary rules stay below a tenth of it.
const BUDGET: usize = 600_000;

/// Distances, in bytes, from the start of a match to an anchor in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lead {
    pub(super) min: usize,
    pub(super) max: usize,
}

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// A match (bytes of it, at least) that holds no anchor.
    Without(Vec<u8>),
    /// No match needs the anchor with that index: where it stands, another comes first.
    Unused(usize),
    /// The walk is too long.
    Budget,
}

/// The distances of each anchor. Anchors are lower case if `fold`.
pub(super) fn leads(nfa: &Nfa, anchors: &[&[u8]], fold: bool) -> Result<Vec<Lead>, Failure> {
    let alphabet = Alphabet::new(nfa, anchors, fold);
    let machine = Machine::new(&alphabet, anchors);
    let mut prover = Prover {
        nfa,
        anchors,
        alphabet,
        machine,
        closures: HashMap::new(),
        marks: vec![0; nfa.states.len()],
        left: BUDGET,
    };
    let anywhere = vec![Lead { min: 0, max: usize::MAX }; anchors.len()];
    let seen = prover.walk(&anywhere)?;
    let unused = seen.iter().position(Option::is_none);
    if let Some(at) = unused {
        return Err(Failure::Unused(at));
    }
    Ok(prover.narrow(seen.into_iter().flatten().collect()))
}

/// Bytes that neither the regex nor the anchors tell apart, as one letter; and which mark, a byte of the
/// anchors, each letter stands for. With folding, two letters (`b` and `B`) can stand for one mark.
struct Alphabet {
    /// For each set of the regex, its letters: the mark (0: none) and a byte to show.
    sets: Vec<Vec<(usize, u8)>>,
    /// The mark of each byte.
    marks: Vec<usize>,
    /// Number of marks, 0 included.
    count: usize,
}

impl Alphabet {
    fn new(nfa: &Nfa, anchors: &[&[u8]], fold: bool) -> Self {
        let mut marks = vec![0; 256];
        let mut count = 1;
        for byte in anchors.iter().flat_map(|anchor| anchor.iter().copied()) {
            let other = if fold { byte.to_ascii_uppercase() } else { byte };
            if marks.get(usize::from(byte)) == Some(&0) {
                for byte in [byte, other] {
                    if let Some(mark) = marks.get_mut(usize::from(byte)) {
                        *mark = count;
                    }
                }
                count += 1;
            }
        }
        let sets = nfa.sets.iter().map(|set| Self::letters(set, &marks)).collect();
        Self { sets, marks, count }
    }

    /// All that matters of a set: the marks in it, each once.
    fn letters(set: &ByteSet, marks: &[usize]) -> Vec<(usize, u8)> {
        let mut found: Vec<(usize, u8)> = Vec::new();
        let shown = (b'a'..=b'z').chain(b'A'..=b'Z').chain(b'0'..=b'9').chain(b'!'..=b'~').chain(0..=u8::MAX);
        for byte in shown.filter(|&byte| set.contains(byte)) {
            let mark = marks.get(usize::from(byte)).copied().unwrap_or(0);
            if !found.iter().any(|&(known, _)| known == mark) {
                found.push((mark, byte));
            }
        }
        found
    }
}

/// The anchors as an Aho-Corasick automaton over marks.
struct Machine {
    /// `next[node * marks + mark]`.
    next: Vec<usize>,
    marks: usize,
    /// The anchors that end at each node, longest first.
    ends: Vec<Vec<usize>>,
}

impl Machine {
    fn new(alphabet: &Alphabet, anchors: &[&[u8]]) -> Self {
        let marks = alphabet.count;
        let mut trie: Vec<Vec<Option<usize>>> = vec![vec![None; marks]];
        let mut ends: Vec<Vec<usize>> = vec![Vec::new()];
        for (index, anchor) in anchors.iter().enumerate() {
            let mut node = 0;
            for &byte in *anchor {
                let mark = alphabet.marks.get(usize::from(byte)).copied().unwrap_or(0);
                let fresh = trie.len();
                let Some(slot) = trie.get_mut(node).and_then(|node| node.get_mut(mark)) else { break };
                node = *slot.get_or_insert(fresh);
                if node == fresh {
                    trie.push(vec![None; marks]);
                    ends.push(Vec::new());
                }
            }
            if let Some(here) = ends.get_mut(node) {
                here.push(index);
            }
        }
        Self::link(&trie, ends, marks)
    }

    /// Turns the trie into a complete automaton, breadth first.
    fn link(trie: &[Vec<Option<usize>>], mut ends: Vec<Vec<usize>>, marks: usize) -> Self {
        let mut next = vec![0; trie.len() * marks];
        let mut fallback = vec![0; trie.len()];
        let mut queue = VecDeque::from([0]);
        while let Some(node) = queue.pop_front() {
            let back: usize = fallback.get(node).copied().unwrap_or(0);
            for (mark, child) in trie.get(node).into_iter().flatten().enumerate() {
                let elsewhere = if node == 0 { 0 } else { next.get(back * marks + mark).copied().unwrap_or(0) };
                if let Some(slot) = next.get_mut(node * marks + mark) {
                    *slot = child.unwrap_or(elsewhere);
                }
                let Some(child) = *child else { continue };
                let inherited = ends.get(elsewhere).cloned().unwrap_or_default();
                if let (Some(slot), Some(here)) = (fallback.get_mut(child), ends.get_mut(child)) {
                    *slot = elsewhere;
                    here.extend(inherited);
                }
                queue.push_back(child);
            }
        }
        Self { next, marks, ends }
    }

    fn step(&self, node: usize, mark: usize) -> usize {
        self.next.get(node * self.marks + mark).copied().unwrap_or(0)
    }
}

/// A pair of states reached at one position, and how.
#[derive(Clone, Copy)]
struct Visit {
    state: usize,
    node: usize,
    parent: usize,
    byte: u8,
}

struct Prover<'a> {
    nfa: &'a Nfa,
    anchors: &'a [&'a [u8]],
    alphabet: Alphabet,
    machine: Machine,
    closures: HashMap<usize, Rc<[usize]>>,
    /// Scratch of [`Nfa::closure`].
    marks: Vec<u32>,
    left: usize,
}

impl Prover<'_> {
    /// Walks all matches; for each anchor, the distances at which it was the first to complete.
    fn walk(&mut self, allowed: &[Lead]) -> Result<Vec<Option<Lead>>, Failure> {
        let mut seen: Vec<Option<Lead>> = vec![None; self.anchors.len()];
        let mut visits: Vec<Visit> = Vec::new();
        for &state in &*self.closure(self.nfa.start)? {
            visits.push(Visit { state, node: 0, parent: usize::MAX, byte: 0 });
        }
        let (mut first, mut position) = (0, 0);
        while first < visits.len() {
            let layer = first..visits.len();
            first = layer.end;
            position += 1;
            let (mut known, mut pushed) = (HashSet::new(), 0);
            for parent in layer {
                let Some(&Visit { state, node, .. }) = visits.get(parent) else { continue };
                let Some(&State::Bytes { set, next }) = self.nfa.states.get(state) else {
                    return Err(Failure::Without(spell(&visits, parent)));
                };
                let targets = self.closure(next)?;
                for at in 0..self.alphabet.sets.get(set).map_or(0, Vec::len) {
                    let Some(&(mark, byte)) = self.alphabet.sets.get(set).and_then(|set| set.get(at)) else { break };
                    let node = self.machine.step(node, mark);
                    if self.complete(node, position, allowed, &mut seen) {
                        continue;
                    }
                    for &state in targets.iter().filter(|&&state| known.insert((state, node))) {
                        visits.push(Visit { state, node, parent, byte });
                    }
                }
                self.spend(1 + visits.len().saturating_sub(first).saturating_sub(pushed))?;
                pushed = visits.len().saturating_sub(first);
            }
        }
        Ok(seen)
    }

    /// Whether an anchor completes here at an allowed distance; notes the distance.
    fn complete(&self, node: usize, position: usize, allowed: &[Lead], seen: &mut [Option<Lead>]) -> bool {
        for &anchor in self.machine.ends.get(node).into_iter().flatten() {
            let lead = self.anchors.get(anchor).map_or(0, |literal| position.saturating_sub(literal.len()));
            let inside = allowed.get(anchor).is_some_and(|allowed| (allowed.min..=allowed.max).contains(&lead));
            if let (true, Some(seen)) = (inside, seen.get_mut(anchor)) {
                let known = seen.unwrap_or(Lead { min: lead, max: lead });
                *seen = Some(Lead { min: known.min.min(lead), max: known.max.max(lead) });
                return true;
            }
        }
        false
    }

    /// The distances seen first are not the narrowest: in `[A-Z]{9}KEY_X`, a `KEY_X` could also stand in
    /// the nine letters. Narrower is cheaper for the engine, so try: all at their last place, then
    /// each edge inwards as far as the proof holds. Stops quietly when the budget is spent.
    fn narrow(&mut self, mut leads: Vec<Lead>) -> Vec<Lead> {
        let last: Vec<Lead> = leads.iter().map(|lead| Lead { min: lead.max, max: lead.max }).collect();
        if last == leads || self.holds(&last) {
            return last;
        }
        for anchor in 0..leads.len() {
            self.squeeze(&mut leads, anchor, |lead, by| Lead { min: lead.min + by, max: lead.max });
            self.squeeze(&mut leads, anchor, |lead, by| Lead { min: lead.min, max: lead.max - by });
        }
        leads
    }

    /// Moves an edge of one anchor's distances inwards, as far as the proof holds.
    fn squeeze(&mut self, leads: &mut [Lead], anchor: usize, moved: fn(Lead, usize) -> Lead) {
        let Some(&lead) = leads.get(anchor) else { return };
        let (mut good, mut bad) = (0, lead.max - lead.min + 1);
        let mut by = 1; // most edges cannot move at all: ask that first
        while bad - good > 1 {
            let mut tried = leads.to_vec();
            if let Some(slot) = tried.get_mut(anchor) {
                *slot = moved(lead, by);
            }
            if self.holds(&tried) {
                good = by;
            } else {
                bad = by;
            }
            by = good.midpoint(bad);
        }
        if let Some(slot) = leads.get_mut(anchor) {
            *slot = moved(lead, good);
        }
    }

    fn holds(&mut self, allowed: &[Lead]) -> bool {
        self.walk(allowed).is_ok_and(|seen| seen.iter().all(Option::is_some))
    }

    fn closure(&mut self, state: usize) -> Result<Rc<[usize]>, Failure> {
        if let Some(known) = self.closures.get(&state) {
            return Ok(Rc::clone(known));
        }
        let mark = self.closures.len() as u32 + 1;
        let found: Rc<[usize]> = self.nfa.closure(state, &mut self.marks, mark).into();
        self.spend(found.len())?;
        self.closures.insert(state, Rc::clone(&found));
        Ok(found)
    }

    fn spend(&mut self, steps: usize) -> Result<(), Failure> {
        self.left = self.left.checked_sub(steps).ok_or(Failure::Budget)?;
        Ok(())
    }
}

/// The bytes that led to a visit.
fn spell(visits: &[Visit], mut at: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(visit) = visits.get(at).filter(|visit| visit.parent != usize::MAX) {
        bytes.push(visit.byte);
        at = visit.parent;
    }
    bytes.reverse();
    bytes
}
