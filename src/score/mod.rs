//! Turns a match into a confidence with reasons. Reads the match and a bounded context; nothing else.

#[cfg(feature = "ablation")]
pub mod ablation;
mod about;
mod alphabet;
pub mod checks;
mod code;
mod entropy;
mod facts;
mod label;
mod letters;
mod name;
mod notation;
mod path;
mod place;
mod placeholder;
mod program;
mod public;
mod rows;
mod shape;
mod signals;
mod source;
mod stand_ins;
mod words;
mod written;

use std::ops::Range;

use crate::model::{Confidence, Reason, Score};
use crate::rules::{Kind, Rule};
use checks::{Outcome, Proof};
use facts::Facts;
use signals::SIGNALS;

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

/// Below this a match of a generic kind is no candidate at all.
const FLOOR: i16 = 30;
/// From here on: medium, high. Gates block from medium.
const MEDIUM: u8 = 50;
const HIGH: u8 = 75;

/// The most points a match keeps whose own checksum or structure does not hold: told, not blocked.
const INVALID: i16 = 45;

/// Scores a match; `None` where it is no candidate at all (a generic value that is plainly not a secret).
#[must_use]
pub fn judge(evidence: &Evidence<'_>) -> Option<Score> {
    let facts = Facts::of(evidence);
    let generic = matches!(facts.kind, Kind::Assignment | Kind::Context | Kind::Url | Kind::Place);
    // A proof may yet speak for a match of which nothing else does.
    let dismissible = generic && evidence.rule.check.is_none();
    let (mut reasons, mut sum) = (Vec::new(), 0);
    let mut left: i16 = SIGNALS.iter().map(|signal| signal.most).sum();
    for signal in SIGNALS {
        #[cfg(feature = "ablation")]
        if ablation::is_out(signal.name) {
            left -= signal.most;
            continue;
        }
        left -= signal.most;
        if let Some(reason) = (signal.see)(&facts) {
            debug_assert!(reason.points <= signal.most, "{} gives more than it says", signal.name);
            sum += reason.points;
            reasons.push(reason);
            if dismissible && sum + left < FLOOR {
                return None;
            }
        }
    }
    let proof = evidence.rule.check.map(|check| checks::prove(check, evidence));
    #[cfg(feature = "ablation")]
    let proof = proof.filter(|_| !ablation::is_out(ablation::PROOF));
    let mut certain = false;
    if let Some(proof) = proof {
        certain = weigh(proof, &mut reasons);
    }
    if generic && !certain && total(&reasons) < FLOOR {
        return None;
    }
    reasons.sort_by_key(|reason| std::cmp::Reverse(reason.points.unsigned_abs()));
    balance(&mut reasons);
    let points = u8::try_from(total(&reasons)).unwrap_or(0);
    let confidence = if certain { Confidence::Certain } else { band(points) };
    Some(Score { points, confidence, reasons })
}

/// Lets a proof speak. Whether it makes the match certain.
fn weigh(proof: Proof, reasons: &mut Vec<Reason>) -> bool {
    let Proof { outcome, mut notes, adjust } = proof;
    let points = match outcome {
        // A proof needs no other reason, and none speaks against it but what it read itself.
        Outcome::Valid => {
            reasons.clear();
            100 + adjust
        }
        Outcome::Invalid => INVALID.min(total(reasons) + adjust) - total(reasons),
        Outcome::Unknown => adjust,
    };
    match notes.first_mut() {
        Some(first) => first.points = points,
        None if points != 0 => notes.push(Reason::new(points, "what it holds was read and weighed")),
        None => {}
    }
    reasons.append(&mut notes);
    outcome == Outcome::Valid && adjust == 0
}

/// The names of the signals, in the order they are asked.
pub fn signal_names() -> impl Iterator<Item = &'static str> {
    SIGNALS.iter().map(|signal| signal.name)
}

fn total(reasons: &[Reason]) -> i16 {
    reasons.iter().fold(0, |sum, reason| sum.saturating_add(reason.points))
}

const fn band(points: u8) -> Confidence {
    if points >= HIGH {
        Confidence::High
    } else if points >= MEDIUM {
        Confidence::Medium
    } else {
        Confidence::Low
    }
}

/// Brings the sum into 0..=100 by taking the excess from the least telling reasons, so that the points a
/// person is shown add up.
fn balance(reasons: &mut [Reason]) {
    let sum = total(reasons);
    let mut excess = if sum > 100 { sum - 100 } else { sum.min(0) };
    for reason in reasons.iter_mut().rev() {
        let share = if excess > 0 { reason.points.clamp(0, excess) } else { reason.points.clamp(excess, 0) };
        reason.points -= share;
        excess -= share;
    }
}
