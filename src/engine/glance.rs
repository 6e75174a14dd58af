//! A first look at an anchor: nearly always a few bytes tell that there is no match.

use crate::rules::{Glance, Step};

/// Bytes walked at most: what goes on for so long is the regex's business.
const LENGTH: usize = 256;

/// What a glance told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glimpse {
    /// No match begins there. No byte from `to` on had a part in that.
    No {
        /// The end of what was looked at.
        to: usize,
    },
    /// The regex has to say.
    Perhaps,
}

/// Looks whether there may be a match that begins at `start` and ends at `end` or before.
#[inline]
pub(super) fn at(glance: &Glance, text: &[u8], start: usize, end: usize) -> Glimpse {
    let window = text.get(start..end).unwrap_or_default();
    let mut state = Glance::START;
    for (read, &byte) in window.iter().take(LENGTH).enumerate() {
        match glance.step(state, byte) {
            Step::No => return Glimpse::No { to: start + read + 1 },
            Step::Perhaps => return Glimpse::Perhaps,
            Step::On(next) => state = next,
        }
    }
    if window.len() > LENGTH { Glimpse::Perhaps } else { Glimpse::No { to: end } }
}
