//! Objects that are stored more than once, as git itself takes them: in two packs, and twice in one.

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use portcullis::engine::Engine;
use portcullis::git::Oid;
use portcullis::guard::history::{Options, scan_objects};
use portcullis::guard::watch::{Unwatched, Watch};
use serde_json::Value;
use sha1::{Digest as _, Sha1};

use super::super::support::Repo;
use super::super::support::draw::Draw;
use super::hostile::{adding, blob, ref_delta};
use super::{KINDS, Objects, agree_all, gits, make_writable, packs, store};

/// A history whose one credential is in three versions of a file, all loose.
fn told() -> (Repo, Vec<Value>) {
    let repo = Repo::init(&[]);
    let token = Draw(77).token();
    for version in 0..3 {
        repo.stage("f", format!("{}{token}\nversion {version}\n", "some line\n".repeat(30)));
        repo.commit(&format!("version {version}"));
    }
    repo.stage("f", "gone\n");
    repo.commit("gone");
    let lives = lives(&repo);
    assert_eq!((lives.len(), &lives[0]["blobs"]), (1, &Value::from(3)), "{lives:#?}");
    (repo, lives)
}

/// What `history` tells of each credential, of an answer that is complete.
#[track_caller]
fn lives(repo: &Repo) -> Vec<Value> {
    let ran = repo.portcullis(&["history", "--format", "jsonl"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let text = String::from_utf8(ran.stdout).expect("UTF-8");
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!(lines.pop().expect("a summary")["type"], "summary");
    lines
}

/// Packs these objects by git, into a pack of their own.
fn pack(repo: &Repo, objects: &str, words: &str) {
    let stem = repo.git_dir().join("objects/pack/pack");
    repo.feed(&format!("pack-objects -q {words} {}", stem.to_str().expect("UTF-8")), objects.as_bytes());
}

#[test]
fn an_object_in_two_packs_is_told_once_and_one_good_copy_is_enough() {
    let (repo, lives_of_one) = told();
    let all = repo.ok("rev-list --objects --all --no-object-names") + "\n";
    let blobs: String =
        ["HEAD~3:f", "HEAD~2:f", "HEAD~1:f"].map(|name| repo.ok(&format!("rev-parse {name}")) + "\n").concat();
    // Whole in one, as deltas in the other, of bases that the other has, too.
    pack(&repo, &all, "--window=0");
    pack(&repo, &blobs, "--window=10");
    repo.ok("prune-packed");
    assert_eq!(packs(&repo).len(), 2);
    assert_eq!(agree_all(&repo), all.lines().count());
    assert_eq!(lives(&repo), lives_of_one);
    // One copy of each is broken, whichever is read first: the other one stands in, and nothing is amiss.
    for path in packs(&repo) {
        let whole = fs::read(&path).expect("a pack");
        make_writable(&path);
        fs::write(&path, with_broken(&repo, &path, whole.clone(), &blobs)).expect("written");
        assert_eq!(lives(&repo), lives_of_one, "{path:?}");
        fs::write(&path, &whole).expect("written");
    }
}

/// The pack with the data of these objects written over.
fn with_broken(repo: &Repo, path: &Path, mut pack: Vec<u8>, objects: &str) -> Vec<u8> {
    let index = path.with_extension("idx");
    let listed = repo.git(["verify-pack", "-v", index.to_str().expect("UTF-8")]).text();
    let mut broken = 0;
    for words in listed.lines().map(|line| line.split_whitespace().collect::<Vec<_>>()) {
        if let [oid, "blob", _, len, offset, ..] = words[..]
            && objects.contains(oid)
        {
            let (len, at): (usize, usize) = (len.parse().expect("a length"), offset.parse().expect("an offset"));
            pack[at + 3..at + len].fill(0x55);
            broken += 1;
        }
    }
    assert_eq!(broken, 3, "{listed}");
    pack
}

/// `git index-pack` makes an index that names it twice, and git reads it.
#[test]
fn an_object_that_is_twice_in_one_pack_is_one_object() {
    let (repo, lives_of_one) = told();
    let newest = repo.git(["cat-file", "blob", "HEAD~1:f"]).stdout;
    let base = &newest[..newest.len() - 4];
    let base_id = Oid::from_hex(repo.feed("hash-object --stdin", base).as_bytes()).expect("an id");
    let delta = adding(base.len(), &newest[base.len()..]);
    // Whole, as a delta and whole again.
    let twice = [blob(&newest), blob(base), ref_delta(base_id, &delta), blob(&newest)];
    let mut bytes = [&b"PACK\0\0\0\x02"[..], &(twice.len() as u32).to_be_bytes(), &twice.concat()].concat();
    bytes.extend_from_slice(&Sha1::digest(&bytes));
    let packed = repo.feed("index-pack --stdin", &bytes);
    assert!(packed.starts_with("pack\t"), "{packed}");
    repo.ok("prune-packed");

    let seen = Mutex::new(Objects::new());
    let troubles = store(&repo.dir).for_each(&KINDS, |oid, kind, bytes| {
        let before = seen.lock().expect("lock").insert(oid, (kind, bytes.to_vec()));
        assert!(before.is_none_or(|before| before == (kind, bytes.to_vec())), "{oid}");
    });
    assert!(troubles.expect("walks").is_empty());
    assert!(seen.into_inner().expect("lock") == gits(&repo, &repo.dir), "what git reads is what we read");
    let stop = AtomicBool::new(false);
    let watch = Watch { stop: &stop, progress: &Unwatched };
    let scanned =
        scan_objects(&store(&repo.dir), |_, _| true, &Engine::builtin(), Options::default(), watch).expect("scans");
    let mut found: Vec<Oid> = scanned.found.iter().map(|found| found.oid).collect();
    found.dedup();
    assert_eq!(found.len(), scanned.found.len(), "each object with findings is told once");
    assert_eq!(lives(&repo), lives_of_one);
}
