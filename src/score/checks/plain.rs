//! Encodings without a checksum: 32 bytes of base64, docker's `user:password`.

use super::Proof;
use super::text::base64;

/// 32 bytes in base64. `WireGuard`'s private keys are clamped for Curve25519, which sets five bits.
pub(super) fn base64_of_32_bytes(secret: &[u8]) -> Proof {
    let Some(bytes) = base64(secret).filter(|bytes| bytes.len() == 32) else {
        return Proof::invalid("not 32 bytes of base64");
    };
    let mut seen = bytes.clone();
    seen.sort_unstable();
    seen.dedup();
    if seen.len() < 16 {
        return Proof::invalid("too few different bytes for a key").demote(30);
    }
    if bytes[0].trailing_zeros() >= 3 && bytes[31] & 0xc0 == 0x40 {
        return Proof::valid("32 bytes, clamped as a Curve25519 private key is");
    }
    Proof::unknown().note("32 bytes of base64")
}

/// Whether base64 holds a text that can be read and has no colon: what stands behind `Basic` then logs nobody in.
pub(in crate::score) fn is_text_alone(secret: &[u8]) -> bool {
    plain_text(secret).is_some_and(|text| !text.contains(&b':'))
}

/// The text that base64 holds, if it is one line of printable ASCII.
pub(in crate::score) fn plain_text(encoded: &[u8]) -> Option<Vec<u8>> {
    let mut text = base64(encoded)?;
    // `echo changeme | base64` takes the line's end along.
    text.truncate(text.trim_ascii_end().len());
    (text.len() >= 3 && text.iter().all(|b| b.is_ascii_graphic() || *b == b' ')).then_some(text)
}

/// docker's `auth`: base64 of `user:password`.
pub(in crate::score) fn docker_auth(secret: &[u8]) -> Proof {
    let Some(decoded) = base64(secret) else { return Proof::invalid("not base64") };
    let Some(colon) = decoded.iter().position(|&b| b == b':') else {
        return Proof::invalid("does not decode to user:password");
    };
    let (user, password) = (&decoded[..colon], &decoded[colon + 1..]);
    // docker pads what it writes with NUL bytes.
    let password = password.trim_ascii_end();
    let password = &password[..password.iter().rposition(|&b| b != 0).map_or(0, |at| at + 1)];
    let printable = |text: &[u8]| std::str::from_utf8(text).is_ok_and(|text| !text.chars().any(char::is_control));
    // JSON has colons too.
    if user.is_empty() || user.starts_with(b"{") || password.is_empty() || !printable(user) || !printable(password) {
        return Proof::invalid("does not decode to user:password");
    }
    if is_placeholder(password) {
        return Proof::unknown().note("decodes to user:password, but the password is a placeholder").demote(40);
    }
    Proof::valid("decodes to user:password")
}

fn is_placeholder(password: &[u8]) -> bool {
    const WORDS: [&[u8]; 14] = [
        b"password",
        b"passwd",
        b"pass",
        b"pwd",
        b"secret",
        b"token",
        b"bar",
        b"test",
        b"changeme",
        b"example",
        b"foo",
        b"mypassword",
        b"xxx",
        b"your-password",
    ];
    let lower = password.to_ascii_lowercase();
    WORDS.contains(&lower.as_slice())
        || lower.starts_with(b"<")
        || lower.starts_with(b"${")
        || lower.starts_with(b"{{")
        || lower.iter().all(|b| matches!(b, b'*' | b'x' | b'.' | b'-'))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::{Draw, to_base64};
    use super::*;

    #[test]
    fn curve_keys_are_known_by_their_clamp() {
        let mut key = Draw(9).bytes(32);
        key[0] |= 1;
        assert_eq!(base64_of_32_bytes(to_base64(&key).as_bytes()).outcome, Outcome::Unknown);
        key[0] &= 0xf8;
        key[31] = key[31] & 0x7f | 0x40;
        assert_eq!(base64_of_32_bytes(to_base64(&key).as_bytes()).outcome, Outcome::Valid);
        assert_eq!(base64_of_32_bytes(to_base64(&key[1..]).as_bytes()).outcome, Outcome::Invalid);
        assert_eq!(base64_of_32_bytes(to_base64(&[0; 32]).as_bytes()).outcome, Outcome::Invalid);
    }

    #[test]
    fn docker_auth_is_user_and_password() {
        let outcome = |text: &str| docker_auth(to_base64(text.as_bytes()).as_bytes()).outcome;
        assert_eq!(outcome("ann:k3-Tg:qq9"), Outcome::Valid);
        assert_eq!(outcome("ann:k3-Tgqq9\0\0"), Outcome::Valid);
        assert_eq!(outcome("ann:changeme"), Outcome::Unknown);
        for text in ["ann", "ann:", ":x", "{\"typ\":\"JWT\"}", "ann:\x1b[31m", "ann:\u{0}"] {
            assert_eq!(outcome(text), Outcome::Invalid, "{text:?}");
        }
    }
}
