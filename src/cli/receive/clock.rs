//! The deadline: first asked for, then enforced; and what a polite kill is answered with.

use std::io::Write as _;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::guard::receive::Halt;

/// How long after the deadline the look may take to end by itself.
const GRACE: Duration = Duration::from_millis(700);

/// Sets the deadline: `halt` is told then, and the process ends if that did not end it.
pub(super) fn deadline(halt: &Arc<Halt>, started: Instant, after: Duration, words: &'static str) {
    let halt = Arc::clone(halt);
    let watch = move || {
        thread::sleep((started + after).saturating_duration_since(Instant::now()));
        halt.late();
        thread::sleep(GRACE);
        end(words);
    };
    // Without a thread there is no deadline, and a host that has one ends us: which declines the push as well.
    let _ = thread::Builder::new().name("deadline".to_owned()).spawn(watch);
}

/// Answers SIGTERM, SIGINT and SIGHUP with words, and a push that is declined.
pub(super) fn on_kill(words: &'static str) {
    // Without it the signal ends the process, which declines the push without words.
    let _ = ctrlc::set_handler(move || end(words));
}

fn end(words: &'static str) -> ! {
    // Nobody may be there to read it. The lock is not taken: whoever holds it may be what is stuck.
    let _ = std::io::stderr().write_all(words.as_bytes());
    #[expect(
        clippy::exit,
        clippy::disallowed_methods,
        reason = "the thread that should end the process is the one that does not"
    )]
    std::process::exit(2)
}
