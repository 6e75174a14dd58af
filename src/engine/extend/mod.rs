//! Finds the end of a block whose opening a regex matched.
//!
//! A regex that swallowed whole key files would need unbounded repeats; here a rule matches the opening,
//! and a small parser finds the rest. Results depend on nothing but `text[start - LOOK_BACK ..
//! start + REACH]`: a larger window never changes them, which is what makes findings local.

mod json_object;
mod pem;
mod putty;

use std::ops::Range;

use crate::rules::{CONTEXT, Extend, LONG_REACH};

/// Bytes from the start of a match in which its block must end. A little less than the reach of a long
/// rule, so that the boundary and context of a block that fills it are in the window too.
pub const REACH: usize = LONG_REACH - 2 * CONTEXT;

/// Bytes before a match in which the brace that encloses it must stand (JSON objects alone look back).
pub const LOOK_BACK: usize = 4 * 1024;

/// Least number of base64 characters for a block that is never closed: a key cut off leaks too, and an
/// Ed25519 key has no more.
const CUT_LEAST: usize = 64;

/// The whole block that begins where the regex matched `start..end` in `text`; `None` where nothing worth
/// reporting follows.
///
/// `text` should hold [`LOOK_BACK`] bytes before `start` and [`REACH`] after it, as far as the object does.
#[must_use]
pub fn extend(kind: Extend, text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let limit = text.len().min(start.saturating_add(REACH));
    let text = text.get(..limit)?;
    if start > end || end > limit {
        return None;
    }
    match kind {
        Extend::Pem => pem::extend(text, start, end),
        Extend::Putty => putty::extend(text, start, end),
        Extend::JsonObject => json_object::extend(text, start, end),
    }
}

/// The end of the base64 lines that follow `from`, or `None` where there are fewer than [`CUT_LEAST`]
/// characters of them.
///
/// Between lines may stand what strings, logs and indentation put there: blanks, quotes, commas, `+`,
/// backslashes and their `n`, `r`, `t`. The first run of fewer than 32 characters ends the block.
fn base64_lines(text: &[u8], from: usize) -> Option<usize> {
    const LINE: usize = 32;
    let (mut at, mut end, mut count) = (from, from, 0);
    loop {
        at += between_lines(&text[at..]);
        let run = text[at..].iter().take_while(|b| is_base64(**b)).count();
        let last = run < LINE;
        // A short run is the key's last line only where it stands alone on one: words do not.
        if run == 0 || (last && !(count >= LINE && stands_alone(text, end, at, at + run))) {
            break;
        }
        at += run;
        end = at;
        count += run;
        if last {
            break;
        }
    }
    (count >= CUT_LEAST).then_some(end)
}

fn stands_alone(text: &[u8], line_end: usize, start: usize, end: usize) -> bool {
    let broken = text[line_end..start].iter().any(|b| matches!(b, b'\n' | b'\r' | b'\\' | b'"' | b'\''));
    let closed = text.get(end).is_none_or(|b| matches!(b, b'\n' | b'\r' | b'\\' | b'"' | b'\''));
    broken && closed && (end - start).is_multiple_of(4)
}

fn between_lines(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => {
                at += text[at..].iter().take_while(|&&b| b == b'\\').count();
                at += usize::from(matches!(text.get(at), Some(b'n' | b'r' | b't')));
            }
            b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'`' | b',' => at += 1,
            // A `+` that joins strings has blanks or quotes around it; one inside base64 has not.
            b'+' if text.get(at + 1).is_none_or(|next| !is_base64(*next)) => at += 1,
            _ => break,
        }
    }
    at
}

const fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KINDS: [Extend; 3] = [Extend::Pem, Extend::Putty, Extend::JsonObject];

    /// Bytes that these parsers care about, so that random text reaches their corners.
    fn telling_text() -> impl Strategy<Value = Vec<u8>> {
        let words = prop::sample::select(vec![
            "-----BEGIN ",
            "-----END ",
            "PRIVATE KEY",
            "-----",
            "\n",
            "\\n",
            "\\",
            "\"",
            "'",
            "{",
            "}",
            "[",
            "]",
            "+",
            " ",
            "A",
            "abcdefghijklmnopqrstuvwxyz0123456789ABCD",
            "Private-MAC: ",
            "Private-Lines: 3",
            "\u{0}",
            "é",
        ]);
        prop::collection::vec(words, 0..60).prop_map(|words| words.concat().into_bytes())
    }

    proptest! {
        #[test]
        fn any_text_gives_a_range_in_the_window(text in telling_text(), a in 0usize..400, b in 0usize..400) {
            let (start, end) = (a.min(b).min(text.len()), a.max(b).min(text.len()));
            for kind in KINDS {
                if let Some(found) = extend(kind, &text, start, end) {
                    prop_assert!(found.start <= start && end <= found.end && found.end <= text.len());
                    prop_assert!(start - found.start <= LOOK_BACK && found.end - start <= REACH);
                }
            }
        }

        #[test]
        fn a_larger_window_changes_nothing(text in telling_text(), more in telling_text()) {
            // The window proper: LOOK_BACK before, REACH after; what lies beyond must not matter.
            let filler = |text: &[u8], length: usize| text.iter().copied().cycle().take(if text.is_empty() { 0 } else { length }).collect::<Vec<u8>>();
            let (before, after) = (filler(&text, LOOK_BACK), filler(&text, REACH));
            prop_assume!(!text.is_empty());
            let narrow = [before.as_slice(), &after].concat();
            let wide = [more.as_slice(), &narrow, &more].concat();
            for kind in KINDS {
                let shifted = extend(kind, &wide, more.len() + LOOK_BACK, more.len() + LOOK_BACK)
                    .map(|found| found.start - more.len()..found.end - more.len());
                prop_assert_eq!(extend(kind, &narrow, LOOK_BACK, LOOK_BACK), shifted);
            }
        }
    }

    #[test]
    fn ranges_outside_the_text_are_refused() {
        for kind in KINDS {
            assert_eq!(extend(kind, b"abc", 4, 5), None);
            assert_eq!(extend(kind, b"abc", 2, 1), None);
            assert_eq!(extend(kind, b"abc", 0, usize::MAX), None);
        }
    }
}
