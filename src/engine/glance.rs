//! A first look at an anchor: nearly always a few bytes tell that there is no match.
//!
//! A regex search has a price of its own, before it reads a byte. A frequent anchor (`key`, `token`) is hit a
//! thousand times in a megabyte of source text and its regex matches nowhere, so most hits are dismissed by a
//! walk of the regex's automaton that ends at the first byte no match can have there.

use std::sync::OnceLock;

pub(super) use regex_automata::hybrid::dfa::Cache;
use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::{Hir, HirKind, Repetition};

use super::compiled::REGEX_SIZE_LIMIT;

/// Bytes walked at most: what goes on for so long is the regex's business.
const LENGTH: usize = 96;
/// Memory that one rule's states may take in one thread.
const CACHE_BYTES: usize = 256 * 1024;

/// What a glance told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glimpse {
    /// No match begins there. No byte from `to` on had a part in that.
    No {
        /// The end of what was looked at.
        to: usize,
    },
    /// The regex has to say.
    Perhaps,
}

/// A regex's automaton, whose states are computed as they are met.
#[derive(Debug)]
pub(super) struct Glance {
    dfa: DFA,
    /// With which bytes a match may begin. Asked only where an anchor stands inside a match.
    first: OnceLock<Box<[bool; 256]>>,
}

impl Glance {
    /// `None` for a regex that no such automaton can be made of.
    pub(super) fn new(regex: &Hir) -> Option<Self> {
        let config = DFA::config().cache_capacity(CACHE_BYTES).skip_cache_capacity_check(true);
        let nfa = thompson::Compiler::new()
            .configure(thompson::Config::new().utf8(false).nfa_size_limit(Some(REGEX_SIZE_LIMIT)))
            .build_from_hir(&loosened(regex))
            .ok()?;
        let dfa = DFA::builder().configure(config).build_from_nfa(nfa).ok()?;
        Some(Self { dfa, first: OnceLock::new() })
    }

    /// Whether a match may begin with that byte.
    pub(super) fn may_begin_with(&self, byte: u8) -> bool {
        self.first.get_or_init(|| first_bytes(&self.dfa))[usize::from(byte)]
    }

    /// Looks whether there may be a match that begins at `start` and ends at `end` or before. `memory` is this
    /// automaton's own.
    pub(super) fn at(&self, text: &[u8], start: usize, end: usize, memory: &mut Option<Cache>) -> Glimpse {
        let text = text.get(..end).unwrap_or(text);
        let cache = memory.get_or_insert_with(|| self.dfa.create_cache());
        let input = Input::new(text).range(start.min(text.len())..).anchored(Anchored::Yes);
        let Ok(mut state) = self.dfa.start_state_forward(cache, &input) else { return Glimpse::Perhaps };
        for (at, &byte) in text.iter().enumerate().skip(start).take(LENGTH) {
            let Ok(next) = self.dfa.next_state(cache, state, byte) else { return Glimpse::Perhaps };
            state = next;
            if state.is_tagged() {
                // A match is known one byte late, which changes nothing: it is known.
                return if state.is_dead() { Glimpse::No { to: at + 1 } } else { Glimpse::Perhaps };
            }
        }
        if text.len() - start.min(text.len()) > LENGTH {
            return Glimpse::Perhaps;
        }
        match self.dfa.next_eoi_state(cache, state) {
            Ok(state) if !state.is_match() => Glimpse::No { to: text.len() },
            _ => Glimpse::Perhaps,
        }
    }
}

/// Repetitions up to this often are counted.
const COUNTED: u32 = 4;

/// The regex with its longer counts left out: it matches all that the regex does, and more. A count of two hundred
/// is two hundred states, which cost more to build than all that a glance saves.
fn loosened(regex: &Hir) -> Hir {
    let all = |parts: &[Hir]| parts.iter().map(loosened).collect();
    match regex.kind() {
        HirKind::Repetition(Repetition { min, max, greedy, sub }) => Hir::repetition(Repetition {
            min: (*min).min(COUNTED),
            max: max.filter(|max| *max <= COUNTED),
            greedy: *greedy,
            sub: Box::new(loosened(sub)),
        }),
        HirKind::Capture(capture) => loosened(&capture.sub),
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        HirKind::Alternation(parts) => Hir::alternation(all(parts)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => regex.clone(),
    }
}

/// With which bytes a match may begin, whatever stands before it. An anchor far inside a match leads to many
/// places where the match might have begun: at most of them this is all that is asked.
fn first_bytes(dfa: &DFA) -> Box<[bool; 256]> {
    let mut cache = dfa.create_cache();
    let classes = dfa.byte_classes();
    let mut of_class = [false; 256];
    // Every kind of place that an assertion at the start can tell apart.
    for before in [&b""[..], b"a", b" ", b"\n", b"\r"] {
        let input = Input::new(before).range(before.len()..).anchored(Anchored::Yes);
        let start = dfa.start_state_forward(&mut cache, &input).ok();
        for byte in classes.representatives(0..=u8::MAX).filter_map(regex_automata::util::alphabet::Unit::as_u8) {
            let dies =
                start.is_some_and(|start| dfa.next_state(&mut cache, start, byte).is_ok_and(|next| next.is_dead()));
            of_class[usize::from(classes.get(byte))] |= !dies;
        }
    }
    Box::new(std::array::from_fn(|byte| of_class[usize::from(classes.get(byte as u8))]))
}
