//! NATS seeds: base32 of two prefix bytes, 32 bytes of seed and a CRC16.
//!
//! Facts: nats-io/nkeys (`strkey.go`): the first byte's top five bits spell `S`; its low three and the next
//! byte's top five spell who the seed is for.

use super::Proof;
use super::text::base32;

/// A seed: 58 characters, 36 bytes.
pub(super) fn seed(secret: &[u8]) -> Proof {
    let Some(bytes) = base32(secret).filter(|bytes| bytes.len() == 36) else { return Proof::unknown() };
    let Some((body, sum)) = bytes.split_last_chunk::<2>() else { return Proof::unknown() };
    let proof = Proof::checksum(crc16_xmodem(body) == u16::from_le_bytes(*sum));
    match secret.get(1) {
        Some(b'O') => proof.note("seed of a NATS operator"),
        Some(b'A') => proof.note("seed of a NATS account"),
        Some(b'U') => proof.note("seed of a NATS user"),
        Some(b'N') => proof.note("seed of a NATS server"),
        Some(b'C') => proof.note("seed of a NATS cluster"),
        Some(b'X') => proof.note("seed of a NATS curve key"),
        _ => proof,
    }
}

fn crc16_xmodem(data: &[u8]) -> u16 {
    data.iter().fold(0, |sum: u16, &byte| {
        (0..8).fold(sum ^ u16::from(byte) << 8, |sum, _| if sum & 0x8000 == 0 { sum << 1 } else { sum << 1 ^ 0x1021 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The check value of CRC-16/XMODEM in the catalogue of parametrised CRC algorithms.
    #[test]
    fn crc_is_xmodem() {
        assert_eq!(crc16_xmodem(b"123456789"), 0x31c3);
    }
}
