//! `scan`: files, directories and standard input, through the engine, to a report.

use std::collections::HashSet;
use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use super::feed::{Fed, Feed, Found};
use super::names::Names;
use super::pipeline::{Judge, assemble, contained};
use super::segments::{self, Benches};
use super::watch::Watch;
use crate::engine::Engine;
use crate::model::{Coverage, Item, Origin, Report, SkipReason};
use crate::policy::Policy;
use crate::source::file::{self, Content, Reader, Trouble};
use crate::source::stdin::{self, Stream};
use crate::source::worktree::{self, Named, Visit};

/// So many named files are read by one thread: starting others would cost more than it gives.
const FEW: usize = 16;

/// What to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Standard input, to its end.
    Stdin,
    /// A file or directory.
    Path(PathBuf),
}

/// How to scan.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Leave out what `.gitignore` names, in directories that are walked.
    pub gitignore: bool,
    /// Number of threads; as many as the machine can run at once where nobody says.
    pub threads: Option<NonZero<usize>>,
}

impl Options {
    /// Asks the operating system only where there is work for more than one.
    fn threads(self) -> usize {
        self.threads.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
    }
}

/// Scans the targets. Never fails as a whole: what cannot be scanned is a skip in the report's coverage.
#[must_use]
pub fn run(targets: &[Target], options: Options, engine: &Engine, policy: &Policy, watch: Watch<'_>) -> Report {
    let judge = Judge::new(engine.rules(), policy);
    let mut first = Worker::new(engine, judge, watch);
    let (mut dirs, mut files) = (Vec::new(), Vec::new());
    for target in targets {
        match target {
            Target::Stdin => first.log(&mut stdin::open(watch.stop)),
            Target::Path(path) => match worktree::named(path.clone()) {
                Named::Directory(dir) => dirs.push(dir),
                Named::File(file) => files.push(file),
                Named::Stream(path) => first.device(&path),
                Named::Not(path, trouble) => first.trouble(&path, trouble),
            },
        }
    }
    let pool = Pool { engine, judge, watch, options };
    let mut workers = pool.files(&files, first);
    workers.extend(pool.directories(&dirs));
    let long: Vec<Long> = workers.iter_mut().flat_map(|worker| std::mem::take(&mut worker.long)).collect();
    workers.extend(pool.long_files(&long));
    let (mut items, mut coverage, mut hidden) = (Vec::new(), Coverage::default(), HashSet::new());
    for worker in workers {
        items.extend(worker.items);
        hidden.extend(worker.names.into_hidden());
        coverage.merge(worker.coverage);
    }
    if watch.stopped() && coverage.skips.iter().all(|skip| skip.reason != SkipReason::Interrupted) {
        coverage.skip(Origin::File(b".".to_vec()), SkipReason::Interrupted, "not all of it was scanned");
    }
    Report { names: hidden.into_iter().collect(), ..assemble("scan", items, coverage) }
}

/// A file too long for one thread's buffer, kept for all threads together.
struct Long {
    path: PathBuf,
    /// What it is called, once the names in its path were looked at.
    told: Vec<u8>,
    named: bool,
}

/// One thread: its buffers, and what it has found.
struct Worker<'a> {
    feed: Feed<'a>,
    reader: Reader,
    judge: Judge<'a>,
    watch: Watch<'a>,
    items: Vec<Item>,
    names: Names,
    coverage: Coverage,
    long: Vec<Long>,
}

impl<'a> Worker<'a> {
    fn new(engine: &'a Engine, judge: Judge<'a>, watch: Watch<'a>) -> Self {
        let (items, coverage, long) = (Vec::new(), Coverage::default(), Vec::new());
        let names = Names::default();
        Self { feed: Feed::new(engine), reader: Reader::default(), judge, watch, items, names, coverage, long }
    }

    /// Scans a file: one the walk met, or one the user named.
    fn read(&mut self, path: &Path, named: bool) {
        let told = self.name(path);
        let opened = if named { file::open_named(path) } else { file::open_regular(path) };
        let content = opened.and_then(|(file, size)| self.reader.read(file, size));
        let name = file_name(path);
        let (feed, watch) = (&mut self.feed, self.watch);
        let scanned = match content {
            Err(trouble) => return self.not_read(told, trouble),
            Ok(Content::Long(..)) => return self.long.push(Long { path: path.to_owned(), told, named }),
            Ok(Content::Whole(bytes, odd)) => {
                watch.progress.advance(0, bytes.len() as u64);
                contained(|| (feed.bytes_until(bytes, name, watch.stop), odd))
            }
            Ok(Content::Growing(bytes, rest, odd)) => {
                contained(|| (feed.stream(&mut bytes.chain(rest), name, watch.stop), odd))
            }
        };
        self.done(Origin::File(told), scanned);
    }

    /// What a path is called, once the names in it were looked at.
    fn name(&mut self, path: &Path) -> Vec<u8> {
        let told = worktree::reported(path);
        let (names, feed) = (&mut self.names, &mut self.feed);
        match contained(|| names.look(feed, &told, false)) {
            Ok(found) => self.items.extend(found.into_iter().map(|found| self.judge.item(found))),
            Err(words) => {
                self.feed = Feed::new(self.feed.engine());
                // A name that could not be looked at may hold one, and is not told.
                let nameless = b"(a name that could not be looked at)".to_vec();
                self.coverage.skip(Origin::File(nameless.clone()), SkipReason::Unreadable, words);
                return nameless;
            }
        }
        told
    }

    fn stream(&mut self, origin: Origin, reader: &mut dyn Read) {
        let mut watched = Watched { reader, watch: self.watch };
        let feed = &mut self.feed;
        let stop = self.watch.stop;
        let scanned = contained(|| (feed.stream(&mut watched, None, stop), None));
        self.done(origin, scanned);
    }

    /// Standard input, which is often what another program printed.
    fn log(&mut self, reader: &mut dyn Read) {
        let mut watched = Watched { reader, watch: self.watch };
        let feed = &mut self.feed;
        let stop = self.watch.stop;
        let scanned = contained(|| (feed.log(&mut watched, stop), None));
        self.done(Origin::Stdin, scanned);
    }

    fn device(&mut self, path: &Path) {
        let told = self.name(path);
        match File::open(path) {
            Ok(file) => {
                let mut stream = Stream::new(file, self.watch.stop);
                self.stream(Origin::File(told), &mut stream);
            }
            Err(error) => self.not_read(told, Trouble::of(&error)),
        }
    }

    fn trouble(&mut self, path: &Path, trouble: Trouble) {
        let told = self.name(path);
        self.not_read(told, trouble);
    }

    fn not_read(&mut self, told: Vec<u8>, Trouble { reason, detail }: Trouble) {
        self.coverage.skip(Origin::File(told), reason, detail);
    }

    fn done(&mut self, origin: Origin, scanned: Result<(Fed, Option<Trouble>), String>) {
        let (fed, odd) = match scanned {
            Ok(scanned) => scanned,
            Err(words) => {
                // What the lost scan left in the scratch memory is not to be trusted.
                self.feed = Feed::new(self.feed.engine());
                return self.coverage.skip(origin, SkipReason::Unreadable, words);
            }
        };
        self.coverage.bytes += fed.bytes;
        self.watch.progress.advance(1, 0);
        let whole = fed.cut.is_none() && odd.is_none();
        self.coverage.objects += u64::from(whole);
        for (reason, detail) in fed.cut.into_iter().chain(odd.map(|odd| (odd.reason, odd.detail))) {
            self.coverage.skip(origin.clone(), reason, detail);
        }
        let judge = self.judge;
        let found = fed.found.into_iter();
        self.items.extend(found.map(|(finding, place)| judge.item(Found { origin: origin.clone(), finding, place })));
    }
}

impl Visit for Worker<'_> {
    fn file(&mut self, path: &Path) {
        self.read(path, false);
    }

    fn skip(&mut self, path: &Path, trouble: Trouble) {
        self.trouble(path, trouble);
    }
}

/// What several threads do together.
struct Pool<'a> {
    engine: &'a Engine,
    judge: Judge<'a>,
    watch: Watch<'a>,
    options: Options,
}

impl<'a> Pool<'a> {
    /// Reads named files: a few with the worker at hand, many with one worker for each thread.
    fn files(&self, files: &[PathBuf], mut first: Worker<'a>) -> Vec<Worker<'a>> {
        let next = AtomicUsize::new(0);
        let take_turns = |worker: &mut Worker<'a>| {
            while let Some(path) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                if self.watch.stopped() {
                    return;
                }
                worker.read(path, true);
            }
        };
        let threads = if files.len() > FEW { self.options.threads() } else { 1 };
        if threads == 1 {
            take_turns(&mut first);
            return vec![first];
        }
        let mut others: Vec<_> = (1..threads).map(|_| Worker::new(self.engine, self.judge, self.watch)).collect();
        std::thread::scope(|scope| {
            for worker in &mut others {
                // A thread that cannot be had leaves the work to the others.
                let _ = std::thread::Builder::new().spawn_scoped(scope, || take_turns(worker));
            }
            take_turns(&mut first);
        });
        others.push(first);
        others
    }

    /// Walks directories, one worker for each thread.
    fn directories(&self, dirs: &[PathBuf]) -> Vec<Worker<'a>> {
        if dirs.is_empty() {
            return Vec::new();
        }
        let options = worktree::Options { gitignore: self.options.gitignore, threads: self.options.threads() };
        worktree::walk(dirs, options, self.watch.stop, || Worker::new(self.engine, self.judge, self.watch))
    }

    /// Scans the files that were too long for one thread, in segments, with all threads.
    fn long_files(&self, long: &[Long]) -> Vec<Worker<'a>> {
        if long.is_empty() {
            return Vec::new();
        }
        let benches = Benches::new(self.engine);
        let scan = |long: &Long| {
            let mut worker = Worker::new(self.engine, self.judge, self.watch);
            self.long_file(&benches, long, &mut worker);
            worker
        };
        match rayon::ThreadPoolBuilder::new().num_threads(self.options.threads()).build() {
            Ok(pool) => pool.install(|| long.par_iter().with_max_len(1).map(scan).collect()),
            // No threads to be had: this one does it alone.
            Err(_) => long.iter().map(scan).collect(),
        }
    }

    fn long_file(&self, benches: &Benches<'_>, Long { path, told, named }: &Long, worker: &mut Worker<'_>) {
        let opened = if *named { file::open_named(path) } else { file::open_regular(path) };
        match opened {
            Err(trouble) => worker.not_read(told.clone(), trouble),
            Ok((file, size)) => {
                let scan = || (segments::scan(benches, &file, size, file_name(path), self.watch), None);
                worker.done(Origin::File(told.clone()), contained(scan));
            }
        }
    }
}

/// Tells progress while a stream is read.
struct Watched<'a> {
    reader: &'a mut dyn Read,
    watch: Watch<'a>,
}

impl Read for Watched<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.watch.progress.advance(0, read as u64);
        Ok(read)
    }
}

#[cfg(unix)]
fn file_name(path: &Path) -> Option<&[u8]> {
    use std::os::unix::ffi::OsStrExt;
    path.file_name().map(OsStrExt::as_bytes)
}

#[cfg(not(unix))]
fn file_name(path: &Path) -> Option<&[u8]> {
    path.file_name().map(|name| name.as_encoded_bytes())
}
