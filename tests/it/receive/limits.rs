//! Pushes that bring more than can be kept in memory: refused, with words, and nothing of them stays. What is too much
//! lies in objects that no ref leads to, so that git itself passes over it.

use super::hostile::hash;
use super::pair::Pair;
use super::raw;

/// A zlib stream of stored blocks.
fn stored(bytes: &[u8], to: &mut Vec<u8>) {
    to.extend([0x78, 0x01]);
    let blocks = bytes.len().div_ceil(0xffff).max(1);
    for at in 0..blocks {
        let block = &bytes[at * 0xffff..bytes.len().min((at + 1) * 0xffff)];
        let length = u16::try_from(block.len()).unwrap();
        to.push(u8::from(at + 1 == blocks));
        to.extend(length.to_le_bytes());
        to.extend((!length).to_le_bytes());
        to.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    // So many bytes at a time fit into the sums.
    for run in bytes.chunks(5_000) {
        for byte in run {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % 65_521, b % 65_521);
    }
    to.extend(((b << 16) | a).to_be_bytes());
}

/// A pack of these objects (1 is a commit, 2 a tree), and of the one at the tip of the client's branch with all that it
/// needs.
fn pack(pair: &Pair, objects: impl ExactSizeIterator<Item = (u8, Vec<u8>)>) -> Vec<u8> {
    let own = pair.client.ok("rev-list --objects --no-object-names HEAD");
    let own: Vec<String> = own.lines().map(str::to_owned).collect();
    let mut pack = raw::pack(&pair.client, &own);
    pack.truncate(pack.len() - 20);
    let count = u32::try_from(own.len() + objects.len()).unwrap();
    pack[8..12].copy_from_slice(&count.to_be_bytes());
    for (kind, bytes) in objects {
        let mut size = bytes.len() >> 4;
        pack.push((kind << 4) | (bytes.len() & 15) as u8 | if size > 0 { 0x80 } else { 0 });
        while size > 0 {
            let rest = size >> 7;
            pack.push((size & 0x7f) as u8 | if rest > 0 { 0x80 } else { 0 });
            size = rest;
        }
        stored(&bytes, &mut pack);
    }
    let sum = hash(&pair.client, &pack);
    pack.extend(sum);
    pack
}

/// Pushes a small commit, and beside it these objects.
#[track_caller]
fn refused(objects: impl ExactSizeIterator<Item = (u8, Vec<u8>)>, words: &str) {
    let pair = Pair::new();
    pair.client.stage("a", "clean");
    pair.client.commit("clean");
    let main = pair.client.ok("rev-parse HEAD");
    let ran = raw::push(&pair, &[raw::line(&raw::null(), &main, b"refs/heads/main")], &pack(&pair, objects));
    let said = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!ran.ok && said.contains("portcullis: push rejected: ") && said.contains(words), "{}", ran.stderr);
    assert!(ran.stderr.lines().all(|line| line.chars().count() <= 72), "{}", ran.stderr);
    assert!(!pair.server.git(["rev-parse", "--verify", "refs/heads/main"]).ok, "{words}");
    assert_eq!(pair.server.ok("count-objects"), "0 objects, 0 kilobytes", "{words}");
    assert!(pair.server.ok("count-objects -v").contains("in-pack: 0"), "{words}");
}

const NOBODY: &str = "a <a@b> 1600000000 +0000";
/// The tree without entries.
const EMPTY: &str = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

#[test]
fn more_commits_than_are_kept_are_refused() {
    let commit = |n: u32| {
        let text = format!("tree {EMPTY}\nauthor {NOBODY}\ncommitter {NOBODY}\n\n{n}\n");
        (1, text.into_bytes())
    };
    refused((0..(1 << 19) + 1).map(commit), "more than 524288 commits");
}

#[test]
fn more_parents_than_are_kept_are_refused() {
    // A commit can name one parent a million times.
    let parent = format!("parent {EMPTY}\n").repeat(1_100_000);
    let commit = |n: u32| {
        let text = format!("tree {EMPTY}\n{parent}author {NOBODY}\ncommitter {NOBODY}\n\n{n}\n");
        (1, text.into_bytes())
    };
    refused((0..2).map(commit), "commits with more than 2097152 parents in all");
}

#[test]
fn trees_that_name_more_than_is_kept_and_is_not_there_are_refused() {
    let tree = |n: u32| {
        let entry = |at: u32| {
            let id = (u64::from(n) << 32 | u64::from(at) | 1 << 63).to_be_bytes().repeat(3);
            [format!("100644 {at:06x}\0").as_bytes(), &id[..20]].concat()
        };
        (2, (0..530_000).flat_map(entry).collect())
    };
    refused((0..2).map(tree), "trees that name more than 1048576 objects which are not in it");
}
