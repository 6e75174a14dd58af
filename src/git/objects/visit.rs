//! Shows every object of a store to a visitor, with all threads.

use std::io::Read;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use super::super::pack::{Flaw, Limits, Object, Pack, Parent, Planted, Shared, Task, Visit, Walk, Workbench};
use super::loose::Loose;
use super::{MAX_ELSEWHERE, ObjectKind, Store, Trouble, error_of};
use crate::git::{GitError, Oid};

/// Calls a closure with every object.
struct Each<F>(F, u64);

impl<F: Fn(Oid, ObjectKind, &[u8]) + Sync> Visit for Each<F> {
    type Worker = ();
    type State = ();

    fn worker(&self) {}

    fn object(&self, (): &mut (), object: Object<'_>, _: Option<Parent<'_, ()>>) -> Option<()> {
        (self.0)(object.oid, object.kind, object.bytes);
        None
    }

    fn stream(&self, (): &mut (), oid: Oid, kind: ObjectKind, size: u64, reader: &mut dyn Read) -> std::io::Result<()> {
        if size > self.1 {
            return Err(std::io::ErrorKind::OutOfMemory.into());
        }
        let mut bytes = Vec::new();
        reader.read_to_end(&mut bytes)?;
        (self.0)(oid, kind, &bytes);
        Ok(())
    }

    fn weight(&self, (): &()) -> usize {
        0
    }
}

/// A place where objects that could not be read are noted.
#[derive(Default)]
struct Failures(Mutex<Vec<Failure>>);

/// An object as far as it is known, and what is wrong with it.
type Failure = (Option<Oid>, Option<ObjectKind>, GitError);

impl Failures {
    fn add(&self, oid: Option<Oid>, kind: Option<ObjectKind>, error: GitError) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push((oid, kind, error));
    }
}

/// How a store is walked.
#[derive(Clone, Copy, Debug)]
pub(in crate::git) struct Plan<'a> {
    pub(in crate::git) limits: Limits,
    pub(in crate::git) threads: usize,
    pub(in crate::git) stop: &'a AtomicBool,
}

impl Store {
    /// Shows every object of those kinds, once each, to `visit`, from many threads, in the order of packs. What
    /// could not be read is given back, in order of id.
    ///
    /// # Errors
    /// If a directory of loose objects cannot be listed.
    pub fn for_each(
        &self,
        kinds: &[ObjectKind],
        visit: impl Fn(Oid, ObjectKind, &[u8]) + Sync,
    ) -> Result<Vec<Trouble>, GitError> {
        let limits = Limits::default();
        let stop = AtomicBool::new(false);
        self.visit(|_, kind| kinds.contains(&kind), &Each(visit, super::READ_LIMIT), limits, &stop)
    }

    /// Shows every object that is wanted, once, to `visit`, from many threads: bases before what is made of them.
    /// (An index that names one object twice has both entries shown: it may lie about one of them.)
    /// Ends early when `stop` is set. What could not be read is given back, in order of id.
    ///
    /// An object whose kind cannot be known is asked for as every kind, and then told.
    ///
    /// # Errors
    /// If a directory of loose objects cannot be listed.
    pub fn visit<V: Visit>(
        &self,
        wanted: impl Fn(Oid, ObjectKind) -> bool + Sync,
        visit: &V,
        limits: Limits,
        stop: &AtomicBool,
    ) -> Result<Vec<Trouble>, GitError> {
        let threads = limits.threads();
        let plan = Plan { limits, threads, stop };
        let loose = self.loose_ids()?;
        let failures = Failures::default();
        let no_threads = |error| GitError::io("the threads to read objects with")(std::io::Error::other(error));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().map_err(no_threads)?;
        pool.install(|| self.walk(&wanted, visit, plan, loose, &failures));
        let failed = failures.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut troubles: Vec<Trouble> =
            failed.into_iter().map(|(oid, kind, error)| Trouble { oid, kind, error }).collect();
        troubles.sort_by_key(|trouble| trouble.oid);
        Ok(troubles)
    }

    fn walk<V: Visit>(
        &self,
        wanted: &(impl Fn(Oid, ObjectKind) -> bool + Sync),
        visit: &V,
        plan: Plan<'_>,
        loose: &[Oid],
        failures: &Failures,
    ) {
        let planted = self.plant(wanted, failures);
        let again = Mutex::new(Vec::new());
        let failed = |_: &Pack, oid: Oid, kind: Option<ObjectKind>, flaw: Flaw| {
            // Another copy of the object may be whole.
            if self.copies(oid) > 1 {
                again.lock().unwrap_or_else(PoisonError::into_inner).push(oid);
            } else {
                failures.add(Some(oid), kind, error_of(flaw, oid, plan.limits.object));
            }
        };
        let elsewhere = |oid: Oid, out: &mut Vec<u8>| {
            self.read_into(oid, plan.limits.object, &mut Workbench::new(), out, MAX_ELSEWHERE).ok()
        };
        let (active, large) = (AtomicUsize::new(0), Mutex::new(()));
        let Plan { limits, threads, stop } = plan;
        let shared = Shared {
            visit,
            limits,
            stop,
            threads,
            active: &active,
            large: &large,
            elsewhere: &elsewhere,
            failed: &failed,
        };
        let mut tasks = Vec::new();
        for planted in &planted {
            for oid in planted.lost() {
                failed(planted.pack(), oid, None, Flaw::Broken("its deltas go round in a circle"));
            }
            tasks.extend(planted.families().map(|(node, root)| (planted, node, root)));
        }
        let next = AtomicUsize::new(0);
        rayon::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|scope| {
                    let mut bench = Workbench::new();
                    let mut worker = visit.worker();
                    while let Some(&(planted, node, root)) = tasks.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if stop.load(Ordering::Relaxed) {
                            break;
                        }
                        active.fetch_add(1, Ordering::Relaxed);
                        run(&shared, &mut bench, &mut worker, Task::family(planted, node, root), scope);
                        active.fetch_sub(1, Ordering::Relaxed);
                    }
                });
            }
        });
        let mut again = again.into_inner().unwrap_or_else(PoisonError::into_inner);
        again.sort_unstable();
        again.dedup();
        let loose = loose.iter().filter(|oid| !self.packs.iter().any(|pack| pack.contains(**oid)));
        let single: Vec<Oid> = again.iter().chain(loose).copied().collect();
        self.singles(&single, wanted, visit, plan, failures);
    }

    /// The forests of all packs, each object wanted in the first pack that has it.
    fn plant(&self, wanted: &(impl Fn(Oid, ObjectKind) -> bool + Sync), failures: &Failures) -> Vec<Planted<'_>> {
        let mut planted = Vec::new();
        for (at, pack) in self.packs.iter().enumerate() {
            let earlier = self.packs.get(..at).unwrap_or_default();
            let is_wanted = |oid, kind| wanted(oid, kind) && !earlier.iter().any(|pack| pack.contains(oid));
            match Planted::new(pack, is_wanted, |oid| self.kind(oid).ok()) {
                Ok(forest) => planted.push(forest),
                Err(flaw) => {
                    let words = if let Flaw::Broken(words) = flaw { words } else { "it is too large" };
                    failures.add(None, None, GitError::Pack { path: pack.path.clone(), detail: words.to_owned() });
                }
            }
        }
        planted
    }

    /// Objects read one by one: the loose ones, and those whose first copy is broken.
    fn singles<V: Visit>(
        &self,
        oids: &[Oid],
        wanted: &(impl Fn(Oid, ObjectKind) -> bool + Sync),
        visit: &V,
        plan: Plan<'_>,
        failures: &Failures,
    ) {
        let next = AtomicUsize::new(0);
        rayon::scope(|scope| {
            for _ in 0..plan.threads {
                scope.spawn(|_| {
                    let (mut bench, mut worker) = (Workbench::new(), visit.worker());
                    while let Some(&oid) = oids.get(next.fetch_add(1, Ordering::Relaxed)) {
                        if plan.stop.load(Ordering::Relaxed) {
                            break;
                        }
                        if let Err(error) = self.single(oid, wanted, visit, plan.limits, (&mut bench, &mut worker)) {
                            failures.add(Some(oid), None, error);
                        }
                    }
                });
            }
        });
    }

    fn single<V: Visit>(
        &self,
        oid: Oid,
        wanted: &impl Fn(Oid, ObjectKind) -> bool,
        visit: &V,
        limits: Limits,
        (bench, worker): (&mut Workbench, &mut V::Worker),
    ) -> Result<(), GitError> {
        let is_packed = self.packs.iter().any(|pack| pack.contains(oid));
        if !is_packed && let Some(loose) = self.loose(oid, bench)? {
            if !wanted(oid, loose.kind) {
                return Ok(());
            }
            if loose.size > limits.object {
                let (kind, size) = (loose.kind, loose.size);
                let mut reader = loose.stream(&mut bench.inflater);
                let done = visit.stream(worker, oid, kind, size, &mut reader);
                return done.map_err(|error| GitError::object("object", oid, error.to_string()));
            }
        }
        let mut bytes = Vec::new();
        let kind = self.read_into(oid, limits.object, bench, &mut bytes, MAX_ELSEWHERE)?;
        if wanted(oid, kind) {
            visit.object(worker, Object { oid, kind, bytes: &bytes, is_base: false }, None);
        }
        Ok(())
    }

    fn loose(&self, oid: Oid, bench: &mut Workbench) -> Result<Option<Loose>, GitError> {
        for dir in &self.dirs {
            if let Some(loose) = Loose::open(dir, oid, &mut bench.inflater)? {
                return Ok(Some(loose));
            }
        }
        Ok(None)
    }
}

/// Walks a task; what it gives away runs on another thread of the pool.
fn run<'p: 's, 's, V: Visit>(
    shared: &'s Shared<'s, V>,
    bench: &mut Workbench,
    worker: &mut V::Worker,
    task: Task<'p, V::State>,
    scope: &rayon::Scope<'s>,
) where
    V::State: 's,
{
    let give = |task: Task<'p, V::State>| {
        shared.active.fetch_add(1, Ordering::Relaxed);
        scope.spawn(move |scope| {
            let (mut bench, mut worker) = (Workbench::new(), shared.visit.worker());
            run(shared, &mut bench, &mut worker, task, scope);
            shared.active.fetch_sub(1, Ordering::Relaxed);
        });
    };
    Walk { shared, bench, worker, give: &give, large: None }.run(task);
}
