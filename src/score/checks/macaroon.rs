//! Macaroons in binary form, version 2, as the Python package index's tokens are.
//!
//! Layout (libmacaroons, `doc/format.txt`): a version byte, then sections of fields (type, length as a
//! varint, bytes), each section ended by a zero byte; an empty section ends the caveats, the signature follows.

use super::Proof;
use super::text::{base64, quoted};

const LOCATION: u8 = 1;
const IDENTIFIER: u8 = 2;
const SIGNATURE: u8 = 6;

/// `pypi-` and base64url of a macaroon for `pypi.org` or `test.pypi.org`.
pub(super) fn pypi(secret: &[u8]) -> Proof {
    let Some(bytes) = secret.strip_prefix(b"pypi-").and_then(base64) else { return Proof::unknown() };
    match read(&bytes) {
        Some((location, caveats)) if location.ends_with(b"pypi.org") => Proof::valid("a whole macaroon")
            .tell(format!("for {}", quoted(&String::from_utf8_lossy(location))))
            .note(if caveats > 1 { "narrowed by caveats" } else { "one caveat at most" }),
        _ => Proof::malformed("not a whole macaroon"),
    }
}

/// The location and the number of caveats of a macaroon that fills `bytes` and ends in 32 bytes of signature.
fn read(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let mut rest = bytes.strip_prefix(&[2])?;
    let location = field(&mut rest, LOCATION)?;
    let identifier = field(&mut rest, IDENTIFIER)?;
    rest = rest.strip_prefix(&[0])?;
    let mut caveats = 0;
    while !rest.starts_with(&[0]) {
        // A caveat's own location and key are not used by PyPI, but belong to the format.
        while !rest.starts_with(&[0]) {
            let kind = *rest.first()?;
            field(&mut rest, kind)?;
        }
        rest = &rest[1..];
        caveats += 1;
    }
    rest = &rest[1..];
    let signature = field(&mut rest, SIGNATURE)?;
    (!identifier.is_empty() && signature.len() == 32 && matches!(rest, [] | [0])).then_some((location, caveats))
}

fn field<'a>(rest: &mut &'a [u8], kind: u8) -> Option<&'a [u8]> {
    let (&found, after) = rest.split_first()?;
    let (length, after) = varint(after)?;
    let (body, after) = after.split_at_checked(length)?;
    *rest = after;
    (found == kind).then_some(body)
}

fn varint(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut value = 0;
    for (at, &byte) in bytes.iter().enumerate().take(3) {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte < 0x80 {
            return Some((value, &bytes[at + 1..]));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::super::testing::{Draw, to_base64};
    use super::*;

    fn token(location: &str, signature: usize) -> String {
        let mut bytes = vec![2, 1, location.len() as u8];
        bytes.extend(location.as_bytes());
        bytes.extend([2, 36]);
        bytes.extend(Draw(7).bytes(36));
        bytes.push(0);
        let caveat = "{\"version\": 1, \"permissions\": \"user\"}".repeat(5);
        bytes.extend([2, caveat.len() as u8 & 0x7f | 0x80, (caveat.len() >> 7) as u8]);
        bytes.extend(caveat.as_bytes());
        bytes.extend([0, 0, 6, signature as u8]);
        bytes.extend(Draw(8).bytes(signature));
        format!("pypi-{}", to_base64(&bytes))
    }

    #[test]
    fn whole_macaroons_are_valid() {
        for location in ["pypi.org", "test.pypi.org"] {
            assert_eq!(pypi(token(location, 32).as_bytes()).outcome, Outcome::Valid);
        }
    }

    #[test]
    fn cut_or_foreign_ones_are_not() {
        let whole = token("pypi.org", 32);
        for cut in 6..whole.len() - 1 {
            assert_ne!(pypi(&whole.as_bytes()[..cut]).outcome, Outcome::Valid, "cut at {cut}");
        }
        assert!(pypi(token("evil.org", 32).as_bytes()).is_malformed());
        assert!(pypi(token("pypi.org", 31).as_bytes()).is_malformed());
    }
}
