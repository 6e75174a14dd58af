//! A rule's regex, compiled when its anchor is first hit.

use std::sync::OnceLock;

use regex::bytes::{CaptureLocations, Regex, RegexBuilder};

use crate::rules::Rule;

/// Bytes a compiled regex may take. Built-in rules stay far below; a user's lint uses the same limit.
pub(super) const REGEX_SIZE_LIMIT: usize = 4 << 20;

/// The lazily compiled regexes of a rule set.
#[derive(Debug)]
pub(super) struct Regexes(Box<[OnceLock<Option<Regex>>]>);

impl Regexes {
    pub(super) fn new(rules: usize) -> Self {
        Self((0..rules).map(|_| OnceLock::new()).collect())
    }

    /// The regex of the rule at that index: anchored at the start of the text it is given, unless the rule
    /// runs over whole files.
    pub(super) fn get(&self, ix: usize, rule: &Rule) -> Option<&Regex> {
        self.0.get(ix)?.get_or_init(|| compile(rule)).as_ref()
    }
}

/// Compiles a rule's regex. `None` cannot happen to a rule that passed lint, which compiles it too.
fn compile(rule: &Rule) -> Option<Regex> {
    let pattern = if rule.files.is_empty() { format!(r"\A(?:{})", rule.regex) } else { format!("(?m:{})", rule.regex) };
    RegexBuilder::new(&pattern).unicode(false).size_limit(REGEX_SIZE_LIMIT).build().ok()
}

/// Where a regex matched: the whole match, and the capture group that holds the credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) secret_start: usize,
    pub(super) secret_end: usize,
}

/// The first match at or after `from`. `locations` is scratch of this regex.
pub(super) fn find_at(regex: &Regex, group: u8, text: &[u8], from: usize, locations: &mut Option<CaptureLocations>) -> Option<Match> {
    if group == 0 {
        let found = regex.find_at(text, from)?;
        return Some(Match { start: found.start(), end: found.end(), secret_start: found.start(), secret_end: found.end() });
    }
    let locations = locations.get_or_insert_with(|| regex.capture_locations());
    let found = regex.captures_read_at(locations, text, from)?;
    // A group that did not take part (an alternative without it) has no credential.
    let (secret_start, secret_end) = locations.get(usize::from(group))?;
    Some(Match { start: found.start(), end: found.end(), secret_start, secret_end })
}
