//! `OpenPGP` private key blocks (RFC 4880, RFC 9580): first packet, armour checksum, protection.

use super::der::Key;

/// CRC24 of the armour (RFC 4880, section 6.1).
pub(super) fn crc24(data: &[u8]) -> u32 {
    data.iter().fold(0x00b7_04ce, |sum, &byte| {
        (0..8).fold(sum ^ u32::from(byte) << 16, |sum, _| {
            let shifted = sum << 1;
            if shifted & 0x0100_0000 == 0 { shifted } else { shifted ^ 0x0186_4cfb }
        })
    })
}

/// Reads the first packet; `None` where it is no secret key (tag 5) or subkey (tag 7), or where it is not seen whether a
/// passphrase protects it.
pub(super) fn private_key(bytes: &[u8]) -> Option<Key> {
    let (&head, rest) = bytes.split_first()?;
    let (tag, body) = match head {
        0xc0..=0xff => (head & 0x3f, new_length(rest)?),
        0x80..=0xbf => (head >> 2 & 0x0f, rest.get([1, 2, 4, 0][usize::from(head & 3)]..)?),
        _ => return None,
    };
    if tag != 5 && tag != 7 {
        return None;
    }
    // Version, four bytes of time, algorithm, public numbers, then how the rest is protected.
    let (&[version, _, _, _, _, algorithm], numbers) = body.split_first_chunk()?;
    let kind = match algorithm {
        1..=3 => "RSA",
        16 => "ElGamal",
        17 => "DSA",
        18 => "ECDH",
        19 => "ECDSA",
        22 | 27 | 28 => "EdDSA",
        25 | 26 => "X25519 or X448",
        _ => return None,
    };
    let protection = match version {
        4 => after_public(algorithm, numbers)?,
        // Version 5 (LibrePGP) and 6 (RFC 9580, section 5.5.2) say in four bytes how long the public numbers are.
        5 | 6 => {
            let (length, numbers) = numbers.split_first_chunk::<4>()?;
            numbers.get(usize::try_from(u32::from_be_bytes(*length)).ok()?..)?
        }
        _ => return None,
    };
    Some(Key { what: format!("OpenPGP {kind}"), encrypted: *protection.first()? != 0, public: None })
}

fn new_length(rest: &[u8]) -> Option<&[u8]> {
    rest.get(
        match rest.first()? {
            192..=223 => 2,
            255 => 5,
            _ => 1,
        }..,
    )
}

/// What follows the public numbers of a version 4 key.
fn after_public(algorithm: u8, mut rest: &[u8]) -> Option<&[u8]> {
    let (curve, count) = match algorithm {
        1..=3 => (false, 2),
        16 => (false, 3),
        17 => (false, 4),
        18 | 19 | 22 => (true, 1),
        25 | 27 => return rest.get(32..),
        26 => return rest.get(56..),
        28 => return rest.get(57..),
        _ => return None,
    };
    if curve {
        rest = rest.get(1 + usize::from(*rest.first()?)..)?;
    }
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk::<2>()?;
        rest = after.get(usize::from(u16::from_be_bytes(*length)).div_ceil(8)..)?;
    }
    if algorithm == 18 {
        rest = rest.get(1 + usize::from(*rest.first()?)..)?;
    }
    Some(rest)
}
