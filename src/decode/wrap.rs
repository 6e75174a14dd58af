//! Anchors that a wrapped run breaks in two: their literal does not stand in the text as it is.

use super::area::Area;
use super::base64::is_digit;
use super::lines::{wrap_after, wrap_before};
use super::{Hit, Limit};

/// Digits taken from each side of a line break: a longer literal may be missed there.
const SIDE: usize = 32;
/// Farthest that the break, its indentation and the digits beside it may reach from the newline.
const REACH: usize = 128;

/// The digits on both sides of a line break, as if it were not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Junction {
    digits: [u8; 2 * SIDE],
    before: usize,
    after: usize,
    line_end: usize,
    next_line: usize,
}

impl Junction {
    /// The joined digits, in which to look for literals.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.digits.get(..self.before + self.after).unwrap_or_default()
    }

    /// The offset in the window of a literal found at `start..end` of the joined digits, if the break lies
    /// inside it. Any other is found where it stands.
    #[must_use]
    pub fn raw(&self, start: usize, end: usize) -> Option<usize> {
        (start < self.before && self.before < end).then(|| self.line_end + start - self.before)
    }

    /// The offset in the window at which the next line's digits begin.
    #[must_use]
    pub fn next_line(&self) -> usize {
        self.next_line
    }
}

/// Joins the digits (base64 or hexadecimal) around a line break inside an encoded run. `newline` is the
/// offset of the last byte of the break: the line feed itself, or the `n` of an escaped one.
///
/// A break is what the decoders go over: at least 16 digits before it, and one after it and the
/// indentation. Reads at most 128 bytes on each side.
#[must_use]
pub fn junction(window: &[u8], newline: usize) -> Option<Junction> {
    let hit = Hit { at: newline, anchor_len: 0 };
    let area = Area::new(window, hit, Limit { before: 0, after: 0 }, (REACH, REACH))?;
    let line_end = wrap_before(&area, newline + 1, is_digit)?;
    let next_line = wrap_after(&area, line_end, is_digit)?;
    let is_digit_at = |at| area.get(at).is_some_and(is_digit);
    let before = (1..=SIDE).take_while(|&back| line_end >= back && is_digit_at(line_end - back)).count();
    let after = (0..SIDE).take_while(|&on| is_digit_at(next_line + on)).count();
    let mut digits = [0; 2 * SIDE];
    digits.get_mut(..before)?.copy_from_slice(area.slice(line_end - before, before)?);
    digits.get_mut(before..before + after)?.copy_from_slice(area.slice(next_line, after)?);
    Some(Junction { digits, before, after, line_end, next_line })
}
