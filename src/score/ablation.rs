//! Leaves signals out, to measure what each is worth (`examples/corpus.rs --ablation`). Compiled only with the feature
//! of that name, so that nothing that is shipped can be told to look less closely.

use std::sync::{PoisonError, RwLock};

/// Stands for the offline proofs in [`leave_out`]: checksums, keys and tokens that are read.
pub const PROOF: &str = "proof";

static OUT: RwLock<Vec<String>> = RwLock::new(Vec::new());

/// From now on [`super::judge`] asks none of these signals (names of [`super::signal_names`], or [`PROOF`]).
pub fn leave_out(names: &[&str]) {
    *OUT.write().unwrap_or_else(PoisonError::into_inner) = names.iter().map(|&name| name.to_owned()).collect();
}

pub(super) fn is_out(name: &str) -> bool {
    OUT.read().unwrap_or_else(PoisonError::into_inner).iter().any(|out| out == name)
}
