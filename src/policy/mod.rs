//! What a finding is worth where it lies: its identity, and whether somebody allowed it.
//!
//! A pure function of a finding, the lines around it and a [`Policy`]. It never changes what the engine
//! found; it reads no file, no environment and no clock.

mod baseline;
mod configured;
mod fingerprint;
pub mod foreign;
mod inline;
mod judge;
mod wanted;

pub use baseline::{Baseline, BaselineError, BaselineProblem, Entry};
pub use configured::{Allow, Base, Configured, Globs, RulePolicy, secret_regex};
pub use fingerprint::{Key, fingerprint};
pub use inline::{MARKERS, Marker, inline_allow};
pub use judge::Policy;
pub use wanted::{Wanted, WantedError};
