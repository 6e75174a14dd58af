//! What is told of a credential's life, claim by claim.

use super::{came, gone, live, only, paths, run};
use crate::support::Repo;
use crate::support::draw::Draw;

fn token() -> String {
    Draw(3).token()
}

#[test]
fn many_versions_and_a_rename_are_one_credential() {
    let repo = Repo::init(&[]);
    repo.stage("src/config", "nothing\n");
    repo.commit("clean");
    repo.stage("src/config", format!("a\nkey = {}\n", token()));
    let first = repo.commit("brings it in");
    for version in 0..3 {
        repo.stage("src/config", format!("{}key = {}\n", "a\n".repeat(version + 3), token()));
        repo.commit("another version");
    }
    repo.ok("mv src/config moved");
    repo.stage("copy", format!("x {}\n", token()));
    repo.commit("moved and copied");
    let life = only(&repo);
    assert_eq!(came(&life), [format!("{first} src/config:2")]);
    assert_eq!(paths(&life), ["copy", "moved", "src/config"]);
    assert_eq!((&life["blobs"], &life["commits"]), (&5.into(), &5.into()));
    assert_eq!((live(&life), gone(&life)), (vec!["refs/heads/main".to_owned()], Vec::new()));
    assert_eq!(life["live"][0]["at"]["path"]["text"], "copy");
}

#[test]
fn gone_and_back_and_gone() {
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{}\n", token()));
    let first = repo.commit("in, at the root");
    repo.stage("f", "clean\n");
    let out = repo.commit("out");
    repo.ok("branch early");
    repo.stage("g", format!("\n\n{}\n", token()));
    let again = repo.commit("in again");
    repo.ok("rm -q g");
    let last = repo.commit("out again");
    repo.commit("and on");
    let life = only(&repo);
    assert_eq!(came(&life), [format!("{first} f:1"), format!("{again} g:3")]);
    assert_eq!(gone(&life), [format!("refs/heads/early {out}"), format!("refs/heads/main {last}")]);
    assert_eq!((life["state"].as_str(), live(&life)), (Some("removed"), Vec::new()));
    assert_eq!(life["commits"], 2);
}

#[test]
fn a_merge_brings_in_nothing_of_its_branches() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    let first = repo.aside("feature", "f", format!("{}\n", token()));
    repo.stage("g", "other\n");
    repo.commit("meanwhile");
    repo.ok("merge -q --no-ff --no-edit feature");
    let life = only(&repo);
    assert_eq!(came(&life), [format!("{first} f:1")]);
    assert_eq!(live(&life), ["refs/heads/feature", "refs/heads/main"]);
}

#[test]
fn an_evil_merge_brings_it_in_itself() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    repo.aside("feature", "f", "one\n");
    repo.stage("g", "two\n");
    repo.commit("two");
    repo.ok("merge -q --no-commit --no-ff feature");
    repo.stage("f", format!("one\n{}\n", token()));
    let merge = repo.commit("evil");
    assert_eq!(came(&only(&repo)), [format!("{merge} f:2")]);
}

#[test]
fn a_merge_of_the_side_that_removed_it_removes_nothing() {
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{}\n", token()));
    repo.commit("in");
    repo.aside("feature", "g", "feature\n");
    repo.stage("f", "clean\n");
    let out = repo.commit("out");
    for (into, from) in [("main", "feature"), ("feature", "main")] {
        repo.git(["checkout", "-q", "-b", &format!("merged-{into}"), into]).text();
        repo.git(["merge", "-q", "--no-ff", "--no-edit", from]).text();
    }
    let life = only(&repo);
    let expected = ["main", "merged-feature", "merged-main"].map(|branch| format!("refs/heads/{branch} {out}"));
    assert_eq!(gone(&life), expected);
    assert_eq!(live(&life), ["refs/heads/feature"]);
}

#[test]
fn a_merge_that_drops_it_removed_it() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    repo.aside("feature", "f", format!("{}\n", token()));
    repo.commit("meanwhile");
    repo.ok("merge -q -s ours --no-edit feature");
    let merge = repo.ok("rev-parse HEAD");
    repo.commit("and on");
    repo.ok("branch -q -D feature");
    let life = only(&repo);
    assert_eq!((gone(&life), live(&life)), (vec![format!("refs/heads/main {merge}")], Vec::new()));
}

#[test]
fn octopus_and_two_who_brought_it_in() {
    let mut repo = Repo::init(&[]);
    repo.commit("root");
    let mut both = Vec::new();
    for (at, holds) in [(1, true), (2, false), (3, true)] {
        repo.set_env("GIT_COMMITTER_DATE", format!("{} +0000", 1_700_000_000 - 1000 * at));
        repo.git(["checkout", "-q", "-b", &format!("b{at}"), "main"]).text();
        let path = format!("f{at}");
        repo.stage(&path, if holds { format!("{}\n", token()) } else { "clean\n".to_owned() });
        let commit = repo.commit("a branch");
        both.extend(holds.then(|| format!("{commit} {path}:1")));
    }
    repo.ok("checkout -q main");
    repo.ok("merge -q --no-edit b1 b2 b3");
    let life = only(&repo);
    both.reverse(); // The third is the older one.
    assert_eq!(came(&life), both);
    assert_eq!(live(&life), ["refs/heads/b1", "refs/heads/b3", "refs/heads/main"]);
}

#[test]
fn criss_cross() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    repo.stage("f", format!("{}\n", token()));
    let first = repo.commit("left");
    repo.ok("branch left");
    repo.ok("checkout -q -b right HEAD^");
    repo.stage("g", "right\n");
    repo.commit("right");
    repo.ok("checkout -q left");
    repo.ok("merge -q --no-edit right");
    repo.ok("checkout -q right");
    repo.ok("merge -q --no-edit main");
    repo.stage("f", "clean\n");
    let out = repo.commit("out on the right");
    repo.ok("checkout -q left");
    repo.ok("merge -q --no-edit right");
    repo.ok("checkout -q main");
    let life = only(&repo);
    assert_eq!(came(&life), [format!("{first} f:1")]);
    assert_eq!(gone(&life), [format!("refs/heads/left {out}"), format!("refs/heads/right {out}")]);
    assert_eq!(live(&life), ["refs/heads/main"]);
}

#[test]
fn a_tag_a_stash_or_a_note_keeps_it_alive() {
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{}\n", token()));
    repo.commit("in");
    repo.ok("tag light");
    repo.ok("tag -a -m annotated heavy");
    repo.ok("tag -a -m twice twice heavy");
    repo.stage("f", "clean\n");
    let out = repo.commit("out");
    repo.write("f", format!("again {}\n", token()));
    repo.ok("stash -q");
    repo.git(["notes", "add", "-m", &token(), "HEAD"]).text();
    let life = only(&repo);
    let names = ["refs/notes/commits", "refs/stash", "refs/tags/heavy", "refs/tags/light", "refs/tags/twice"];
    assert_eq!(live(&life), names);
    assert_eq!(gone(&life), [format!("refs/heads/main {out}")]);
    assert_eq!(life["state"], "live");
}

#[test]
fn what_only_a_reflog_or_nothing_reaches() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    repo.stage("f", format!("{}\n", token()));
    let first = repo.commit("in, and amended");
    repo.ok("rm -q --cached f");
    repo.ok("commit -q --amend --allow-empty -m amended");
    let life = only(&repo);
    assert_eq!((came(&life), live(&life), gone(&life)), (vec![format!("{first} f:1")], Vec::new(), Vec::new()));
    repo.ok("reflog expire --expire=now --expire-unreachable=now --all");
    let (lives, summary) = run(&repo, &[], 0);
    assert_eq!((lives.len(), &summary["scope"]["unreachable"]), (0, &serde_json::Value::Null));
    let (lives, summary) = run(&repo, &["--unreachable"], 1);
    assert_eq!(came(&lives[0]), [format!("{first} f:1")]);
    assert_eq!(summary["scope"]["unreachable"], 3);
}

#[test]
fn an_inline_allow_excuses_its_own_version_and_the_baseline_all() {
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{} # portcullis:allow a fixture\n", token()));
    repo.commit("allowed from the start");
    let (lives, _) = run(&repo, &[], 0);
    assert_eq!((lives[0]["verdict"].as_str(), lives[0]["allowed"]["by"].as_str()), (Some("allowed"), Some("inline")));
    repo.stage("g", format!("{}\n", token()));
    repo.commit("and once without");
    let life = only(&repo);
    repo.portcullis(&["allow", life["fingerprint"].as_str().unwrap(), "--reason", "a fixture"]).text();
    let (lives, summary) = run(&repo, &[], 0);
    assert_eq!((lives.len(), &summary["summary"]["allowed_by_baseline"]), (1, &1.into()));
    run(&repo, &["--no-inline-allow", "--baseline", "/dev/null"], 1);
}
