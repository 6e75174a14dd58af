//! Ctrl-C: the work ends soon, and what it has is told. A second one ends the process at once.

use std::sync::atomic::{AtomicBool, Ordering};

use super::exit::ExitStatus;

static STOP: AtomicBool = AtomicBool::new(false);

/// A flag that Ctrl-C (or a polite kill) sets, from this call on. Where the handler cannot be set up,
/// Ctrl-C ends the process as it does any other.
#[must_use]
pub(super) fn flag() -> &'static AtomicBool {
    let _ = ctrlc::set_handler(again);
    &STOP
}

#[expect(
    clippy::disallowed_methods,
    clippy::exit,
    reason = "nobody waits for main, which may be in the middle of something long"
)]
fn again() {
    if STOP.swap(true, Ordering::Relaxed) {
        std::process::exit(ExitStatus::Unknown.code().into());
    }
}
