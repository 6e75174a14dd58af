//! Base64, standard or URL-safe, in one line or wrapped, also inside JSON strings and URLs.
//!
//! Groups of four digits are counted from the hit, not from where the run begins, which may be far away.

use super::View;
use super::area::{Area, hex_digit};
use super::lines::{wrap_after, wrap_before};

/// The two alphabets differ in their last two digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Alphabet {
    Standard,
    UrlSafe,
}

/// A digit, and the raw bytes it is written with.
struct Digit {
    value: u8,
    len: usize,
    /// The alphabet it belongs to, where not to both.
    alphabet: Option<Alphabet>,
}

/// Digits that JSON writers and URLs escape.
const ESCAPED: &[(&[u8], u8)] = &[
    (b"\\\\/", 63),
    (b"\\/", 63),
    (b"%2B", 62),
    (b"%2b", 62),
    (b"%2F", 63),
    (b"%2f", 63),
    (b"\\u002B", 62),
    (b"\\u002b", 62),
    (b"\\u002F", 63),
    (b"\\u002f", 63),
];

/// Decodes around an anchor that begins at byte `phase` of a group of three bytes. The run ends at the first
/// byte that is no digit or wrap, and at the first digit of the other alphabet: the one that is seen first,
/// from the hit on and then back from it, is the run's.
pub(super) fn decode(area: &Area<'_>, phase: usize, view: &mut View) -> bool {
    // Digits of the hit's group that stand before the literal.
    let lead = (8 * phase).div_ceil(6);
    let mut alphabet = None;
    let most = digits(area.limit.after.saturating_add(phase)).saturating_sub(lead);
    read_on(area, most, &mut alphabet, view);
    let from = view.bytes.len();
    read_back(area, lead.saturating_add(digits(area.limit.before)), alphabet, view);
    view.turn(from);
    let Some(spare) = view.anchor.checked_sub(lead) else { return false };
    // Where the run begins inside a group, that group's digits are something else's.
    view.drop_front(spare % 4);
    join_digits(view);
    view.anchor = spare / 4 * 3 + phase;
    true
}

/// Whether the digits at the hit are read as such from behind them as well: not where they are an escape's last.
pub(super) fn is_alike(area: &Area<'_>) -> bool {
    /// Bytes of the longest escape.
    const LONGEST: usize = 6;
    let mut at = area.hit.at;
    while at < area.hit.at + LONGEST
        && let Some(digit) = digit_after(area, at)
    {
        at += digit.len;
        if digit_before(area, at).is_none_or(|before| before.len != digit.len) {
            return false;
        }
    }
    true
}

/// Digits that hold `bytes` bytes.
fn digits(bytes: usize) -> usize {
    bytes.div_ceil(3).saturating_mul(4)
}

/// Appends the values of the digits from the hit on, at most `most`.
fn read_on(area: &Area<'_>, most: usize, alphabet: &mut Option<Alphabet>, view: &mut View) {
    let mut at = area.hit.at;
    while view.bytes.len() < most {
        if let Some(digit) = digit_after(area, at) {
            if !is_joinable(&digit, alphabet) {
                view.is_other[1] = true;
                return;
            }
            view.push(digit.value, at, at + digit.len);
            at += digit.len;
        } else if let Some(line) = wrap_after(area, at, is_digit) {
            at = line;
        } else {
            return;
        }
    }
}

/// Appends the values of the digits before the hit, the nearest first, at most `most`.
fn read_back(area: &Area<'_>, most: usize, mut alphabet: Option<Alphabet>, view: &mut View) {
    let mut at = area.hit.at;
    let end = view.bytes.len().saturating_add(most);
    while view.bytes.len() < end {
        if let Some(digit) = digit_before(area, at) {
            if !is_joinable(&digit, &mut alphabet) {
                view.is_other[0] = true;
                return;
            }
            view.push(digit.value, at - digit.len, at);
            at -= digit.len;
        } else if let Some(line_end) = wrap_before(area, at, is_digit) {
            at = line_end;
        } else {
            return;
        }
    }
}

/// Whether a digit may stand in a run of that alphabet; the first that tells settles it.
fn is_joinable(digit: &Digit, alphabet: &mut Option<Alphabet>) -> bool {
    let Some(own) = digit.alphabet else { return true };
    *alphabet.get_or_insert(own) == own
}

/// Makes bytes of the digits, four of which hold three, in place.
fn join_digits(view: &mut View) {
    let count = view.bytes.len();
    let mut len = 0;
    for group in (0..count).step_by(4) {
        let digits = (count - group).min(4);
        let bits =
            (group..group + digits).fold(0, |bits, i| bits << 6 | u32::from(view.bytes[i])) << (6 * (4 - digits));
        let [_, bytes @ ..] = bits.to_be_bytes();
        // Two digits hold one byte, three hold two; one holds none.
        for (i, byte) in bytes.into_iter().enumerate().take(digits - 1) {
            view.bytes[len] = byte;
            view.map.widen(len, group + i, group + i + 1);
            len += 1;
        }
    }
    view.truncate(len);
}

fn digit_after(area: &Area<'_>, at: usize) -> Option<Digit> {
    let byte = area.get(at)?;
    plain_digit(byte).or_else(|| {
        let is_it = |&&(text, _): &&(&[u8], u8)| area.slice(at, text.len()) == Some(text);
        if matches!(byte, b'\\' | b'%') { ESCAPED.iter().find(is_it).map(escaped_digit) } else { None }
    })
}

fn digit_before(area: &Area<'_>, end: usize) -> Option<Digit> {
    let byte = area.before(end, 1)?;
    if matches!(byte, b'/' | b'B' | b'b' | b'F' | b'f') {
        let is_it = |&&(text, _): &&(&[u8], u8)| area.slice_before(end, text.len()) == Some(text);
        if let Some(escaped) = ESCAPED.iter().find(is_it) {
            return Some(escaped_digit(escaped));
        }
    }
    if is_escape_end(area, end) { None } else { plain_digit(byte) }
}

/// Whether the byte before `end` is not itself but the last of an escape, as in `\nZ2hw` or `%3DZ2hw`.
fn is_escape_end(area: &Area<'_>, end: usize) -> bool {
    let is_hex = |len| area.slice_before(end, len).is_some_and(|raw| raw.iter().all(|&b| hex_digit(b).is_some()));
    let letter = matches!(area.before(end, 1), Some(b'n' | b'r' | b't' | b'b' | b'f' | b'v' | b'0'));
    letter && area.before(end, 2) == Some(b'\\')
        || area.before(end, 3) == Some(b'%') && is_hex(2)
        || area.before(end, 4) == Some(b'\\') && area.before(end, 3) == Some(b'x') && is_hex(2)
        || area.before(end, 6) == Some(b'\\') && area.before(end, 5) == Some(b'u') && is_hex(4)
}

fn escaped_digit(&(text, value): &(&[u8], u8)) -> Digit {
    Digit { value, len: text.len(), alphabet: Some(Alphabet::Standard) }
}

fn plain_digit(byte: u8) -> Option<Digit> {
    let (value, alphabet) = match byte {
        b'A'..=b'Z' => (byte - b'A', None),
        b'a'..=b'z' => (byte - b'a' + 26, None),
        b'0'..=b'9' => (byte - b'0' + 52, None),
        b'+' => (62, Some(Alphabet::Standard)),
        b'/' => (63, Some(Alphabet::Standard)),
        b'-' => (62, Some(Alphabet::UrlSafe)),
        b'_' => (63, Some(Alphabet::UrlSafe)),
        _ => return None,
    };
    Some(Digit { value, len: 1, alphabet })
}

/// Whether `byte` is a digit of either alphabet.
pub(super) fn is_digit(byte: u8) -> bool {
    plain_digit(byte).is_some()
}
