//! How a rule's matches begin: a small table that tells most places where no match begins from a few bytes.
//!
//! A frequent anchor (`key`, `token`) is hit a thousand times in a megabyte of source text and its regex matches
//! nowhere. A regex search has a price of its own, before it reads a byte, and to compile the regex costs more than
//! a thousand looks at a table. So tables are computed when rules are read, and those of the built-in rules are
//! static data.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;

use regex_syntax::hir::Hir;

use super::Kind;
use super::nfa::{Nfa, State};

/// Most cells of a table.
const MAX_CELLS: usize = 4096;
/// The same of the generic family, whose anchors are the most frequent by far.
const MAX_CELLS_OF_FAMILY: usize = 128_000;
/// Repetitions up to this often are counted, if the table has room for that; else up to the next.
const COUNTED: [u32; 3] = [24, 8, FEWEST];
/// The fewest; a table that has no room for that is cut.
const FEWEST: u32 = 4;
/// The cell for: no match.
const NO: u16 = u16::MAX;
/// The cell for: the regex has to say.
const PERHAPS: u16 = u16::MAX - 1;
/// Set in a cell: with this byte the credential begins.
const ENTER: u16 = 1 << 15;
/// Rows begin at multiples of so many cells, so that a cell can tell of four times as many.
const UNIT: usize = 4;

/// An automaton that reads a text from where a match would begin, for as long as a match may begin so. It accepts all
/// that the regex does, and more: long counts are left out, and assertions (`\b`, `^`) hold everywhere.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Glance {
    /// Bytes that no part of the regex tells apart, as one class. Without tables: the regex has to say.
    pub classes: Cow<'static, [u8]>,
    /// For each state a row, for each class in it where the next state's row begins (in units of four; with `ENTER` or
    /// without), `NO` or `PERHAPS`.
    pub cells: Cow<'static, [u16]>,
}

/// A [`Glance`], ready to read a byte at a time.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'g> {
    classes: &'g [u8; 256],
    cells: &'g [u16],
}

impl Reader<'_> {
    /// Reads one byte more.
    #[inline]
    #[must_use]
    pub fn step(&self, state: usize, byte: u8) -> Step {
        match self.cells.get(state + usize::from(self.classes[usize::from(byte)])) {
            // Nearly always: one comparison tells.
            Some(&row) if row < ENTER => Step::On(usize::from(row) * UNIT),
            Some(&NO) => Step::No,
            None | Some(&PERHAPS) => Step::Perhaps,
            Some(&row) => Step::Into(usize::from(row & !ENTER) * UNIT),
        }
    }
}

/// What came of one byte more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// No match begins so.
    No,
    /// The regex has to say.
    Perhaps,
    /// More bytes have to: this is the state.
    On(usize),
    /// The same, and if there is a match, its credential begins with the byte just read.
    Into(usize),
}

impl Step {
    /// The state that more bytes are read in.
    const fn state(self) -> Option<usize> {
        match self {
            Self::On(state) | Self::Into(state) => Some(state),
            Self::No | Self::Perhaps => None,
        }
    }
}

impl Glance {
    /// The state before the first byte.
    pub const START: usize = 0;

    /// The table of a regex. An empty one, which leaves all to the regex, where none can be made.
    #[must_use]
    pub(super) fn of(regex: &Hir, kind: Kind, group: u8) -> Self {
        let most = if kind == Kind::Assignment { MAX_CELLS_OF_FAMILY } else { MAX_CELLS };
        let counting = |counted, cut| Self::of_automaton(&Nfa::loosened(regex, counted, group).ok()?, most, cut);
        let counted: &[u32] = if kind == Kind::Assignment { &[4] } else { &COUNTED };
        let whole = counted.iter().find_map(|&counted| counting(counted, false));
        whole.or_else(|| counting(FEWEST, true)).unwrap_or_default()
    }

    /// Whether it never tells anything.
    #[must_use]
    pub fn is_silent(&self) -> bool {
        self.cells.is_empty()
    }

    /// Ready to read. `None` if it never tells anything.
    #[inline]
    #[must_use]
    pub fn reader(&self) -> Option<Reader<'_>> {
        let cells: &[u16] = &self.cells;
        self.classes.first_chunk().filter(|_| !cells.is_empty()).map(|classes| Reader { classes, cells })
    }

    /// Reads one byte more.
    #[must_use]
    pub fn step(&self, state: usize, byte: u8) -> Step {
        self.reader().map_or(Step::Perhaps, |reader| reader.step(state, byte))
    }

    /// The table that tells of all these at once what is behind an `anchor` that their matches begin with: `No` where
    /// each of them says so. It has no more than `most` cells, for the likeliest texts by the `share` of each byte, and
    /// leaves the rest to them. `None` if they tell the anchor's letters (`fold`: in either case) apart, or nothing.
    #[must_use]
    pub fn of_all(
        all: &[&Self],
        (anchor, fold): (&[u8], bool),
        most: usize,
        share: impl Fn(u8) -> f32,
    ) -> Option<Self> {
        let behind = |glance: &&Self| {
            anchor.iter().try_fold(Self::START, |state, byte| {
                let step = glance.step(state, *byte);
                let same = !fold || glance.step(state, byte.to_ascii_uppercase()) == step;
                step.state().filter(|_| same)
            })
        };
        let start: Vec<Option<usize>> = all.iter().map(behind).collect();
        if start.iter().any(Option::is_none) {
            return None;
        }
        let (classes, samples) = classes(|byte| {
            all.iter()
                .map(|glance| glance.classes.get(usize::from(byte)).copied().unwrap_or_default())
                .collect::<Vec<_>>()
        });
        let mut shares = vec![0.0; samples.len()];
        (0..=u8::MAX).for_each(|byte| shares[usize::from(classes[usize::from(byte)])] += share(byte));
        // The states known so far, how likely each is, and what follows in those that have a row.
        let (mut states, mut weights) = (vec![start.clone()], vec![1.0_f32]);
        let (mut numbers, mut rows) = (HashMap::from([(start, 0)]), Vec::new());
        let mut row_of = HashMap::new();
        let width = samples.len().next_multiple_of(UNIT);
        while (rows.len() + 1) * width <= most {
            let open = (0..states.len()).filter(|number| !row_of.contains_key(number));
            let Some(likeliest) = open.max_by(|a, b| weights[*a].total_cmp(&weights[*b])) else { break };
            row_of.insert(likeliest, rows.len());
            let state = states[likeliest].clone();
            let mut row = Vec::new();
            for (&byte, share) in samples.iter().zip(&shares) {
                let step = |(glance, state): (&&Self, &Option<usize>)| {
                    state.map_or(Step::No, |state| glance.step(state, byte))
                };
                let steps: Vec<Step> = all.iter().zip(&state).map(step).collect();
                let next: Vec<Option<usize>> = steps.iter().map(|step| step.state()).collect();
                row.push(if steps.contains(&Step::Perhaps) {
                    Err(PERHAPS)
                } else if next.iter().all(Option::is_none) {
                    Err(NO)
                } else {
                    let number = *numbers.entry(next).or_insert_with_key(|next| {
                        states.push(next.clone());
                        weights.push(0.0);
                        states.len() - 1
                    });
                    weights[number] += weights[likeliest] * share;
                    Ok(number)
                });
            }
            row.resize(width, Err(NO));
            rows.push(row);
        }
        let row = |number: usize| row_of.get(&number).map_or(PERHAPS, |row| (row * width / UNIT) as u16);
        let cells: Vec<u16> = rows.concat().into_iter().map(|cell| cell.map_or_else(|known| known, row)).collect();
        Some(Self { classes: classes.into(), cells: cells.into() })
    }

    /// The table of an automaton; `None` if it would have more than so many cells, unless it may be `cut`.
    fn of_automaton(nfa: &Nfa, most: usize, cut: bool) -> Option<Self> {
        let (classes, samples) = classes(|byte| nfa.sets.iter().map(|set| set.contains(byte)).collect::<Vec<_>>());
        let mut marks = Marks { nfa, seen: vec![0; nfa.states.len()], last: 0 };
        let start = (marks.closure(&[nfa.start]), Read::Before);
        if marks.accepts(&start.0) {
            return None;
        }
        let mut rows = HashMap::from([(start.clone(), 0)]);
        let (mut states, mut cells) = (vec![start], Vec::new());
        let (width, mut at) = (samples.len().next_multiple_of(UNIT), 0);
        while let Some((state, so_far)) = states.get(at).cloned() {
            at += 1;
            for &byte in &samples {
                let next = marks.closure(&nfa.after(&state, byte));
                let read = so_far.and(nfa, &state, byte);
                let enter = if (so_far, read) == (Read::Before, Read::Inside) { ENTER } else { 0 };
                let next = (next, read);
                cells.push(match rows.get(&next).copied() {
                    _ if next.0.is_empty() => NO,
                    _ if marks.accepts(&next.0) => PERHAPS,
                    Some(row) => row | enter,
                    None => {
                        let row = states.len() * width;
                        if row + width > most {
                            if cut {
                                cells.push(PERHAPS);
                                continue;
                            }
                            return None;
                        }
                        let row = (row / UNIT) as u16;
                        rows.insert(next.clone(), row);
                        states.push(next);
                        row | enter
                    }
                });
            }
            cells.resize(at * width, NO);
        }
        Some(Self { classes: classes.into(), cells: cells.into() })
    }
}

/// Where the bytes that were read lie, in all matches that there may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Read {
    /// Before the credential.
    Before,
    /// The last of them in it; one byte alone may have been its first.
    Inside,
    /// That is not the same in all of them.
    Either,
}

impl Read {
    /// The same after one byte more, which is read in these states.
    fn and(self, nfa: &Nfa, states: &[usize], byte: u8) -> Self {
        let inside = |inside: bool| {
            let states: Vec<usize> = states.iter().copied().filter(|&state| (state < nfa.inside) == inside).collect();
            !nfa.after(&states, byte).is_empty()
        };
        match (self, inside(true), inside(false)) {
            (Self::Before, true, true) => Self::Either,
            (Self::Before, true, false) => Self::Inside,
            (so_far, ..) => so_far,
        }
    }
}

/// The states that are reached without reading, each set in order.
struct Marks<'n> {
    nfa: &'n Nfa,
    seen: Vec<u32>,
    last: u32,
}

impl Marks<'_> {
    fn closure(&mut self, from: &[usize]) -> Vec<usize> {
        self.last += 1;
        let mut all: Vec<usize> =
            from.iter().flat_map(|&from| self.nfa.closure(from, &mut self.seen, self.last)).collect();
        all.sort_unstable();
        all
    }

    fn accepts(&self, states: &[usize]) -> bool {
        states.iter().any(|&state| matches!(self.nfa.states.get(state), Some(State::Accept)))
    }
}

/// The class of each byte, and one byte of each class: bytes of which the same is told are one.
fn classes<T: Ord>(told: impl Fn(u8) -> T) -> (Vec<u8>, Vec<u8>) {
    let (mut known, mut samples) = (BTreeMap::new(), Vec::new());
    let class = |byte: u8| {
        let next = samples.len() as u8;
        *known.entry(told(byte)).or_insert_with(|| {
            samples.push(byte);
            next
        })
    };
    let classes = (0..=u8::MAX).map(class).collect();
    (classes, samples)
}

impl fmt::Debug for Glance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Glance({} cells)", self.cells.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{RuleSet, example};

    fn parsed(regex: &str) -> Hir {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        parser.parse(regex).expect("a regex")
    }

    /// What a walk over a whole text tells.
    fn walk(glance: &Glance, text: &[u8]) -> Step {
        let mut state = Glance::START;
        for &byte in text {
            match glance.step(state, byte) {
                Step::On(next) | Step::Into(next) => state = next,
                told => return told,
            }
        }
        Step::On(state)
    }

    #[test]
    fn tells_what_no_match_begins_with() {
        let glance = Glance::of(&parsed("(?i)key[a-z_]{0,40}[:=] ?[0-9]{6}"), Kind::Token, 0);
        for (text, expected) in
            [("kex", Step::No), ("keys are", Step::No), ("KEY: 12345x", Step::No), ("key_of_it=123456", Step::Perhaps)]
        {
            assert_eq!(walk(&glance, text.as_bytes()), expected, "{text}");
        }
        assert!(matches!(walk(&glance, b"key: 123"), Step::On(_)));
    }

    #[test]
    fn a_regex_that_needs_too_large_a_table_is_told_as_far_as_it_goes() {
        let regex = "tok(?:[a-z]{0,9}-){1,9}[^\\n]{0,60}?[a-m][^\\n]{5}[g-z][^\\n]{9}[0-9][0-9a-f]{64}";
        let glance = Glance::of(&parsed(regex), Kind::Token, 0);
        assert!(!glance.cells.is_empty() && glance.cells.len() <= MAX_CELLS);
        assert_eq!(walk(&glance, b"token of"), Step::No);
        let match_of_it = format!("tok-a12345g123456789{}", "0".repeat(65));
        assert_eq!(walk(&glance, match_of_it.as_bytes()), Step::Perhaps);
    }

    #[test]
    fn one_look_tells_of_all() {
        let glances = ["(?i)key[a-z]{0,9}=[0-9]{6}", "(?i)key: ?[a-f]{4}"]
            .map(|regex| Glance::of(&parsed(regex), Kind::Token, 0));
        let gate =
            Glance::of_all(&glances.each_ref(), (b"key", true), 4096, |_| 0.01).expect("it begins with the anchor");
        for text in ["s", "=", ":", ": ", ": af", "=12a", ": abcd", "ring=123456", " =", "-"] {
            let whole = format!("key{text}");
            let told = glances.each_ref().map(|glance| walk(glance, whole.as_bytes()));
            let expected = match told {
                [Step::No, Step::No] => "none",
                [Step::Perhaps, _] | [_, Step::Perhaps] => "perhaps",
                _ => "more",
            };
            let told = match walk(&gate, text.as_bytes()) {
                Step::No => "none",
                Step::Perhaps => "perhaps",
                Step::On(_) | Step::Into(_) => "more",
            };
            assert_eq!(told, expected, "{text}");
        }
        let small =
            Glance::of_all(&glances.each_ref(), (b"key", true), 32, |byte| if byte == b'=' { 0.1 } else { 0.01 })
                .expect("as before");
        assert_eq!(walk(&small, b"-"), Step::No);
        assert_eq!(walk(&small, b"=12345x"), Step::Perhaps, "it leaves the rest to them");
    }

    #[test]
    fn rules_that_tell_the_case_of_an_anchor_are_not_looked_at_at_once() {
        let glances = ["key=[0-9]{6}", "(?i)key: ?[a-f]{4}"].map(|regex| Glance::of(&parsed(regex), Kind::Token, 0));
        assert_eq!(Glance::of_all(&glances.each_ref(), (b"key", true), 4096, |_| 0.01), None);
        assert!(Glance::of_all(&glances.each_ref(), (b"key", false), 4096, |_| 0.01).is_some());
    }

    #[test]
    fn where_the_credential_begins_is_told_if_it_is_the_same_for_all() {
        for (regex, text, expected) in [
            ("key ?[:=] ?([a-z0-9]{4,9})", "key = abcd", Some(6)),
            ("key[a-z]{0,9}([a-z0-9]{4,9})", "keyabcdef", None),
            ("key[a-z]{0,9}=([a-z0-9]{4,9})", "keyring=abcdef", Some(8)),
            ("key=([a-z0-9]{4,9});", "key=abcdef;", None),
            ("key=(a)", "key=a", None),
        ] {
            let glance = Glance::of(&parsed(regex), Kind::Token, 1);
            let (mut state, mut begins) = (Glance::START, None);
            for (at, &byte) in text.as_bytes().iter().enumerate() {
                match glance.step(state, byte) {
                    Step::On(next) => state = next,
                    Step::Into(next) => {
                        begins = Some(at);
                        state = next;
                    }
                    Step::No | Step::Perhaps => break,
                }
            }
            assert_eq!(begins, expected, "{regex}");
        }
    }

    #[test]
    fn without_tables_the_regex_has_to_say() {
        assert_eq!(walk(&Glance::default(), b"x"), Step::Perhaps);
    }

    /// Every rule, wherever its regex matches in its own examples.
    #[test]
    fn no_match_is_denied() {
        let mut matches = 0;
        for rule in RuleSet::builtin().as_slice().iter().filter(|rule| rule.files.is_empty()) {
            let regex = regex::bytes::RegexBuilder::new(&rule.regex).unicode(false).build().expect("it is linted");
            for example in rule.examples.iter() {
                let text = example::expand(example, 7).expect("the examples are linted").into_bytes();
                for found in regex.find_iter(&text) {
                    let told = walk(&rule.glance, found.as_bytes());
                    assert_ne!(told, Step::No, "{}: {}", rule.id, found.as_bytes().escape_ascii());
                    assert!(!matches!(told, Step::On(_)), "{}: a whole match is one", rule.id);
                    matches += 1;
                }
            }
        }
        assert!(matches > 600, "{matches}");
    }
}
