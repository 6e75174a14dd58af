//! Shannon entropy, as a share of what a random string of the same alphabet and length would show.
//!
//! Raw entropy punishes short strings and small alphabets: 40 random hex digits measure 3.7 bits, and a
//! sentence of the same length 3.9. The share puts both where they belong (about 0.98 and 0.75).

use entropy::shannon_entropy;

use super::alphabet::Alphabet;

/// Entropy of `value` in bits a byte, as it was measured, and as a share of a random string's.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Entropy {
    /// Shannon entropy, bits a byte.
    pub(crate) bits: f32,
    /// `bits` divided by what a random string of that alphabet and length would give on average; 1.0 is
    /// random. Cut at 1.0.
    pub(crate) share: f32,
}

/// Measures a value against its alphabet.
#[must_use]
pub(crate) fn measure(value: &[u8], alphabet: Alphabet) -> Entropy {
    let bits = shannon_entropy(value);
    let expected = expected(f32::from(alphabet.size()), value.len());
    let share = if expected > 0.0 { (bits / expected).min(1.0) } else { 0.0 };
    Entropy { bits, share }
}

/// The mean entropy of `len` characters drawn evenly from `size`.
///
/// For len >> size the loss is (size - 1) / (2 len ln 2) bits (Miller and Madow, 1955). For short
/// strings most characters differ, and the entropy is log2(len) less the collisions, of which the
/// expected number is len (len - 1) / (2 size): each costs 2 / len bits. The smaller error of the two is
/// taken on its own side of len = size.
fn expected(size: f32, len: usize) -> f32 {
    let len = f32::from(u16::try_from(len).unwrap_or(u16::MAX));
    if len < 2.0 {
        return 0.0;
    }
    if len > 1.5 * size {
        return size.log2() - (size - 1.0) / (2.0 * len * std::f32::consts::LN_2);
    }
    // Poisson occupancy: a character occurs k times with mean m = len / size. H = log2(len) - E[k log2 k] * size / len.
    let mean = len / size;
    let (mut probability, mut lost) = ((-mean).exp(), 0.0);
    for k in 1..=12_u8 {
        let k = f32::from(k);
        probability *= mean / k;
        lost += probability * k * k.log2();
    }
    len.log2() - lost * size / len
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn random_strings_are_near_one(bytes in proptest::collection::vec(0_u8..62, 24..200)) {
            let table = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
            let text: Vec<u8> = bytes.iter().map(|&b| table[usize::from(b)]).collect();
            let share = measure(&text, Alphabet::Base62).share;
            prop_assert!(share > 0.85, "{share}");
        }
    }

    #[test]
    fn repetition_and_prose_are_low() {
        assert!(measure(b"aaaaaaaaaaaaaaaaaaaa", Alphabet::Letters).share < 0.01);
        assert!(measure(b"abababababababababab", Alphabet::Letters).share < 0.4);
        assert!(measure(b"", Alphabet::Letters).share < 0.01);
        let prose = b"the quick password of the user is the password that the user has set for the account of the user";
        assert!(measure(prose, Alphabet::Printable).share < 0.8);
    }
}
