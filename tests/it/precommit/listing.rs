//! Our reading of what a commit will change, against what git then committed.

use std::fs;

use crate::support::{Repo, probe};

/// A repository whose hooks only look.
fn watched(args: &[&str]) -> Repo {
    let repo = Repo::init(args);
    watch(&repo);
    repo
}

fn watch(repo: &Repo) {
    let script = format!("#!/bin/sh\n{}", probe::script(&probe::out(repo)));
    repo.hook("pre-commit", &script);
    repo.hook("pre-merge-commit", &script);
}

/// Runs git, which must commit, and holds what our library saw in the hook against the commit made.
#[track_caller]
fn judge(repo: &Repo, args: &[&str]) {
    let _ = fs::remove_file(probe::out(repo));
    repo.git(args).text();
    let seen = probe::read(repo);
    let first_parent = repo.git(["rev-parse", "--verify", "-q", "HEAD^1"]).ok;
    let raw = if first_parent {
        repo.git("diff-tree -r -z --raw --no-renames --no-abbrev HEAD^1 HEAD".split(' '))
    } else {
        repo.git("diff-tree --root -r -z --raw --no-renames --no-abbrev --no-commit-id HEAD".split(' '))
    };
    assert_eq!(seen, probe::parse_raw(&raw.stdout), "staged as we saw it (left), as git committed it (right)");
}

#[test]
fn unborn_then_born_with_both_hash_functions() {
    for format in ["sha1", "sha256"] {
        let repo = watched(&["--object-format", format]);
        repo.stage("a", "one\n");
        repo.stage("d/b", "two\n");
        judge(&repo, &["commit", "-qm", "first"]);
        repo.stage("d/b", "two and a half\n");
        repo.stage("d/e/f", "three\n");
        judge(&repo, &["commit", "-qm", "second"]);
        judge(&repo, &["commit", "-qm", "empty", "--allow-empty"]);
    }
}
