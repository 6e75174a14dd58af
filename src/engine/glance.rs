//! A first look at an anchor: nearly always a few bytes tell that there is no match.
//!
//! A regex search has a price of its own, before it reads a byte. A frequent anchor (`key`, `token`) is hit a
//! thousand times in a megabyte of source text and its regex matches nowhere, so most hits are dismissed by a
//! walk of the regex's automaton that ends at the first byte no match can have there.

pub(super) use regex_automata::hybrid::dfa::Cache;
use regex_automata::hybrid::dfa::DFA;
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input};

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
pub(super) struct Glance(DFA);

impl Glance {
    /// `None` for a regex that no such automaton can be made of.
    pub(super) fn new(regex: &str) -> Option<Self> {
        let config = DFA::config().cache_capacity(CACHE_BYTES).skip_cache_capacity_check(true);
        let dfa = DFA::builder()
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .thompson(thompson::Config::new().utf8(false).nfa_size_limit(Some(REGEX_SIZE_LIMIT)))
            .configure(config)
            .build(regex)
            .ok()?;
        Some(Self(dfa))
    }

    /// Looks whether there may be a match that begins at `start` and ends at `end` or before. `memory` is this
    /// automaton's own.
    pub(super) fn at(&self, text: &[u8], start: usize, end: usize, memory: &mut Option<Cache>) -> Glimpse {
        let cache = memory.get_or_insert_with(|| self.0.create_cache());
        let text = text.get(..end).unwrap_or(text);
        let input = Input::new(text).range(start.min(text.len())..).anchored(Anchored::Yes);
        let Ok(mut state) = self.0.start_state_forward(cache, &input) else { return Glimpse::Perhaps };
        for (at, &byte) in text.iter().enumerate().skip(start).take(LENGTH) {
            let Ok(next) = self.0.next_state(cache, state, byte) else { return Glimpse::Perhaps };
            state = next;
            if state.is_tagged() {
                // A match is known one byte late, which changes nothing: it is known.
                return if state.is_dead() { Glimpse::No { to: at + 1 } } else { Glimpse::Perhaps };
            }
        }
        if text.len() - start.min(text.len()) > LENGTH {
            return Glimpse::Perhaps;
        }
        match self.0.next_eoi_state(cache, state) {
            Ok(state) if !state.is_match() => Glimpse::No { to: text.len() },
            _ => Glimpse::Perhaps,
        }
    }
}
