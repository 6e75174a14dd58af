//! Backslash escapes as strings of JSON, C, JavaScript, Python and the shells have them.
//!
//! Whether a backslash escapes depends on those before it, so this is read forwards only, from a place that is
//! surely no escape's inside.

use memchr::memchr;

use super::View;
use super::area::{Area, hex_pair};
use super::wide::OTHER;

/// Bytes of the longest escape after its backslash.
const LONGEST_TAIL: usize = 5;

/// Decodes around an anchor whose every byte is escaped.
pub(super) fn decode(area: &Area<'_>, view: &mut View) -> bool {
    let mut at = start(area);
    while at < area.hit.at {
        at = take_plain(area, at, area.hit.at, view);
        if at < area.hit.at {
            at = take(area, at, view);
        }
    }
    if at != area.hit.at {
        // The hit lies inside an escape, as `npm_` in `\npm_`: the text does not say the anchor.
        return false;
    }
    view.anchor = view.bytes.len();
    let (most, end) = (view.anchor.saturating_add(area.limit.after), end(area));
    while view.bytes.len() < most && at < end {
        at = take_plain(area, at, end.min(at.saturating_add(most - view.bytes.len())), view);
        if view.bytes.len() < most && at < end {
            at = take(area, at, view);
        }
    }
    true
}

/// Decodes around a plain anchor, if any escape is in reach.
pub(super) fn decode_part(area: &Area<'_>, view: &mut View) -> bool {
    if !(area.contains(b'\\') && decode(area, view)) {
        return false;
    }
    // What lies beyond the limit must not count.
    view.fit(area) && view.is_changed()
}

/// The first place that is no escape's inside, whatever stands before the area: a backslash after another
/// byte always begins an escape, and an escape is over [`LONGEST_TAIL`] bytes after its backslash.
pub(super) fn start(area: &Area<'_>) -> usize {
    let (from, hit) = (area.from, area.hit.at);
    if !area.is_cut {
        return from;
    }
    let backslashes = (from..hit).take_while(|&at| area.get(at) == Some(b'\\')).count();
    let safe = (from + backslashes + LONGEST_TAIL).min(hit);
    let is_fresh = |&at: &usize| area.get(at) == Some(b'\\') && area.get(at - 1) != Some(b'\\');
    (from + 1..safe).find(is_fresh).unwrap_or(safe)
}

/// Up to where a byte or an escape may begin: of one that begins later, the area might hold a piece only.
pub(super) fn end(area: &Area<'_>) -> usize {
    if area.is_cut_behind { area.end().saturating_sub(LONGEST_TAIL).max(area.hit.at) } else { area.end() }
}

/// Takes the bytes from `at` to the next backslash, or to `end`; gives where it came to. Most text is of such.
fn take_plain(area: &Area<'_>, at: usize, end: usize, view: &mut View) -> usize {
    let bytes = area.until(at, end);
    let plain = &bytes[..memchr(b'\\', bytes).unwrap_or(bytes.len())];
    view.push_plain(plain, at);
    at + plain.len()
}

/// Decodes one byte or escape at `at`; gives where the next begins.
fn take(area: &Area<'_>, at: usize, view: &mut View) -> usize {
    let Some(plain) = area.get(at) else { return at + 1 };
    let (byte, len) = if plain == b'\\' { escape(area, at).unwrap_or((plain, 1)) } else { (plain, 1) };
    view.push(byte, at, at + len);
    at + len
}

/// The byte that the escape at `at` stands for, and its length. A backslash that begins none is a backslash.
fn escape(area: &Area<'_>, at: usize) -> Option<(u8, usize)> {
    match area.get(at + 1)? {
        b'n' => Some((b'\n', 2)),
        b't' => Some((b'\t', 2)),
        b'r' => Some((b'\r', 2)),
        b'b' => Some((0x08, 2)),
        b'f' => Some((0x0C, 2)),
        b'x' => Some((hex_pair(area.slice(at + 2, 2)?)?, 4)),
        b'u' => {
            let high = hex_pair(area.slice(at + 2, 2)?)?;
            let low = hex_pair(area.slice(at + 4, 2)?)?;
            Some((if high == 0 && low.is_ascii() { low } else { OTHER }, 6))
        }
        first @ b'0'..=b'3' => {
            let rest = area.slice(at + 2, 2)?;
            let is_octal = rest.iter().all(|byte| matches!(byte, b'0'..=b'7'));
            is_octal.then(|| (rest.iter().fold(first - b'0', |value, byte| value << 3 | (byte - b'0')), 4))
        }
        mark if mark.is_ascii_punctuation() => Some((mark, 2)),
        _ => None,
    }
}
