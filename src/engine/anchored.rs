//! A regex that is asked for the match that begins at a given place, and for nothing else.
//!
//! It is made of the parts that this takes: of a lazy DFA, which tells where the match ends, and of what finds the
//! groups between. What could search has more of them, above all an automaton that reads backwards, and to make that
//! takes as long as all the rest.

use regex_automata::hybrid::dfa::{self, DFA};
use regex_automata::nfa::thompson::backtrack::{self, BoundedBacktracker};
use regex_automata::nfa::thompson::pikevm::{self, PikeVM};
use regex_automata::nfa::thompson::{Compiler, Config, NFA};
use regex_automata::util::primitives::NonMaxUsize;
use regex_automata::{Anchored, Input};
use regex_syntax::hir::Hir;

/// Where a lazy DFA that gains little from its memory gives up.
const CLEARED: usize = 3;
/// Bytes that each of its states has to be worth till then.
const BYTES_PER_STATE: usize = 10;

/// A compiled regex.
#[derive(Debug)]
pub(super) struct Regex {
    /// `None` where its states would not fit into the memory it may take.
    dfa: Option<DFA>,
    backtracker: BoundedBacktracker,
    /// For what is too long to go back in.
    pike: PikeVM,
}

/// One thread's memory for one regex.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    dfa: Option<dfa::Cache>,
    backtracker: Option<backtrack::Cache>,
    pike: Option<pikevm::Cache>,
    /// Where the whole match and the groups lie.
    slots: Vec<Option<NonMaxUsize>>,
}

/// What came of asking a regex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told<T> {
    /// The answer; `None` where there is no match.
    pub(super) found: Option<T>,
    /// No byte from here on had a part in it. The greatest of all numbers where nobody kept count.
    pub(super) read: usize,
}

impl<T> Told<T> {
    /// No match, for whatever reason.
    pub(super) const NOTHING: Self = Self { found: None, read: usize::MAX };

    /// The same after another one had read so far.
    pub(super) fn having_read(self, read: usize) -> Self {
        Self { read: self.read.max(read), ..self }
    }
}

impl Regex {
    /// Compiles a regex to at most so many bytes.
    pub(super) fn new(hir: &Hir, most: usize) -> Option<Self> {
        let config = Config::new().utf8(false).nfa_size_limit(Some(most));
        let nfa: NFA = Compiler::new().configure(config).build_from_hir(hir).ok()?;
        let lazy =
            dfa::Config::new().minimum_cache_clear_count(Some(CLEARED)).minimum_bytes_per_state(Some(BYTES_PER_STATE));
        let dfa = DFA::builder().configure(lazy).build_from_nfa(nfa.clone()).ok();
        let backtracker = BoundedBacktracker::new_from_nfa(nfa.clone()).ok()?;
        Some(Self { dfa, backtracker, pike: PikeVM::new_from_nfa(nfa).ok()? })
    }

    /// Where the match ends that begins where the input does, which goes to the end of its text.
    pub(super) fn end(&self, input: &Input<'_>, memory: &mut Memory) -> Told<usize> {
        self.told(input, memory).unwrap_or_else(|| Told {
            found: self.groups(input, 0, memory).map(|[whole, _]| whole.1),
            read: usize::MAX,
        })
    }

    /// Where the match that begins where the input does lies, and its group of that number: nowhere, if that has no
    /// part in it.
    pub(super) fn find(&self, input: &Input<'_>, group: usize, memory: &mut Memory) -> Told<[(usize, usize); 2]> {
        let Some(Told { found, read }) = self.told(input, memory) else {
            return Told { found: self.groups(input, group, memory), read: usize::MAX };
        };
        let start = input.start();
        let groups = |end| match group {
            0 => Some([(start, end); 2]),
            _ => self.groups(&input.clone().span(start..end), group, memory),
        };
        Told { found: found.and_then(groups), read }
    }

    /// What the DFA tells of where the match ends; nothing, if it gave up.
    fn told(&self, input: &Input<'_>, memory: &mut Memory) -> Option<Told<usize>> {
        let dfa = self.dfa.as_ref()?;
        let cache = memory.dfa.get_or_insert_with(|| dfa.create_cache());
        let mut state = dfa.start_state_forward(cache, &input.clone().anchored(Anchored::Yes)).ok()?;
        let (mut found, from) = (None, input.start());
        for (at, &byte) in (from..).zip(input.haystack().get(from..)?) {
            state = dfa.next_state(cache, state, byte).ok()?;
            // That a match has ended is told by the byte behind it.
            if state.is_match() {
                found = Some(at);
            } else if state.is_dead() {
                return Some(Told { found, read: at + 1 });
            } else if state.is_quit() {
                return None;
            }
        }
        let end = input.haystack().len();
        if dfa.next_eoi_state(cache, state).ok()?.is_match() {
            found = Some(end);
        }
        Some(Told { found, read: end })
    }

    fn groups(&self, input: &Input<'_>, group: usize, memory: &mut Memory) -> Option<[(usize, usize); 2]> {
        let Memory { backtracker, pike, slots, .. } = memory;
        slots.clear();
        slots.resize(2 * group + 2, None);
        let input = input.clone().anchored(Anchored::Yes);
        if input.get_span().len() <= self.backtracker.max_haystack_len() {
            let cache = backtracker.get_or_insert_with(|| self.backtracker.create_cache());
            self.backtracker.try_search_slots(cache, &input, slots).ok()??;
        } else {
            self.pike.search_slots(pike.get_or_insert_with(|| self.pike.create_cache()), &input, slots)?;
        }
        let at = |slot: usize| slots.get(slot).copied().flatten().map(NonMaxUsize::get);
        let whole = at(0).zip(at(1))?;
        Some([whole, at(2 * group).zip(at(2 * group + 1)).unwrap_or_default()])
    }
}
