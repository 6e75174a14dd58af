//! Turns a match into a confidence with reasons. Reads the match and a bounded context; nothing else.

pub mod checks;

use std::ops::Range;

use crate::model::{Confidence, Reason, Score};
use crate::rules::Rule;

/// A confirmed match, as scoring sees it. All ranges are offsets in `text`.
#[derive(Clone, Debug)]
pub struct Evidence<'a> {
    /// The rule that matched.
    pub rule: &'a Rule,
    /// The match with at most [`crate::rules::CONTEXT`] bytes on each side, decoded.
    pub text: &'a [u8],
    /// The whole match in `text`.
    pub matched: Range<usize>,
    /// The credential in `text`.
    pub secret: Range<usize>,
    /// Whether it was found in encoded text.
    pub encoded: bool,
}

impl<'a> Evidence<'a> {
    /// The credential's bytes.
    #[must_use]
    pub fn secret(&self) -> &'a [u8] {
        &self.text[self.secret.clone()]
    }
}

/// Scores a match; `None` where it is no candidate at all (a generic value that is plainly not a secret).
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Option<Score> {
    let _ = evidence;
    Some(Score { points: 60, confidence: Confidence::Medium, reasons: vec![Reason::new(60, "matches the format")] })
}
