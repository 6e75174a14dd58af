//! A pack's index: from an object's name to its place, versions 1 and 2.

use std::path::Path;

use super::map::Map;
use crate::git::{GitError, HashKind, Oid};

const MAGIC: [u8; 8] = [0xff, b't', b'O', b'c', 0, 0, 0, 2];
const FANOUT: usize = 256 * 4;

/// A pack index, checked as far as its own frame goes: sizes and the order of its fan-out. Names and offsets are
/// hostile still.
pub(super) struct Index {
    map: Map,
    width: usize,
    count: usize,
    is_v1: bool,
}

impl Index {
    pub(super) fn open(path: &Path, hash: HashKind) -> Result<Self, GitError> {
        Self::of(Map::open(path)?, path, hash)
    }

    /// The index in `map`; `path` is for people.
    pub(super) fn of(map: Map, path: &Path, hash: HashKind) -> Result<Self, GitError> {
        let broken = |detail: &str| GitError::Pack { path: path.to_owned(), detail: detail.to_owned() };
        let bytes = map.bytes();
        let is_v1 = !bytes.starts_with(&MAGIC);
        if is_v1 && bytes.starts_with(&MAGIC[..4]) {
            return Err(broken("its index has an unknown version"));
        }
        let fanout = if is_v1 { 0 } else { MAGIC.len() };
        let table = bytes.get(fanout..fanout + FANOUT).ok_or_else(|| broken("its index is cut short"))?;
        let mut count = 0;
        for cell in table.chunks_exact(4) {
            let next = be32(cell, 0).unwrap_or(0);
            if next < count {
                return Err(broken("the fan-out of its index goes down"));
            }
            count = next;
        }
        let index = Self { width: hash.width(), count: count as usize, is_v1, map };
        let least = index.names() + index.count * (index.stride() + if is_v1 { 0 } else { 8 }) + 2 * index.width;
        if index.map.bytes().len() < least {
            return Err(broken("its index is cut short"));
        }
        Ok(index)
    }

    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// The pack's checksum, as the index has it.
    pub(super) fn pack_checksum(&self) -> &[u8] {
        let bytes = self.map.bytes();
        let end = bytes.len() - self.width;
        &bytes[end - self.width..end]
    }

    fn names(&self) -> usize {
        if self.is_v1 { FANOUT } else { MAGIC.len() + FANOUT }
    }

    /// Bytes from one name to the next: version 1 has the offset before each name.
    fn stride(&self) -> usize {
        if self.is_v1 { self.width + 4 } else { self.width }
    }

    fn name(&self, at: usize) -> &[u8] {
        let start = self.names() + at * self.stride() + if self.is_v1 { 4 } else { 0 };
        self.map.bytes().get(start..start + self.width).unwrap_or_default()
    }

    /// The name of the object at that place of the index.
    pub(super) fn oid(&self, at: usize) -> Option<Oid> {
        if at < self.count { Oid::from_bytes(self.name(at)) } else { None }
    }

    /// Its offset in the pack.
    pub(super) fn offset(&self, at: usize) -> Option<u64> {
        let bytes = self.map.bytes();
        if self.is_v1 {
            return be32(bytes, FANOUT + at * self.stride()).map(u64::from);
        }
        let offsets = self.names() + self.count * (self.width + 4);
        let offset = be32(bytes, offsets + at * 4)?;
        if offset & 0x8000_0000 == 0 {
            return Some(u64::from(offset));
        }
        let large = offsets + self.count * 4 + (offset & 0x7fff_ffff) as usize * 8;
        let cell = bytes.get(large..large + 8).filter(|_| large + 8 + 2 * self.width <= bytes.len())?;
        Some(u64::from_be_bytes(cell.try_into().ok()?))
    }

    /// The CRC-32 of an entry as it lies in the pack; `None` in version 1, which has none.
    pub(super) fn crc(&self, at: usize) -> Option<u32> {
        let table = self.names() + self.count * self.width;
        if self.is_v1 { None } else { be32(self.map.bytes(), table + at * 4) }
    }

    /// The place of an object in the index.
    pub(super) fn find(&self, oid: Oid) -> Option<usize> {
        let wanted = oid.as_bytes();
        let first = usize::from(*wanted.first()?);
        let fanout = if self.is_v1 { 0 } else { MAGIC.len() };
        let cell = |ix: usize| be32(self.map.bytes(), fanout + ix * 4).unwrap_or(0) as usize;
        let (mut low, mut high) = (if first == 0 { 0 } else { cell(first - 1) }, cell(first).min(self.count));
        // Names are spread evenly: their next four bytes say where among those with the same first byte to look.
        let next = |name: &[u8]| name.get(1..5).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
        let mut guess = low + ((high.saturating_sub(low) as u64 * u64::from(next(wanted))) >> 32) as usize;
        let mut step = 1;
        while low < high {
            // Around the guess in ever longer steps, which halve what is left once they are too long.
            let middle = if guess < low || guess >= high { low + (high - low) / 2 } else { guess };
            match self.name(middle).cmp(wanted) {
                std::cmp::Ordering::Less => {
                    low = middle + 1;
                    guess = middle.saturating_add(step);
                }
                std::cmp::Ordering::Greater => {
                    high = middle;
                    guess = middle.wrapping_sub(step);
                }
                std::cmp::Ordering::Equal => return Some(middle),
            }
            step = step.saturating_mul(4);
        }
        None
    }
}

fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}
