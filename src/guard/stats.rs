//! What each rule costs on real text: a scan that counts instead of reporting.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use super::pipeline::contained;
use crate::engine::stats::Stats;
use crate::engine::{Engine, Scratch};
use crate::source::file::{self, Trouble};
use crate::source::worktree::{self, Named, Visit};

/// Longest file that is counted, in bytes; longer ones are skipped and told.
const LONGEST: u64 = 256 * 1024 * 1024;

/// What a counted scan came to.
#[derive(Clone, Debug)]
pub struct Counted {
    /// What each rule did.
    pub stats: Stats,
    /// Files scanned.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Nanoseconds spent in the engine.
    pub nanos: u64,
    /// Files and directories that could not be scanned. What no scan reads (`.git`, links on the way) is none.
    pub skipped: u64,
    /// Whether it was ended before it had read everything.
    pub interrupted: bool,
}

/// Scans files and directories on one thread, so that times can be compared, and counts.
#[must_use]
pub fn run(paths: &[PathBuf], engine: &Engine, stop: &AtomicBool) -> Counted {
    let mut files = Counter::new(engine);
    let mut dirs = Vec::new();
    for path in paths {
        match worktree::named(path.clone()) {
            Named::Directory(dir) => dirs.push(dir),
            Named::File(path) => files.read(file::open_named(&path)),
            Named::Stream(_) | Named::Not(..) => files.skipped += 1,
        }
    }
    let options = worktree::Options { gitignore: false, threads: 1 };
    let walked = worktree::walk(&dirs, options, stop, || Counter::new(engine));
    let mut counted = files.counted();
    for other in walked.into_iter().map(Counter::counted) {
        counted.stats.merge(&other.stats);
        counted.files += other.files;
        counted.bytes += other.bytes;
        counted.nanos += other.nanos;
        counted.skipped += other.skipped;
    }
    counted.interrupted = stop.load(Ordering::Relaxed);
    counted
}

fn nanos() -> u64 {
    static BEGAN: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(BEGAN.elapsed().as_nanos()).unwrap_or(u64::MAX)
}

struct Counter<'e> {
    engine: &'e Engine,
    scratch: Scratch,
    files: u64,
    bytes: u64,
    nanos: u64,
    skipped: u64,
}

impl<'e> Counter<'e> {
    fn new(engine: &'e Engine) -> Self {
        let scratch = Scratch::counting(Stats::new(engine.rules().as_slice().len(), nanos));
        Self { engine, scratch, files: 0, bytes: 0, nanos: 0, skipped: 0 }
    }

    fn counted(self) -> Counted {
        let rules = self.engine.rules().as_slice().len();
        let stats = self.scratch.stats().cloned().unwrap_or_else(|| Stats::new(rules, nanos));
        let Self { files, bytes, nanos, skipped, .. } = self;
        Counted { stats, files, bytes, nanos, skipped, interrupted: false }
    }
}

impl Counter<'_> {
    fn read(&mut self, opened: Result<(File, u64), Trouble>) {
        let mut bytes = Vec::new();
        let read = match opened {
            Ok((file, size)) => size <= LONGEST && file.take(LONGEST).read_to_end(&mut bytes).is_ok(),
            Err(trouble) => return self.passed_over(&trouble),
        };
        if !read {
            self.skipped += 1;
            return;
        }
        let began = nanos();
        if contained(|| self.engine.scan(&mut self.scratch, &bytes)).is_err() {
            self.skipped += 1;
            return;
        }
        self.nanos += nanos().saturating_sub(began);
        self.files += 1;
        self.bytes += bytes.len() as u64;
    }

    fn passed_over(&mut self, trouble: &Trouble) {
        self.skipped += u64::from(!trouble.reason.is_by_design());
    }
}

impl Visit for Counter<'_> {
    fn file(&mut self, path: &Path) {
        self.read(file::open_regular(path));
    }

    fn skip(&mut self, _: &Path, trouble: Trouble) {
        self.passed_over(&trouble);
    }
}
