//! The 2,048 English words of BIP-39 (<https://github.com/bitcoin/bips/blob/master/bip-0039/english.txt>), of which
//! seed phrases are made. Plain data, used where phrases are proven and where examples of them are drawn.

const WORDS: &str = include_str!("bip39.txt");

/// The eleven bits that a word stands for.
#[must_use]
pub fn bits(word: &[u8]) -> Option<u16> {
    WORDS.lines().position(|known| known.as_bytes() == word).and_then(|at| u16::try_from(at).ok())
}

/// The word that stands for eleven bits; higher bits do not count.
#[must_use]
pub fn word(bits: u16) -> &'static str {
    WORDS.lines().nth(usize::from(bits & 0x7ff)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_bits_are_each_other_s() {
        for at in [0, 1, 1000, 2047] {
            assert_eq!(bits(word(at).as_bytes()), Some(at));
        }
        assert_eq!(WORDS.lines().count(), 2048);
        assert_eq!(bits(b"portcullis"), None);
    }
}
