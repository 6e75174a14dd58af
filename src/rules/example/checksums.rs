//! Tokens with a checksum, and plain ones of a fixed structure.
//!
//! Facts: `score/checks/` names the sources; this is the same arithmetic from the other side, written
//! apart from it, so that one judges the other.

use crc32fast::hash as crc32;
use sha2::{Digest, Sha256};

use super::Rng;
use super::classes::{
    BASE36, BASE58, BASE62, BASE64, BASE64_URL, BECH32, CRYPT, base32, base64, base64url, five_or_six, number,
};
use crate::model::bip39;

/// CRC32 in six base62 digits, as GitHub and npm append it.
pub(super) fn crc32_base62(body: &[u8]) -> String {
    number(crc32(body).into(), BASE62, 6)
}

/// CRC32 in eight hex digits.
pub(super) fn crc32_hex(body: &[u8]) -> String {
    format!("{:08x}", crc32(body))
}

pub(super) fn cloudflare(prefix: &str, rng: &mut Rng) -> String {
    let body = rng.pick(BASE62, 40);
    format!("{prefix}{body}{}", crc32_hex(body.as_bytes()))
}

pub(super) fn vercel(prefix: &str, rng: &mut Rng) -> String {
    let body = rng.pick(BASE62, 50);
    format!("{prefix}{body}{}", crc32_base62(body.as_bytes()))
}

/// The checksum covers the prefix and is written with its lowest byte first.
pub(super) fn grafana(rng: &mut Rng) -> String {
    let body = format!("glsa_{}", rng.pick(BASE62, 32));
    format!("{body}_{:08x}", crc32(body.as_bytes()).swap_bytes())
}

pub(super) fn atlassian(prefix: &str, rng: &mut Rng) -> String {
    let body = format!("{prefix}{}=", rng.pick(BASE64_URL, 177));
    format!("{body}{:08X}", crc32(body.as_bytes()))
}

/// GitLab's payload: 16 random bytes, the routing lines, and how many bytes these have.
pub(super) fn gitlab_routable(prefix: &str, versioned: bool, rng: &mut Rng) -> String {
    let (cell, org, user) = (rng.between(1, 35), rng.between(1, 9_999), rng.between(1, 999_999));
    let routing = [("c", cell), ("o", org), ("u", user)];
    let lines = routing.map(|(key, value)| format!("{key}:{}", number(value as u64, BASE36, 1)));
    let lines = lines.join("\n");
    let payload = [&rng.bytes(16), lines.as_bytes(), &[lines.len() as u8]].concat();
    let payload = base64url(&payload);
    let version = if versioned { "01." } else { "" };
    let body = format!("{prefix}{payload}.{version}{}", number(payload.len() as u64, BASE36, 2));
    let sum = number(crc32(body.as_bytes()).into(), BASE36, 7);
    body + &sum
}

/// Six base64 characters hold the checksum's 32 bits, lowest byte first, and four zero bits.
pub(super) fn confluent(rng: &mut Rng) -> String {
    let body = rng.pick(BASE64, 54);
    let sum = base64(&crc32(body.as_bytes()).to_le_bytes());
    format!("cflt{body}{}", sum.trim_end_matches('='))
}

/// An id that carries a twelve-digit account number, as ids since 2019 do.
pub(super) fn aws_key_id(prefix: &str, rng: &mut Rng) -> String {
    let account = rng.draw() % 1_000_000_000_000;
    let head = 1 << 47 | account << 7 | rng.draw() & 0x7f;
    let bytes = [&head.to_be_bytes()[2..], &rng.bytes(4)].concat();
    format!("{prefix}{}", base32(&bytes))
}

/// Bech32 (BIP 173) of 32 bytes.
pub(super) fn age(rng: &mut Rng) -> String {
    const PREFIX: &[u8] = b"age-secret-key-";
    let data = five_or_six(&rng.bytes(32), 5);
    let mut all: Vec<u8> = PREFIX.iter().map(|byte| byte >> 5).collect();
    all.push(0);
    all.extend(PREFIX.iter().map(|byte| byte & 31));
    all.extend(&data);
    all.extend([0; 6]);
    let sum = bech32_sum(&all) ^ 1;
    let sum = (0..6).rev().map(|place| (sum >> (5 * place)) as u8 & 31);
    let text: String =
        data.into_iter().chain(sum).filter_map(|v| BECH32.get(usize::from(v))).map(|&b| char::from(b)).collect();
    format!("{}1{text}", String::from_utf8_lossy(&PREFIX.to_ascii_uppercase()))
}

fn bech32_sum(values: &[u8]) -> u32 {
    values.iter().fold(1, |sum: u32, &value| {
        let top = sum >> 25;
        let terms = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
        let mut sum = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        for (bit, term) in terms.into_iter().enumerate() {
            if top >> bit & 1 == 1 {
                sum ^= term;
            }
        }
        sum
    })
}

/// `Base58Check` of a main-network key; every other one says that its public key is compressed.
pub(super) fn wif(rng: &mut Rng) -> String {
    let mut bytes = [&[0x80][..], &rng.bytes(32)].concat();
    if rng.draw() & 1 == 1 {
        bytes.push(1);
    }
    let sum = Sha256::digest(Sha256::digest(&bytes));
    bytes.extend(sum.iter().take(4));
    base58(&bytes)
}

/// BIP-39: 128 bits and the first four of their SHA-256, eleven to a word.
pub(super) fn mnemonic(rng: &mut Rng) -> String {
    let entropy = rng.bytes(16);
    let number = entropy.iter().fold(0_u128, |number, &byte| number << 8 | u128::from(byte));
    let sum = Sha256::digest(&entropy).first().copied().unwrap_or(0) >> 4;
    // 132 bits: the last word holds the number's last seven and the checksum.
    let first = (0..11).map(|at| (number >> (117 - 11 * at)) as u16 & 0x7ff);
    let last = (number as u16 & 0x7f) << 4 | u16::from(sum);
    first.chain([last]).map(bip39::word).collect::<Vec<_>>().join(" ")
}

/// Base 58 of a number that does not begin with zero bytes.
fn base58(bytes: &[u8]) -> String {
    let mut digits: Vec<u32> = Vec::new();
    for &byte in bytes {
        let mut carry = u32::from(byte);
        for digit in &mut digits {
            carry += *digit << 8;
            *digit = carry % 58;
            carry /= 58;
        }
        while carry > 0 {
            digits.push(carry % 58);
            carry /= 58;
        }
    }
    digits.iter().rev().filter_map(|&digit| BASE58.get(digit as usize)).map(|&byte| char::from(byte)).collect()
}

/// Two prefix bytes (`S` and the kind, five bits each), 32 bytes, CRC16 (XMODEM), lowest byte first.
pub(super) fn nats_seed(kind: &str, rng: &mut Rng) -> String {
    let kind = kind.bytes().next().unwrap_or(b'U').wrapping_sub(b'A') << 3;
    let mut bytes = vec![18 << 3 | kind >> 5, kind << 3];
    bytes.extend(rng.bytes(32));
    let mut sum = 0_u16;
    for &byte in &bytes {
        sum ^= u16::from(byte) << 8;
        for _ in 0..8 {
            sum = if sum >> 15 == 1 { sum << 1 ^ 0x1021 } else { sum << 1 };
        }
    }
    bytes.extend(sum.to_le_bytes());
    base32(&bytes)
}

/// 32 bytes, clamped as a Curve25519 key.
pub(super) fn wireguard(rng: &mut Rng) -> String {
    let mut key = rng.bytes(32);
    if let [first, .., last] = key.as_mut_slice() {
        *first &= 0xf8;
        *last = *last & 0x7f | 0x40;
    }
    base64(&key)
}

pub(super) fn password_hash(kind: &str, rng: &mut Rng) -> String {
    let (head, salt, length) = match kind {
        "apr1" => ("$apr1$", 8, 22),
        "md5" => ("$1$", 8, 22),
        "sha256" => ("$5$", 16, 43),
        "sha512" => ("$6$", 16, 86),
        "yescrypt" => ("$y$j9T$", 22, 43),
        _ => return format!("$2b${:02}${}", rng.between(10, 13), rng.pick(CRYPT, 53)),
    };
    format!("{head}{}${}", rng.pick(CRYPT, salt), rng.pick(CRYPT, length))
}
