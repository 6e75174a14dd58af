//! Ctrl-C: the work ends soon, and what it has is told.

use std::sync::atomic::{AtomicBool, Ordering};

static STOP: AtomicBool = AtomicBool::new(false);

/// A flag that Ctrl-C (or a polite kill) sets, from this call on. Where the handler cannot be set up,
/// Ctrl-C ends the process as it does any other.
#[must_use]
pub(super) fn flag() -> &'static AtomicBool {
    let _ = ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed));
    &STOP
}
