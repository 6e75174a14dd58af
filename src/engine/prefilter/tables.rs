//! The prefilter's tables. Shared with the build script: standard library only.

use std::borrow::Cow;

use super::gates;
use super::layout::Builder;
use crate::decode::encode::Form;
use crate::rules::{Glance, Rule};

/// Greatest distance of a needle's window from the needle's start.
pub const MAX_WINDOW_OFFSET: usize = 48;
/// Words of [`Tables::pairs`]: one for every two bytes.
pub const PAIRS: usize = 1 << 16;

/// Words of [`Tables::seconds`].
pub const SECONDS: usize = 1 << 14;

/// Where [`Tables::seconds`] tells of a sample: its three bytes, the first one the lowest.
#[inline]
#[must_use]
pub const fn second_slot(sample: u32) -> usize {
    // Of the third byte five bits, as the first look has them.
    ((sample & 0x001f_ffff).wrapping_mul(0x9E37_79B1) >> (u32::BITS - SECONDS.ilog2())) as usize
}

/// A window's key, the needle it belongs to, and its place in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The key; what it is made of depends on the form (see `units`).
    pub key: u32,
    /// Index of the needle.
    pub needle: u32,
    /// Bytes between the needle's start and the window.
    pub offset: u8,
    /// Of a plain window, the needle's bytes before and after it, folded; 0 where there is none.
    pub sides: [u8; 2],
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
    /// Which of [`Tables::gates`] tells of several of them at once.
    pub gate: Option<u16>,
}

/// A rule to be tried where a needle stands, and by which of its anchors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// Index of the rule.
    pub rule: u16,
    /// Index of the anchor in the rule.
    pub anchor: u16,
}

/// Needles by the key of their window.
#[derive(Clone, Debug)]
pub struct Index {
    /// A bitmap of the keys' hashes, where a look-up is worth avoiding; its length is a power of two. Empty
    /// where there is nothing to find.
    pub filter: Cow<'static, [u32]>,
    /// Where each bucket's entries begin; one more than there are buckets, whose number is a power of two.
    pub buckets: Cow<'static, [u32]>,
    /// The windows, by bucket.
    pub entries: Cow<'static, [Entry]>,
}

/// Fibonacci hashing: the product's upper bits are the good ones.
const fn hash(key: u32) -> u64 {
    (key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Another hash: keys that share a bit of the filter should not share a bucket too.
const fn bucket_hash(key: u32) -> u32 {
    key.wrapping_mul(0x85EB_CA6B)
}

/// The upper bits of a hash, as an index into a table of `len` items, a power of two.
const fn upper(hash: u32, len: usize) -> usize {
    ((hash as u64 * len as u64) >> 32) as usize
}

/// An index's bitmap, ready for many look-ups.
#[derive(Clone, Copy, Debug)]
pub struct Filter<'t> {
    words: &'t [u32],
    /// How far a hash is shifted to number one of the bits.
    shift: u32,
}

impl Filter<'_> {
    /// Whether a window with that key may be there: two bits of a word say so.
    #[inline]
    #[must_use]
    pub fn may_hold(self, key: u32) -> bool {
        let (slot, bits) = filter_bits(key, self.shift);
        self.words.get(slot).is_some_and(|word| word & bits == bits)
    }
}

/// Which word of a filter a key belongs to, and its bits in it. `shift` is how far a hash is shifted to number one of
/// all bits.
const fn filter_bits(key: u32, shift: u32) -> (usize, u32) {
    let hash = hash(key);
    // The bits below the word's number choose the bits in it.
    (((hash >> 32) as u32 >> shift) as usize / 32, 1 << (hash >> 32 >> shift & 31) | 1 << (hash >> 27 & 31))
}

/// How far a hash is shifted to number one of the bits of so many words, a power of two.
const fn filter_shift(words: usize) -> u32 {
    // An empty index has no words, and nothing is found in them.
    32_u32.saturating_sub((if words == 0 { 2 } else { words * 32 }).ilog2())
}

impl Index {
    /// The bitmap.
    #[inline]
    #[must_use]
    pub fn filter(&self) -> Filter<'_> {
        let words: &[u32] = &self.filter;
        Filter { words, shift: filter_shift(words.len()) }
    }

    /// The windows of exactly that key.
    #[inline]
    pub fn entries(&self, key: u32) -> impl Iterator<Item = &Entry> {
        let at = upper(bucket_hash(key), self.buckets.len().saturating_sub(1));
        let range = match (self.buckets.get(at), self.buckets.get(at + 1)) {
            (Some(&start), Some(&end)) => start as usize..end as usize,
            _ => 0..0,
        };
        self.entries.get(range).unwrap_or_default().iter().filter(move |entry| entry.key == key)
    }

    /// Lays out an index. `sparseness` says how many bits (a power of two) the filter has for an entry.
    pub(super) fn new(mut entries: Vec<Entry>, sparseness: usize) -> Self {
        if entries.is_empty() {
            return Self { filter: Cow::Borrowed(&[]), buckets: Cow::Borrowed(&[]), entries: Cow::Borrowed(&[]) };
        }
        let size = entries.len().next_power_of_two();
        let mut filter = vec![0_u32; (size * sparseness).div_ceil(32)];
        let shift = filter_shift(filter.len());
        for entry in &entries {
            let (slot, bits) = filter_bits(entry.key, shift);
            filter[slot] |= bits;
        }
        let bucket = |entry: &Entry| upper(bucket_hash(entry.key), size);
        entries.sort_by_key(|entry| (bucket(entry), entry.key, entry.needle));
        let buckets =
            (0..=size).map(|at| entries.partition_point(|entry| bucket(entry) < at) as u32).collect::<Vec<_>>();
        Self { filter: filter.into(), buckets: buckets.into(), entries: entries.into() }
    }
}

/// All tables. Static data for the built-in rules.
#[derive(Clone, Debug)]
pub struct Tables {
    /// For every two bytes (the first of them the lower), the third bytes' low five bits with which they are a
    /// sample of some needle's window: [`PAIRS`] words. Empty where there is nothing to find.
    ///
    /// 256 KiB, of which text touches few lines. Five bits of the third byte tell letters apart and make their
    /// case one; a shift takes them without masking.
    pub pairs: Cow<'static, [u32]>,
    /// The second look at a sample, by its hash: the low five bits of the byte after it with which a window may begin
    /// there, and in the upper half, those of the byte before it with which one may have begun a byte earlier. Two of
    /// three samples are none of a window by that.
    pub seconds: Cow<'static, [u64]>,
    /// The needles that may stand anywhere.
    pub open: Index,
    /// The same as [`Self::pairs`] for base64 needles.
    pub base64_pairs: Cow<'static, [u32]>,
    /// The base64 needles, which stand only in long runs of digits.
    pub base64: Index,
    /// The hexadecimal needles, which do too.
    pub hex: Index,
    /// The needles.
    pub needles: Cow<'static, [Needle]>,
    /// The rules to try, by needle.
    pub targets: Cow<'static, [Target]>,
    /// The needles' bytes.
    pub literals: Cow<'static, [u8]>,
    /// A look at what is behind an anchor, for all the rules whose matches begin with it.
    pub gates: Cow<'static, [Glance]>,
}

impl Tables {
    /// The tables of the rules from that index on.
    #[must_use]
    pub fn new(rules: &[Rule], from: usize) -> Self {
        let mut builder = Builder::default();
        // Rules that are bound to file names run over whole files, without anchors.
        for (rule_ix, rule) in rules.iter().enumerate().skip(from).filter(|(_, rule)| rule.files.is_empty()) {
            for (anchor_ix, anchor) in rule.anchors.iter().enumerate() {
                builder.add_anchor(anchor, rule_ix, anchor_ix);
            }
        }
        let mut tables = builder.finish();
        let gates = gates::gates(rules, tables.needles.to_mut(), &tables.targets);
        Self { gates: gates.into(), ..tables }
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
        if self.is_other_head(needle, text) {
            return false;
        }
        let literal = self.literal(needle);
        text.get(..literal.len())
            .is_some_and(|start| if needle.fold { start.eq_ignore_ascii_case(literal) } else { start == literal })
    }

    /// Whether the first eight bytes tell at once that the needle does not stand there. In either case, as far as that.
    fn is_other_head(&self, needle: &Needle, text: &[u8]) -> bool {
        let literal = self.literals.get(needle.literal as usize..).and_then(<[u8]>::first_chunk);
        let (Some(literal), Some(text)) = (literal, text.first_chunk()) else { return false };
        let beyond = 64_u32.saturating_sub(8 * u32::from(needle.len));
        let different = (u64::from_le_bytes(*literal) ^ u64::from_le_bytes(*text)) << beyond;
        different & !0x2020_2020_2020_2020 != 0
    }
}
