//! Values that have the shape of something else: a URL, a path, a date, a digest.

use super::notation::{is_algorithm, is_colour, is_password_hash, is_pattern, is_public_key, is_sealed};
use super::path::is_path;
use super::placeholder::contains;

/// What else a value has the shape of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// `https://…` without credentials of its own.
    Url,
    /// `a@b.example`.
    Email,
    /// `/etc/x`, `./x.pem`, `C:\x`, `src/a/b.rs`.
    Path,
    /// `1.2.3`, `v1.2`.
    Version,
    /// `1.2.840.113549.1.9.7`.
    ObjectId,
    /// `2024-01-31`, with or without a time.
    Date,
    /// Digits with `.`, `,`, `x`, or a unit.
    Number,
    /// `10.0.0.1`.
    Address,
    /// 8-4-4-4-12 hex digits.
    Uuid,
    /// 32, 40, 56, 64, 96 or 128 hex digits.
    Digest,
    /// `application/json`.
    Mime,
    /// `sha512-…`.
    Integrity,
    /// `data:…;base64,`, or the opening of an image in base64.
    Image,
    /// `$2b$10$…`, `pbkdf2…`, `{SSHA}…`: a hash of a password.
    PasswordHash,
    /// `#id`, `.class`, `--flag`.
    Selector,
    /// `arn:aws:…`.
    Resource,
    /// A regular expression.
    Pattern,
    /// `#a61717`, `bold #4e9a06 bg:#fff`, as style sheets have them.
    Colour,
    /// `HS256`, `aes-256-cbc`, `utf-16-le`.
    Algorithm,
    /// A JSON Web Token whose claims are `{}`.
    Claimless,
    /// A public key: SSH, SPKI, or a point of P-256 as web push has it.
    PublicKey,
    /// Text that was encrypted before it was stored: `ENC[…]`, `$ANSIBLE_VAULT`.
    Encrypted,
}

impl Shape {
    /// The reason, for people.
    #[must_use]
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Url => "the value is a URL",
            Self::Email => "the value is a mail address",
            Self::Path => "the value is a path or file name",
            Self::Version => "the value is a version",
            Self::ObjectId => "the value is an object identifier",
            Self::Date => "the value is a date",
            Self::Number => "the value is a number",
            Self::Address => "the value is a network address",
            Self::Uuid => "the value is a UUID",
            Self::Digest => "the value has the length of a digest",
            Self::Mime => "the value is a media type",
            Self::Integrity => "the value is an integrity digest",
            Self::Claimless => "the value is a token that claims nothing",
            Self::Image => "the value is embedded data",
            Self::PasswordHash => "the value is a hash of a password",
            Self::Selector => "the value is a selector or flag",
            Self::Resource => "the value is the name of a resource",
            Self::Pattern => "the value is a regular expression",
            Self::Colour => "the value is a colour",
            Self::Algorithm => "the value is the name of an algorithm or encoding",
            Self::PublicKey => "the value is a public key",
            Self::Encrypted => "the value is stored encrypted",
        }
    }
}

/// Words that say the hex beside them is a digest, not a key.
const DIGEST_WORDS: &[&[u8]] = &[
    b"sha1",
    b"sha2",
    b"sha5",
    b"sha-",
    b"md5",
    b"checksum",
    b"integrity",
    b"digest",
    b"commit",
    b"revision",
    b"etag",
    b"fingerprint",
    b"signature",
    b"hmac",
    b"hash",
];

/// What else `value` has the shape of, if anything.
#[must_use]
pub(crate) fn find(value: &[u8]) -> Option<Shape> {
    let lower = value.to_ascii_lowercase();
    let starts = |text: &[u8]| lower.starts_with(text);
    let table: [(bool, Shape); 22] = [
        (is_public_key(value), Shape::PublicKey),
        (starts(b"eyj") && contains(value, b".e30.") || is_jwt_header(&lower), Shape::Claimless),
        (is_pattern(value), Shape::Pattern),
        (starts(b"data:") || starts(b"ivborw0kggo") || starts(b"/9j/4aaq") || starts(b"r0lgodlh"), Shape::Image),
        (
            starts(b"sha256-")
                || starts(b"sha384-")
                || starts(b"sha512-")
                || starts(b"sha1-")
                || starts(b"sha256:")
                || starts(b"sha256=")
                || starts(b"sha1="),
            Shape::Integrity,
        ),
        (is_algorithm(&lower), Shape::Algorithm),
        (is_colour(&lower), Shape::Colour),
        (is_password_hash(&lower), Shape::PasswordHash),
        (
            starts(b"enc(")
                || starts(b"enc[")
                || starts(b"$ansible_vault")
                || starts(b"vault:v1:")
                || starts(b"{cipher}")
                || is_sealed(value),
            Shape::Encrypted,
        ),
        (starts(b"arn:") || starts(b"urn:") || starts(b"projects/"), Shape::Resource),
        (is_url(&lower), Shape::Url),
        (is_email(value), Shape::Email),
        (is_uuid(value), Shape::Uuid),
        (is_digest(value), Shape::Digest),
        (is_address(value), Shape::Address),
        (is_date(value), Shape::Date),
        (is_version(&lower) || starts(b">=") || starts(b"<="), Shape::Version),
        (is_object_id(value), Shape::ObjectId),
        (is_number(&lower), Shape::Number),
        (is_mime(&lower), Shape::Mime),
        (is_selector(value), Shape::Selector),
        (is_path(value), Shape::Path),
    ];
    table.iter().find(|(is, _)| *is).map(|&(_, shape)| shape)
}

/// Whether the text around a value says that it is a digest.
#[must_use]
pub(crate) fn digest_context(around: &[u8]) -> bool {
    let lower = around.to_ascii_lowercase();
    DIGEST_WORDS.iter().any(|word| contains(&lower, word))
}

/// Whether `value` is 8-4-4-4-12 hex digits.
#[must_use]
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    let value = value.strip_prefix(b"{").and_then(|v| v.strip_suffix(b"}")).unwrap_or(value);
    value.len() == 36
        && value
            .iter()
            .enumerate()
            .all(|(at, b)| if matches!(at, 8 | 13 | 18 | 23) { *b == b'-' } else { b.is_ascii_hexdigit() })
}

pub(crate) fn is_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128) && value.iter().all(u8::is_ascii_hexdigit)
}

/// `{"typ":` or `{"alg":` in base64 and nothing behind it: what every token begins with.
fn is_jwt_header(lower: &[u8]) -> bool {
    (lower.starts_with(b"eyj0exai") || lower.starts_with(b"eyjhbgci")) && lower.len() < 80 && !lower.contains(&b'.')
}

fn is_url(lower: &[u8]) -> bool {
    let scheme = lower.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-')).count();
    let rest = lower.get(scheme..).unwrap_or_default();
    (scheme >= 2 && rest.starts_with(b"://")
        || lower.starts_with(b"//")
        || lower.starts_with(b"www.")
        || lower.starts_with(b"mailto:"))
        && !holds_password(rest)
}

/// Whether a user and a password stand before the host of what follows a scheme.
fn holds_password(rest: &[u8]) -> bool {
    let authority = rest.trim_ascii_start().strip_prefix(b"://").unwrap_or(rest);
    let authority = authority.split(|b| matches!(b, b'/' | b'?' | b'#')).next().unwrap_or_default();
    memchr::memrchr(b'@', authority).is_some_and(|at| authority.iter().take(at).any(|b| *b == b':'))
}

fn is_email(value: &[u8]) -> bool {
    let Some(at) = memchr::memchr(b'@', value) else { return false };
    let (user, host) = (&value[..at], value.get(at + 1..).unwrap_or_default());
    let plain = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+');
    // RFC 1635: who logs in to FTP as `anonymous` sends a mail address, or its first half and the mark.
    if host.is_empty() {
        return user.len() >= 3 && user.iter().all(|b| b.is_ascii_lowercase() || *b == b'-');
    }
    !user.is_empty() && user.iter().all(plain) && host.iter().all(plain) && is_host(host)
}

/// Whether this is a dotted host name that ends in a domain of letters.
fn is_host(host: &[u8]) -> bool {
    let last = host.rsplit(|&b| b == b'.').next().unwrap_or_default();
    host.contains(&b'.')
        && !host.starts_with(b".")
        && (2..=8).contains(&last.len())
        && last.iter().all(u8::is_ascii_lowercase)
}

fn is_address(value: &[u8]) -> bool {
    const TOP: &[&[u8]] = &[
        b"com",
        b"org",
        b"net",
        b"io",
        b"dev",
        b"edu",
        b"gov",
        b"local",
        b"internal",
        b"example",
        b"test",
        b"localhost",
    ];
    // `[::1]:4433`
    let six = value.strip_prefix(b"[").map(|rest| rest.split(|b| *b == b']').next().unwrap_or_default());
    let hex = |inner: &[u8]| {
        inner.windows(2).any(|pair| pair == b"::") && inner.iter().all(|b| b.is_ascii_hexdigit() || *b == b':')
    };
    if value == b"localhost" || six.is_some_and(hex) {
        return true;
    }
    let named = value.rsplit(|&b| b == b'.').next().is_some_and(|top| TOP.contains(&top));
    if named
        && is_host(value)
        && value.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-'))
    {
        return true;
    }
    let host = value.split(|&b| b == b':' || b == b'/').next().unwrap_or_default();
    let parts: Vec<&[u8]> = host.split(|&b| b == b'.').collect();
    parts.len() == 4 && parts.iter().all(|p| !p.is_empty() && p.len() <= 3 && p.iter().all(u8::is_ascii_digit))
}

fn is_date(value: &[u8]) -> bool {
    let digits =
        |range: std::ops::Range<usize>| value.get(range).is_some_and(|part| part.iter().all(u8::is_ascii_digit));
    // `2015-5-14` as well: a month or day of one digit.
    let month = if digits(5..7) { 2 } else { 1 };
    let mark = value.get(4).copied();
    (8..=32).contains(&value.len())
        && digits(0..4)
        && digits(5..5 + month)
        && digits(6 + month..7 + month)
        && matches!(mark, Some(b'-' | b'/'))
        && value.get(5 + month).copied() == mark
}

/// A number as code writes it; more than nine digits may be a credential.
fn is_number(lower: &[u8]) -> bool {
    // `50\n` as it stands in a text of a program.
    let lower = lower.split(|b| *b == b'\\').next().filter(|head| !head.is_empty()).unwrap_or(lower);
    // `#37641`: an issue.
    if lower.strip_prefix(b"#").is_some_and(|rest| matches!(rest.len(), 1..=6) && rest.iter().all(u8::is_ascii_digit)) {
        return true;
    }
    // `0x8004400a`: at most what 32 bits hold.
    if lower.strip_prefix(b"0x").is_some_and(|hex| matches!(hex.len(), 1..=8) && hex.iter().all(u8::is_ascii_hexdigit))
    {
        return true;
    }
    // `pass.rs:20:37`, `12:30`
    let place = lower.len() <= 12 && lower.contains(&b':');
    if place && lower.split(|b| *b == b':').all(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit)) {
        return true;
    }
    let body = lower.strip_prefix(b"0x").unwrap_or(lower);
    let body = body.strip_prefix(b"-").or_else(|| body.strip_prefix(b"+")).unwrap_or(body);
    let digits = body.iter().filter(|b| b.is_ascii_digit()).count();
    let rest = body.iter().skip_while(|b| b.is_ascii_digit() || matches!(b, b'.' | b',' | b'_')).count();
    let unit = body.get(body.len() - rest..).unwrap_or_default();
    let known: &[&[u8]] = &[
        b"", b"px", b"em", b"rem", b"ms", b"s", b"m", b"h", b"d", b"%", b"kb", b"mb", b"gb", b"k", b"g", b"u", b"l",
        b"ul", b"f", b"pt", b"vh", b"vw",
    ];
    let typed: &[&[u8]] =
        &[b"u8", b"u16", b"u32", b"u64", b"i8", b"i16", b"i32", b"i64", b"usize", b"isize", b"f32", b"f64"];
    digits > 0 && (digits <= 9 && known.contains(&unit) || typed.contains(&unit.strip_prefix(b"_").unwrap_or(unit)))
        || typed.iter().any(|suffix| {
            lower.strip_suffix(*suffix).is_some_and(|n| !n.is_empty() && n.iter().all(u8::is_ascii_digit))
        })
}

fn is_version(lower: &[u8]) -> bool {
    let body = lower
        .strip_prefix(b"v")
        .or_else(|| lower.strip_prefix(b"^"))
        .or_else(|| lower.strip_prefix(b"~"))
        .unwrap_or(lower);
    let head = body.iter().take_while(|b| b.is_ascii_digit() || **b == b'.').count();
    let dots = memchr::memchr_iter(b'.', body.get(..head).unwrap_or_default()).count();
    body.first().is_some_and(u8::is_ascii_digit)
        && (1..=3).contains(&dots)
        && head <= 14
        && (head == body.len() || matches!(body.get(head), Some(b'-' | b'+')))
}

/// Numbers with dots between, the first of them 0, 1 or 2: ASN.1's names of algorithms and fields.
fn is_object_id(value: &[u8]) -> bool {
    let parts = || value.split(|&b| b == b'.');
    matches!(value, [b'0'..=b'2', b'.', ..])
        && parts().count() >= 4
        && parts().all(|part| (1..=10).contains(&part.len()) && part.iter().all(u8::is_ascii_digit))
}

fn is_mime(lower: &[u8]) -> bool {
    [&b"application/"[..], b"text/", b"image/", b"audio/", b"video/", b"multipart/", b"font/"]
        .iter()
        .any(|kind| lower.starts_with(kind))
}

/// A CSS selector, flag or mention: a mark, then a name.
fn is_selector(value: &[u8]) -> bool {
    match value {
        [b'#' | b'.' | b'@' | b':', rest @ ..] | [b'-', b'-', rest @ ..] => {
            rest.len() >= 3
                && rest.iter().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'_' | b'.' | b' ' | b'#' | b'>'))
                && super::name::reads_as_words(rest)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_other_things() {
        let cases = [
            ("https://example.org/token", Shape::Url),
            ("someone@example.org", Shape::Email),
            ("/etc/ssl/private/server.key", Shape::Path),
            ("config/secrets.yml", Shape::Path),
            ("C:\\keys", Shape::Path),
            ("1.2.3", Shape::Version),
            ("1.2.840.113549.1.9.7", Shape::ObjectId),
            ("0x8004400a", Shape::Number),
            ("guest@", Shape::Email),
            ("2024-01-31T10:00:00Z", Shape::Date),
            ("86400", Shape::Number),
            ("10.0.0.1:8080", Shape::Address),
            ("123e4567-e89b-12d3-a456-426614174000", Shape::Uuid),
            ("application/json", Shape::Mime),
            ("sha512-abc", Shape::Integrity),
            ("#add-password", Shape::Selector),
            ("arn:aws:iam::aws:policy/X", Shape::Resource),
        ];
        for (value, want) in cases {
            assert_eq!(find(value.as_bytes()), Some(want), "{value}");
        }
    }

    #[test]
    fn credentials_have_none_of_them() {
        for value in [
            "hunter2",
            "tqvyuikedjsy",
            "aB3/xY9+kLmN==",
            "super$ecret",
            "k/3Zq/99xbvQ",
            "0xAb19D82E7f546cC3",
            "3.14.a9",
        ] {
            assert_eq!(find(value.as_bytes()), None, "{value}");
        }
    }
}
