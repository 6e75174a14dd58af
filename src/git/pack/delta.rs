//! Deltas: an object told as copies from another one and inserts.

use std::io::Read;

/// Most instructions of one delta that are taken in: 16 million take 200 MB, and git writes a few thousand.
const MAX_OPS: usize = 16 << 20;

/// One instruction of a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// Bytes of the base.
    Copy {
        /// Offset in the base.
        from: u32,
        /// Their number.
        len: u32,
    },
    /// Bytes that the delta brings.
    Insert {
        /// Offset in the delta.
        from: u32,
        /// Their number.
        len: u32,
    },
}

impl Op {
    /// How many bytes it makes.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Copy { len, .. } | Self::Insert { len, .. } => len as usize,
        }
    }

    /// Whether it makes none.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// The size of base and result that a delta begins with, and where its instructions begin.
pub(super) fn sizes(delta: &[u8]) -> Option<(u64, u64, usize)> {
    let (base, used) = size(delta)?;
    let (result, more) = size(delta.get(used..)?)?;
    Some((base, result, used + more))
}

fn size(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut value = 0_u64;
    for (at, &byte) in bytes.iter().enumerate().take(9) {
        value |= u64::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Some((value, at + 1));
        }
    }
    None
}

/// Takes a delta for a base of `base_len` bytes apart into `ops`; gives the size of the result. Every
/// instruction lies in the base or the delta, and together they make exactly that size.
pub(super) fn parse(delta: &[u8], base_len: usize, ops: &mut Vec<Op>) -> Result<u64, &'static str> {
    ops.clear();
    let (base, result, mut at) = sizes(delta).ok_or("its delta is cut short")?;
    if base != base_len as u64 {
        return Err("its delta is for a base of another size");
    }
    let mut made = 0_u64;
    while let Some(&code) = delta.get(at) {
        at += 1;
        let op = if code & 0x80 != 0 {
            let (from, len) = copy(delta, code, &mut at).ok_or("its delta is cut short")?;
            if u64::from(from) + u64::from(len) > base {
                return Err("its delta copies what its base does not have");
            }
            Op::Copy { from, len }
        } else if code != 0 {
            let from = u32::try_from(at).map_err(|_| "its delta is too long")?;
            at += usize::from(code);
            if at > delta.len() {
                return Err("its delta is cut short");
            }
            Op::Insert { from, len: u32::from(code) }
        } else {
            return Err("its delta has an unknown instruction");
        };
        made += op.len() as u64;
        if made > result || ops.len() >= MAX_OPS {
            return Err("its delta makes more than it says");
        }
        ops.push(op);
    }
    if made == result { Ok(result) } else { Err("its delta makes less than it says") }
}

fn copy(delta: &[u8], code: u8, at: &mut usize) -> Option<(u32, u32)> {
    let mut fields = [0_u32; 7];
    for (bit, field) in fields.iter_mut().enumerate() {
        if code & (1 << bit) != 0 {
            *field = u32::from(*delta.get(*at)?);
            *at += 1;
        }
    }
    // Little-endian, absent bytes zero; a length of zero means 64 KiB.
    let number = |bytes: &[u32]| bytes.iter().rev().fold(0, |number, byte| number << 8 | byte);
    let (offset, len) = (number(&fields[..4]), number(&fields[4..]));
    Some((offset, if len == 0 { 0x1_0000 } else { len }))
}

/// Makes the object of a delta that [`parse`] took apart.
pub(super) fn apply(base: &[u8], delta: &[u8], ops: &[Op], size: usize, out: &mut Vec<u8>) {
    out.clear();
    out.reserve(size);
    for &op in ops {
        out.extend_from_slice(piece(base, delta, op));
    }
}

fn piece<'a>(base: &'a [u8], delta: &'a [u8], op: Op) -> &'a [u8] {
    let (bytes, from, len) = match op {
        Op::Copy { from, len } => (base, from as usize, len as usize),
        Op::Insert { from, len } => (delta, from as usize, len as usize),
    };
    bytes.get(from..from + len).unwrap_or_default()
}

/// Reads the object of a delta without ever holding it: a few bytes of delta can make gigabytes.
pub(super) struct DeltaReader<'a> {
    pub(super) base: &'a [u8],
    pub(super) delta: &'a [u8],
    pub(super) ops: &'a [Op],
    /// Bytes of the first instruction that are read already.
    pub(super) done: usize,
}

impl Read for DeltaReader<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let mut filled = 0;
        while let Some((&op, rest)) = self.ops.split_first() {
            let left = piece(self.base, self.delta, op).get(self.done..).unwrap_or_default();
            let room = out.get_mut(filled..).unwrap_or_default();
            let count = left.len().min(room.len());
            if let (Some(to), Some(from)) = (room.get_mut(..count), left.get(..count)) {
                to.copy_from_slice(from);
            }
            filled += count;
            self.done += count;
            if count < left.len() {
                break;
            }
            (self.ops, self.done) = (rest, 0);
        }
        Ok(filled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_and_inserts_make_the_object() {
        let base = b"hello world";
        // Base 11, result 9: copy 5 from 6, insert "!!", copy 2 from 0.
        let delta = [11, 9, 0x91, 6, 5, 2, b'!', b'!', 0x90, 2];
        let mut ops = Vec::new();
        assert_eq!(parse(&delta, base.len(), &mut ops), Ok(9));
        let mut out = Vec::new();
        apply(base, &delta, &ops, 9, &mut out);
        assert_eq!(out, b"world!!he");
        let mut read = Vec::new();
        DeltaReader { base, delta: &delta, ops: &ops, done: 0 }.read_to_end(&mut read).unwrap();
        assert_eq!(read, out);
    }

    #[test]
    fn lies_are_told_apart() {
        let mut ops = Vec::new();
        for (delta, base) in [
            (&[][..], 0),
            (&[11], 11),
            (&[11, 5, 0x90, 5], 10),
            (&[11, 5, 0x91, 7, 5], 11),
            (&[11, 4, 0x90, 5], 11),
            (&[11, 6, 0x90, 5], 11),
            (&[11, 6, 0x90], 11),
            (&[11, 3, 3, b'a'], 11),
            (&[11, 0, 0], 11),
            (&[0x80; 40], 11),
        ] {
            assert!(parse(delta, base, &mut ops).is_err(), "{delta:?}");
        }
    }
}
