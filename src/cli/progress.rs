//! A line on the terminal that shows a long run is alive.

use std::io::{IsTerminal, stderr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::EffortArgs;
use crate::guard::watch::Progress;

/// Shorter runs show nothing, in milliseconds.
const PATIENCE: u64 = 500;
/// Least time between two updates, in milliseconds.
const PAUSE: u64 = 100;

/// Counts, and after half a second shows. It starts no thread: whoever works tells it.
#[derive(Debug)]
pub(super) struct Bar {
    start: Instant,
    due: AtomicU64,
    files: AtomicU64,
    bytes: AtomicU64,
    shown: OnceLock<ProgressBar>,
}

impl Bar {
    /// A bar, unless none is wanted or there is no terminal to show it on.
    #[must_use]
    pub(super) fn wanted(args: &EffortArgs) -> Option<Self> {
        (!args.no_progress && stderr().is_terminal()).then(|| Self {
            start: Instant::now(),
            due: AtomicU64::new(PATIENCE),
            files: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            shown: OnceLock::new(),
        })
    }

    /// Takes it off the screen.
    pub(super) fn clear(&self) {
        if let Some(bar) = self.shown.get() {
            bar.finish_and_clear();
        }
    }

    fn show(&self) {
        let bar = self.shown.get_or_init(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            ProgressStyle::with_template("{spinner} {msg}").map_or(bar.clone(), |style| bar.with_style(style))
        });
        let files = HumanCount(self.files.load(Ordering::Relaxed));
        let bytes = HumanBytes(self.bytes.load(Ordering::Relaxed));
        bar.set_message(format!("{files} files, {bytes}"));
        bar.tick();
    }
}

impl Progress for Bar {
    fn advance(&self, files: u64, bytes: u64) {
        self.files.fetch_add(files, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let now = self.start.elapsed().as_millis() as u64;
        let due = self.due.load(Ordering::Relaxed);
        let mine = || self.due.compare_exchange(due, now + PAUSE, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if now >= due && mine() {
            self.show();
        }
    }
}
