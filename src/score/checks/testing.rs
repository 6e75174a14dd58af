//! Encoders for tests: written apart from the readers they judge.

/// Unpadded base64url.
pub(super) fn to_base64(bytes: &[u8]) -> String {
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".as_bytes();
    to_characters(bytes, 6, alphabet)
}

/// Unpadded base32.
pub(super) fn to_base32(bytes: &[u8]) -> String {
    to_characters(bytes, 5, b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")
}

fn to_characters(bytes: &[u8], width: usize, alphabet: &[u8]) -> String {
    let bits: Vec<u8> = bytes.iter().flat_map(|b| format!("{b:08b}").into_bytes()).collect();
    bits.chunks(width)
        .map(|chunk| {
            let digits = format!("{:0<width$}", String::from_utf8_lossy(chunk));
            char::from(alphabet[usize::from_str_radix(&digits, 2).unwrap()])
        })
        .collect()
}

/// A deterministic stream of bytes for drawing tokens (xorshift64*).
pub(super) struct Draw(pub(super) u64);

impl Draw {
    pub(super) fn byte(&mut self) -> u8 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 56) as u8
    }

    pub(super) fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| self.byte()).collect()
    }

    pub(super) fn text(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count).map(|_| char::from(alphabet[usize::from(self.byte()) % alphabet.len()])).collect()
    }
}
