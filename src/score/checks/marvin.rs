//! Microsoft's identifiable keys: a signature at a fixed place and a Marvin32 checksum at the end.
//!
//! Facts: microsoft/security-utilities (`Marvin.cs`, `IdentifiableMetadata.cs`,
//! `LegacyCommonAnnotatedSecurityKey.cs`). The seeds of storage, Redis and CASK keys hold on public samples.

use super::Proof;
use super::text::{base62_of, base64};

/// Seeds are eight ASCII characters; this one stands where a service has none of its own.
const DEFAULT: u64 = seed(*b"Default0");

/// The seeds we know, whichever signature they belong to: with 32 bits of checksum, trying twenty
/// instead of two costs nothing in certainty.
const SEEDS: [u64; 20] = [
    DEFAULT,
    seed(*b"Access00"),
    seed(*b"MastRW00"),
    seed(*b"MastRO00"),
    seed(*b"AbAcct00"),
    seed(*b"ACRDflt0"),
    seed(*b"Master00"),
    seed(*b"System00"),
    seed(*b"Functi00"),
    seed(*b"PAdmin00"),
    seed(*b"SAdmin00"),
    seed(*b"Query000"),
    seed(*b"Send0000"),
    seed(*b"Manage00"),
    seed(*b"Listen00"),
    seed(*b"IoTHub00"),
    seed(*b"Device00"),
    seed(*b"DpsKey00"),
    seed(*b"Classic0"),
    seed(*b"AadPwd00"),
];

const fn seed(name: [u8; 8]) -> u64 {
    u64::from_be_bytes(name)
}

/// Marvin32, folded to 32 bits.
fn marvin32(data: &[u8], seed: u64) -> u32 {
    const fn mix(mut low: u32, mut high: u32) -> (u32, u32) {
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        (low, high.rotate_left(19))
    }
    let (mut low, mut high) = (seed as u32, (seed >> 32) as u32);
    let (words, rest) = data.as_chunks::<4>();
    for word in words {
        (low, high) = mix(low.wrapping_add(u32::from_le_bytes(*word)), high);
    }
    let mut last = [0u8; 4];
    for (to, from) in last.iter_mut().zip(rest.iter().chain([&0x80])) {
        *to = *from;
    }
    (low, high) = mix(low.wrapping_add(u32::from_le_bytes(last)), high);
    (low, high) = mix(low, high);
    low ^ high
}

/// Keys of 32, 39, 40 or 64 bytes whose last four are Marvin32 of the others.
pub(super) fn identifiable(secret: &[u8]) -> Proof {
    let Some(bytes) = base64(secret) else { return Proof::unknown() };
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else { return Proof::unknown() };
    if ![28, 35, 36, 60].contains(&body.len()) {
        return Proof::unknown();
    }
    let holds = |seed: &u64| marvin32(body, *seed).to_le_bytes() == *sum;
    // Only of these two signatures is every seed known and confirmed.
    let confirmed = has_at(secret, 76, b"+ASt") || has_at(secret, 33, b"AzCa");
    if confirmed { Proof::checksum(SEEDS.iter().any(holds)) } else { Proof::claimed_checksum(SEEDS.iter().any(holds)) }
}

fn has_at(secret: &[u8], at: usize, signature: &[u8]) -> bool {
    secret.get(at..at + signature.len()) == Some(signature)
}

/// CASK keys: 80 characters (60 bytes), then their Marvin32: its bytes read as one big-endian number in
/// base 62, the first four digits. The long form (88 characters, `==`) holds all six; published code
/// also writes the bytes in base64.
pub(super) fn cask(secret: &[u8]) -> Proof {
    let Some((body, tail)) = secret.split_at_checked(80) else { return Proof::unknown() };
    let Some(body) = base64(body) else { return Proof::unknown() };
    let (tail, long) = tail.strip_suffix(b"==").map_or((tail, false), |tail| (tail, true));
    if tail.len() < 4 {
        return Proof::unknown();
    }
    let sum = marvin32(&body, DEFAULT).to_le_bytes();
    let digits = base62_of(u32::from_be_bytes(sum));
    let unpadded = digits.iter().position(|&b| b != b'0').map_or(&digits[5..], |at| &digits[at..]);
    let holds =
        digits.starts_with(tail) || unpadded.starts_with(tail) || base64(tail).is_some_and(|t| sum.starts_with(&t));
    // Only the short form of version 99 has been seen to hold on a real key.
    if long || !has_at(secret, 52, b"JQQJ99") { Proof::claimed_checksum(holds) } else { Proof::checksum(holds) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Values of Microsoft's own tests of Marvin, folded to 32 bits as its keys have it.
    #[test]
    fn marvin_is_the_published_one() {
        let seed = 0x004f_b61a_001b_dbcc;
        let values: [(&[u8], u64); 3] =
            [(b"", 0x30ed_35c1_00cd_3c7d), (&[0xaf], 0x48e7_3fc7_7d75_ddc1), (&[0xe7, 0x0f], 0xb5f6_e1fc_485d_bff8)];
        for (data, hash) in values {
            assert_eq!(marvin32(data, seed), (hash >> 32) as u32 ^ hash as u32);
        }
    }
}
