//! The gate itself: scan all objects, walk what refs reach, join both.

use std::collections::{HashMap, HashSet};

use super::clean::Clean;
use super::ledger::{Held, Ledger};
use super::logs;
use super::look::{Look, look};
use super::objects::{self, ObjectFindings};
use super::provenance::Holders;
use super::seen::{Seen, Seer};
use super::tell::{self, Told};
use crate::engine::{Engine, Scratch};
use crate::git::{Bounds, Child, GitError, Range, RefGlob, Repo, Store, Walked};
use crate::guard::feed::Feed;
use crate::guard::watch::Watch;
use crate::model::history::{History, Part, Scope};
use crate::model::{Coverage, Finding, Origin, SkipReason};
use crate::policy::Policy;

/// What is asked for.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Look at objects, too, that neither ref nor reflog reaches.
    pub unreachable: bool,
    /// Objects that are not there do not make the answer incomplete.
    pub allow_missing: bool,
    /// Only what refs reach that one of these means; none: all refs and reflogs.
    pub refs: Vec<RefGlob>,
    /// Not what is reached only by refs that one of these means.
    pub exclude: Vec<RefGlob>,
    /// Only commits of that second (since 1970) or later.
    pub since: Option<i64>,
    /// Only the commits of this range.
    pub range: Option<Range>,
    /// How objects are scanned.
    pub scan: objects::Options,
}

impl Request {
    /// Whether less is asked for than all that refs reach.
    #[must_use]
    pub fn is_narrow(&self) -> bool {
        self.bounds().are_narrow() || !self.refs.is_empty() || !self.exclude.is_empty()
    }

    pub(super) fn bounds(&self) -> Bounds {
        Bounds { since: self.since, range: self.range, unreachable: self.unreachable }
    }
}

/// Looks at everything a repository holds. What `clean` knows to hold nothing is not read, and it learns of more.
///
/// # Errors
/// If refs or objects cannot be listed. A single object that cannot be read is a skip in the coverage.
pub fn run(
    repo: &Repo,
    engine: &Engine,
    policy: &Policy,
    request: &Request,
    clean: Option<&mut Clean>,
    watch: Watch<'_>,
) -> Result<History, GitError> {
    let seer = Seer { rules: engine.rules(), policy };
    let Look { store, scanned, walked, names, remembered } = look(repo, engine, (request, seer), clean, watch)?;
    let mut join = Join {
        store: &store,
        engine,
        seer,
        limit: request.scan.limits.object,
        walked: &walked,
        ledger: Ledger::new(engine.rules(), policy),
        holders: Holders::default(),
        binary: HashSet::new(),
        coverage: Coverage::default(),
    };
    join.coverage(&scanned, request, watch);
    let bound = join.bound();
    join.objects(scanned, &bound);
    join.names(&names);
    join.refs();
    let Join { mut ledger, mut holders, binary, mut coverage, .. } = join;
    let logs = logs::scan(&walked.logs, engine, &mut ledger, &mut coverage);
    holders.fit(ledger.entries.len());
    let part = Part {
        refs: !request.refs.is_empty() || !request.exclude.is_empty(),
        since: request.since,
        range: request.range.is_some(),
    };
    let scope = Scope { remembered, part, ..scope(&walked) };
    let Told { lives, below, reach } = tell::all(&store, &walked, &ledger, &holders, &logs, &binary);
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
        part: Part::default(),
    }
}

/// Brings together what was found and what was walked.
struct Join<'a> {
    store: &'a Store,
    engine: &'a Engine,
    seer: Seer<'a>,
    /// The greatest object that is held, in bytes.
    limit: u64,
    walked: &'a Walked,
    ledger: Ledger<'a>,
    holders: Holders,
    /// The kept blobs that tools do not take for text.
    binary: HashSet<u32>,
    coverage: Coverage,
}

impl Join<'_> {
    fn coverage(&mut self, scanned: &ObjectFindings, request: &Request, watch: Watch<'_>) {
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
            // The walk has ended early too; what was scanned by then is what counts.
            self.coverage.objects = scanned.objects;
            self.coverage.skip(Origin::Object(b"history".to_vec()), SkipReason::Interrupted, "");
        }
    }

    /// Enters what was found in objects that were reached.
    fn objects(&mut self, scanned: ObjectFindings, but: &HashSet<Child>) {
        for found in scanned.found {
            let child = self.walked.child(found.oid);
            let Some(child) = child.filter(|child| !but.contains(child)) else { continue };
            // It was asked for. What was found would stand without it, too, only without its lines.
            let seen = found.seen.unwrap_or_else(|| self.seer.see(found.findings, &[]));
            self.enter(child, seen);
        }
    }

    /// Enters what an object holds.
    fn enter(&mut self, child: Child, seen: Seen) {
        if let Child::Blob(blob) = child
            && seen.is_binary
        {
            self.binary.insert(blob);
        }
        let held = self.ledger.enter_seen(seen);
        self.hold(child, held);
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

    /// Scans the blobs under names that rules are bound to, by all rules: which those are. One that may not be held is
    /// left to the other rules, and told.
    fn bound(&mut self) -> HashSet<Child> {
        let named: Vec<bool> = self.walked.names.iter().map(|name| self.engine.is_named(name)).collect();
        let is_named = |name: u32| named.get(name as usize).copied().unwrap_or(false);
        let mut pairs = HashSet::new();
        for (_, entries) in &self.walked.trees {
            for entry in entries {
                if let Child::Blob(blob) = entry.child
                    && entry.mode.is_file()
                    && is_named(entry.name)
                {
                    pairs.insert((blob, entry.name));
                }
            }
        }
        let mut pairs: Vec<(u32, u32)> = pairs.into_iter().collect();
        pairs.sort_unstable();
        let (mut feed, mut done) = (Feed::new(self.engine), HashSet::new());
        for &(blob, name) in &pairs {
            let (Some(&oid), Some(name)) = (self.walked.blobs.get(blob as usize), self.walked.names.get(name as usize))
            else {
                continue;
            };
            match self.store.read_within(oid, self.limit) {
                Ok((_, bytes)) => {
                    let findings: Vec<Finding> =
                        feed.bytes(&bytes, Some(name)).found.into_iter().map(|(finding, _)| finding).collect();
                    let seen = self.seer.see(findings, &bytes);
                    done.insert(Child::Blob(blob));
                    if seen.is_binary {
                        self.binary.insert(blob);
                    }
                    let mut held = self.ledger.enter_seen(seen);
                    self.holders.fit(self.ledger.entries.len());
                    held.retain(|held| !self.holders.blobs[held.secret as usize].iter().any(|(at, _)| *at == blob));
                    self.hold(Child::Blob(blob), held);
                }
                Err(error) => {
                    let origin = Origin::Object(format!("blob {oid}").into_bytes());
                    let reason = match error {
                        GitError::TooLarge { .. } => SkipReason::Budget,
                        _ => SkipReason::Unreadable,
                    };
                    self.coverage.skip(origin, reason, format!("rules bound to its name did not see it: {error}"));
                }
            }
        }
        done
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
