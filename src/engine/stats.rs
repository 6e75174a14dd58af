//! What each rule costs: counters that an engine keeps where somebody asks for them.
//!
//! They lie in the [`Scratch`](super::Scratch) and are looked at once for each anchor that stands somewhere, never for
//! each byte; without them that is one test of a pointer.

/// Gives the time in nanoseconds since any fixed moment. The engine reads no clock of its own.
pub type Clock = fn() -> u64;

/// What one rule did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleCost {
    /// Places where one of its anchors stands, plain or encoded.
    pub anchors: u64,
    /// Places where its regex was tried: an anchor can stand at several distances from a match's start.
    pub windows: u64,
    /// Places that were scored: its regex matched, or at least the credential's part of it.
    pub confirms: u64,
    /// Matches that scoring let through, at whatever confidence; overlapping ones are not yet resolved.
    pub findings: u64,
    /// Nanoseconds it took, from the anchor on, decoding apart.
    pub nanos: u64,
}

impl RuleCost {
    fn add(&mut self, other: Self) {
        self.anchors += other.anchors;
        self.windows += other.windows;
        self.confirms += other.confirms;
        self.findings += other.findings;
        self.nanos += other.nanos;
    }
}

/// The costs of all rules.
#[derive(Clone, Debug)]
pub struct Stats {
    clock: Clock,
    rules: Vec<RuleCost>,
}

impl Stats {
    /// Counters for so many rules, all zero.
    #[must_use]
    pub fn new(rules: usize, clock: Clock) -> Self {
        Self { clock, rules: vec![RuleCost::default(); rules] }
    }

    /// One entry for each rule, in their order.
    #[must_use]
    pub fn rules(&self) -> &[RuleCost] {
        &self.rules
    }

    /// Adds what another thread counted.
    pub fn merge(&mut self, other: &Self) {
        for (mine, others) in self.rules.iter_mut().zip(&other.rules) {
            mine.add(*others);
        }
    }

    pub(super) fn now(&self) -> u64 {
        (self.clock)()
    }

    pub(super) fn rule(&mut self, ix: usize) -> Option<&mut RuleCost> {
        self.rules.get_mut(ix)
    }
}
