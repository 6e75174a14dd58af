//! Line breaks inside an encoded run: wrapped at a column, indented, or escaped in a string.

use super::area::Area;

/// A line this long of nothing but digits is taken to go on at the next. Shorter ones are words.
const LEAST_LINE: usize = 16;

/// Where the digits of the line before end, if a wrap ends at `end`: one line break, as it is or escaped,
/// and the indentation of the line after it.
pub(super) fn wrap_before(area: &Area<'_>, end: usize, is_digit: fn(u8) -> bool) -> Option<usize> {
    let mut at = end;
    while matches!(area.before(at, 1), Some(b' ' | b'\t')) {
        at -= 1;
    }
    let feed = newline_before(area, at, Newline::Feed);
    let length = feed + newline_before(area, at - feed, Newline::Return);
    (length > 0 && is_line_end(area, at - length, is_digit)).then_some(at - length)
}

/// Where the digits of the next line begin, if a wrap begins at `start`.
pub(super) fn wrap_after(area: &Area<'_>, start: usize, is_digit: fn(u8) -> bool) -> Option<usize> {
    let mut at = start + newline_after(area, start, Newline::Return);
    at += newline_after(area, at, Newline::Feed);
    (at > start).then_some(())?;
    while matches!(area.get(at), Some(b' ' | b'\t')) {
        at += 1;
    }
    (area.get(at).is_some_and(is_digit) && is_line_end(area, start, is_digit)).then_some(at)
}

fn is_line_end(area: &Area<'_>, end: usize, is_digit: fn(u8) -> bool) -> bool {
    area.slice_before(end, LEAST_LINE).is_some_and(|line| line.iter().all(|&byte| is_digit(byte)))
}

/// The two characters of a line break.
#[derive(Clone, Copy)]
enum Newline {
    Return,
    Feed,
}

impl Newline {
    /// How it is written. Two backslashes: a string inside a string.
    fn spellings(self) -> &'static [&'static [u8]] {
        match self {
            Self::Return => &[b"\r", b"\\\\r", b"\\r", b"%0D", b"%0d"],
            Self::Feed => &[b"\n", b"\\\\n", b"\\n", b"%0A", b"%0a"],
        }
    }
}

/// Length of the newline character that ends at `end`; 0 if there is none.
fn newline_before(area: &Area<'_>, end: usize, newline: Newline) -> usize {
    let spelled = |text: &&&[u8]| area.slice_before(end, text.len()) == Some(**text);
    newline.spellings().iter().find(spelled).map_or(0, |text| text.len())
}

/// Length of the newline character that begins at `start`; 0 if there is none.
fn newline_after(area: &Area<'_>, start: usize, newline: Newline) -> usize {
    let spelled = |text: &&&[u8]| area.slice(start, text.len()) == Some(**text);
    newline.spellings().iter().find(spelled).map_or(0, |text| text.len())
}
