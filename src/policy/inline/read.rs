//! What must stand around each marker's text for it to be an allow, and the reason it gives.

use super::{Spot, Words};

/// Longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;
/// Comments that detect-secrets reads, with what must end them.
const COMMENTS: &[(&[u8], &[u8])] =
    &[(b"#", b""), (b"//", b""), (b"/*", b"*/"), (b"'", b""), (b"--", b""), (b"<!--", b"-->")];

/// The text alone is enough.
#[expect(clippy::unnecessary_wraps, reason = "all readers have one signature")]
pub(super) fn anything(spot: &Spot<'_>) -> Option<Words> {
    Some(reason(spot.after))
}

/// Ours: a word of its own, and where `[rules]` follow (blanks before them or not), the rule must be one
/// of them.
pub(super) fn own(spot: &Spot<'_>) -> Option<Words> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let (next, spaced) = (spot.after.first(), spot.after.trim_ascii_start());
    // `-- reason` right behind it is no longer word.
    if spot.before.last().is_some_and(inside) || (next.is_some_and(inside) && !spaced.starts_with(b"--")) {
        return None;
    }
    let Some(list) = spaced.strip_prefix(b"[") else { return Some(reason(spot.after)) };
    let close = list.iter().position(|&byte| byte == b']')?;
    let (ids, rest) = list.split_at_checked(close)?;
    let listed = ids.split(|&byte| byte == b',').any(|id| id.trim_ascii() == spot.rule_id.as_bytes());
    listed.then(|| reason(rest.get(1..).unwrap_or_default()))
}

/// detect-secrets, on the line itself.
pub(super) fn pragma(spot: &Spot<'_>) -> Option<Words> {
    pragma_body(spot, false).map(|(_, words)| words)
}

/// detect-secrets, on the line above, which must begin with the comment.
pub(super) fn pragma_next_line(spot: &Spot<'_>) -> Option<Words> {
    let (code, words) = pragma_body(spot, true)?;
    code.trim_ascii_start().is_empty().then_some(words)
}

/// A comment sign, `pragma:`, `allowlist` or `whitelist`, `nextline` where asked, `secret`: what stands
/// before the comment, and the reason.
fn pragma_body<'a>(spot: &Spot<'a>, next_line: bool) -> Option<(&'a [u8], Words)> {
    let gap = |text: &'a [u8]| text.strip_prefix(b" ").or_else(|| text.strip_prefix(b"-"));
    let rest = spot.after.strip_prefix(b" ").unwrap_or(spot.after);
    let rest = rest.strip_prefix(b"allow").or_else(|| rest.strip_prefix(b"white"))?;
    let rest = gap(rest.strip_prefix(b"list")?)?;
    let rest = if next_line { gap(rest.strip_prefix(b"nextline")?)? } else { rest };
    let rest = rest.strip_prefix(b"secret")?;
    let before = trim_end(spot.before, b" ");
    let (code, _) = COMMENTS.iter().find_map(|(open, close)| {
        Some((before.strip_suffix(*open)?, trim_end(rest, b" \t\r").strip_suffix(*close)?))
    })?;
    Some((code, reason(rest)))
}

/// ggshield: the last word of a comment that ends the line.
pub(super) fn end_of_comment(spot: &Spot<'_>) -> Option<Words> {
    let opened = trim_end(spot.before, b" \t").last().is_some_and(|byte| b"#/*-;'%!".contains(byte));
    let ended = matches!(spot.after.trim_ascii(), b"" | b"*/" | b"-->");
    (opened && ended).then(Words::new)
}

/// secretlint: rule ids may follow, and a reason after ` -- `. An id allows the rules of the provider it
/// names (`@secretlint/secretlint-rule-slack` allows `slack-...`), or the one rule of ours it names.
pub(super) fn secretlint(spot: &Spot<'_>) -> Option<Words> {
    if spot.after.first().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        return None;
    }
    let text = String::from_utf8_lossy(open_part(spot.after)).into_owned();
    let (ids, why) = text.split_once("--").unwrap_or((&text, ""));
    let mut ids = ids.split([',', ' ', '\t']).filter(|id| !id.trim().is_empty()).peekable();
    let allows = ids.peek().is_none() || ids.any(|id| names_rule(id.trim(), spot.rule_id));
    allows.then(|| reason(why.as_bytes()))
}

fn names_rule(id: &str, rule_id: &str) -> bool {
    let name = id.rsplit('/').next().unwrap_or(id);
    let name = name.strip_prefix("secretlint-rule-").unwrap_or(name);
    rule_id.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) && !name.is_empty()
}

/// bandit: `# nosec` with an id of its tests for hard-coded passwords; without one it says nothing of them.
pub(super) fn bandit(spot: &Spot<'_>) -> Option<Words> {
    nosec(spot, &["B105", "B106", "B107"])
}

/// gosec: `#nosec` with the id of its rule for hard-coded credentials.
pub(super) fn gosec(spot: &Spot<'_>) -> Option<Words> {
    nosec(spot, &["G101"])
}

fn nosec(spot: &Spot<'_>, ids: &[&str]) -> Option<Words> {
    trim_end(spot.before, b" \t").ends_with(b"#").then_some(())?;
    let list = String::from_utf8_lossy(open_part(spot.after)).into_owned();
    let list = list.strip_prefix(':').unwrap_or(&list);
    // Ids only as long as nothing but ids was said: in `nosec, see B105` it is prose.
    list.starts_with([' ', '\t', 'B', 'G']).then_some(())?;
    let mut words = list.split([',', ' ', '\t']).filter(|word| !word.is_empty()).take_while(|word| is_id(word));
    words
        .any(|word| ids.contains(&word))
        .then(|| list.split_once("--").map_or_else(Words::new, |(_, why)| reason(why.as_bytes())))
}

/// One or more capitals, then digits.
fn is_id(word: &str) -> bool {
    let digits = word.trim_start_matches(|c: char| c.is_ascii_uppercase());
    digits.len() < word.len() && !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The text up to where its comment is closed.
fn open_part(text: &[u8]) -> &[u8] {
    let end = [&b"*/"[..], b"-->"].iter().filter_map(|close| memchr::memmem::find(text, close)).min();
    text.get(..end.unwrap_or(text.len())).unwrap_or(text)
}

/// The words of a reason: to the end of the comment, without the punctuation that leads to them.
fn reason(after: &[u8]) -> Words {
    let text = String::from_utf8_lossy(open_part(after)).into_owned();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '-' | ',' | '—')).trim_end();
    text.chars().take(LONGEST_REASON).collect()
}

fn trim_end<'a>(mut text: &'a [u8], these: &[u8]) -> &'a [u8] {
    while let Some((last, rest)) = text.split_last()
        && these.contains(last)
    {
        text = rest;
    }
    text
}
