//! The prefilter's tables, and how they are built. Shared with the build script: standard library only.

use std::borrow::Cow;
use std::collections::BTreeMap;

use crate::decode::encode::{Form, encoded};
use crate::rules::{Anchor, Rule};

/// Bytes of a gram.
pub const GRAM: usize = 4;
/// Greatest distance of a needle's gram from the needle's start.
pub const MAX_GRAM_OFFSET: usize = 48;
/// Bits of a bitmap: 2^19 bits are 64 KiB. Measured on 104 MB of Rust source with 4,000 needles: 2^17 bits
/// (which a first-level cache holds) 600 MB/s, 2^19 740 MB/s, 2^20 850 MB/s: false alarms cost more than
/// second-level cache, and text touches few lines of the map.
const FILTER_BITS: u32 = 19;
/// Words of a bitmap.
pub const FILTER_WORDS: usize = 1 << (FILTER_BITS - 5);
/// Buckets of the gram table, as a power of two.
const BUCKET_BITS: u32 = 12;

/// The bitmap slot of a gram: Fibonacci hashing, the product's upper bits.
#[inline]
#[must_use]
pub const fn slot(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1) >> (32 - FILTER_BITS)
}

const fn bucket(gram: u32) -> usize {
    // Another multiplier than `slot`: grams that share a bit should not share a bucket too.
    (gram.wrapping_mul(0x85EB_CA6B) >> (32 - BUCKET_BITS)) as usize
}

/// A gram, the needle it belongs to, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The four bytes, little-endian.
    pub gram: u32,
    /// Index of the needle.
    pub needle: u32,
    /// Bytes between the needle's start and the gram.
    pub offset: u8,
}

/// A literal to be found. Without pointers, so that thousands of them need no relocation at start-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Needle {
    /// Where its bytes begin in the table of literals.
    pub literal: u32,
    /// Their number.
    pub len: u16,
    /// Whether ASCII letters match in either case (the literal is lower case then).
    pub fold: bool,
    /// The forms it is written in, outermost first; `Plain` where there is none.
    pub forms: [Form; 2],
    /// Length of the literal under the outermost form (the anchor's own, or the inner form's).
    pub inner_len: u16,
    /// Length of the rule's anchor.
    pub anchor_len: u16,
    /// Where its targets begin.
    pub targets: u32,
    /// Their number.
    pub target_count: u16,
}

/// A rule to be tried where a needle stands, and by which of its anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Index of the rule.
    pub rule: u16,
    /// Index of the anchor in the rule.
    pub anchor: u16,
}

/// The grams of one pass.
#[derive(Clone, Debug)]
pub struct Grams {
    /// The bitmap: [`FILTER_WORDS`] words.
    pub filter: Cow<'static, [u32]>,
    /// Where each bucket's entries begin; one more than there are buckets.
    pub buckets: Cow<'static, [u32]>,
    /// The grams, by bucket.
    pub entries: Cow<'static, [Entry]>,
}

impl Grams {
    /// The bitmap, or `None` where there is nothing to find.
    #[inline]
    #[must_use]
    pub fn filter(&self) -> Option<&[u32; FILTER_WORDS]> {
        self.filter.first_chunk()
    }

    /// The entries of exactly that gram.
    pub fn entries(&self, gram: u32) -> impl Iterator<Item = &Entry> {
        let at = bucket(gram);
        let range = match (self.buckets.get(at), self.buckets.get(at + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        };
        self.entries.get(range).unwrap_or_default().iter().filter(move |entry| entry.gram == gram)
    }

    fn new(mut entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            return Self { filter: Cow::Borrowed(&[]), buckets: Cow::Borrowed(&[]), entries: Cow::Borrowed(&[]) };
        }
        let mut filter = vec![0_u32; FILTER_WORDS];
        for entry in &entries {
            let slot = slot(entry.gram);
            filter[(slot >> 5) as usize] |= 1 << (slot & 31);
        }
        entries.sort_by_key(|entry| (bucket(entry.gram), entry.gram, entry.needle));
        let buckets = (0..=1 << BUCKET_BITS)
            .map(|at| narrow(entries.partition_point(|entry| bucket(entry.gram) < at)))
            .collect::<Vec<u32>>();
        Self { filter: filter.into(), buckets: buckets.into(), entries: entries.into() }
    }
}

/// All tables. Static data for the built-in rules.
#[derive(Clone, Debug)]
pub struct Tables {
    /// The needles that may stand anywhere.
    pub open: Grams,
    /// The needles that stand only in long runs of base64 or hexadecimal digits.
    pub runs: Grams,
    /// The needles.
    pub needles: Cow<'static, [Needle]>,
    /// The rules to try, by needle.
    pub targets: Cow<'static, [Target]>,
    /// The needles' bytes.
    pub literals: Cow<'static, [u8]>,
}

impl Tables {
    /// The tables of a rule set.
    #[must_use]
    pub fn new(rules: &[Rule]) -> Self {
        let mut builder = Builder::default();
        // Rules that are bound to file names run over whole files, without anchors.
        for (rule_ix, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.files.is_empty()) {
            for (anchor_ix, anchor) in rule.anchors.iter().enumerate() {
                builder.add_anchor(anchor, rule_ix, anchor_ix);
            }
        }
        builder.finish()
    }

    /// The needle at that index.
    #[must_use]
    pub fn needle(&self, ix: u32) -> &Needle {
        &self.needles[ix as usize]
    }

    /// The needle's bytes.
    #[must_use]
    pub fn literal(&self, needle: &Needle) -> &[u8] {
        &self.literals[needle.literal as usize..][..usize::from(needle.len)]
    }

    /// The rules to try where the needle stands.
    #[must_use]
    pub fn targets(&self, needle: &Needle) -> &[Target] {
        &self.targets[needle.targets as usize..][..usize::from(needle.target_count)]
    }

    /// Whether `text` begins with the needle.
    #[must_use]
    pub fn matches(&self, needle: &Needle, text: &[u8]) -> bool {
        let literal = self.literal(needle);
        text.get(..literal.len())
            .is_some_and(|start| if needle.fold { start.eq_ignore_ascii_case(literal) } else { start == literal })
    }
}

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
            let twice = matches!(outer.form, Form::Base64Phase0 | Form::Base64Phase1 | Form::Base64Phase2 | Form::Utf16Le);
            if twice && !outer.fold && outer.literal.len() >= GRAM {
                encoded(&outer.literal, false, &mut |twice| {
                    if matches!(twice.form, Form::Base64Phase0 | Form::Base64Phase1 | Form::Base64Phase2) {
                        let forms = [twice.form, outer.form];
                        let key = (twice.literal, twice.fold, forms, outer.literal.len(), len);
                        self.add_key(key, rule, anchor_ix);
                    }
                });
            }
        });
    }

    /// Adds one needle.
    pub fn add(&mut self, literal: &[u8], fold: bool, forms: [Form; 2], anchor_len: usize, rule: usize, anchor: usize) {
        self.add_key((literal.to_vec(), fold, forms, anchor_len, anchor_len), rule, anchor);
    }

    fn add_key(&mut self, key: Key, rule: usize, anchor: usize) {
        if key.0.len() < GRAM - 1 {
            return; // the rules' lint refuses such anchors; no encoded form of three bytes is shorter
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
        let (mut open, mut runs) = (Vec::new(), Vec::new());
        let (mut needles, mut targets, mut literals) = (Vec::new(), Vec::new(), Vec::new());
        for ((literal, fold, forms, inner_len, anchor_len), mut needle_targets) in self.needles {
            needle_targets.sort_unstable();
            let needle: u32 = narrow(needles.len());
            let offset = rarest_gram(&literal, fold);
            let entries = if stands_in_run(forms[0]) { &mut runs } else { &mut open };
            entries.extend(variants(&literal[offset..], fold).iter().map(|&gram| Entry { gram, needle, offset: narrow(offset) }));
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
            open: Grams::new(open),
            runs: Grams::new(runs),
            needles: needles.into(),
            targets: targets.into(),
            literals: literals.into(),
        }
    }
}

/// Whether text in that form is a run of digits of the base64 alphabet: hexadecimal digits are, too.
#[must_use]
pub const fn stands_in_run(form: Form) -> bool {
    matches!(form, Form::Base64Phase0 | Form::Base64Phase1 | Form::Base64Phase2 | Form::Hex)
}

fn narrow<T: TryFrom<usize>>(n: usize) -> T {
    T::try_from(n).unwrap_or_else(|_| panic!("the prefilter's tables hold fewer than {n} items of a kind"))
}

/// Every gram that may stand at the start of `literal`: one, or each combination of cases, or (of a
/// three-byte literal) each possible fourth byte.
fn variants(literal: &[u8], fold: bool) -> Vec<u32> {
    let mut grams = vec![0_u32];
    for position in 0..GRAM {
        let choices: Vec<u8> = match literal.get(position) {
            Some(&byte) if fold && byte.is_ascii_alphabetic() => vec![byte.to_ascii_lowercase(), byte.to_ascii_uppercase()],
            Some(&byte) => vec![byte],
            None => (0..=u8::MAX).collect(),
        };
        grams = grams.iter().flat_map(|gram| choices.iter().map(move |&byte| gram | u32::from(byte) << (8 * position))).collect();
    }
    grams
}

/// Where in the literal its rarest gram stands, judged by how frequent bytes are in source text.
fn rarest_gram(literal: &[u8], fold: bool) -> usize {
    let last = literal.len().saturating_sub(GRAM).min(MAX_GRAM_OFFSET);
    (0..=last)
        .min_by_key(|&at| literal[at..literal.len().min(at + GRAM)].iter().map(|&byte| frequency(byte, fold)).sum::<u32>())
        .unwrap_or(0)
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
