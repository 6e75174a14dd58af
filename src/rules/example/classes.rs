//! Alphabets, and the encodings written in them.

use super::Rng;
use crate::rules::template::Class;

pub(super) const DIGITS: &[u8] = b"0123456789";
pub(super) const HEX: &[u8] = b"0123456789abcdef";
pub(super) const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
pub(super) const BASE32: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(super) const BASE36: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyz";
pub(super) const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
pub(super) const BASE62: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub(super) const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
pub(super) const BASE64_URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
pub(super) const BECH32: &[u8] = b"QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";
pub(super) const CRYPT: &[u8] = b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The characters of a class.
pub(super) fn alphabet(class: Class) -> &'static [u8] {
    match class {
        Class::Digits => DIGITS,
        Class::Hex => HEX,
        Class::HexUpper => b"0123456789ABCDEF",
        Class::Upper => b"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        Class::Lower => LOWER,
        Class::Alpha => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        Class::Base32 => BASE32,
        Class::Base32Lower => b"abcdefghijklmnopqrstuvwxyz234567",
        Class::Base36 => BASE36,
        Class::Base36Upper => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        Class::Base62 => BASE62,
        Class::Base64 => BASE64,
        Class::Base64Url => BASE64_URL,
        Class::Word => b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
        Class::Bech32 => BECH32,
        Class::Base58 => BASE58,
        Class::Printable => b"!#$%&()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_abcdefghijklmnopqrstuvwxyz|~",
    }
}

/// A UUID of version 4.
pub(super) fn uuid(rng: &mut Rng) -> String {
    let hex = |rng: &mut Rng, count| rng.pick(HEX, count);
    let (time, middle, high) = (hex(rng, 8), hex(rng, 4), hex(rng, 3));
    let (variant, clock, node) = (rng.pick(b"89ab", 1), hex(rng, 3), hex(rng, 12));
    format!("{time}-{middle}-4{high}-{variant}{clock}-{node}")
}

/// Standard base64, padded.
pub(super) fn base64(bytes: &[u8]) -> String {
    let mut text = groups(bytes, 6, BASE64);
    text.extend(std::iter::repeat_n('=', text.len().next_multiple_of(4) - text.len()));
    text
}

/// URL-safe base64, unpadded.
pub(super) fn base64url(bytes: &[u8]) -> String {
    groups(bytes, 6, BASE64_URL)
}

/// Base32, unpadded.
pub(super) fn base32(bytes: &[u8]) -> String {
    groups(bytes, 5, BASE32)
}

/// Bits, highest first, in groups of `width`; the last group is filled with zeros.
fn groups(bytes: &[u8], width: u32, alphabet: &[u8]) -> String {
    five_or_six(bytes, width)
        .into_iter()
        .filter_map(|group| alphabet.get(usize::from(group)))
        .map(|&b| char::from(b))
        .collect()
}

/// The groups themselves.
pub(super) fn five_or_six(bytes: &[u8], width: u32) -> Vec<u8> {
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    for &byte in bytes {
        bits = bits << 8 | u32::from(byte);
        held += 8;
        while held >= width {
            held -= width;
            out.push((bits >> held) as u8 & ((1 << width) - 1));
        }
        bits &= (1 << held) - 1;
    }
    if held > 0 {
        out.push((bits << (width - held)) as u8);
    }
    out
}

/// The inverse of base64 without padding, for alphabets of 64: whole bytes only.
pub(super) fn unbase64(text: &str, alphabet: &[u8]) -> Vec<u8> {
    let (mut bits, mut held, mut out) = (0_u32, 0, Vec::new());
    let values = text.bytes().filter_map(|byte| alphabet.iter().position(|&known| known == byte));
    for value in values {
        bits = (bits << 6 | value as u32) & 0xffff;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

/// A number in the base of that alphabet, left-padded with its zero to `width` digits.
pub(super) fn number(mut value: u64, alphabet: &[u8], width: usize) -> String {
    let mut digits: Vec<u8> = Vec::new();
    while value > 0 || digits.len() < width {
        let base = alphabet.len() as u64;
        digits.extend(alphabet.get((value % base) as usize));
        value /= base;
    }
    digits.into_iter().rev().map(char::from).collect()
}
