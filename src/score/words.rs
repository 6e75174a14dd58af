//! How much of a value is made of known words. A credential is not; a placeholder, a name or a sentence is.

use std::sync::LazyLock;

/// About 2,900 words of code and prose, sorted: the most frequent ones of the packages that `letters.rs`
/// was counted over, with the words people write instead of a credential.
static WORDS: LazyLock<Vec<&'static [u8]>> =
    LazyLock::new(|| include_str!("words.txt").split_ascii_whitespace().map(str::as_bytes).collect());

/// Longest run of letters that is segmented; the rest of a longer one counts as unknown.
const LONGEST_RUN: usize = 64;

/// What a value's letters are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cover {
    /// Letters in the value.
    pub(crate) letters: u16,
    /// Letters that belong to known words.
    pub(crate) known: u16,
    /// Number of words found.
    pub(crate) words: u16,
}

impl Cover {
    /// Share of the letters that belong to known words; 0 when there are none.
    #[must_use]
    pub(crate) fn share(self) -> f32 {
        if self.letters == 0 { 0.0 } else { f32::from(self.known) / f32::from(self.letters) }
    }
}

/// Segments every run of letters into known words, covering as many letters as can be.
#[must_use]
pub(crate) fn cover(value: &[u8]) -> Cover {
    let mut total = Cover::default();
    for run in value.split(|b| !b.is_ascii_alphabetic()).filter(|run| !run.is_empty()) {
        total.letters = total.letters.saturating_add(u16::try_from(run.len()).unwrap_or(u16::MAX));
        let run = &run[..run.len().min(LONGEST_RUN)];
        let (known, words) = segment(&run.to_ascii_lowercase());
        total.known = total.known.saturating_add(known);
        total.words = total.words.saturating_add(words);
    }
    total
}

/// Whether `word` (lower case) is a known word.
#[must_use]
pub(crate) fn is_word(word: &[u8]) -> bool {
    WORDS.binary_search(&word).is_ok()
}

/// The most letters of `run` that words can cover without overlap, and how many words that takes.
fn segment(run: &[u8]) -> (u16, u16) {
    // best[i]: the best cover of run[i..].
    let mut best = [(0_u16, 0_u16); LONGEST_RUN + 1];
    for start in (0..run.len().min(LONGEST_RUN)).rev() {
        let mut here = best[start + 1];
        each_word(&run[start..], |len| {
            let (known, words) = best[start + usize::from(len)];
            // Of equal covers the one of fewer, longer words.
            if known + len > here.0 || (known + len == here.0 && words + 1 < here.1) {
                here = (known + len, words + 1);
            }
        });
        best[start] = here;
    }
    best[0]
}

/// Where the words with each first three letters begin in [`WORDS`]; see [`slot`].
static BY_START: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let mut begins = vec![0; 26 * 26 * 26 + 1];
    for slot in WORDS.iter().filter_map(|word| slot(word)) {
        begins[slot + 1] += 1;
    }
    let mut before = 0;
    for begin in &mut begins {
        before += *begin;
        *begin = before;
    }
    begins
});

/// The number of the three lower-case letters that a text begins with.
fn slot(text: &[u8]) -> Option<usize> {
    text.first_chunk::<3>()?.iter().try_fold(0, |slot, byte| {
        let letter = byte.wrapping_sub(b'a');
        (letter < 26).then(|| slot * 26 + usize::from(letter))
    })
}

/// Calls `found` with the length of each known word that `text` begins with. No word is shorter than three letters, and
/// few begin with the same three.
fn each_word(text: &[u8], mut found: impl FnMut(u16)) {
    let Some(slot) = slot(text) else { return };
    let (from, to) = (BY_START[slot], BY_START[slot + 1]);
    for word in WORDS.get(usize::from(from)..usize::from(to)).unwrap_or_default() {
        if text.starts_with(word) {
            found(word.len() as u16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_and_clean() {
        assert!(WORDS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(WORDS.iter().all(|word| word.len() >= 3 && word.iter().all(u8::is_ascii_lowercase)));
    }

    #[test]
    fn words_in_any_case_and_joined_are_covered() {
        for value in ["changeme", "MyPassword", "user_name", "your-secret-here", "localhost"] {
            assert!(cover(value.as_bytes()).share() > 0.75, "{value}: {:?}", cover(value.as_bytes()));
        }
    }

    #[test]
    fn random_letters_are_not() {
        for value in ["qzxjvkwp", "tqvyuikedjsytwnrjxzrnulh", "Xk9fQz2bVj7Lw"] {
            assert!(cover(value.as_bytes()).share() < 0.35, "{value}: {:?}", cover(value.as_bytes()));
        }
        assert!(cover(b"").share() < 0.01);
    }
}
