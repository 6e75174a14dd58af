//! A line on the terminal that shows a long run is alive, how far it is and how long it will take.

use std::io::{IsTerminal, stderr};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::EffortArgs;
use crate::guard::watch::Progress;

/// Shorter runs show nothing, in milliseconds.
const PATIENCE: u64 = 500;
/// Least time between two updates, in milliseconds.
const PAUSE: u64 = 100;

/// Counts, and after half a second shows. It starts no thread: whoever works tells it.
#[derive(Debug)]
pub(super) struct Bar {
    /// What is counted.
    unit: &'static str,
    start: Instant,
    due: AtomicU64,
    counts: Counts,
    shown: OnceLock<ProgressBar>,
}

/// How far a run is.
#[derive(Debug, Default)]
struct Counts {
    done: AtomicU64,
    /// How many there are; 0: not known.
    all: AtomicU64,
    bytes: AtomicU64,
    secrets: AtomicU64,
}

impl Bar {
    /// A bar that counts those, unless none is wanted or there is no terminal to show it on.
    #[must_use]
    pub(super) fn wanted(args: &EffortArgs, unit: &'static str) -> Option<Self> {
        (!args.no_progress && stderr().is_terminal()).then(|| Self {
            unit,
            start: Instant::now(),
            due: AtomicU64::new(PATIENCE),
            counts: Counts::default(),
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
            ProgressStyle::with_template("{spinner} {wide_msg}").map_or(bar.clone(), |style| bar.with_style(style))
        });
        bar.set_message(self.counts.line(self.unit, self.start.elapsed()));
        bar.tick();
    }
}

impl Counts {
    /// What is shown after so long.
    fn line(&self, unit: &str, elapsed: Duration) -> String {
        let [done, all, bytes, secrets] =
            [&self.done, &self.all, &self.bytes, &self.secrets].map(|count| count.load(Ordering::Relaxed));
        let seconds = elapsed.as_secs_f64();
        let of = if all > 0 { format!(" of {}", HumanCount(all.max(done))) } else { String::new() };
        let unit = if done.max(all) == 1 { unit.strip_suffix('s').unwrap_or(unit) } else { unit };
        let mut parts = vec![format!("{}{of} {unit}", HumanCount(done)), HumanBytes(bytes).to_string()];
        // Where the end can be told, nobody needs the rate, and a terminal of 80 columns has no room for both.
        if seconds > 0.0 && all == 0 {
            #[expect(clippy::cast_precision_loss, clippy::cast_sign_loss, reason = "it is shown with three digits")]
            let rate = (bytes as f64 / seconds) as u64;
            parts.push(format!("{}/s", HumanBytes(rate)));
        }
        if all > 0 {
            parts.push(format!("{} {} so far", HumanCount(secrets), if secrets == 1 { "secret" } else { "secrets" }));
        }
        if done > 0 && all > done {
            #[expect(clippy::cast_precision_loss, reason = "nobody waits for more than 2^53 objects")]
            let left = seconds * ((all - done) as f64 / done as f64);
            parts.push(format!("{} left", HumanDuration(Duration::from_secs_f64(left))));
        }
        parts.join(", ")
    }
}

impl Progress for Bar {
    fn advance(&self, files: u64, bytes: u64) {
        self.counts.done.fetch_add(files, Ordering::Relaxed);
        self.counts.bytes.fetch_add(bytes, Ordering::Relaxed);
        let now = self.start.elapsed().as_millis() as u64;
        let due = self.due.load(Ordering::Relaxed);
        let mine = || self.due.compare_exchange(due, now + PAUSE, Ordering::Relaxed, Ordering::Relaxed).is_ok();
        if now >= due && mine() {
            self.show();
        }
    }

    fn expect(&self, files: u64) {
        self.counts.all.fetch_add(files, Ordering::Relaxed);
    }

    fn found(&self, secrets: u64) {
        self.counts.secrets.fetch_add(secrets, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_how_far_how_fast_and_how_long() {
        let counts = Counts::default();
        counts.done.store(1000, Ordering::Relaxed);
        counts.bytes.store(10 << 20, Ordering::Relaxed);
        let line = |seconds| counts.line("objects", Duration::from_secs(seconds));
        assert_eq!(line(0), "1,000 objects, 10.00 MiB");
        assert_eq!(line(5), "1,000 objects, 10.00 MiB, 2.00 MiB/s");
        counts.done.store(1, Ordering::Relaxed);
        assert_eq!(line(0), "1 object, 10.00 MiB");
        counts.done.store(1000, Ordering::Relaxed);
        counts.all.store(3000, Ordering::Relaxed);
        counts.secrets.store(1, Ordering::Relaxed);
        assert_eq!(line(5), "1,000 of 3,000 objects, 10.00 MiB, 1 secret so far, 10 seconds left");
        counts.done.store(4000, Ordering::Relaxed);
        assert_eq!(line(5), "4,000 of 4,000 objects, 10.00 MiB, 1 secret so far");
    }
}
