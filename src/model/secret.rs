//! The one type that holds a credential's bytes. It cannot be printed by accident.

use std::fmt;

/// A credential, as found (after decoding, where it was encoded).
///
/// There is no `Display` and no `Serialize`; `Debug` shows the length only. Everything a person or a
/// file sees goes through [`Secret::redacted`]; [`Secret::expose`] is for scoring, fingerprints and
/// `--show-secrets` alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret {
    bytes: Box<[u8]>,
    /// Of a saved report that does not hold the plaintext: what may be shown. `bytes` are none then.
    told: Option<Box<str>>,
}

/// Secrets shorter than this show none of their bytes when redacted: of a 12-byte password, four
/// visible bytes would be a third.
const SHOW_PREFIX_FROM: usize = 16;
/// How many leading bytes a redacted secret shows.
const SHOWN_PREFIX: usize = 4;

impl Secret {
    /// Takes a copy of `bytes`.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self { bytes: bytes.into(), told: None }
    }

    /// One of which no more is known than a report tells: what [`Secret::redacted`] once gave.
    #[must_use]
    pub fn told(redacted: &str) -> Self {
        Self { bytes: Box::default(), told: Some(redacted.into()) }
    }

    /// Whether its plaintext is known.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.told.is_none()
    }

    /// The plaintext; empty where it is not known. Do not print, log, or store what this returns.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.bytes
    }

    /// Length in bytes; 0 where the plaintext is not known.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// What may be shown: at most the first four bytes (none of a secret shorter than 16 bytes; no
    /// byte that is not printable ASCII) and the length, as in `ghp_… (40 bytes)`.
    #[must_use]
    pub fn redacted(&self) -> String {
        match &self.told {
            Some(told) => told.to_string(),
            None => format!("{}… ({} bytes)", self.prefix(), self.len()),
        }
    }

    /// The bytes that [`Secret::redacted`] shows.
    #[must_use]
    pub fn prefix(&self) -> String {
        let mut shown = String::new();
        if self.len() >= SHOW_PREFIX_FROM {
            let printable = self.bytes.iter().take(SHOWN_PREFIX).take_while(|b| b.is_ascii_graphic());
            shown.extend(printable.map(|&b| char::from(b)));
        }
        shown
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_and_redaction_never_show_the_tail() {
        let secret = Secret::new(b"abcdefghijklmnopqrstuvwxyz");
        assert_eq!(format!("{secret:?}"), "Secret(26 bytes)");
        assert_eq!(secret.redacted(), "abcd… (26 bytes)");
    }

    #[test]
    fn what_was_told_is_told_again() {
        let told = Secret::told(&Secret::new(b"abcdefghijklmnopqrstuvwxyz").redacted());
        assert_eq!((told.redacted().as_str(), told.expose(), told.is_known()), ("abcd… (26 bytes)", &b""[..], false));
    }

    #[test]
    fn short_secrets_and_hostile_bytes_show_nothing() {
        assert_eq!(Secret::new(b"hunter2hunter2").redacted(), "… (14 bytes)");
        assert_eq!(Secret::new(b"\x1b[31mabcdefghijklmnop").redacted(), "… (21 bytes)");
    }
}
