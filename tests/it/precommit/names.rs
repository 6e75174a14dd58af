//! Credentials in the names of staged files and directories.

use crate::support::draw::Draw;
use crate::support::{Repo, gate};

fn commit(repo: &Repo) -> (bool, String) {
    let ran = repo.git(["commit", "-qm", "x"]);
    (ran.ok, ran.stderr)
}

/// Regression: `pre-commit` did not look at names, and printed them as they are.
#[test]
fn a_name_that_comes_in_with_a_credential_is_blocked_and_not_shown() {
    for format in ["sha1", "sha256"] {
        let repo = Repo::init(&["--object-format", format]);
        gate::wire(&repo);
        let (file, dir, content) = (Draw(1).token(), Draw(2).token(), Draw(3).token());
        repo.stage(&format!("a/{file}.txt"), "x\n");
        repo.stage(&format!("{dir}/y"), format!("key = {content}\n"));
        let (ok, told) = commit(&repo);
        assert!(!ok && told.contains("3 credentials found"), "{told}");
        for secret in [&file, &dir, &content] {
            assert!(!told.contains(&secret[8..]), "{told}");
        }
        assert!(told.contains("the name of a/(credential).txt") && told.contains("(credential)/y:1:7"), "{told}");
        assert!(told.contains("git mv") && told.lines().all(|line| line.chars().count() <= 72), "{told}");
    }
}

#[test]
fn a_name_that_was_there_is_not_told_again_and_never_shown() {
    let repo = Repo::init(&[]);
    let (file, dir) = (Draw(4).token(), Draw(5).token());
    repo.stage(&format!("{file}.txt"), "x\n");
    repo.stage(&format!("{dir}/y"), "x\n");
    repo.commit("before the guard");
    gate::wire(&repo);
    repo.stage(&format!("{file}.txt"), "changed\n");
    repo.stage(&format!("{dir}/new"), "in a directory that was there\n");
    let (ok, told) = commit(&repo);
    assert!(ok && told.is_empty(), "{told}");
    repo.git(["mv", &format!("{file}.txt"), &format!("{dir}/{file}.md")]).text();
    let (ok, told) = commit(&repo);
    assert!(ok && told.is_empty(), "moved: {told}");
    // What is found in a file whose name was there is told without that name.
    repo.stage(&format!("{dir}/new"), Draw(6).token());
    let (ok, told) = commit(&repo);
    assert!(!ok && told.contains("(credential)/new:1:1") && !told.contains(&dir[8..]), "{told}");
    repo.stage(&format!("{dir}/new"), "clean\n");
    repo.stage(&format!("copy-{file}"), "the name comes in a second time\n");
    assert!(!commit(&repo).0);
}

/// Regression: paths, and commands with paths, ran over the 72 columns that are promised.
#[test]
fn long_paths_are_folded_and_no_command_is_cut() {
    let repo = Repo::init(&[]);
    gate::wire(&repo);
    let deep = format!("{}/{}/{}.txt", "services".repeat(5), "configuration".repeat(3), "settings".repeat(10));
    repo.stage(&deep, format!("key = {}\n", Draw(7).token()));
    let (ok, told) = commit(&repo);
    assert!(!ok && told.lines().all(|line| line.chars().count() <= 72), "{told}");
    let joined: String = told.lines().map(str::trim).collect();
    assert!(joined.contains(&format!("{deep}:1:7")), "{told}");
    assert!(told.contains("      git reset -q        (unstages all)\n"), "{told}");
    repo.stage("short", format!("key = {}\n", Draw(8).token()));
    let (_, told) = commit(&repo);
    assert!(told.contains("git reset -q -- :/short\n") && told.contains("and so for 1 more file"), "{told}");
    assert!(told.lines().all(|line| line.chars().count() <= 72), "{told}");
}
