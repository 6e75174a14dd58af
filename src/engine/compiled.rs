//! A rule's regex, compiled when its anchor is first hit.

use std::sync::OnceLock;

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

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

/// A compiled regex.
#[derive(Debug)]
pub(super) struct Compiled {
    regex: Regex,
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
        let looks_behind = !parser.parse(&rule.regex).ok()?.properties().look_set_prefix().is_empty();
        let pattern = match (everywhere, looks_behind) {
            (true, _) => format!("(?m:{})", rule.regex),
            (false, true) => rule.regex.to_string(),
            (false, false) => format!(r"\A(?:{})", rule.regex),
        };
        let regex = RegexBuilder::new(&pattern).unicode(false).size_limit(REGEX_SIZE_LIMIT).build().ok()?;
        Some(Self { regex, group: rule.group, looks_behind })
    }

    /// The match that begins at `start` and ends at `end` or before. `locations` is scratch of this regex.
    pub(super) fn match_at(&self, text: &[u8], start: usize, end: usize, locations: &mut Option<CaptureLocations>) -> Option<Match> {
        let from = if self.looks_behind { start.saturating_sub(1) } else { start };
        let found = self.find_at(&text[from..end], start - from, locations)?.shifted(from);
        (found.start == start).then_some(found)
    }

    /// The first match at or after `from`.
    pub(super) fn find_at(&self, text: &[u8], from: usize, locations: &mut Option<CaptureLocations>) -> Option<Match> {
        if self.group == 0 {
            let found = self.regex.find_at(text, from)?;
            let (start, end) = (found.start(), found.end());
            return Some(Match { start, end, secret_start: start, secret_end: end });
        }
        let locations = locations.get_or_insert_with(|| self.regex.capture_locations());
        let found = self.regex.captures_read_at(locations, text, from)?;
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
