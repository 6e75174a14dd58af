//! A rule's regex, compiled when its anchor is first hit.

use std::sync::OnceLock;

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

use super::glance::{Glance, Glimpse};

use crate::rules::Rule;

/// Bytes a compiled regex may take. Built-in rules stay far below; a user's lint uses the same limit.
pub(super) const REGEX_SIZE_LIMIT: usize = 4 << 20;

/// The lazily compiled regexes of a rule set.
#[derive(Debug)]
pub(super) struct Regexes(Box<[OnceLock<Option<Compiled>>]>);

impl Regexes {
    pub(super) fn new(rules: usize) -> Self {
        Self((0..rules).map(|_| OnceLock::new()).collect())
    }

    /// The regex of the rule at that index. `None` cannot happen to a rule that passed lint, which compiles
    /// it too.
    pub(super) fn get(&self, ix: usize, rule: &Rule) -> Option<&Compiled> {
        self.0.get(ix)?.get_or_init(|| Compiled::new(rule)).as_ref()
    }
}

/// One thread's memory for one regex.
#[derive(Clone, Debug, Default)]
pub(super) struct Memory {
    captures: Option<CaptureLocations>,
    glance: Option<super::glance::Cache>,
}

/// A compiled regex.
#[derive(Debug)]
pub(super) struct Compiled {
    glance: Option<Glance>,
    /// Compiled when it has something to match: few anchors are part of a match, even at a glance.
    regex: OnceLock<Option<Regex>>,
    pattern: String,
    group: u8,
    /// Whether it asks for something of the byte before the match (`\b`, `(?m)^`): then it can't be anchored
    /// by cutting the text, and is searched for and held against the place.
    looks_behind: bool,
}

/// Where a regex matched: the whole match, and the capture group that holds the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) secret_start: usize,
    pub(super) secret_end: usize,
}

impl Compiled {
    fn new(rule: &Rule) -> Option<Self> {
        let everywhere = !rule.files.is_empty();
        let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
        let hir = parser.parse(&rule.regex).ok()?;
        let looks_behind = !hir.properties().look_set_prefix().is_empty();
        let pattern = match (everywhere, looks_behind) {
            (true, _) => format!("(?m:{})", rule.regex),
            (false, true) => rule.regex.to_string(),
            (false, false) => format!(r"\A(?:{})", rule.regex),
        };
        let glance = if everywhere { None } else { Glance::new(&hir) };
        Some(Self { glance, regex: OnceLock::new(), pattern, group: rule.group, looks_behind })
    }

    fn regex(&self) -> Option<&Regex> {
        let compile = || RegexBuilder::new(&self.pattern).unicode(false).size_limit(REGEX_SIZE_LIMIT).build().ok();
        self.regex.get_or_init(compile).as_ref()
    }

    /// Looks whether there may be a match that begins at `start` and ends at `end` or before.
    pub(super) fn glance(&self, text: &[u8], start: usize, end: usize, memory: &mut Memory) -> Glimpse {
        self.glance.as_ref().map_or(Glimpse::Perhaps, |glance| glance.at(text, start, end, &mut memory.glance))
    }

    /// The match that begins at `start` and ends at `end` or before. `memory` is this regex's own.
    pub(super) fn match_at(&self, text: &[u8], start: usize, end: usize, memory: &mut Memory) -> Option<Match> {
        let from = if self.looks_behind { start.saturating_sub(1) } else { start };
        let found = self.find_at(&text[from..end], start - from, memory)?.shifted(from);
        (found.start == start).then_some(found)
    }

    /// The first match at or after `from`.
    pub(super) fn find_at(&self, text: &[u8], from: usize, memory: &mut Memory) -> Option<Match> {
        let regex = self.regex()?;
        if self.group == 0 {
            let found = regex.find_at(text, from)?;
            let (start, end) = (found.start(), found.end());
            return Some(Match { start, end, secret_start: start, secret_end: end });
        }
        let locations = memory.captures.get_or_insert_with(|| regex.capture_locations());
        let found = regex.captures_read_at(locations, text, from)?;
        // A group that did not take part (an alternative without it) has no credential.
        let (secret_start, secret_end) = locations.get(usize::from(self.group))?;
        Some(Match { start: found.start(), end: found.end(), secret_start, secret_end })
    }
}

impl Match {
    const fn shifted(self, by: usize) -> Self {
        let Self { start, end, secret_start, secret_end } = self;
        Self { start: start + by, end: end + by, secret_start: secret_start + by, secret_end: secret_end + by }
    }
}
