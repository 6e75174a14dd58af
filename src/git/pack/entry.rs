//! One entry of a pack: its header, and where its compressed data begins.

use crate::git::{ObjectKind, Oid};

/// What an entry's data is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Base {
    /// The object itself.
    Whole(ObjectKind),
    /// A delta of the entry at that offset.
    Offset(u64),
    /// A delta of that object.
    Id(Oid),
}

/// An entry's header, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) base: Base,
    /// Bytes that the data inflates to: the object's, or the delta's.
    pub(super) size: u64,
    /// Offset in the pack at which the compressed data begins.
    pub(super) data: usize,
}

/// Reads the header at `at`. `pack` ends before its trailing checksum.
pub(super) fn read(pack: &[u8], at: u64, width: usize) -> Option<Entry> {
    let mut cursor = usize::try_from(at).ok()?;
    let mut next = || {
        let byte = *pack.get(cursor)?;
        cursor += 1;
        Some(byte)
    };
    let first = next()?;
    let (mut size, mut shift, mut byte) = (u64::from(first & 0x0f), 4, first);
    while byte & 0x80 != 0 {
        byte = next()?;
        if shift > 57 {
            return None;
        }
        size |= u64::from(byte & 0x7f) << shift;
        shift += 7;
    }
    let base = match first >> 4 & 7 {
        1 => Base::Whole(ObjectKind::Commit),
        2 => Base::Whole(ObjectKind::Tree),
        3 => Base::Whole(ObjectKind::Blob),
        4 => Base::Whole(ObjectKind::Tag),
        6 => {
            let mut byte = next()?;
            let mut distance = u64::from(byte & 0x7f);
            while byte & 0x80 != 0 {
                byte = next()?;
                // Each further byte counts on from where the shorter ones end.
                distance = distance.checked_add(1)?.checked_mul(128)? | u64::from(byte & 0x7f);
            }
            Base::Offset(at.checked_sub(distance).filter(|_| distance > 0)?)
        }
        7 => {
            let oid = Oid::from_bytes(pack.get(cursor..cursor + width)?)?;
            cursor += width;
            Base::Id(oid)
        }
        _ => return None,
    };
    Some(Entry { base, size, data: cursor })
}
