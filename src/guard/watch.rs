//! How a run is watched and stopped from outside.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::Finding;

/// Told how far a run has come, from any thread.
pub trait Progress: Sync {
    /// So many more files and bytes are done.
    fn advance(&self, files: u64, bytes: u64);

    /// That was found in one object.
    fn found(&self, _: &[Finding]) {}
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn advance(&self, _: u64, _: u64) {}
}

/// The way out of a run and the way it is watched.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    /// Set from outside to end the run early, with what it has.
    pub stop: &'a AtomicBool,
    /// Told how far it has come.
    pub progress: &'a dyn Progress,
}

impl Watch<'_> {
    /// Whether the run is to end.
    #[must_use]
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}
