//! From credentials and entries to what people are told.

use std::collections::{HashMap, HashSet};

use super::halt::Halt;
use super::introduce::{Entry, OLD_LIMIT};
use super::ledger::{Credential, Holder, Identity, identity};
use super::run::Request;
use crate::engine::Engine;
use crate::git::{Command, Incoming, Oid, Scope};
use crate::guard::feed::Feed;
use crate::guard::pipeline::info;
use crate::model::Finding;
use crate::model::push::{Culprit, Excuse, Leak, Part, Spot};

/// The credentials that come in, in order of commit and place.
pub(super) fn leaks(
    incoming: &Incoming,
    scope: &Scope,
    request: &Request<'_>,
    engine: &Engine,
    (credentials, entries): (&[Credential], &[Option<Entry>]),
    halt: &Halt,
) -> Vec<Leak> {
    if credentials.is_empty() {
        return Vec::new();
    }
    let mut tips: HashMap<Oid, Oid> = HashMap::new();
    for new in request.commands.iter().map(|command| command.new).filter(|new| !new.is_null()) {
        tips.entry(new).or_insert_with(|| incoming.commit_of(new).unwrap_or(new));
    }
    let mut held: HashMap<&Holder, HashSet<Identity>> = HashMap::new();
    for credential in credentials {
        for holder in &credential.holders {
            held.entry(holder).or_default().insert(identity(&credential.finding));
        }
    }
    let commands = request.commands;
    let feed = Feed::new(engine);
    let mut teller = Teller { incoming, scope, commands, halt, tips, feed, held, seen: None, trees: HashMap::new() };
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
        Spot::Commit { line, .. } => (b"", *line),
        Spot::Tag { id, line, .. } | Spot::Object { id, line, .. } => (id.as_bytes(), *line),
    }
}

/// Where in an object each credential stands first: its line, and the finding as it is there.
#[derive(Default)]
struct Places {
    lines: HashMap<Identity, (u64, Finding)>,
    /// Lines of a commit's or tag's header, with the empty one that ends it.
    header: u64,
}

struct Teller<'a> {
    incoming: &'a Incoming,
    scope: &'a Scope,
    commands: &'a [Command],
    halt: &'a Halt,
    /// What the pushed refs are to name, and the commits that comes to.
    tips: HashMap<Oid, Oid>,
    feed: Feed<'a>,
    /// What each object holds, as far as it was looked at.
    held: HashMap<&'a Holder, HashSet<Identity>>,
    /// The places in the object that was looked at last, under the name it was looked at.
    seen: Option<(Holder, Option<Vec<u8>>, Places)>,
    /// Which credentials the blob at a tip's path holds.
    trees: HashMap<(Oid, Vec<u8>), HashSet<Identity>>,
}

impl Teller<'_> {
    /// Where a credential stands, and the finding as it is there.
    fn spot(&mut self, credential: &Credential, entry: &Entry) -> (Spot, Finding) {
        let (holder, path) = match entry {
            Entry::Commit { path, holder, .. } => (holder, path.as_slice()),
            Entry::Apart(holder) => (holder, &b""[..]),
        };
        let name = path.rsplit(|&b| b == b'/').next().filter(|name| !name.is_empty()).map(<[u8]>::to_vec);
        let mut there = || self.look(credential, holder, name.as_deref());
        match holder {
            Holder::Ref(name) => (Spot::Ref(name.clone()), credential.finding.clone()),
            Holder::Name(name) => {
                let path = if path.is_empty() { name.clone() } else { path.to_vec() };
                (Spot::Name(path), credential.finding.clone())
            }
            Holder::Commit(_) => {
                let (line, finding) = there();
                let (part, line) = self.part(line);
                (Spot::Commit { part, line }, finding)
            }
            Holder::Tag(oid) => {
                let (line, finding) = there();
                let (part, line) = self.part(line);
                (Spot::Tag { id: oid.to_string(), part, line }, finding)
            }
            Holder::Blob(oid) => {
                let (line, finding) = there();
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
    fn look(&mut self, credential: &Credential, holder: &Holder, name: Option<&[u8]>) -> (u64, Finding) {
        let known = self.seen.as_ref().is_some_and(|(seen, as_name, _)| seen == holder && as_name.as_deref() == name);
        if !known {
            let places = self.places(holder, name);
            self.seen = Some((holder.clone(), name.map(<[u8]>::to_vec), places));
        }
        let seen = self.seen.as_ref().and_then(|(.., places)| places.lines.get(&identity(&credential.finding)));
        seen.cloned().unwrap_or_else(|| (1, credential.finding.clone()))
    }

    /// The part of the commit or tag that was looked at last in which a line lies, and which line it is there.
    fn part(&self, line: u64) -> (Part, u64) {
        let header = self.seen.as_ref().map_or(0, |(.., places)| places.header);
        if line > header { (Part::Message, line - header) } else { (Part::Header, line) }
    }

    /// Where in an object each credential stands first. It is scanned no further than to those that were seen in it.
    fn places(&mut self, holder: &Holder, name: Option<&[u8]>) -> Places {
        let (Holder::Blob(oid) | Holder::Commit(oid) | Holder::Tag(oid)) = holder else { return Places::default() };
        // An object that is too large to be held has no lines.
        let bytes = self.incoming.read(*oid, OLD_LIMIT).map(|(_, bytes)| bytes).unwrap_or_default();
        let mut left: HashSet<Identity> = self.held.get(holder).cloned().unwrap_or_default();
        let halt = self.halt;
        let mut go_on = |found: &[Finding]| {
            for finding in found {
                left.remove(&identity(finding));
            }
            !left.is_empty() && !halt.stopped()
        };
        let seen = self.feed.bytes_while(&bytes, name, &mut go_on);
        let mut lines = HashMap::new();
        for (finding, place) in seen.found {
            lines.entry(identity(&finding)).or_insert((place.start.line, finding));
        }
        // The first empty line ends it; without one, all is header.
        let end = memchr::memmem::find(&bytes, b"\n\n").map_or(bytes.len(), |at| at + 2);
        let header = memchr::memchr_iter(b'\n', bytes.get(..end).unwrap_or_default()).count() as u64;
        Places { lines, header }
    }

    fn culprit(&mut self, credential: &Credential, entry: &Entry) -> Option<Culprit> {
        let Entry::Commit { at, path, holder } = entry else { return None };
        let (oid, links) = self.scope.commits.get(*at)?;
        let at_tip = match holder {
            Holder::Blob(oid) => Some(self.is_at_tip(credential, *oid, path)),
            _ => None,
        };
        let is_tip = self.tips.values().any(|tip| tip == oid);
        let names_it = |command: &&Command| self.tips.get(&command.new) == Some(oid);
        let pushed = self.commands.iter().filter(|command| !command.new.is_null() && (!is_tip || names_it(command)));
        let refs = pushed.clone().map(|command| command.name.clone()).collect();
        let tagged = pushed.clone().any(|command| self.tips.get(&command.new) != Some(&command.new));
        Some(Culprit { id: oid.to_string(), parents: links.parents.len(), is_tip, refs, tagged, at_tip })
    }

    /// Whether a pushed tip still has the credential, which that blob has, at that path.
    fn is_at_tip(&mut self, credential: &Credential, oid: Oid, path: &[u8]) -> bool {
        let mut tips: Vec<Oid> = self.tips.values().copied().collect();
        tips.sort_unstable();
        tips.dedup();
        let wanted = identity(&credential.finding);
        tips.into_iter().take(MOST_TIPS).any(|tip| {
            let key = (tip, path.to_vec());
            if let Some(held) = self.trees.get(&key) {
                return held.contains(&wanted);
            }
            let at_tip = self.blob_at(tip, path);
            if at_tip == Some(oid) {
                return true;
            }
            let held = at_tip.map(|oid| self.held_by(oid, path)).unwrap_or_default();
            let holds = held.contains(&wanted);
            self.trees.insert(key, held);
            holds
        })
    }

    fn blob_at(&self, tip: Oid, path: &[u8]) -> Option<Oid> {
        let tree = self.incoming.commit(tip).ok()?.tree;
        let (mode, oid) = self.incoming.at_path(tree, path).ok()??;
        mode.is_blob().then_some(oid)
    }

    fn held_by(&mut self, oid: Oid, path: &[u8]) -> HashSet<Identity> {
        let name = path.rsplit(|&b| b == b'/').next();
        let bytes = self.incoming.read(oid, OLD_LIMIT).map(|(_, bytes)| bytes).unwrap_or_default();
        let halt = self.halt;
        let seen = self.feed.bytes_while(&bytes, name, &mut |_| !halt.stopped());
        seen.found.iter().map(|(finding, _)| identity(finding)).collect()
    }
}

/// Most pushed tips that are looked at to say whether a credential still stands there.
const MOST_TIPS: usize = 20;
