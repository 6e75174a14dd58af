//! The scan of one object, watched: it ends when the run is to end, or when it gives more than is kept; and a large
//! object is shared by all threads.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::engine::{Engine, Scratch};
use crate::guard::feed::{MAX_UNRESOLVED, too_many};
use crate::guard::watch::Watch;
use crate::model::{Confidence, Finding, SkipReason};

/// Objects above this are shared by all threads, where nothing is made from them.
pub(super) const SHARED: usize = 4 << 20;
/// Bytes of such an object that a thread takes at a time: what is found in them, before it is judged, may be some
/// megabytes. Of an object that is smaller, all is seen at once.
const SHARE: usize = 256 << 10;

/// Watches over the scan of one object.
pub(super) struct Care<'a> {
    engine: &'a Engine,
    watch: Watch<'a>,
    least: Confidence,
    is_large: bool,
    found: AtomicUsize,
    ended: AtomicBool,
}

impl<'a> Care<'a> {
    /// For an object of so many bytes, of which what is less sure than `least` need not be told.
    pub(super) fn new(engine: &'a Engine, watch: Watch<'a>, least: Confidence, len: usize) -> Self {
        let (found, ended) = (AtomicUsize::new(0), AtomicBool::new(false));
        Self { engine, watch, least, is_large: len > SHARE, found, ended }
    }

    /// Takes note of what was found in a piece; says whether to go on.
    pub(super) fn go_on(&self, found: &[Finding]) -> bool {
        let counting = || found.iter().filter(|finding| !self.engine.is_idle(finding, self.least));
        let fresh = counting().count();
        // What a small object gives is told at its end.
        if self.is_large && fresh > 0 {
            let mut resolved: Vec<Finding> = counting().cloned().collect();
            self.engine.resolve(&mut resolved);
            self.watch.progress.sighted(&resolved);
        }
        let count = self.found.fetch_add(fresh, Ordering::Relaxed) + fresh;
        let ends = count > MAX_UNRESOLVED || self.is_large && self.watch.stopped();
        if ends {
            self.ended.store(true, Ordering::Relaxed);
        }
        !ends
    }

    /// Why the object was not scanned to its end, if it was not.
    pub(super) fn cut(&self) -> Option<(SkipReason, String)> {
        if !self.ended.load(Ordering::Relaxed) {
            None
        } else if self.found.load(Ordering::Relaxed) > MAX_UNRESOLVED {
            Some(too_many())
        } else {
            Some((SkipReason::Interrupted, String::new()))
        }
    }

    /// Scans an object with so many threads: all it holds, but for what need not be told.
    pub(super) fn shared(&self, scratch: &mut Scratch, bytes: &[u8], threads: usize) -> Vec<Finding> {
        let next = AtomicUsize::new(0);
        let all = Mutex::new(Vec::new());
        let work = |scratch: &mut Scratch| {
            loop {
                let start = next.fetch_add(SHARE, Ordering::Relaxed);
                if start >= bytes.len() || self.ended.load(Ordering::Relaxed) {
                    return;
                }
                let mut found = Vec::new();
                let piece = start..bytes.len().min(start + SHARE);
                self.engine.scan_range(scratch, bytes, piece, 0, &mut found);
                self.go_on(&found);
                found.retain(|finding| !self.engine.is_idle(finding, self.least));
                all.lock().unwrap_or_else(PoisonError::into_inner).append(&mut found);
            }
        };
        if threads > 1 {
            thread::scope(|scope| {
                for _ in 1..threads {
                    scope.spawn(|| work(&mut Scratch::default()));
                }
                work(scratch);
            });
        } else {
            work(scratch);
        }
        let mut all = all.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.engine.resolve(&mut all);
        all
    }
}
