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
mod layout;
mod runs;
pub mod tables;
mod units;
mod windows;

use std::ops::Range;

use runs::Runs;
use tables::{Entry, Filter, Index, Needle, PAIRS, Tables};

use crate::decode::Form;

/// Bytes taken at once.
const BLOCK: usize = 64;
/// Bytes a block's samples read: the last one begins at the last but one byte.
const BLOCK_BYTES: usize = BLOCK + 1;

/// The tables of the built-in rules.
pub(super) fn builtin() -> &'static Tables {
    &builtin::TABLES
}

/// Calls `found(at, needle)` for every needle that begins inside `core` and lies wholly in `window`, once for
/// each; in no particular order.
pub fn find<'t>(tables: &'t Tables, window: &[u8], core: Range<usize>, mut found: impl FnMut(usize, &'t Needle)) {
    let search = Search { tables, open: tables.open.filter(), window, core: &core, found: &mut found };
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") && is_x86_feature_detected!("bmi1") && is_x86_feature_detected!("bmi2") {
        #[expect(unsafe_code, reason = "the only way to use instructions that not every processor has")]
        // SAFETY: the processor has the features that `wide` is compiled for: it was asked just now.
        return unsafe { wide(search) };
    }
    search.run();
}

/// [`Search::run`], compiled for the wider vectors and cheaper shifts of processors since 2013.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2")]
fn wide<'t, F: FnMut(usize, &'t Needle)>(search: Search<'_, 't, F>) {
    search.run();
}

struct Search<'a, 't, F> {
    tables: &'t Tables,
    open: Filter<'t>,
    window: &'a [u8],
    core: &'a Range<usize>,
    found: &'a mut F,
}

impl<'t, F: FnMut(usize, &'t Needle)> Search<'_, 't, F> {
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn run(mut self) {
        let Some(pairs) = self.tables.pairs.first_chunk::<PAIRS>() else { return };
        let end = self.window.len().min(self.core.end.saturating_add(tables::MAX_WINDOW_OFFSET + REACH));
        let mut at = self.core.start.min(end);
        let mut runs = Runs::<false>::new(self.window, at, end);
        while at < end {
            let block = &block(self.window, at);
            let samples = samples(pairs, block);
            if samples != 0 {
                self.samples(at, samples);
            }
            if let Some(block) = block.first_chunk() {
                runs.take(at, block);
            }
            at += BLOCK;
        }
        self.runs(&runs);
    }

    /// Tests the windows that the samples of the block at `at` may belong to.
    #[inline(never)]
    fn samples(&mut self, at: usize, mut samples: u32) {
        while samples != 0 {
            self.sample(at + 2 * samples.trailing_zeros() as usize);
            samples &= samples - 1;
        }
    }

    /// Tests the windows that a sample at `at` may belong to.
    #[inline]
    fn sample(&mut self, at: usize) {
        // Nearly all samples are of plain windows, and have what these need on both sides.
        if let Some(before) = at.checked_sub(1)
            && let Some(&[b0, b1, b2, b3, b4]) = self.window.get(before..).and_then(<[u8]>::first_chunk)
            && !(MAY_BE_UNIT[usize::from(b1)] | MAY_BE_UNIT[usize::from(b2)])
        {
            self.confirm(units::folded([b1, b2, b3, b4]), at);
            self.confirm(units::folded([b0, b1, b2, b3]), before);
            return;
        }
        self.sample_of_any_form(at);
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

    /// Where the needle begins whose window is at `at`, if all of it stands there, and begins in the core.
    fn stands(&self, entry: &Entry, at: usize) -> Option<(usize, &'t Needle)> {
        let start = at.checked_sub(usize::from(entry.offset)).filter(|start| self.core.contains(start))?;
        let needle = self.tables.needle(entry.needle);
        self.tables.matches(needle, &self.window[start..]).then_some((start, needle))
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

/// Which of the block's even positions are samples: bit `i` for the position `2 * i`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
fn samples(pairs: &[u32; PAIRS], block: &[u8; BLOCK_BYTES]) -> u32 {
    let (mut samples, mut next) = (0, u64::from(block[BLOCK]));
    // From the end, so that each joins the others by one instruction; eight bytes are loaded once for four.
    for bytes in block.as_chunks::<8>().0.iter().rev() {
        let word = u64::from_le_bytes(*bytes);
        let sample = |pair: u64, third: u64| pairs[pair as usize % PAIRS] >> (third % 32) & 1;
        let last = sample(word >> 48, next);
        let third = sample(word >> 32, word >> 48);
        let second = sample(word >> 16, word >> 32);
        let first = sample(word, word >> 16);
        samples = samples << 4 | (((last << 1 | third) << 1 | second) << 1 | first);
        next = word;
    }
    samples
}

/// The bytes at `at`.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
fn block(window: &[u8], at: usize) -> [u8; BLOCK_BYTES] {
    match window.get(at..).and_then(<[u8]>::first_chunk) {
        Some(block) => *block,
        None => padded(window, at),
    }
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

    /// The same by comparing every needle at every place.
    fn naive(tables: &Tables, text: &[u8], core: Range<usize>) -> Vec<(usize, u32)> {
        let in_run = |at: usize, is_digit: fn(&u8) -> bool| {
            let behind = text[..at].iter().rev().take_while(|byte| is_digit(byte)).count();
            let ahead = text[at..].iter().take_while(|byte| is_digit(byte)).count();
            ahead > 0 && ahead + behind >= runs::MIN_RUN
        };
        let mut all = Vec::new();
        for at in core {
            for needle in tables.needles.iter() {
                let may_stand = match needle.forms[0] {
                    Form::Hex => in_run(at, u8::is_ascii_hexdigit),
                    form if form.is_base64() => in_run(at, u8::is_ascii_alphanumeric),
                    _ => true,
                };
                if may_stand && tables.matches(needle, &text[at..]) {
                    all.push((at, needle.literal));
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
                find(&tables, &text, core.clone(), |at, needle| found.push((at, needle.literal)));
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
