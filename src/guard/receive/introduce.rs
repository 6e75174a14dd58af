//! Which of the credentials seen in a push the push itself brings in, and by which commit.
//!
//! A file that held a credential before may be edited, moved, or cleaned: its new version may still hold it, and
//! that is no news. A credential counts where a commit has it in a file and none of its parents has it there, nor
//! in a file that the commit takes away.

use std::collections::{HashMap, HashSet};

use super::halt::Halt;
use super::ledger::{Credential, Holder, Identity, identity};
use crate::engine::Engine;
use crate::git::{Brought, GitError, Incoming, Oid, Scope};
use crate::guard::feed::Feed;
use crate::policy::Policy;

/// Greatest old blob that is read to compare, in bytes.
pub(super) const OLD_LIMIT: u64 = 64 << 20;

/// Where a credential comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Entry {
    /// With a commit (an index into the scope's), at a path; whether the path's last name is it.
    Commit { at: usize, path: Vec<u8>, holder: Holder },
    /// With an object that no commit leads to.
    Apart(Holder),
}

/// The search.
struct Search<'a> {
    incoming: &'a Incoming,
    scope: &'a Scope,
    credentials: &'a [Credential],
    engine: &'a Engine,
    feed: Feed<'a>,
    halt: &'a Halt,
    /// Whether what was there before counts as well.
    any: bool,
    policy: &'a Policy,
    by_blob: HashMap<Oid, Vec<usize>>,
    by_name: HashMap<Vec<u8>, Vec<usize>>,
    /// The holders that were met on the way through the commits.
    met: HashSet<Holder>,
    old: HashMap<Oid, HashSet<Identity>>,
    gone: HashMap<usize, (HashSet<Oid>, HashSet<Identity>)>,
    /// Blobs that stand in a tip as it was before.
    at_tips: HashSet<Oid>,
    entries: Vec<Option<Entry>>,
    open: usize,
}

/// Where each credential comes in; `None` for those that were there before.
pub(super) fn search(
    incoming: &Incoming,
    scope: &Scope,
    credentials: &[Credential],
    engine: &Engine,
    (any, policy): (bool, &Policy),
    halt: &Halt,
) -> Result<Vec<Option<Entry>>, GitError> {
    let (mut by_blob, mut by_name): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = (HashMap::new(), HashMap::new());
    for (at, credential) in credentials.iter().enumerate() {
        for holder in &credential.holders {
            match holder {
                Holder::Blob(oid) => by_blob.entry(*oid).or_default().push(at),
                Holder::Name(name) => by_name.entry(name.clone()).or_default().push(at),
                _ => {}
            }
        }
    }
    let old: HashSet<Oid> = by_blob.keys().copied().filter(|oid| !any && !incoming.is_new(*oid)).collect();
    let at_tips = if old.is_empty() { old } else { incoming.at_tips(&scope.before, &old, &|| halt.stopped())? };
    let mut search = Search {
        incoming,
        scope,
        credentials,
        engine,
        feed: Feed::new(engine),
        halt,
        any,
        policy,
        by_blob,
        by_name,
        met: HashSet::new(),
        old: HashMap::new(),
        gone: HashMap::new(),
        at_tips,
        entries: vec![None; credentials.len()],
        open: credentials.len(),
    };
    search.commits()?;
    search.texts();
    search.apart();
    Ok(search.entries)
}

impl Search<'_> {
    /// Trees' blobs and names, as the commits bring them.
    fn commits(&mut self) -> Result<(), GitError> {
        let blobs: HashSet<Oid> = self.by_blob.keys().copied().collect();
        let names: HashSet<Vec<u8>> = self.by_name.keys().cloned().collect();
        if blobs.is_empty() && names.is_empty() {
            return Ok(());
        }
        let (incoming, scope, halt) = (self.incoming, self.scope, self.halt);
        let mut failure = None;
        let mut found = |brought| match self.take(&brought) {
            Ok(()) => self.open > 0,
            Err(error) => {
                failure = Some(error);
                false
            }
        };
        incoming.brought(&scope.commits, (&blobs, &names), &mut found, &|| halt.stopped())?;
        failure.map_or(Ok(()), Err)
    }

    fn take(&mut self, brought: &Brought) -> Result<(), GitError> {
        let name = brought.path.rsplit(|&b| b == b'/').next().unwrap_or_default().to_vec();
        let (holder, held) = if brought.is_name {
            let held = self.by_name.get(&name).cloned();
            (Holder::Name(name.clone()), held)
        } else {
            (Holder::Blob(brought.oid), self.by_blob.get(&brought.oid).cloned())
        };
        self.met.insert(holder.clone());
        for at in held.unwrap_or_default() {
            let is_open = self.entries.get(at).is_some_and(Option::is_none);
            if is_open && !self.is_excused(at, &brought.path) && (self.any || !self.was_there(brought, &name, at)?) {
                let entry = Entry::Commit { at: brought.commit, path: brought.path.clone(), holder: holder.clone() };
                self.enter(at, entry);
            }
        }
        Ok(())
    }

    /// Whether the sender's configuration allows the credential at that path.
    fn is_excused(&self, at: usize, path: &[u8]) -> bool {
        let Some(credential) = self.credentials.get(at) else { return false };
        let rule = &self.engine.rules().get(credential.finding.rule).id;
        let (secret, paths) = (&credential.finding.secret, [path.to_vec()]);
        self.policy.configured.everywhere(rule, secret, credential.fingerprint, &paths).is_some()
    }

    /// Whether the parents have the credential there, or in a file that the commit takes away.
    fn was_there(&mut self, brought: &Brought, name: &[u8], at: usize) -> Result<bool, GitError> {
        if brought.is_name {
            return Ok(!brought.old.is_empty());
        }
        if self.at_tips.contains(&brought.oid) {
            return Ok(true);
        }
        let Some(credential) = self.credentials.get(at) else { return Ok(false) };
        let wanted = identity(&credential.finding);
        if brought.old.iter().any(|oid| self.held(*oid, name).contains(&wanted)) {
            return Ok(true);
        }
        if !self.gone.contains_key(&brought.commit) {
            let halt = self.halt;
            let links = self.scope.commits.get(brought.commit).map(|(_, links)| links);
            let gone = links.map(|links| self.incoming.gone(links, &|| halt.stopped())).transpose()?;
            let (mut oids, mut held) = (HashSet::new(), HashSet::new());
            for gone in gone.unwrap_or_default() {
                if self.halt.stopped() {
                    break;
                }
                oids.insert(gone.oid);
                held.extend(self.held(gone.oid, &gone.name).iter().cloned());
            }
            self.gone.insert(brought.commit, (oids, held));
        }
        let gone = self.gone.get(&brought.commit);
        Ok(gone.is_some_and(|(oids, held)| oids.contains(&brought.oid) || held.contains(&wanted)))
    }

    /// What an old blob held. One that cannot be read excuses nothing.
    fn held(&mut self, oid: Oid, name: &[u8]) -> &HashSet<Identity> {
        if !self.old.contains_key(&oid) {
            let bytes = self.incoming.read(oid, OLD_LIMIT).map(|(_, bytes)| bytes).unwrap_or_default();
            let halt = self.halt;
            let found = self.feed.bytes_while(&bytes, Some(name), &mut |_| !halt.stopped()).found;
            self.old.insert(oid, found.iter().map(|(finding, _)| identity(finding)).collect());
        }
        self.old.entry(oid).or_default()
    }

    /// Messages of commits and tags, and names of refs: new as a whole.
    fn texts(&mut self) {
        // Of a million commits few hold any.
        let holders = self.credentials.iter().flat_map(|credential| &credential.holders);
        let holds: HashSet<Oid> =
            holders.filter_map(|holder| if let Holder::Commit(oid) = holder { Some(*oid) } else { None }).collect();
        let commits = self.scope.commits.iter().enumerate().filter(|(_, (oid, _))| holds.contains(oid));
        let places: HashMap<Oid, usize> = commits.map(|(at, (oid, _))| (*oid, at)).collect();
        for (at, credential) in self.credentials.iter().enumerate() {
            let mut first: Option<Entry> = None;
            let mut earliest = match self.entries.get(at) {
                Some(Some(Entry::Commit { at, .. })) => *at,
                _ => usize::MAX,
            };
            for holder in &credential.holders {
                match holder {
                    Holder::Commit(oid) => {
                        let place = places.get(oid).copied().unwrap_or(usize::MAX);
                        if place < earliest {
                            earliest = place;
                            first = Some(Entry::Commit { at: place, path: Vec::new(), holder: holder.clone() });
                        }
                    }
                    Holder::Tag(_) => first = first.or_else(|| Some(Entry::Apart(holder.clone()))),
                    Holder::Ref(name) if self.any || !self.scope.existing.contains(name) => {
                        first = first.or_else(|| Some(Entry::Apart(holder.clone())));
                    }
                    Holder::Ref(_) | Holder::Blob(_) | Holder::Name(_) => {}
                }
            }
            let known = self.entries.get(at).and_then(Option::as_ref);
            let better = matches!(first, Some(Entry::Commit { .. })) || known.is_none();
            if let (Some(entry), true, Some(slot)) = (first, better, self.entries.get_mut(at)) {
                *slot = Some(entry);
            }
        }
    }

    /// Blobs and names that the way through the commits did not meet: tags of blobs and trees, and what nothing
    /// leads to. What stands in a tip as it was before is no news.
    fn apart(&mut self) {
        let mut left: Vec<(usize, Holder)> = Vec::new();
        for (at, credential) in self.credentials.iter().enumerate() {
            if self.entries.get(at).is_some_and(Option::is_none) {
                let unmet = credential
                    .holders
                    .iter()
                    .filter(|holder| matches!(holder, Holder::Blob(_) | Holder::Name(_)) && !self.met.contains(holder));
                left.extend(unmet.map(|holder| (at, holder.clone())));
            }
        }
        for (at, holder) in left {
            let known = matches!(&holder, Holder::Blob(oid) if self.at_tips.contains(oid));
            if !known && self.entries.get(at).is_some_and(Option::is_none) {
                self.enter(at, Entry::Apart(holder));
            }
        }
    }

    fn enter(&mut self, at: usize, entry: Entry) {
        if let Some(slot) = self.entries.get_mut(at) {
            *slot = Some(entry);
            self.open = self.open.saturating_sub(1);
        }
    }
}
