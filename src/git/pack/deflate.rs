//! Inflates a zlib stream whose size is known, in one go: most of what a pack holds is a few hundred bytes, for which
//! the state that a general inflater keeps costs more than the work.
//!
//! It is never the last word: what it gives has the size and the checksum that the stream says, and what it does not
//! understand is left to the general inflater, whose error is told.

/// Bits that the first look at a code of literals and lengths takes, and of distances.
const LITERAL_BITS: u32 = 10;
const DISTANCE_BITS: u32 = 8;
/// Bytes that may be written after a match's last one.
pub(super) const OVERRUN: usize = 8;

// What an entry of a table says: in its first byte the bits that the code takes, in the second one of these or the
// number of bits that follow the code, in the others a literal, the least length or distance, or where to look next.
const LITERAL: u32 = 0x8000;
const END: u32 = 0x4000;
const MORE: u32 = 0x2000;
const BAD: u32 = 0x1000;

const LENGTHS: [(u16, u8); 29] = {
    let mut all = [(0, 0); 29];
    let (mut at, mut base) = (0, 3);
    while at < 28 {
        let extra = if at < 8 { 0 } else { (at as u8 - 4) / 4 };
        all[at] = (base, extra);
        base += 1 << extra;
        at += 1;
    }
    all[28] = (258, 0);
    all
};
const DISTANCES: [(u16, u8); 30] = {
    let mut all = [(0, 0); 30];
    let (mut at, mut base) = (0, 1);
    while at < 30 {
        let extra = if at < 4 { 0 } else { (at as u8 - 2) / 2 };
        all[at] = (base, extra);
        // The last one ends beyond what the type holds.
        base = if at < 29 { base + (1 << extra) } else { base };
        at += 1;
    }
    all
};
/// The order in which the lengths of the codes for code lengths stand.
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// What a symbol means, as an entry without the length of its code.
fn literal_or_length(symbol: usize) -> u32 {
    match symbol {
        0..256 => (symbol as u32) << 16 | LITERAL,
        256 => END,
        _ => LENGTHS.get(symbol - 257).map_or(BAD, |(base, extra)| u32::from(*base) << 16 | u32::from(*extra) << 8),
    }
}

fn distance(symbol: usize) -> u32 {
    DISTANCES.get(symbol).map_or(BAD, |(base, extra)| u32::from(*base) << 16 | u32::from(*extra) << 8)
}

fn code_length(symbol: usize) -> u32 {
    (symbol as u32) << 16 | LITERAL
}

/// A table to look codes up in.
#[derive(Default)]
struct Codes {
    entries: Vec<u32>,
    /// Bits that the first look takes, and the second.
    bits: u32,
    more: u32,
}

impl Codes {
    /// Makes the table of codes of these lengths; `None` unless every sequence of bits is a code.
    fn build(&mut self, lengths: &[u8], bits: u32, meaning: fn(usize) -> u32) -> Option<()> {
        let mut counts = [0_u32; 16];
        for &length in lengths {
            *counts.get_mut(usize::from(length))? += 1;
        }
        counts[0] = 0;
        let longest = (1..16_u32).rev().find(|length| counts[*length as usize] > 0)?;
        // The first code of each length, and how much of all codes is taken.
        let (mut next, mut code, mut taken) = ([0_u32; 16], 0, 0);
        for length in 1..16 {
            code = (code + counts[length - 1]) << 1;
            next[length] = code;
            taken += counts[length] << (15 - length);
        }
        if taken != 1 << 15 {
            return None;
        }
        self.bits = bits.min(longest);
        self.more = longest - self.bits;
        self.entries.clear();
        self.entries.resize(1 << self.bits, 0);
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let length = u32::from(length);
            let code = next[length as usize];
            next[length as usize] += 1;
            let code = (code.reverse_bits() >> (32 - length)) as usize;
            if length <= self.bits {
                let entry = meaning(symbol) | length;
                for at in (code..1 << self.bits).step_by(1 << length) {
                    self.entries[at] = entry;
                }
            } else {
                let first = code & ((1 << self.bits) - 1);
                if self.entries[first] == 0 {
                    self.entries[first] = (self.entries.len() as u32) << 16 | MORE | self.bits;
                    self.entries.resize(self.entries.len() + (1 << self.more), 0);
                }
                let table = (self.entries[first] >> 16) as usize;
                let entry = meaning(symbol) | (length - self.bits);
                for at in (code >> self.bits..1 << self.more).step_by(1 << (length - self.bits)) {
                    self.entries[table + at] = entry;
                }
            }
        }
        Some(())
    }

    /// The entry of the code that comes next; its bits are taken.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the one loop that all data goes through")]
    fn next(&self, bits: &mut Bits<'_>) -> Option<u32> {
        let mut entry = *self.entries.get(bits.peek(self.bits))?;
        bits.take(entry & 0xff);
        if entry & MORE != 0 {
            entry = *self.entries.get((entry >> 16) as usize + bits.peek(self.more))?;
            bits.take(entry & 0xff);
        }
        Some(entry)
    }
}

/// Input, bit by bit.
struct Bits<'a> {
    input: &'a [u8],
    at: usize,
    held: u64,
    count: u32,
    /// Bytes that were made up after the end.
    beyond: u32,
}

impl Bits<'_> {
    /// Makes sure that there are 56 bits.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "the one loop that all data goes through")]
    fn refill(&mut self) {
        if let Some(bytes) = self.input.get(self.at..).and_then(<[u8]>::first_chunk) {
            // Bits that do not fit are read once more the next time.
            self.held |= u64::from_le_bytes(*bytes) << self.count;
            self.at += ((63 - self.count) >> 3) as usize;
            self.count |= 56;
        } else {
            self.refill_at_end();
        }
    }

    #[cold]
    fn refill_at_end(&mut self) {
        // Only whole bytes from here on.
        self.held &= (1 << self.count) - 1;
        while self.count < 56 {
            let byte = self.input.get(self.at).copied();
            self.beyond += u32::from(byte.is_none());
            self.at += usize::from(byte.is_some());
            self.held |= u64::from(byte.unwrap_or(0)) << self.count;
            self.count += 8;
        }
    }

    fn peek(&self, bits: u32) -> usize {
        (self.held & ((1 << bits) - 1)) as usize
    }

    fn take(&mut self, bits: u32) {
        self.held >>= bits;
        self.count -= bits;
    }

    fn number(&mut self, bits: u32) -> usize {
        let number = self.peek(bits);
        self.take(bits);
        number
    }

    /// Leaves the byte that was begun, and gives back those that were not: where the next one stands.
    fn align(&mut self) -> Option<usize> {
        let whole = self.count / 8;
        let at = self.at.checked_sub(whole.checked_sub(self.beyond)? as usize)?;
        (self.held, self.count, self.beyond) = (0, 0, 0);
        self.at = at;
        Some(at)
    }
}

/// Tables, used again from one stream to the next.
#[derive(Default)]
pub(super) struct Deflate {
    literals: Codes,
    distances: Codes,
    lengths: Codes,
    /// Those of blocks that bring none.
    fixed: Option<(Codes, Codes)>,
}

impl Deflate {
    /// Inflates the zlib stream at the beginning of `input`, which makes `size` bytes, into `out`, which has room for
    /// [`OVERRUN`] more. Gives the number of bytes that the stream takes; `None`: ask somebody else.
    pub(super) fn inflate(&mut self, input: &[u8], size: usize, out: &mut [u8]) -> Option<usize> {
        let [method, flags] = *input.first_chunk()?;
        let is_plain = method & 0x8f == 8 && (u32::from(method) << 8 | u32::from(flags)) % 31 == 0 && flags & 0x20 == 0;
        if !is_plain || out.len() < size.checked_add(OVERRUN)? {
            return None;
        }
        let mut bits = Bits { input, at: 2, held: 0, count: 0, beyond: 0 };
        let mut made = 0;
        loop {
            bits.refill();
            let (last, kind) = (bits.number(1), bits.number(2));
            made = match kind {
                0 => stored(&mut bits, out, made, size)?,
                1 => {
                    if self.fixed.is_none() {
                        self.fixed = Some(fixed()?);
                    }
                    let (literals, distances) = self.fixed.as_ref()?;
                    block(&mut bits, literals, distances, out, made, size)?
                }
                2 => {
                    self.codes(&mut bits)?;
                    block(&mut bits, &self.literals, &self.distances, out, made, size)?
                }
                _ => return None,
            };
            if last == 1 {
                break;
            }
        }
        let end = bits.align()?;
        let sum = u32::from_be_bytes(*input.get(end..)?.first_chunk()?);
        (made == size && adler32(out.get(..size)?) == sum).then_some(end + 4)
    }

    /// Reads the codes that a block brings.
    fn codes(&mut self, bits: &mut Bits<'_>) -> Option<()> {
        let (literals, distances, lengths) = (bits.number(5) + 257, bits.number(5) + 1, bits.number(4) + 4);
        let mut of_lengths = [0_u8; 19];
        for &at in ORDER.get(..lengths)? {
            bits.refill();
            of_lengths[at] = bits.number(3) as u8;
        }
        self.lengths.build(&of_lengths, 7, code_length)?;
        let (mut all, mut at) = ([0_u8; 32 + 288], 0);
        let count = literals + distances;
        while at < count {
            bits.refill();
            let (length, times) = match self.lengths.next(bits)? >> 16 {
                16 => (*all.get(at.checked_sub(1)?)?, 3 + bits.number(2)),
                17 => (0, 3 + bits.number(3)),
                18 => (0, 11 + bits.number(7)),
                length => (length as u8, 1),
            };
            all.get_mut(at..at + times)?.fill(length);
            at += times;
        }
        if at != count || literals > 286 || *all.get(256)? == 0 {
            return None;
        }
        self.literals.build(all.get(..literals)?, LITERAL_BITS, literal_or_length)?;
        self.distances.build(all.get(literals..count)?, DISTANCE_BITS, distance)
    }
}

/// The codes of blocks that bring none.
fn fixed() -> Option<(Codes, Codes)> {
    let lengths: Vec<u8> =
        (0..288).map(|at| [8, 9, 7, 8][(at >= 144) as usize + (at >= 256) as usize + (at >= 280) as usize]).collect();
    let mut codes = (Codes::default(), Codes::default());
    codes.0.build(&lengths, LITERAL_BITS, literal_or_length)?;
    codes.1.build(&[5; 32], DISTANCE_BITS, distance)?;
    Some(codes)
}

/// A block of bytes as they are.
fn stored(bits: &mut Bits<'_>, out: &mut [u8], made: usize, size: usize) -> Option<usize> {
    let at = bits.align()?;
    let [a, b, c, d] = *bits.input.get(at..)?.first_chunk()?;
    let len = u16::from_le_bytes([a, b]);
    let (start, len, end) = (at + 4, usize::from(len), made + usize::from(len));
    if len != usize::from(!u16::from_le_bytes([c, d])) || end > size {
        return None;
    }
    out.get_mut(made..end)?.copy_from_slice(bits.input.get(start..start + len)?);
    bits.at = start + len;
    Some(end)
}

/// A block of codes. Gives the number of bytes that are made then.
fn block(
    bits: &mut Bits<'_>,
    literals: &Codes,
    distances: &Codes,
    out: &mut [u8],
    mut made: usize,
    size: usize,
) -> Option<usize> {
    loop {
        bits.refill();
        let mut entry = literals.next(bits)?;
        // Two literals and a match take no more than 56 bits where the codes are short; so does a third literal.
        if entry & LITERAL != 0 {
            *out.get_mut(made)? = (entry >> 16) as u8;
            made += 1;
            entry = literals.next(bits)?;
            if entry & LITERAL != 0 {
                *out.get_mut(made)? = (entry >> 16) as u8;
                made += 1;
                if made > size {
                    return None;
                }
                continue;
            }
            bits.refill();
        }
        if entry & (END | BAD | MORE) != 0 || entry & 0xff == 0 {
            return (entry & END != 0 && made <= size).then_some(made);
        }
        let len = (entry >> 16) as usize + bits.number(entry >> 8 & 0xf);
        let entry = distances.next(bits)?;
        if entry & (BAD | MORE) != 0 || entry & 0xff == 0 {
            return None;
        }
        let far = (entry >> 16) as usize + bits.number(entry >> 8 & 0xf);
        let (from, end) = (made.checked_sub(far)?, made + len);
        if end > size || bits.beyond > 8 {
            return None;
        }
        if far >= 8 {
            let mut at = made;
            while at < end {
                let eight: [u8; 8] = *out.get(at - far..)?.first_chunk()?;
                *out.get_mut(at..)?.first_chunk_mut()? = eight;
                at += 8;
            }
        } else if far == 1 {
            let byte = *out.get(from)?;
            out.get_mut(made..end)?.fill(byte);
        } else {
            for at in made..end {
                *out.get_mut(at)? = *out.get(at - far)?;
            }
        }
        made = end;
    }
}

/// The checksum at the end of a zlib stream.
fn adler32(bytes: &[u8]) -> u32 {
    const MOD: u32 = 65521;
    const BLOCK: usize = 32;
    /// So many blocks cannot overflow 32 bits: (65521 + 64 * 32 * 255) * 32 * 64 is below 2^31.
    const BLOCKS: usize = 64;
    let (mut a, mut b) = (1_u32, 0_u32);
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for blocks in blocks.chunks(BLOCKS) {
        for block in blocks {
            let (mut sum, mut weighted) = (0_u32, 0_u32);
            for (at, &byte) in block.iter().enumerate() {
                sum += u32::from(byte);
                weighted += u32::from(byte) * (BLOCK - at) as u32;
            }
            b += a * BLOCK as u32 + weighted;
            a += sum;
        }
        (a, b) = (a % MOD, b % MOD);
    }
    for &byte in rest {
        a += u32::from(byte);
        b += a;
    }
    (b % MOD) << 16 | a % MOD
}

#[cfg(test)]
mod tests {
    use zlib_rs::{DeflateConfig, ReturnCode, Strategy, compress_slice};

    use super::*;
    use crate::rules::example::Rng;

    fn inflated(input: &[u8], size: usize) -> Option<(Vec<u8>, usize)> {
        // What was in the buffer before is of no account.
        let mut out = vec![0xa5; size + OVERRUN];
        let taken = Deflate::default().inflate(input, size, &mut out)?;
        Some((out[..size].to_vec(), taken))
    }

    /// Texts that use every sort of block, match and code.
    fn texts() -> Vec<Vec<u8>> {
        let mut rng = Rng::new(3);
        let mut texts = vec![Vec::new(), vec![b'a'], vec![b'a'; 70_000], (0..=255).cycle().take(3000).collect()];
        for round in 0..60 {
            let len = rng.between(0, [40, 400, 5000, 90_000][round % 4]);
            let letters = rng.between(1, 255);
            let mut text: Vec<u8> = Vec::new();
            while text.len() < len {
                if !text.is_empty() && rng.between(0, 2) == 0 {
                    let far = rng.between(1, text.len().min([3, 12, 40_000][round % 3]));
                    for _ in 0..rng.between(1, 300) {
                        text.push(text[text.len() - far]);
                    }
                } else {
                    // Some letters are rare, so that their codes are long.
                    text.extend((0..rng.between(1, 60)).map(|_| rng.between(0, rng_power(letters, round)) as u8));
                }
            }
            texts.push(text);
        }
        texts
    }

    fn rng_power(letters: usize, round: usize) -> usize {
        if round % 5 == 0 { 1 } else { letters }
    }

    #[test]
    fn what_was_deflated_in_any_way_is_inflated_and_no_more_is_taken() {
        let strategies = [Strategy::Default, Strategy::Filtered, Strategy::HuffmanOnly, Strategy::Rle, Strategy::Fixed];
        let (mut tables, mut quick, mut all) = (Deflate::default(), 0, 0);
        for text in texts() {
            for (level, strategy) in [0, 1, 3, 6, 9].into_iter().flat_map(|level| strategies.map(|one| (level, one))) {
                let mut room = vec![0; text.len() + text.len() / 8 + 300];
                let config = DeflateConfig { level, strategy, ..DeflateConfig::default() };
                let (packed, code) = compress_slice(&mut room, &text, config);
                assert_eq!(code, ReturnCode::Ok);
                all += 1;
                for more in [&b""[..], b"more that follows it"] {
                    let input = [packed, more].concat();
                    let mut out = vec![0xa5; text.len() + OVERRUN];
                    let taken = tables.inflate(&input, text.len(), &mut out);
                    quick += usize::from(taken.is_some() && more.is_empty());
                    if let Some(taken) = taken {
                        assert!(out[..text.len()] == text[..] && taken == packed.len());
                    }
                    assert_eq!(inflated(&input, text.len() + 1), None);
                    assert!(text.is_empty() || inflated(&input, text.len() - 1).is_none());
                }
            }
        }
        // The others are left to the general inflater, for a code that is no whole one.
        assert!(quick * 100 > all * 97, "{quick} of {all}");
    }

    #[test]
    fn what_is_broken_is_refused_or_right() {
        let mut rng = Rng::new(9);
        for text in texts().into_iter().filter(|text| text.len() < 6000) {
            let mut room = vec![0; text.len() + 400];
            let packed = compress_slice(&mut room, &text, DeflateConfig::default()).0.to_vec();
            for _ in 0..200 {
                let mut bad = packed.clone();
                let at = rng.between(0, bad.len() - 1);
                bad[at] ^= 1 << rng.between(0, 7);
                if rng.between(0, 3) == 0 {
                    bad.truncate(at);
                }
                if let Some((out, _)) = inflated(&bad, text.len()) {
                    assert!(out == text, "byte {at} of {}", packed.len());
                }
            }
        }
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(adler32(b""), 1);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        for len in [0, 31, 32, 33, 5000, 70_001] {
            let bytes = vec![0xff_u8; len];
            let (mut a, mut b) = (1_u64, 0_u64);
            for byte in &bytes {
                a = (a + u64::from(*byte)) % 65521;
                b = (b + a) % 65521;
            }
            assert_eq!(u64::from(adler32(&bytes)), b << 16 | a, "{len}");
        }
    }
}
