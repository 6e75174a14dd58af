//! What the engine says about one place in one object.

use std::borrow::Cow;

use super::{Confidence, Secret, Span};

/// Index of a rule in the rule set the engine was built from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleIx(pub u32);

/// One reason for a score: what was seen, and what it was worth.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reason {
    /// Points it added (or took away). Zero: told for information.
    pub points: i16,
    /// What was seen, as a person would say it. Never holds any of the secret.
    pub text: Cow<'static, str>,
}

impl Reason {
    /// A reason with a fixed text.
    #[must_use]
    pub const fn new(points: i16, text: &'static str) -> Self {
        Self { points, text: Cow::Borrowed(text) }
    }

    /// A reason whose text was put together from facts (never from the secret).
    #[must_use]
    pub const fn with(points: i16, text: String) -> Self {
        Self { points, text: Cow::Owned(text) }
    }
}

/// A score with its reasons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Score {
    /// The sum, 0 to 100.
    pub points: u8,
    /// The band the sum falls in, or `Certain` where a proof held.
    pub confidence: Confidence,
    /// Why, most telling first.
    pub reasons: Vec<Reason>,
}

/// A credential the engine found in one object. A pure function of the object's bytes: where the
/// object lies, and whether anybody allowed it, is not known here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule that found it.
    pub rule: RuleIx,
    /// The whole match, in the object's raw bytes.
    pub span: Span,
    /// The credential itself, in the object's raw bytes.
    pub secret_span: Span,
    /// The credential's bytes, decoded.
    pub secret: Secret,
    /// The decoders passed on the way from raw bytes to `secret`, outermost first.
    pub via: Vec<&'static str>,
    /// How sure we are and why.
    pub score: Score,
}
