//! The one type that holds a credential's bytes. It cannot be printed by accident.

use std::fmt;

/// A credential, as found (after decoding, where it was encoded).
///
/// There is no `Display` and no `Serialize`; `Debug` shows the length only. Everything a person or a
/// file sees goes through [`Secret::redacted`]; [`Secret::expose`] is for scoring, fingerprints and
/// `--show-secrets` alone.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Secret(Box<[u8]>);

/// Secrets shorter than this show none of their bytes when redacted: of a 12-byte password, four
/// visible bytes would be a third.
const SHOW_PREFIX_FROM: usize = 16;
/// How many leading bytes a redacted secret shows.
const SHOWN_PREFIX: usize = 4;

impl Secret {
    /// Takes a copy of `bytes`.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The plaintext. Do not print, log, or store what this returns.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// Length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are no bytes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What may be shown: at most the first four bytes (none of a secret shorter than 16 bytes; no
    /// byte that is not printable ASCII) and the length, as in `ghp_… (40 bytes)`.
    #[must_use]
    pub fn redacted(&self) -> String {
        format!("{}… ({} bytes)", self.prefix(), self.0.len())
    }

    /// The bytes that [`Secret::redacted`] shows.
    #[must_use]
    pub fn prefix(&self) -> String {
        let mut shown = String::new();
        if self.0.len() >= SHOW_PREFIX_FROM {
            let printable = self.0.iter().take(SHOWN_PREFIX).take_while(|b| b.is_ascii_graphic());
            shown.extend(printable.map(|&b| char::from(b)));
        }
        shown
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
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
    fn short_secrets_and_hostile_bytes_show_nothing() {
        assert_eq!(Secret::new(b"hunter2hunter2").redacted(), "… (14 bytes)");
        assert_eq!(Secret::new(b"\x1b[31mabcdefghijklmnop").redacted(), "… (21 bytes)");
    }
}
