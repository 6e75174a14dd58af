//! Signals that are meant for the command that runs under us.

use std::io::{self, IsTerminal as _};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH};
use signal_hook::iterator::Signals;

/// Takes signals from its making on; until there is a command, and after it is gone, they are dropped.
pub(super) struct Forwarder(Arc<AtomicU32>);

/// No command.
const NOBODY: u32 = 0;

impl Forwarder {
    /// From now on signals do not end this process.
    ///
    /// # Errors
    /// The system's own.
    pub(super) fn new() -> io::Result<Self> {
        let child = Arc::new(AtomicU32::new(NOBODY));
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH])?;
        let to = Arc::clone(&child);
        // What is typed at a terminal reaches the command by itself: twice would mean something else.
        let typed = io::stdin().is_terminal();
        thread::Builder::new().spawn(move || {
            for number in &mut signals {
                if typed && matches!(number, SIGINT | SIGQUIT | SIGWINCH) {
                    continue;
                }
                let child = i32::try_from(wait_for(&to)).ok().filter(|&child| child > 0);
                if let (Some(child), Ok(signal)) = (child, Signal::try_from(number)) {
                    // It may have ended meanwhile.
                    let _ = kill(Pid::from_raw(child), signal);
                }
            }
        })?;
        Ok(Self(child))
    }

    /// The command is there.
    pub(super) fn forward_to(&self, child: u32) {
        self.0.store(child, Ordering::SeqCst);
    }

    /// The command's number may be another's from now on.
    pub(super) fn child_is_gone(&self) {
        self.0.store(u32::MAX, Ordering::SeqCst);
    }
}

/// The command, once there is one: a signal that comes before it is for it too.
fn wait_for(child: &AtomicU32) -> u32 {
    loop {
        match child.load(Ordering::SeqCst) {
            NOBODY => thread::sleep(std::time::Duration::from_millis(5)),
            child => return child,
        }
    }
}
