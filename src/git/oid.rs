//! Object ids, of both hash functions git has.

use std::fmt;

/// Which hash function names a repository's objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HashKind {
    /// SHA-1: 20 bytes.
    Sha1,
    /// SHA-256: 32 bytes.
    Sha256,
}

impl HashKind {
    /// Bytes in an object id.
    #[must_use]
    pub const fn width(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    pub(super) const fn to_gix(self) -> gix::hash::Kind {
        match self {
            Self::Sha1 => gix::hash::Kind::Sha1,
            Self::Sha256 => gix::hash::Kind::Sha256,
        }
    }
}

/// The name of an object: 20 bytes (SHA-1) or 32 (SHA-256).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid {
    bytes: [u8; 32],
    kind: Width,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Width {
    Sha1,
    Sha256,
}

/// The value of a hexadecimal digit; 255 if it is none.
const fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        b'A'..=b'F' => byte - b'A' + 10,
        _ => 255,
    }
}

impl Oid {
    /// The id with these raw bytes; `None` unless they are 20 or 32.
    #[must_use]
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        let kind = match raw.len() {
            20 => Width::Sha1,
            32 => Width::Sha256,
            _ => return None,
        };
        let mut bytes = [0; 32];
        bytes.get_mut(..raw.len())?.copy_from_slice(raw);
        Some(Self { bytes, kind })
    }

    /// The id with these 40 or 64 hexadecimal digits.
    #[must_use]
    pub fn from_hex(hex: &[u8]) -> Option<Self> {
        if hex.len() != 40 && hex.len() != 64 {
            return None;
        }
        let mut raw = [0; 32];
        let mut wrong = 0;
        for (byte, pair) in raw.iter_mut().zip(hex.chunks_exact(2)) {
            let (high, low) = (digit(pair[0]), digit(pair[1]));
            wrong |= high | low;
            *byte = high << 4 | low & 15;
        }
        if wrong > 15 {
            return None;
        }
        Self::from_bytes(raw.get(..hex.len() / 2)?)
    }

    /// The raw bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        let len = self.hash_kind().width();
        &self.bytes[..len]
    }

    /// Which hash function made it (told by its length).
    #[must_use]
    pub const fn hash_kind(&self) -> HashKind {
        match self.kind {
            Width::Sha1 => HashKind::Sha1,
            Width::Sha256 => HashKind::Sha256,
        }
    }

    /// Whether all its bytes are zero: git's way of writing "no object".
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.bytes == [0; 32]
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Oid({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::Oid;

    #[test]
    fn hex_of_both_lengths_comes_back_and_nothing_else_is_an_id() {
        for hex in ["0123456789abcdef0123456789abcdef01234567".to_owned(), "f0".repeat(32)] {
            assert_eq!(Oid::from_hex(hex.as_bytes()).map(|id| id.to_string()), Some(hex));
        }
        for bad in ["", "00", &"g".repeat(40), &"+1".repeat(20), &"0".repeat(41)] {
            assert_eq!(Oid::from_hex(bad.as_bytes()), None, "{bad:?}");
        }
    }
}
