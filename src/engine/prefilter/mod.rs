//! Finds every place where some rule's anchor stands, plain or encoded, in one pass.
//!
//! # How
//!
//! Each literal to be found (a *needle*) is represented by one four-byte *gram* of its own, the rarest it
//! has. The pass hashes the four bytes at every position and looks one bit up in a 16 KiB bitmap, which
//! stays in the first-level cache; a bit that is set leads to the gram table, and an equal gram to a
//! comparison with the whole needle. The cost of a position does not depend on the number of needles, which
//! is why anchors can also be sought in a dozen encoded forms, several thousand needles in all.
//!
//! Multi-pattern matchers were measured first (`docs/architecture.md`): a DFA pays a dependent load a byte
//! (about 0.5 GB/s), packed nibble filters saturate beyond some 64 patterns.
//!
//! The tables of the built-in rules are computed by the build script ([`tables`] is shared with it) and are
//! static data: there is no start-up cost.

pub mod tables;

use std::ops::Range;

use tables::{Needle, Tables};

/// Positions tested before one branch on their hits.
const BLOCK: usize = 16;
/// Bytes a block of positions reads: the last position's gram ends three bytes after it.
const BLOCK_BYTES: usize = BLOCK + tables::GRAM - 1;

/// Calls `found(at, needle)` for every needle that begins inside `core` and lies wholly in `window`, in
/// order of the place where its gram stands. `found` may be called for the same place with several needles.
pub fn find<'t>(tables: &'t Tables, window: &[u8], core: Range<usize>, mut found: impl FnMut(usize, &'t Needle)) {
    let Some(filter) = tables.filter() else { return };
    let end = window.len().min(core.end.saturating_add(tables::MAX_GRAM_OFFSET));
    let mut at = core.start.min(end);
    while let Some(block) = window.get(at..).and_then(|rest| rest.first_chunk::<BLOCK_BYTES>()) {
        if at >= end {
            return;
        }
        let hits = test_block(filter, block);
        if hits != 0 {
            confirm(tables, window, &core, at, hits, &mut found);
        }
        at += BLOCK;
    }
    // The last few positions: pad a copy, so that one loop serves. Zeros beyond the end can only make a
    // false gram, which the comparison with the real bytes refuses.
    while at < end {
        let rest = &window[at..];
        let mut block = [0; BLOCK_BYTES];
        let taken = rest.len().min(BLOCK_BYTES);
        block[..taken].copy_from_slice(&rest[..taken]);
        let hits = test_block(filter, &block);
        if hits != 0 {
            confirm(tables, window, &core, at, hits, &mut found);
        }
        at += BLOCK;
    }
}

/// One bit for each position of the block whose gram may be a needle's.
#[inline]
fn test_block(filter: &[u32; tables::FILTER_WORDS], block: &[u8; BLOCK_BYTES]) -> u32 {
    // First only whether there is any hit: keeping the positions apart would cost two more operations each.
    let mut any = 0;
    for position in 0..BLOCK {
        any |= test_bit(filter, gram_at(block, position));
    }
    if any & 1 == 0 {
        return 0;
    }
    let mut hits = 0;
    for position in 0..BLOCK {
        hits |= (test_bit(filter, gram_at(block, position)) & 1) << position;
    }
    hits
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

#[cold]
#[inline(never)]
fn confirm<'t>(
    tables: &'t Tables,
    window: &[u8],
    core: &Range<usize>,
    at: usize,
    mut hits: u32,
    found: &mut impl FnMut(usize, &'t Needle),
) {
    while hits != 0 {
        let gram_at = at + hits.trailing_zeros() as usize;
        hits &= hits - 1;
        // A needle of three bytes may end where the window does: the missing byte counts as zero.
        let gram = std::array::from_fn(|i| window.get(gram_at + i).copied().unwrap_or(0));
        for entry in tables.entries(u32::from_le_bytes(gram)) {
            let Some(start) = gram_at.checked_sub(usize::from(entry.offset)) else { continue };
            let needle = tables.needle(entry.needle);
            if core.contains(&start) && tables.matches(needle, &window[start..]) {
                found(start, needle);
            }
        }
    }
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
