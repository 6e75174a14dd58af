//! Seed phrases of cryptocurrency wallets (BIP-39): 12 to 24 words of a list of 2,048; the last bits are the first of
//! the SHA-256 of the others.

use sha2::{Digest, Sha256};

use super::Proof;
use crate::model::bip39;

/// Words in a row that are no phrase are prose.
const PROSE: i16 = 100;

/// A phrase with single spaces between its words.
pub(super) fn phrase(secret: &[u8]) -> Proof {
    let words: Vec<&[u8]> = secret.split(|&b| b == b' ').collect();
    if !matches!(words.len(), 12 | 15 | 18 | 21 | 24) {
        return Proof::invalid("no seed phrase has so many words").demote(PROSE);
    }
    let Some(numbers) = words.iter().map(|word| bip39::bits(&word.to_ascii_lowercase())).collect::<Option<Vec<u16>>>()
    else {
        return Proof::invalid("not all its words are in the list of seed words").demote(PROSE);
    };
    let proof = if checksum_holds(&numbers) {
        Proof::valid("its words are seed words and their checksum holds")
    } else {
        // One word written wrongly, or a made-up row of seed words: no prose has twelve of them.
        Proof::unknown().note("its words are seed words, but their checksum does not hold").demote(5)
    };
    proof.tell(format!("{} words", words.len()))
}

fn checksum_holds(numbers: &[u16]) -> bool {
    let bit = |at: usize| numbers.get(at / 11).is_some_and(|number| number >> (10 - at % 11) & 1 == 1);
    let entropy_bits = numbers.len() * 32 / 3;
    let byte = |at: usize| (0..8).fold(0_u8, |byte, offset| byte << 1 | u8::from(bit(at * 8 + offset)));
    let entropy: Vec<u8> = (0..entropy_bits / 8).map(byte).collect();
    let digest = Sha256::digest(&entropy);
    let wanted = |at: usize| digest.get(at / 8).is_some_and(|byte| byte >> (7 - at % 8) & 1 == 1);
    (0..numbers.len() / 3).all(|at| bit(entropy_bits + at) == wanted(at))
}

#[cfg(test)]
mod tests {
    use super::super::Outcome;
    use super::*;

    /// The first test vector of BIP-39's reference: entropy of zeros.
    #[test]
    fn the_published_vector_holds_and_a_changed_one_does_not() {
        let (word, last) = (bip39::word(0), bip39::word(3));
        let phrase_of = |last: &str| [&[word; 11][..], &[last]].concat().join(" ").into_bytes();
        assert_eq!(phrase(&phrase_of(last)).outcome, Outcome::Valid);
        assert_eq!(phrase(&phrase_of(bip39::word(4))).outcome, Outcome::Unknown);
        assert!(phrase(b"the quick brown fox jumps over the lazy dog and runs off").adjust <= -PROSE);
        assert!(phrase(b"abandon").adjust <= -PROSE);
    }
}
