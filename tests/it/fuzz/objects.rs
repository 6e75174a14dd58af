//! Packs, and the objects in them, that git would never write.

use std::collections::BTreeMap;
use std::io::Read;
use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use portcullis::git::{
    HashKind, Limits, Object, ObjectKind, Oid, Parent, Store, Visit, commit_links, people, reftable_entries,
    tag_target, tree_entries,
};

use super::taker::Taker;

/// Greatest object held while a fuzzer's pack is read.
const HELD: u64 = 1 << 16;

/// What was shown, by name; objects in streams with their beginning only.
#[derive(Default)]
struct Seen(Mutex<BTreeMap<Oid, Vec<Shown>>>);

/// Kind, content, and whether that is all of it.
type Shown = (ObjectKind, Vec<u8>, bool);

impl Seen {
    fn add(&self, oid: Oid, kind: ObjectKind, bytes: Vec<u8>, whole: bool) {
        self.0.lock().expect("lock").entry(oid).or_default().push((kind, bytes, whole));
    }
}

impl Visit for Seen {
    type Worker = ();
    type State = Vec<u8>;

    fn worker(&self) {}

    fn object(&self, (): &mut (), object: Object<'_>, parent: Option<Parent<'_, Vec<u8>>>) -> Option<Vec<u8>> {
        if let Some(parent) = parent {
            assert_eq!(parent.bytes, parent.state.as_slice(), "another base than was shown");
            let made: usize = parent.ops.iter().map(|op| op.len()).sum();
            assert_eq!(made, object.bytes.len());
        }
        self.add(object.oid, object.kind, object.bytes.to_vec(), true);
        object.is_base.then(|| object.bytes.to_vec())
    }

    fn stream(&self, (): &mut (), oid: Oid, kind: ObjectKind, _: u64, reader: &mut dyn Read) -> std::io::Result<()> {
        let mut head = Vec::new();
        reader.take(HELD).read_to_end(&mut head)?;
        self.add(oid, kind, head, false);
        Ok(())
    }

    fn weight(&self, state: &Vec<u8>) -> usize {
        state.len()
    }
}

/// Reads all of a store in two ways, which must agree.
fn read(store: &Store, names: Names) {
    let limits = Limits { object: HELD, small: 1024, ancestors: 4096, threads: NonZero::new(1) };
    let (seen, stop) = (Seen::default(), AtomicBool::new(false));
    let troubles = store.visit(|_, _| true, &seen, limits, &stop).expect("no directory to be listed");
    let seen = seen.0.into_inner().expect("lock");
    let ids = store.ids().expect("no directory to be listed");
    for trouble in &troubles {
        assert!(!trouble.error.to_string().is_empty());
    }
    let silent = troubles.is_empty();
    for oid in ids {
        let shown = seen.get(&oid).map(Vec::as_slice).unwrap_or_default();
        assert!(!silent || !shown.is_empty(), "{oid} is neither shown nor told");
        assert!(shown.len() <= 1 || names == Names::Any, "{oid} was shown twice");
        let one = store.read(oid);
        if let ([(kind, bytes, true)], Ok(one)) = (shown, &one) {
            assert_eq!((*kind, bytes), (one.0, &one.1), "{oid}");
        }
        let _ = store.kind(oid);
    }
}

/// What an index may say.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Names {
    /// Each name once, as git writes them.
    Once,
    /// Some name twice. Then both objects are shown: nothing can tell which of them is meant.
    Any,
}

/// A pack and an index of any bytes; the frame is put right, or the fuzzer would never get past it.
pub(crate) fn pack(data: &[u8]) {
    let mut take = Taker(data);
    let choice = take.byte();
    let hash = if choice & 1 == 0 { HashKind::Sha1 } else { HashKind::Sha256 };
    let middle = take.below(take.0.len() + 1);
    let (mut index, mut pack) = (take.bytes(middle).to_vec(), take.0.to_vec());
    if choice & 2 == 0 && index.len() >= 1032 && pack.len() >= 12 {
        let count = u32::from_be_bytes([0, 0, index[1030], index[1031]]);
        index[..8].copy_from_slice(b"\xfftOc\0\0\0\x02");
        // A fan-out that goes up: any byte may begin any name.
        for cell in index[8..1032].chunks_exact_mut(4) {
            let own = u32::from_be_bytes([0, 0, cell[2], cell[3]]).min(count);
            cell.copy_from_slice(&own.to_be_bytes());
        }
        let mut most = 0;
        for cell in index[8..1032].chunks_exact_mut(4) {
            most = most.max(u32::from_be_bytes([cell[0], cell[1], cell[2], cell[3]]));
            cell.copy_from_slice(&most.to_be_bytes());
        }
        pack[..8].copy_from_slice(b"PACK\0\0\0\x02");
        pack[8..12].copy_from_slice(&most.to_be_bytes());
        let end = index.len().saturating_sub(2 * hash.width());
        let checksum = index[end..].iter().take(hash.width()).copied().collect::<Vec<u8>>();
        pack.extend(checksum);
    }
    read(&Store::in_memory(hash, [(pack, index)]), Names::Any);
}

/// Entries of every sort, well framed and with right checksums; deltas, bases and sizes are the fuzzer's.
pub(crate) fn entries(data: &[u8]) {
    let mut take = Taker(data);
    let mut packs = Vec::new();
    for _ in 0..=take.byte() % 2 {
        packs.push(pack_of(&mut take));
    }
    read(&Store::in_memory(HashKind::Sha1, packs), Names::Once);
}

fn name(at: u8) -> [u8; 20] {
    let mut raw = [at; 20];
    raw[0] = at.wrapping_mul(37);
    raw
}

fn pack_of(take: &mut Taker<'_>) -> (Vec<u8>, Vec<u8>) {
    let mut pack = b"PACK\0\0\0\x02\0\0\0\0".to_vec();
    let mut rows: Vec<([u8; 20], u32, u32)> = Vec::new();
    while !take.is_empty() && rows.len() < 40 {
        let (kind, own, lie) = (take.byte(), take.byte(), take.byte());
        let len = take.below(300);
        let content = match kind % 8 {
            // A delta whose sizes are right and whose instructions are the fuzzer's.
            5 => [&[own, lie][..], take.bytes(len)].concat(),
            _ => take.bytes(len).to_vec(),
        };
        if rows.iter().any(|row| row.0 == name(own)) {
            continue;
        }
        let claimed = if lie == 255 { content.len() as u64 + u64::from(kind) } else { content.len() as u64 };
        let at = pack.len() as u32;
        let code = [1, 2, 3, 4, 6, 6, 7, 0][usize::from(kind % 8)];
        pack.extend(header(code, claimed));
        match code {
            6 => {
                let base = rows.get(usize::from(lie) % rows.len().max(1)).map_or(u32::from(lie), |row| at - row.2);
                pack.extend(distance(base));
            }
            7 => pack.extend(name(lie)),
            _ => {}
        }
        pack.extend(stored(&content));
        rows.push((name(own), crc32fast::hash(&pack[at as usize..]), at));
    }
    pack[8..12].copy_from_slice(&(rows.len() as u32).to_be_bytes());
    pack.extend([9; 20]);
    rows.sort_unstable();
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for first in 0..=255 {
        index.extend((rows.partition_point(|row| row.0[0] <= first) as u32).to_be_bytes());
    }
    rows.iter().for_each(|row| index.extend(row.0));
    rows.iter().for_each(|row| index.extend(row.1.to_be_bytes()));
    rows.iter().for_each(|row| index.extend(row.2.to_be_bytes()));
    index.extend([9; 40]);
    (pack, index)
}

fn header(code: u8, mut size: u64) -> Vec<u8> {
    let mut bytes = vec![code << 4 | (size & 15) as u8];
    size >>= 4;
    while size > 0 {
        *bytes.last_mut().expect("a byte") |= 0x80;
        bytes.push((size & 0x7f) as u8);
        size >>= 7;
    }
    bytes
}

fn distance(mut back: u32) -> Vec<u8> {
    let mut bytes = vec![(back & 0x7f) as u8];
    while back >= 0x80 {
        back = (back >> 7) - 1;
        bytes.push(0x80 | (back & 0x7f) as u8);
    }
    bytes.reverse();
    bytes
}

/// A zlib stream that compresses nothing.
fn stored(content: &[u8]) -> Vec<u8> {
    let len = content.len() as u16;
    let (mut a, mut b) = (1_u32, 0_u32);
    for &byte in content {
        a = (a + u32::from(byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let mut bytes = vec![0x78, 0x01, 1];
    bytes.extend(len.to_le_bytes());
    bytes.extend((!len).to_le_bytes());
    bytes.extend(content);
    bytes.extend((b << 16 | a).to_be_bytes());
    bytes
}

fn hash_of(take: &mut Taker<'_>) -> HashKind {
    if take.byte() & 1 == 0 { HashKind::Sha1 } else { HashKind::Sha256 }
}

/// A commit, as it is and behind a head that is right: its parents are ids that stand in it.
pub(crate) fn commit(data: &[u8]) {
    let mut take = Taker(data);
    let hash = hash_of(&mut take);
    let head = format!("tree {0}\nparent {0}\n", "1".repeat(2 * hash.width()));
    for bytes in [take.0.to_vec(), [head.as_bytes(), take.0].concat()] {
        let parents = commit_links(&bytes, hash).map(|links| links.parents).unwrap_or_default();
        assert!(parents.len() * 2 * hash.width() <= bytes.len());
        assert!(parents.iter().all(|oid| oid.hash_kind() == hash));
        let person = people(&bytes);
        assert!(!person.subject.contains(&b'\n') && person.zone.abs() <= 24 * 60 + 99);
        assert!(person.name.len() + person.email.len() + person.subject.len() <= bytes.len());
    }
}

/// A tag, as it is and behind a head that is right.
pub(crate) fn tag(data: &[u8]) {
    let mut take = Taker(data);
    let hash = hash_of(&mut take);
    let head = format!("object {}\ntype ", "2".repeat(2 * hash.width()));
    for bytes in [take.0.to_vec(), [head.as_bytes(), take.0].concat()] {
        if let Some((target, _)) = tag_target(&bytes, hash) {
            assert!(bytes.windows(2 * hash.width()).any(|hex| Oid::from_hex(hex) == Some(target)));
        }
    }
}

/// A tree: each entry is what stands there, and nothing is passed over.
pub(crate) fn tree(data: &[u8]) {
    let mut take = Taker(data);
    let hash = hash_of(&mut take);
    let (mut rest, mut broken) = (take.0, false);
    for entry in tree_entries(take.0, hash) {
        assert!(!broken, "an entry behind what cannot be read");
        let Some((mode, name, oid)) = entry else {
            broken = true;
            continue;
        };
        assert!(!name.is_empty() && !name.contains(&0));
        let space = rest.iter().position(|byte| *byte == b' ').expect("a blank");
        let digits = std::str::from_utf8(&rest[..space]).expect("digits");
        assert_eq!(u32::from_str_radix(digits, 8), Ok(mode.0));
        rest = rest[space + 1..].strip_prefix(name).expect("the name");
        rest = rest.strip_prefix(b"\0").and_then(|rest| rest.strip_prefix(oid.as_bytes())).expect("the id");
    }
    assert_eq!(broken, !rest.is_empty());
}

/// A table of refs of any bytes, under a footer that is right.
pub(crate) fn reftable(data: &[u8]) {
    let mut take = Taker(data);
    let choice = take.byte();
    let hash = if choice & 1 == 0 { HashKind::Sha1 } else { HashKind::Sha256 };
    let _ = reftable_entries(take.0, hash);
    let logs = u64::from(take.byte()) << 8 | u64::from(take.byte());
    let mut table = take.0.to_vec();
    let header = if choice & 2 == 0 { 24 } else { 28 };
    if table.len() < header {
        return;
    }
    table[..5].copy_from_slice(if header == 24 { b"REFT\x01" } else { b"REFT\x02" });
    if header == 28 {
        table[24..28].copy_from_slice(if hash == HashKind::Sha1 { b"sha1" } else { b"s256" });
    }
    let mut footer = [&table[..header], &[0; 24], &logs.to_be_bytes(), &[0; 8]].concat();
    footer.extend(crc32fast::hash(&footer).to_be_bytes());
    let size = table.len();
    table.extend(footer);
    if let Ok((refs, logs)) = reftable_entries(&table, hash) {
        // A ref takes three bytes at least; entries of logs are packed, at most a thousand times.
        assert!(refs * 3 <= size && logs <= size * 1100, "{refs} refs, {logs} entries in {size} bytes");
    }
}
