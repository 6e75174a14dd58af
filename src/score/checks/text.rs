//! Small codecs the checks share: base64, base32, numbers in other bases, dates, and safe quoting.
//!
//! The decoders of `decode/` find encoded text and map offsets; these read a few hundred bytes whose
//! encoding is known, and keep nothing but the bytes.

use crate::model::day;

/// The digits of base 62 as the CRC32 formats write them; its first 36 are those of base 36.
pub(super) const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// The value of a base64 character, in either alphabet (`+/` and `-_`).
pub(super) const fn base64_value(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}

/// Decodes base64 of either alphabet, with or without its padding. `None` where a byte is foreign or
/// the length is impossible. Bits left over are not looked at: real tokens are cut carelessly.
pub(super) fn base64(text: &[u8]) -> Option<Vec<u8>> {
    let padding = text.iter().rev().take_while(|&&b| b == b'=').count();
    let body = text.get(..text.len() - padding)?;
    if padding > 3 || body.len() % 4 == 1 {
        return None;
    }
    unpack(body, 6, base64_value)
}

/// Decodes base32 (`A-Z2-7`, no padding); bits left over are dropped.
pub(super) fn base32(text: &[u8]) -> Option<Vec<u8>> {
    unpack(text, 5, |byte| match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'2'..=b'7' => Some(byte - b'2' + 26),
        _ => None,
    })
}

/// Joins characters of `bits` bits each into bytes, most significant first.
pub(super) fn unpack(text: &[u8], bits: u32, value: impl Fn(u8) -> Option<u8>) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * bits as usize / 8);
    let (mut held, mut count) = (0u32, 0u32);
    for &byte in text {
        held = held << bits | u32::from(value(byte)?);
        count += bits;
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
            held &= (1 << count) - 1;
        }
    }
    Some(bytes)
}

/// A number in base 62, padded on the left with `0` to six digits.
pub(super) fn base62_of(mut number: u32) -> [u8; 6] {
    let mut digits = [b'0'; 6];
    for digit in digits.iter_mut().rev() {
        *digit = BASE62[(number % 62) as usize];
        number /= 62;
    }
    digits
}

/// Reads a number in base 36 (`0-9a-z`). `None` where a byte is foreign or the number too great.
pub(super) fn base36(text: &[u8]) -> Option<u64> {
    text.iter().try_fold(0u64, |number, &byte| {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'z' => byte - b'a' + 10,
            _ => return None,
        };
        number.checked_mul(36)?.checked_add(u64::from(digit))
    })
}

/// How many different characters of ASCII a text has.
pub(super) fn distinct(text: &[u8]) -> u32 {
    text.iter().fold(0u128, |seen, &b| seen | 1 << (b & 127)).count_ones()
}

/// The calendar day of a Unix time in seconds, `YYYY-MM-DD`. `None` outside the years 1970 to 9999:
/// no token is dated there, and milliseconds given for seconds would be.
pub(super) fn day_of(seconds: i64) -> Option<String> {
    const LAST: i64 = 253_402_300_799;
    if !(0..=LAST).contains(&seconds) {
        return None;
    }
    let (year, month, day) = day::date(seconds / 86_400);
    Some(format!("{year:04}-{month:02}-{day:02}"))
}

/// Text from inside a credential, made fit for people and terminals: printable ASCII only, the rest as
/// `?`, at most 40 characters.
pub(super) fn quoted(text: &str) -> String {
    const MOST: usize = 40;
    let plain = |c: char| if c == ' ' || c.is_ascii_graphic() { c } else { '?' };
    let mut shown: String = text.chars().take(MOST).map(plain).collect();
    if text.chars().nth(MOST).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_reads_both_alphabets_and_any_padding() {
        for text in ["-_8", "+/8=", "-/8", "+_8=="] {
            assert_eq!(base64(text.as_bytes()), Some(vec![0xfb, 0xff]), "{text}");
        }
        for text in ["A", "AA!A", "A===", "=AAA"] {
            assert_eq!(base64(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        let days = [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_546_387_199, "2019-01-01"),
            (1_546_387_200, "2019-01-02"),
            (4_107_542_400, "2100-03-01"),
            (253_402_300_799, "9999-12-31"),
        ];
        for (seconds, day) in days {
            assert_eq!(day_of(seconds).as_deref(), Some(day));
        }
        assert_eq!(day_of(-1), None);
        assert_eq!(day_of(i64::MAX), None);
    }

    #[test]
    fn quoting_leaves_nothing_that_a_terminal_obeys() {
        assert_eq!(quoted("a\x1b[31m\u{202e}é\n"), "a?[31m???");
        assert_eq!(quoted(&"x".repeat(41)), format!("{}…", "x".repeat(40)));
    }
}
