//! A pack with its index: random access to its entries.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::delta::{self, Op};
use super::entry::{self, Base, Entry};
use super::index::Index;
use super::inflate::Inflater;
use super::map::Map;
use super::ring::Ring;
use super::stream::stream;
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
    order: OnceLock<Result<Vec<(u64, u32)>, Flaw>>,
}

/// Memory for expanding objects, reused from one to the next.
pub(in crate::git) struct Workbench {
    pub(in crate::git) inflater: Inflater,
    pub(super) delta: Vec<u8>,
    pub(super) ops: Vec<Op>,
    spare: Vec<u8>,
    /// For objects that nothing is made from.
    pub(super) leaf: Vec<u8>,
    /// Offsets of the entries that an object is made from.
    chain: Vec<u64>,
}

impl Workbench {
    pub(in crate::git) fn new() -> Self {
        Self {
            inflater: Inflater::new(),
            delta: Vec::new(),
            ops: Vec::new(),
            spare: Vec::new(),
            leaf: Vec::new(),
            chain: Vec::new(),
        }
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

/// Where in a pack an object is stored as it is.
#[derive(Clone, Copy, Debug)]
pub(in crate::git) struct WholeEntry(Entry);

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
        Self::of(path, map, Index::open(index, hash)?, hash)
    }

    /// A pack and its index that are in memory.
    pub(in crate::git) fn held(pack: Vec<u8>, index: Vec<u8>, hash: HashKind) -> Result<Self, GitError> {
        let path = PathBuf::from("a pack in memory");
        let index = Index::of(Map::held(index), &path, hash)?;
        Self::of(path, Map::held(pack), index, hash)
    }

    fn of(path: PathBuf, map: Map, index: Index, hash: HashKind) -> Result<Self, GitError> {
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
        Ok(Self { path, map, end, index, width, order: OnceLock::new() })
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

    /// The entries in order of their offsets, each with its place in the index. Worked out when first asked for.
    pub(super) fn order(&self) -> Result<&[(u64, u32)], Flaw> {
        let order = self.order.get_or_init(|| {
            let count = u32::try_from(self.index.len()).map_err(|_| "it has too many objects")?;
            let mut order = Vec::with_capacity(count as usize);
            for place in 0..count {
                order.push((self.index.offset(place as usize).ok_or("its index is broken")?, place));
            }
            order.sort_unstable();
            Ok(order)
        });
        order.as_ref().map(Vec::as_slice).map_err(|flaw| *flaw)
    }

    /// Whether an entry, by its number in order of offsets, is what the index has a checksum of. A flipped bit in a
    /// header can otherwise give another object, well-formed, under this one's name. (Version 1 has no checksums.)
    pub(super) fn is_intact(&self, number: usize) -> bool {
        let Ok(order) = self.order() else { return false };
        let Some(&(start, place)) = order.get(number) else { return false };
        let Some(crc) = self.index.crc(place as usize) else { return true };
        let end = order.get(number + 1).map_or(self.end, |(end, _)| *end as usize).min(self.end);
        self.map.bytes().get(start as usize..end).is_some_and(|bytes| crc32fast::hash(bytes) == crc)
    }

    /// Whether these bytes are what the index has a checksum of at that place.
    fn is_sound(&self, place: usize, bytes: Range<usize>) -> bool {
        let Some(crc) = self.index.crc(place) else { return true };
        self.map.bytes().get(bytes).is_some_and(|bytes| crc32fast::hash(bytes) == crc)
    }

    /// Reads the header of the entry at that offset, whose bytes must be those that the index has a checksum of.
    fn sound_entry(&self, at: u64) -> Result<Entry, Flaw> {
        let entry = self.entry(at)?;
        let number = self.order()?.binary_search_by_key(&at, |(offset, _)| *offset);
        match number {
            Ok(number) if self.is_intact(number) => Ok(entry),
            Ok(_) => Err(Flaw::Broken("its pack entry is not what the index has a checksum of")),
            Err(_) => Err(Flaw::Broken("it stands on a pack entry that the index does not have")),
        }
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

    /// Where the delta chain of an object leads: the offsets of the entries from the object to its first base,
    /// and that base's header. It ends before the first entry that is `known`.
    fn chain(&self, mut at: u64, known: impl Fn(u64) -> bool, deltas: &mut Vec<u64>) -> Result<Base, Flaw> {
        deltas.clear();
        loop {
            if !deltas.is_empty() && known(at) {
                return Ok(Base::Offset(at));
            }
            let base = self.entry(at)?.base;
            deltas.push(at);
            at = match base {
                Base::Whole(_) => return Ok(base),
                Base::Offset(at) => at,
                Base::Id(oid) => match self.index.find(oid) {
                    Some(place) => self.index.offset(place).ok_or("its pack's index is broken")?,
                    None => return Ok(base),
                },
            };
            if deltas.len() > MAX_CHAIN {
                return Err(Flaw::Broken("its deltas go round in a circle"));
            }
        }
    }

    /// A blob that is stored as it is, and no delta; its bytes are those that the index has a checksum of.
    pub(in crate::git) fn whole_blob(&self, oid: Oid) -> Option<WholeEntry> {
        let entry = self.sound_entry(self.index.offset(self.index.find(oid)?)?).ok()?;
        (entry.base == Base::Whole(ObjectKind::Blob)).then_some(WholeEntry(entry))
    }

    /// Reads it piece by piece.
    pub(in crate::git) fn stream_whole<'a>(
        &'a self,
        WholeEntry(entry): WholeEntry,
        inflater: &'a mut Inflater,
    ) -> impl Read + 'a {
        stream(inflater, self.data(&entry), 0, entry.size)
    }

    /// The size that an object's entry gives: its own, or that of its delta.
    pub(in crate::git) fn stored_size(&self, oid: Oid) -> Option<u64> {
        self.entry(self.index.offset(self.index.find(oid)?)?).ok().map(|entry| entry.size)
    }

    /// The kind of an object, if this pack has it and its first base.
    pub(in crate::git) fn kind(&self, oid: Oid) -> Option<ObjectKind> {
        let at = self.index.offset(self.index.find(oid)?)?;
        let base = self.chain(at, |_| false, &mut Vec::new()).ok()?;
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
        let mut chain = std::mem::take(&mut bench.chain);
        let base = self.chain(at, |_| false, &mut chain)?;
        let kind = match base {
            Base::Whole(kind) => {
                let at = chain.pop().ok_or("its pack entry is broken")?;
                self.inflate(&self.sound_entry(at)?, limit, &mut bench.inflater, out)?;
                kind
            }
            Base::Id(oid) => elsewhere(oid, out).ok_or("the base of its delta is missing")?,
            Base::Offset(_) => return Err(Flaw::Broken("its pack entry is broken")),
        };
        let mut spare = std::mem::take(&mut bench.spare);
        for at in chain.iter().rev() {
            self.step(&self.sound_entry(*at)?, out, limit, bench, &mut spare)?;
            std::mem::swap(out, &mut spare);
        }
        (bench.spare, bench.chain) = (spare, chain);
        Ok(kind)
    }

    /// The same, keeping what was expanded for the next one that stands on it. `number` is this pack's, `place` the
    /// object's in the index, and `at` its offset.
    pub(in crate::git) fn expand_lately(
        &self,
        (number, place, at): (u32, usize, u64),
        limit: u64,
        (bench, lately): (&mut Workbench, &mut Ring),
        out: &mut Vec<u8>,
        elsewhere: impl FnOnce(Oid, &mut Vec<u8>) -> Option<ObjectKind>,
    ) -> Result<ObjectKind, Flaw> {
        if let Some((kind, bytes)) = lately.get((number, at)) {
            out.clear();
            out.extend_from_slice(bytes);
            return Ok(kind);
        }
        let mut chain = std::mem::take(&mut bench.chain);
        let first = at;
        // Of the object itself, where the checksum is is known already.
        let entry_at = |at: u64| if at == first { self.entry(at) } else { self.sound_entry(at) };
        let check = |at: u64, entry: &Entry, taken: usize| {
            let is_sound = at != first || self.is_sound(place, at as usize..entry.data + taken);
            if is_sound { Ok(()) } else { Err(Flaw::Broken("its pack entry is not what the index has a checksum of")) }
        };
        let kind = match self.chain(at, |at| lately.has((number, at)), &mut chain)? {
            Base::Whole(kind) => {
                let at = chain.pop().ok_or("its pack entry is broken")?;
                let entry = entry_at(at)?;
                self.inflate(&entry, limit, &mut bench.inflater, out)?;
                check(at, &entry, bench.inflater.taken())?;
                lately.put((number, at), kind, out);
                kind
            }
            Base::Id(oid) => elsewhere(oid, out).ok_or("the base of its delta is missing")?,
            Base::Offset(base) => {
                let (kind, bytes) = lately.get((number, base)).ok_or("its pack entry is broken")?;
                let at = chain.pop().ok_or("its pack entry is broken")?;
                let entry = entry_at(at)?;
                self.step(&entry, bytes, limit, bench, out)?;
                check(at, &entry, bench.inflater.taken())?;
                lately.put((number, at), kind, out);
                kind
            }
        };
        let mut spare = std::mem::take(&mut bench.spare);
        for &at in chain.iter().rev() {
            let entry = entry_at(at)?;
            self.step(&entry, out, limit, bench, &mut spare)?;
            check(at, &entry, bench.inflater.taken())?;
            std::mem::swap(out, &mut spare);
            lately.put((number, at), kind, out);
        }
        (bench.spare, bench.chain) = (spare, chain);
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
        Some(self.find_place(oid)?.map(|(_, offset)| offset))
    }

    /// The place in the index and the offset of an object, if the pack has it.
    pub(in crate::git) fn find_place(&self, oid: Oid) -> Option<Result<(usize, u64), Flaw>> {
        let place = self.index.find(oid)?;
        let offset = self.index.offset(place).ok_or(Flaw::Broken("its pack's index is broken"));
        Some(offset.map(|offset| (place, offset)))
    }
}
