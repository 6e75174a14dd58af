//! The first pass over a push's new objects: commits, tags and trees, which say how all of it hangs together. Their
//! own text is scanned on the way; trees' names are collected to be scanned once each.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::io::{Error, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::halt::Halt;
use crate::engine::{Engine, Scratch};
use crate::git::{GitError, Incoming, Limits, Object, ObjectKind, Oid, Parent, Structure, TreeItem, Visit};
use crate::guard::pipeline::contained;
use crate::guard::watch::Progress as _;
use crate::model::Finding;

/// What the first pass gives.
#[derive(Default)]
pub(super) struct First {
    pub(super) structure: Structure,
    /// Commits and tags in which something was found.
    pub(super) found: Vec<(Oid, ObjectKind, Vec<Finding>)>,
    pub(super) names: Names,
    pub(super) objects: u64,
    pub(super) bytes: u64,
    pub(super) failure: Option<GitError>,
}

/// Most names that are remembered, so that each is scanned once.
const MOST_SEEN: usize = 1 << 18;
/// Most bytes of names that are kept because something was found in them, or a rule is bound to them.
const MOST_KEPT: usize = 16 << 20;

/// The names in trees. A pack of half a megabyte can hold gigabytes of them.
#[derive(Default)]
pub(super) struct Names {
    /// Two hashes of each, drawn anew in every process.
    seen: HashSet<(u64, u64)>,
    hashers: (RandomState, RandomState),
    kept: usize,
    /// Whether there was more than can be kept.
    pub(super) overflows: bool,
    /// What was found in them.
    pub(super) found: HashMap<Vec<u8>, Vec<Finding>>,
    /// Blobs under names that rules are bound to, with the names.
    pub(super) bound: HashMap<Oid, BTreeSet<Vec<u8>>>,
}

impl Names {
    #[expect(clippy::iter_over_hash_type, reason = "sets are put together: their order is of no account")]
    fn add_bound(&mut self, more: HashMap<Oid, BTreeSet<Vec<u8>>>) {
        for (oid, names) in more {
            self.bound.entry(oid).or_default().extend(names);
        }
    }

    /// Takes in an entry of a tree.
    pub(super) fn take(&mut self, engine: &Engine, scratch: &mut Scratch, item: &TreeItem<'_>) {
        if item.mode.is_file() && engine.is_named(item.name) {
            let known = self.bound.get(&item.oid).is_some_and(|names| names.contains(item.name));
            if !known && self.is_room(item.name.len()) {
                self.bound.entry(item.oid).or_default().insert(item.name.to_vec());
            }
        }
        let hash = (self.hashers.0.hash_one(item.name), self.hashers.1.hash_one(item.name));
        if self.seen.contains(&hash) {
            return;
        }
        if self.seen.len() >= MOST_SEEN {
            // To scan a name twice costs time, and nothing else.
            self.seen.clear();
        }
        self.seen.insert(hash);
        let findings = engine.scan(scratch, item.name);
        if !findings.is_empty() && self.is_room(item.name.len() + findings.len() * A_FINDING) {
            self.found.insert(item.name.to_vec(), findings);
        }
    }

    /// Whether so many bytes more, and what it takes to keep them, can be kept. From the first that cannot on, the look
    /// at the names is not complete.
    fn is_room(&mut self, bytes: usize) -> bool {
        self.kept += bytes + KEEPING;
        self.overflows |= self.kept > MOST_KEPT;
        !self.overflows
    }
}

/// Bytes it takes to keep a name, and a finding, roughly.
const KEEPING: usize = 200;
const A_FINDING: usize = 500;

/// Most commits, unless an admin takes more than twice as many objects: what they say of each other is held in memory,
/// and an honest commit brings a tree at least.
const MOST_COMMITS: usize = 1 << 19;

/// The pass, shared by all threads.
struct Pass<'a> {
    incoming: &'a Incoming,
    engine: &'a Engine,
    halt: &'a Halt,
    most_commits: usize,
    /// Whether there are more.
    too_many: AtomicBool,
    all: Mutex<First>,
}

/// One thread's part: handed in when it is dropped.
struct Worker<'a> {
    pass: &'a Pass<'a>,
    scratch: Scratch,
    part: First,
}

impl Drop for Worker<'_> {
    fn drop(&mut self) {
        let part = std::mem::take(&mut self.part);
        let mut all = self.pass.all.lock().unwrap_or_else(PoisonError::into_inner);
        all.structure.merge(part.structure);
        all.found.extend(part.found);
        all.names.overflows |= part.names.overflows;
        all.names.found.extend(part.names.found);
        all.names.add_bound(part.names.bound);
        all.objects += part.objects;
        all.bytes += part.bytes;
        let failure = all.failure.take();
        all.failure = failure.or(part.failure);
    }
}

impl Worker<'_> {
    fn take(&mut self, object: Object<'_>) -> Result<(), GitError> {
        let Object { oid, kind, bytes, .. } = object;
        let Self { pass, scratch, part } = self;
        let First { structure, names, .. } = part;
        structure.take(pass.incoming, (oid, kind), bytes, &mut |item| names.take(pass.engine, scratch, &item))?;
        if kind != ObjectKind::Tree {
            let findings = pass.engine.scan(scratch, bytes);
            if !findings.is_empty() {
                pass.halt.sighted(&findings);
                part.found.push((oid, kind, findings));
            }
        }
        Ok(())
    }
}

impl<'a> Visit for &'a Pass<'a> {
    type Worker = Worker<'a>;
    type State = ();

    fn worker(&self) -> Worker<'a> {
        Worker { pass: self, scratch: Scratch::default(), part: First::default() }
    }

    fn object(&self, worker: &mut Worker<'a>, object: Object<'_>, _: Option<Parent<'_, ()>>) -> Option<()> {
        let (oid, kind, len) = (object.oid, object.kind, object.bytes.len() as u64);
        if self.too_many.load(Ordering::Relaxed) {
            return None;
        }
        let taken = contained(|| worker.take(object));
        let failure = match taken {
            Ok(result) => result.err(),
            Err(words) => Some(GitError::Object { what: kind.as_str(), oid, detail: words }),
        };
        if failure.is_some() && worker.part.failure.is_none() {
            worker.part.failure = failure;
        }
        if worker.part.structure.is_heavy() {
            let mut all = self.all.lock().unwrap_or_else(PoisonError::into_inner);
            worker.part.structure.hand_on(&mut all.structure);
            if let Err(failure) = check(&all, self.most_commits) {
                all.failure = Some(failure);
                self.too_many.store(true, Ordering::Relaxed);
            }
        }
        worker.part.objects += 1;
        worker.part.bytes += len;
        self.halt.advance(1, len);
        None
    }

    fn stream(&self, _: &mut Worker<'a>, _: Oid, _: ObjectKind, _: u64, _: &mut dyn Read) -> std::io::Result<()> {
        Err(Error::new(ErrorKind::InvalidData, "a commit, tag or tree of that size is no honest one"))
    }

    fn weight(&self, (): &()) -> usize {
        0
    }
}

/// Whether what was collected is as much as can be kept.
fn check(first: &First, most_commits: usize) -> Result<(), GitError> {
    if first.structure.commits.len() > most_commits {
        return Err(GitError::TooMany(format!("more than {most_commits} commits")));
    }
    first.structure.check()
}

/// Makes the first pass. A new object that cannot be read, or is malformed, ends it.
pub(super) fn pass(
    incoming: &Incoming,
    engine: &Engine,
    (limits, most_objects): (Limits, usize),
    halt: &Halt,
) -> Result<First, GitError> {
    let (most_commits, too_many) = (MOST_COMMITS.max(most_objects / 2), AtomicBool::new(false));
    let pass = Pass { incoming, engine, halt, most_commits, too_many, all: Mutex::default() };
    if let Some(fresh) = incoming.fresh() {
        let wanted = |oid: Oid, kind: ObjectKind| kind != ObjectKind::Blob && incoming.is_new(oid);
        let troubles = fresh.visit(wanted, &&pass, limits, halt.flag())?;
        if let Some(trouble) = troubles.into_iter().next() {
            return Err(trouble.error);
        }
    }
    let first = pass.all.into_inner().unwrap_or_else(PoisonError::into_inner);
    let checked = check(&first, most_commits);
    match first.failure {
        Some(failure) => Err(failure),
        None => checked.map(|()| first),
    }
}
