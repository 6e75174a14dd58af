//! The parsers of key blocks on any text.

use portcullis::engine::extend::{self, LOOK_BACK, REACH};
use portcullis::rules::Extend;

use super::taker::Taker;

/// Openings and closings that a fuzzer would take long to guess. Without words between the dashes: no key
/// block stands here.
const PIECES: &[&str] = &[
    "-----BEGIN ",
    "-----END ",
    "PRIVATE KEY-----",
    "PuTTY-User-Key-File-3: ",
    "\nPublic-Lines: 2\n",
    "\nPrivate-Lines: 2\n",
    "\nPrivate-MAC: ",
    "{\"type\": \"",
    "\\n",
    "\n",
    "\"}",
    "{",
    "}",
    "\\\"",
];

/// Finds ends that are in the text, and the same ones in a smaller window.
pub(crate) fn extend(data: &[u8]) {
    let mut take = Taker(data);
    let (start, len) = (take.below(8192), take.below(64));
    let mut text = Vec::new();
    while !take.is_empty() {
        match take.byte() {
            piece @ 0..=63 => text.extend(PIECES[usize::from(piece) % PIECES.len()].as_bytes()),
            count @ 64..=127 => {
                let fill = take.byte();
                text.resize(text.len() + usize::from(count) * 8, fill);
            }
            count => text.extend(take.bytes(usize::from(count) - 127)),
        }
    }
    for kind in [Extend::Pem, Extend::Putty, Extend::JsonObject] {
        let found = extend::extend(kind, &text, start, start + len);
        if let Some(range) = &found {
            assert!(range.start < range.end && range.end <= text.len(), "{kind:?}: {range:?} of {}", text.len());
            assert!(range.start <= start && start < range.end, "{kind:?}: the block holds what matched");
            assert!(range.start + LOOK_BACK >= start && range.end <= start + REACH, "{kind:?}: {range:?} from {start}");
        }
        let from = start.saturating_sub(LOOK_BACK).min(text.len());
        let to = text.len().min(start + REACH).max(from);
        let near = extend::extend(kind, &text[from..to], start - from, start - from + len);
        let near = near.map(|range| range.start + from..range.end + from);
        assert_eq!(found, near, "{kind:?}: the window's size decides");
    }
}
