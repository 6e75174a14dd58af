//! Bitcoin private keys: `Base58Check`, four bytes of double SHA-256.

use sha2::{Digest, Sha256};

use super::Proof;

const ALPHABET: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";

/// Longest text decoded: an extended key has 111 characters, and base 58 costs the square of the length.
const LONGEST: usize = 128;

/// A WIF key (or an extended private key, which shares its checksum).
pub(super) fn wif(secret: &[u8]) -> Proof {
    if secret.len() > LONGEST {
        return Proof::unknown();
    }
    let Some(bytes) = decode(secret) else { return Proof::invalid("not base58") };
    let Some((body, sum)) = bytes.split_last_chunk::<4>() else { return Proof::checksum(false) };
    if !Sha256::digest(Sha256::digest(body)).starts_with(sum) {
        return Proof::checksum(false);
    }
    let proof = Proof::checksum(true);
    match (body.len(), body.first()) {
        (33 | 34, Some(0x80)) => proof.note("Bitcoin main network"),
        (33 | 34, Some(0xef)) => proof.note("Bitcoin test network"),
        (78, _) => proof.note("extended private key"),
        _ => proof,
    }
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    // Little-endian bytes, multiplied by 58 for each digit.
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    for digit in text {
        let mut carry = ALPHABET.iter().position(|a| a == digit)? as u32;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(carry as u8);
        }
    }
    let zeros = text.iter().take_while(|&&b| b == b'1').count();
    bytes.extend(std::iter::repeat_n(0, zeros));
    bytes.reverse();
    Some(bytes)
}
