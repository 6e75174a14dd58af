//! Maps offsets in decoded bytes back to the raw bytes they came from.

/// For each decoded byte, where its raw form begins; and where the last one's ends.
///
/// `raw_start[i]..raw_start[i + 1]` is the raw form of decoded byte `i` (with any bytes a decoder
/// skipped, such as line breaks, counted to the byte before them). For base64, whose digits share
/// bytes, a range is widened outwards to whole digits.
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
