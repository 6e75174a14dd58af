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

/// A commit to start from: files at the top and in directories, a link, old content of several kinds.
fn seeded(args: &[&str]) -> Repo {
    let repo = Repo::init(args);
    for (path, content) in [("a", "a\n"), ("d/b", "b\n"), ("d/c", "c\n"), ("d/e/f", "f\n"), ("z", "z\n")] {
        repo.stage(path, content);
    }
    repo.commit("seed");
    watch(&repo);
    repo
}

#[test]
fn every_way_to_say_what_is_committed() {
    let repo = seeded(&[]);
    // C3, C4: the index counts, not the work tree.
    repo.stage("a", "staged\n");
    repo.write("a", "in the work tree\n");
    judge(&repo, &["commit", "-qm", "staged only"]);
    // C5: commit -a.
    judge(&repo, &["commit", "-qam", "all"]);
    // C6, C7: commit -o, with something else staged.
    repo.stage("d/b", "staged, not committed yet\n");
    repo.write("z", "only this\n");
    judge(&repo, &["commit", "-qm", "only", "-o", "z"]);
    // The same by pathspec, and with -i.
    repo.write("z", "and again\n");
    judge(&repo, &["commit", "-qm", "by path", "z"]);
    repo.write("z", "with what is staged\n");
    judge(&repo, &["commit", "-qm", "included", "-i", "z"]);
    // C29, C33 and a typechange.
    repo.ok("rm -q d/c");
    repo.ok("update-index --chmod=+x a");
    judge(&repo, &["commit", "-qm", "deleted, and executable now"]);
    // C30, as git's hook is given it: against HEAD, not against HEAD's parent.
    repo.stage("d/e/f", "amended\n");
    repo.ok("commit -q --amend --no-edit");
    let seen = probe::read(&repo);
    assert_eq!(seen.keys().collect::<Vec<_>>(), [&b"d/e/f".to_vec()]);
}

#[test]
fn intent_to_add_is_not_committed() {
    let repo = seeded(&[]);
    repo.write("later/new", "later\n");
    repo.ok("add -N later/new");
    repo.stage("a", "changed\n");
    judge(&repo, &["commit", "-qm", "not the promised file"]);
    // A file that was taken out and is only promised now is deleted by the commit.
    repo.ok("rm -q --cached d/b");
    repo.ok("add -N d/b");
    judge(&repo, &["commit", "-qm", "deleted"]);
}

#[test]
fn files_become_directories_links_and_the_reverse() {
    let repo = seeded(&[]);
    // Names that sort differently as file and as directory.
    for (path, content) in [("s", "file"), ("s.x", "beside"), ("s0", "beside"), ("t/u", "below"), ("t.x", "beside")] {
        repo.stage(path, content);
    }
    judge(&repo, &["commit", "-qm", "files"]);
    repo.ok("rm -q s");
    repo.ok("rm -rq t");
    repo.stage("s/inner", "now a directory");
    repo.stage("t", "now a file");
    judge(&repo, &["commit", "-qm", "swapped"]);
    let target = repo.feed("hash-object -w --stdin", b"some/target");
    repo.ok(&format!("update-index --cacheinfo 120000,{target},z"));
    judge(&repo, &["commit", "-qm", "a link"]);
    // C28: content that is in the index alone.
    let blob = repo.feed("hash-object -w --stdin", b"nowhere on disk");
    repo.ok(&format!("update-index --add --cacheinfo 100644,{blob},only/in/index"));
    judge(&repo, &["commit", "-qm", "index only"]);
}

#[test]
fn renames_submodules_and_hostile_names() {
    let repo = seeded(&[]);
    repo.ok("mv d/b d/moved");
    repo.ok("mv d/e elsewhere");
    judge(&repo, &["commit", "-qm", "renamed"]);
    let commit = repo.ok("rev-parse HEAD");
    repo.ok(&format!("update-index --add --cacheinfo 160000,{commit},sub"));
    repo.stage("new\nline", "x");
    repo.stage("tab\tand \"quotes\" and é", "x");
    repo.stage(" lead", "x");
    judge(&repo, &["commit", "-qm", "hostile"]);
    let blob = repo.feed("hash-object -w --stdin", b"bytes");
    repo.feed("update-index -z --index-info", &[format!("100644 {blob}\t").as_bytes(), b"\xff\xfe\x1b[31m\0"].concat());
    judge(&repo, &["commit", "-qm", "not UTF-8"]);
}

#[test]
fn every_format_of_the_index() {
    for version in ["2", "3", "4"] {
        let repo = seeded(&[]);
        repo.ok(&format!("config index.version {version}"));
        repo.ok(&format!("update-index --index-version {version}"));
        let long = format!("long/{}", vec!["x".repeat(200); 25].join("/"));
        let blob = repo.feed("hash-object -w --stdin", b"far down");
        repo.ok(&format!("update-index --add --cacheinfo 100644,{blob},{long}"));
        repo.write("promised", "x");
        repo.ok("add -N promised");
        repo.stage("d/e/g", "new\n");
        judge(&repo, &["commit", "-qm", "changed"]);
        repo.stage("d/e/g", "newer\n");
        judge(&repo, &["commit", "-qm", "changed again"]);
    }
}

#[test]
fn split_untracked_and_threaded_indexes() {
    let repo = seeded(&[]);
    repo.ok("config core.splitIndex true");
    repo.ok("config splitIndex.maxPercentChange 100");
    repo.ok("update-index --split-index");
    for round in 0..4 {
        repo.stage("d/b", format!("round {round}\n"));
        repo.stage(&format!("d/new{round}"), "x");
        repo.stage(&format!("aa{round}/n"), "x");
        if round > 1 {
            repo.ok(&format!("rm -q d/new{}", round - 1));
        }
        if round == 2 {
            repo.ok("rm -q --cached d/c");
        }
        let shared = fs::read_dir(repo.git_dir()).unwrap().flatten();
        assert!(shared.into_iter().any(|file| file.file_name().to_string_lossy().starts_with("sharedindex.")));
        judge(&repo, &["commit", "-qm", "split"]);
    }
    let repo = seeded(&[]);
    repo.ok("config core.untrackedCache true");
    repo.ok("config index.threads 4");
    repo.ok("config index.skipHash true");
    repo.ok("update-index --force-untracked-cache");
    repo.stage("d/b", "with more extensions\n");
    judge(&repo, &["commit", "-qm", "extensions"]);
}

#[test]
fn sparse_index_is_expanded_where_it_differs() {
    let repo = seeded(&[]);
    for dir in ["in", "out1", "out2/deep"] {
        repo.stage(&format!("{dir}/x"), "x\n");
        repo.stage(&format!("{dir}/y"), "y\n");
    }
    repo.commit("more");
    repo.ok("sparse-checkout set --cone --sparse-index in");
    let listed = repo.ok("ls-files --sparse -t");
    assert!(listed.contains("out1/\n"), "there is no sparse directory: {listed}");
    repo.stage("in/x", "changed\n");
    judge(&repo, &["commit", "-qm", "inside the cone"]);
    let blob = repo.feed("hash-object -w --stdin", b"outside");
    repo.ok(&format!("update-index --add --cacheinfo 100644,{blob},out1/x"));
    judge(&repo, &["commit", "-qm", "outside the cone"]);
    // Sparse directories that differ from HEAD: reset leaves them folded.
    let before = repo.ok("rev-parse HEAD");
    repo.ok("reset -q --soft HEAD~1");
    repo.ok("update-index --force-write-index");
    repo.stage("in/y", "changed\n");
    judge(&repo, &["commit", "-qm", "both"]);
    assert_ne!(before, repo.ok("rev-parse HEAD"));
}

#[test]
fn worktrees_subdirectories_and_repositories_named_from_elsewhere() {
    let repo = seeded(&[]);
    // C25: from a subdirectory.
    repo.stage("d/b", "from below\n");
    judge(&repo, &["-C", "d/e", "commit", "-qm", "sub"]);
    // C26: --git-dir and --work-tree from /.
    repo.stage("d/b", "from far away\n");
    let (git_dir, top) = (repo.git_dir(), repo.dir.clone());
    let named = [format!("--git-dir={}", git_dir.display()), format!("--work-tree={}", top.display())];
    judge(&repo, &["-C", "/", &named[0], &named[1], "commit", "-qm", "named"]);
    repo.write("d/b", "and with -a\n");
    judge(&repo, &["-C", "/", &named[0], &named[1], "commit", "-qam", "named"]);
    // C23: a linked worktree, on a branch of its own.
    let linked = repo.beside("linked");
    let path = linked.to_str().unwrap();
    repo.git(["worktree", "add", "-q", "-b", "side", path]).text();
    fs::write(linked.join("z"), "in the linked worktree\n").unwrap();
    let _ = fs::remove_file(probe::out(&repo));
    repo.git(["-C", path, "commit", "-qam", "linked"]).text();
    assert_eq!(probe::read(&repo).keys().collect::<Vec<_>>(), [&b"z".to_vec()]);
    assert_ne!(repo.ok("rev-parse side"), repo.ok("rev-parse main"));
}

#[test]
fn merges_show_what_no_parent_had() {
    let repo = seeded(&[]);
    repo.ok("checkout -q -b side");
    repo.stage("d/b", "theirs\n");
    repo.stage("theirs", "new\n");
    judge(&repo, &["commit", "-qm", "theirs"]);
    repo.ok("checkout -q main");
    repo.stage("ours", "new\n");
    judge(&repo, &["commit", "-qm", "ours"]);
    // C18: while a clean merge runs pre-merge-commit, only HEAD is known: all of their side is shown.
    judge(&repo, &["merge", "-q", "--no-ff", "-m", "merged", "side"]);
    // C19: a stopped merge is concluded: what either parent had is not shown.
    repo.ok("checkout -q side");
    repo.stage("a", "theirs\n");
    repo.stage("d/e/f", "only theirs\n");
    judge(&repo, &["commit", "-qm", "theirs"]);
    repo.ok("checkout -q main");
    repo.stage("a", "ours\n");
    judge(&repo, &["commit", "-qm", "ours"]);
    assert!(!repo.ok_or_not("merge -q side"));
    repo.stage("a", "resolved\n");
    repo.stage("z", "slipped in\n");
    repo.ok("commit -qm merged");
    assert_eq!(probe::read(&repo).keys().collect::<Vec<_>>(), [&b"a".to_vec(), &b"z".to_vec()]);
}

#[test]
fn packed_refs_detached_heads_and_packed_objects() {
    let repo = seeded(&[]);
    repo.ok("pack-refs --all");
    repo.ok("gc -q");
    repo.stage("d/b", "on packed refs\n");
    judge(&repo, &["commit", "-qm", "packed"]);
    repo.ok("checkout -q --detach");
    repo.stage("d/b", "on a detached head\n");
    judge(&repo, &["commit", "-qm", "detached"]);
    repo.ok("checkout -q --orphan fresh");
    judge(&repo, &["commit", "-qm", "a second root"]);
}

#[test]
fn a_replacement_does_not_hide_what_is_committed() {
    let repo = seeded(&[]);
    let (bad, good) = (repo.feed("hash-object -w --stdin", b"bad\n"), repo.feed("hash-object -w --stdin", b"good\n"));
    for setting in ["true", "false"] {
        repo.ok(&format!("config core.useReplaceRefs {setting}"));
        repo.ok(&format!("replace -f {bad} {good}"));
        let ours = portcullis::git::Repo::open(portcullis::git::Env::default(), &repo.dir).unwrap();
        let oid = portcullis::git::Oid::from_hex(bad.as_bytes()).unwrap();
        assert_eq!(ours.blob(oid).unwrap(), b"bad\n");
    }
}
