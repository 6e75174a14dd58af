//! Packs that git would never write: made by hand, with every lie a header can tell.

use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use portcullis::engine::Engine;
use portcullis::git::{Limits, ObjectKind, Oid};
use portcullis::guard::history::{Options, scan_objects};
use portcullis::guard::watch::{Unwatched, Watch};

use super::super::support::Repo;
use super::super::support::draw::Draw;
use super::{KINDS, Objects, store};

/// An entry's beginning: kind and claimed size.
fn header(kind: u8, mut size: u64) -> Vec<u8> {
    let mut bytes = vec![kind << 4 | (size & 15) as u8];
    size >>= 4;
    while size > 0 {
        *bytes.last_mut().expect("a byte") |= 0x80;
        bytes.push((size & 0x7f) as u8);
        size >>= 7;
    }
    bytes
}

fn deflated(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0; content.len() + content.len() / 10 + 100];
    let (made, code) = zlib_rs::compress_slice(&mut out, content, zlib_rs::DeflateConfig::default());
    assert_eq!(code, zlib_rs::ReturnCode::Ok);
    made.to_vec()
}

pub(super) fn blob(content: &[u8]) -> Vec<u8> {
    [header(3, content.len() as u64), deflated(content)].concat()
}

pub(super) fn ref_delta(base: Oid, delta: &[u8]) -> Vec<u8> {
    [header(7, delta.len() as u64), base.as_bytes().to_vec(), deflated(delta)].concat()
}

fn ofs_delta(distance: u64, delta: &[u8]) -> Vec<u8> {
    assert!(distance < 128 * 129);
    let far = if distance < 128 {
        vec![distance as u8]
    } else {
        vec![0x80 | (distance / 128 - 1) as u8, (distance % 128) as u8]
    };
    [header(6, delta.len() as u64), far, deflated(delta)].concat()
}

fn number(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value >= 128 {
        bytes.push(0x80 | (value & 127) as u8);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

/// A delta that keeps the whole base (of less than 64 KiB) and adds `more`.
pub(super) fn adding(base: usize, more: &[u8]) -> Vec<u8> {
    let copy = [0xb0, base as u8, (base >> 8) as u8];
    [&number(base as u64)[..], &number((base + more.len()) as u64), &copy, &[more.len() as u8], more].concat()
}

pub(super) fn name(at: u32) -> Oid {
    let mut raw = [0x5a; 20];
    raw[..4].copy_from_slice(&(at.wrapping_mul(0x9e37_79b1)).to_be_bytes());
    Oid::from_bytes(&raw).expect("20 bytes")
}

/// Writes a pack of these entries, with an index whose checksums are right.
pub(super) fn write(repo: &Repo, entries: &[(Oid, Vec<u8>)]) {
    let mut pack = [&b"PACK\0\0\0\x02"[..], &(entries.len() as u32).to_be_bytes()].concat();
    let mut rows = Vec::new();
    for (oid, entry) in entries {
        rows.push((*oid, crc32fast::hash(entry), pack.len() as u32));
        pack.extend_from_slice(entry);
    }
    rows.sort_unstable();
    pack.extend_from_slice(&[7; 20]);
    let mut index = b"\xfftOc\0\0\0\x02".to_vec();
    for high in 0..=255 {
        let up_to = rows.partition_point(|(oid, ..)| oid.as_bytes()[0] <= high) as u32;
        index.extend_from_slice(&up_to.to_be_bytes());
    }
    rows.iter().for_each(|(oid, ..)| index.extend_from_slice(oid.as_bytes()));
    rows.iter().for_each(|(_, crc, _)| index.extend_from_slice(&crc.to_be_bytes()));
    rows.iter().for_each(|(.., offset)| index.extend_from_slice(&offset.to_be_bytes()));
    index.extend_from_slice(&[7; 40]);
    let dir = repo.git_dir().join("objects/pack");
    let stem = format!("pack-{:040}", std::fs::read_dir(&dir).expect("packs").count());
    std::fs::write(dir.join(format!("{stem}.pack")), pack).expect("pack");
    std::fs::write(dir.join(format!("{stem}.idx")), index).expect("index");
}

/// What is seen, and which objects are told of.
fn seen(repo: &Repo) -> (Objects, Vec<Oid>) {
    let all = Mutex::new(Objects::new());
    let store = store(&repo.dir);
    assert!(store.troubles().is_empty(), "{:?}", store.troubles());
    let troubles = store.for_each(&KINDS, |oid, kind, bytes| {
        assert!(all.lock().expect("lock").insert(oid, (kind, bytes.to_vec())).is_none(), "{oid} twice");
    });
    let told: Vec<Oid> = troubles.expect("walks").into_iter().filter_map(|trouble| trouble.oid).collect();
    for oid in &told {
        assert!(store.read(*oid).is_err(), "{oid}");
    }
    (all.into_inner().expect("lock"), told)
}

fn sorted<const N: usize>(names: [u32; N]) -> Vec<Oid> {
    let mut oids: Vec<Oid> = names.into_iter().map(name).collect();
    oids.sort_unstable();
    oids
}

#[test]
fn circles_missing_bases_and_false_sizes_cost_their_own_objects_only() {
    let repo = Repo::init(&[]);
    let huge = [header(3, u64::MAX >> 8), deflated(b"tiny")].concat();
    let entries = [
        (name(1), blob(b"hello")),
        (name(2), ref_delta(name(3), &adding(5, b"a"))),
        (name(3), ref_delta(name(2), &adding(6, b"a"))),
        (name(4), ref_delta(name(4), &adding(6, b"a"))),
        (name(5), ref_delta(name(99), &adding(6, b"a"))),
        (name(6), ofs_delta(0, &adding(6, b"a"))),
        (name(7), ofs_delta(9999, &adding(6, b"a"))),
        (name(8), ofs_delta(3, &adding(6, b"a"))),
        (name(9), [header(3, 3), deflated(b"longer")].concat()),
        (name(10), [header(3, 30), deflated(b"shorter")].concat()),
        (name(11), huge),
        (name(12), ref_delta(name(1), &adding(4, b"a"))),
        (name(13), ref_delta(name(1), &[5, 200, 0x90, 200])),
        (name(14), ref_delta(name(1), &adding(5, b" world"))),
        (name(15), [header(5, 3), deflated(b"abc")].concat()),
        (name(16), ref_delta(name(14), &adding(11, b"!"))),
        (name(17), ref_delta(name(10), &adding(7, b"!"))),
    ];
    write(&repo, &entries);
    let (seen, told) = seen(&repo);
    let good: Vec<Oid> = seen.keys().copied().collect();
    assert_eq!(good, sorted([1, 14, 16]));
    assert_eq!(seen[&name(16)], (ObjectKind::Blob, b"hello world!".to_vec()));
    assert_eq!(told, sorted([2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 17]));
}

#[test]
fn bases_in_other_packs_and_loose_are_found_and_good_copies_stand_in_for_bad_ones() {
    let repo = Repo::init(&[]);
    let loose = Oid::from_hex(repo.feed("hash-object -w --stdin", b"loose").as_bytes()).expect("id");
    write(&repo, &[(name(1), ref_delta(loose, &adding(5, b"!"))), (name(2), ref_delta(name(4), &adding(6, b"?")))]);
    write(&repo, &[(name(4), blob(b"packed")), (name(3), blob(b"three"))]);
    write(&repo, &[(name(3), blob(b"three")), (name(5), blob(b"five"))]);
    let broken = [header(3, 4), vec![1, 2, 3]].concat();
    write(&repo, &[(name(6), broken.clone()), (name(7), ref_delta(name(6), &adding(3, b"7"))), (name(8), broken)]);
    write(&repo, &[(name(6), blob(b"six")), (name(7), blob(b"six7"))]);
    let (seen, told) = seen(&repo);
    let content = |at: u32| String::from_utf8(seen[&name(at)].1.clone()).expect("text");
    assert_eq!([1, 2, 3, 4, 5, 6, 7].map(content), ["loose!", "packed?", "three", "packed", "five", "six", "six7"]);
    assert_eq!(seen[&loose].1, b"loose");
    assert_eq!(told, sorted([8]));
}

#[test]
fn fifty_thousand_deltas_in_a_row() {
    let repo = Repo::init(&[]);
    let mut entries = vec![(name(0), blob(b"start"))];
    for at in 1..50_000_u32 {
        // Keeps the base and changes nothing but its last byte.
        let delta = [&[5, 5, 0x90, 4, 1][..], &[b'a' + (at % 26) as u8]].concat();
        entries.push((name(at), ref_delta(name(at - 1), &delta)));
    }
    write(&repo, &entries);
    let (seen, told) = seen(&repo);
    assert_eq!((seen.len(), told.len()), (50_000, 0));
    assert_eq!(
        store(&repo.dir).read(name(49_999)).expect("reads").1,
        [&b"star"[..], &[b'a' + (49_999 % 26) as u8]].concat()
    );
}

#[test]
fn a_bomb_is_streamed_and_what_stands_on_it_is_told() {
    let repo = Repo::init(&[]);
    let mut base = vec![b'\n'; 0x1_0000];
    let token = Draw(5).token();
    base[100..100 + token.len()].copy_from_slice(token.as_bytes());
    // One byte for each 64 KiB.
    let bomb = [&number(0x1_0000)[..], &number(320 << 16), &[0x80; 320]].concat();
    let on_it = [&number(320 << 16)[..], &number(1), &[0x90, 1]].concat();
    write(
        &repo,
        &[(name(1), blob(&base)), (name(2), ref_delta(name(1), &bomb)), (name(3), ref_delta(name(2), &on_it))],
    );
    let limits = Limits { object: 1 << 20, ..Limits::default() };
    let stop = AtomicBool::new(false);
    let watch = Watch { stop: &stop, progress: &Unwatched };
    let options = Options { limits, ..Options::default() };
    let result = scan_objects(&store(&repo.dir), |_, _| true, &Engine::builtin(), options, watch).expect("scans");
    let counts: Vec<_> = result.found.iter().map(|found| (found.oid, found.findings.len())).collect();
    let mut expected = vec![(name(1), 1), (name(2), 320)];
    expected.sort_unstable();
    assert_eq!(counts, expected);
    assert_eq!(result.skips.iter().map(|skip| skip.0).collect::<Vec<_>>(), [Some(name(3))]);
}
