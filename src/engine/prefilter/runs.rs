//! The search for base64 and hexadecimal needles, in runs of digits that are long enough for a credential.

use super::tables::{Index, PAIRS};
use super::{BLOCK, Search, units};

/// The shortest run in which encoded needles are sought: of letters and digits for base64, of hexadecimal digits for
/// those. A credential of 17 bytes has 23 digits in base64. Any run as long covers two adjoining eights of aligned
/// bytes.
///
/// Base64's other digits (`+` and `/`, `-` and `_`) end a run, as long identifiers, paths and rules of dashes would
/// be runs otherwise. In text that was encoded they stand for a `>`, `?` or `~` that is the third of its group, and
/// for nothing else; what is decoded around a needle does not end at them.
pub(super) const MIN_RUN: usize = 23;

/// Whether the byte is a digit: hexadecimal, or any letter or digit. Written so that it compiles to vector
/// instructions.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
pub(super) const fn is_digit<const HEX: bool>(byte: u8) -> bool {
    let letter = (byte | 0x20).wrapping_sub(b'a') < if HEX { 6 } else { 26 };
    letter | (byte.wrapping_sub(b'0') < 10)
}

/// Finds where the long runs of digits are: a few bytes too much on both sides. What is found there is held against
/// the run itself, and finding its ends would cost more than a look at these bytes. The runs are searched after the
/// main pass, so that its registers stay its own.
#[derive(Debug)]
pub(super) struct Runs<const HEX: bool> {
    found: Vec<(usize, usize)>,
    /// The last eight bytes of the block before, as [`digits`] tells them.
    last: u64,
    /// Where the search begins and ends.
    start: usize,
    end: usize,
}

impl<const HEX: bool> Runs<HEX> {
    /// A search from `start`, which may lie in a run that began long before, to `end`.
    pub(super) fn new(window: &[u8], start: usize, end: usize) -> Self {
        let mut runs = Self { found: Vec::new(), last: 0, start, end };
        if start < end && in_run::<HEX>(window, start) {
            runs.note(start);
        }
        runs
    }

    /// Takes the next block, which begins at `at`.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    pub(super) fn take(&mut self, at: usize, block: &[u8; BLOCK]) {
        // Few blocks have two adjoining eights of digits, which vectors tell at once.
        let eights = digits::<HEX>(block);
        let before = std::mem::replace(&mut self.last, eights[7]);
        let is_run = |first: u64, second: u64| u64::from(first & second == u64::MAX);
        if (1..8).fold(is_run(before, eights[0]), |any, at| any | is_run(eights[at - 1], eights[at])) != 0 {
            self.note(at);
        }
    }

    /// Notes that a long run has two adjoining eights of which the second one lies in the block at `at`: it began at
    /// most 15 bytes before the block, and ends at most 7 after it, or has eights in the next one too.
    #[inline(never)]
    fn note(&mut self, at: usize) {
        let (start, end) = (at.saturating_sub(16).max(self.start), (at + BLOCK + 8).min(self.end));
        match self.found.last_mut() {
            Some(last) if last.1 >= start => last.1 = end,
            _ => self.found.push((start, end)),
        }
    }
}

/// All ones for each byte that is a digit, and zeros for the others, eight by eight.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
fn digits<const HEX: bool>(block: &[u8; BLOCK]) -> [u64; BLOCK / 8] {
    let digits = block.map(|byte| if is_digit::<HEX>(byte) { u8::MAX } else { 0 });
    let eights = digits.as_chunks().0;
    std::array::from_fn(|at| u64::from_le_bytes(eights[at]))
}

/// Whether the digits around `at` make a run of at least [`MIN_RUN`]. Looks no further than that.
fn in_run<const HEX: bool>(window: &[u8], at: usize) -> bool {
    let digit = |byte: &&u8| is_digit::<HEX>(**byte);
    let ahead = window[at..].iter().take(MIN_RUN).take_while(digit).count();
    ahead > 0
        && (ahead >= MIN_RUN || ahead + window[..at].iter().rev().take(MIN_RUN).take_while(digit).count() >= MIN_RUN)
}

impl<F: FnMut(usize, u32)> Search<'_, F> {
    /// Searches the runs.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    pub(super) fn runs(&mut self, runs: &Runs<false>) {
        for &(start, end) in &runs.found {
            self.base64(start, end);
            self.hex(start, end);
        }
    }

    /// Tests the base64 windows that begin in a range: as the main pass does, at every second position.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn base64(&mut self, from: usize, to: usize) {
        let index = &self.tables.base64;
        let Some(pairs) = self.tables.base64_pairs.first_chunk::<PAIRS>() else { return };
        let filter = index.filter();
        let mut last = [0; super::BLOCK_BYTES];
        // The last window may be seen one byte after it began.
        for at in (from..=to).step_by(BLOCK) {
            let mut samples = super::samples(pairs, super::block(self.window, at, &mut last));
            while samples != 0 {
                let sample = at + 2 * samples.trailing_zeros() as usize;
                samples &= samples - 1;
                for start in [sample, sample.wrapping_sub(1)] {
                    if (from..to).contains(&start)
                        && let Some(key) = units::base64_key(&self.window[start..])
                        && filter.may_hold(key)
                    {
                        self.confirm_in_run::<false>(index, key, start);
                    }
                }
            }
        }
    }

    /// Tests the windows of hexadecimal digits that begin in a range, where it has long runs of these.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "it is compiled once more for each set of instructions")]
    fn hex(&mut self, from: usize, to: usize) {
        let mut runs = Runs::<true>::new(self.window, from, to);
        let mut last = [0; super::BLOCK_BYTES];
        for at in (from..to).step_by(BLOCK) {
            if let Some(block) = super::block(self.window, at, &mut last).first_chunk() {
                runs.take(at, block);
            }
        }
        for &(start, end) in &runs.found {
            self.hex_run(start, end);
        }
    }

    #[inline(never)]
    fn hex_run(&mut self, from: usize, to: usize) {
        let index = &self.tables.hex;
        let filter = index.filter();
        let stop = self.window.len().min(to + units::HEX_DIGITS - 1);
        // Of adjoining windows all digits but one are the same.
        let (mut key, mut digits) = (0, 0);
        for at in from..stop {
            let Some(digit) = units::nibble(self.window[at]) else {
                digits = 0;
                continue;
            };
            key = units::next_hex_key(key, digit);
            digits += 1;
            if digits >= units::HEX_DIGITS && filter.may_hold(key) {
                self.confirm_in_run::<true>(index, key, at + 1 - units::HEX_DIGITS);
            }
        }
    }

    #[inline(never)]
    fn confirm_in_run<const HEX: bool>(&mut self, index: &Index, key: u32, at: usize) {
        for entry in index.entries(key) {
            if let Some((start, needle)) = self.stands(entry, at)
                && in_run::<HEX>(self.window, start)
            {
                (self.found)(start, needle);
            }
        }
    }
}
