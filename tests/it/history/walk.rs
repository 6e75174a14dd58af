//! The set of objects walked, held to git's own.

use std::collections::BTreeSet;
use std::path::Path;

use portcullis::git::{Bounds, Env, NameMark, Oid, Repo as Ours, Sight, Store, Walked};

use crate::support::Repo;

/// Looks for nothing.
pub(super) struct Blank;

impl Sight for Blank {
    fn blob(&mut self, _: Oid) -> bool {
        false
    }
    fn name(&mut self, _: &[u8]) -> NameMark {
        NameMark::default()
    }
    fn advance(&mut self, _: u64, _: u64) -> bool {
        true
    }
}

fn walk(dir: &Path, unreachable: bool) -> Walked {
    walk_within(dir, &Bounds { unreachable, ..Bounds::default() })
}

fn walk_within(dir: &Path, bounds: &Bounds) -> Walked {
    let repo = Ours::open(Env::default(), dir).expect("opens");
    let tips = repo.tips().expect("refs are listed");
    repo.walk(&Store::open(&repo).expect("a store"), tips, bounds, &mut Blank).expect("walked")
}

pub(super) fn lines(text: &str) -> BTreeSet<String> {
    text.lines().map(str::to_owned).collect()
}

/// Holds both sets to git's; `dir` may be a work tree or a repository.
#[track_caller]
fn judged(repo: &Repo, dir: &Path) -> Walked {
    let git = |args: &[&str]| {
        let dir = dir.to_str().expect("UTF-8");
        let all = [&["--no-replace-objects", "-C", dir], args].concat();
        lines(&repo.git(all).text())
    };
    let ours = |walked: &Walked| walked.ids().map(|oid| oid.to_string()).collect::<BTreeSet<_>>();
    let reached = walk(dir, false);
    assert_eq!(ours(&reached), git(&["rev-list", "--objects", "--no-object-names", "--all", "--reflog"]));
    assert_eq!(reached.counts.total(), ours(&reached).len() as u64);
    let all = walk(dir, true);
    assert_eq!(ours(&all), git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]));
    assert_eq!(all.unreachable, Some((ours(&all).len() - ours(&reached).len()) as u64));
    reached
}

/// A repository with one of everything that refs can name.
pub(super) fn rich(args: &[&str]) -> Repo {
    let repo = Repo::init(args);
    repo.stage("a/b/c", "one\n");
    repo.stage("d", "two\n");
    let first = repo.commit("first");
    repo.ok("checkout -q -b side");
    repo.stage("a/b/c", "three\n");
    repo.commit("on the side");
    repo.ok("checkout -q -b third main");
    repo.stage("e", "four\n");
    repo.commit("on the third");
    repo.ok("checkout -q main");
    repo.stage("f", "five\n");
    repo.commit("on main");
    repo.ok("merge -q --no-edit side third");
    repo.ok("tag -a -m annotated v1");
    repo.ok("tag -a -m again v1-again v1");
    let blob = repo.feed("hash-object -w --stdin", b"only a tag has this\n");
    repo.git(["tag", "-a", "-m", "of a blob", "blob", &blob]).text();
    repo.git(["update-ref", "refs/odd/blob", &repo.feed("hash-object -w --stdin", b"only a ref has this\n")]).text();
    repo.git(["tag", "-a", "-m", "of a tree", "tree", &format!("{first}^{{tree}}")]).text();
    repo.git(["notes", "add", "-m", "a note", &first]).text();
    repo.write("d", "stashed\n");
    repo.write("untracked", "stashed too\n");
    repo.ok("stash -q -u");
    repo.ok("checkout -q --orphan orphan");
    repo.ok("rm -q -rf .");
    repo.stage("g", "six\n");
    repo.commit("another root");
    repo.ok("checkout -q main");
    repo.stage("h", "seven\n");
    repo.commit("only the reflog has this");
    repo.ok("reset -q --hard HEAD^");
    repo.ok("symbolic-ref refs/heads/alias refs/heads/main");
    repo.feed("hash-object -w --stdin", b"nothing has this\n");
    repo
}

#[test]
fn one_of_everything() {
    let tables = "--ref-format=reftable";
    for args in [&[][..], &["--object-format=sha256"], &[tables], &[tables, "--object-format=sha256"]] {
        let repo = rich(args);
        let walked = judged(&repo, &repo.dir);
        assert_eq!(walked.problems, []);
        repo.ok("pack-refs --all");
        repo.ok("repack -a -d -q");
        judged(&repo, &repo.dir);
        for at in walk(&repo.dir, false).commits.iter().enumerate() {
            assert!(at.1.parents.iter().all(|parent| (*parent as usize) < at.0), "parents come first");
        }
        let bare = repo.beside("bare");
        repo.git(["clone", "-q", "--mirror", ".", bare.to_str().unwrap()]).text();
        judged(&repo, &bare);
    }
}

#[test]
fn other_work_trees_have_heads_and_logs_of_their_own() {
    for args in [&[][..], &["--ref-format=reftable"]] {
        other_work_trees(&rich(args));
    }
}

fn other_work_trees(repo: &Repo) {
    let other = repo.beside("other");
    repo.git(["worktree", "add", "-q", "--detach", other.to_str().unwrap(), "side"]).text();
    std::fs::write(other.join("new"), "in the other\n").unwrap();
    let at = |args: &[&str]| repo.git([&["-C", other.to_str().unwrap()], args].concat()).text();
    at(&["add", "new"]);
    at(&["commit", "-q", "-m", "detached"]);
    at(&["update-ref", "refs/worktree/own", "HEAD^"]);
    at(&["commit", "-q", "--amend", "-m", "detached, once more"]);
    judged(repo, &repo.dir);
    judged(repo, &other);
}

#[test]
fn replaced_objects_and_alternates() {
    let repo = rich(&[]);
    repo.ok("replace main side");
    judged(&repo, &repo.dir);
    let borrower = repo.beside("borrower");
    repo.git(["clone", "-q", "--shared", ".", borrower.to_str().unwrap()]).text();
    judged(&repo, &borrower);
}

#[test]
fn a_shallow_clone_says_so() {
    let repo = rich(&[]);
    let url = format!("file://{}", repo.dir.display());
    let shallow = repo.beside("shallow");
    repo.git(["clone", "-q", "--depth", "1", "--no-single-branch", &url, shallow.to_str().unwrap()]).text();
    let walked = judged(&repo, &shallow);
    assert!(!walked.problems.is_empty() && walked.problems.iter().all(|p| p.what.starts_with("commit ")));
}

#[test]
fn what_is_missing_or_broken_is_named() {
    let repo = rich(&[]);
    let loose = |oid: &str| repo.git_dir().join("objects").join(&oid[..2]).join(&oid[2..]);
    let (blob, tree) = (repo.ok("rev-parse main:d"), repo.ok("rev-parse main:a/b"));
    std::fs::remove_file(loose(&blob)).unwrap();
    let broken = loose(&tree);
    std::fs::remove_file(&broken).unwrap();
    std::fs::write(&broken, "no object at all").unwrap();
    std::fs::write(repo.git_dir().join("refs/heads/bad"), "not an id\n").unwrap();
    let walked = walk(&repo.dir, false);
    let told: Vec<&str> = walked.problems.iter().map(|problem| problem.what.as_str()).collect();
    for what in [format!("blob {blob}"), format!("tree {tree}"), "ref refs/heads/bad".to_owned()] {
        assert!(told.contains(&what.as_str()), "{what} is not in {told:?}");
    }
}

#[test]
fn ten_levels_of_ten_equal_directories_are_eleven_objects() {
    let repo = Repo::init(&[]);
    let mut below = format!("100644 blob {}\tf\n", repo.feed("hash-object -w --stdin", b"x\n"));
    let mut tree = String::new();
    for _ in 0..10 {
        tree = repo.feed("mktree", below.as_bytes());
        below = (0..10).map(|at| format!("040000 tree {tree}\td{at}\n")).collect();
    }
    let commit = repo.git(["commit-tree", "-m", "bomb", &tree]).text();
    repo.git(["update-ref", "refs/heads/main", &commit]).text();
    assert_eq!(judged(&repo, &repo.dir).counts.total(), 12);
}
