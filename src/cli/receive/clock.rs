//! The deadline: first asked for, then enforced; and what a polite kill is answered with.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::{Duration, Instant};

use crate::guard::receive::Halt;

/// How long after the deadline the look may take to end by itself.
const GRACE: Duration = Duration::from_millis(700);
/// How long the last words and the last note may take. Either may wait for ever: for somebody to read, or for a disk.
const PATIENCE: Duration = Duration::from_millis(200);

/// What is said, and done, when the process ends before the look does.
pub(super) struct Last {
    /// What whoever is there is told.
    pub(super) words: Vec<u8>,
    /// Notes it.
    pub(super) note: Box<dyn Fn() + Send + Sync>,
}

/// Sets the deadline: `halt` is told then, and the process ends if that did not end it.
pub(super) fn deadline(halt: &Arc<Halt>, started: Instant, after: Duration, last: Last) {
    let halt = Arc::clone(halt);
    let watch = move || {
        thread::sleep((started + after).saturating_duration_since(Instant::now()));
        halt.late();
        thread::sleep(GRACE);
        end(&Arc::new(last));
    };
    // Without a thread there is no deadline, and a host that has one ends us: which declines the push as well.
    let _ = thread::Builder::new().name("deadline".to_owned()).spawn(watch);
}

/// Answers SIGTERM, SIGINT and SIGHUP with words, and a push that is declined.
pub(super) fn on_kill(last: Last) {
    let last = Arc::new(last);
    // Without it the signal ends the process, which declines the push without words.
    let _ = ctrlc::set_handler(move || end(&last));
}

fn end(last: &Arc<Last>) -> ! {
    let (done, all_done) = mpsc::channel::<()>();
    let meanwhile = |work: fn(&Last), done: Sender<()>| {
        let last = Arc::clone(last);
        let work = move || {
            work(&last);
            drop(done);
        };
        let _ = thread::Builder::new().spawn(work);
    };
    // Nobody may be there to read, and whoever holds the lock of standard error may be what is stuck.
    meanwhile(|last| drop(std::io::stderr().write_all(&last.words)), done.clone());
    meanwhile(|last| (last.note)(), done);
    // It ends with both, or when there is no more patience.
    let _ = all_done.recv_timeout(PATIENCE);
    #[expect(
        clippy::exit,
        clippy::disallowed_methods,
        reason = "the thread that should end the process is the one that does not"
    )]
    std::process::exit(2)
}
