//! An engine too simple to be wrong: no prefilter, no windows, no chunks. Every regex is tried at every byte
//! of the whole text. It shares with the real engine what is judged elsewhere (the parsers of key blocks and
//! the score), and nothing of how matches are found.

use portcullis::engine::extend::extend;
use portcullis::model::{RuleIx, Score};
use portcullis::rules::{Boundary, CONTEXT, Rule, RuleSet};
use portcullis::score::{Evidence, judge};
use regex::bytes::{Regex, RegexBuilder};

/// A finding in plain text: rule, match, credential, score.
pub(crate) type Plain = (RuleIx, (u64, u64), (u64, u64), Score);

/// The regexes of a rule set.
pub(crate) struct Naive {
    rules: RuleSet,
    regexes: Vec<Regex>,
}

impl Naive {
    pub(crate) fn new(rules: RuleSet) -> Self {
        let regexes = rules
            .as_slice()
            .iter()
            .map(|rule| RegexBuilder::new(&rule.regex).unicode(false).build().expect("built-in rules compile"))
            .collect();
        Self { rules, regexes }
    }

    /// All findings of all rules that are not bound to file names, unresolved, sorted.
    pub(crate) fn scan(&self, text: &[u8]) -> Vec<Plain> {
        let mut findings = Vec::new();
        for (ix, (rule, regex)) in self.rules.as_slice().iter().zip(&self.regexes).enumerate() {
            if rule.files.is_empty() {
                let ix = RuleIx(u32::try_from(ix).expect("few rules"));
                findings.extend(every_match(regex, rule, text).into_iter().filter_map(|m| finding(ix, rule, text, m)));
            }
        }
        sort(&mut findings);
        findings
    }
}

/// Sorts findings and drops what was found twice.
pub(crate) fn sort(findings: &mut Vec<Plain>) {
    findings.sort_by_key(|(rule, span, secret, score)| (*secret, *span, rule.0, score.points));
    findings.dedup();
}

type Ranges = ((usize, usize), (usize, usize));

/// The match at every place where the regex matches: what a search from each byte finds there.
fn every_match(regex: &Regex, rule: &Rule, text: &[u8]) -> Vec<Ranges> {
    let mut matches = Vec::new();
    let mut from = 0;
    while from <= text.len() {
        let Some(captures) = regex.captures_at(text, from) else { break };
        let whole = captures.get(0).expect("group 0 is the match");
        if let Some(secret) = captures.get(usize::from(rule.group)) {
            matches.push(((whole.start(), whole.end()), (secret.start(), secret.end())));
        }
        from = whole.start() + 1;
    }
    matches
}

fn finding(ix: RuleIx, rule: &Rule, text: &[u8], (mut whole, mut secret): Ranges) -> Option<Plain> {
    if let Some(kind) = rule.extend {
        let range = extend(kind, text, whole.0, whole.1)?;
        whole = (range.start, range.end);
        secret = whole;
    }
    let before = &text[..secret.0];
    let beside = |byte: Option<&u8>| byte.is_some_and(|byte| refuses(rule.left, *byte));
    if secret.0 == secret.1
        || (beside(before.last()) && !is_escape(rule.left, before))
        || (text.get(secret.1).is_some_and(|byte| refuses(rule.right, *byte)) && !may_run_over(rule, text, secret))
    {
        return None;
    }
    let from = whole.0.saturating_sub(CONTEXT);
    let to = text.len().min(whole.1 + CONTEXT);
    let evidence = Evidence {
        rule,
        text: &text[from..to],
        matched: whole.0 - from..whole.1 - from,
        secret: secret.0 - from..secret.1 - from,
        encoded: false,
    };
    let span = |(start, end)| (start as u64, end as u64);
    Some((ix, span(whole), span(secret), judge(&evidence)?))
}

/// A token with a prefix of its own is one even where up to eight of its characters, or the same prefix,
/// follow, unless it may be a piece of base64.
fn may_run_over(rule: &Rule, text: &[u8], (start, end): (usize, usize)) -> bool {
    let fresh = text[..start].last().is_none_or(|&byte| byte == b'=' || !refuses(Boundary::Base64, byte));
    let rest = &text[end..];
    let tail = rest.iter().position(|&byte| !refuses(Boundary::Base64, byte)).unwrap_or(rest.len());
    rule.has_prefix() && fresh && (tail <= 8 || rest.starts_with(&text[start..start + 4]))
}

fn refuses(boundary: Boundary, byte: u8) -> bool {
    let others: &[u8] = match boundary {
        Boundary::None => return false,
        Boundary::Alnum => b"",
        Boundary::Word => b"_",
        Boundary::Token => b"_-",
        Boundary::Base64 => b"+/=_-",
    };
    byte.is_ascii_alphanumeric() || others.contains(&byte)
}

/// Whether the text before a credential ends in an escape for a byte that the boundary does not refuse, or in
/// a terminal's colour sequence.
fn is_escape(boundary: Boundary, before: &[u8]) -> bool {
    let pattern = r"(?:\\[nrt0fvba]|\x1b\[[0-9;]{0,5}m|(?:[%=]|\\x|\\u00)(?<hex>[0-9A-Fa-f]{2}))\z";
    let near = &before[before.len().saturating_sub(8)..];
    let Some(escape) = RegexBuilder::new(pattern).unicode(false).build().expect("valid").captures(near) else {
        return false;
    };
    escape.name("hex").is_none_or(|hex| {
        let digits = std::str::from_utf8(hex.as_bytes()).expect("ASCII");
        !refuses(boundary, u8::from_str_radix(digits, 16).expect("two digits"))
    })
}
