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
    Perhaps {
        /// Where the credential of a match begins, if the bytes so far tell it.
        secret: Option<usize>,
    },
}

/// Looks whether one of the rules of a gate may match, whose anchor ends at `from`.
#[inline]
pub(super) fn through(gate: &Glance, text: &[u8], from: usize) -> Glimpse {
    at(gate, text, from, text.len().min(from + LENGTH + 1))
}

/// Looks whether there may be a match that begins at `start` and ends at `end` or before.
#[inline]
pub(super) fn at(glance: &Glance, text: &[u8], start: usize, end: usize) -> Glimpse {
    let Some(reader) = glance.reader() else { return Glimpse::Perhaps { secret: None } };
    let window = text.get(start..end).unwrap_or_default();
    let (mut state, mut secret) = (Glance::START, None);
    for (at, &byte) in (start..).zip(window.get(..LENGTH).unwrap_or(window)) {
        match reader.step(state, byte) {
            Step::On(next) => state = next,
            Step::No => return Glimpse::No { to: at + 1 },
            Step::Perhaps => return Glimpse::Perhaps { secret },
            Step::Into(next) => {
                secret = Some(at);
                state = next;
            }
        }
    }
    if window.len() > LENGTH { Glimpse::Perhaps { secret } } else { Glimpse::No { to: end } }
}
