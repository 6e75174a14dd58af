//! Freshly drawn tokens: each checksum written a second time, bit by bit, and spoiled one character at a
//! time. And arbitrary bytes, from which no check may panic.

use proptest::prelude::*;
use sha2::{Digest, Sha256};

use super::testing::{Draw, to_base32, to_base64};
use super::{Outcome, prove_bytes};
use crate::model::Check;

const WORD: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";

/// CRC32 (IEEE) as its definition has it.
fn crc32(text: &str) -> u32 {
    !text.bytes().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    })
}

fn in_base(mut number: u64, base: u64, digits: &[u8], width: usize) -> String {
    let mut text = Vec::new();
    while number > 0 || text.len() < width {
        text.insert(0, digits[(number % base) as usize]);
        number /= base;
    }
    String::from_utf8(text).unwrap()
}

fn base62_tailed(prefix: &str, body: &str) -> String {
    format!("{prefix}{body}{}", in_base(crc32(body).into(), 62, WORD, 6))
}

fn routable(draw: &mut Draw, version: &str) -> String {
    let mut payload = draw.bytes(16);
    payload.extend(b"o:1\nu:7");
    payload.push(7);
    let payload = to_base64(&payload);
    let digits = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let body = format!("glpat-{payload}.{version}{}", in_base(payload.len() as u64, 36, digits, 2));
    format!("{body}{}", in_base(crc32(&body).into(), 36, digits, 7))
}

/// Bech32 as BIP 173's own reference has it: the checksum of the parts.
fn age(draw: &mut Draw) -> String {
    let alphabet = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
    // 256 bits in 52 characters of five: the last four are zero.
    let mut values: Vec<u32> = (0..52).map(|_| u32::from(draw.byte() & 31)).collect();
    values[51] &= 16;
    let prefix = "age-secret-key-";
    let mut all: Vec<u32> = prefix.bytes().map(|b| u32::from(b >> 5)).collect();
    all.push(0);
    all.extend(prefix.bytes().map(|b| u32::from(b & 31)));
    all.extend(&values);
    all.extend([0; 6]);
    let mut sum: u64 = 1;
    for value in all {
        let top = sum >> 25;
        sum = (sum & 0x1ff_ffff) << 5 ^ u64::from(value);
        for (bit, term) in [0x3b6a_57b2u64, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3].iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= term;
            }
        }
    }
    let sum = sum ^ 1;
    let tail = (0..6).map(|at| (sum >> (5 * (5 - at)) & 31) as u32);
    let data: String = values.iter().copied().chain(tail).map(|v| char::from(alphabet[v as usize])).collect();
    format!("{prefix}1{data}").to_uppercase()
}

fn wif(draw: &mut Draw, compressed: bool) -> String {
    let alphabet = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    let mut bytes = vec![0x80];
    bytes.extend(draw.bytes(32));
    bytes.extend(compressed.then_some(1));
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend(&sum[..4]);
    // Long division by 58.
    let mut text = Vec::new();
    while bytes.iter().any(|b| *b != 0) {
        let mut rest = 0u32;
        for byte in &mut bytes {
            rest = rest << 8 | u32::from(*byte);
            *byte = (rest / 58) as u8;
            rest %= 58;
        }
        text.insert(0, alphabet[rest as usize]);
    }
    String::from_utf8(text).unwrap()
}

fn nats(draw: &mut Draw) -> String {
    // 'S' (18 << 3), and a user (20 << 3) across the two bytes.
    let mut bytes = vec![(18 << 3) | (20 >> 2), 0];
    bytes.extend(draw.bytes(32));
    let mut sum = 0u32;
    for bit in bytes.iter().flat_map(|b| (0..8).rev().map(move |at| u32::from(b >> at & 1))) {
        let top = sum >> 15 & 1 ^ bit;
        sum = (sum << 1 & 0xffff) ^ (top * 0x1021);
    }
    bytes.extend([sum as u8, (sum >> 8) as u8]);
    to_base32(&bytes)
}

/// Marvin32 as .NET's source has it, in one loop over a padded copy.
fn marvin(data: &[u8], seed: [u8; 8]) -> [u8; 4] {
    let (mut p0, mut p1) =
        (u32::from_be_bytes(seed[4..].try_into().unwrap()), u32::from_be_bytes(seed[..4].try_into().unwrap()));
    let mut padded = data.to_vec();
    padded.push(0x80);
    padded.resize(padded.len().next_multiple_of(4), 0);
    for word in padded.chunks(4).map(|word| u32::from_le_bytes(word.try_into().unwrap())).chain([0]) {
        p0 = p0.wrapping_add(word);
        p1 ^= p0;
        p0 = p0.rotate_left(20).wrapping_add(p1);
        p1 = p1.rotate_left(9) ^ p0;
        p0 = p0.rotate_left(27).wrapping_add(p1);
        p1 = p1.rotate_left(19);
    }
    (p0 ^ p1).to_le_bytes()
}

fn storage(draw: &mut Draw) -> String {
    let mut bytes = draw.bytes(57);
    // Four characters at 76 are the three bytes from 57 on.
    bytes.extend([0xf8, 0x04, 0xad]);
    let sum = marvin(&bytes, *b"Default0");
    bytes.extend(sum);
    to_base64(&bytes).replace('-', "+").replace('_', "/") + "=="
}

fn cask(draw: &mut Draw) -> String {
    let front = draw.text(WORD, 52) + &["JQ", "QJ", "99"].concat() + "BF" + &draw.text(WORD, 20);
    let decoded: Vec<u8> = front
        .bytes()
        .map(|b| {
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".iter().position(|a| *a == b).unwrap()
        })
        .collect::<Vec<_>>()
        .chunks(4)
        .flat_map(|c| [(c[0] << 2 | c[1] >> 4) as u8, (c[1] << 4 | c[2] >> 2) as u8, (c[2] << 6 | c[3]) as u8])
        .collect();
    let sum = u32::from_be_bytes(marvin(&decoded, *b"Default0"));
    front + &in_base(sum.into(), 62, WORD, 6)[..4]
}

fn devops(draw: &mut Draw) -> String {
    let mut bytes = draw.bytes(32);
    let mut body = bytes.clone();
    for place in [22, 8, 7, 2] {
        body.remove(place);
    }
    let sum = body.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| sum >> 1 ^ if sum & 1 == 1 { 0xedb8_8320 } else { 0 })
    });
    for (place, byte) in [22, 8, 7, 2].into_iter().zip((!sum ^ 0xe0b9_692d).to_le_bytes()) {
        bytes[place] = byte;
    }
    to_base32(&bytes).to_lowercase()
}

/// A token of each format with a checksum, and how a spoiled one comes out.
fn drawn(seed: u64) -> Vec<(Check, String, Outcome)> {
    let draw = &mut Draw(seed | 1);
    let (body30, body50, body40) = (draw.text(WORD, 30), draw.text(WORD, 50), draw.text(WORD, 40));
    let (hex32, glsa) = (draw.text(HEX, 32), format!("glsa_{}", draw.text(WORD, 32)));
    let (atatt, cflt) = (format!("ATATT3{}=", draw.text(WORD, 177)), draw.text(WORD, 54));
    let cflt_sum = to_base64(&crc32(&cflt).to_le_bytes()).replace('-', "+").replace('_', "/");
    let checksummed = [
        (Check::Crc32Base62, base62_tailed("ghp_", &body30)),
        (Check::Crc32Base62, base62_tailed("npm_", &body30)),
        (Check::Crc32Base62, base62_tailed("ghr_", &draw.text(WORD, 70))),
        (Check::VercelCrc32, base62_tailed("vcp_", &body50)),
        (Check::Crc32HexBody, format!("cfut_{body40}{:08x}", crc32(&body40))),
        (Check::Crc32HexBody, format!("zpka_{hex32}_{:08x}", crc32(&hex32))),
        (Check::GrafanaCrc32, format!("{glsa}_{:08x}", crc32(&glsa).swap_bytes())),
        (Check::AtlassianCrc32, format!("{atatt}{:08X}", crc32(&atatt))),
        (Check::ConfluentCrc32, format!("cflt{cflt}{cflt_sum}")),
        (Check::GitlabRoutable, routable(draw, "01.")),
        (Check::GitlabRoutable, routable(draw, "")),
        (Check::AgeBech32, age(draw)),
        (Check::Wif, wif(draw, false)),
        (Check::Wif, wif(draw, true)),
        (Check::NatsSeed, nats(draw)),
        (Check::AzureIdentifiable, storage(draw)),
        (Check::AzureCask, cask(draw)),
    ];
    let claimed = [(Check::AzureDevopsPat, devops(draw), Outcome::Unknown)];
    checksummed.into_iter().map(|(check, token)| (check, token, Outcome::Invalid)).chain(claimed).collect()
}

fn outcome(check: Check, token: &str) -> Outcome {
    prove_bytes(check, token.as_bytes(), token.as_bytes()).outcome
}

proptest! {
    #[test]
    fn drawn_tokens_hold_and_spoiled_ones_do_not(seed: u64, at: prop::sample::Index, by in 1usize..60) {
        for (check, token, spoiled_outcome) in drawn(seed) {
            prop_assert_eq!(outcome(check, &token), Outcome::Valid, "{}: {}", check.as_str(), token);
            // Spoil the part that the checksum covers and every prefix leaves alone: the middle.
            let place = 20 + at.index(12);
            let mut spoiled = token.clone().into_bytes();
            let alphabet: &[u8] = match check {
                Check::AzureDevopsPat => b"abcdefghijklmnopqrstuvwxyz234567",
                Check::NatsSeed => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
                Check::AgeBech32 => b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L",
                Check::Crc32HexBody => HEX,
                _ => b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz",
            };
            let old = alphabet.iter().position(|b| *b == spoiled[place]).unwrap_or(0);
            spoiled[place] = alphabet[(old + 1 + by % (alphabet.len() - 1)) % alphabet.len()];
            let spoiled = String::from_utf8(spoiled).unwrap();
            prop_assume!(spoiled != token);
            prop_assert_eq!(outcome(check, &spoiled), spoiled_outcome, "{}: {}", check.as_str(), spoiled);
        }
    }

    #[test]
    fn nothing_panics_or_shouts(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        hostile(&bytes);
    }

    #[test]
    fn damaged_tokens_do_not_panic(seed: u64, cut: prop::sample::Index, byte: u8, which: prop::sample::Index) {
        let all = drawn(seed);
        let mut token = which.get(&all).1.clone().into_bytes();
        let at = cut.index(token.len());
        token[at] = byte;
        hostile(&token);
        hostile(&token[..at]);
        hostile(&token[at..]);
        for head in ["eyJ", "-----BEGIN PRIVATE KEY-----\n", "PuTTY-User-Key-File-2: \nEncryption: none\nPrivate-Lines: 99\n", "{\"type\":"] {
            hostile(&[head.as_bytes(), &token].concat());
        }
    }

    #[test]
    fn binary_structures_do_not_panic(
        head in prop::sample::select(vec![
            &b"\x30\x82\x00\x40\x02\x01\x00"[..], b"\x30\x40\x02\x01\x00\x30\x0d\x06", b"openssh-key-v1\0\0\0\0\x04none", b"\x95\x01\x20\x04",
            b"\xc5\xff", b"\x02\x01\x08pypi.org\x02", b"{\"alg\":", b"\x30\x83\xff\xff\xff\x30",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let encoded = to_base64(&[head, &rest].concat());
        hostile(encoded.as_bytes());
        for label in ["PRIVATE KEY", "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
            let body = encoded.replace('-', "+").replace('_', "/");
            hostile(format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----").as_bytes());
        }
        hostile(format!("pypi-{encoded}").as_bytes());
        hostile(format!("{encoded}.{encoded}.{encoded}").as_bytes());
    }
}

/// Every check on those bytes: what it says is short, printable, and worth no points of its own.
fn hostile(bytes: &[u8]) {
    for &check in Check::ALL {
        let proof = prove_bytes(check, bytes, bytes);
        assert!(proof.adjust <= 0);
        for note in proof.notes {
            assert_eq!(note.points, 0);
            assert!(note.text.chars().count() <= 80 && !note.text.chars().any(char::is_control), "{:?}", note.text);
        }
    }
}
