//! What ends the look at a push early: the deadline, a limit, or that enough was found.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::guard::watch::Progress;
use crate::model::{Confidence, Finding, RuleIx, Secret};

/// Why a look ended early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Its time is over.
    Late,
    /// The objects of the push come to more bytes than may be looked at.
    Bytes,
}

/// The flag that ends a look, and who may set it.
#[derive(Debug)]
pub struct Halt {
    stop: AtomicBool,
    late: AtomicBool,
    too_much: AtomicBool,
    enough: AtomicBool,
    bytes: AtomicU64,
    most_bytes: u64,
    /// Different credentials that are enough; 0 for no end.
    most_found: AtomicU64,
    threshold: Confidence,
    found: Mutex<HashSet<(RuleIx, Secret)>>,
}

impl Halt {
    /// Ends a look after so many bytes (of objects, expanded).
    #[must_use]
    pub fn new(most_bytes: u64, threshold: Confidence) -> Self {
        Self {
            stop: AtomicBool::new(false),
            late: AtomicBool::new(false),
            too_much: AtomicBool::new(false),
            enough: AtomicBool::new(false),
            bytes: AtomicU64::new(0),
            most_bytes,
            most_found: AtomicU64::new(0),
            threshold,
            found: Mutex::default(),
        }
    }

    /// Says that the time is over. For the clock's thread.
    pub fn late(&self) {
        self.late.store(true, Ordering::SeqCst);
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Why the look ended early, if it did.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        if self.late.load(Ordering::SeqCst) {
            return Some(Cut::Late);
        }
        self.too_much.load(Ordering::SeqCst).then_some(Cut::Bytes)
    }

    /// The flag to poll.
    pub(super) const fn flag(&self) -> &AtomicBool {
        &self.stop
    }

    pub(super) fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }

    /// Begins a scan that ends after so many different credentials (0: never).
    pub(super) fn begin(&self, most_found: u64) {
        self.most_found.store(most_found, Ordering::SeqCst);
        self.bytes.store(0, Ordering::SeqCst);
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clear();
        self.go_on();
    }

    /// Whether the scan ended because enough was found; what follows is not ended by that.
    pub(super) fn take_enough(&self) -> bool {
        let enough = self.enough.load(Ordering::SeqCst);
        self.go_on();
        enough
    }

    fn go_on(&self) {
        self.enough.store(false, Ordering::SeqCst);
        self.stop.store(false, Ordering::SeqCst);
        // The clock may have struck in between.
        if self.cut().is_some() {
            self.stop.store(true, Ordering::SeqCst);
        }
    }
}

impl Progress for Halt {
    fn advance(&self, _: u64, bytes: u64) {
        if self.bytes.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes) > self.most_bytes {
            self.too_much.store(true, Ordering::SeqCst);
            self.stop.store(true, Ordering::SeqCst);
        }
    }

    fn sighted(&self, findings: &[Finding]) {
        let most = self.most_found.load(Ordering::Relaxed);
        if most == 0 {
            return;
        }
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let sure = findings.iter().filter(|finding| finding.score.confidence >= self.threshold);
        found.extend(sure.map(|finding| (finding.rule, finding.secret.clone())));
        if found.len() as u64 >= most {
            self.enough.store(true, Ordering::SeqCst);
            self.stop.store(true, Ordering::SeqCst);
        }
    }
}
