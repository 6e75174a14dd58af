//! What was made lately, within a budget of memory: what is read next often stands on it.

use std::collections::HashMap;
use std::hash::Hash;

use crate::git::map::Keyed;

/// Values by key, in two generations: what is used moves to the younger, and when that has half of the budget, the
/// older is dropped.
pub(in crate::git) struct Kept<K, V> {
    young: HashMap<K, (V, usize), Keyed>,
    old: HashMap<K, (V, usize), Keyed>,
    /// What is in `young` weighs.
    held: usize,
    budget: usize,
}

/// Bytes that an entry takes besides what its value is said to weigh.
const OVERHEAD: usize = 128;

impl<K: Eq + Hash + Copy, V: Clone> Kept<K, V> {
    /// Keeps at most about `budget` bytes.
    pub(in crate::git) fn new(budget: usize) -> Self {
        Self { young: HashMap::default(), old: HashMap::default(), held: 0, budget }
    }

    /// Whether a value is kept.
    pub(in crate::git) fn has(&self, key: &K) -> bool {
        self.young.contains_key(key) || self.old.contains_key(key)
    }

    /// A kept value.
    pub(in crate::git) fn get(&mut self, key: &K) -> Option<V> {
        if let Some((value, _)) = self.young.get(key) {
            return Some(value.clone());
        }
        let (value, weight) = self.old.remove(key)?;
        self.put(*key, value.clone(), weight);
        Some(value)
    }

    /// Keeps a value of so many bytes, unless it is too large to be worth it.
    pub(in crate::git) fn put(&mut self, key: K, value: V, weight: usize) {
        let whole = weight + OVERHEAD;
        if whole > self.budget / 4 {
            return;
        }
        if self.held + whole > self.budget / 2 {
            self.old = std::mem::take(&mut self.young);
            self.young.reserve(self.old.len());
            self.held = 0;
        }
        if self.young.insert(key, (value, weight)).is_none() {
            self.held += whole;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_budget_holds() {
        let mut kept = Kept::new(100 * (OVERHEAD + 10));
        for at in 0..1000_u64 {
            kept.put(at, at, 10);
            assert_eq!(kept.get(&0), Some(0), "{at}");
            assert!(kept.young.len() + kept.old.len() <= 100, "{at}");
        }
        assert!(!kept.has(&1) && kept.has(&999));
        kept.put(1000, 0, 100_000);
        assert!(!kept.has(&1000));
    }
}
