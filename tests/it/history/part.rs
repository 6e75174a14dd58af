//! Parts of history: chosen refs, ranges, dates. What is walked is held to git's own lists.

use std::collections::BTreeSet;

use portcullis::git::{Bounds, Env, RefGlob, Repo as Ours, Store};

use super::walk::{Blank, lines, rich};
use super::{came, run};
use crate::support::Repo;
use crate::support::draw::Draw;

/// What is walked of these refs within those bounds.
fn walked(repo: &Repo, only: &[&str], but: &[&str], bounds: &Bounds) -> BTreeSet<String> {
    let ours = Ours::open(Env::default(), &repo.dir).expect("opens");
    let globs = |texts: &[&str]| texts.iter().map(|text| RefGlob::new(text.as_bytes())).collect::<Vec<_>>();
    let mut tips = ours.tips().expect("refs");
    tips.narrow(&globs(only), &globs(but));
    let store = Store::open(&ours).expect("a store");
    let walked = ours.walk(&store, tips, bounds, &mut Blank).expect("walks");
    assert_eq!(walked.problems, []);
    assert_eq!(walked.counts.total(), walked.ids().count() as u64);
    walked.ids().map(|oid| oid.to_string()).collect()
}

fn git(repo: &Repo, args: &[&str]) -> BTreeSet<String> {
    lines(&repo.git([&["rev-list", "--objects", "--no-object-names"], args].concat()).text())
}

#[test]
fn chosen_refs_and_all_but_some() {
    let repo = rich(&[]);
    repo.ok("reflog expire --expire=all --all");
    for (patterns, gits) in [
        (&["side"][..], &["refs/heads/side"][..]),
        (&["heads"], &["--branches"]),
        (&["refs/tags/"], &["--tags"]),
        (&["thi*", "refs/notes"], &["refs/heads/third", "--glob=refs/notes"]),
        (&["odd/*"], &["refs/odd/blob"]),
        (&["none"], &[]),
    ] {
        let expected = if gits.is_empty() { BTreeSet::new() } else { git(&repo, gits) };
        assert_eq!(walked(&repo, patterns, &[], &Bounds::default()), expected, "{patterns:?}");
    }
    for (patterns, gits) in [
        (&["orphan"][..], &["--exclude=refs/heads/orphan"][..]),
        (&["refs/tags", "stash"], &["--exclude=refs/tags/*", "--exclude=refs/stash"]),
    ] {
        let expected = git(&repo, &[gits, &["--all"]].concat());
        assert_eq!(walked(&repo, &[], patterns, &Bounds::default()), expected, "{patterns:?}");
    }
}

#[test]
fn ranges() {
    let repo = rich(&[]);
    let ours = Ours::open(Env::default(), &repo.dir).expect("opens");
    let store = Store::open(&ours).expect("a store");
    let range = |text: &str| ours.range(&store, text);
    let names = ["main", "side", "third", "orphan", "v1-again", "main~1", "main^2", "main^3~1", "HEAD", "@{"];
    let names = names.map(|name| if name == "@{" { repo.ok("rev-parse main~1") } else { name.to_owned() });
    let mut some = 0;
    for from in &names {
        for to in &names {
            let text = format!("{from}..{to}");
            let range = range(&text).expect("a range");
            let seen = walked(&repo, &[], &[], &Bounds { range: Some(range), ..Bounds::default() });
            assert_eq!(seen, git(&repo, &[&text]), "{text}");
            some += usize::from(!seen.is_empty());
        }
    }
    assert!(some > 40, "{some}");
    let short = repo.ok("rev-parse --short main");
    let id = |text: &str| range(text).expect("a range").to.to_string();
    assert_eq!(id(&format!("..{short}")), repo.ok("rev-parse main"));
    assert_eq!(id("side.."), repo.ok("rev-parse HEAD"));
    assert_eq!((range("side").expect("one").from, id("side")), (None, repo.ok("rev-parse side")));
    for wrong in ["none", "main..none", "main...side", "main^7", "main~99", "main~x", "0000", "refs/odd/blob", ""] {
        assert!(range(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn days() {
    let mut repo = Repo::init(&[]);
    let mut ids = Vec::new();
    for (at, day) in ["2020-01-01", "2020-02-01", "2019-06-01", "2020-03-01", "2020-04-01"].into_iter().enumerate() {
        repo.set_env("GIT_COMMITTER_DATE", format!("{day}T12:00:00Z"));
        repo.stage(&format!("f{at}"), format!("{}\n", Draw(40 + at as u64).token()));
        repo.stage("same", "same\n");
        ids.push(repo.commit("one"));
    }
    // The third has a wrong clock, and hides nothing.
    let told = |since: &str| -> Vec<String> {
        let (lives, _) = run(&repo, &["--since", since], 1);
        let mut told: Vec<String> = lives.iter().flat_map(came).collect();
        told.sort();
        told
    };
    let expected = |which: &[usize]| -> Vec<String> {
        let mut all: Vec<String> = which.iter().map(|at| format!("{} f{at}:1", ids[*at])).collect();
        all.sort();
        all
    };
    assert_eq!(told("2020-03-15"), expected(&[4]));
    assert_eq!(told("2020-02-01T12:00:00Z"), expected(&[1, 2, 3, 4]));
    assert_eq!(told("2000-01-01"), expected(&[0, 1, 2, 3, 4]));
    run(&repo, &["--since", "2021-01-01"], 0);
    assert_eq!(repo.portcullis(&["history", "--since", "someday"]).code, Some(2));
}

#[test]
fn what_a_range_brought_in_and_nothing_else() {
    let repo = Repo::init(&[]);
    repo.stage("old", format!("{}\n", Draw(1).token()));
    repo.commit("old");
    repo.ok("tag before");
    repo.stage("dir/new", format!("{}\n", Draw(2).token()));
    let new = repo.commit("new");
    let (lives, summary) = run(&repo, &["--range", "before..main"], 1);
    assert_eq!(lives.iter().flat_map(came).collect::<Vec<_>>(), [format!("{new} dir/new:1")]);
    assert_eq!(summary["scope"]["commits"], 1);
    assert_eq!(run(&repo, &["--refs", "before"], 1).0.len(), 1);
    assert_eq!(run(&repo, &["--exclude", "main", "--exclude", "HEAD"], 1).0.len(), 1);
    run(&repo, &["--range", "main..before"], 0);
    for wrong in [&["--range", "none..main"][..], &["--range", "a..b", "--unreachable"]] {
        assert_eq!(repo.portcullis(&[&["history"], wrong].concat()).code, Some(2));
    }
}

#[test]
fn the_summary_says_which_part_was_looked_at() {
    let repo = Repo::init(&[]);
    repo.commit("old");
    repo.ok("tag before");
    repo.commit("new");
    for (args, words) in [
        (&[][..], "reach; --unreachable looks at what they do not reach, too"),
        (&["--refs", "before"], "that the 1 ref asked for reach"),
        (&["--since", "2020-02-03"], "what commits since 2020-02-03 brought in, of all that"),
        (&["--range", "before..main"], "what the commits of that range brought in"),
        (&["--range", "before..main", "--since", "2020-02-03"], "of that range since 2020-02-03 brought in"),
    ] {
        let said = repo.portcullis(&[&["history"], args].concat()).text().replace('\n', " ");
        assert!(said.contains(words), "{args:?}: {said}");
        assert!(args.is_empty() || !said.contains("reflogs reach;"), "{args:?}: {said}");
    }
}

/// A clone of its last commit alone.
fn shallow(repo: &Repo) -> String {
    let (url, dir) = (format!("file://{}", repo.dir.display()), repo.beside("shallow").display().to_string());
    repo.git(["clone", "-q", "--depth", "1", &url, &dir]).text();
    dir
}

#[test]
fn a_missing_object_is_accepted_only_where_that_is_said() {
    let repo = rich(&[]);
    let dir = &shallow(&repo);
    assert_eq!(repo.portcullis(&["history", dir]).code, Some(2));
    assert_eq!(repo.portcullis(&["history", "--allow-missing", dir]).code, Some(0));
}

/// Regression: a part of a history that a shallow clone cuts off was told as complete.
#[test]
fn what_a_shallow_clone_lacks_counts_in_a_part_too() {
    let repo = rich(&[]);
    let dir = &shallow(&repo);
    for part in [["--since", "2000-01-01"], ["--range", "..HEAD"], ["--refs", "main"]] {
        let ran = repo.portcullis(&[&["history"], &part[..], &[dir]].concat());
        assert_eq!(ran.code, Some(2), "{part:?}: {}", ran.stderr);
        let ran = repo.portcullis(&[&["history", "--allow-missing"], &part[..], &[dir]].concat());
        assert_eq!(ran.code, Some(0), "{part:?}: {}", ran.stderr);
    }
}

/// A slip of the pen looked like a clean history.
#[test]
fn a_pattern_that_means_no_ref_is_an_error() {
    let repo = rich(&[]);
    let ran = repo.portcullis(&["history", "--refs", "mian"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(ran.stderr.contains("mian"), "{}", ran.stderr);
}

/// Regression: a slip of the pen was answered with a hint to look for damage.
#[test]
fn a_ref_that_is_not_there_is_no_damage() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    let ran = repo.portcullis(&["history", "--refs", "typo"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("no ref that `typo` names") && ran.stderr.contains("for-each-ref"), "{}", ran.stderr);
    assert!(!ran.stderr.contains("fsck"), "{}", ran.stderr);
}
