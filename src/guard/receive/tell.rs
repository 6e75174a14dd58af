//! From credentials and entries to what people are told.

use std::collections::{HashMap, HashSet};

use super::introduce::{Entry, OLD_LIMIT};
use super::ledger::{Credential, Holder, identity, line_of};
use super::run::Request;
use crate::engine::Engine;
use crate::git::{Command, Incoming, Oid, Scope};
use crate::guard::feed::Feed;
use crate::guard::pipeline::info;
use crate::model::Finding;
use crate::model::push::{Culprit, Excuse, Leak, Spot};

/// The credentials that come in, in order of commit and place.
pub(super) fn leaks(
    incoming: &Incoming,
    scope: &Scope,
    request: &Request<'_>,
    engine: &Engine,
    credentials: &[Credential],
    entries: &[Option<Entry>],
) -> Vec<Leak> {
    let tips: HashSet<Oid> = request.commands.iter().map(|command| command.new).collect();
    let commands = request.commands;
    let mut teller = Teller { incoming, scope, commands, tips, feed: Feed::new(engine), trees: HashMap::new() };
    let mut leaks = Vec::new();
    for (credential, entry) in credentials.iter().zip(entries) {
        let Some(entry) = entry else { continue };
        let order = match entry {
            Entry::Commit { at, .. } => *at,
            Entry::Apart(_) => usize::MAX,
        };
        let (spot, finding) = teller.spot(credential, entry);
        let leak = Leak {
            rule: info(engine.rules().get(finding.rule), request.policy),
            fingerprint: credential.fingerprint,
            culprit: teller.culprit(credential, entry),
            excuse: request.bypass.contains(&credential.fingerprint).then_some(Excuse::Bypass),
            finding,
            spot,
        };
        leaks.push((order, leak));
    }
    leaks.sort_by(|(a, one), (b, other)| {
        (a, place(&one.spot), &one.rule.id, one.fingerprint).cmp(&(
            b,
            place(&other.spot),
            &other.rule.id,
            other.fingerprint,
        ))
    });
    leaks.into_iter().map(|(_, leak)| leak).collect()
}

fn place(spot: &Spot) -> (&[u8], u64) {
    match spot {
        Spot::File { path, line } => (path, *line),
        Spot::Name(path) | Spot::Ref(path) => (path, 0),
        Spot::Commit(line) => (b"", *line),
        Spot::Tag { id, line } | Spot::Object { id, line, .. } => (id.as_bytes(), *line),
    }
}

struct Teller<'a> {
    incoming: &'a Incoming,
    scope: &'a Scope,
    commands: &'a [Command],
    /// What the pushed refs are to name.
    tips: HashSet<Oid>,
    feed: Feed<'a>,
    /// Which credentials the blob at a tip's path holds.
    trees: HashMap<(Oid, Vec<u8>), HashSet<super::ledger::Identity>>,
}

impl Teller<'_> {
    /// Where a credential stands, and the finding as it is there.
    fn spot(&mut self, credential: &Credential, entry: &Entry) -> (Spot, Finding) {
        let (holder, path) = match entry {
            Entry::Commit { path, holder, .. } => (holder, path.as_slice()),
            Entry::Apart(holder) => (holder, &b""[..]),
        };
        let name = path.rsplit(|&b| b == b'/').next().filter(|name| !name.is_empty()).map(<[u8]>::to_vec);
        let mut there = |oid: Oid| self.look(credential, oid, name.as_deref());
        match holder {
            Holder::Ref(name) => (Spot::Ref(name.clone()), credential.finding.clone()),
            Holder::Name(name) => {
                let path = if path.is_empty() { name.clone() } else { path.to_vec() };
                (Spot::Name(path), credential.finding.clone())
            }
            Holder::Commit(oid) => {
                let (line, finding) = there(*oid);
                (Spot::Commit(line), finding)
            }
            Holder::Tag(oid) => {
                let (line, finding) = there(*oid);
                (Spot::Tag { id: oid.to_string(), line }, finding)
            }
            Holder::Blob(oid) => {
                let (line, finding) = there(*oid);
                let spot = if path.is_empty() {
                    Spot::Object { kind: "blob", id: oid.to_string(), line }
                } else {
                    Spot::File { path: path.to_vec(), line }
                };
                (spot, finding)
            }
        }
    }

    /// The line a credential begins in, in that very object, and the finding as it is there.
    fn look(&mut self, credential: &Credential, oid: Oid, name: Option<&[u8]>) -> (u64, Finding) {
        // An object that is too large to be held has no lines.
        let bytes = self.incoming.read(oid, OLD_LIMIT).map(|(_, bytes)| bytes).unwrap_or_default();
        let wanted = identity(&credential.finding);
        let found = self.feed.bytes(&bytes, name).found.into_iter().map(|(finding, _)| finding);
        let finding = found.filter(|finding| identity(finding) == wanted).min_by_key(|finding| finding.secret_span);
        finding.map_or_else(|| (1, credential.finding.clone()), |finding| (line_of(&finding, &bytes), finding))
    }

    fn culprit(&mut self, credential: &Credential, entry: &Entry) -> Option<Culprit> {
        let Entry::Commit { at, path, holder } = entry else { return None };
        let (oid, links) = self.scope.commits.get(*at)?;
        let at_tip = match holder {
            Holder::Blob(_) => Some(self.is_at_tip(credential, path)),
            _ => None,
        };
        let is_tip = self.tips.contains(oid);
        let pushed = self.commands.iter().filter(|command| !command.new.is_null() && (!is_tip || command.new == *oid));
        let refs = pushed.map(|command| command.name.clone()).collect();
        Some(Culprit { id: oid.to_string(), parents: links.parents.len(), is_tip, refs, at_tip })
    }

    /// Whether a pushed tip still has the credential at that path.
    fn is_at_tip(&mut self, credential: &Credential, path: &[u8]) -> bool {
        let mut tips: Vec<Oid> = self.tips.iter().copied().filter(|tip| !tip.is_null()).collect();
        tips.sort_unstable();
        let wanted = identity(&credential.finding);
        tips.into_iter().take(MOST_TIPS).any(|tip| {
            let key = (tip, path.to_vec());
            if let Some(held) = self.trees.get(&key) {
                return held.contains(&wanted);
            }
            let held = self.held_at(tip, path);
            let holds = held.contains(&wanted);
            self.trees.insert(key, held);
            holds
        })
    }

    fn held_at(&mut self, tip: Oid, path: &[u8]) -> HashSet<super::ledger::Identity> {
        let blob = || {
            let tree = self.incoming.commit(tip).ok()?.tree;
            let (mode, oid) = self.incoming.at_path(tree, path).ok()??;
            if mode.is_blob() { self.incoming.read(oid, OLD_LIMIT).ok() } else { None }
        };
        let name = path.rsplit(|&b| b == b'/').next();
        let bytes = blob().map(|(_, bytes)| bytes).unwrap_or_default();
        self.feed.bytes(&bytes, name).found.iter().map(|(finding, _)| identity(finding)).collect()
    }
}

/// Most pushed tips that are looked at to say whether a credential still stands there.
const MOST_TIPS: usize = 20;
