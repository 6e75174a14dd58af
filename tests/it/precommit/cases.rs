//! C1 to C33: what is blocked and what passes, with git making (or not making) the commit.

use crate::support::draw::Draw;
use crate::support::{Repo, gate};

/// A repository with one commit, whose gates are wired, and a token of its own.
fn guarded(args: &[&str], seed: u64) -> (Repo, String) {
    let repo = Repo::init(args);
    for path in ["f", "g", "d/h", "d/e/i"] {
        repo.stage(path, format!("{path}\nplain text\n"));
    }
    repo.commit("seed");
    gate::wire(&repo);
    (repo, format!("key = \"{}\"\n", Draw(seed).token()))
}

/// The commit must not be made, and must have been stopped by the gate.
#[track_caller]
fn blocks(repo: &Repo, args: &[&str]) {
    let before = repo.git(["rev-parse", "-q", "--verify", "HEAD"]).stdout;
    let ran = repo.git(args);
    assert!(!ran.ok, "the commit was made");
    assert!(ran.stderr.contains("blocked"), "not by the gate: {}", ran.stderr);
    assert_eq!(before, repo.git(["rev-parse", "-q", "--verify", "HEAD"]).stdout);
}

/// The commit must be made.
#[track_caller]
fn passes(repo: &Repo, args: &[&str]) {
    let before = repo.git(["rev-parse", "-q", "--verify", "HEAD"]).stdout;
    repo.git(args).text();
    assert_ne!(before, repo.git(["rev-parse", "-q", "--verify", "HEAD"]).stdout);
}

const COMMIT: &[&str] = &["commit", "-qm", "x"];

#[test]
fn c1_staged() {
    let (repo, t) = guarded(&[], 1);
    repo.stage("f", t);
    blocks(&repo, COMMIT);
}

#[test]
fn c2_c31_c32_unborn_and_both_hash_functions() {
    for format in ["sha1", "sha256"] {
        let repo = Repo::init(&["--object-format", format]);
        gate::wire(&repo);
        repo.stage("f", Draw(2).token());
        blocks(&repo, COMMIT);
        repo.stage("f", "clean\n");
        passes(&repo, COMMIT);
        repo.stage("f", Draw(3).token());
        blocks(&repo, COMMIT);
    }
}

#[test]
fn c3_c4_the_index_counts_not_the_work_tree() {
    let (repo, t) = guarded(&[], 3);
    repo.stage("f", &t);
    repo.write("f", "clean again\n");
    blocks(&repo, COMMIT);
    repo.stage("f", "clean\n");
    repo.write("f", &t);
    passes(&repo, COMMIT);
}

#[test]
fn c5_c6_c7_the_index_git_commits_from() {
    let (repo, t) = guarded(&[], 5);
    repo.write("f", &t);
    blocks(&repo, &["commit", "-aqm", "x"]);
    blocks(&repo, &["commit", "-qm", "x", "-o", "f"]);
    blocks(&repo, &["commit", "-qm", "x", "f"]);
    repo.stage("f", &t);
    repo.write("g", "changed\n");
    passes(&repo, &["commit", "-qm", "x", "-o", "g"]);
    blocks(&repo, &["commit", "-qm", "x", "-i", "g"]);
}

#[test]
fn c8_a_promised_file_is_not_committed() {
    let (repo, t) = guarded(&[], 8);
    repo.write("new", t);
    repo.ok("add -N new");
    repo.stage("f", "changed\n");
    passes(&repo, COMMIT);
}

#[test]
fn c9_c10_attributes_and_display_settings_hide_nothing() {
    let (mut repo, t) = guarded(&[], 9);
    repo.stage(".gitattributes", "* -diff binary\n");
    repo.stage("f", t);
    for setting in ["diff.external=/bin/true", "diff.noprefix=true", "color.ui=always", "diff.orderFile=/missing"] {
        let (key, value) = setting.split_once('=').unwrap();
        repo.git(["config", key, value]).text();
    }
    repo.set_env("GIT_EXTERNAL_DIFF", "/bin/true");
    blocks(&repo, COMMIT);
}

#[test]
#[cfg(unix)]
fn c11_c12_c13_symbolic_links() {
    let (repo, t) = guarded(&[], 11);
    let link = |target: &str, name: &str| {
        std::os::unix::fs::symlink(target, repo.dir.join(name)).unwrap();
        repo.git(["add", name]).text();
    };
    link("/etc/passwd", "to-a-file");
    passes(&repo, COMMIT);
    std::fs::write(repo.beside("secret"), &t).unwrap();
    link("../secret", "to-a-secret");
    passes(&repo, COMMIT);
    std::fs::remove_file(repo.dir.join("to-a-file")).unwrap();
    repo.stage("to-a-file", &t);
    blocks(&repo, COMMIT);
    repo.ok("reset -q --hard");
    link(&format!("https://u:{}@h", Draw(12).token()), "text");
    blocks(&repo, COMMIT);
}

#[test]
fn c14_to_c17_only_what_is_new() {
    let (repo, t) = guarded(&[], 14);
    repo.stage("old", format!("one\ntwo\n{t}three\n"));
    repo.commit("an old token");
    // C15: a pure rename; C16: an edit above it; moved within the file; C17: removed.
    repo.ok("mv old renamed");
    passes(&repo, COMMIT);
    repo.stage("renamed", format!("one\nand\nmore\ntwo\n{t}three\n"));
    passes(&repo, COMMIT);
    repo.ok("mv renamed elsewhere");
    repo.stage("elsewhere", format!("{t}one\ntwo\nquite another text\n"));
    passes(&repo, COMMIT);
    repo.stage("elsewhere", "one\ntwo\n");
    passes(&repo, COMMIT);
    // C14: renamed, and a token added.
    repo.ok("mv elsewhere again");
    repo.stage("again", format!("one\ntwo\n{t}"));
    blocks(&repo, COMMIT);
    // A second token beside an old one.
    repo.commit("the old one");
    repo.stage("again", format!("one\ntwo\n{t}{}\n", Draw(15).token()));
    blocks(&repo, COMMIT);
    // A copy leaves the old one where it is: the path is new.
    repo.ok("reset -q --hard");
    repo.stage("copy", t);
    blocks(&repo, COMMIT);
}

#[test]
fn c18_c19_merges() {
    let (repo, t) = guarded(&[], 18);
    repo.aside("side", "theirs", &t);
    repo.stage("f", "ours\n");
    passes(&repo, COMMIT);
    // C18: stopped while git merges.
    blocks(&repo, &["merge", "-q", "--no-ff", "-m", "m", "side"]);
    repo.ok("merge --abort");
    // C19: the resolution of a conflict adds one.
    repo.ok("checkout -q -b other HEAD~1");
    repo.stage("f", "other\n");
    repo.commit("other");
    repo.ok("checkout -q main");
    repo.stage("f", "main\n");
    repo.commit("main");
    assert!(!repo.ok_or_not("merge -q other"));
    repo.stage("f", format!("resolved {}\n", Draw(19).token()));
    blocks(&repo, COMMIT);
    repo.stage("f", "resolved\n");
    passes(&repo, COMMIT);
}

#[test]
fn a_merge_gets_one_answer_however_it_is_concluded() {
    let (repo, t) = guarded(&[], 18);
    repo.aside("side", "theirs", &t);
    repo.stage("f", "ours\n");
    passes(&repo, COMMIT);
    blocks(&repo, &["merge", "-q", "--no-ff", "-m", "m", "side"]);
    // What git says to do next must not go around what it has just said.
    blocks(&repo, &["commit", "--no-edit"]);
    let told = repo.git(["commit", "--no-edit"]).stderr;
    assert!(told.contains("git merge --abort") && !told.contains("git reset"), "{told}");
    blocks(&repo, &["merge", "--continue"]);
    // A merge with a conflict brings in the same.
    repo.ok("merge --abort");
    repo.ok("checkout -q side");
    repo.stage("f", "theirs\n");
    repo.commit("theirs");
    repo.ok("checkout -q main");
    assert!(!repo.ok_or_not("merge -q side"));
    repo.stage("f", "resolved\n");
    blocks(&repo, &["commit", "--no-edit"]);
    // What this branch has already is no news, whatever else the merge brings.
    repo.ok("merge --abort");
    repo.stage("theirs", &t);
    repo.commit("the same here");
    assert!(!repo.ok_or_not("merge -q side"));
    repo.stage("f", "resolved\n");
    passes(&repo, &["commit", "--no-edit"]);
}

#[test]
fn c20_c21_hostile_names_and_bytes() {
    let (repo, t) = guarded(&[], 20);
    let blob = repo.feed("hash-object -w --stdin", t.as_bytes());
    for name in [&b"new\nline"[..], b"\xff\xfe", b"esc\x1b[2J", b"-rf", b":(top)x", b"a b"] {
        repo.ok("read-tree HEAD");
        repo.feed("update-index -z --index-info", &[format!("100644 {blob}\t").as_bytes(), name, b"\0"].concat());
        blocks(&repo, COMMIT);
    }
    repo.ok("read-tree HEAD");
    repo.stage("nul", [b"\0\0".as_slice(), t.as_bytes(), b"\0"].concat());
    blocks(&repo, COMMIT);
}

#[test]
fn c22_submodules_have_nothing_to_scan() {
    let (repo, _) = guarded(&[], 22);
    let commit = repo.ok("rev-parse HEAD");
    repo.ok(&format!("update-index --add --cacheinfo 160000,{commit},sub"));
    passes(&repo, COMMIT);
    repo.ok(&format!("update-index --add --cacheinfo 160000,{},sub", "1".repeat(40)));
    passes(&repo, COMMIT);
}

#[test]
fn c23_linked_worktree() {
    let (repo, t) = guarded(&[], 23);
    let linked = repo.beside("linked");
    let path = linked.to_str().unwrap();
    repo.git(["worktree", "add", "-q", "-b", "side", path]).text();
    std::fs::write(linked.join("f"), t).unwrap();
    blocks(&repo, &["-C", path, "commit", "-aqm", "x"]);
    std::fs::write(linked.join("f"), "clean\n").unwrap();
    repo.git(["-C", path, "commit", "-aqm", "x"]).text();
}

#[test]
fn c24_sparse_index() {
    let (repo, t) = guarded(&[], 24);
    repo.stage("out/x", "x\n");
    repo.stage("in/x", "x\n");
    repo.commit("more");
    repo.ok("sparse-checkout set --cone --sparse-index in");
    repo.stage("in/x", &t);
    blocks(&repo, COMMIT);
    repo.stage("in/x", "clean\n");
    passes(&repo, COMMIT);
    let blob = repo.feed("hash-object -w --stdin", t.as_bytes());
    repo.ok(&format!("update-index --add --cacheinfo 100644,{blob},out/x"));
    blocks(&repo, COMMIT);
}

#[test]
fn c25_c26_subdirectory_and_repository_named_from_elsewhere() {
    let (repo, t) = guarded(&[], 25);
    repo.stage("d/h", &t);
    blocks(&repo, &["-C", "d/e", "commit", "-qm", "x"]);
    let named = [format!("--git-dir={}", repo.git_dir().display()), format!("--work-tree={}", repo.dir.display())];
    blocks(&repo, &["-C", "/", &named[0], &named[1], "commit", "-qm", "x"]);
    blocks(&repo, &["-C", "/", &named[0], &named[1], "commit", "-aqm", "x"]);
    repo.stage("d/h", "clean\n");
    passes(&repo, &["-C", "/", &named[0], &named[1], "commit", "-qm", "x"]);
}

#[test]
fn c27_what_a_clean_filter_takes_out_is_not_committed() {
    let (repo, t) = guarded(&[], 27);
    repo.ok("config filter.hide.required true");
    repo.git(["config", "filter.hide.clean", "tr 'a-zA-Z' 'n-za-mN-ZA-M'"]).text();
    repo.stage(".gitattributes", "hidden filter=hide\n");
    repo.stage("hidden", t);
    passes(&repo, COMMIT);
}

#[test]
fn c28_content_that_is_only_in_the_index() {
    let (repo, t) = guarded(&[], 28);
    let blob = repo.feed("hash-object -w --stdin", t.as_bytes());
    repo.ok(&format!("update-index --add --cacheinfo 100644,{blob},nowhere"));
    blocks(&repo, COMMIT);
}

#[test]
fn c29_c30_c33_empty_amended_and_deleting_commits() {
    let (repo, t) = guarded(&[], 29);
    passes(&repo, &["commit", "-qm", "x", "--allow-empty"]);
    repo.stage("f", t);
    repo.commit("past the gate");
    passes(&repo, &["commit", "-q", "--amend", "-m", "amended"]);
    repo.ok("rm -q f");
    passes(&repo, COMMIT);
}

#[test]
fn a_blob_that_is_missing_stops_the_commit() {
    let (repo, _) = guarded(&[], 34);
    repo.git(["update-index", "--add", "--cacheinfo", &format!("100644,{},gone", "1".repeat(40))]).text();
    let ran = gate::scan(portcullis::git::Env::default(), &repo.dir).unwrap();
    assert_eq!(ran.coverage.skips.len(), 1);
    assert_eq!(ran.coverage.skips[0].reason, portcullis::model::SkipReason::Missing);
}

#[test]
fn many_changes_are_told_in_order_whatever_the_threads() {
    let (repo, _) = guarded(&[], 35);
    let mut draw = Draw(36);
    let mut want = Vec::new();
    for number in 0..200 {
        let path = format!("many/{number:03}");
        repo.write(&path, format!("line\n  {}\n", draw.token()));
        want.push(path.into_bytes());
    }
    repo.ok("add many");
    let outcome = gate::scan(portcullis::git::Env::default(), &repo.dir).unwrap();
    let found: Vec<_> = outcome.found.iter().map(|found| found.origin.path().unwrap().to_vec()).collect();
    assert_eq!(found, want);
    assert!(outcome.found.iter().all(|found| (found.place.start.line, found.place.start.column) == (2, 3)));
    assert_eq!((outcome.coverage.objects, outcome.coverage.skips.len()), (200, 0));
}
