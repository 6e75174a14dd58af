//! Scans every object of a store: what each holds, as if it were scanned by itself.

use std::collections::HashSet;
use std::hash::{BuildHasher as _, RandomState};
use std::io::{Error, ErrorKind, Read};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::care::{Care, SHARED};
use super::seen::{Glimpses, Seen, Seer};
use crate::engine::delta::{Ask, Copied, Trace, Tracer};
use crate::engine::{Engine, Scratch};
use crate::git::{
    CommitLinks, GitError, Limits, Object, ObjectKind, Oid, Op, Parent, Store, Trouble, Visit, commit_links,
};
use crate::guard::feed::{Feed, MAX_FINDINGS, too_many};
use crate::guard::pipeline::contained;
use crate::guard::watch::Watch;
use crate::model::{Confidence, Finding, Place, SkipReason};

/// How the objects are scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Scan every object whole, instead of what its delta adds. Slower, with the same result.
    pub whole: bool,
    /// How much memory may be taken.
    pub limits: Limits,
    /// Say in which objects nothing was found.
    pub tell_clean: bool,
    /// Findings that are less sure need not be told.
    pub least: Confidence,
    /// Leave out blobs that are not text, and say which they are.
    pub only_text: bool,
}

impl Default for Options {
    fn default() -> Self {
        let limits = Limits::default();
        Self { whole: false, limits, tell_clean: false, least: Confidence::Low, only_text: false }
    }
}

/// How many bytes of a blob tell whether it is text: as git does, it is not where one of them is NUL.
const TEXT_IF_NO_NUL_IN: usize = 8000;

/// An object in which something was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub oid: Oid,
    /// Its kind.
    pub kind: ObjectKind,
    /// What it holds, resolved, in order of place; none where that is in `seen`.
    pub findings: Vec<Finding>,
    /// The same, with what the object's bytes tell about it.
    pub(super) seen: Option<Seen>,
}

/// What came of a scan of all objects.
#[derive(Debug, Default)]
pub struct ObjectFindings {
    /// The objects with findings, in order of id.
    pub found: Vec<Found>,
    /// The objects that were scanned to their end, and nothing was found, in no order; if that was asked for.
    pub clean: Vec<Oid>,
    /// What commits name, in no order; of as many as are worth it, if that was asked for.
    pub(super) links: Vec<(Oid, CommitLinks)>,
    /// Blobs that were left out because they are not text, in no order; if that was asked for.
    pub left_out: Vec<Oid>,
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

/// Scans all objects of `store` that are wanted: blobs, commits and tags as they are. An object whose kind cannot
/// be known, because it is broken, is asked for as every kind.
///
/// # Errors
/// If the store's directories cannot be listed. An object that cannot be read is a skip.
pub fn scan_objects(
    store: &Store,
    wanted: impl Fn(Oid, ObjectKind) -> bool + Sync,
    engine: &Engine,
    options: Options,
    watch: Watch<'_>,
) -> Result<ObjectFindings, GitError> {
    scan_seeing(store, wanted, engine, options, None, watch)
}

/// The same; what bytes tell of findings is noted by `seer` while they are at hand, and what commits name.
pub(super) fn scan_seeing(
    store: &Store,
    wanted: impl Fn(Oid, ObjectKind) -> bool + Sync,
    engine: &Engine,
    options: Options,
    seer: Option<Seer<'_>>,
    watch: Watch<'_>,
) -> Result<ObjectFindings, GitError> {
    let scan = Scan {
        engine,
        tracer: OnceLock::new(),
        options,
        seer,
        watch,
        parts: Mutex::default(),
        seen: Mutex::default(),
        hasher: RandomState::new(),
    };
    let mut troubles = store.visit(wanted, &&scan, options.limits, watch.stop)?;
    let mut result = std::mem::take(&mut *scan.parts.lock().unwrap_or_else(PoisonError::into_inner));
    result.found.sort_by_key(|found| found.oid);
    // One that a pack has twice was shown twice.
    result.found.dedup_by_key(|found| found.oid);
    result.skips.extend(troubles.drain(..).map(skip));
    result.skips.extend(store.troubles().iter().map(|error| (None, SkipReason::Unreadable, error.to_string())));
    result.skips.sort_by(|a, b| (a.0, a.1, &a.2).cmp(&(b.0, b.1, &b.2)));
    result.interrupted = watch.stopped();
    Ok(result)
}

impl ObjectFindings {
    /// Takes in what another scan of the same repository, later, gave. What both looked at is told once.
    pub(super) fn add(&mut self, later: Self) {
        self.found.extend(later.found);
        self.found.sort_by_key(|found| found.oid);
        self.found.dedup_by_key(|found| found.oid);
        self.clean.extend(later.clean);
        self.links.extend(later.links);
        self.skips.extend(later.skips);
        self.objects += later.objects;
        self.bytes += later.bytes;
        self.interrupted |= later.interrupted;
    }
}

fn skip(Trouble { oid, error, .. }: Trouble) -> (Option<Oid>, SkipReason, String) {
    let reason = match error {
        GitError::Missing { .. } => SkipReason::Missing,
        GitError::TooLarge { .. } => SkipReason::Budget,
        _ => SkipReason::Unreadable,
    };
    (oid, reason, error.to_string())
}

/// The scan, shared by all threads.
struct Scan<'a> {
    engine: &'a Engine,
    /// Made where the first object is met that is made of another, or others of it: a small push has none.
    tracer: OnceLock<Tracer<'a>>,
    options: Options,
    seer: Option<Seer<'a>>,
    watch: Watch<'a>,
    parts: Mutex<ObjectFindings>,
    /// Hashes of the credentials found so far, as far as they are counted while the scan goes on.
    seen: Mutex<HashSet<u64>>,
    hasher: RandomState,
}

/// Most credentials that are told apart while counting.
const MAX_SEEN: usize = 1 << 16;
/// Most commits of which each thread notes what they name: some 20 MB. The others are read again.
const MAX_LINKS: usize = 100_000;

impl Scan<'_> {
    /// Tells the progress of credentials that were not seen before.
    fn count(&self, findings: &[Finding]) {
        let hashes = findings.iter().map(|finding| self.hasher.hash_one((finding.rule, finding.secret.expose())));
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let before = seen.len();
        if before < MAX_SEEN {
            seen.extend(hashes);
            self.watch.progress.found((seen.len() - before) as u64);
        }
    }
}

/// One thread's part: handed in when it is dropped.
struct Worker<'a> {
    scan: &'a Scan<'a>,
    feed: Feed<'a>,
    scratch: Scratch,
    part: ObjectFindings,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let mut all = self.scan.parts.lock().unwrap_or_else(PoisonError::into_inner);
        all.found.append(&mut self.part.found);
        all.clean.append(&mut self.part.clean);
        all.links.append(&mut self.part.links);
        all.left_out.append(&mut self.part.left_out);
        all.skips.append(&mut self.part.skips);
        all.objects += self.part.objects;
        all.bytes += self.part.bytes;
    }
}

impl Worker<'_> {
    /// Notes once why an object was not scanned to its end.
    fn cut(&mut self, oid: Oid, cut: Option<(SkipReason, String)>) {
        let cut = cut.map(|(reason, words)| (Some(oid), reason, words));
        if self.part.skips.last() != cut.as_ref() {
            self.part.skips.extend(cut);
        }
    }

    /// `whole`: it was read to its end. `see` tells of what was found, if that is asked for.
    fn done(
        &mut self,
        (oid, kind, bytes): (Oid, ObjectKind, u64),
        mut findings: Vec<Finding>,
        whole: bool,
        see: impl FnOnce(Seer<'_>, Vec<Finding>) -> Seen,
    ) {
        self.part.objects += 1;
        self.part.bytes += bytes;
        self.scan.watch.progress.advance(1, bytes);
        if findings.len() > MAX_FINDINGS {
            findings.truncate(MAX_FINDINGS);
            self.cut(oid, Some(too_many()));
        }
        if findings.is_empty() {
            if whole && self.scan.options.tell_clean {
                self.part.clean.push(oid);
            }
        } else {
            self.scan.watch.progress.sighted(&findings);
            self.scan.count(&findings);
            let mut seen = None;
            if let Some(seer) = self.scan.seer {
                match contained(|| see(seer, std::mem::take(&mut findings))) {
                    Ok(told) => seen = Some(told),
                    Err(words) => return self.cut(oid, Some((SkipReason::Unreadable, words))),
                }
            }
            self.part.found.push(Found { oid, kind, findings, seen });
        }
    }
}

impl Worker<'_> {
    /// Notes what a commit names, so that it need not be read again for that.
    fn links(&mut self, oid: Oid, kind: ObjectKind, bytes: &[u8]) {
        if kind == ObjectKind::Commit && self.scan.seer.is_some() && self.part.links.len() < MAX_LINKS {
            self.part.links.extend(commit_links(bytes, oid.hash_kind()).map(|links| (oid, links)));
        }
    }
}

/// Whether a blob is not text, as git sees it.
fn is_binary(bytes: &[u8]) -> bool {
    memchr::memchr(0, bytes.get(..TEXT_IF_NO_NUL_IN).unwrap_or(bytes)).is_some()
}

impl<'a> Visit for &'a Scan<'a> {
    type Worker = Worker<'a>;
    type State = Trace;

    fn worker(&self) -> Worker<'a> {
        let (scan, scratch) = (*self, Scratch::default());
        Worker { scan, feed: Feed::new(scan.engine), scratch, part: ObjectFindings::default() }
    }

    fn object(&self, worker: &mut Worker<'a>, object: Object<'_>, parent: Option<Parent<'_, Trace>>) -> Option<Trace> {
        let Object { oid, kind, bytes, is_base } = object;
        if self.options.only_text && kind == ObjectKind::Blob && is_binary(bytes) {
            worker.part.left_out.push(oid);
            return None;
        }
        let keep = is_base && !self.options.whole;
        let (scratch, least) = (&mut worker.scratch, self.options.least);
        let care = Care::new(self.engine, self.watch, least, bytes.len());
        let ask = Ask { keep, least, go_on: &mut |found| care.go_on(found) };
        let tracer = || self.tracer.get_or_init(|| Tracer::new(self.engine));
        let scan = || match &parent {
            Some(parent) => tracer().made(scratch, parent.state, copied(parent.ops), bytes, ask),
            None if keep => tracer().whole(scratch, bytes, ask),
            None => {
                let threads = if bytes.len() > SHARED { self.options.limits.threads() } else { 1 };
                (care.shared(scratch, bytes, threads), None)
            }
        };
        match contained(scan) {
            Ok((findings, trace)) => {
                let cut = care.cut();
                worker.links(oid, kind, bytes);
                let see = |seer: Seer<'_>, findings| seer.see(findings, bytes);
                worker.done((oid, kind, bytes.len() as u64), findings, cut.is_none(), see);
                worker.cut(oid, cut);
                trace
            }
            Err(words) => {
                worker.scratch = Scratch::default();
                worker.part.skips.push((Some(oid), SkipReason::Unreadable, words));
                None
            }
        }
    }

    fn stream(
        &self,
        worker: &mut Worker<'a>,
        oid: Oid,
        kind: ObjectKind,
        _: u64,
        reader: &mut dyn Read,
    ) -> std::io::Result<()> {
        let mut glimpses = Glimpses::default();
        let mut told = |found: &[(Finding, Place)], bytes: &[u8], base: u64| {
            glimpses.look(found, bytes, base);
            let found: Vec<Finding> = found.iter().map(|(finding, _)| finding.clone()).collect();
            self.watch.progress.sighted(&found);
        };
        let fed = worker.feed.stream_told(reader, self.watch.stop, &mut told);
        let (findings, places): (Vec<Finding>, Vec<Place>) = fed.found.into_iter().unzip();
        let see = |seer: Seer<'_>, findings| glimpses.see(seer, findings, &places);
        worker.done((oid, kind, fed.bytes), findings, fed.cut.is_none(), see);
        match fed.cut {
            Some((SkipReason::Unreadable, words)) => Err(Error::new(ErrorKind::InvalidData, words)),
            cut => {
                worker.cut(oid, cut);
                Ok(())
            }
        }
    }

    fn weight(&self, trace: &Trace) -> usize {
        trace.weight()
    }
}

/// The runs that an object shares with its base.
fn copied(ops: &[Op]) -> impl Iterator<Item = Copied> + '_ {
    let mut to = 0;
    ops.iter().filter_map(move |op| {
        let start = to;
        to += op.len();
        match *op {
            Op::Copy { from, .. } => Some(Copied { from: from as usize, to: start, len: op.len() }),
            Op::Insert { .. } => None,
        }
    })
}
