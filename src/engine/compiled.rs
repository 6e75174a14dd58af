//! A rule's regex, compiled when it is first needed: when a glance cannot tell.

use std::sync::OnceLock;

use regex_automata::{Input, meta};
use regex_syntax::hir::{Capture, Hir, HirKind, Repetition};

use super::anchored::{self, Regex, Told};
use crate::rules::{self, Rule};

/// Bytes a compiled regex may take. Built-in rules stay far below; a user's are held against it when they are read.
pub(super) const REGEX_SIZE_LIMIT: usize = 4 << 20;

/// The lazily compiled regexes of a rule set. Boxed, since most are never asked for.
#[derive(Debug)]
pub(super) struct Regexes(Box<[OnceLock<Option<Box<Compiled>>>]>);

impl Regexes {
    pub(super) fn new(rules: usize) -> Self {
        Self((0..rules).map(|_| OnceLock::new()).collect())
    }

    /// The regex of the rule at that index. `None` cannot happen to a rule of which [`is_too_large`] was asked.
    pub(super) fn get(&self, ix: usize, rule: &Rule) -> Option<&Compiled> {
        self.0.get(ix)?.get_or_init(|| Compiled::new(rule).map(Box::new)).as_deref()
    }
}

/// Whether a rule's regex is larger than the engine compiles, so that it would find nothing. Small ones, which nearly all
/// are, are told by a look at them: compiling every rule of a user's at every commit would take its time.
#[must_use]
pub fn is_too_large(rule: &Rule) -> bool {
    /// No state, transition or class takes more bytes than this, in either direction.
    const BYTES: u64 = 256;
    let is_large =
        |regex: &Lazy| weight(&regex.hir).saturating_mul(BYTES) >= REGEX_SIZE_LIMIT as u64 && regex.get().is_none();
    Compiled::new(rule).is_none_or(|compiled| is_large(&compiled.whole.exact))
}

/// How many bytes and ranges of a class a regex has, its counts written out.
fn weight(hir: &Hir) -> u64 {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 1,
        HirKind::Literal(literal) => literal.0.len() as u64,
        // A range of characters is up to four times four ranges of bytes.
        HirKind::Class(regex_syntax::hir::Class::Unicode(class)) => 16 * class.ranges().len() as u64,
        HirKind::Class(regex_syntax::hir::Class::Bytes(class)) => class.ranges().len() as u64,
        HirKind::Repetition(Repetition { min, max, sub, .. }) => {
            u64::from(max.unwrap_or(*min).max(*min).max(1)).saturating_mul(1 + weight(sub))
        }
        HirKind::Capture(Capture { sub, .. }) => 2 + weight(sub),
        HirKind::Concat(all) | HirKind::Alternation(all) => {
            all.iter().fold(1, |sum, one| sum.saturating_add(1 + weight(one)))
        }
    }
}

/// One thread's memory for one rule's regexes.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    whole: Memories,
    secret: Memories,
}

/// One thread's memory for a regex in both its forms.
#[derive(Clone, Debug, Default)]
struct Memories {
    short: anchored::Memory,
    exact: anchored::Memory,
}

/// A rule's regex, and the part of it that is asked first.
#[derive(Debug)]
pub(super) struct Compiled {
    /// The group that holds the credential, where it is the regex's last part.
    secret: Option<Bounded>,
    whole: Bounded,
    /// The regex once more, to search with: of rules that are bound to file names.
    everywhere: OnceLock<Option<Box<meta::Regex>>>,
}

/// A regex in the forms that are asked one after the other.
#[derive(Debug)]
struct Bounded {
    /// Nearly all matches are short, and as the regex without its long counts tells them.
    short: OnceLock<Option<Short>>,
    exact: Lazy,
}

/// Where a regex matched: the whole match, and the capture group that holds the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) secret_start: usize,
    pub(super) secret_end: usize,
}

/// What a credential alone tells of the match it would be part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Supposed {
    /// That there is none.
    None,
    /// That it is this one, or none.
    Match(Match),
    /// Nothing.
    Unknown,
}

/// A regex that is compiled when it has something to match: few anchors are part of a match, even at a glance.
#[derive(Debug)]
struct Lazy {
    hir: Hir,
    /// The capture group that holds the credential.
    group: usize,
    regex: OnceLock<Option<Box<Regex>>>,
}

impl Lazy {
    fn new(hir: Hir, rule: &Rule) -> Self {
        Self { hir, group: usize::from(rule.group), regex: OnceLock::new() }
    }

    fn get(&self) -> Option<&Regex> {
        self.regex.get_or_init(|| Regex::new(&self.hir, REGEX_SIZE_LIMIT).map(Box::new)).as_deref()
    }

    /// A group that has no part in the match (an alternative without it) holds no credential: an empty one, which is
    /// passed over.
    fn find(&self, input: &Input<'_>, memory: &mut anchored::Memory) -> Told<Match> {
        let Some(regex) = self.get() else { return Told::NOTHING };
        let Told { found, read } = regex.find(input, self.group, memory);
        let of = |[(start, end), (secret_start, secret_end)]: [(usize, usize); 2]| Match {
            start,
            end,
            secret_start,
            secret_end,
        };
        Told { found: found.map(of), read }
    }

    fn end(&self, input: &Input<'_>, memory: &mut anchored::Memory) -> Told<usize> {
        self.get().map_or(Told::NOTHING, |regex| regex.end(input, memory))
    }
}

/// A regex whose long counts have no upper bound: a tenth of the states, and of the time to find its groups.
///
/// What it matches within `limit` bytes is the exact regex's match, group for group: of all the ways to match, the
/// exact regex takes the first that keeps its bounds, in the same order of preference, and a match that is no longer
/// than the lowest bound keeps them all.
#[derive(Debug)]
struct Short {
    regex: Lazy,
    /// Bytes.
    limit: usize,
}

impl Short {
    /// `None` where the regex has no long counts.
    fn of(exact: &Lazy) -> Option<Self> {
        let mut limit = u32::MAX;
        let hir = unbounded(&exact.hir, &mut limit);
        let regex = Lazy { hir, group: exact.group, regex: OnceLock::new() };
        (limit < u32::MAX).then_some(Self { regex, limit: limit as usize })
    }
}

/// Upper bounds from here on are left out.
const LONG_COUNT: u32 = 96;

/// The regex without its long counts, and the lowest of them.
fn unbounded(regex: &Hir, limit: &mut u32) -> Hir {
    let mut all = |parts: &[Hir]| parts.iter().map(|part| unbounded(part, limit)).collect();
    match regex.kind() {
        HirKind::Repetition(Repetition { min, max, greedy, sub }) => {
            let sub = unbounded(sub, limit);
            let uses_bytes = sub.properties().minimum_len().is_some_and(|len| len > 0);
            let long = max.filter(|max| *max >= LONG_COUNT && max > min && uses_bytes);
            *limit = (*limit).min(long.unwrap_or(u32::MAX));
            let max = if long.is_some() { None } else { *max };
            Hir::repetition(Repetition { min: *min, max, greedy: *greedy, sub: Box::new(sub) })
        }
        HirKind::Capture(capture) => {
            Hir::capture(Capture { sub: Box::new(unbounded(&capture.sub, limit)), ..capture.clone() })
        }
        HirKind::Concat(parts) => Hir::concat(all(parts)),
        // Parts that begin alike without their bounds are made one, which changes what is preferred: they keep them.
        HirKind::Alternation(parts) => Some(Hir::alternation(all(parts)))
            .filter(|new| matches!(new.kind(), HirKind::Alternation(new) if new.len() == parts.len()))
            .unwrap_or_else(|| regex.clone()),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => regex.clone(),
    }
}

impl Bounded {
    fn new(exact: Lazy) -> Self {
        Self { short: OnceLock::new(), exact }
    }

    fn short(&self) -> Option<&Short> {
        self.short.get_or_init(|| Short::of(&self.exact)).as_ref().filter(|short| short.regex.get().is_some())
    }

    /// The match that begins where the input does.
    fn find(&self, input: &Input<'_>, memory: &mut Memories) -> Told<Match> {
        let Some(Short { regex, limit }) = self.short() else { return self.exact.find(input, &mut memory.exact) };
        let told = regex.find(input, &mut memory.short);
        if told.found.is_none_or(|found| found.end - found.start <= *limit) {
            return told;
        }
        self.exact.find(input, &mut memory.exact).having_read(told.read)
    }

    /// Where that match ends, which takes a fraction of the time.
    fn end(&self, input: &Input<'_>, memory: &mut Memories) -> Told<usize> {
        let Some(Short { regex, limit }) = self.short() else { return self.exact.end(input, &mut memory.exact) };
        let told = regex.end(input, &mut memory.short);
        if told.found.is_none_or(|end| end - input.start() <= *limit) {
            return told;
        }
        self.exact.end(input, &mut memory.exact).having_read(told.read)
    }
}

impl Compiled {
    fn new(rule: &Rule) -> Option<Self> {
        let everywhere = !rule.files.is_empty();
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).multi_line(everywhere).build();
        let hir = parser.parse(&rule.regex).ok()?;
        // An assertion might look at what is beside the credential.
        let is_alone = |hir: &&Hir| !everywhere && hir.properties().look_set().is_empty();
        let secret = rules::last_group(&hir, rule.group).filter(is_alone);
        let secret = secret.map(|hir| Bounded::new(Lazy { hir: hir.clone(), group: 0, regex: OnceLock::new() }));
        Some(Self { secret, whole: Bounded::new(Lazy::new(hir, rule)), everywhere: OnceLock::new() })
    }

    /// The match that begins at `start` and ends at `end` or before. `memory` is this regex's own.
    pub(super) fn match_at(&self, text: &[u8], start: usize, end: usize, memory: &mut Memory) -> Told<Match> {
        let input = text.get(..end).map(|text| Input::new(text).range(start..));
        input.map_or(Told::NOTHING, |input| self.whole.find(&input, &mut memory.whole))
    }

    /// Where it ends, if there is one.
    pub(super) fn end_at(&self, text: &[u8], start: usize, end: usize, memory: &mut Memory) -> Told<usize> {
        let input = text.get(..end).map(|text| Input::new(text).range(start..));
        input.map_or(Told::NOTHING, |input| self.whole.end(&input, &mut memory.whole))
    }

    /// The match that begins at `start` and ends at `end` or before, if there is one, and if its credential then begins
    /// at `secret_start`: of the whole regex, it reads the credential only, which takes a tenth of the time. And from where
    /// on no byte had a part in that.
    pub(super) fn supposed(
        &self,
        text: &[u8],
        [start, secret_start, end]: [usize; 3],
        memory: &mut Memory,
    ) -> (Supposed, usize) {
        let (Some(regex), Some(text)) = (&self.secret, text.get(..end)) else { return (Supposed::Unknown, start) };
        let Told { found, read } = regex.end(&Input::new(text).range(secret_start..), &mut memory.secret);
        // There is nothing behind the credential, and what is before it has no say in where it ends.
        let supposed = |end| Supposed::Match(Match { start, end, secret_start, secret_end: end });
        (found.map_or(Supposed::None, supposed), read)
    }

    /// All matches anywhere in a text, one behind the other.
    pub(super) fn find_all<'a>(&'a self, text: &'a [u8]) -> impl Iterator<Item = Match> + 'a {
        let Lazy { hir, group, .. } = &self.whole.exact;
        let config = meta::Config::new().utf8_empty(false).nfa_size_limit(Some(REGEX_SIZE_LIMIT)).auto_prefilter(false);
        let compile = || meta::Regex::builder().configure(config).build_from_hir(hir).ok().map(Box::new);
        let found = self.everywhere.get_or_init(compile).iter().flat_map(move |regex| regex.captures_iter(text));
        found.filter_map(move |found| {
            let whole = found.get_match()?;
            let (secret_start, secret_end) =
                found.get_group(*group).map_or((0, 0), |secret| (secret.start, secret.end));
            Some(Match { start: whole.start(), end: whole.end(), secret_start, secret_end })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{RuleSet, example};

    /// Regression: without their bounds both ways to match began alike and were made one, and the second was taken.
    #[test]
    fn what_begins_alike_without_its_bounds_keeps_its_order() {
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let regex = r"(?:[a-z-]{1,200}-x|[a-z-]{1,100}-[a-z]{2})(?:[0-9]{0,100})";
        let exact = Lazy { hir: parser.parse(regex).expect("a regex"), group: 0, regex: OnceLock::new() };
        let short = Short::of(&exact).expect("it has long counts");
        let (input, mut one, mut other) = (Input::new("aa-xa-bb"), Memory::default(), Memory::default());
        let found = exact.find(&input, &mut one.whole.exact).found;
        assert_eq!(found.map(|found| found.end), Some(4));
        assert_eq!(short.regex.find(&input, &mut other.whole.exact).found, found);
    }

    /// Every rule that has long counts, on its own examples, with more and less text between.
    #[test]
    fn a_short_regex_tells_what_the_exact_one_does() {
        let rules = RuleSet::builtin();
        let (mut matches, mut beyond) = (0, 0);
        for rule in rules.as_slice().iter().filter(|rule| rule.files.is_empty()) {
            let compiled = Compiled::new(rule).expect("the rules are linted");
            if Short::of(&compiled.whole.exact).is_none() {
                continue;
            }
            let mut exact = Compiled::new(rule).expect("as before");
            exact.whole.short = OnceLock::from(None);
            for example in rule.examples.iter() {
                let text = example::expand(example, 1).expect("the examples are linted").into_bytes();
                for fill in [0, 60, 400] {
                    let text = [text.as_slice(), &b"a1".repeat(fill), b"\" ", &text].concat();
                    for start in 0..text.len().min(32) {
                        let end = text.len().min(start + rule.max_len as usize + 1);
                        let (mut one, mut other) = (Memory::default(), Memory::default());
                        let Told { found, read } = compiled.match_at(&text, start, end, &mut one);
                        let whole = exact.match_at(&text, start, end, &mut other).found;
                        assert_eq!(found, whole, "{} at {start}", rule.id);
                        let ends = compiled.end_at(&text, start, end, &mut one);
                        assert_eq!(ends.found, found.map(|found| found.end), "{} at {start}", rule.id);
                        // What follows what was read changes nothing.
                        let mut text = text.clone();
                        text.iter_mut().skip(read).for_each(|byte| *byte = if *byte == b'a' { b'"' } else { b'a' });
                        let again = compiled.match_at(&text, start, end, &mut one);
                        assert_eq!(again, Told { found, read }, "{} at {start}", rule.id);
                        matches += usize::from(found.is_some());
                        beyond += usize::from(found.is_some_and(|found| found.end - found.start > 96));
                    }
                }
            }
        }
        assert!(matches > 300 && beyond > 100, "{matches} matches, {beyond} long ones");
    }
}
