//! Repositories that are none, or are broken: a clear error, never a panic, never "nothing to scan".

use std::fs;

use portcullis::git::{Env, GitError, HashKind, Index, Repo as Ours};

use crate::support::draw::Draw;
use crate::support::{Repo, gate};

fn seeded() -> Repo {
    let repo = Repo::init(&[]);
    repo.stage("a", "a\n");
    repo.stage("d/b", "b\n");
    repo.commit("seed");
    repo.stage("d/b", "changed\n");
    repo.ok("write-tree");
    repo
}

fn open(repo: &Repo) -> Result<usize, GitError> {
    Ours::open(Env::default(), &repo.dir)?.staged().map(|staged| staged.changes.len())
}

#[test]
fn no_repository() {
    let dir = tempfile::tempdir().unwrap();
    assert!(matches!(Ours::open(Env::default(), dir.path()), Err(GitError::NotARepository(_))));
    fs::create_dir_all(dir.path().join(".git/refs")).unwrap();
    assert!(matches!(Ours::open(Env::default(), dir.path()), Err(GitError::NotARepository(_))));
    fs::remove_dir_all(dir.path().join(".git")).unwrap();
    fs::write(dir.path().join(".git"), "gitdir: /nowhere\n").unwrap();
    assert!(matches!(Ours::open(Env::default(), dir.path()), Err(GitError::NotARepository(_))));
    let env = Env { git_dir: Some("nowhere".into()), ..Env::default() };
    assert!(matches!(Ours::open(env, dir.path()), Err(GitError::NotARepository(_))));
}

#[test]
fn refs_and_objects_that_are_not_there() {
    let repo = seeded();
    assert_eq!(open(&repo).unwrap(), 1);
    let branch = repo.git_dir().join("refs/heads/main");
    let good = fs::read(&branch).unwrap();
    for bad in ["", "garbage\n", "ref: ../../../etc/passwd\n", "ref: refs/heads/main\n", &"0".repeat(40)] {
        fs::write(&branch, bad).unwrap();
        assert!(matches!(open(&repo), Err(GitError::Ref { .. })), "{bad:?}: {:?}", open(&repo));
    }
    fs::write(&branch, "1".repeat(40)).unwrap();
    assert!(matches!(open(&repo), Err(GitError::Missing { what: "commit", .. })));
    fs::write(&branch, repo.feed("hash-object -w --stdin", b"a blob")).unwrap();
    assert!(matches!(open(&repo), Err(GitError::Object { what: "commit", .. })));
    fs::write(&branch, good).unwrap();
    let tree = repo.ok("rev-parse HEAD^{tree}");
    let file = repo.git_dir().join("objects").join(&tree[..2]).join(&tree[2..]);
    let _ = fs::remove_file(&file);
    assert!(matches!(open(&repo), Err(GitError::Missing { what: "tree", .. })));
    fs::write(&file, "not zlib").unwrap();
    assert!(matches!(open(&repo), Err(GitError::Object { what: "tree", .. })));
}

#[test]
fn a_corrupt_blob_is_a_skip() {
    let repo = seeded();
    let blob = repo.ok("rev-parse :d/b");
    let file = repo.git_dir().join("objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(&file).unwrap();
    fs::write(&file, "not zlib").unwrap();
    let outcome = gate::scan(Env::default(), &repo.dir).unwrap();
    assert_eq!(outcome.coverage.skips.len(), 1);
    assert_eq!(outcome.coverage.skips[0].reason, portcullis::model::SkipReason::Unreadable);
}

#[test]
fn a_broken_baseline_or_configuration_is_not_staged_unnoticed() {
    let repo = seeded();
    gate::wire(&repo);
    let conflict = "<<<<<<< HEAD\nmine\n=======\ntheirs\n>>>>>>> side\n";
    let print = "0123456789abcdef0123456789abcdef";
    for (name, good, bad) in [
        (".portcullis.baseline", format!("{print}  # known\n"), vec![conflict, "not a fingerprint\n", "\u{0}\n"]),
        (".portcullis.toml", String::new(), vec![conflict, "min_confidence = 3\n", "no_such_key = 1\n"]),
    ] {
        for text in bad {
            repo.stage(name, text);
            let ran = repo.portcullis(&["pre-commit"]);
            assert_eq!(ran.code, Some(2), "{name} {text:?}: {}", ran.stderr);
            assert!(ran.stderr.contains(name) && ran.stderr.contains("makes no sense"), "{}", ran.stderr);
            assert!(!repo.git(["commit", "-qm", "x"]).ok);
        }
        repo.stage(name, good);
        repo.git(["commit", "-qm", "good"]).text();
    }
    // One that stands there already is looked at where it is needed, or where it changes.
    repo.stage(".portcullis.baseline", "broken\n");
    repo.commit("went in unseen");
    repo.stage("clean", "clean\n");
    repo.git(["commit", "-qm", "of no concern to it"]).text();
    repo.stage("leak", Draw(1).token());
    assert_eq!(repo.portcullis(&["pre-commit"]).code, Some(2));
    repo.ok("rm -q --cached .portcullis.baseline leak");
    repo.git(["commit", "-qm", "gone"]).text();
}

#[test]
fn an_index_cut_anywhere_is_broken() {
    let repo = seeded();
    let path = repo.git_dir().join("index");
    let whole = fs::read(&path).unwrap();
    for end in 0..whole.len() {
        if Index::parse(&whole[..end], HashKind::Sha1, |_| Err("none")).is_ok() {
            // Cut just behind the entries or an extension: git, which does not compare the checksum either, reads it.
            fs::write(&path, &whole[..end]).unwrap();
            assert_eq!(repo.ok("ls-files"), "a\nd/b", "cut at {end}");
        }
    }
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(open(&repo), Err(GitError::Index { .. })));
    fs::write(&path, "").unwrap();
    assert!(matches!(open(&repo), Err(GitError::Index { .. })));
    fs::remove_file(&path).unwrap();
    assert_eq!(open(&repo).unwrap(), 0);
}

#[test]
fn spoiled_indexes_never_panic() {
    let repo = seeded();
    repo.ok("config core.splitIndex true");
    repo.ok("config splitIndex.maxPercentChange 100");
    let mut samples = Vec::new();
    for (version, words) in [
        ("2", "update-index --no-split-index"),
        ("4", "update-index --no-split-index"),
        ("2", "update-index --split-index"),
    ] {
        repo.ok(&format!("update-index --index-version {version}"));
        repo.ok(words);
        repo.stage("d/c", format!("{version} {words}\n"));
        samples.push(fs::read(repo.git_dir().join("index")).unwrap());
    }
    let shared = fs::read_dir(repo.git_dir()).unwrap().flatten();
    let shared = shared.into_iter().find(|file| file.file_name().to_string_lossy().starts_with("sharedindex."));
    let shared = fs::read(shared.expect("a shared index").path()).unwrap();
    let mut draw = Draw(7);
    for sample in &samples {
        for _ in 0..3_000 {
            let mut bytes = sample.clone();
            for _ in 0..=draw.below(3) {
                let at = draw.below(bytes.len());
                bytes[at] = [0, 1, 0x7f, 0x80, 0xff, bytes[at] ^ 1][draw.below(6)];
            }
            let _ = Index::parse(&bytes, HashKind::Sha1, |_| Ok(shared.clone()));
            let _ = Index::parse(&bytes, HashKind::Sha256, |_| Ok(shared.clone()));
        }
    }
}

/// A gate that is interrupted has not looked, however far it came: git would take its 0 for a yes.
#[test]
#[cfg(target_os = "linux")]
fn a_gate_that_is_interrupted_blocks_soon() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};

    let repo = Repo::init(&[]);
    // Nothing but escaped anchors, and no credential: seconds of work.
    repo.stage("f", "password%3D".repeat(600_000));
    let mut command = repo.command(env!("CARGO_BIN_EXE_portcullis"));
    let mut child = command.arg("pre-commit").stderr(Stdio::piped()).spawn().expect("it runs");
    let pid = child.id().to_string();
    while child.try_wait().expect("a status").is_none() && !crate::scan::unix::catches_interrupts(&pid) {
        std::thread::yield_now();
    }
    std::thread::sleep(Duration::from_millis(100));
    let sent = Instant::now();
    let kill = std::process::Command::new("kill").args(["-INT", &pid]).status().expect("kill");
    let output = child.wait_with_output().expect("it ends");
    let said = String::from_utf8_lossy(&output.stderr);
    if kill.success() {
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("interrupted"), "{said}");
    }
    assert!(sent.elapsed() < Duration::from_secs(10), "{:?}", sent.elapsed());
}

/// Regression: a staged file was held in memory as a whole, however long it was.
#[test]
#[cfg(target_os = "linux")]
fn a_long_staged_file_is_read_piece_by_piece() {
    let repo = Repo::init(&[]);
    let line = "the quick brown fox jumps over the lazy dog, and nothing else happens here\n";
    let lines = 200 * 1024 * 1024 / line.len();
    let text = format!("{}token = {}\n", line.repeat(lines), Draw(6).token());
    // As a file of its own, and in a pack, where git puts what is longer than this.
    for threshold in ["1g", "1m"] {
        repo.git(["config", "core.bigFileThreshold", threshold]).text();
        repo.stage("long", &text);
        let packs = repo.ok("count-objects -v");
        assert_eq!(packs.contains("in-pack: 0"), threshold == "1g", "{packs}");
        let limited = format!("ulimit -v {}; exec '{}' pre-commit", 160 * 1024, env!("CARGO_BIN_EXE_portcullis"));
        let ran = repo.command("/bin/sh").args(["-c", &limited]).output().expect("it runs");
        let said = String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("{}", lines + 1)), "{said}");
        repo.ok("rm -q --cached long");
        repo.ok("prune --expire=now");
    }
}
