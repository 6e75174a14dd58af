//! age identities: Bech32 (BIP 173), human-readable part `age-secret-key-`.

use super::Proof;

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// An identity as `age-keygen` writes it: 32 bytes, upper case (lower case means the same).
pub(super) fn age(secret: &[u8]) -> Proof {
    if secret.len() > 128 {
        return Proof::unknown();
    }
    Proof::checksum(holds(secret))
}

fn holds(text: &[u8]) -> bool {
    let mixed = text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    let lower = text.to_ascii_lowercase();
    let Some(separator) = lower.iter().rposition(|&b| b == b'1') else { return false };
    let (prefix, data) = (&lower[..separator], &lower[separator + 1..]);
    let values: Option<Vec<u8>> =
        data.iter().map(|b| ALPHABET.iter().position(|a| a == b).map(|at| at as u8)).collect();
    let Some(values) = values.filter(|values| values.len() >= 6) else { return false };
    let expanded = prefix.iter().map(|b| b >> 5).chain([0]).chain(prefix.iter().map(|b| b & 31));
    !mixed && prefix == b"age-secret-key-" && polymod(expanded.chain(values)) == 1
}

fn polymod(values: impl Iterator<Item = u8>) -> u32 {
    const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];
    values.fold(1, |sum, value| {
        let shifted = (sum & 0x01ff_ffff) << 5 ^ u32::from(value);
        let top = sum >> 25;
        GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1).fold(shifted, |sum, (_, term)| sum ^ term)
    })
}
