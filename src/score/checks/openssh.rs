//! OpenSSH's own private key format (`PROTOCOL.key` in its source): `openssh-key-v1`, length-prefixed strings.

use super::der::{Key, bits};
use super::public_key::PublicKey;

const MAGIC: &[u8] = b"openssh-key-v1\0";

fn string<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, after) = rest.split_first_chunk::<4>()?;
    let (body, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
    *rest = after;
    Some(body)
}

/// Reads a whole key; `None` where it is none, or cut.
pub(super) fn private_key(bytes: &[u8]) -> Option<Key> {
    let mut rest = bytes.strip_prefix(MAGIC)?;
    let (cipher, kdf, _options) = (string(&mut rest)?, string(&mut rest)?, string(&mut rest)?);
    let (count, after) = rest.split_first_chunk::<4>()?;
    rest = after;
    if u32::from_be_bytes(*count) == 0 {
        return None;
    }
    let mut public = string(&mut rest)?;
    let private = string(&mut rest)?;
    let encrypted = cipher != b"none" || kdf != b"none";
    // Unencrypted, the private part begins with the same random number twice.
    let (first, after) = private.split_first_chunk::<4>()?;
    if !encrypted && !after.starts_with(first) {
        return None;
    }
    let whole = PublicKey::of_blob(public);
    Some(Key { what: kind(string(&mut public)?, public), encrypted, public: Some(whole) })
}

/// Whether `bytes` begins as such a key does.
pub(super) fn begins_private_key(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

fn kind(name: &[u8], mut rest: &[u8]) -> String {
    match name {
        b"ssh-ed25519" => "Ed25519".to_owned(),
        b"ssh-rsa" => {
            let _exponent = string(&mut rest);
            format!("RSA, {} bits", bits(string(&mut rest).unwrap_or_default()))
        }
        b"ssh-dss" => "DSA".to_owned(),
        b"ecdsa-sha2-nistp256" => "EC, P-256".to_owned(),
        b"ecdsa-sha2-nistp384" => "EC, P-384".to_owned(),
        b"ecdsa-sha2-nistp521" => "EC, P-521".to_owned(),
        _ if name.starts_with(b"sk-") => "on a hardware security key".to_owned(),
        _ => "of a kind we do not know".to_owned(),
    }
}
