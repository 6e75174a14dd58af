//! The search for base64 and hexadecimal needles, in runs of digits that are long enough for a credential.

use super::tables::{Needle, PAIRS};
use super::{BLOCK, Search, units};

/// The shortest run of letters and digits in which encoded needles are sought. A credential of 17 bytes has 23
/// digits in base64. Any run as long covers two adjoining eights of aligned bytes.
///
/// Base64's other digits (`+` and `/`, `-` and `_`) end a run, as long identifiers, paths and rules of dashes would
/// be runs otherwise. In text that was encoded they stand for a `>`, `?` or `~` that is the third of its group, and
/// for nothing else; what is decoded around a needle does not end at them.
pub(super) const MIN_RUN: usize = 23;
/// Digits taken at once: the text stays in the first-level cache for the second search.
const CHUNK: usize = 8 * 1024;

/// Whether the byte is a letter or digit. Written so that it compiles to vector instructions.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
const fn is_digit(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
    letter | (byte.wrapping_sub(b'0') < 10)
}

/// Which bytes are digits.
static DIGITS: [bool; 256] = {
    let mut digits = [false; 256];
    let mut byte = 0_u8;
    while byte < u8::MAX {
        digits[byte as usize] = is_digit(byte);
        byte += 1;
    }
    digits
};

/// Finds the long runs of digits. They are searched after the main pass, so that its registers stay its own.
#[derive(Debug)]
pub(super) struct Runs {
    /// The runs, or the parts of them that are to be searched.
    found: Vec<(usize, usize)>,
    /// Whether the last eight bytes of the block before were all digits: bit 7.
    eights: u32,
    /// Up to where runs were found.
    found_to: usize,
    /// Where the search ends.
    end: usize,
}

impl Runs {
    /// A search from `at`, which may lie in a run that began long before, to `end`.
    pub(super) fn new(window: &[u8], at: usize, end: usize) -> Self {
        let mut runs = Self { found: Vec::new(), eights: 0, found_to: at, end };
        if at < end && in_run(window, at) {
            runs.found_to = at + digits_at_start(&window[at..end]);
            runs.found.push((at, runs.found_to));
        }
        runs
    }

    /// Where in the block two adjoining eights of digits end: bit `i` for the `i`-th eight.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    pub(super) fn pairs(&mut self, block: &[u8; BLOCK]) -> u32 {
        let mut digits = [0_u8; BLOCK];
        for (at, &byte) in block.iter().enumerate() {
            digits[at] = u8::from(is_digit(byte));
        }
        let all = |eight: &[u8; 8]| u64::from_le_bytes(*eight) == 0x0101_0101_0101_0101;
        let chunks = digits.as_chunks::<8>().0;
        // Most blocks have none, which vectors tell at once.
        if !chunks.iter().fold(false, |any, eight| any | all(eight)) {
            self.eights = 0;
            return 0;
        }
        let eights = chunks.iter().rev().fold(0, |eights, eight| eights << 1 | u32::from(all(eight)));
        let pairs = eights & (eights << 1 | self.eights >> 7);
        self.eights = eights;
        pairs
    }

    /// Notes the runs of which there are eights in the block at `at`; `pairs` says where.
    #[cold]
    #[inline(never)]
    pub(super) fn note(&mut self, window: &[u8], at: usize, mut pairs: u32) {
        while pairs != 0 {
            let end = at + 8 * pairs.trailing_zeros() as usize + 8;
            pairs &= pairs - 1;
            let Some((start, stop)) = self.around(window, end) else { continue };
            self.found_to = stop;
            if start < stop && (stop - start >= MIN_RUN || in_run(window, start)) {
                self.found.push((start, stop));
            }
        }
    }

    /// The run around an eight of digits that ends at `end`, as far as it was not found yet.
    fn around(&self, window: &[u8], end: usize) -> Option<(usize, usize)> {
        if end <= self.found_to {
            return None;
        }
        let seed = self.found_to.max(end.saturating_sub(16)).min(self.end);
        let digit = |byte: &&u8| DIGITS[usize::from(**byte)];
        let start = seed - window[self.found_to.min(seed)..seed].iter().rev().take_while(digit).count();
        Some((start, seed + digits_at_start(&window[seed..self.end])))
    }
}

/// How many digits `text` begins with. Runs of megabytes are taken by vectors.
#[inline]
fn digits_at_start(text: &[u8]) -> usize {
    let blocks = text.as_chunks::<16>().0.iter();
    let whole = 16 * blocks.take_while(|block| block.iter().fold(true, |all, &byte| all & is_digit(byte))).count();
    whole + text[whole..].iter().take_while(|&&byte| DIGITS[usize::from(byte)]).count()
}

/// Whether the digits around `at` make a run of at least [`MIN_RUN`]. Looks no further than that.
fn in_run(window: &[u8], at: usize) -> bool {
    let digit = |byte: &&u8| DIGITS[usize::from(**byte)];
    let ahead = window[at..].iter().take(MIN_RUN).take_while(digit).count();
    ahead >= MIN_RUN || ahead + window[..at].iter().rev().take(MIN_RUN).take_while(digit).count() >= MIN_RUN
}

impl<'t, F: FnMut(usize, &'t Needle)> Search<'_, 't, F> {
    /// Searches the runs.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    pub(super) fn runs(&mut self, runs: &Runs) {
        for &(start, stop) in &runs.found {
            for from in (start..stop).step_by(CHUNK) {
                self.base64(from, stop.min(from + CHUNK));
                self.hex(from, stop.min(from + CHUNK));
            }
        }
    }

    /// Tests the base64 windows that begin in a range: as the main pass does, at every second position.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn base64(&mut self, from: usize, to: usize) {
        let index = &self.tables.base64;
        let Some(pairs) = self.tables.base64_pairs.first_chunk::<PAIRS>() else { return };
        let filter = index.filter();
        // The last window may be seen one byte after it began.
        for at in (from..=to).step_by(BLOCK) {
            let mut samples = match self.window.get(at..).and_then(<[u8]>::first_chunk) {
                Some(block) => super::samples(pairs, block),
                None => super::samples(pairs, &super::padded(self.window, at)),
            };
            while samples != 0 {
                let sample = at + 2 * samples.trailing_zeros() as usize;
                samples &= samples - 1;
                for start in [sample, sample.wrapping_sub(1)] {
                    if (from..to).contains(&start)
                        && let Some(key) = units::base64_key(&self.window[start..])
                        && filter.may_hold(key)
                    {
                        self.confirm_in_run(index, key, start);
                    }
                }
            }
        }
    }

    /// Tests every position of a range where enough hexadecimal digits stand.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn hex(&mut self, from: usize, to: usize) {
        let index = &self.tables.hex;
        let filter = index.filter();
        // Of adjoining windows all digits but one are the same.
        let (mut next, mut key) = (usize::MAX, 0);
        // The last positions of a block can't be judged by it alone: they are the next one's first.
        for at in (from..to).step_by(BLOCK - units::HEX_DIGITS + 1) {
            let Some(rest) = self.window.get(at..) else { return };
            let block = match rest.first_chunk() {
                Some(block) => *block,
                None => std::array::from_fn(|i| rest.get(i).copied().unwrap_or(0)),
            };
            let mut windows = hex_windows(&block);
            while windows != 0 {
                let window = at + windows.trailing_zeros() as usize;
                windows &= windows - 1;
                if window >= to {
                    break; // what follows the range is searched with its own run, or not at all
                }
                let last = window + units::HEX_DIGITS - 1;
                key = if window == next {
                    units::next_hex_key(key, self.window.get(last).copied().unwrap_or(0))
                } else {
                    units::hex_key(&self.window[window..]).unwrap_or(0)
                };
                next = window + 1;
                if filter.may_hold(key) {
                    self.confirm_in_run(index, key, window);
                }
            }
        }
    }

    #[inline(never)]
    fn confirm_in_run(&mut self, index: &'t super::Index, key: u32, at: usize) {
        for entry in index.entries(key) {
            if let Some((start, needle)) = self.stands(entry, at)
                && in_run(self.window, start)
            {
                (self.found)(start, needle);
            }
        }
    }
}

/// Where in a block enough hexadecimal digits stand.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
fn hex_windows(block: &[u8; BLOCK]) -> u64 {
    let mut digits = [0_u8; BLOCK];
    for (digit, &byte) in digits.iter_mut().zip(block) {
        *digit = u8::from(byte.wrapping_sub(b'0') < 10) | u8::from((byte | 0x20).wrapping_sub(b'a') < 6);
    }
    let mut ones = 0;
    for (i, eight) in digits.as_chunks::<8>().0.iter().enumerate() {
        // The product's upper byte gathers the eight lowest bits.
        ones |= (u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56) << (8 * i);
    }
    let twos = ones & ones >> 1;
    let fours = twos & twos >> 2;
    fours & twos >> 4
}
