//! Every object, in every shape git stores them: the same ids, kinds and bytes as `git cat-file` and libgit2 give.

mod duplicates;
mod hostile;
mod shared;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;

use portcullis::git::{Env, ObjectKind, Oid, Repo as Ours, Store};

use super::support::Repo;
use super::support::draw::Draw;

const KINDS: [ObjectKind; 4] = [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag];

type Objects = BTreeMap<Oid, (ObjectKind, Vec<u8>)>;

/// Some history: a file that changes a little each time, others that do not, a tag, a directory.
fn history(args: &[&str], versions: usize) -> Repo {
    let repo = Repo::init(args);
    let mut draw = Draw(7);
    let mut lines: Vec<String> = (0..400).map(|at| format!("line {at} {:x}\n", draw.next())).collect();
    for version in 0..versions {
        let at = draw.below(lines.len());
        lines[at] = format!("changed {version} {:x}\n", draw.next());
        if version % 3 == 0 {
            let at = draw.below(lines.len());
            lines.insert(at, format!("new {version}\n"));
        }
        repo.stage("dir/file.txt", lines.concat());
        repo.stage(&format!("dir/sub/other{}.txt", version % 5), format!("{:x}", draw.next()));
        repo.commit(&format!("version {version}"));
    }
    repo.stage("empty", "");
    repo.stage("binary", (0..=255).cycle().take(70_000).collect::<Vec<u8>>());
    repo.commit("the last");
    repo.ok("tag -a v1 -m annotated");
    repo
}

fn store(dir: &Path) -> Store {
    Store::open(&Ours::open(Env::default(), dir).expect("opens")).expect("store opens")
}

fn ours(dir: &Path) -> Objects {
    let seen = Mutex::new(Objects::new());
    let troubles = store(dir).for_each(&KINDS, |oid, kind, bytes| {
        let before = seen.lock().expect("lock").insert(oid, (kind, bytes.to_vec()));
        assert!(before.is_none(), "{oid} was shown twice");
    });
    let troubles = troubles.expect("walks");
    assert!(troubles.is_empty(), "{troubles:?}");
    seen.into_inner().expect("lock")
}

fn kind_of(name: &[u8]) -> ObjectKind {
    KINDS.into_iter().find(|kind| kind.as_str().as_bytes() == name).expect("a kind")
}

/// What `git cat-file --batch-all-objects --batch` prints.
fn gits(repo: &Repo, dir: &Path) -> Objects {
    let mut command = repo.command("git");
    command.current_dir(dir).args(["cat-file", "--batch-all-objects", "--batch"]);
    let out = command.stderr(Stdio::inherit()).output().expect("git runs").stdout;
    let mut objects = Objects::new();
    let mut rest = out.as_slice();
    while let Some(end) = rest.iter().position(|b| *b == b'\n') {
        let words: Vec<&[u8]> = rest[..end].split(|b| *b == b' ').collect();
        let [hex, kind, size] = words[..] else { panic!("header {:?}", String::from_utf8_lossy(&rest[..end])) };
        let size: usize = std::str::from_utf8(size).expect("digits").parse().expect("size");
        let content = rest[end + 1..end + 1 + size].to_vec();
        objects.insert(Oid::from_hex(hex).expect("id"), (kind_of(kind), content));
        rest = &rest[end + 2 + size..];
    }
    objects
}

#[track_caller]
fn agree(repo: &Repo, dir: &Path) -> Objects {
    let (expected, seen) = (gits(repo, dir), ours(dir));
    let names = |objects: &Objects| objects.keys().copied().collect::<Vec<_>>();
    assert_eq!(names(&seen), names(&expected));
    assert!(seen == expected, "some object's content or kind differs");
    assert_eq!(store(dir).ids().expect("ids"), names(&expected));
    seen
}

/// The same, and libgit2's reading, and reading one by one.
#[track_caller]
fn agree_all(repo: &Repo) -> usize {
    let seen = agree(repo, &repo.dir);
    let store = store(&repo.dir);
    for (oid, expected) in &seen {
        assert_eq!(&store.read(*oid).expect("reads"), expected, "{oid}");
        assert_eq!(store.kind(*oid).expect("kind"), expected.0);
    }
    if seen.keys().all(|oid| oid.as_bytes().len() == 20) {
        let odb = git2::Repository::open(&repo.dir).expect("opens").odb().expect("odb").to_owned_ids();
        assert_eq!(odb, seen.keys().map(|oid| oid.as_bytes().to_vec()).collect::<Vec<_>>());
    }
    seen.len()
}

trait OwnedIds {
    fn to_owned_ids(&self) -> Vec<Vec<u8>>;
}

impl OwnedIds for git2::Odb<'_> {
    fn to_owned_ids(&self) -> Vec<Vec<u8>> {
        let mut ids = Vec::new();
        self.foreach(|id| {
            ids.push(id.as_bytes().to_vec());
            true
        })
        .expect("foreach");
        ids.sort();
        ids.dedup();
        ids
    }
}

#[test]
fn loose_objects_alone() {
    let repo = history(&[], 8);
    assert!(agree_all(&repo) > 20);
}

#[test]
fn an_empty_repository() {
    assert_eq!(agree_all(&Repo::init(&[])), 0);
}

#[test]
fn packed_in_every_way_git_packs() {
    let repo = history(&[], 60);
    for words in [
        "-c pack.window=0 repack -adfq",
        "repack -adfq --depth=4095 --window=100",
        "repack -adfq --depth=1 --window=10",
        "-c pack.indexVersion=1 repack -adfq",
        "-c pack.compression=0 repack -adFq",
        "-c pack.packSizeLimit=1m repack -adfq",
        "repack -adq --write-midx",
    ] {
        repo.ok(words);
        assert!(agree_all(&repo) > 150, "{words}");
    }
}

#[test]
fn sha256() {
    let repo = history(&["--object-format=sha256"], 20);
    agree_all(&repo);
    repo.ok("repack -adfq --depth=50 --window=50");
    assert!(agree_all(&repo) > 50);
}

#[test]
fn several_packs_kept_ones_and_loose_beside_them_with_duplicates() {
    let repo = history(&[], 10);
    repo.ok("repack -dq");
    let packs = repo.git_dir().join("objects/pack");
    for file in std::fs::read_dir(&packs).expect("packs").map(|file| file.expect("file").path()) {
        if file.extension().is_some_and(|extension| extension == "pack") {
            std::fs::write(file.with_extension("keep"), "").expect("kept");
        }
    }
    repo.stage("more", "more\n");
    repo.commit("more");
    repo.ok("repack -dq");
    // All once more in a third pack, and then some of it loose as well.
    repo.ok("repack -aq");
    let blob = repo.ok("rev-parse HEAD:more");
    repo.stage("loose", "loose\n");
    let path = repo.git_dir().join("objects").join(&blob[..2]).join(&blob[2..]);
    assert!(!path.exists());
    assert!(agree_all(&repo) > 30);
}

#[test]
fn alternates_of_alternates() {
    let repo = history(&[], 12);
    repo.ok("repack -adq");
    let middle = repo.beside("mid dle");
    repo.git(["clone", "-q", "--shared", ".", middle.to_str().expect("UTF-8")]).text();
    let last = repo.beside("last");
    repo.git(["clone", "-q", "--shared", middle.to_str().expect("UTF-8"), last.to_str().expect("UTF-8")]).text();
    std::fs::write(last.join("x"), "only here").expect("written");
    repo.git(["-C", last.to_str().expect("UTF-8"), "add", "x"]).text();
    assert!(agree(&repo, &last).len() > 30);
    assert_eq!(agree(&repo, &middle).len() + 1, agree(&repo, &last).len());
}

#[test]
fn a_thin_push_completed_with_ref_deltas() {
    let repo = history(&[], 5);
    repo.ok("repack -adfq");
    let server = repo.beside("server.git");
    repo.git(["clone", "-q", "--bare", ".", server.to_str().expect("UTF-8")]).text();
    repo.git(["-C", server.to_str().expect("UTF-8"), "config", "receive.unpackLimit", "1"]).text();
    let mut text = std::fs::read_to_string(repo.dir.join("dir/file.txt")).expect("text");
    for version in 0..3 {
        text.push_str(&format!("pushed {version}\n"));
        repo.stage("dir/file.txt", &text);
        repo.commit("to be pushed");
        repo.git(["push", "-q", server.to_str().expect("UTF-8"), "main"]).text();
    }
    assert!(agree(&repo, &server).len() > 20);
    // And a pack of ref-deltas throughout.
    let ids = repo.ok("rev-list --objects --all --no-object-names");
    let pack = repo.beside("refs.pack");
    let mut command = repo.command("git");
    std::fs::write(repo.beside("ids"), ids + "\n").expect("ids");
    command
        .args(["pack-objects", "-q", "--no-reuse-delta", "--stdout"])
        .stdin(std::fs::File::open(repo.beside("ids")).expect("ids"));
    std::fs::write(&pack, command.output().expect("git").stdout).expect("pack");
    let other = Repo::init(&[]);
    std::fs::copy(&pack, other.beside("refs.pack")).expect("copied");
    let file = std::fs::File::open(&pack).expect("pack");
    assert!(other.command("git").args(["index-pack", "--stdin"]).stdin(file).output().expect("git").status.success());
    assert!(agree_all(&other) > 20);
}

/// The packs of a repository.
fn packs(repo: &Repo) -> Vec<PathBuf> {
    let dir = repo.git_dir().join("objects/pack");
    let files = std::fs::read_dir(dir).expect("packs").map(|file| file.expect("file").path());
    files.filter(|file| file.extension().is_some_and(|extension| extension == "pack")).collect()
}

/// Whatever is flipped: no panic, no other content than what git wrote under that name, and something is said if
/// an object is not as it was.
#[test]
fn flipped_bits_are_told_and_never_panic() {
    let repo = history(&[], 12);
    repo.ok("repack -adfq --depth=50");
    let expected = ours(&repo.dir);
    let pack = packs(&repo).pop().expect("a pack");
    let mut draw = Draw(42);
    for path in [pack.clone(), pack.with_extension("idx")] {
        let whole = std::fs::read(&path).expect("pack");
        make_writable(&path);
        for _ in 0..300 {
            let mut broken = whole.clone();
            let at = draw.below(broken.len());
            broken[at] ^= 1 << draw.below(8);
            if draw.below(20) == 0 {
                broken.truncate(at);
            }
            std::fs::write(&path, &broken).expect("written");
            let store = store(&repo.dir);
            let seen = Mutex::new(Objects::new());
            let troubles = store.for_each(&KINDS, |oid, kind, bytes| {
                seen.lock().expect("lock").insert(oid, (kind, bytes.to_vec()));
            });
            let told = !troubles.expect("walks").is_empty() || !store.troubles().is_empty();
            let seen = seen.into_inner().expect("lock");
            assert!(told || seen == expected || misnamed(&seen, &expected), "byte {at} of {path:?}: nothing is said");
            for oid in expected.keys() {
                let _ = store.read(*oid);
            }
        }
        std::fs::write(&path, &whole).expect("written");
    }
    assert_eq!(ours(&repo.dir), expected);
}

/// A flip in a name or an offset of the index moves content to other names; all of it is still seen.
fn misnamed(seen: &Objects, expected: &Objects) -> bool {
    let contents =
        |objects: &Objects| objects.values().map(|(_, bytes)| bytes.clone()).collect::<std::collections::BTreeSet<_>>();
    contents(seen) == contents(expected)
}

#[cfg(unix)]
fn make_writable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644)).expect("made writable");
}

#[cfg(not(unix))]
fn make_writable(_: &Path) {}

/// A push is gone over several times, and each list of loose objects costs 256 directories.
#[test]
fn loose_objects_are_listed_once() {
    let repo = Repo::init(&[]);
    repo.stage("a", "a");
    let first = store(&repo.dir);
    let ids = first.ids().expect("listed");
    assert_eq!(ids.len(), 1);
    repo.stage("b", "b");
    assert_eq!(first.ids().expect("listed"), ids);
    assert_eq!(store(&repo.dir).ids().expect("listed").len(), 2);
}
