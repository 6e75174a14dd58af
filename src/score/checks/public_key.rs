//! The public half of a private key, as OpenSSH writes and fingerprints it: an owner finds by the fingerprint where
//! the key is trusted (`authorized_keys`, deploy keys, server logs).
//!
//! Facts: RFC 4253 section 6.6 and RFC 5656 section 3.1 (the blobs), `ssh-keygen -l` (base64 of SHA-256, unpadded).

use sha2::{Digest, Sha256};

/// A public key in SSH's wire form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PublicKey(Vec<u8>);

impl PublicKey {
    /// A blob as a key file holds it.
    pub(super) fn of_blob(blob: &[u8]) -> Self {
        Self(blob.to_vec())
    }

    /// An RSA key: DER integers are written as SSH's are.
    pub(super) fn rsa(modulus: &[u8], exponent: &[u8]) -> Self {
        Self::of_strings(&[b"ssh-rsa", exponent, modulus])
    }

    /// A DSA key.
    pub(super) fn dsa([p, q, g, y]: [&[u8]; 4]) -> Self {
        Self::of_strings(&[b"ssh-dss", p, q, g, y])
    }

    /// A point on a NIST curve; `None` for curves SSH does not use.
    pub(super) fn ec(curve: &str, point: &[u8]) -> Option<Self> {
        let (name, curve): (&[u8], &[u8]) = match curve {
            "P-256" => (b"ecdsa-sha2-nistp256", b"nistp256"),
            "P-384" => (b"ecdsa-sha2-nistp384", b"nistp384"),
            "P-521" => (b"ecdsa-sha2-nistp521", b"nistp521"),
            _ => return None,
        };
        Some(Self::of_strings(&[name, curve, point]))
    }

    /// An Ed25519 key.
    pub(super) fn ed25519(point: &[u8]) -> Self {
        Self::of_strings(&[b"ssh-ed25519", point])
    }

    fn of_strings(strings: &[&[u8]]) -> Self {
        let mut blob = Vec::new();
        for string in strings {
            blob.extend(u32::try_from(string.len()).unwrap_or(u32::MAX).to_be_bytes());
            blob.extend_from_slice(string);
        }
        Self(blob)
    }

    /// As `ssh-keygen -l` prints it.
    pub(super) fn fingerprint(&self) -> String {
        const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut text = String::from("SHA256:");
        for group in Sha256::digest(&self.0).chunks(3) {
            let bits = group.iter().fold(0_u32, |bits, &byte| bits << 8 | u32::from(byte)) << (8 * (3 - group.len()));
            for at in 0..=group.len() {
                text.push(char::from(DIGITS[(bits >> (18 - 6 * at)) as usize & 63]));
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `ssh-keygen -lf` says of the Ed25519 key whose 32 bytes are 0, 1, 2, ..., 31.
    #[test]
    fn a_fingerprint_is_the_one_of_ssh_keygen() {
        let point: Vec<u8> = (0..32).collect();
        assert_eq!(PublicKey::ed25519(&point).fingerprint(), "SHA256:ZkAslGjFiUHdGf/WUL8rQvkib4PTvQatUV0OUQSncCA");
    }

    #[test]
    fn curves_that_ssh_does_not_know_have_none() {
        assert_eq!(PublicKey::ec("secp256k1", &[4; 65]), None);
        assert!(PublicKey::ec("P-256", &[4; 65]).is_some());
    }
}
