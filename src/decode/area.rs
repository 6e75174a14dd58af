//! The part of a window that a decoder may read.

use super::forms::{Hit, Limit};

/// A window cut to what the limits allow around a hit. Offsets are the window's own.
///
/// Bytes outside the cut cannot be had through it, so a decoder cannot depend on them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Area<'w> {
    /// The window up to the cut's end.
    bytes: &'w [u8],
    /// Where the cut begins.
    pub(super) from: usize,
    /// Whether the cut's beginning is the limit's doing, so that text may go on before it.
    pub(super) is_cut: bool,
    /// The same of its end.
    pub(super) is_cut_behind: bool,
    /// The hit it lies around.
    pub(super) hit: Hit,
    /// Greatest number of decoded bytes to give.
    pub(super) limit: Limit,
}

impl<'w> Area<'w> {
    /// Cuts `window` to `before` and `after` raw bytes around the hit; none when the hit lies outside.
    pub(super) fn new(window: &'w [u8], hit: Hit, limit: Limit, (before, after): (usize, usize)) -> Option<Self> {
        let bytes = window.get(..hit.at.saturating_add(after).min(window.len()))?;
        // At an equal distance the object may or may not go on: that must not decide anything.
        let is_cut = hit.at >= before;
        let is_cut_behind = hit.at.saturating_add(after) <= window.len();
        let from = hit.at.saturating_sub(before);
        (hit.at < bytes.len()).then_some(Self { bytes, from, is_cut, is_cut_behind, hit, limit })
    }

    /// Where the cut ends.
    pub(super) const fn end(&self) -> usize {
        self.bytes.len()
    }

    /// The byte at `at`.
    pub(super) fn get(&self, at: usize) -> Option<u8> {
        if at < self.from { None } else { self.bytes.get(at).copied() }
    }

    /// The byte `distance` bytes before `at`.
    pub(super) fn before(&self, at: usize, distance: usize) -> Option<u8> {
        self.get(at.checked_sub(distance)?)
    }

    /// `len` bytes that begin at `at`, if all of them are there.
    pub(super) fn slice(&self, at: usize, len: usize) -> Option<&'w [u8]> {
        if at < self.from { None } else { self.bytes.get(at..at.checked_add(len)?) }
    }

    /// The bytes from `at` to `end`, as far as they are there.
    pub(super) fn until(&self, at: usize, end: usize) -> &'w [u8] {
        self.bytes.get(at.max(self.from)..end.min(self.bytes.len())).unwrap_or_default()
    }

    /// `len` bytes that end at `end`, if all of them are there.
    pub(super) fn slice_before(&self, end: usize, len: usize) -> Option<&'w [u8]> {
        self.slice(end.checked_sub(len)?, len)
    }

    /// Whether `byte` stands anywhere in it.
    pub(super) fn contains(&self, byte: u8) -> bool {
        self.bytes.get(self.from..).is_some_and(|bytes| bytes.contains(&byte))
    }
}

/// The value of a hexadecimal digit.
pub(super) fn hex_digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|value| value as u8)
}

/// The byte that two hexadecimal digits stand for.
pub(super) fn hex_pair(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits else { return None };
    Some(hex_digit(high)? << 4 | hex_digit(low)?)
}
