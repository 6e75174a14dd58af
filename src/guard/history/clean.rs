//! The clean ledger: objects in which nothing was found, so that a later run need not read them again.
//!
//! It says that these very objects, under these very rules and this very program, held nothing: not a credential,
//! nor anything about one, is in it. It is sealed with a key that only its user has; a ledger that anybody else
//! made, or that was damaged, is not believed. Nor is one of other rules or of another build.
//!
//! The format: a first line, the 32 bytes that tell rules and program, the ids in order, and a seal (HMAC-SHA256)
//! over all of that.

use std::io::{self, Write};

use crate::engine::Engine;
use crate::git::{HashKind, Oid};
use crate::policy::Key;

const FIRST_LINE: &[u8] = b"portcullis clean ledger 1\n";
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
    /// In order.
    ids: Vec<Oid>,
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
        let ids = rest.strip_prefix(&about(key, engine, hash)).ok_or(Disbelief::Other)?;
        let ids = ids.chunks(hash.width()).map(Oid::from_bytes).collect::<Option<Vec<Oid>>>();
        let ids = ids.filter(|ids| ids.is_sorted()).ok_or(Disbelief::Seal)?;
        Ok(Self { ids })
    }

    /// Writes it.
    ///
    /// # Errors
    /// The writer's own.
    pub fn write(&self, key: &Key, engine: &Engine, hash: HashKind, out: &mut dyn Write) -> io::Result<()> {
        let mut told = FIRST_LINE.to_vec();
        told.extend_from_slice(&about(key, engine, hash));
        told.reserve(self.ids.len() * hash.width());
        for id in &self.ids {
            told.extend_from_slice(id.as_bytes());
        }
        out.write_all(&told)?;
        out.write_all(&key.seal(&[&told]))
    }

    /// Whether nothing is in that object.
    #[must_use]
    pub fn holds(&self, oid: Oid) -> bool {
        self.ids.binary_search(&oid).is_ok()
    }

    /// How many objects it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// Learns of more objects.
    pub fn add(&mut self, more: Vec<Oid>) {
        self.ids.extend(more);
        self.ids.sort_unstable();
        self.ids.dedup();
    }
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
        assert_eq!(clean.len(), 9);
        assert!(clean.holds(Oid::from_bytes(&[3; 20]).unwrap()) && !clean.holds(Oid::from_bytes(&[9; 20]).unwrap()));
        for at in 0..bytes.len() {
            let mut bad = bytes.clone();
            bad[at] ^= 1;
            assert_eq!(read(&bad), Err(Disbelief::Seal), "byte {at}");
            assert_eq!(read(&bytes[..at]), Err(Disbelief::Seal), "cut at {at}");
        }
        assert_eq!(Clean::read(&bytes, &Key::unkeyed(), &engine, HashKind::Sha1), Err(Disbelief::Seal));
        assert_eq!(Clean::read(&bytes, &key, &engine, HashKind::Sha256), Err(Disbelief::Other));
    }
}
