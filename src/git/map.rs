//! A map from object ids: they are hashes already, so hashing them again in full would be waste.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher, RandomState};

use crate::git::Oid;

/// A map keyed by object id.
pub(in crate::git) type OidMap<V> = HashMap<Oid, V, Keyed>;

/// A set of object ids.
pub(in crate::git) type OidSet = HashSet<Oid, Keyed>;

/// Folds an id with two numbers drawn for each map: whoever chooses objects cannot choose their buckets.
#[derive(Clone, Debug)]
pub(in crate::git) struct Keyed(u64, u64);

impl Default for Keyed {
    fn default() -> Self {
        let draw = |salt: u8| RandomState::new().hash_one(salt);
        Self(draw(0), draw(1) | 1)
    }
}

impl BuildHasher for Keyed {
    type Hasher = Fold;

    fn build_hasher(&self) -> Fold {
        Fold { state: self.0, factor: self.1 }
    }
}

/// The state while one id is folded.
#[derive(Debug)]
pub(in crate::git) struct Fold {
    state: u64,
    factor: u64,
}

impl Fold {
    fn mix(&mut self, word: u64) {
        let wide = u128::from(self.state ^ word) * u128::from(self.factor);
        self.state = (wide as u64) ^ ((wide >> 64) as u64);
    }
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        for word in bytes.chunks(8) {
            let mut padded = [0; 8];
            padded[..word.len()].copy_from_slice(word);
            self.mix(u64::from_le_bytes(padded));
        }
    }

    fn write_u32(&mut self, word: u32) {
        self.mix(u64::from(word));
    }
    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    /// The discriminant and lengths that `derive(Hash)` adds tell nothing.
    fn write_isize(&mut self, _: isize) {}
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.state
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_that_differ_in_one_byte_fall_apart() {
        let keyed = Keyed::default();
        let mut seen = HashSet::new();
        for at in 0..20 {
            for value in 0..=255_u8 {
                let mut raw = [7; 20];
                raw[at] = value;
                seen.insert(keyed.hash_one(Oid::from_bytes(&raw).unwrap()));
            }
        }
        assert_eq!(seen.len(), 20 * 255 + 1);
    }
}
