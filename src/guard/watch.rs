//! How a run is watched and stopped from outside.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::Finding;

/// Told how far a run has come, from any thread.
pub trait Progress: Sync {
    /// So many more files and bytes are done.
    fn advance(&self, files: u64, bytes: u64);
    /// About so many there are in all.
    fn expect(&self, _files: u64) {}
    /// That was found in one object.
    fn sighted(&self, _: &[Finding]) {}
    /// So many more credentials, none of which was seen before, are found; what they are worth is not judged yet.
    fn found(&self, _secrets: u64) {}
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
