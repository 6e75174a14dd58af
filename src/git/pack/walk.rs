//! Walks delta families: bases first, every object expanded once, depth first, with bounded memory.

use std::io::Read;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::delta::{self, DeltaReader, Op};
use super::entry::{Base, Entry};
use super::file::{Flaw, Pack, Workbench};
use super::forest::{Forest, Root};
use super::stream::stream;
use crate::git::{ObjectKind, Oid};

/// How much memory a walk may take: at most about three times `object`, and for each thread three times `small` and
/// `ancestors`; by default that is under 256 MiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Greatest object that is held in memory, in bytes. Larger ones are streamed; what is a delta of one of
    /// them is not read, and told.
    pub object: u64,
    /// Objects larger than this are worked on by one thread at a time.
    pub small: u64,
    /// Bytes of ancestors that one thread may hold. Past it they are dropped and expanded again when needed.
    pub ancestors: usize,
    /// How many threads walk; by default, as many as the machine can run.
    pub threads: Option<NonZero<usize>>,
}

/// Most bytes of a leaf whose room is kept.
const LEAF: usize = 1 << 20;

fn threads_of(asked: Option<NonZero<usize>>) -> usize {
    asked.or_else(|| std::thread::available_parallelism().ok()).map_or(1, NonZero::get)
}

impl Default for Limits {
    fn default() -> Self {
        Self::within(256 << 20, None)
    }
}

impl Limits {
    /// Limits under which a walk on so many threads (none: as many as the machine can run) takes at most about so
    /// many bytes.
    #[must_use]
    pub fn within(bytes: u64, threads: Option<NonZero<usize>>) -> Self {
        let share = bytes / 16 / threads_of(threads) as u64;
        Self { object: bytes / 4, small: share, ancestors: share as usize, threads }
    }

    /// How many threads that is.
    #[must_use]
    pub fn threads(&self) -> usize {
        threads_of(self.threads)
    }
}

/// An object, expanded.
#[derive(Clone, Copy, Debug)]
pub struct Object<'a> {
    /// Its name.
    pub oid: Oid,
    /// Its kind.
    pub kind: ObjectKind,
    /// Its content.
    pub bytes: &'a [u8],
    /// Whether others are deltas of it, so that what is found out about it is of use.
    pub is_base: bool,
}

/// What an object was made from.
#[derive(Debug)]
pub struct Parent<'a, S> {
    /// The base's content.
    pub bytes: &'a [u8],
    /// What the visitor made of the base.
    pub state: &'a S,
    /// How the object is made from it, in order. Inserts' offsets are into the delta, which is not shown.
    pub ops: &'a [Op],
}

/// What is done with objects.
pub trait Visit: Sync {
    /// One thread's own.
    type Worker: Send;
    /// What is kept of a base for the objects that are made from it.
    type State: Send + Sync;

    /// Makes a thread's own.
    fn worker(&self) -> Self::Worker;
    /// Takes an object in. `parent` is what it is a delta of, where that was taken in too and its state kept.
    fn object(
        &self,
        worker: &mut Self::Worker,
        object: Object<'_>,
        parent: Option<Parent<'_, Self::State>>,
    ) -> Option<Self::State>;
    /// Takes an object in that is larger than may be held: `size` bytes by its own account. An error of the
    /// reader is the object's trouble; it is handed back.
    ///
    /// # Errors
    /// What the reader failed with.
    fn stream(
        &self,
        worker: &mut Self::Worker,
        oid: Oid,
        kind: ObjectKind,
        size: u64,
        reader: &mut dyn Read,
    ) -> std::io::Result<()>;
    /// Bytes of memory that a state takes.
    fn weight(&self, state: &Self::State) -> usize;
}

/// A pack with its forest.
pub(in crate::git) struct Planted<'p> {
    pub(super) pack: &'p Pack,
    forest: Forest<'p>,
}

impl<'p> Planted<'p> {
    pub(in crate::git) fn new(
        pack: &'p Pack,
        is_wanted: impl Fn(Oid, ObjectKind) -> bool,
        kind_elsewhere: impl Fn(Oid) -> Option<ObjectKind>,
    ) -> Result<Self, Flaw> {
        Ok(Self { pack, forest: Forest::new(pack, is_wanted, kind_elsewhere)? })
    }

    pub(in crate::git) fn pack(&self) -> &Pack {
        self.pack
    }

    /// The families in which something is wanted, in order of offset.
    pub(in crate::git) fn families(&self) -> impl Iterator<Item = (u32, Root)> + '_ {
        self.forest.roots.iter().copied()
    }

    /// Wanted objects whose deltas go round in a circle.
    pub(in crate::git) fn lost(&self) -> impl Iterator<Item = Oid> + '_ {
        self.forest.lost.iter().filter_map(|&node| self.forest.oid(self.pack, node))
    }
}

/// An expanded object that others are made from.
struct Body<S> {
    bytes: Vec<u8>,
    state: Option<S>,
    weight: usize,
}

/// An object whose children are not all done.
struct Frame<S> {
    node: u32,
    /// `None` where it was dropped for want of memory.
    body: Option<Arc<Body<S>>>,
    children: Vec<u32>,
}

/// A part of a family to be walked.
pub(in crate::git) struct Task<'p, S> {
    planted: &'p Planted<'p>,
    node: u32,
    kind: Root,
    base: Option<Arc<Body<S>>>,
}

impl<'p, S> Task<'p, S> {
    pub(in crate::git) fn family(planted: &'p Planted<'p>, node: u32, kind: Root) -> Self {
        Self { planted, node, kind, base: None }
    }
}

/// What all threads of a walk share.
pub(in crate::git) struct Shared<'a, V: Visit> {
    pub(in crate::git) visit: &'a V,
    pub(in crate::git) limits: Limits,
    pub(in crate::git) stop: &'a AtomicBool,
    pub(in crate::git) threads: usize,
    /// Tasks being walked or waiting.
    pub(in crate::git) active: &'a AtomicUsize,
    /// Held by the thread that works on objects larger than [`Limits::small`].
    pub(in crate::git) large: &'a Mutex<()>,
    /// Reads an object that a pack names as a base but does not hold.
    pub(in crate::git) elsewhere: &'a (dyn Fn(Oid, &mut Vec<u8>) -> Option<ObjectKind> + Sync),
    /// Told of an object that could not be read.
    pub(in crate::git) failed: Failed<'a>,
}

/// What is told of objects that could not be read.
pub(in crate::git) type Failed<'a> = &'a (dyn Fn(&Pack, Oid, Option<ObjectKind>, Flaw) + Sync);

/// One task being walked.
pub(in crate::git) struct Walk<'w, 'p, V: Visit> {
    pub(in crate::git) shared: &'w Shared<'w, V>,
    pub(in crate::git) bench: &'w mut Workbench,
    pub(in crate::git) worker: &'w mut V::Worker,
    /// Takes a part of the family over, for an idle thread.
    pub(in crate::git) give: &'w dyn Fn(Task<'p, V::State>),
    /// Held from the first large object on.
    pub(in crate::git) large: Option<MutexGuard<'w, ()>>,
}

impl<'p, V: Visit> Walk<'_, 'p, V> {
    pub(in crate::git) fn run(&mut self, task: Task<'p, V::State>) {
        let Task { planted, node, kind: root, base } = task;
        let mut frames: Vec<Frame<V::State>> = Vec::new();
        let mut held = 0;
        let kind = match root {
            Root::Kind(kind) | Root::Elsewhere(kind) => kind,
            Root::Broken => {
                let words = "its pack entry is broken, or the base of its delta is missing";
                return self.fail(planted, node, None, Flaw::Broken(words));
            }
        };
        let first = self.expand(planted, node, kind, base.as_deref());
        drop(base);
        self.push(planted, &mut frames, &mut held, node, first);
        while let Some(frame) = frames.last_mut() {
            if self.shared.stop.load(Ordering::Relaxed) {
                return;
            }
            let Some(child) = frame.children.pop() else {
                held -= frames.pop().and_then(|frame| frame.body).map_or(0, |body| body.weight);
                continue;
            };
            let at = frame.node;
            let body = match frame.body.take() {
                Some(body) => body,
                None => match self.again(planted, at, kind) {
                    Ok(body) => {
                        held += body.weight;
                        Arc::new(body)
                    }
                    Err(flaw) => {
                        for child in
                            frames.pop().map(|frame| frame.children).unwrap_or_default().into_iter().chain([child])
                        {
                            self.fail(planted, child, Some(kind), flaw);
                        }
                        continue;
                    }
                },
            };
            // The last child needs the base only while it is made; an idle thread takes the heaviest.
            if frame.children.is_empty() {
                frames.pop();
                held -= body.weight;
            } else {
                if self.large.is_none() && self.shared.active.load(Ordering::Relaxed) < self.shared.threads {
                    let node = frame.children.remove(0);
                    (self.give)(Task { planted, node, kind: Root::Kind(kind), base: Some(Arc::clone(&body)) });
                }
                frame.body = Some(Arc::clone(&body));
            }
            let made = self.expand(planted, child, kind, Some(&body));
            drop(body);
            self.push(planted, &mut frames, &mut held, child, made);
        }
    }

    /// Keeps an object for its children, if it has any; drops the oldest where it is too much.
    fn push(
        &self,
        planted: &'p Planted<'p>,
        frames: &mut Vec<Frame<V::State>>,
        held: &mut usize,
        node: u32,
        body: Option<Body<V::State>>,
    ) {
        let Some(body) = body else { return };
        let children = planted.forest.children(node);
        *held += body.weight;
        frames.push(Frame { node, body: Some(Arc::new(body)), children });
        let last = frames.len() - 1;
        for frame in frames.iter_mut().take(last) {
            if *held <= self.shared.limits.ancestors {
                break;
            }
            *held -= frame.body.take().map_or(0, |body| body.weight);
        }
    }

    /// Expands an entry and shows it. The body is given where there are children to be made from it.
    fn expand(
        &mut self,
        planted: &'p Planted<'p>,
        node: u32,
        kind: ObjectKind,
        base: Option<&Body<V::State>>,
    ) -> Option<Body<V::State>> {
        match self.try_expand(planted, node, kind, base) {
            Ok(body) => body,
            Err(flaw) => {
                self.fail(planted, node, Some(kind), flaw);
                None
            }
        }
    }

    fn try_expand(
        &mut self,
        planted: &'p Planted<'p>,
        node: u32,
        kind: ObjectKind,
        base: Option<&Body<V::State>>,
    ) -> Result<Option<Body<V::State>>, Flaw> {
        let (pack, forest) = (planted.pack, &planted.forest);
        if !pack.is_intact(node as usize) {
            return Err(Flaw::Broken("its pack entry is not what the index has a checksum of"));
        }
        let entry = pack.entry(forest.offset(node))?;
        let oid = forest.oid(pack, node).ok_or("its pack's index is broken")?;
        let wanted = forest.is_wanted(node);
        let is_base = forest.weight(node) > u32::from(wanted);
        let limit = self.shared.limits.object;
        let fetched;
        // What nothing is made from need not outlive this: its room serves the next one.
        let room = if is_base { Vec::new() } else { std::mem::take(&mut self.bench.leaf) };
        let (mut bytes, ops, base) = match (entry.base, base) {
            (Base::Whole(_), _) if entry.size > limit => {
                self.stream_whole(planted, node, (oid, kind), &entry);
                return Ok(None);
            }
            (Base::Whole(_), _) => {
                let mut bytes = room;
                self.size_up(entry.size);
                pack.inflate(&entry, limit, &mut self.bench.inflater, &mut bytes)?;
                (bytes, false, None)
            }
            (Base::Id(name), None) => {
                let mut bytes = Vec::new();
                (self.shared.elsewhere)(name, &mut bytes).ok_or("the base of its delta is missing")?;
                fetched = Body { weight: bytes.len(), bytes, state: None };
                (room, true, Some(&fetched))
            }
            (_, None) => return Err(Flaw::Broken("its pack entry is broken")),
            (_, Some(base)) => (room, true, Some(base)),
        };
        if let Some(base) = base {
            self.size_up(entry.size);
            let size = pack.read_delta(&entry, base.bytes.len(), limit, self.bench)?;
            self.size_up(size.min(limit));
            if size > limit {
                self.stream_delta(planted, node, (oid, kind), &base.bytes, size);
                return Ok(None);
            }
            delta::apply(&base.bytes, &self.bench.delta, &self.bench.ops, size as usize, &mut bytes);
        }
        let state = if wanted {
            let parent = base.filter(|_| ops).and_then(|base| {
                let state = base.state.as_ref()?;
                Some(Parent { bytes: &base.bytes, state, ops: &self.bench.ops })
            });
            self.shared.visit.object(self.worker, Object { oid, kind, bytes: &bytes, is_base }, parent)
        } else {
            None
        };
        if !is_base {
            if bytes.capacity() <= LEAF {
                self.bench.leaf = bytes;
            }
            return Ok(None);
        }
        let weight = bytes.len() + state.as_ref().map_or(0, |state| self.shared.visit.weight(state));
        Ok(Some(Body { bytes, state, weight }))
    }

    /// Waits for its turn before a large object is held. Nothing else is ever waited for meanwhile.
    fn size_up(&mut self, size: u64) {
        if size > self.shared.limits.small && self.large.is_none() {
            self.large = Some(self.shared.large.lock().unwrap_or_else(PoisonError::into_inner));
        }
    }

    /// Expands an object once more, whose body was dropped.
    fn again(&mut self, planted: &'p Planted<'p>, node: u32, _: ObjectKind) -> Result<Body<V::State>, Flaw> {
        let mut bytes = Vec::new();
        let (offset, limit) = (planted.forest.offset(node), self.shared.limits.object);
        planted.pack.expand(offset, limit, self.bench, &mut bytes, self.shared.elsewhere)?;
        Ok(Body { weight: bytes.len(), bytes, state: None })
    }

    fn stream_whole(&mut self, planted: &'p Planted<'p>, node: u32, object: (Oid, ObjectKind), entry: &Entry) {
        if planted.forest.is_wanted(node) {
            let mut reader = stream(&mut self.bench.inflater, planted.pack.data(entry), 0, entry.size);
            let done = self.shared.visit.stream(self.worker, object.0, object.1, entry.size, &mut reader);
            if done.is_err() {
                (self.shared.failed)(planted.pack, object.0, Some(object.1), Flaw::Broken("its data is corrupt"));
            }
        }
        self.fail_children(planted, node, object.1, entry.size);
    }

    fn stream_delta(
        &mut self,
        planted: &'p Planted<'p>,
        node: u32,
        (oid, kind): (Oid, ObjectKind),
        base: &[u8],
        size: u64,
    ) {
        if planted.forest.is_wanted(node) {
            let mut reader = DeltaReader { base, delta: &self.bench.delta, ops: &self.bench.ops, done: 0 };
            let done = self.shared.visit.stream(self.worker, oid, kind, size, &mut reader);
            if done.is_err() {
                (self.shared.failed)(planted.pack, oid, Some(kind), Flaw::Broken("its data is corrupt"));
            }
        }
        self.fail_children(planted, node, kind, size);
    }

    fn fail_children(&self, planted: &'p Planted<'p>, node: u32, kind: ObjectKind, size: u64) {
        for child in planted.forest.children(node) {
            self.fail(planted, child, Some(kind), Flaw::TooLarge(size));
        }
    }

    /// An entry cannot be read, so nothing that is made from it can be.
    fn fail(&self, planted: &'p Planted<'p>, node: u32, kind: Option<ObjectKind>, flaw: Flaw) {
        for node in planted.forest.subtree(node) {
            if let Some(oid) = planted.forest.oid(planted.pack, node) {
                (self.shared.failed)(planted.pack, oid, kind, flaw);
            }
        }
    }
}
