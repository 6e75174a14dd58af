//! Plain values that flow through the house. No I/O, no rules, no policy.

pub mod bip39;
pub mod check;
mod coverage;
pub mod day;
mod finding;
mod fingerprint;
pub mod history;
mod level;
pub(crate) mod named;
mod origin;
pub mod push;
mod report;
mod secret;
mod span;

pub use check::Check;
pub use coverage::{Coverage, Skip, SkipReason};
pub use day::Day;
pub use finding::{Finding, Reason, RuleIx, Score};
pub use fingerprint::Fingerprint;
pub use level::{Confidence, Severity};
pub use origin::{LineContext, Origin, Place};
pub use report::{AllowReason, Item, Report, RuleInfo, UnusedAllow, Verdict};
pub use secret::Secret;
pub use span::{Position, Span};
