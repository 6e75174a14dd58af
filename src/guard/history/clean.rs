//! The clean ledger: objects in which nothing was found, so that a later run need not read them again.
//!
//! It says that these very objects, under these very rules and this very program, held nothing: not a credential,
//! nor anything about one, is in it. Of a tree it says so of all that is below it, names included: all of that was
//! there, and read to its end. What trees hold is told apart from the rest, so that no object of another kind passes
//! for a tree that was walked. It is sealed with a key that only its user has; a ledger that anybody else
//! made, or that was damaged, is not believed. Nor is one of other rules or of another build.
//!
//! The format: a first line, the 32 bytes that tell rules and program, the number of trees in eight bytes, their ids
//! in order, the other ids in order, and a seal (HMAC-SHA256) over all of that.

use std::io::{self, Write};

use crate::engine::Engine;
use crate::git::{HashKind, Oid};
use crate::policy::Key;

const FIRST_LINE: &[u8] = b"portcullis clean ledger 2\n";
/// Bytes in a seal.
const SEAL: usize = 32;

/// Why a ledger is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// It is damaged, or was made with another key.
    #[error("it is damaged, or somebody else made it")]
    Seal,
    /// It is of other rules or of another build.
    #[error("the rules or the program have changed since")]
    Other,
}

/// Objects that are known to hold nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Clean {
    /// Blobs, commits and tags, in order.
    ids: Vec<Oid>,
    /// Trees, in order.
    trees: Vec<Oid>,
}

impl Clean {
    /// Reads what [`Clean::write`] wrote, for this engine and this sort of repository.
    ///
    /// # Errors
    /// If it is not to be believed; then nothing of it is used.
    pub fn read(bytes: &[u8], key: &Key, engine: &Engine, hash: HashKind) -> Result<Self, Disbelief> {
        let (told, seal) = bytes.split_last_chunk::<SEAL>().ok_or(Disbelief::Seal)?;
        if key.seal(&[told]) != *seal {
            return Err(Disbelief::Seal);
        }
        let rest = told.strip_prefix(FIRST_LINE).ok_or(Disbelief::Other)?;
        let rest = rest.strip_prefix(&about(key, engine, hash)).ok_or(Disbelief::Other)?;
        let (count, ids) = rest.split_first_chunk().ok_or(Disbelief::Seal)?;
        let count = usize::try_from(u64::from_le_bytes(*count)).map_err(|_| Disbelief::Seal)?;
        let trees = count.checked_mul(hash.width()).ok_or(Disbelief::Seal)?;
        let (trees, ids) = ids.split_at_checked(trees).ok_or(Disbelief::Seal)?;
        let read = |ids: &[u8]| ids.chunks(hash.width()).map(Oid::from_bytes).collect::<Option<Vec<Oid>>>();
        let in_order = |ids: &[u8]| read(ids).filter(|ids| ids.is_sorted()).ok_or(Disbelief::Seal);
        Ok(Self { ids: in_order(ids)?, trees: in_order(trees)? })
    }

    /// Writes it.
    ///
    /// # Errors
    /// The writer's own.
    pub fn write(&self, key: &Key, engine: &Engine, hash: HashKind, out: &mut dyn Write) -> io::Result<()> {
        let mut told = FIRST_LINE.to_vec();
        told.extend_from_slice(&about(key, engine, hash));
        told.extend_from_slice(&(self.trees.len() as u64).to_le_bytes());
        told.reserve(self.len() * hash.width());
        for id in self.trees.iter().chain(&self.ids) {
            told.extend_from_slice(id.as_bytes());
        }
        out.write_all(&told)?;
        out.write_all(&key.seal(&[&told]))
    }

    /// Whether nothing is in that object, which is no tree.
    #[must_use]
    pub fn holds(&self, oid: Oid) -> bool {
        find(&self.ids, |id| *id, oid).is_some()
    }

    /// Whether nothing is in that tree, nor in anything below it.
    #[must_use]
    pub fn holds_tree(&self, oid: Oid) -> bool {
        find(&self.trees, |id| *id, oid).is_some()
    }

    /// How many objects it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len() + self.trees.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Learns of more objects, none of them a tree.
    pub fn add(&mut self, more: Vec<Oid>) {
        add(&mut self.ids, more);
    }

    /// Learns of more trees.
    pub fn add_trees(&mut self, more: Vec<Oid>) {
        add(&mut self.trees, more);
    }
}

fn add(ids: &mut Vec<Oid>, more: Vec<Oid>) {
    if !more.is_empty() {
        ids.extend(more);
        ids.sort_unstable();
        ids.dedup();
    }
}

/// What has that id, of a list that is in order of ids. They are hashes, and so spread evenly: the search begins about
/// where it must be.
pub(super) fn find<T>(all: &[T], id: impl Fn(&T) -> Oid, oid: Oid) -> Option<&T> {
    let head = |oid: Oid| oid.as_bytes().first_chunk().map_or(0, |bytes| u32::from_be_bytes(*bytes));
    let wanted = head(oid);
    let guess = ((all.len() as u64 * u64::from(wanted)) >> 32) as usize;
    let (mut low, mut high, mut step) = (guess, guess, 8);
    while low > 0 && all.get(low).is_some_and(|one| head(id(one)) >= wanted) {
        (low, step) = (low.saturating_sub(step), step * 2);
    }
    step = 8;
    while high < all.len() && all.get(high).is_some_and(|one| head(id(one)) <= wanted) {
        (high, step) = ((high + step).min(all.len()), step * 2);
    }
    let near = all.get(low..high)?;
    near.get(near.binary_search_by_key(&oid, id).ok()?)
}

/// What tells rules, program and sort of repository.
fn about(key: &Key, engine: &Engine, hash: HashKind) -> [u8; SEAL] {
    key.seal(&[engine.print().as_bytes(), &[0], &hash.width().to_le_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(key: &Key) -> Vec<u8> {
        let mut clean = Clean::default();
        clean.add((0..9_u8).rev().map(|at| Oid::from_bytes(&[at; 20]).unwrap()).collect());
        clean.add_trees((20..25_u8).map(|at| Oid::from_bytes(&[at; 20]).unwrap()).collect());
        let mut out = Vec::new();
        clean.write(key, &Engine::builtin(), HashKind::Sha1, &mut out).unwrap();
        out
    }

    #[test]
    fn what_was_written_is_read_and_nothing_else() {
        let (key, engine) = (Key::from_bytes([1; 32]), Engine::builtin());
        let bytes = written(&key);
        let read = |bytes: &[u8]| Clean::read(bytes, &key, &engine, HashKind::Sha1);
        let clean = read(&bytes).unwrap();
        assert_eq!(clean.len(), 14);
        for at in 0..=255_u8 {
            let oid = Oid::from_bytes(&[at; 20]).unwrap();
            assert_eq!((clean.holds(oid), clean.holds_tree(oid)), (at < 9, (20..25).contains(&at)), "{at}");
        }
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert_eq!(read(&bad), Err(Disbelief::Seal), "byte {at}");
            assert_eq!(read(&bytes[..at]), Err(Disbelief::Seal), "cut at {at}");
        }
        assert_eq!(Clean::read(&bytes, &Key::unkeyed(), &engine, HashKind::Sha1), Err(Disbelief::Seal));
        assert_eq!(Clean::read(&bytes, &key, &engine, HashKind::Sha256), Err(Disbelief::Other));
    }

    #[test]
    fn every_id_of_many_is_met_and_no_other() {
        let oid = |at: u32| {
            // The first bytes all alike for some, so that a guess by them is wrong.
            let lead = if at.is_multiple_of(3) { 0x0707_0707 } else { at.wrapping_mul(0x9e37_79b9) };
            let bytes = [lead.to_be_bytes(), at.to_be_bytes(), [0; 4], [0; 4], [0; 4]].concat();
            Oid::from_bytes(&bytes).unwrap()
        };
        for count in [0_u32, 1, 2, 3, 50, 3000] {
            let mut clean = Clean::default();
            clean.add((0..count).map(|at| oid(2 * at)).collect());
            assert!((0..2 * count + 9).all(|at| clean.holds(oid(at)) == (at % 2 == 0 && at < 2 * count)), "{count}");
        }
    }
}
