//! Values in a place where nothing but a password stands: in a URL, on a command line, in `.netrc`.

use std::borrow::Cow;

use super::facts::Facts;
use super::shape::{self, Shape};
use super::signals::NEVER;
use super::{code, placeholder};
use crate::model::Reason;
use crate::rules::Kind;

/// What stands in the place of a password, if it is none.
pub(super) fn stand_in(facts: &Facts<'_>) -> Option<Reason> {
    let plain = if facts.kind == Kind::Url { percent_decoded(facts.value).into() } else { Cow::Borrowed(facts.value) };
    if let Some(found) = placeholder::find(&plain, false) {
        Some(Reason::new(NEVER, found.reason()))
    } else if plain.len() < 3 {
        Some(Reason::new(NEVER, "the password is very short"))
    } else {
        // What a table of users holds is the digest of a password.
        if facts.provider == "table" && shape::is_digest(&plain) {
            return Some(Reason::new(NEVER, Shape::Digest.reason()));
        }
        let place = (facts.kind == Kind::Place).then(|| no_password(&plain)).flatten();
        place.or_else(|| reference(&plain))
    }
}

/// What names a credential, or is made of one, and is none: `arn:aws:secretsmanager:...`, `ENC[...]`, `sha256:...`.
fn reference(value: &[u8]) -> Option<Reason> {
    let shape = shape::find(value)?;
    matches!(shape, Shape::Resource | Shape::Integrity | Shape::Encrypted | Shape::PasswordHash)
        .then(|| Reason::new(NEVER, shape.reason()))
}

/// What else may stand where a password is expected: `-p3306:3306`, `-p src/main.rs`.
fn no_password(value: &[u8]) -> Option<Reason> {
    if code::is_quoted_code(value) {
        return Some(Reason::new(NEVER, "the value is code that is evaluated elsewhere"));
    }
    let ports = value.contains(&b':') && value.iter().all(|b| b.is_ascii_digit() || *b == b':');
    let shape = shape::find(value)
        .filter(|shape| matches!(shape, Shape::Path | Shape::Url | Shape::Address | Shape::Email | Shape::Claimless));
    let told = if ports { Some("the value is a pair of ports") } else { shape.map(Shape::reason) };
    told.map(|told| Reason::new(NEVER, told))
}

/// `p%40ss` as `p@ss`.
fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&byte, tail)) = rest.split_first() {
        let digit = |at: usize| tail.get(at).and_then(|&digit| char::from(digit).to_digit(16));
        match digit(0).zip(digit(1)) {
            Some((high, low)) if byte == b'%' => {
                out.push((16 * high + low) as u8);
                rest = tail.get(2..).unwrap_or_default();
            }
            _ => {
                out.push(byte);
                rest = tail;
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn only_two_hexadecimal_digits_are_decoded() {
        for (text, decoded) in [("p%40ss%2", "p@ss%2"), ("%+5%-1% 4", "%+5%-1% 4"), ("%%41%zz", "%A%zz")] {
            assert_eq!(percent_decoded(text.as_bytes()), decoded.as_bytes(), "{text}");
        }
    }
}
