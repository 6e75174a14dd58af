//! Finds every place where some rule's anchor stands, plain or encoded, in one pass.
//!
//! # How
//!
//! Each literal to be found (a *needle*) is represented by one *window* of its bytes, the rarest it has. The
//! main pass looks at every second position only, so every window is entered into the table by two adjoining
//! three-byte *samples*, one of which begins at a position that is looked at. A sample is tested by one load:
//! two bytes choose a word, five bits of the third byte a bit in it. The cost of a position does not depend on
//! the number of needles. Where the bit is set, the window's key is looked up, and the whole needle compared.
//!
//! Anchors are sought in a dozen encoded forms, thousands of needles in all, at hardly any cost:
//! - forms that write each byte by itself (percent, `\x`, `\u`, UTF-16, UTF-32) are recognised by samples that
//!   hold the `%`, the `\` or the zero, and looked up by the bytes that they stand for (`units`);
//! - base64 and hexadecimal needles, the most of them, are sought only where a run of digits is long enough to
//!   hold a credential (`runs`).
//!
//! Multi-pattern matchers were measured first (`docs/architecture.md`): a DFA pays a dependent load a byte
//! (about 0.5 GB/s), packed nibble filters saturate beyond some 64 patterns.
//!
//! The tables of the built-in rules are computed by the build script ([`tables`] is shared with it) and are
//! static data: there is no start-up cost.

mod builtin;
mod frequency;
pub(super) mod gates;
mod layout;
mod runs;
mod sought;
pub mod tables;
mod units;
mod windows;

use std::ops::Range;

use runs::Runs;
pub use sought::{Prefilter, Sought};
use tables::{Entry, Filter, PAIRS, SECONDS, Tables};

use crate::decode::Form;

/// Bytes taken at once.
const BLOCK: usize = 64;
/// Bytes whose samples are noted before they are tested: a multiple of blocks.
const STRETCH: usize = 2048;
/// The most samples they can have.
const PLACES: usize = STRETCH / 2;
/// Bytes a block's samples read: the last one begins at the last but one byte.
const BLOCK_BYTES: usize = BLOCK + 1;

/// Calls `found(at, ix)` for every needle of these tables, by its index, that begins inside `core` and lies wholly in
/// `window`, once for each; in no particular order.
fn find(tables: &Tables, window: &[u8], core: Range<usize>, mut found: impl FnMut(usize, u32)) {
    let search = Search { tables, open: tables.open.filter(), window, core: &core, found: &mut found };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2")
        && is_x86_feature_detected!("bmi1")
        && is_x86_feature_detected!("bmi2")
        && is_x86_feature_detected!("popcnt")
    {
        #[expect(unsafe_code, reason = "the only way to use instructions that not every processor has")]
        // SAFETY: the processor has the features that `wide` is compiled for: it was asked just now.
        return unsafe { wide(search) };
    }
    search.run();
}

/// [`Search::run`], compiled for the wider vectors and cheaper shifts of processors since 2013.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,popcnt")]
fn wide<F: FnMut(usize, u32)>(search: Search<'_, F>) {
    search.run();
}

struct Search<'a, F> {
    tables: &'a Tables,
    open: Filter<'a>,
    window: &'a [u8],
    core: &'a Range<usize>,
    found: &'a mut F,
}

impl<F: FnMut(usize, u32)> Search<'_, F> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn run(mut self) {
        let (Some(pairs), Some(seconds)) = (self.tables.pairs.first_chunk(), self.tables.seconds.first_chunk()) else {
            return;
        };
        let end = self.window.len().min(self.core.end.saturating_add(tables::MAX_WINDOW_OFFSET + REACH));
        let mut at = self.core.start.min(end);
        let mut runs = Runs::<false>::new(self.window, at, end);
        let (mut places, mut last) = ([0_u16; PLACES], [0; BLOCK_BYTES]);
        while at < end {
            let (stretch, mut count) = (at, 0);
            while at < end && at - stretch < STRETCH {
                let block = block(self.window, at, &mut last);
                let samples = samples(pairs, block);
                count = note(&mut places, count, at - stretch, samples);
                if let Some(block) = block.first_chunk() {
                    runs.take(at, block);
                }
                at += BLOCK;
            }
            self.samples(seconds, stretch, places.get_mut(..count).unwrap_or_default());
        }
        self.runs(&runs);
    }

    /// Tests the windows that samples may belong to, which are so many bytes after `from`. What the samples are worth
    /// cannot be foreseen, by a processor neither, so they are sifted first without a branch for each.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn samples(&mut self, seconds: &[u64; SECONDS], from: usize, places: &mut [u16]) {
        let mut kept = 0;
        for i in 0..places.len() {
            let place = places[i];
            let keep = self.second_look(seconds, from + usize::from(place));
            // What is kept is never more than what was read.
            places[kept.min(i)] = place;
            kept += usize::from(keep);
        }
        for &place in places.iter().take(kept) {
            let at = from + usize::from(place);
            match self.plain_keys(at) {
                Some([key, before]) => {
                    self.confirm(key, at);
                    self.confirm(before, at - 1);
                }
                None => self.sample_of_any_form(at),
            }
        }
    }

    /// Whether the bytes beside a sample may belong to a window. At an edge of the text they may.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn second_look(&self, seconds: &[u64; SECONDS], at: usize) -> bool {
        let Some(bytes) = self.window.get(at.wrapping_sub(1)..).and_then(<[u8]>::first_chunk) else { return true };
        let bytes = u64::from_le_bytes(*bytes);
        let second = seconds[tables::second_slot((bytes >> 8) as u32)];
        let (before, after) = (second >> 32 >> (bytes % 32), second >> ((bytes >> 32) % 32));
        // Not `||`, which would be a branch.
        (before | after) & 1 != 0
    }

    /// The keys of the plain windows that a sample at `at` may belong to: one that begins there, and one that began a
    /// byte before. `None` where it may be one of another form, or at an edge.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn plain_keys(&self, at: usize) -> Option<[u32; 2]> {
        // Nearly all samples are of plain windows, and have what these need on both sides.
        let bytes = u64::from_le_bytes(*self.window.get(at.checked_sub(1)?..)?.first_chunk()?);
        let may_be_unit = |byte: u64| MAY_BE_UNIT[(byte % 256) as usize];
        let is_plain = !(may_be_unit(bytes >> 8) | may_be_unit(bytes >> 16));
        is_plain.then_some([bytes >> 8, bytes].map(|bytes| units::folded((bytes as u32).to_le_bytes())))
    }

    /// Tests the windows that begin before a sample at the distances that [`units::Shape`] says.
    #[cold]
    #[inline(never)]
    fn sample_of_any_form(&mut self, at: usize) {
        let byte = |at: usize| self.window.get(at).copied().unwrap_or(0);
        match [byte(at), byte(at + 1), byte(at + 2)] {
            [0, 0, 0] => {}
            [0, 0, _] => self.units(at, &[(Form::Utf32Le, 2), (Form::Utf32Be, 1)]),
            [_, 0, _] => self.units(at, &[(Form::Utf16Le, 0), (Form::Utf16Be, 1)]),
            [0, _, 0] => {
                self.units(at, &[(Form::Utf16Le, 1), (Form::Utf16Be, 0), (Form::Utf32Le, 3), (Form::Utf32Be, 2)]);
            }
            [first, second, _] => {
                self.confirm(units::plain_key(&self.window[at..]), at);
                if let Some(before) = at.checked_sub(1) {
                    self.confirm(units::plain_key(&self.window[before..]), before);
                }
                match (first, second) {
                    (_, b'%') => self.units(at, &[(Form::Percent, 2)]),
                    (b'%', _) => self.units(at, &[(Form::Percent, 3)]),
                    (_, b'\\') => self.units(at, &[(Form::BackslashX, 3), (Form::BackslashU, 5)]),
                    (b'\\', _) => self.units(at, &[(Form::BackslashX, 4), (Form::BackslashU, 6)]),
                    _ => {}
                }
            }
        }
    }

    /// Tests the windows in some encoded forms that begin so many bytes before `at`.
    #[inline]
    fn units(&mut self, at: usize, forms: &[(Form, usize)]) {
        for &(form, distance) in forms {
            if let Some(start) = at.checked_sub(distance)
                && let Some(key) = units::key(form, &self.window[start..])
            {
                self.confirm(key, start);
            }
        }
    }

    /// Tests the windows of that key that may be at `at`: nearly always there is none.
    #[inline]
    fn confirm(&mut self, key: u32, at: usize) {
        if self.open.may_hold(key) {
            self.look_up(key, at);
        }
    }

    #[inline(never)]
    fn look_up(&mut self, key: u32, at: usize) {
        for entry in self.tables.open.entries(key) {
            if let Some((start, needle)) = self.stands(entry, at) {
                (self.found)(start, needle);
            }
        }
    }

    /// Whether the bytes beside a plain window at `at` may be these. They tell four of five needles that are not there.
    fn is_between(&self, at: usize, [before, after]: [u8; 2]) -> bool {
        let is = |side: u8, at: usize| side == 0 || self.window.get(at).is_some_and(|&byte| units::fold(byte) == side);
        is(before, at.wrapping_sub(1)) && is(after, at + units::PLAIN)
    }

    /// Where the needle begins whose window is at `at`, if all of it stands there, and begins in the core.
    fn stands(&self, entry: &Entry, at: usize) -> Option<(usize, u32)> {
        let start = at.checked_sub(usize::from(entry.offset)).filter(|start| self.core.contains(start))?;
        if !self.is_between(at, entry.sides) {
            return None;
        }
        let needle = self.tables.needle(entry.needle);
        self.tables.matches(needle, &self.window[start..]).then_some((start, entry.needle))
    }
}

/// The bytes by which samples of the forms that write each byte by itself are recognised.
static MAY_BE_UNIT: [bool; 256] = {
    let mut bytes = [false; 256];
    bytes[0] = true;
    bytes[b'%' as usize] = true;
    bytes[b'\\' as usize] = true;
    bytes
};

/// Greatest distance of a sample from its window's start.
const REACH: usize = 8;

/// Notes the places of a block's samples after those that are noted already, and tells how many there are then.
#[inline(always)]
fn note(places: &mut [u16; PLACES], count: usize, block: usize, mut samples: u32) -> usize {
    /// Most blocks have no more. To write so many always is cheaper than a branch that nobody can foresee.
    const MOST: usize = 4;
    let all = count + samples.count_ones() as usize;
    if let Some(places) = places.get_mut(count..).and_then(<[u16]>::first_chunk_mut::<MOST>) {
        for place in places {
            *place = (block + 2 * samples.trailing_zeros() as usize) as u16;
            samples &= samples.wrapping_sub(1);
        }
    }
    let mut at = count + MOST;
    while samples != 0 {
        if let Some(place) = places.get_mut(at) {
            *place = (block + 2 * samples.trailing_zeros() as usize) as u16;
        }
        samples &= samples - 1;
        at += 1;
    }
    all
}

/// Which of the block's even positions are samples: bit `i` for the position `2 * i`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
fn samples(pairs: &[u32; PAIRS], block: &[u8; BLOCK_BYTES]) -> u32 {
    let (mut samples, mut next) = (0, u16::from(block[BLOCK]));
    // From the end, so that each joins the others by one instruction; a pair begins with the third byte of the sample
    // before it. (To load eight bytes at once and shift costs a third more.)
    for pair in block.as_chunks::<2>().0.iter().rev() {
        let pair = u16::from_le_bytes(*pair);
        samples = samples << 1 | (pairs[usize::from(pair)] >> (next % 32) & 1);
        next = pair;
    }
    samples
}

/// The bytes at `at`: those of the window themselves, or at its end a copy that is kept in `end`. (A copy of each block
/// is taken to pieces in vector registers, which costs a third more.)
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
fn block<'w>(window: &'w [u8], at: usize, end: &'w mut [u8; BLOCK_BYTES]) -> &'w [u8; BLOCK_BYTES] {
    if let Some(block) = window.get(at..).and_then(<[u8]>::first_chunk) {
        return block;
    }
    *end = padded(window, at);
    end
}

/// The last few bytes of the window, with zeros after them. What these make beyond the end is refused when
/// the needle is compared with the real bytes.
#[cold]
fn padded(window: &[u8], at: usize) -> [u8; BLOCK_BYTES] {
    std::array::from_fn(|i| window.get(at + i).copied().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(literals: &[(&[u8], bool)], text: &[u8], core: Range<usize>) -> Vec<(usize, Vec<u8>)> {
        let mut builder = layout::Builder::default();
        for (literal, fold) in literals {
            builder.add(literal, *fold, [Form::Plain; 2], literal.len(), 0, 0);
        }
        let tables = builder.finish();
        let mut found = Vec::new();
        find(&tables, text, core, |at, needle| found.push((at, tables.literal(tables.needle(needle)).to_vec())));
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
    fn every_second_position_may_be_a_sample() {
        let text = [b'a'; 3 * STRETCH + 100];
        let expected: Vec<_> = (0..text.len() - 3).map(|at| (at, b"aaaa".to_vec())).collect();
        assert_eq!(all(&[(b"aaaa", false)], &text, 0..text.len()), expected);
    }

    /// The same by comparing every needle at every place.
    fn naive(tables: &Tables, text: &[u8], core: Range<usize>) -> Vec<(usize, u32)> {
        let in_run = |at: usize, is_digit: fn(&u8) -> bool| {
            let behind = text[..at].iter().rev().take_while(|byte| is_digit(byte)).count();
            let ahead = text[at..].iter().take_while(|byte| is_digit(byte)).count();
            ahead > 0 && ahead + behind >= runs::MIN_RUN
        };
        let mut all = Vec::new();
        for at in core {
            for (ix, needle) in (0..).zip(tables.needles.iter()) {
                let may_stand = match needle.forms[0] {
                    Form::Hex => in_run(at, u8::is_ascii_hexdigit),
                    form if form.is_base64() => in_run(at, u8::is_ascii_alphanumeric),
                    _ => true,
                };
                if may_stand && tables.matches(needle, &text[at..]) {
                    all.push((at, ix));
                }
            }
        }
        all.sort_unstable();
        all
    }

    /// Anchors that share bytes, begin and end alike, need escapes, have three bytes, and differ by case.
    fn anchors() -> Tables {
        let mut builder = layout::Builder::default();
        let texts: [(&[u8], bool); 9] = [
            (b"ghp_", false),
            (b"hp_x", false),
            (b"SG.", false),
            (b"key", true),
            (b"password", true),
            (b"-----BEGIN", false),
            (b"://", false),
            (b"a%20\\x", false),
            (b"AKIA", false),
        ];
        for (rule, (literal, fold)) in texts.into_iter().enumerate() {
            let anchor = crate::rules::Anchor { literal: literal.into(), fold, lead_min: 0, lead_max: 0 };
            builder.add_anchor(&anchor, rule, 0);
        }
        builder.finish()
    }

    #[test]
    fn finds_what_a_comparison_everywhere_finds() {
        let tables = anchors();
        // A linear congruential generator: the texts are the same every time.
        let mut state = 1_u32;
        let mut random = move |below: usize| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as usize % below
        };
        let (mut found_any, fillers) = (0, [&b"\0"[..], b" ", b"=", b"abcXYZ0189", b"\\x", b"%4", b"\0\0", b"////"]);
        for round in 0..900 {
            let mut text = Vec::new();
            for _ in 0..random(40) {
                let needle = &tables.needles[random(tables.needles.len())];
                let mut literal = tables.literal(needle).to_vec();
                if needle.fold && random(2) == 0 {
                    literal.make_ascii_uppercase();
                }
                match random(4) {
                    0 => {
                        // Every third with digits that end a run; every third hexadecimal.
                        let (from, to) = [(0, 26), (0, 22), (6, 22)][random(3)];
                        text.extend((0..random(40)).map(|_| b"ABCxyz0123456789abcdef+/-_"[from + random(to - from)]));
                    }
                    1 => text.extend(fillers[random(fillers.len())].repeat(random(4))),
                    2 => text.extend_from_slice(&literal[..random(literal.len() + 1)]),
                    _ => text.extend(literal),
                }
            }
            let from = random(text.len() + 1);
            for core in [0..text.len(), from..from + random(text.len() - from + 1)] {
                let mut found = Vec::new();
                find(&tables, &text, core.clone(), |at, ix| found.push((at, ix)));
                found.sort_unstable();
                assert_eq!(found, naive(&tables, &text, core), "round {round}: {}", text.escape_ascii());
                found_any += found.len();
            }
        }
        assert!(found_any > 2_000, "the texts hold needles");
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
