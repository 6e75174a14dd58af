//! Texts in a notation of their own: colours, names of algorithms, regular expressions, public keys, hashes.

use super::placeholder::contains;

/// Colours in hexadecimal digits, with words of their style.
pub(super) fn is_colour(lower: &[u8]) -> bool {
    let hex = |part: &[u8]| {
        let digits = part.rsplit(|b| *b == b':').next().and_then(|part| part.strip_prefix(b"#"));
        digits.is_some_and(|hex| matches!(hex.len(), 3 | 4 | 6 | 8) && hex.iter().all(u8::is_ascii_hexdigit))
    };
    let parts = || lower.split(|b| *b == b' ').filter(|part| !part.is_empty());
    lower.contains(&b'#')
        && parts().any(hex)
        && parts().all(|part| hex(part) || part.iter().all(|b| b.is_ascii_lowercase() || *b == b'-'))
}

/// What a program calls an algorithm of cryptography or an encoding: a known beginning, then a mode or a length.
pub(super) fn is_algorithm(lower: &[u8]) -> bool {
    const BEGINNINGS: &[&[u8]] = &[
        b"aes128",
        b"aes192",
        b"aes256",
        b"bcrypt",
        b"chacha20",
        b"cp125",
        b"des3",
        b"desede",
        b"ed25519",
        b"es256",
        b"es384",
        b"es512",
        b"hmacmd5",
        b"hmacsha",
        b"hs256",
        b"hs384",
        b"hs512",
        b"iso8859",
        b"latin1",
        b"md5",
        b"pbkdf2",
        b"prime256v",
        b"ps256",
        b"ps384",
        b"ps512",
        b"rs256",
        b"rs384",
        b"rs512",
        b"rsa2048",
        b"rsa3072",
        b"rsa4096",
        b"scramsha",
        b"secp",
        b"sha1",
        b"sha224",
        b"sha256",
        b"sha384",
        b"sha512",
        b"utf16",
        b"utf32",
        b"utf8",
        b"x25519",
    ];
    let joins = |b: &u8| matches!(b, b'-' | b'_' | b'/');
    if lower.len() > 24 || !lower.iter().all(|b| b.is_ascii_alphanumeric() || joins(b)) {
        return false;
    }
    let bare: Vec<u8> = lower.iter().copied().filter(|b| !joins(b)).collect();
    let rest = BEGINNINGS.iter().filter_map(|begin| bare.strip_prefix(*begin)).map(<[u8]>::len).min();
    rest.is_some_and(|rest| rest <= 9)
}

/// A value of a Bitnami `SealedSecret`: base64 of the length of an RSA-4096 block (`02 00`), the block, the rest.
pub(super) fn is_sealed(value: &[u8]) -> bool {
    value.len() >= 190 && matches!(value, [b'A', b'g' | b'Q', b'A'..=b'D', ..])
}

/// The open half of a pair of keys.
pub(super) fn is_public_key(value: &[u8]) -> bool {
    // The algorithm's name, its length before it; SPKI of RSA and of P-256; a point that begins with 04; the open half
    // of a pair at Stripe, Clerk and others, and at Mapbox.
    const BEGINNINGS: [&[u8]; 12] = [
        b"pk_live_",
        b"pk_test_",
        b"pk.eyJ",
        b"ssh-rsa ",
        b"ssh-ed25519 ",
        b"ecdsa-sha2-",
        b"AAAAB3NzaC1yc2E",
        b"AAAAC3NzaC1lZDI1NTE5",
        b"AAAAE2VjZHNhLXNoYTIt",
        b"MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A",
        b"MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCB",
        b"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE",
    ];
    let point = value.len() == 87 && matches!(value, [b'B', b'A'..=b'P', ..]);
    point || BEGINNINGS.iter().any(|begin| value.starts_with(begin))
}

/// A regular expression.
pub(super) fn is_pattern(value: &[u8]) -> bool {
    // `/^...$/`, as JavaScript writes one; `[A-F0-9]`.
    let class = |four: &[u8]| matches!(four, [b'[', b'A'..=b'Z', b'-', b'A'..=b'Z']);
    value.starts_with(b"/^")
        || value.windows(4).any(class)
        || [&b"[a-z"[..], b"[0-9", b"(?", b".*", b".+", b"\\d", b"\\w", b"\\s", b"[^", b"\\."]
            .iter()
            .any(|piece| contains(value, piece))
}

/// What is kept of a password to check it by.
pub(super) fn is_password_hash(lower: &[u8]) -> bool {
    let starts = |text: &[u8]| lower.starts_with(text);
    let crypt = lower.len() > 20 && lower.first() == Some(&b'$') && lower.iter().skip(1).take(12).any(|&b| b == b'$');
    crypt
        || starts(b"pbkdf2")
        || starts(b"md5$")
        // PostgreSQL's own.
        || lower.strip_prefix(b"md5").is_some_and(|hex| hex.len() == 32 && hex.iter().all(u8::is_ascii_hexdigit))
        || starts(b"sha1$")
        || starts(b"sha256$")
        || starts(b"{ssha")
        || starts(b"{sha")
        || starts(b"{bcrypt}")
        || starts(b"{pbkdf2}")
        || starts(b"{noop}")
        || starts(b"argon2")
        || starts(b"bcrypt")
        || starts(b"scram-sha")
}
