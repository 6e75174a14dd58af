//! One reftable file, taken apart: format versions 1 and 2 (git's `Documentation/technical/reftable`).
//!
//! It is read from end to end, so its indexes are of no use here and are passed over.

use crate::git::pack::Inflater;
use crate::git::{HashKind, Oid};

/// What a ref says in a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// It is gone; older tables have no say.
    Gone,
    /// An object, and what a tag comes to in the end where git noted it.
    Object { target: Oid, peeled: Option<Oid> },
    /// Another ref's name.
    Symbolic(Vec<u8>),
}

/// An entry of a reflog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::git) struct Move {
    pub(in crate::git) old: Oid,
    pub(in crate::git) new: Oid,
    /// Who, when and why, as a reflog's file would have it after the two ids.
    pub(in crate::git) words: Vec<u8>,
}

/// An entry of a reflog by ref and number of the update; `None` where it was taken back.
type Entry = ((Vec<u8>, u64), Option<Move>);

/// What a table holds.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) refs: Vec<(Vec<u8>, Value)>,
    pub(super) logs: Vec<Entry>,
}

const BROKEN: &str = "a table is broken";
/// Bytes of a block's own header: its kind and its length.
const BLOCK_HEADER: usize = 4;

impl Table {
    /// Takes a table of a repository of that hash function apart.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn parse(bytes: &[u8], hash: HashKind) -> Result<Self, &'static str> {
        let frame = Frame::read(bytes, hash)?;
        let mut table = Self::default();
        frame.refs(&mut table.refs)?;
        frame.logs(&mut table.logs)?;
        Ok(table)
    }
}

/// A table's header and footer, read.
struct Frame<'t> {
    /// All before the footer.
    body: &'t [u8],
    width: usize,
    /// Bytes of the file's header, which the first block begins after.
    header: usize,
    /// Bytes that blocks are aligned to; 0: they are not.
    block_size: usize,
    /// Where its logs begin; 0 where there are none, or nothing else.
    logs: usize,
}

impl<'t> Frame<'t> {
    fn read(bytes: &'t [u8], hash: HashKind) -> Result<Self, &'static str> {
        let width = hash.width();
        let header = match (bytes.get(..4), bytes.get(4)) {
            (Some(b"REFT"), Some(1)) => 24,
            (Some(b"REFT"), Some(2)) => 28,
            (Some(b"REFT"), Some(_)) => return Err("a table has an unknown version"),
            _ => return Err("a table is cut short, or none"),
        };
        let own = bytes.get(header - 4..header).filter(|_| header == 28).unwrap_or(b"sha1");
        if own != (if hash == HashKind::Sha1 { b"sha1" } else { b"s256" }) {
            return Err("a table is of another hash function");
        }
        // The footer: the header once more, five positions, and a checksum.
        let end = bytes.len().checked_sub(header + 5 * 8 + 4).ok_or("a table is cut short")?;
        let (body, footer) = bytes.split_at_checked(end).ok_or(BROKEN)?;
        let (told, sum) = footer.split_last_chunk::<4>().ok_or(BROKEN)?;
        if crc32fast::hash(told) != u32::from_be_bytes(*sum) || footer.get(..header) != bytes.get(..header) {
            return Err("a table's checksum is wrong");
        }
        let logs = usize::try_from(be(footer, header + 3 * 8, 8).ok_or(BROKEN)?).map_err(|_| BROKEN)?;
        let block_size = be(bytes, 5, 3).ok_or(BROKEN)? as usize;
        Ok(Self { body, width, header, block_size, logs })
    }

    /// The kind and the end of the block at `at`, and where its records begin.
    fn block(&self, at: usize) -> Option<(u8, usize, usize)> {
        let skip = if at == 0 { self.header } else { 0 };
        let kind = *self.body.get(at + skip)?;
        let len = be(self.body, at + skip + 1, 3)? as usize;
        Some((kind, len, skip + BLOCK_HEADER))
    }

    fn refs(&self, out: &mut Vec<(Vec<u8>, Value)>) -> Result<(), &'static str> {
        let mut at = 0;
        while let Some((b'r', len, skip)) = self.block(at) {
            let block = self.body.get(at..).and_then(|rest| rest.get(..len)).ok_or(BROKEN)?;
            let mut records = Records::of(block, skip)?;
            while let Some(kind) = records.next()? {
                let _update = records.number()?;
                let value = match kind {
                    0 => Value::Gone,
                    1 => Value::Object { target: records.oid(self.width)?, peeled: None },
                    2 => {
                        let target = records.oid(self.width)?;
                        Value::Object { target, peeled: Some(records.oid(self.width)?) }
                    }
                    3 => Value::Symbolic(records.text()?.to_vec()),
                    _ => return Err("a table has a record of unknown kind"),
                };
                out.push((records.key.clone(), value));
            }
            // Blocks are padded to their size, but the last one of a section need not be.
            let padded = self.block_size > len && self.body.get(at + len).is_some_and(|byte| *byte == 0);
            at += if padded { self.block_size } else { len };
        }
        Ok(())
    }

    fn logs(&self, out: &mut Vec<Entry>) -> Result<(), &'static str> {
        let mut at = self.logs;
        if at == 0 && !matches!(self.block(0), Some((b'g', ..))) {
            return Ok(());
        }
        if at >= self.body.len() {
            return Err(BROKEN);
        }
        let mut inflater = Inflater::new();
        while let Some((b'g', len, skip)) = self.block(at) {
            let packed = self.body.get(at + skip..).ok_or(BROKEN)?;
            // The length counts what stands before the records as well; what is packed has no length but its own. One
            // byte more than asked for lets the stream come to its end, and shows one that is too long.
            let size = len.checked_sub(skip).ok_or(BROKEN)?;
            let mut block = vec![0; size + 1];
            let mut used = 0;
            inflater.start();
            let (made, ended) = inflater.some(packed, &mut used, &mut block)?;
            if made != size || !ended {
                return Err("a table's log is not as long as it says");
            }
            block.truncate(size);
            self.moves(&block, out)?;
            at += skip + used;
        }
        Ok(())
    }

    fn moves(&self, block: &[u8], out: &mut Vec<Entry>) -> Result<(), &'static str> {
        let mut records = Records::of(block, 0)?;
        while let Some(kind) = records.next()? {
            let (name, update) = records.key.split_last_chunk::<8>().ok_or(BROKEN)?;
            let name = name.strip_suffix(&[0]).ok_or(BROKEN)?.to_vec();
            let key = (name, u64::MAX - u64::from_be_bytes(*update));
            let entry = match kind {
                0 => None,
                1 => {
                    let (old, new) = (records.oid(self.width)?, records.oid(self.width)?);
                    let (name, email) = (records.text()?, records.text()?);
                    let time = records.number()?;
                    let zone = i16::from_be_bytes(*records.take(2)?.first_chunk().ok_or(BROKEN)?);
                    let why = records.text()?.trim_ascii_end();
                    let when = format!("> {time} {zone:+05}{}", if why.is_empty() { "" } else { "\t" });
                    let words = [b" ", name, b" <", email, when.as_bytes(), why].concat();
                    Some(Move { old, new, words })
                }
                _ => return Err("a table has a record of unknown kind"),
            };
            out.push((key, entry));
        }
        Ok(())
    }
}

/// The records of a block, one after another; keys are told by what they do not share with the one before.
struct Records<'b> {
    left: &'b [u8],
    key: Vec<u8>,
}

impl<'b> Records<'b> {
    /// Those between `skip` and the list of restarts that the block ends with.
    fn of(block: &'b [u8], skip: usize) -> Result<Self, &'static str> {
        let (before, count) = block.split_last_chunk::<2>().ok_or(BROKEN)?;
        let end = before.len().checked_sub(3 * usize::from(u16::from_be_bytes(*count))).ok_or(BROKEN)?;
        Ok(Self { left: block.get(skip..end).ok_or(BROKEN)?, key: Vec::new() })
    }

    /// Goes on to the next record: its kind.
    fn next(&mut self) -> Result<Option<u8>, &'static str> {
        if self.left.is_empty() {
            return Ok(None);
        }
        let shared = usize::try_from(self.number()?).ok().filter(|len| *len <= self.key.len()).ok_or(BROKEN)?;
        let number = self.number()?;
        let fresh = self.take(usize::try_from(number >> 3).map_err(|_| BROKEN)?)?;
        self.key.truncate(shared);
        self.key.extend_from_slice(fresh);
        Ok(Some((number & 7) as u8))
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8], &'static str> {
        let (taken, left) = self.left.split_at_checked(len).ok_or(BROKEN)?;
        self.left = left;
        Ok(taken)
    }

    /// A number in groups of seven bits, as offsets in packs are.
    fn number(&mut self) -> Result<u64, &'static str> {
        let mut number = 0_u64;
        for at in 0..10 {
            let byte = *self.take(1)?.first().ok_or(BROKEN)?;
            let before = if at == 0 { 0 } else { number.checked_add(1).ok_or(BROKEN)? };
            number = before.checked_mul(128).ok_or(BROKEN)? | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                return Ok(number);
            }
        }
        Err(BROKEN)
    }

    fn text(&mut self) -> Result<&'b [u8], &'static str> {
        let len = usize::try_from(self.number()?).map_err(|_| BROKEN)?;
        self.take(len)
    }

    fn oid(&mut self, width: usize) -> Result<Oid, &'static str> {
        Oid::from_bytes(self.take(width)?).ok_or(BROKEN)
    }
}

/// A number of `len` bytes, most significant first.
fn be(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(len)?)?;
    Some(digits.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}
