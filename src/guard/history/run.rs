//! The gate itself: scan all objects, walk what refs reach, join both.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use super::clean::Clean;
use super::ledger::{Held, Ledger};
use super::objects::{self, ObjectFindings};
use super::provenance::Holders;
use super::sight::Eyes;
use super::tell::{self, Told};
use crate::engine::{Engine, Scratch};
use crate::git::{Child, GitError, ObjectKind, Oid, Repo, Store, Walked};
use crate::guard::feed::Feed;
use crate::guard::watch::Watch;
use crate::model::history::{History, Scope};
use crate::model::{Coverage, Finding, Origin, SkipReason};
use crate::policy::Policy;

/// How many bytes of a file tools look at to see whether it is text: as `git filter-repo` does.
const BINARY_IF_NUL_IN: usize = 8192;

/// What is asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Request {
    /// Look at objects, too, that neither ref nor reflog reaches.
    pub unreachable: bool,
    /// Objects that are not there do not make the answer incomplete.
    pub allow_missing: bool,
    /// How objects are scanned.
    pub scan: objects::Options,
}

/// Looks at everything a repository holds. What `clean` knows to hold nothing is not read, and it learns of more.
///
/// # Errors
/// If refs or objects cannot be listed. A single object that cannot be read is a skip in the coverage.
pub fn run(
    repo: &Repo,
    engine: &Engine,
    policy: &Policy,
    request: Request,
    mut clean: Option<&mut Clean>,
    watch: Watch<'_>,
) -> Result<History, GitError> {
    let tips = repo.tips()?;
    let (known, remembered) = (clean.as_deref(), AtomicU64::new(0));
    let wanted = |oid: Oid, kind: ObjectKind| {
        let is_known = kind != ObjectKind::Tree && known.is_some_and(|known| known.holds(oid));
        remembered.fetch_add(u64::from(is_known), Ordering::Relaxed);
        kind != ObjectKind::Tree && !is_known
    };
    let options = objects::Options { tell_clean: known.is_some(), ..request.scan };
    let mut scanned = objects::scan_objects(&Store::open(repo)?, wanted, engine, options, watch)?;
    if let Some(clean) = clean.as_deref_mut() {
        clean.add(std::mem::take(&mut scanned.clean));
    }
    let blobs = scanned.found.iter().filter(|found| found.kind == ObjectKind::Blob).map(|found| found.oid);
    let mut eyes = Eyes { engine, scratch: Scratch::default(), blobs: blobs.collect(), names: HashMap::new(), watch };
    let walked = repo.walk(tips, request.unreachable, &mut eyes)?;
    let mut join = Join {
        repo,
        engine,
        walked: &walked,
        ledger: Ledger::new(engine.rules(), policy),
        holders: Holders::default(),
        binary: HashSet::new(),
        coverage: Coverage::default(),
    };
    join.coverage(&scanned, request, watch);
    let bound = join.bound();
    join.objects(scanned, &bound);
    join.names(&eyes.names);
    join.refs();
    let Join { ledger, mut holders, binary, coverage, .. } = join;
    holders.fit(ledger.entries.len());
    let scope = Scope { remembered: clean.map(|_| remembered.into_inner()), ..scope(&walked) };
    let Told { lives, below, reach } = tell::all(repo, &walked, &ledger, &holders, &binary);
    Ok(History { lives, below_threshold: below, reach, scope, coverage })
}

fn scope(walked: &Walked) -> Scope {
    let counts = walked.counts;
    Scope {
        refs: walked.refs.iter().filter(|(name, _)| !name.symbolic).count() as u64,
        commits: counts.commits,
        tags: counts.tags,
        trees: counts.trees,
        blobs: counts.blobs,
        unreachable: walked.unreachable,
        remembered: None,
    }
}

/// Brings together what was found and what was walked.
struct Join<'a> {
    repo: &'a Repo,
    engine: &'a Engine,
    walked: &'a Walked,
    ledger: Ledger<'a>,
    holders: Holders,
    /// The kept blobs that tools do not take for text.
    binary: HashSet<u32>,
    coverage: Coverage,
}

impl Join<'_> {
    fn coverage(&mut self, scanned: &ObjectFindings, request: Request, watch: Watch<'_>) {
        self.coverage.objects = self.walked.counts.total();
        self.coverage.bytes = scanned.bytes;
        let mut told = HashSet::new();
        for (oid, reason, detail) in &scanned.skips {
            // What is broken, and of no concern to any ref, is no concern of this run.
            if oid.is_none_or(|oid| request.unreachable || self.walked.reached(oid)) {
                told.extend(*oid);
                let label = oid.map_or_else(|| "packs".to_owned(), |oid| format!("object {oid}"));
                self.coverage.skip(Origin::Object(label.into_bytes()), *reason, detail.clone());
            }
        }
        for problem in &self.walked.problems {
            let known = problem.oid.is_some_and(|oid| told.contains(&oid));
            if !(known || request.allow_missing && problem.reason == SkipReason::Missing) {
                let origin = Origin::Object(problem.what.clone().into_bytes());
                self.coverage.skip(origin, problem.reason, problem.detail.clone());
            }
        }
        if self.walked.more_problems > 0 && !request.allow_missing {
            let detail = format!("{} more are not there or cannot be read", self.walked.more_problems);
            self.coverage.skip(Origin::Object(b"objects".to_vec()), SkipReason::Missing, detail);
        }
        if watch.stopped() {
            self.coverage.skip(Origin::Object(b"history".to_vec()), SkipReason::Interrupted, "");
        }
    }

    /// Enters what was found in objects that were reached.
    fn objects(&mut self, scanned: ObjectFindings, but: &HashSet<Child>) {
        let mut bytes = Vec::new();
        for found in scanned.found {
            let child = self.walked.child(found.oid);
            let Some(child) = child.filter(|child| !but.contains(child)) else { continue };
            if self.repo.object(found.oid, &mut bytes).is_err() {
                // It could be read a moment ago. What was found stands, without its lines.
                bytes.clear();
            }
            let held = self.ledger.enter(found.findings, &bytes);
            self.mark_binary(child, &bytes);
            self.hold(child, held);
        }
    }

    /// Notes a blob that has a NUL where git and its tools look for one.
    fn mark_binary(&mut self, child: Child, bytes: &[u8]) {
        if let Child::Blob(blob) = child
            && bytes.iter().take(BINARY_IF_NUL_IN).any(|byte| *byte == 0)
        {
            self.binary.insert(blob);
        }
    }

    fn hold(&mut self, child: Child, held: Vec<Held>) {
        let count = self.ledger.entries.len();
        self.holders.fit(count);
        for held in held {
            let secret = held.secret as usize;
            match child {
                Child::Blob(at) => self.holders.blobs[secret].push((at, held)),
                Child::Commit(at) => self.holders.commits[secret].push((at, held)),
                Child::Tag(at) => self.holders.tags[secret].push((at, held)),
                Child::Tree(_) | Child::Nothing => {}
            }
        }
    }

    /// Scans the blobs under names that rules are bound to, by all rules: which those are.
    fn bound(&mut self) -> HashSet<Child> {
        let mut pairs = HashSet::new();
        for (_, entries) in &self.walked.trees {
            for entry in entries {
                let name = self.walked.names.get(entry.name as usize);
                if let (Child::Blob(blob), Some(name)) = (entry.child, name)
                    && entry.mode.is_file()
                    && self.engine.is_named(name)
                {
                    pairs.insert((blob, entry.name));
                }
            }
        }
        let mut pairs: Vec<(u32, u32)> = pairs.into_iter().collect();
        pairs.sort_unstable();
        let (mut feed, mut bytes) = (Feed::new(self.engine), Vec::new());
        for &(blob, name) in &pairs {
            let (Some(&oid), Some(name)) = (self.walked.blobs.get(blob as usize), self.walked.names.get(name as usize))
            else {
                continue;
            };
            match self.repo.object(oid, &mut bytes) {
                Ok(_) => {
                    let findings: Vec<Finding> =
                        feed.bytes(&bytes, Some(name)).found.into_iter().map(|(finding, _)| finding).collect();
                    let mut held = self.ledger.enter(findings, &bytes);
                    self.holders.fit(self.ledger.entries.len());
                    held.retain(|held| !self.holders.blobs[held.secret as usize].iter().any(|(at, _)| *at == blob));
                    self.mark_binary(Child::Blob(blob), &bytes);
                    self.hold(Child::Blob(blob), held);
                }
                Err(error) => {
                    let origin = Origin::Object(format!("blob {oid}").into_bytes());
                    self.coverage.skip(origin, SkipReason::Unreadable, error.to_string());
                }
            }
        }
        pairs.into_iter().map(|(blob, _)| Child::Blob(blob)).collect()
    }

    fn names(&mut self, found: &HashMap<Vec<u8>, Vec<Finding>>) {
        for (at, name) in self.walked.names.iter().enumerate() {
            let Some(findings) = found.get(&**name) else { continue };
            let held = self.ledger.enter(findings.clone(), name);
            self.holders.fit(self.ledger.entries.len());
            for held in held {
                self.holders.names[held.secret as usize].push(at as u32);
            }
        }
    }

    fn refs(&mut self) {
        let mut scratch = Scratch::default();
        for (at, (name, _)) in self.walked.refs.iter().enumerate() {
            let findings = self.engine.scan(&mut scratch, &name.name);
            if findings.is_empty() {
                continue;
            }
            let held = self.ledger.enter(findings, &name.name);
            self.holders.fit(self.ledger.entries.len());
            for held in held {
                self.holders.refs[held.secret as usize].push(at as u32);
            }
        }
    }
}

impl Holders {
    /// Makes room for so many credentials.
    fn fit(&mut self, count: usize) {
        self.blobs.resize_with(count, Vec::new);
        self.commits.resize_with(count, Vec::new);
        self.tags.resize_with(count, Vec::new);
        self.names.resize_with(count, Vec::new);
        self.refs.resize_with(count, Vec::new);
    }
}
