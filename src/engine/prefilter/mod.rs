//! Finds every place where some rule's anchor stands, plain or encoded, in one pass.
//!
//! # How
//!
//! Each literal to be found (a *needle*) is represented by one four-byte *gram* of its own, the rarest it
//! has. The pass hashes the four bytes at every position and looks one bit up in a bitmap; a bit that is set
//! leads to the gram table, and an equal gram to a comparison with the whole needle. The cost of a position
//! hardly depends on the number of needles, which is why anchors can also be sought in a dozen encoded forms,
//! several thousand needles in all. Base64 and hexadecimal needles, the most of them, are sought only where a
//! run of digits is long enough to hold a credential.
//!
//! Multi-pattern matchers were measured first (`docs/architecture.md`): a DFA pays a dependent load a byte
//! (about 0.5 GB/s), packed nibble filters saturate beyond some 64 patterns.
//!
//! The tables of the built-in rules are computed by the build script ([`tables`] is shared with it) and are
//! static data: there is no start-up cost.

mod builtin;
pub mod tables;

use std::ops::Range;

use tables::{Grams, Needle, Tables};

/// Positions tested before one branch on their hits.
const BLOCK: usize = 16;
/// Bytes a block of positions reads: the last position's gram ends three bytes after it.
const BLOCK_BYTES: usize = BLOCK + tables::GRAM - 1;
/// The shortest run of base64 or hexadecimal digits in which encoded needles are sought. A credential of 17
/// bytes has 23 digits in base64. Any run as long covers two adjoining eights of aligned bytes.
const MIN_RUN: usize = 23;

/// The tables of the built-in rules.
pub(super) fn builtin() -> &'static Tables {
    &builtin::TABLES
}

/// Calls `found(at, needle)` for every needle that begins inside `core` and lies wholly in `window`, once for
/// each; for needles of the same place in no particular order.
pub fn find<'t>(tables: &'t Tables, window: &[u8], core: Range<usize>, mut found: impl FnMut(usize, &'t Needle)) {
    let mut pass = Pass { tables, window, core: &core, found: &mut found };
    let end = window.len().min(core.end.saturating_add(tables::MAX_GRAM_OFFSET));
    let mut at = core.start.min(end);
    let mut run = Run { eights: 0, tested_to: at };
    while at < end {
        let (block, whole) = block_at(window, at);
        let block = if whole { block } else { &padded(window, at) };
        pass.test(&tables.open, block, at);
        if run.is_in(block) {
            // The run may have begun almost an eight before, and may end almost one after.
            let from = run.tested_to.max(at.saturating_sub(BLOCK));
            run.tested_to = at + 2 * BLOCK;
            pass.test_range(&tables.runs, from..run.tested_to.min(end));
        }
        at += BLOCK;
    }
}

/// Recognises blocks that may be part of a long run of digits.
struct Run {
    /// Whether the last eight bytes seen were all digits: bit 0.
    eights: u32,
    /// Where the test for encoded needles has come to.
    tested_to: usize,
}

impl Run {
    /// Whether two adjoining eights, the second of them in this block, are all digits.
    #[inline]
    fn is_in(&mut self, block: &[u8; BLOCK_BYTES]) -> bool {
        let (first, second) = (all_digits(&block[..8]), all_digits(&block[8..16]));
        let hit = (self.eights & first) | (first & second);
        self.eights = second;
        hit != 0
    }
}

/// 1 if all bytes are of the base64 alphabets (`+` to `9` takes in `,` and `.`: a superset will do).
/// Written so that it compiles to vector instructions.
#[inline]
fn all_digits(bytes: &[u8]) -> u32 {
    let others = bytes.iter().fold(0_u8, |others, &byte| {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'+') < 15;
        others | u8::from(!(letter | digit | (byte == b'_')))
    });
    u32::from(others == 0)
}

const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_')
}

/// Whether the digits around `at` make a run of at least [`MIN_RUN`]. Looks no further than that.
fn in_run(window: &[u8], at: usize) -> bool {
    let digit = |byte: &&u8| is_digit(**byte);
    let ahead = window[at..].iter().take(MIN_RUN).take_while(digit).count();
    ahead >= MIN_RUN || ahead + window[..at].iter().rev().take(MIN_RUN).take_while(digit).count() >= MIN_RUN
}

#[inline]
fn block_at(window: &[u8], at: usize) -> (&[u8; BLOCK_BYTES], bool) {
    match window.get(at..).and_then(|rest| rest.first_chunk()) {
        Some(block) => (block, true),
        None => (&[0; BLOCK_BYTES], false),
    }
}

/// The last few bytes of the window, with zeros after them. Zeros can only make a false gram, which the
/// comparison with the real bytes refuses.
#[cold]
fn padded(window: &[u8], at: usize) -> [u8; BLOCK_BYTES] {
    std::array::from_fn(|i| window.get(at + i).copied().unwrap_or(0))
}

struct Pass<'a, 't, F> {
    tables: &'t Tables,
    window: &'a [u8],
    core: &'a Range<usize>,
    found: &'a mut F,
}

impl<'t, F: FnMut(usize, &'t Needle)> Pass<'_, 't, F> {
    /// Tests the block's positions.
    #[inline]
    fn test(&mut self, grams: &'t Grams, block: &[u8; BLOCK_BYTES], at: usize) {
        let Some(filter) = grams.filter() else { return };
        // First only whether there is any hit: keeping the positions apart costs two more operations each.
        let mut any = 0;
        for position in 0..BLOCK {
            any |= test_bit(filter, gram_at(block, position));
        }
        if any & 1 != 0 {
            self.confirm(grams, filter, block, at);
        }
    }

    /// Tests the positions of a range.
    #[cold]
    fn test_range(&mut self, grams: &'t Grams, range: Range<usize>) {
        let mut at = range.start;
        while at < range.end {
            let block = padded(self.window, at);
            self.test(grams, &block, at);
            at += BLOCK;
        }
    }

    #[inline(never)]
    fn confirm(&mut self, grams: &'t Grams, filter: &[u32; tables::FILTER_WORDS], block: &[u8; BLOCK_BYTES], at: usize) {
        for position in 0..BLOCK {
            let gram = gram_at(block, position);
            if test_bit(filter, gram) & 1 == 0 {
                continue;
            }
            for entry in grams.entries(gram) {
                let Some(start) = (at + position).checked_sub(usize::from(entry.offset)) else { continue };
                let needle = self.tables.needle(entry.needle);
                if self.core.contains(&start)
                    && self.tables.matches(needle, &self.window[start..])
                    && (!tables::stands_in_run(needle.forms[0]) || in_run(self.window, start))
                {
                    (self.found)(start, needle);
                }
            }
        }
    }
}

#[inline]
fn gram_at(block: &[u8; BLOCK_BYTES], position: usize) -> u32 {
    u32::from_le_bytes([block[position], block[position + 1], block[position + 2], block[position + 3]])
}

/// The gram's bit, as bit 0 of the result (the other bits are noise).
#[inline]
fn test_bit(filter: &[u32; tables::FILTER_WORDS], gram: u32) -> u32 {
    let slot = tables::slot(gram);
    filter[(slot >> 5) as usize % tables::FILTER_WORDS] >> (slot & 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::Form;

    fn all(literals: &[(&[u8], bool)], text: &[u8], core: Range<usize>) -> Vec<(usize, Vec<u8>)> {
        let mut builder = tables::Builder::default();
        for (literal, fold) in literals {
            builder.add(literal, *fold, [Form::Plain; 2], literal.len(), 0, 0);
        }
        let tables = builder.finish();
        let mut found = Vec::new();
        find(&tables, text, core, |at, needle| found.push((at, tables.literal(needle).to_vec())));
        found.sort();
        found
    }

    #[test]
    fn finds_needles_at_every_place_and_only_there() {
        let needles: &[(&[u8], bool)] = &[(b"abcd", false), (b"bcde", false), (b"token", true), (b"xyz", false)];
        for lead in 0..40 {
            let mut text = vec![b'-'; lead];
            text.extend_from_slice(b"abcde TOKEN abc xyz");
            let expected = vec![
                (lead, b"abcd".to_vec()),
                (lead + 1, b"bcde".to_vec()),
                (lead + 6, b"token".to_vec()),
                (lead + 16, b"xyz".to_vec()),
            ];
            assert_eq!(all(needles, &text, 0..text.len()), expected, "lead {lead}");
        }
    }

    #[test]
    fn the_core_is_where_needles_begin() {
        let text = b"..longneedle..longneedle..";
        let needles: &[(&[u8], bool)] = &[(b"longneedle", false)];
        assert_eq!(all(needles, text, 0..2), []);
        assert_eq!(all(needles, text, 2..3), [(2, b"longneedle".to_vec())]);
        assert_eq!(all(needles, text, 3..14), []);
        assert_eq!(all(needles, text, 14..26), [(14, b"longneedle".to_vec())]);
    }
}
