//! The one type that holds a credential's bytes. It cannot be printed by accident.

use std::fmt;
use std::hash::{Hash, Hasher};

/// A credential, as found (after decoding, where it was encoded).
///
/// There is no `Display` and no `Serialize`; `Debug` shows the length only. Everything a person or a
/// file sees goes through [`Secret::redacted`]; [`Secret::expose`] is for scoring, fingerprints and
/// `--show-secrets` alone.
#[derive(Clone)]
pub struct Secret {
    bytes: Box<[u8]>,
    /// How many leading bytes belong to the format and may be shown.
    shown: u8,
    /// Of a saved report that does not hold the plaintext: what may be shown. `bytes` are none then.
    told: Option<Box<str>>,
}

/// At least so many bytes stay hidden, whatever a rule says of the rest.
const HIDDEN: usize = 12;

impl Secret {
    /// Takes a copy of `bytes`, of which reports show nothing.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self::with_prefix(bytes, 0)
    }

    /// Takes a copy of `bytes`, of which the first `prefix` are the same in every credential of its format
    /// (`ghp_`), so that reports may show them. Where fewer than 12 bytes would stay hidden nothing is shown.
    #[must_use]
    pub fn with_prefix(bytes: &[u8], prefix: usize) -> Self {
        let shown = if prefix + HIDDEN <= bytes.len() { u8::try_from(prefix).unwrap_or(0) } else { 0 };
        Self { bytes: bytes.into(), shown, told: None }
    }

    /// One of which no more is known than a report tells: what [`Secret::redacted`] once gave.
    #[must_use]
    pub fn told(redacted: &str) -> Self {
        Self { bytes: Box::default(), shown: 0, told: Some(redacted.into()) }
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

    /// What may be shown: the first bytes, if they are the same in all credentials of the format (see
    /// [`Secret::with_prefix`]; no byte that is not printable ASCII) and the length, as in `ghp_… (40 bytes)`.
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
        let shown = self.bytes.iter().take(usize::from(self.shown)).take_while(|b| b.is_ascii_graphic());
        shown.map(|&b| char::from(b)).collect()
    }
}

// What is shown of a credential is no part of which credential it is.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.bytes == other.bytes && self.told == other.told
    }
}

impl Eq for Secret {}

impl Hash for Secret {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.bytes.hash(state);
        self.told.hash(state);
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
        let secret = Secret::with_prefix(b"abc_efghijklmnopqrstuvwxyz", 4);
        assert_eq!(format!("{secret:?}"), "Secret(26 bytes)");
        assert_eq!(secret.redacted(), "abc_… (26 bytes)");
    }

    /// Regression: of every credential of 16 bytes and more the first four were shown, also of a password.
    #[test]
    fn what_has_no_prefix_of_its_own_shows_nothing_at_all() {
        assert_eq!(Secret::new(b"correct horse battery staple").redacted(), "… (28 bytes)");
        assert_eq!(Secret::with_prefix(b"abc_efghijklmno", 4).redacted(), "… (15 bytes)");
        assert_eq!(Secret::with_prefix(b"\x1b[31mabcdefghijklmnop", 4).redacted(), "… (21 bytes)");
    }

    #[test]
    fn what_was_told_is_told_again() {
        let told = Secret::told(&Secret::with_prefix(b"abcdefghijklmnopqrstuvwxyz", 4).redacted());
        assert_eq!((told.redacted().as_str(), told.expose(), told.is_known()), ("abcd… (26 bytes)", &b""[..], false));
    }

    #[test]
    fn short_secrets_and_hostile_bytes_show_nothing() {
        assert_eq!(Secret::new(b"hunter2hunter2").redacted(), "… (14 bytes)");
        assert_eq!(Secret::new(b"\x1b[31mabcdefghijklmnop").redacted(), "… (21 bytes)");
    }
}
