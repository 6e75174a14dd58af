//! A credential's identity: a keyed hash of the rule and the credential's bytes.
//!
//! Line, file and commit are not in it, so it survives moved lines, renames, squashes and rebases. It is
//! keyed, so that a short password cannot be guessed from a committed baseline by whoever lacks the key.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::model::{Fingerprint, Secret};

/// Bytes in a block of SHA-256, which HMAC pads its key to.
const BLOCK: usize = 64;

/// The key of all fingerprints of a repository. `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct Key([u8; 32]);

impl Key {
    /// A key of these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Fewest bytes that make a key: fewer could be guessed.
    pub const LEAST_BYTES: usize = 16;

    /// The key made of a secret file's bytes (their SHA-256), or `None` if they are fewer than
    /// [`Key::LEAST_BYTES`].
    #[must_use]
    pub fn derive(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= Self::LEAST_BYTES).then(|| Self(Sha256::digest(bytes).into()))
    }

    /// A seal over these parts, one after the other, which nobody without the key can make.
    #[must_use]
    pub fn seal(&self, parts: &[&[u8]]) -> [u8; 32] {
        hmac_sha256(&self.0, &[&[&b"portcullis seal v1\0"[..]], parts].concat())
    }

    /// What tells this key from others without telling it.
    #[must_use]
    pub fn mark(&self) -> Fingerprint {
        first_16(hmac_sha256(&self.0, &[b"portcullis key mark v1"]))
    }

    /// The key used where none is configured. It is public: fingerprints made with it hide a long random
    /// token, but a short password can be guessed from one.
    #[must_use]
    pub const fn unkeyed() -> Self {
        Self(*b"portcullis fingerprint v1 no key")
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if *self == Self::unkeyed() { "Key(public)" } else { "Key(hidden)" })
    }
}

/// The fingerprint of a credential that the named rule found: the first 16 bytes of
/// HMAC-SHA256(key, rule id, NUL, credential). The credential is taken as it is; nothing is normalised.
#[must_use]
pub fn fingerprint(key: &Key, rule_id: &str, secret: &Secret) -> Fingerprint {
    let mac = hmac_sha256(&key.0, &[rule_id.as_bytes(), b"\0", secret.expose()]);
    first_16(mac)
}

fn first_16(mac: [u8; 32]) -> Fingerprint {
    let mut first = [0; 16];
    first.copy_from_slice(&mac[..16]);
    Fingerprint(first)
}

/// HMAC (RFC 2104) with SHA-256 over the parts, one after the other.
fn hmac_sha256(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut padded = [0; BLOCK];
    if key.len() > BLOCK {
        padded[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        padded[..key.len()].copy_from_slice(key);
    }
    let mut inner = Sha256::new_with_prefix(padded.map(|byte| byte ^ 0x36));
    for part in parts {
        inner.update(part);
    }
    let outer = Sha256::new_with_prefix(padded.map(|byte| byte ^ 0x5c)).chain_update(inner.finalize());
    outer.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        use std::fmt::Write as _;
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").unwrap();
            text
        })
    }

    /// Test cases 1, 2, 3, 4, 6 and 7 of RFC 4231 (5 is about truncation).
    #[test]
    fn hmac_holds_against_rfc_4231() {
        let counting: Vec<u8> = (1..=25).collect();
        let cases: &[(&[u8], &[u8], &str)] = &[
            (&[0x0b; 20], b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
            (
                b"Jefe",
                b"what do ya want for nothing?",
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
            (&counting, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
            (
                &[0xaa; 131],
                b"Test Using Larger Than Block-Size Key - Hash Key First",
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
            (
                &[0xaa; 131],
                b"This is a test using a larger than block-size key and a larger than block-size data. \
                  The key needs to be hashed before being used by the HMAC algorithm.",
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
            ),
        ];
        for (key, data, want) in cases {
            assert_eq!(&hex(&hmac_sha256(key, &[data])), want);
            let (head, tail) = data.split_at(data.len() / 3);
            assert_eq!(&hex(&hmac_sha256(key, &[head, b"", tail])), want);
        }
    }

    #[test]
    fn rule_secret_and_key_each_change_the_fingerprint() {
        let (key, other) = (Key::unkeyed(), Key::from_bytes([7; 32]));
        let secret = Secret::new(b"some bytes");
        let base = fingerprint(&key, "a-rule", &secret);
        assert_eq!(base, fingerprint(&key, "a-rule", &Secret::new(b"some bytes")));
        assert_ne!(base, fingerprint(&other, "a-rule", &secret));
        assert_ne!(base, fingerprint(&key, "b-rule", &secret));
        assert_ne!(base, fingerprint(&key, "a-rule", &Secret::new(b"some bytes ")));
        // The NUL keeps the two apart.
        assert_ne!(fingerprint(&key, "a", &Secret::new(b"bc")), fingerprint(&key, "ab", &Secret::new(b"c")));
    }

    /// A committed baseline must keep its meaning: this value may never change.
    #[test]
    fn fingerprints_are_stable() {
        let print = fingerprint(&Key::unkeyed(), "example-rule", &Secret::new(b"example"));
        assert_eq!(print.to_string(), "e083194a5108d3a69c8c8c181c5a7aa4");
    }

    #[test]
    fn debug_hides_the_key() {
        assert_eq!(format!("{:?}", Key::from_bytes([0x41; 32])), "Key(hidden)");
        assert_eq!(format!("{:?}", Key::unkeyed()), "Key(public)");
    }
}
