//! Chooses the window by which each needle is found. Shared with the build script: standard library only.

use super::frequency::Frequency;
use super::tables::{Entry, MAX_WINDOW_OFFSET, PAIRS, SECONDS, second_slot};
use super::units::{self, Shape};
use crate::decode::encode::Form;

/// What another needle at a sample that is taken already costs, as a share of what a new sample costs.
const TAKEN: f32 = 0.25;

/// The windows of all needles.
pub(super) struct Windows {
    frequency: Frequency,
    /// See [`Tables::pairs`](super::tables::Tables::pairs).
    pub(super) pairs: Vec<u32>,
    /// See [`Tables::seconds`](super::tables::Tables::seconds).
    pub(super) seconds: Vec<u64>,
    pub(super) open: Vec<Entry>,
    /// See [`Tables::base64_pairs`](super::tables::Tables::base64_pairs).
    pub(super) base64_pairs: Vec<u32>,
    pub(super) base64: Vec<Entry>,
    pub(super) hex: Vec<Entry>,
}

impl Default for Windows {
    fn default() -> Self {
        let (open, base64, hex) = Default::default();
        let none = || vec![0; PAIRS];
        let seconds = vec![0; SECONDS];
        Self { frequency: Frequency::default(), pairs: none(), seconds, open, base64_pairs: none(), base64, hex }
    }
}

impl Windows {
    /// Chooses the needle's window and enters it.
    pub(super) fn add(&mut self, literal: &[u8], fold: bool, form: Form, needle: u32) {
        let Some(shape) = Shape::of(form) else { return self.add_digits(literal, form, needle) };
        // Where a form leaves some bytes as they are (`https%3A%2F%2F`), a plain window represents it.
        let mut offsets = (0..=literal.len().saturating_sub(shape.len)).step_by(shape.unit);
        let whole = offsets.all(|at| units::key(form, &literal[at..]).is_some());
        let (shape, form) = if whole { (shape, form) } else { (Shape::PLAIN, Form::Plain) };
        let samples = |window: &[u8]| samples(window.get(shape.sample..).unwrap_or_default(), fold);
        let offset = rarest(literal, shape.len, shape.unit, |window| {
            cost(&self.pairs, &samples(window), |sample| self.frequency.sample(sample))
        });
        let window = &literal[offset..];
        for sample in samples(window) {
            // A window in another form has its samples somewhere in it: they are looked at whatever stands beside them.
            let beside = if form == Form::Plain { sample.beside } else { u64::MAX };
            for third in (0..32).filter(|third| sample.thirds >> third & 1 != 0) {
                self.seconds[second_slot(u32::from(u16::from_le_bytes(sample.pair)) | third << 16)] |= beside;
            }
        }
        enter(&mut self.pairs, &samples(window));
        let keys =
            if form == Form::Plain { plain_keys(window) } else { units::key(form, window).into_iter().collect() };
        let side = |at: Option<usize>| at.and_then(|at| literal.get(at)).map_or(0, |&byte| units::fold(byte));
        let sides = match form {
            Form::Plain => [side(offset.checked_sub(1)), side(Some(offset + shape.len))],
            _ => [0; 2],
        };
        self.open.extend(keys.into_iter().map(|key| Entry { key, needle, offset: offset as u8, sides }));
    }

    /// The same for base64 and hexadecimal digits.
    fn add_digits(&mut self, literal: &[u8], form: Form, needle: u32) {
        let is_hex = form == Form::Hex;
        let len = if is_hex { units::HEX_DIGITS } else { units::BASE64_DIGITS };
        let share = |window: &[u8]| -> f32 {
            if is_hex {
                return window.iter().map(|&digit| self.frequency.byte(digit)).product();
            }
            cost(&self.base64_pairs, &samples(window, false), |sample| self.frequency.sample(sample).max(RANDOM_BASE64))
        };
        // A run ends at the digits that are neither letter nor digit: the window begins in the run that the needle
        // begins in.
        let run = literal.iter().take_while(|digit| digit.is_ascii_alphanumeric()).count();
        let offset = rarest(&literal[..literal.len().min(run + len)], len, 1, share);
        let window = &literal[offset..];
        let key = if is_hex { units::hex_key(window) } else { units::base64_key(window) };
        let entries = if is_hex { &mut self.hex } else { &mut self.base64 };
        entries.extend(key.map(|key| Entry { key, needle, offset: offset as u8, sides: [0; 2] }));
        if !is_hex {
            enter(&mut self.base64_pairs, &samples(&window[..len], false));
        }
    }
}

/// The share of one sample in base64 of random bytes.
const RANDOM_BASE64: f32 = 1.0 / 262_144.0; // 64^3

/// What samples would cost: the share of text's samples that would be taken, less for those that are already. These
/// cost no more look-ups, but the needle is compared at each of them.
fn cost(table: &[u32], samples: &[Sample], share: impl Fn([u8; 3]) -> f32) -> f32 {
    let of = |pair: [u8; 2], thirds: u32| -> f32 {
        // Of nearly all samples one bit is set: to ask each of the 256 bytes took half the time of a user's rules.
        let bits = (thirds.trailing_zeros()..u32::BITS - thirds.leading_zeros()).filter(|bit| thirds >> bit & 1 != 0);
        let bits = bits.map(|bit| bit as u8);
        let thirds = (0..=u8::MAX).step_by(32).flat_map(|upper| bits.clone().map(move |bit| upper | bit));
        thirds.map(|third| share([pair[0], pair[1], third])).sum()
    };
    let both = samples.iter().map(|&Sample { pair, thirds, .. }| {
        let taken = table[usize::from(u16::from_le_bytes(pair))];
        of(pair, thirds & !taken) + TAKEN * of(pair, thirds & taken)
    });
    both.sum()
}

/// Enters samples into a table.
fn enter(table: &mut [u32], samples: &[Sample]) {
    for sample in samples {
        table[usize::from(u16::from_le_bytes(sample.pair))] |= sample.thirds;
    }
}

/// A sample of a window.
struct Sample {
    pair: [u8; 2],
    /// Bits for the third bytes.
    thirds: u32,
    /// Bits for what may stand beside it: see [`Tables::seconds`](super::tables::Tables::seconds).
    beside: u64,
}

/// The samples of a window.
fn samples(window: &[u8], fold: bool) -> Vec<Sample> {
    // Of three bytes there is no second sample, and no byte after the first one: any may follow.
    let bit = |byte: Option<&u8>| byte.map_or(u64::from(u32::MAX), |byte| 1 << (byte % 32));
    let behind = window.get(1..).unwrap_or_default();
    let mut samples = Vec::new();
    for (sample, beside) in [(window, bit(window.get(3))), (behind, bit(window.first()) << 32)] {
        let thirds = bit(sample.get(2)) as u32;
        for first in cases(sample.first(), fold) {
            samples.extend(cases(sample.get(1), fold).map(|second| Sample { pair: [first, second], thirds, beside }));
        }
    }
    samples
}

/// The bytes that may stand for one of a literal's: letters in either case, if it is folded.
fn cases(byte: Option<&u8>, fold: bool) -> impl Iterator<Item = u8> {
    let other = byte.filter(|byte| fold && byte.is_ascii_alphabetic()).map(|byte| byte ^ 0x20);
    byte.copied().into_iter().chain(other)
}

/// The keys of a plain window: one, or of a needle of three bytes one for each byte that may follow.
fn plain_keys(window: &[u8]) -> Vec<u32> {
    if window.len() >= units::PLAIN {
        return vec![units::plain_key(window)];
    }
    let mut keys: Vec<u32> = (0..=u8::MAX).map(|next| units::plain_key(&[window, &[next]].concat())).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// At which multiple of `step` the literal's rarest window of `len` bytes begins.
fn rarest(literal: &[u8], len: usize, step: usize, share: impl Fn(&[u8]) -> f32) -> usize {
    let last = literal.len().saturating_sub(len).min(MAX_WINDOW_OFFSET);
    let share = |at: usize| share(&literal[at..literal.len().min(at + len)]);
    let shares = (0..=last).step_by(step).map(|at| (share(at), at));
    shares.min_by(|a, b| a.0.total_cmp(&b.0)).map_or(0, |(_, at)| at)
}
