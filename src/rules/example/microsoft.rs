//! Microsoft's identifiable keys.
//!
//! Facts: microsoft/security-utilities (`Marvin.cs`, `IdentifiableMetadata.cs`).

use crc32fast::hash as crc32;

use super::Rng;
use super::classes::{BASE62, BASE64, BASE64_URL, base32, base64, number, unbase64};

/// Marvin32: a 64-bit state, mixed once for each four bytes and twice at the end.
fn marvin32(data: &[u8], seed: [u8; 8]) -> u32 {
    let seed = u64::from_be_bytes(seed);
    let (mut a, mut b) = (seed as u32, (seed >> 32) as u32);
    let mut mix = |word: u32| {
        a = a.wrapping_add(word);
        b ^= a;
        a = a.rotate_left(20).wrapping_add(b);
        b = b.rotate_left(9) ^ a;
        a = a.rotate_left(27).wrapping_add(b);
        b = b.rotate_left(19);
        a ^ b
    };
    let padded = [data, &[0x80]].concat();
    for word in padded.chunks(4) {
        mix(word.iter().rev().fold(0, |word, &byte| word << 8 | u32::from(byte)));
    }
    mix(0)
}

/// Seed, and where the signature stands in a key of that length, and the length in bytes.
fn layout(signature: &str, length: &str) -> ([u8; 8], usize, usize) {
    let seed = match signature {
        "AzCa" => b"Access00",
        "ACDb" => b"MastRW00",
        "+ABa" => b"AbAcct00",
        "+ACR" => b"ACRDflt0",
        "AzFu" => b"Master00",
        "AzSe" => b"PAdmin00",
        "+ASb" | "+AEh" | "+ARm" => b"Manage00",
        "AIoT" => b"IoTHub00",
        "+AMC" => b"Classic0",
        _ => b"Default0",
    };
    let (at, bytes) = match length {
        "44" => (33, 32),
        "52" => (42, 39),
        "56" => (44, 40),
        _ => (76, 64),
    };
    (*seed, at, bytes)
}

/// A key of that many characters with the signature at its place and the checksum in the last four bytes.
pub(super) fn identifiable(signature: &str, length: &str, rng: &mut Rng) -> String {
    let (seed, at, bytes) = layout(signature, length);
    loop {
        let alphabet = if signature == "AzFu" { BASE64_URL } else { BASE64 };
        // Search keys are drawn until they have no special character: far quicker if drawn without.
        let drawn = if signature == "AzSe" { BASE62 } else { alphabet };
        let mut body = unbase64(&format!("{}{signature}AAAA", rng.pick(drawn, at)), alphabet);
        body.resize(bytes - 4, 0);
        body.extend(marvin32(&body, seed).to_le_bytes());
        let key = base64(&body);
        match signature {
            "AzSe" if key.contains(['+', '/']) => {}
            "AzFu" => return key.replace('+', "-").replace('/', "_"),
            _ => return key,
        }
    }
}

/// 80 characters with the mark at 52 and the signature at 76, then four base62 digits of the checksum.
pub(super) fn cask(signature: &str, rng: &mut Rng) -> String {
    loop {
        let (head, tail) = (rng.pick(BASE62, 52), rng.pick(BASE62, 16));
        let (year, month) = (rng.pick(b"ABCD", 1), rng.pick(b"ABCDEFGHIJKL", 1));
        let body = format!("{head}JQQJ99{year}{month}{tail}{signature}");
        let sum = marvin32(&unbase64(&body, BASE64), *b"Default0").swap_bytes();
        let digits = number(sum.into(), BASE62, 6);
        // Whether leading zeros are written is not known: draw again.
        if !digits.starts_with('0') {
            return format!("{body}{}", digits.get(..4).unwrap_or(""));
        }
    }
}

/// The checksum in `8Q~` secrets is of an unknown spelling; these are random.
pub(super) fn entra(rng: &mut Rng) -> String {
    let alphabet = [BASE62, b"_~.-"].concat();
    format!("{}8Q~{}", rng.pick(BASE62, 3), rng.pick(&alphabet, 33) + &rng.pick(BASE62, 1))
}

/// 32 bytes in base32; bytes 22, 8, 7 and 2 are the CRC32 of the others, exclusive-or a constant.
pub(super) fn devops(rng: &mut Rng) -> String {
    const PLACES: [usize; 4] = [22, 8, 7, 2];
    let mut key = rng.bytes(32);
    let body: Vec<u8> = key.iter().enumerate().filter(|(at, _)| !PLACES.contains(at)).map(|(_, &byte)| byte).collect();
    let sum = (crc32(&body) ^ 0xe0b9_692d).to_be_bytes();
    for (place, byte) in PLACES.into_iter().zip(sum) {
        if let Some(slot) = key.get_mut(place) {
            *slot = byte;
        }
    }
    base32(&key).to_ascii_lowercase()
}
