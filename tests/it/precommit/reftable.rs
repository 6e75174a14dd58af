//! Repositories whose refs are kept in reftables.

use std::fs;

use portcullis::git::{Env, GitError, Repo as Ours};

use crate::support::draw::Draw;
use crate::support::{Repo, gate};

fn reftable(format: &str) -> Option<Repo> {
    let repo = Repo::init(&["--ref-format=reftable", "--object-format", format]);
    // Git before 2.45 does not know them.
    repo.git_dir().join("reftable").is_dir().then_some(repo)
}

fn head(repo: &Repo) -> Result<Option<String>, GitError> {
    Ours::open(Env::default(), &repo.dir)?.head().map(|head| head.map(|oid| oid.to_string()))
}

#[test]
fn head_is_what_git_says_it_is() {
    for format in ["sha1", "sha256"] {
        let mut repo = reftable(format).unwrap();
        assert_eq!(head(&repo).unwrap(), None, "unborn");
        let first = repo.commit("first");
        repo.ok("branch main2");
        repo.git(["branch", "main/../x"]).ok.then(|| panic!("git takes no such name"));
        assert_eq!(head(&repo).unwrap(), Some(first.clone()));
        repo.ok("checkout -q --detach");
        let second = repo.commit("second");
        assert_eq!(head(&repo).unwrap(), Some(second));
        repo.ok("checkout -q main2");
        assert_eq!(head(&repo).unwrap(), Some(first.clone()));
        repo.ok("pack-refs --all");
        assert_eq!(head(&repo).unwrap(), Some(first));
        let linked = repo.beside("linked");
        repo.git(["worktree", "add", "-q", "-b", "other", linked.to_str().unwrap()]).text();
        repo.dir = linked;
        let third = repo.commit("third");
        assert_eq!(head(&repo).unwrap(), Some(third));
        repo.ok("checkout -q --orphan fresh");
        assert_eq!(head(&repo).unwrap(), None);
    }
}

#[test]
fn the_gates_work_there() {
    let repo = reftable("sha1").unwrap();
    gate::wire(&repo);
    repo.hook("pre-push", &gate::script("pre-push"));
    let old = Draw(1).token();
    repo.stage("old", &old);
    assert!(!repo.git(["commit", "-qm", "x"]).ok, "the first commit");
    repo.commit("let in");
    repo.stage("old", format!("{old}\nmore\n"));
    repo.git(["commit", "-qm", "an old one is old"]).text();
    repo.stage("new", Draw(2).token());
    let blocked = repo.git(["commit", "-qm", "x"]);
    assert!(!blocked.ok && blocked.stderr.contains("commit blocked: 1 credential found"), "{}", blocked.stderr);
    let remote = repo.beside("remote.git");
    repo.git(["init", "-q", "--bare", remote.to_str().unwrap()]).text();
    let push = repo.git(["push", "-q", remote.to_str().unwrap(), "main"]);
    assert!(!push.ok && push.stderr.contains("push blocked: 1 credential found"), "{}", push.stderr);
}

#[test]
fn no_git_is_needed_and_broken_tables_are_errors_and_no_unborn_branch() {
    let repo = reftable("sha1").unwrap();
    repo.stage("a", "clean\n");
    repo.commit("first");
    let no_git = repo.command(env!("CARGO_BIN_EXE_portcullis")).arg("pre-commit").env("PATH", "/nowhere").output();
    assert_eq!(no_git.unwrap().status.code(), Some(0), "no git is needed");

    let tables = repo.git_dir().join("reftable");
    let names = fs::read_dir(&tables).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<_> = names.filter(|path| path.extension().is_some_and(|end| end == "ref")).collect();
    for file in &files {
        fs::write(file, "garbage").unwrap();
    }
    assert!(head(&repo).is_err());
    fs::write(tables.join("tables.list"), "").unwrap();
    assert!(head(&repo).is_err());
    assert_eq!(repo.portcullis(&["pre-commit"]).code, Some(2));
}
