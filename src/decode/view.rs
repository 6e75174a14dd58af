//! A decoded window.

use super::SpanMap;

/// The decoded text around an anchor, with the way back. Reused as scratch from one hit to the next.
#[derive(Clone, Debug, Default)]
pub struct View {
    /// The decoded bytes.
    pub bytes: Vec<u8>,
    /// For each decoded byte, its raw form (offsets into the raw window that was decoded).
    pub map: SpanMap,
    /// Offset in `bytes` at which the anchor begins.
    pub anchor: usize,
}
