//! The gate itself: read how the push hangs together, scan what is new, judge, and find out where it comes in.

use std::collections::{BTreeSet, HashSet};

use super::first::{self, First, Names};
use super::halt::{Cut, Halt};
use super::introduce::{self, OLD_LIMIT};
use super::ledger::{Holder, Ledger};
use super::tell;
use crate::engine::{Engine, Scratch};
use crate::git::{Command, GitError, Incoming, Known, Limits, ObjectKind, Oid, Repo, Scope, Store, tree_items};
use crate::guard::feed::{CHUNK, Feed};
use crate::guard::history::{ObjectFindings, Options, scan_objects};
use crate::guard::watch::{Progress as _, Watch};
use crate::model::push::Push;
use crate::model::{Coverage, Finding, Fingerprint, Origin, SkipReason};
use crate::policy::Policy;

/// Objects whose stored form is larger than this are looked at last; small ones that are not text, before them.
const SMALL: u64 = 1 << 20;
/// So few objects, none of them large, are looked at by one thread: to start a second takes longer.
const FEW: usize = 64;
/// From how many objects of the main store on it is walked instead of asked for each.
const MANY: usize = 2_000;

/// What is asked for.
pub struct Request<'a> {
    /// The refs that are pushed.
    pub commands: &'a [Command],
    /// What is known before.
    pub known: &'a Known,
    /// What counts.
    pub policy: &'a Policy,
    /// Whether credentials count that were there before.
    pub any: bool,
    /// After how many different credentials to look no further; 0: look at everything.
    pub enough: u64,
    /// Most new objects.
    pub most_objects: usize,
    /// How much memory and how many threads.
    pub limits: Limits,
    /// The credentials that the pusher may bring in all the same.
    pub bypass: &'a HashSet<Fingerprint>,
}

/// Looks at a push. That it was not looked at to its end is in the coverage.
///
/// # Errors
/// If something that has to be followed is not there or cannot be read, or the push has too many objects.
pub fn run(repo: &Repo, engine: &Engine, request: &Request<'_>, halt: &Halt) -> Result<Push, GitError> {
    let incoming = Incoming::open(repo)?;
    let count = incoming.new_objects().len();
    if count > request.most_objects {
        let words = format!("{count} new objects, of which {} are allowed", request.most_objects);
        return Err(GitError::TooMany(words));
    }
    let (push, cut_short) = look((repo, &incoming), engine, request, request.enough, halt)?;
    if cut_short && (push.blocking().count() as u64) < request.enough && halt.cut().is_none() {
        // Most of what was found is old, or let through by name: then what is new may still lie ahead.
        return look((repo, &incoming), engine, request, 0, halt).map(|(push, _)| push);
    }
    Ok(Push { more: cut_short, ..push })
}

/// One look, and whether it ended because enough was found.
fn look(
    (repo, incoming): (&Repo, &Incoming),
    engine: &Engine,
    request: &Request<'_>,
    enough: u64,
    halt: &Halt,
) -> Result<(Push, bool), GitError> {
    halt.begin(enough);
    let new = incoming.new_objects();
    let is_large = |fresh: &Store| new.iter().any(|oid| fresh.least_size(*oid) > SMALL);
    let any_large = incoming.fresh().is_some_and(is_large);
    let threads = if new.len() < FEW && !any_large { std::num::NonZero::new(1) } else { request.limits.threads };
    let limits = Limits { threads, ..request.limits };
    let First { structure, found, names, objects, bytes, .. } =
        first::pass(incoming, engine, (limits, request.most_objects), halt)?;
    let mut look = Look {
        incoming,
        engine,
        request,
        limits,
        halt,
        ledger: Ledger::new(engine.rules(), request.policy),
        coverage: Coverage { objects, bytes, ..Coverage::default() },
        names,
        done: halt.take_enough(),
    };
    for (oid, kind, findings) in found {
        let holder = if kind == ObjectKind::Tag { Holder::Tag(oid) } else { Holder::Commit(oid) };
        look.ledger.enter(&holder, findings, || content(incoming, oid));
    }
    let scope = incoming.scope(repo, request.commands, request.known, structure, &|| halt.stopped())?;
    look.refs();
    let binary = look.blobs(true, |_, size| size <= SMALL)?;
    look.unlisted(&scope)?;
    if !binary.is_empty() {
        let binary: HashSet<Oid> = binary.into_iter().collect();
        look.blobs(false, |oid, _| binary.contains(&oid))?;
    }
    if any_large {
        look.blobs(false, |_, size| size > SMALL)?;
    }
    look.bound(&scope);
    look.names();
    let Look { ledger, mut coverage, done, .. } = look;
    let entries =
        introduce::search(incoming, &scope, &ledger.credentials, engine, (request.any, request.policy), halt)?;
    match halt.cut() {
        Some(Cut::Late) => coverage.skip(Origin::Object(b"push".to_vec()), SkipReason::Interrupted, "its time is over"),
        Some(Cut::Bytes) => {
            coverage.skip(Origin::Object(b"push".to_vec()), SkipReason::Budget, "it holds more than may be looked at");
        }
        None => {}
    }
    coverage.sort();
    let old = entries.iter().filter(|entry| entry.is_none()).count() as u64;
    let leaks = tell::leaks(incoming, &scope, request, engine, (&ledger.credentials, &entries), halt);
    let mut allowed: Vec<(Fingerprint, String)> = ledger.allowed.into_iter().collect();
    allowed.sort_unstable();
    Ok((Push { leaks, more: false, old, allowed, coverage }, done))
}

/// A look under way.
struct Look<'a> {
    incoming: &'a Incoming,
    engine: &'a Engine,
    request: &'a Request<'a>,
    /// Those of the request, with as many threads as are of use.
    limits: Limits,
    halt: &'a Halt,
    ledger: Ledger<'a>,
    coverage: Coverage,
    names: Names,
    /// Whether enough was found.
    done: bool,
}

impl Look<'_> {
    /// The new blobs that are chosen by id and stored size, along their deltas; only those that are text, or all. Gives
    /// those that are not.
    fn blobs(&mut self, only_text: bool, chosen: impl Fn(Oid, u64) -> bool + Sync) -> Result<Vec<Oid>, GitError> {
        let (incoming, Some(fresh)) = (self.incoming, self.incoming.fresh()) else { return Ok(Vec::new()) };
        if self.done || incoming.new_objects().is_empty() {
            return Ok(Vec::new());
        }
        let wanted = |oid, kind| kind == ObjectKind::Blob && incoming.is_new(oid) && chosen(oid, fresh.least_size(oid));
        self.scan(fresh, only_text, wanted)
    }

    fn scan(
        &mut self,
        store: &Store,
        only_text: bool,
        wanted: impl Fn(Oid, ObjectKind) -> bool + Sync,
    ) -> Result<Vec<Oid>, GitError> {
        let (limits, policy) = (self.limits, self.request.policy);
        let options = Options { limits, least: policy.threshold, only_text, ..Options::default() };
        let watch = Watch { stop: self.halt.flag(), progress: self.halt };
        let ObjectFindings { found, objects, bytes, skips, left_out, .. } =
            scan_objects(store, wanted, self.engine, options, watch)?;
        self.done |= self.halt.take_enough();
        self.coverage.objects += objects;
        self.coverage.bytes += bytes;
        // Why the look ended early is told once, for all of it.
        for (oid, reason, detail) in skips.into_iter().filter(|skip| skip.1 != SkipReason::Interrupted) {
            let label = oid.map_or_else(|| "packs".to_owned(), |oid| format!("object {oid}"));
            self.coverage.skip(Origin::Object(label.into_bytes()), reason, detail);
        }
        for found in found.into_iter().filter(|found| !self.is_bound(found.oid)).collect::<Vec<_>>() {
            let holder = match found.kind {
                ObjectKind::Commit => Holder::Commit(found.oid),
                ObjectKind::Tag => Holder::Tag(found.oid),
                ObjectKind::Blob | ObjectKind::Tree => Holder::Blob(found.oid),
            };
            let incoming = self.incoming;
            self.ledger.enter(&holder, found.findings, || content(incoming, found.oid));
        }
        Ok(left_out)
    }

    /// What the main store had, and no ref reached.
    fn unlisted(&mut self, scope: &Scope) -> Result<(), GitError> {
        if self.done {
            return Ok(());
        }
        let unlisted = &scope.unlisted;
        let mut scratch = Scratch::default();
        for (oid, _) in unlisted.iter().filter(|(_, kind)| *kind == ObjectKind::Tree) {
            let (_, bytes) = self.incoming.read(*oid, OLD_LIMIT)?;
            for item in tree_items(&bytes, self.incoming.hash_kind()).flatten() {
                self.names.take(self.engine, &mut scratch, &item);
            }
            self.halt.advance(1, bytes.len() as u64);
            self.coverage.objects += 1;
            self.coverage.bytes += bytes.len() as u64;
            if self.halt.stopped() {
                return Ok(());
            }
        }
        if unlisted.len() > MANY {
            let wanted = |oid, kind| kind != ObjectKind::Tree && unlisted.binary_search(&(oid, kind)).is_ok();
            return self.scan(self.incoming.main(), false, wanted).map(drop);
        }
        let mut feed = Feed::new(self.engine);
        for (oid, kind) in unlisted.iter().filter(|(_, kind)| *kind != ObjectKind::Tree) {
            if self.halt.stopped() {
                break;
            }
            if self.is_bound(*oid) {
                continue;
            }
            let (_, bytes) = self.incoming.read(*oid, self.request.limits.object)?;
            let holder = match kind {
                ObjectKind::Commit => Holder::Commit(*oid),
                ObjectKind::Tag => Holder::Tag(*oid),
                ObjectKind::Blob | ObjectKind::Tree => Holder::Blob(*oid),
            };
            self.feed(&mut feed, &holder, &bytes, None);
        }
        self.done |= self.halt.take_enough();
        Ok(())
    }

    fn feed(&mut self, feed: &mut Feed<'_>, holder: &Holder, bytes: &[u8], name: Option<&[u8]>) {
        let (halt, engine) = (self.halt, self.engine);
        let mut go_on = |found: &[Finding]| {
            if bytes.len() > CHUNK {
                let mut found = found.to_vec();
                engine.resolve(&mut found);
                halt.sighted(&found);
            }
            !halt.stopped()
        };
        let seen = feed.bytes_while(bytes, name, &mut go_on);
        self.coverage.objects += 1;
        self.coverage.bytes += seen.bytes;
        self.halt.advance(1, seen.bytes);
        if let Some((reason, detail)) = seen.cut.filter(|(reason, _)| *reason != SkipReason::Interrupted) {
            self.coverage.skip(Origin::Object(b"object".to_vec()), reason, detail);
        }
        let findings: Vec<_> = seen.found.into_iter().map(|(finding, _)| finding).collect();
        self.halt.sighted(&findings);
        self.ledger.enter(holder, findings, || bytes.to_vec());
    }

    /// Whether a blob is looked at with its name, as a whole.
    fn is_bound(&self, oid: Oid) -> bool {
        self.names.bound.contains_key(&oid)
    }

    /// Blobs under names that rules are bound to.
    fn bound(&mut self, scope: &Scope) {
        if self.done {
            return;
        }
        let incoming = self.incoming;
        let is_brought =
            |oid: Oid| incoming.is_new(oid) || scope.unlisted.binary_search(&(oid, ObjectKind::Blob)).is_ok();
        let each = |(oid, names): (&Oid, &BTreeSet<Vec<u8>>)| {
            let oid = *oid;
            names.iter().map(move |name| (oid, name.clone())).collect::<Vec<_>>()
        };
        let mut bound: Vec<(Oid, Vec<u8>)> =
            self.names.bound.iter().filter(|(oid, _)| is_brought(**oid)).flat_map(each).collect();
        bound.sort_unstable();
        let mut feed = Feed::new(self.engine);
        for (oid, name) in bound {
            if self.halt.stopped() {
                break;
            }
            match incoming.read(oid, self.request.limits.object) {
                Ok((_, bytes)) => self.feed(&mut feed, &Holder::Blob(oid), &bytes, Some(&name)),
                Err(error) => {
                    let origin = Origin::Object(format!("blob {oid}").into_bytes());
                    self.coverage.skip(origin, SkipReason::Unreadable, error.to_string());
                }
            }
        }
        // That enough was found ends this look, and not the search for the commits that bring it in.
        self.done |= self.halt.take_enough();
    }

    fn names(&mut self) {
        if self.names.overflows {
            let words = "more of them look like credentials, or like files that hold some, than can be kept";
            self.coverage.skip(Origin::Object(b"names of files".to_vec()), SkipReason::Budget, words);
        }
        let mut found: Vec<_> = std::mem::take(&mut self.names.found).into_iter().collect();
        found.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, findings) in found {
            self.ledger.enter(&Holder::Name(name.clone()), findings, || name.clone());
        }
    }

    fn refs(&mut self) {
        let mut scratch = Scratch::default();
        for command in self.request.commands.iter().filter(|command| !command.new.is_null()) {
            let findings = self.engine.scan(&mut scratch, &command.name);
            if !findings.is_empty() {
                self.ledger.enter(&Holder::Ref(command.name.clone()), findings, || command.name.clone());
            }
        }
    }
}

/// An object's content, or nothing where it cannot be read once more: then its lines have no say.
fn content(incoming: &Incoming, oid: Oid) -> Vec<u8> {
    incoming.read(oid, OLD_LIMIT).map(|(_, bytes)| bytes).unwrap_or_default()
}
