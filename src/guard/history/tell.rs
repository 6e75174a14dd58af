//! From courses over numbers to lives that people can read.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::ledger::Ledger;
use super::logs::LogLines;
use super::paths::Paths;
use super::provenance::{BATCH, Course, Found, Holders, Pass};
use crate::git::{Store, Walked, people};
use crate::guard::pipeline::info;
use crate::model::history::{CommitInfo, Introduction, Life, Listed, LiveAt, Reach, Removal, Spot};
use crate::model::{Secret, Verdict};

/// Most commits, refs and branches that are told of one credential, each.
const MOST: usize = 100;
/// Most paths that are told of one credential.
const MOST_PATHS: usize = 1000;

/// What is told of all credentials.
#[derive(Default)]
pub(super) struct Told {
    /// The lives of those that count or were allowed, the worst first.
    pub(super) lives: Vec<Life>,
    /// How many others there are.
    pub(super) below: u64,
    /// What those that count are in, beside the text of blobs, commits and tags.
    pub(super) reach: Reach,
}

/// Tells of all credentials. `binary`: the blobs that tools do not take for text, by place in the list of blobs.
pub(super) fn all(
    store: &Store,
    walked: &Walked,
    ledger: &Ledger<'_>,
    holders: &Holders,
    logs: &LogLines,
    binary: &HashSet<u32>,
) -> Told {
    let mut below = 0;
    let mut told: Vec<u32> = Vec::new();
    for (at, entry) in ledger.entries.iter().enumerate() {
        if entry.verdict == Verdict::BelowThreshold { below += 1 } else { told.push(at as u32) }
    }
    if told.is_empty() {
        return Told { below, ..Told::default() };
    }
    let mut telling: HashMap<u32, Vec<u32>> = HashMap::new();
    for (secret, names) in holders.names.iter().enumerate() {
        for name in names {
            telling.entry(*name).or_default().push(secret as u32);
        }
    }
    let mut teller = Teller {
        store,
        walked,
        ledger,
        holders,
        logs,
        paths: Paths::of(walked, &telling),
        commits: HashMap::new(),
        excused: HashMap::new(),
    };
    teller.excuse(&told);
    let (mut lives, mut refs) = (Vec::with_capacity(told.len()), BTreeSet::new());
    for batch in told.chunks(BATCH) {
        let pass = Pass::over(walked, holders, batch);
        for (bit, (course, secret)) in pass.courses(batch.len()).into_iter().zip(batch).enumerate() {
            lives.push(teller.life(&pass, bit, *secret, &course));
        }
        let counts = |secret: &u32| u64::from(*teller.verdict(*secret as usize) == Verdict::Block);
        let counting = batch.iter().enumerate().fold(0, |bits, (bit, secret)| bits | counts(secret) << bit);
        refs.extend(pass.telling(counting));
    }
    lives.sort_by_cached_key(Life::order);
    let reach = teller.reach(&refs, binary);
    Told { lives, below, reach }
}

struct Teller<'a> {
    store: &'a Store,
    walked: &'a Walked,
    ledger: &'a Ledger<'a>,
    holders: &'a Holders,
    logs: &'a LogLines,
    paths: Paths,
    commits: HashMap<u32, CommitInfo>,
    /// The credentials that are allowed because of where they stand.
    excused: HashMap<u32, Verdict>,
}

impl Teller<'_> {
    /// Asks the allows by path, now that the paths are known. They hold for a credential that stands in files alone,
    /// and in each of them.
    fn excuse(&mut self, told: &[u32]) {
        let configured = &self.ledger.policy().configured;
        if !configured.asks_paths() {
            return;
        }
        for &secret in told {
            let at = secret as usize;
            let entry = &self.ledger.entries[at];
            let (commits, tags) = (&self.holders.commits[at], &self.holders.tags[at]);
            let elsewhere = !(commits.is_empty() && tags.is_empty() && self.holders.refs[at].is_empty());
            // A blob that no tree names has no path, and is none of those that are allowed.
            let nameless = self.holders.blobs[at].iter().any(|(blob, _)| self.paths.blob(*blob).is_empty());
            if entry.verdict != Verdict::Block || elsewhere || nameless || self.logs.contains_key(&secret) {
                continue;
            }
            let (rule, paths) = (&self.ledger.rules().get(entry.finding.rule).id, self.all_paths(at));
            if let Some(by) = configured.everywhere(rule, &entry.finding.secret, entry.fingerprint, &paths) {
                self.excused.insert(secret, Verdict::Allowed(by));
            }
        }
    }

    fn verdict(&self, secret: usize) -> &Verdict {
        self.excused.get(&(secret as u32)).unwrap_or(&self.ledger.entries[secret].verdict)
    }

    fn reach(&self, refs: &BTreeSet<u32>, binary: &HashSet<u32>) -> Reach {
        let counts = |secret: usize| *self.verdict(secret) == Verdict::Block;
        let (mut names, mut ref_names, mut blobs) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
        for secret in (0..self.ledger.entries.len()).filter(|secret| counts(*secret)) {
            names.extend(self.holders.names[secret].iter().flat_map(|name| self.paths.name(*name)).copied());
            ref_names.extend(self.holders.refs[secret].iter().copied());
            blobs.extend(self.holders.blobs[secret].iter().map(|(blob, _)| *blob).filter(|blob| binary.contains(blob)));
        }
        let name = |place: &u32| self.walked.refs[*place as usize].0.name.clone();
        let mut names: Vec<_> = names.into_iter().map(|path| self.paths.bytes(self.walked, path)).collect();
        names.sort();
        Reach {
            refs: refs.iter().map(name).collect(),
            ref_names: ref_names.iter().map(name).collect(),
            binary: blobs.into_iter().map(|blob| self.walked.blobs[blob as usize].to_string()).collect(),
            names,
        }
    }

    fn life(&mut self, pass: &Pass<'_>, bit: usize, secret: u32, course: &Course) -> Life {
        let entry = &self.ledger.entries[secret as usize];
        let (blobs, texts) = {
            let at = secret as usize;
            (self.holders.blobs[at].len(), self.holders.commits[at].len() + self.holders.tags[at].len())
        };
        let introduced = listed(&course.introduced, |&at| {
            let spot = pass.locate(at, bit).map_or(Spot::Ref, |found| self.spot(found, secret));
            Introduction { commit: self.commit(at), spot }
        });
        let name = |place: &u32| self.walked.refs[*place as usize].0.name.clone();
        let mut live = listed(&course.live, |place| {
            let spot = pass.locate_ref(*place, bit).map_or(Spot::Ref, |found| self.spot(found, secret));
            LiveAt { name: name(place), spot }
        });
        let logged = self.logs.get(&secret).map_or(&[][..], Vec::as_slice);
        live.total += logged.len() as u64;
        let room = MOST.saturating_sub(live.items.len());
        live.items.extend(logged.iter().take(room).map(|(log, line)| LiveAt {
            name: self.walked.logs.get(*log).map(|log| log.name.clone()).unwrap_or_default(),
            spot: Spot::Log { line: *line },
        }));
        let removed = listed(&course.removed, |(place, commit)| {
            let branch = self.walked.refs[*place as usize].0.name.clone();
            Removal { branch, commit: self.commit(*commit) }
        });
        let mut forms: Vec<Secret> = entry.forms.iter().cloned().collect();
        forms.sort_by(|a, b| a.expose().cmp(b.expose()));
        Life {
            finding: entry.finding.clone(),
            rule: info(self.ledger.rules().get(entry.finding.rule), self.ledger.policy()),
            fingerprint: entry.fingerprint,
            verdict: self.verdict(secret as usize).clone(),
            introduced,
            paths: self.paths(secret as usize),
            blobs: blobs as u64,
            commits: course.commits,
            texts: texts as u64,
            live,
            removed,
            forms,
        }
    }

    fn all_paths(&self, secret: usize) -> Vec<Vec<u8>> {
        self.path_set(secret).into_iter().map(|path| self.paths.bytes(self.walked, path)).collect()
    }

    fn path_set(&self, secret: usize) -> BTreeSet<u32> {
        let mut all = BTreeSet::new();
        for (blob, _) in &self.holders.blobs[secret] {
            all.extend(self.paths.blob(*blob).iter().copied());
        }
        for name in &self.holders.names[secret] {
            all.extend(self.paths.name(*name).iter().copied());
        }
        all
    }

    fn paths(&self, secret: usize) -> Listed<Vec<u8>> {
        let all = self.path_set(secret);
        let total = all.len() as u64;
        let mut items: Vec<Vec<u8>> =
            all.into_iter().take(MOST_PATHS).map(|path| self.paths.bytes(self.walked, path)).collect();
        items.sort();
        Listed { items, total }
    }

    /// A place, for people.
    fn spot(&self, found: Found, secret: u32) -> Spot {
        let at = secret as usize;
        let line = |list: &[(u32, super::ledger::Held)], which: u32| {
            list.iter().find(|(at, _)| *at == which).map_or(1, |(_, held)| held.at.line)
        };
        match found {
            Found::Blob(way, blob) => Spot::File { path: self.join(&way), line: line(&self.holders.blobs[at], blob) },
            Found::Name(way) => Spot::Name { path: self.join(&way) },
            Found::Commit(commit) => Spot::Commit {
                id: self.walked.commits[commit as usize].oid.to_string(),
                line: line(&self.holders.commits[at], commit),
            },
            Found::Tag(tag) => Spot::Tag { line: line(&self.holders.tags[at], tag) },
            Found::Ref => Spot::Ref,
        }
    }

    fn join(&self, way: &[u32]) -> Vec<u8> {
        let names = way.iter().map(|name| self.walked.names.get(*name as usize).map_or(&b""[..], |name| name));
        names.collect::<Vec<_>>().join(&b'/')
    }

    fn commit(&mut self, at: u32) -> CommitInfo {
        let (store, walked) = (self.store, self.walked);
        let read = || {
            let oid = walked.commits[at as usize].oid;
            // It was read when it was walked; were it gone now, its id says enough.
            let person = store.read(oid).map(|(_, bytes)| people(&bytes)).unwrap_or_default();
            let (author, subject) = (person.name, person.subject);
            CommitInfo { id: oid.to_string(), author, time: person.time, zone: person.zone, subject }
        };
        self.commits.entry(at).or_insert_with(read).clone()
    }
}

fn listed<A, B>(all: &[A], tell: impl FnMut(&A) -> B) -> Listed<B> {
    Listed { items: all.iter().take(MOST).map(tell).collect(), total: all.len() as u64 }
}
