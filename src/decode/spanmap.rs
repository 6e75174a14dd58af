//! Maps offsets in decoded bytes back to the raw bytes they came from.

/// For each decoded byte, where its raw form begins and ends.
///
/// Bytes that a decoder skipped, such as line breaks, belong to no decoded byte but lie in the range of what
/// stands around them. For base64, whose digits share bytes, a range is widened outwards to whole digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SpanMap {
    starts: Vec<u32>,
    ends: Vec<u32>,
}

impl SpanMap {
    /// Forgets everything, keeping the memory.
    pub fn clear(&mut self) {
        self.starts.clear();
        self.ends.clear();
    }

    /// Appends one decoded byte whose raw form is `raw[start..end]`.
    pub fn push(&mut self, start: usize, end: usize) {
        self.starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        self.ends.push(u32::try_from(end).unwrap_or(u32::MAX));
    }

    /// Appends `len` decoded bytes whose raw forms are one byte each, the first of them `raw[start]`.
    pub(super) fn push_each(&mut self, start: usize, len: usize) {
        let at = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        self.starts.extend(at(start)..at(start + len));
        self.ends.extend(at(start + 1)..at(start + len + 1));
    }

    /// Puts what was appended from `from` on, which was read backwards, in its order and before all else.
    pub(super) fn turn(&mut self, from: usize) {
        for offsets in [&mut self.starts, &mut self.ends] {
            offsets[from..].reverse();
            offsets.rotate_left(from);
        }
    }

    /// Forgets the first `count` bytes, of which there are at least that many.
    pub(super) fn drop_front(&mut self, count: usize) {
        self.starts.drain(..count);
        self.ends.drain(..count);
    }

    /// Keeps the first `len` bytes.
    pub(super) fn truncate(&mut self, len: usize) {
        self.starts.truncate(len);
        self.ends.truncate(len);
    }

    /// Puts the raw range of the bytes `from..=to` in place of byte `at`'s. All three must be there.
    pub(super) fn widen(&mut self, at: usize, from: usize, to: usize) {
        self.starts[at] = self.starts[from];
        self.ends[at] = self.ends[to];
    }

    /// Where the raw form of each byte begins.
    pub(super) fn starts(&self) -> &[u32] {
        &self.starts
    }

    /// Where the raw form of each byte ends.
    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// Number of decoded bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Whether no byte was decoded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.starts.is_empty()
    }

    /// The raw range of the decoded range `start..end` (offsets into the window that was decoded).
    ///
    /// An empty or out-of-range request gives the nearest raw offset, as an empty range.
    #[must_use]
    pub fn raw(&self, start: usize, end: usize) -> (usize, usize) {
        let Some(&first) = self.starts.get(start.min(self.starts.len().saturating_sub(1))) else { return (0, 0) };
        if end <= start || start >= self.starts.len() {
            return (first as usize, first as usize);
        }
        let last = self.ends[(end - 1).min(self.ends.len() - 1)];
        (first as usize, last as usize)
    }
}

#[cfg(test)]
mod tests {
    use super::SpanMap;

    #[test]
    fn ranges_map_to_whole_raw_forms() {
        let mut map = SpanMap::default();
        map.push(10, 13); // %41
        map.push(13, 14); // B
        map.push(14, 17); // %43
        assert_eq!(map.raw(0, 3), (10, 17));
        assert_eq!(map.raw(1, 2), (13, 14));
        assert_eq!(map.raw(2, 2), (14, 14));
        assert_eq!(SpanMap::default().raw(0, 1), (0, 0));
    }
}
