//! The pre-commit gate: the credentials that the commit being made would bring in.
//!
//! A credential is new if the staged blob holds it and neither the parents' blobs at that path nor a blob
//! that the same commit deletes does. So moved lines, renames and removals are quiet, and the whole blob
//! is still seen as context. What the parents held is read only where there is something to compare.

use std::collections::HashSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::thread;

use super::feed::{Fed, Feed, Found};
use super::names::Names;
use super::pipeline::contained;
use super::watch::Watch;
use crate::engine::Engine;
use crate::git::{self, Change, GitError, Oid, Repo, Staged};
use crate::model::{Coverage, Finding, Origin, RuleIx, Secret, SkipReason};
use crate::source::staged::{self, Blob};

/// Changes that one thread scans alone: starting others would cost more than it gives.
const FEW: usize = 32;

/// What a gate found, before policy has judged it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The new credentials, in order of path and place.
    pub found: Vec<Found>,
    /// What was scanned, and what could not be.
    pub coverage: Coverage,
    /// The paths that the commit adds or changes.
    pub paths: Vec<Vec<u8>>,
    /// What stands in those paths, as it stands there, and is a credential: nobody may be shown it.
    pub names: Vec<Secret>,
}

/// A credential's identity for comparing blobs.
type Known = HashSet<(RuleIx, Secret)>;

/// Scans what the next commit in `repo` would bring in.
///
/// # Errors
/// If the index or the parents cannot be read. A blob that cannot be read is a skip in the coverage.
pub fn run(repo: &Repo, engine: &Engine, watch: Watch<'_>) -> Result<Outcome, GitError> {
    let staged = repo.staged()?;
    let gate = Gate { engine, watch, staged: &staged, deleted: OnceLock::new(), next: AtomicUsize::new(0) };
    let parts = Mutex::new(Vec::new());
    let reopen = repo.reopener();
    thread::scope(|scope| {
        let helpers = match staged.changes.len() {
            0..=FEW => 0,
            _ => thread::available_parallelism().map_or(1, std::num::NonZero::get) - 1,
        };
        for _ in 0..helpers {
            // A thread that cannot open the repository again leaves the work to the others.
            let work = || reopen().map(|own| gate.work(&own, &parts));
            let _ = thread::Builder::new().spawn_scoped(scope, work);
        }
        gate.work(repo, &parts);
    });
    let mut parts = parts.into_inner().unwrap_or_else(PoisonError::into_inner);
    parts.sort_by_key(|(at, _)| *at);
    let paths = staged.changes.iter().map(|change| change.path.clone()).collect();
    let mut outcome = Outcome { paths, ..Outcome::default() };
    for (_, part) in parts {
        outcome.found.extend(part.found);
        outcome.coverage.merge(part.coverage);
    }
    names(repo, engine, &staged, &mut outcome)?;
    if watch.stopped() && outcome.coverage.skips.iter().all(|skip| skip.reason != SkipReason::Interrupted) {
        // Whoever interrupts a commit wants it not to be made, however far the gate had come.
        outcome.coverage.skip(Origin::Object(b"the commit".to_vec()), SkipReason::Interrupted, "");
    }
    Ok(outcome)
}

/// The credentials in names of files and directories. One is new if no parent has that name at that place, and no name
/// that the same commit takes away holds it: a file that is moved brings nothing in.
fn names(repo: &Repo, engine: &Engine, staged: &Staged, outcome: &mut Outcome) -> Result<(), GitError> {
    let mut feed = Feed::new(engine);
    let mut names = Names::default();
    let mut found = Vec::new();
    for change in &staged.changes {
        match contained(|| names.look(&mut feed, &change.path, true)) {
            Ok(here) => found.extend(here),
            Err(words) => {
                feed = Feed::new(engine);
                let origin = Origin::Object(b"the name of a file".to_vec());
                outcome.coverage.skip(origin, SkipReason::Unreadable, words);
            }
        }
    }
    if !found.is_empty() {
        let mut gone = Names::default();
        let paths = staged.deleted.iter().map(|deleted| deleted.path.as_slice());
        let known: Known = paths
            .filter_map(|path| contained(|| gone.look(&mut feed, path, true)).ok())
            .flatten()
            .map(|found| identity(&found.finding))
            .collect();
        for found in found {
            let stood = repo.stood_before(found.origin.label())?;
            if !stood && !known.contains(&identity(&found.finding)) {
                outcome.found.push(found);
            }
        }
    }
    outcome.names = names.into_hidden().into_iter().collect();
    Ok(())
}

/// What all threads share.
struct Gate<'a> {
    engine: &'a Engine,
    watch: Watch<'a>,
    staged: &'a Staged,
    /// The credentials in deleted blobs, read when first asked for.
    deleted: OnceLock<Known>,
    next: AtomicUsize,
}

impl Gate<'_> {
    /// Takes changes until there are none left.
    fn work(&self, repo: &Repo, parts: &Mutex<Vec<(usize, Outcome)>>) {
        let mut feed = Feed::new(self.engine);
        loop {
            let at = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(change) = self.staged.changes.get(at) else { return };
            let part = contained(|| self.one(repo, &mut feed, change)).unwrap_or_else(|words| {
                feed = Feed::new(self.engine);
                let mut part = Outcome::default();
                part.coverage.skip(staged::origin(change), SkipReason::Unreadable, words);
                part
            });
            if !part.found.is_empty() || part.coverage != Coverage::default() {
                parts.lock().unwrap_or_else(PoisonError::into_inner).push((at, part));
            }
        }
    }

    fn one(&self, repo: &Repo, feed: &mut Feed<'_>, change: &Change) -> Outcome {
        let mut part = Outcome::default();
        if self.watch.stopped() {
            part.coverage.skip(staged::origin(change), SkipReason::Interrupted, "");
            return part;
        }
        let content = match staged::read(repo, change) {
            Blob::New(content) => content,
            Blob::Same => return part,
            Blob::Skip(reason, detail) => {
                part.coverage.skip(staged::origin(change), reason, detail);
                return part;
            }
        };
        let mut scanned = self.scan(content, feed, staged::file_name(change));
        part.coverage.objects = 1;
        part.coverage.bytes = scanned.bytes;
        self.watch.progress.advance(1, scanned.bytes);
        if let Some((reason, detail)) = scanned.cut {
            part.coverage.skip(staged::origin(change), reason, detail);
        }
        if !scanned.found.is_empty() {
            let mut known = Known::new();
            for oid in staged::before(change) {
                self.learn(repo, feed, oid, staged::file_name(change), &mut known);
            }
            scanned.found.retain(|(finding, _)| !known.contains(&identity(finding)));
        }
        if !scanned.found.is_empty() {
            let known = self.deleted.get_or_init(|| self.read_deleted(repo));
            scanned.found.retain(|(finding, _)| !known.contains(&identity(finding)));
        }
        let origin = |(finding, place)| Found { origin: staged::origin(change), finding, place };
        part.found.extend(scanned.found.into_iter().map(origin));
        part
    }

    fn scan(&self, content: git::Blob, feed: &mut Feed<'_>, name: Option<&[u8]>) -> Fed {
        match content {
            git::Blob::Held(bytes) => feed.bytes_until(&bytes, name, self.watch.stop),
            git::Blob::Long(mut long) => feed.stream(&mut long.reader(), name, self.watch.stop),
        }
    }

    fn read_deleted(&self, repo: &Repo) -> Known {
        let mut feed = Feed::new(self.engine);
        let mut known = Known::new();
        for gone in self.staged.deleted.iter().filter(|gone| gone.mode.is_blob()) {
            let name = if gone.mode.is_file() { staged::last_component(&gone.path) } else { None };
            self.learn(repo, &mut feed, gone.oid, name, &mut known);
        }
        known
    }

    /// Adds what an old blob held. One that cannot be read, or not to its end, excuses nothing that was not seen: what is
    /// staged is then reported as new.
    fn learn(&self, repo: &Repo, feed: &mut Feed<'_>, oid: Oid, name: Option<&[u8]>, known: &mut Known) {
        if let Ok(content) = staged::content(repo, oid) {
            let before = self.scan(content, feed, name);
            known.extend(before.found.iter().map(|(finding, _)| identity(finding)));
        }
    }
}

fn identity(finding: &Finding) -> (RuleIx, Secret) {
    (finding.rule, finding.secret.clone())
}
