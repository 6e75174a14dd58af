//! The file format, versions 2 to 4 (git's `gitformat-index`).

use super::super::staged::Mode;
use super::super::{HashKind, Oid};
use super::{Broken, CacheTree, Parsed, Slot};

const TRUNCATED: Broken = "it ends too early";
/// Bytes of stat data before the mode, and between the mode and the id.
const BEFORE_MODE: usize = 24;
const BEFORE_ID: usize = 40;
/// Bits of an entry's flags.
const EXTENDED: u16 = 0x4000;
const NAME_MASK: u16 = 0x0fff;
const STAGE_SHIFT: u16 = 12;
/// Bits of the extended flags.
const INTENT_TO_ADD: u16 = 0x2000;

/// Takes one index file apart.
pub(super) fn parse(bytes: &[u8], hash: HashKind) -> Result<Parsed, Broken> {
    let body_end = bytes.len().checked_sub(hash.width()).ok_or(TRUNCATED)?;
    let body = bytes.get(..body_end).ok_or(TRUNCATED)?;
    let rest = body.strip_prefix(b"DIRC").ok_or("it does not begin with DIRC")?;
    let (version, rest) = read_u32(rest)?;
    let (count, mut rest) = read_u32(rest)?;
    if !(2..=4).contains(&version) {
        return Err("its version is not 2, 3 or 4");
    }
    let count = count as usize;
    if count > rest.len() / (BEFORE_ID + hash.width() + 2) {
        return Err("it claims more entries than it has room for");
    }
    let mut slots = Vec::with_capacity(count);
    // Every byte of a version 2 or 3 path stands in the file, so this is never too small for those.
    let mut paths = Vec::with_capacity(rest.len() - count * (BEFORE_ID + hash.width() + 2));
    for _ in 0..count {
        rest = parse_entry(rest, version, hash, &mut paths, &mut slots)?;
    }
    let mut parsed = Parsed { paths, slots, tree: CacheTree::default(), link: None };
    extensions(rest, hash, &mut parsed)?;
    Ok(parsed)
}

fn parse_entry<'a>(
    bytes: &'a [u8],
    version: u32,
    hash: HashKind,
    paths: &mut Vec<u8>,
    slots: &mut Vec<Slot>,
) -> Result<&'a [u8], Broken> {
    let (mode, _) = read_u32(bytes.get(BEFORE_MODE..).ok_or(TRUNCATED)?)?;
    let id_end = BEFORE_ID + hash.width();
    let oid = bytes.get(BEFORE_ID..id_end).and_then(Oid::from_bytes).ok_or(TRUNCATED)?;
    let flags = read_u16(bytes, id_end)?;
    let mut at = id_end + 2;
    let mut more_flags = 0;
    if flags & EXTENDED != 0 {
        if version < 3 {
            return Err("a version 2 entry has extended flags");
        }
        more_flags = read_u16(bytes, at)?;
        at += 2;
    }
    let start = paths.len();
    let rest = if version == 4 {
        let previous = slots.last().map_or(0..0, |slot: &Slot| slot.path.clone());
        let (strip, rest) = read_varint(bytes.get(at..).ok_or(TRUNCATED)?)?;
        let kept = previous.len().checked_sub(strip).ok_or("a path takes away more than the path before it has")?;
        paths.extend_from_within(previous.start..previous.start + kept);
        let end = memchr::memchr(0, rest).ok_or(TRUNCATED)?;
        paths.extend_from_slice(rest.get(..end).ok_or(TRUNCATED)?);
        rest.get(end + 1..).ok_or(TRUNCATED)?
    } else {
        let name = bytes.get(at..).ok_or(TRUNCATED)?;
        let len = usize::from(flags & NAME_MASK);
        let len = if len == usize::from(NAME_MASK) { memchr::memchr(0, name).ok_or(TRUNCATED)? } else { len };
        paths.extend_from_slice(name.get(..len).ok_or(TRUNCATED)?);
        // Padded with 1 to 8 NULs to a multiple of eight.
        bytes.get((at + len + 8) & !7..).ok_or(TRUNCATED)?
    };
    slots.push(Slot {
        path: start..paths.len(),
        oid,
        mode: Mode(mode),
        stage: ((flags >> STAGE_SHIFT) & 3) as u8,
        intent_to_add: more_flags & INTENT_TO_ADD != 0,
    });
    Ok(rest)
}

/// Signature, size, data. Those that begin with an upper-case letter may be ignored, by their definition.
fn extensions(mut rest: &[u8], hash: HashKind, parsed: &mut Parsed) -> Result<(), Broken> {
    while !rest.is_empty() {
        let (signature, after) = rest.split_at_checked(4).ok_or(TRUNCATED)?;
        let (size, after) = read_u32(after)?;
        let (data, after) = after.split_at_checked(size as usize).ok_or(TRUNCATED)?;
        match signature {
            b"TREE" => parsed.tree = CacheTree::parse(data, hash)?,
            b"link" => parsed.link = Some(data.to_vec()),
            b"sdir" | [b'A'..=b'Z', ..] => {}
            _ => return Err("it has a mandatory extension that is not known"),
        }
        rest = after;
    }
    Ok(())
}

pub(super) fn read_u32(bytes: &[u8]) -> Result<(u32, &[u8]), Broken> {
    let (head, rest) = bytes.split_first_chunk::<4>().ok_or(TRUNCATED)?;
    Ok((u32::from_be_bytes(*head), rest))
}

fn read_u16(bytes: &[u8], at: usize) -> Result<u16, Broken> {
    let head = bytes.get(at..).and_then(<[u8]>::first_chunk::<2>).ok_or(TRUNCATED)?;
    Ok(u16::from_be_bytes(*head))
}

/// Git's variable-length number: seven bits a byte, most significant first, each further byte adding one.
fn read_varint(bytes: &[u8]) -> Result<(usize, &[u8]), Broken> {
    let mut value = 0_usize;
    for (at, &byte) in bytes.iter().enumerate() {
        value = value
            .checked_mul(128)
            .and_then(|v| v.checked_add(usize::from(byte & 0x7f)))
            .ok_or("a number is too large")?;
        if byte & 0x80 == 0 {
            return Ok((value, bytes.get(at + 1..).ok_or(TRUNCATED)?));
        }
        value = value.checked_add(1).ok_or("a number is too large")?;
    }
    Err(TRUNCATED)
}
