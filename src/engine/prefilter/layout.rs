//! How the prefilter's tables are built from anchors. Shared with the build script: standard library only.

use std::collections::BTreeMap;

use super::tables::{Entry, Index, MAX_WINDOW_OFFSET, Needle, PAIRS, Tables, Target};
use super::units::{self, Shape};
use crate::decode::encode::{Form, encoded};
use crate::rules::Anchor;

/// What makes two needles one.
type Key = (Vec<u8>, bool, [Form; 2], usize, usize);

/// Collects needles and lays the tables out.
#[derive(Debug, Default)]
pub struct Builder {
    needles: BTreeMap<Key, Vec<Target>>,
}

impl Builder {
    /// Adds an anchor in every form.
    pub fn add_anchor(&mut self, anchor: &Anchor, rule: usize, anchor_ix: usize) {
        let len = anchor.literal.len();
        self.add(&anchor.literal, anchor.fold, [Form::Plain; 2], len, rule, anchor_ix);
        encoded(&anchor.literal, anchor.fold, &mut |outer| {
            self.add(&outer.literal, outer.fold, [outer.form, Form::Plain], len, rule, anchor_ix);
            // Encoded twice: base64 of base64, and base64 of UTF-16 (PowerShell's -EncodedCommand).
            let twice = is_base64(outer.form) || outer.form == Form::Utf16Le;
            if twice && !outer.fold && outer.literal.len() >= units::BASE64_DIGITS {
                encoded(&outer.literal, false, &mut |twice| {
                    if is_base64(twice.form) {
                        let forms = [twice.form, outer.form];
                        let key = (twice.literal, twice.fold, forms, outer.literal.len(), len);
                        self.add_key(key, rule, anchor_ix);
                    }
                });
            }
        });
    }

    /// Adds one needle.
    #[expect(clippy::too_many_arguments, reason = "what makes a needle")]
    pub fn add(&mut self, literal: &[u8], fold: bool, forms: [Form; 2], anchor_len: usize, rule: usize, anchor: usize) {
        self.add_key((literal.to_vec(), fold, forms, anchor_len, anchor_len), rule, anchor);
    }

    fn add_key(&mut self, key: Key, rule: usize, anchor: usize) {
        if key.4 < units::PLAIN - 1 {
            return; // the rules' lint refuses such anchors
        }
        let target = Target { rule: narrow(rule), anchor: narrow(anchor) };
        let targets = self.needles.entry(key).or_default();
        if !targets.contains(&target) {
            targets.push(target);
        }
    }

    /// Lays out the tables.
    ///
    /// # Panics
    /// If there are more than 65,535 rules, or four thousand million needles.
    #[must_use]
    pub fn finish(self) -> Tables {
        let mut windows = Windows::default();
        let (mut needles, mut targets, mut literals) = (Vec::new(), Vec::new(), Vec::new());
        for ((literal, fold, forms, inner_len, anchor_len), mut needle_targets) in self.needles {
            needle_targets.sort_unstable();
            windows.add(&literal, fold, forms[0], narrow(needles.len()));
            needles.push(Needle {
                literal: narrow(literals.len()),
                len: narrow(literal.len()),
                fold,
                forms,
                inner_len: narrow(inner_len),
                anchor_len: narrow(anchor_len),
                targets: narrow(targets.len()),
                target_count: narrow(needle_targets.len()),
            });
            targets.extend(needle_targets);
            literals.extend(literal);
        }
        Tables {
            pairs: windows.pairs.into(),
            open: Index::new(windows.open, 16),
            base64: Index::new(windows.base64, 64),
            hex: Index::new(windows.hex, 32),
            needles: needles.into(),
            targets: targets.into(),
            literals: literals.into(),
        }
    }
}

/// Whether the form is base64.
#[must_use]
pub const fn is_base64(form: Form) -> bool {
    matches!(form, Form::Base64Phase0 | Form::Base64Phase1 | Form::Base64Phase2)
}

fn narrow<T: TryFrom<usize>>(n: usize) -> T {
    T::try_from(n).unwrap_or_else(|_| panic!("the prefilter's tables hold fewer than {n} items of a kind"))
}

/// The windows of all needles.
#[derive(Default)]
struct Windows {
    pairs: Vec<u32>,
    open: Vec<Entry>,
    base64: Vec<Entry>,
    hex: Vec<Entry>,
}

impl Windows {
    /// Chooses the needle's window and enters it.
    fn add(&mut self, literal: &[u8], fold: bool, form: Form, needle: u32) {
        let Some(shape) = Shape::of(form) else {
            let is_hex = form == Form::Hex;
            let len = if is_hex { units::HEX_DIGITS } else { units::BASE64_DIGITS };
            let offset = rarest(literal, len, 1, |window| window.iter().map(|&byte| frequency(byte, fold)).sum());
            let window = &literal[offset..];
            let key = if is_hex { units::hex_key(window) } else { units::base64_key(window) };
            let entries = if is_hex { &mut self.hex } else { &mut self.base64 };
            entries.extend(key.map(|key| Entry { key, needle, offset: narrow(offset) }));
            return;
        };
        // Where a form leaves some bytes as they are (`https%3A%2F%2F`), a plain window represents it.
        let mut offsets = (0..=literal.len().saturating_sub(shape.len)).step_by(shape.unit);
        let whole = offsets.all(|at| units::key(form, &literal[at..]).is_some());
        let (shape, form) = if whole { (shape, form) } else { (Shape::PLAIN, Form::Plain) };
        let offset = rarest(literal, shape.len, shape.unit, |window| samples_frequency(shape, window, fold));
        let window = &literal[offset..];
        self.add_samples(window.get(shape.sample..).unwrap_or_default(), fold);
        let keys =
            if form == Form::Plain { plain_keys(window) } else { units::key(form, window).into_iter().collect() };
        self.open.extend(keys.into_iter().map(|key| Entry { key, needle, offset: narrow(offset) }));
    }

    /// Enters both samples of a window, in either case where the needle is folded.
    fn add_samples(&mut self, window: &[u8], fold: bool) {
        self.pairs.resize(PAIRS, 0);
        for sample in [window, window.get(1..).unwrap_or_default()] {
            let third = sample.get(2).map_or(u32::MAX, |byte| 1 << (byte % 32));
            for first in cases(sample.first(), fold) {
                for second in cases(sample.get(1), fold) {
                    self.pairs[usize::from(u16::from_le_bytes([first, second]))] |= third;
                }
            }
        }
    }
}

/// The bytes that may stand for one of a literal's. Every literal has the first three.
fn cases(byte: Option<&u8>, fold: bool) -> Vec<u8> {
    let Some(&byte) = byte else { return (0..=u8::MAX).collect() };
    let mut cases = vec![byte];
    if fold && byte.is_ascii_alphabetic() {
        cases.push(byte ^ 0x20);
    }
    cases
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
fn rarest(literal: &[u8], len: usize, step: usize, frequency: impl Fn(&[u8]) -> u32) -> usize {
    let last = literal.len().saturating_sub(len).min(MAX_WINDOW_OFFSET);
    let window = |at: usize| &literal[at..literal.len().min(at + len)];
    (0..=last).step_by(step).min_by_key(|&at| frequency(window(at))).unwrap_or(0)
}

/// How frequent a window's more frequent sample is.
fn samples_frequency(shape: Shape, window: &[u8], fold: bool) -> u32 {
    let samples = &window[shape.sample..window.len().min(shape.sample + units::PLAIN)];
    samples.windows(3).map(|sample| sample.iter().map(|&byte| frequency(byte, fold)).sum()).max().unwrap_or(0)
}

/// How frequent a byte is in source text: the logarithm (base 2, times 4) of its share, shifted to be
/// positive. Rounded from counts over the sources of this project's dependencies.
fn frequency(byte: u8, fold: bool) -> u32 {
    match byte {
        b' ' => 68,
        b'e' | b't' => 60,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 58,
        b'l' | b'c' | b'd' | b'u' | b'p' | b'm' => 52,
        b'f' | b'_' | b'h' | b'g' | b'b' | 0 => 48,
        b'y' | b'v' | b'.' | b',' | b'(' | b')' | b';' | b'/' | b'*' => 44,
        b'w' | b'x' | b'k' | b'=' | b'-' | b'"' | b':' | b'0' | b'1' => 42,
        b'A' | b'C' | b'E' | b'I' | b'N' | b'O' | b'R' | b'S' | b'T' => 38 + if fold { 12 } else { 0 },
        b'2'..=b'9' | b'D' | b'L' | b'P' | b'M' | b'F' | b'U' => 35,
        b'q' | b'z' | b'j' | b'B' | b'G' | b'H' | b'V' | b'W' | b'X' | b'Y' | b'K' => 28,
        b'%' | b'\\' | b'$' | b'@' | b'+' | b'!' | b'?' => 30,
        _ => 20,
    }
}
