//! A pack with its index: random access to its entries.

use std::path::{Path, PathBuf};

use super::delta::{self, Op};
use super::entry::{self, Base, Entry};
use super::index::Index;
use super::inflate::Inflater;
use super::map::Map;
use crate::git::{GitError, HashKind, ObjectKind, Oid};

/// Bytes of a pack before its first entry.
const HEADER: usize = 12;
/// Longest chain of deltas that is followed. Git writes at most 4,095; a cycle is longer than any number.
const MAX_CHAIN: usize = 100_000;

/// An opened pack.
pub(in crate::git) struct Pack {
    pub(in crate::git) path: PathBuf,
    map: Map,
    /// Where the entries end and the checksum begins.
    end: usize,
    pub(super) index: Index,
    pub(super) width: usize,
}

/// Memory for expanding objects, reused from one to the next.
pub(in crate::git) struct Workbench {
    pub(in crate::git) inflater: Inflater,
    pub(super) delta: Vec<u8>,
    pub(super) ops: Vec<Op>,
    spare: Vec<u8>,
}

impl Workbench {
    pub(in crate::git) fn new() -> Self {
        Self { inflater: Inflater::new(), delta: Vec::new(), ops: Vec::new(), spare: Vec::new() }
    }
}

/// Why an entry cannot be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::git) enum Flaw {
    /// It is broken, and how.
    Broken(&'static str),
    /// It is larger than the limit: its size.
    TooLarge(u64),
}

impl From<&'static str> for Flaw {
    fn from(words: &'static str) -> Self {
        Self::Broken(words)
    }
}

impl Pack {
    /// Opens a pack by the path of its index.
    pub(in crate::git) fn open(index: &Path, hash: HashKind) -> Result<Self, GitError> {
        let path = index.with_extension("pack");
        let map = Map::open(&path)?;
        let index = Index::open(index, hash)?;
        let broken = |detail: &str| GitError::Pack { path: path.clone(), detail: detail.to_owned() };
        let bytes = map.bytes();
        let width = hash.width();
        let end = bytes.len().checked_sub(width).filter(|end| *end >= HEADER);
        let end = end.ok_or_else(|| broken("it is cut short"))?;
        let version = bytes.get(4..8).unwrap_or_default();
        if !bytes.starts_with(b"PACK") || !matches!(version, [0, 0, 0, 2 | 3]) {
            return Err(broken("it is no pack of a version known"));
        }
        if bytes.get(8..HEADER).and_then(|n| n.try_into().ok()).map(u32::from_be_bytes)
            != u32::try_from(index.len()).ok()
        {
            return Err(broken("it holds another number of objects than its index"));
        }
        if bytes.get(end..) != Some(index.pack_checksum()) {
            return Err(broken("its checksum is not the one in its index"));
        }
        Ok(Self { path, map, end, index, width })
    }

    pub(in crate::git) fn len(&self) -> usize {
        self.index.len()
    }

    pub(in crate::git) fn oid(&self, at: usize) -> Option<Oid> {
        self.index.oid(at)
    }

    pub(in crate::git) fn contains(&self, oid: Oid) -> bool {
        self.index.find(oid).is_some()
    }

    /// Reads the header of the entry at that offset.
    pub(super) fn entry(&self, at: u64) -> Result<Entry, Flaw> {
        let entries = self.map.bytes().get(..self.end).unwrap_or_default();
        let entry = if at < HEADER as u64 { None } else { entry::read(entries, at, self.width) };
        entry.ok_or(Flaw::Broken("its pack entry is broken"))
    }

    /// Whether the bytes from `start` to `end` (or to the last entry's end) are those that the index has a checksum of.
    pub(super) fn is_intact(&self, place: usize, start: u64, end: Option<u64>) -> bool {
        let Some(crc) = self.index.crc(place) else { return true };
        let end = end.map_or(self.end, |end| end as usize).min(self.end);
        self.map.bytes().get(start as usize..end).is_some_and(|bytes| crc32fast::hash(bytes) == crc)
    }

    /// The compressed data of an entry, and whatever follows it.
    pub(super) fn data(&self, entry: &Entry) -> &[u8] {
        self.map.bytes().get(entry.data..self.end).unwrap_or_default()
    }

    /// Inflates an entry's data: the object, or the delta.
    pub(super) fn inflate(
        &self,
        entry: &Entry,
        limit: u64,
        inflater: &mut Inflater,
        out: &mut Vec<u8>,
    ) -> Result<(), Flaw> {
        if entry.size > limit {
            return Err(Flaw::TooLarge(entry.size));
        }
        let size = usize::try_from(entry.size).map_err(|_| Flaw::TooLarge(entry.size))?;
        Ok(inflater.whole(self.data(entry), size, out)?)
    }

    /// Where the delta chain of an object leads: the offsets from the object to its first base, and that base's
    /// header.
    fn chain(&self, mut at: u64) -> Result<(Vec<Entry>, Base), Flaw> {
        let mut deltas = Vec::new();
        loop {
            let entry = self.entry(at)?;
            let base = entry.base;
            deltas.push(entry);
            at = match base {
                Base::Whole(_) => return Ok((deltas, base)),
                Base::Offset(at) => at,
                Base::Id(oid) => match self.index.find(oid) {
                    Some(place) => self.index.offset(place).ok_or("its pack's index is broken")?,
                    None => return Ok((deltas, base)),
                },
            };
            if deltas.len() > MAX_CHAIN {
                return Err(Flaw::Broken("its deltas go round in a circle"));
            }
        }
    }

    /// The size that an object's entry gives: its own, or that of its delta.
    pub(in crate::git) fn stored_size(&self, oid: Oid) -> Option<u64> {
        self.entry(self.index.offset(self.index.find(oid)?)?).ok().map(|entry| entry.size)
    }

    /// The kind of an object, if this pack has it and its first base.
    pub(in crate::git) fn kind(&self, oid: Oid) -> Option<ObjectKind> {
        let (_, base) = self.chain(self.index.offset(self.index.find(oid)?)?).ok()?;
        if let Base::Whole(kind) = base { Some(kind) } else { None }
    }

    /// Expands the object at that offset into `out`. `elsewhere` reads a base that this pack does not hold.
    pub(in crate::git) fn expand(
        &self,
        at: u64,
        limit: u64,
        bench: &mut Workbench,
        out: &mut Vec<u8>,
        elsewhere: impl FnOnce(Oid, &mut Vec<u8>) -> Option<ObjectKind>,
    ) -> Result<ObjectKind, Flaw> {
        let (mut chain, base) = self.chain(at)?;
        let kind = match base {
            Base::Whole(kind) => {
                let entry = chain.pop().ok_or("its pack entry is broken")?;
                self.inflate(&entry, limit, &mut bench.inflater, out)?;
                kind
            }
            Base::Id(oid) => elsewhere(oid, out).ok_or("the base of its delta is missing")?,
            Base::Offset(_) => return Err(Flaw::Broken("its pack entry is broken")),
        };
        let mut spare = std::mem::take(&mut bench.spare);
        for entry in chain.iter().rev() {
            self.step(entry, out, limit, bench, &mut spare)?;
            std::mem::swap(out, &mut spare);
        }
        bench.spare = spare;
        Ok(kind)
    }

    /// Expands one delta.
    pub(super) fn step(
        &self,
        entry: &Entry,
        base: &[u8],
        limit: u64,
        bench: &mut Workbench,
        out: &mut Vec<u8>,
    ) -> Result<(), Flaw> {
        let size = self.read_delta(entry, base.len(), limit, bench)?;
        if size > limit {
            return Err(Flaw::TooLarge(size));
        }
        delta::apply(base, &bench.delta, &bench.ops, size as usize, out);
        Ok(())
    }

    /// Reads a delta onto the bench; gives the size of what it makes.
    pub(super) fn read_delta(
        &self,
        entry: &Entry,
        base_len: usize,
        limit: u64,
        bench: &mut Workbench,
    ) -> Result<u64, Flaw> {
        self.inflate(entry, limit, &mut bench.inflater, &mut bench.delta)?;
        Ok(delta::parse(&bench.delta, base_len, &mut bench.ops)?)
    }

    /// The offset of an object, if the pack has it.
    pub(in crate::git) fn find(&self, oid: Oid) -> Option<Result<u64, Flaw>> {
        let place = self.index.find(oid)?;
        Some(self.index.offset(place).ok_or(Flaw::Broken("its pack's index is broken")))
    }
}
