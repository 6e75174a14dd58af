//! A decoded window.

use super::SpanMap;
use super::area::Area;

/// The decoded text around an anchor, with the way back. Reused as scratch from one hit to the next.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// For each decoded byte, its raw form (offsets into the raw window that was decoded).
    pub map: SpanMap,
    /// Offset in `bytes` at which the anchor begins.
    pub anchor: usize,
    /// Whether it begins, and ends, beside a digit of the other alphabet.
    pub(super) is_other: [bool; 2],
}

impl View {
    /// Forgets everything, keeping the memory.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
        self.map.clear();
        self.anchor = 0;
        self.is_other = [false; 2];
    }

    /// Appends a decoded byte whose raw form is `start..end` of the window.
    pub(super) fn push(&mut self, byte: u8, start: usize, end: usize) {
        self.bytes.push(byte);
        self.map.push(start, end);
    }

    /// Appends bytes that stand for themselves, the first of them at `start` of the window.
    pub(super) fn push_plain(&mut self, bytes: &[u8], start: usize) {
        self.bytes.extend_from_slice(bytes);
        self.map.push_each(start, bytes.len());
    }

    /// Puts what was appended from `from` on, which was read backwards, in its order and before all else:
    /// the anchor comes next.
    pub(super) fn turn(&mut self, from: usize) {
        self.anchor = self.bytes.len() - from;
        self.bytes[from..].reverse();
        self.bytes.rotate_left(from);
        self.map.turn(from);
    }

    /// Forgets the first `count` bytes.
    pub(super) fn drop_front(&mut self, count: usize) {
        let count = count.min(self.bytes.len());
        self.bytes.drain(..count);
        self.map.drop_front(count);
        self.anchor = self.anchor.saturating_sub(count);
    }

    /// Keeps the first `len` bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.bytes.truncate(len);
        self.map.truncate(len);
    }

    /// Trims to the limit; says whether the anchor is whole.
    pub(super) fn fit(&mut self, area: &Area<'_>) -> bool {
        self.drop_front(self.anchor.saturating_sub(area.limit.before));
        self.truncate(self.anchor.saturating_add(area.limit.after));
        self.bytes.len() >= self.anchor.saturating_add(area.hit.anchor_len)
    }

    /// Whether some decoded byte is not the very byte that stands in the window.
    pub(super) fn is_changed(&self) -> bool {
        let (start, end) = self.map.raw(0, self.map.len());
        end - start != self.bytes.len()
    }
}
