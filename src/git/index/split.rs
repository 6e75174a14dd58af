//! Split indexes (`core.splitIndex`): most entries live in a shared file, and the index itself holds only
//! what replaces, removes and adds to them.

use super::super::{HashKind, Oid};
use super::entries::{self, read_u32};
use super::{Broken, Parsed};

const MALFORMED: Broken = "its link extension is malformed";

/// Puts a split index and its shared index together, in `split`.
pub(super) fn merge(
    split: &mut Parsed,
    link: &[u8],
    hash: HashKind,
    shared: impl FnOnce(&str) -> Result<Vec<u8>, Broken>,
) -> Result<(), Broken> {
    let (id, bitmaps) = link.split_at_checked(hash.width()).ok_or(MALFORMED)?;
    let id = Oid::from_bytes(id).ok_or(MALFORMED)?;
    if id.is_null() {
        return Ok(());
    }
    let bytes = shared(&format!("sharedindex.{id}"))?;
    let trailer = bytes.len().checked_sub(hash.width()).and_then(|at| bytes.get(at..));
    if trailer != Some(id.as_bytes()) {
        return Err("its shared index has another checksum");
    }
    let mut base = entries::parse(&bytes, hash)?;
    if base.link.is_some() {
        return Err("its shared index is split itself");
    }
    let (delete, replace) = if bitmaps.is_empty() {
        (Vec::new(), Vec::new())
    } else {
        let (delete, rest) = read_ewah(bitmaps, base.slots.len())?;
        let (replace, _) = read_ewah(rest, base.slots.len())?;
        (delete, replace)
    };

    // The first entries of the split index have no path: they take those of the entries they replace.
    let mut own = std::mem::take(&mut split.slots).into_iter();
    for at in replace {
        let (Some(old), Some(new)) = (base.slots.get_mut(at), own.next()) else { return Err(MALFORMED) };
        if !new.path.is_empty() {
            return Err(MALFORMED);
        }
        let path = old.path.clone();
        *old = new;
        old.path = path;
    }
    let mut gone = delete.into_iter().peekable();
    let mut at = 0;
    base.slots.retain(|_| {
        let keep = gone.next_if_eq(&at).is_none();
        at += 1;
        keep
    });
    for mut slot in own {
        let path = split.paths.get(slot.path.clone()).ok_or(MALFORMED)?;
        let start = base.paths.len();
        base.paths.extend_from_slice(path);
        slot.path = start..base.paths.len();
        base.slots.push(slot);
    }
    let paths = std::mem::take(&mut base.paths);
    // Stable, and an added entry stands behind the shared one of the same name, which it supersedes.
    base.slots.sort_by(|a, b| (&paths[a.path.clone()], a.stage).cmp(&(&paths[b.path.clone()], b.stage)));
    base.slots.reverse();
    base.slots.dedup_by(|a, b| a.stage == b.stage && paths[a.path.clone()] == paths[b.path.clone()]);
    base.slots.reverse();
    split.paths = paths;
    split.slots = base.slots;
    Ok(())
}

/// Reads an EWAH-compressed bitmap: the numbers of its set bits, ascending, and what follows it.
///
/// Bit count (32 bits), word count (32), the words (64 each), position of the last marker (32). A
/// marker word says: this bit (1 bit) fills so many words (32 bits), then come so many literal words (31).
fn read_ewah(bytes: &[u8], limit: usize) -> Result<(Vec<usize>, &[u8]), Broken> {
    let (bit_count, rest) = read_u32(bytes)?;
    let (word_count, rest) = read_u32(rest)?;
    let size = (word_count as usize).checked_mul(8).ok_or(MALFORMED)?;
    let (words, rest) = rest.split_at_checked(size).ok_or(MALFORMED)?;
    let rest = rest.get(4..).ok_or(MALFORMED)?;
    let bit_count = bit_count as usize;
    if bit_count > limit {
        return Err(MALFORMED);
    }
    let mut words = words.as_chunks::<8>().0.iter().map(|word| u64::from_be_bytes(*word));
    let mut bits = Vec::new();
    let mut at = 0_usize;
    while let Some(marker) = words.next() {
        let run = usize::try_from((marker >> 1) & 0xffff_ffff).map_err(|_| MALFORMED)?;
        let end = run.checked_mul(64).and_then(|run| at.checked_add(run)).ok_or(MALFORMED)?;
        if marker & 1 == 1 {
            bits.extend(at..end.min(bit_count));
        }
        at = end;
        for _ in 0..marker >> 33 {
            let word = words.next().ok_or(MALFORMED)?;
            bits.extend((0..64).filter(|bit| word >> bit & 1 == 1).map(|bit| at + bit));
            at += 64;
        }
    }
    if bits.last().is_some_and(|last| *last >= bit_count) { Err(MALFORMED) } else { Ok((bits, rest)) }
}
