//! Scans every object of a store: what each holds, as if it were scanned by itself.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::engine::Engine;
use crate::git::{GitError, ObjectKind, Oid, Repo};
use crate::guard::feed::Feed;
use crate::guard::pipeline::contained;
use crate::guard::watch::Watch;
use crate::model::{Finding, SkipReason};

/// How the objects are scanned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Scan every object whole, instead of what its delta adds. Slower, with the same result.
    pub whole: bool,
    /// How many threads scan; by default, as many as the machine can run.
    pub threads: Option<NonZero<usize>>,
}

/// An object in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub oid: Oid,
    /// Its kind.
    pub kind: ObjectKind,
    /// What it holds, resolved, in order of place.
    pub findings: Vec<Finding>,
}

/// What came of a scan of all objects.
#[derive(Debug, Default)]
pub struct ObjectFindings {
    /// The objects with findings, in order of id.
    pub found: Vec<Found>,
    /// Objects scanned.
    pub objects: u64,
    /// Bytes of those objects, expanded.
    pub bytes: u64,
    /// Objects that were not scanned, or not to their end, and why; `None` for what concerns a pack as a whole.
    /// In order of id.
    pub skips: Vec<(Option<Oid>, SkipReason, String)>,
    /// Whether the scan was ended early.
    pub interrupted: bool,
}

/// Scans all objects that are wanted: blobs, commits and tags as they are.
///
/// # Errors
/// If the store's directories cannot be listed. An object that cannot be read is a skip.
pub fn scan_objects(
    repo: &Repo,
    wanted: impl Fn(Oid, ObjectKind) -> bool + Sync,
    engine: &Engine,
    options: Options,
    watch: Watch<'_>,
) -> Result<ObjectFindings, GitError> {
    let (ids, next) = (repo.object_ids()?, AtomicUsize::new(0));
    let all = Mutex::new(ObjectFindings::default());
    let threads = options.threads.or_else(|| thread::available_parallelism().ok());
    let reopen = repo.reopener();
    let work = |own: &Repo| {
        let (mut feed, mut buffer, mut part) = (Feed::new(engine), Vec::new(), ObjectFindings::default());
        while let Some(&oid) = ids.get(next.fetch_add(1, Ordering::Relaxed)) {
            if watch.stopped() {
                break;
            }
            match own.object(oid, &mut buffer) {
                Ok(kind) if wanted(oid, kind) => match contained(|| feed.bytes(&buffer, None)) {
                    Ok(fed) => {
                        part.objects += 1;
                        part.bytes += fed.bytes;
                        watch.progress.advance(1, fed.bytes);
                        part.skips.extend(fed.cut.map(|(reason, words)| (Some(oid), reason, words)));
                        let findings: Vec<Finding> = fed.found.into_iter().map(|(finding, _)| finding).collect();
                        if !findings.is_empty() {
                            part.found.push(Found { oid, kind, findings });
                        }
                    }
                    Err(words) => {
                        feed = Feed::new(engine);
                        part.skips.push((Some(oid), SkipReason::Unreadable, words));
                    }
                },
                Ok(_) => {}
                Err(error) => part.skips.push((Some(oid), SkipReason::Unreadable, error.to_string())),
            }
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.found.append(&mut part.found);
        all.skips.append(&mut part.skips);
        all.objects += part.objects;
        all.bytes += part.bytes;
    };
    thread::scope(|scope| {
        for _ in 1..threads.map_or(1, NonZero::get) {
            let _ = thread::Builder::new().spawn_scoped(scope, || reopen().map(|own| work(&own)));
        }
        work(repo);
    });
    let mut result = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    result.found.sort_by_key(|found| found.oid);
    result.skips.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    result.interrupted = watch.stopped();
    Ok(result)
}
