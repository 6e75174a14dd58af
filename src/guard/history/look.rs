//! Reads the repository: all objects are scanned, what refs reach is walked; and once more where git has moved
//! objects from one pack to another meanwhile.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};

use super::clean::Clean;
use super::objects::{self, ObjectFindings};
use super::run::Request;
use super::seen::Seer;
use super::sight::{Blind, Eyes};
use crate::engine::{Engine, Scratch};
use crate::git::{Bounds, GitError, ObjectKind, Oid, Repo, Store, Tips, Walked};
use crate::guard::watch::Watch;
use crate::model::{Finding, SkipReason};

/// How often objects are looked for again in packs that came since.
const RETRIES: usize = 3;

/// What was found in names of tree entries.
type Named = HashMap<Vec<u8>, Vec<Finding>>;

/// What was read.
pub(super) struct Look {
    pub(super) store: Store,
    pub(super) scanned: ObjectFindings,
    pub(super) walked: Walked,
    /// What was found in names of tree entries.
    pub(super) names: Named,
    /// How many objects a ledger remembered as clean; `None` without one.
    pub(super) remembered: Option<u64>,
}

/// Looks at what is asked for. What `clean` knows to hold nothing is not read, and it learns of more.
pub(super) fn look(
    repo: &Repo,
    engine: &Engine,
    (request, seer): (&Request, Seer<'_>),
    mut clean: Option<&mut Clean>,
    watch: Watch<'_>,
) -> Result<Look, GitError> {
    let remembered = AtomicU64::new(0);
    let looker = Looker { repo, engine, request, seer, remembered: &remembered, watch };
    let mut store = Store::open(repo)?;
    watch.progress.expect(store.packed() as u64);
    let mut scanned = looker.scan(&store, clean.as_deref(), |_| true)?;
    learn(&mut clean, &mut scanned);
    let (mut walked, mut names) = looker.walk(&store, clean.as_deref(), &mut scanned)?;
    for _ in 0..RETRIES {
        if watch.stopped() || !something_is_missing(&scanned, &walked) {
            break;
        }
        let newer = Store::open(repo)?;
        if newer.has_same_packs(&store) {
            break;
        }
        let broken: HashSet<Oid> = scanned.skips.iter().filter_map(|skip| skip.0).collect();
        let is_new = |oid| !store.packs_hold(oid) || broken.contains(&oid);
        let mut again = looker.scan(&newer, clean.as_deref(), is_new)?;
        learn(&mut clean, &mut again);
        scanned.skips.retain(|(oid, ..)| oid.is_some_and(|oid| !newer.contains(oid)));
        scanned.add(again);
        (walked, names) = looker.walk(&newer, clean.as_deref(), &mut scanned)?;
        store = newer;
    }
    if let Some(clean) = clean.as_deref_mut() {
        clean.add_trees(std::mem::take(&mut walked.barren));
    }
    let remembered = clean.map(|_| remembered.into_inner());
    Ok(Look { store, scanned, walked, names, remembered })
}

/// Notes in which objects nothing is, before trees are walked: theirs are the trees that need not be walked again.
fn learn(clean: &mut Option<&mut Clean>, scanned: &mut ObjectFindings) {
    if let Some(clean) = clean {
        clean.add(std::mem::take(&mut scanned.clean));
    }
}

fn something_is_missing(scanned: &ObjectFindings, walked: &Walked) -> bool {
    let gone = |reason: &SkipReason| matches!(reason, SkipReason::Missing | SkipReason::Unreadable);
    scanned.skips.iter().any(|skip| gone(&skip.1)) || walked.problems.iter().any(|problem| gone(&problem.reason))
}

struct Looker<'a> {
    repo: &'a Repo,
    engine: &'a Engine,
    request: &'a Request,
    seer: Seer<'a>,
    /// How often that was of use.
    remembered: &'a AtomicU64,
    watch: Watch<'a>,
}

impl Looker<'_> {
    fn tips(&self) -> Result<Tips, GitError> {
        let mut tips = self.repo.tips()?;
        // A slip of the pen must not look like a clean history.
        let names = || tips.refs.iter().map(|one| &one.name).chain(tips.broken.iter().map(|(name, _)| name));
        if let Some(nothing) = self.request.refs.iter().find(|glob| !names().any(|name| glob.matches(name))) {
            return Err(GitError::NoSuchRef(String::from_utf8_lossy(nothing.text()).into_owned()));
        }
        tips.narrow(&self.request.refs, &self.request.exclude);
        Ok(tips)
    }

    /// Scans what is asked for and wanted, but for what is `known` to hold nothing.
    fn scan(
        &self,
        store: &Store,
        known: Option<&Clean>,
        wanted: impl Fn(Oid) -> bool + Sync,
    ) -> Result<ObjectFindings, GitError> {
        let Self { engine, request, seer, watch, .. } = *self;
        let options = objects::Options { tell_clean: known.is_some(), ..request.scan };
        let wanted = |oid: Oid, kind: ObjectKind| {
            let is_wanted = kind != ObjectKind::Tree && wanted(oid);
            let is_known = is_wanted && known.is_some_and(|known| known.holds(oid));
            self.remembered.fetch_add(u64::from(is_known), Ordering::Relaxed);
            is_wanted && !is_known
        };
        if !request.is_narrow() {
            return objects::scan_seeing(store, wanted, engine, options, Some(seer), watch);
        }
        // To scan more than is asked for would only cost time; but a range of a few commits should cost little.
        let mut blind = Blind { known, watch };
        let walked = self.repo.walk(store, self.tips()?, &request.bounds(), &mut blind)?;
        let wanted = |oid: Oid, kind: ObjectKind| walked.reached(oid) && wanted(oid, kind);
        objects::scan_seeing(store, wanted, engine, options, Some(seer), watch)
    }

    fn walk(
        &self,
        store: &Store,
        known: Option<&Clean>,
        scanned: &mut ObjectFindings,
    ) -> Result<(Walked, Named), GitError> {
        let blobs = scanned.found.iter().filter(|found| found.kind == ObjectKind::Blob).map(|found| found.oid);
        let Self { engine, watch, .. } = *self;
        let (scratch, blobs) = (Scratch::default(), blobs.collect());
        let links = std::mem::take(&mut scanned.links).into_iter().collect();
        let mut eyes = Eyes { engine, scratch, blobs, names: HashMap::new(), links, known, watch };
        let bounds: Bounds = self.request.bounds();
        let walked = self.repo.walk(store, self.tips()?, &bounds, &mut eyes)?;
        Ok((walked, eyes.names))
    }
}
