//! The same look before a push leaves: `pre-push`.

use super::pair::{Pair, token};
use crate::support::Repo;
use crate::support::gate;
use crate::support::repo::Ran;

/// A client with the gate before its pushes, and a server without.
fn pair() -> Pair {
    let pair = Pair::new();
    pair.unguard();
    pair.client.hook("pre-push", &gate::script("pre-push"));
    pair
}

#[track_caller]
fn blocked(what: &str, ran: &Ran, secret: &str) {
    assert!(
        !ran.ok
            && ran.stderr.contains("portcullis: push blocked: 1 credential found")
            && !ran.stderr.contains("error: portcullis"),
        "{what}: {}",
        ran.stderr
    );
    assert!(!ran.stderr.contains(secret), "{what}");
    assert!(ran.stderr.contains("git push --no-verify"), "{what}");
}

/// How a credential gets into a repository without a pre-commit hook noticing, and the words to push it with.
type Way = (&'static str, fn(&Repo, &str) -> &'static str);

const WAYS: &[Way] = &[
    ("cherry-pick", |repo, secret| {
        bad_on_side(repo, secret);
        repo.ok("cherry-pick side");
        "main"
    }),
    ("rebase", |repo, secret| {
        bad_on_side(repo, secret);
        repo.ok("checkout -q side");
        repo.ok("rebase -q main");
        "side"
    }),
    ("am", |repo, secret| {
        bad_on_side(repo, secret);
        let patch = repo.ok("format-patch --stdout -1 side");
        repo.feed("am -q", format!("{patch}\n").as_bytes());
        "main"
    }),
    ("stash", |repo, secret| {
        repo.write("a", secret);
        repo.ok("stash -q");
        "stash@{0}:refs/heads/stashed"
    }),
    ("notes", |repo, secret| {
        repo.git(["notes", "add", "-m", secret]).text();
        "refs/notes/commits"
    }),
    ("a tag", |repo, secret| {
        repo.git(["tag", "-a", "v", "-m", secret]).text();
        "v"
    }),
];

fn bad_on_side(repo: &Repo, secret: &str) {
    repo.aside("side", "s", secret);
    repo.stage("other", "clean");
    repo.commit("other");
}

#[test]
fn c36_whatever_way_it_came_in_it_does_not_leave() {
    for (seed, (what, way)) in (600..).zip(WAYS) {
        let (pair, secret) = (pair(), token(seed));
        pair.client.stage("a", "clean");
        pair.client.commit("clean");
        assert!(pair.push("main").ok, "{what}");
        let words = way(&pair.client, &secret);
        blocked(what, &pair.push(words), &secret);
    }
}

#[test]
fn c37_every_line_counts_and_old_things_do_not() {
    let (pair, secret) = (pair(), token(620));
    pair.client.stage("a", "clean");
    pair.client.commit("clean");
    let ran = pair.push("main");
    assert!(ran.ok && ran.stderr.is_empty(), "{}", ran.stderr);
    assert!(pair.push("main").ok, "nothing to push");
    pair.client.ok("checkout -q -b zz");
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    blocked("the second of two", &pair.push("main:refs/heads/a zz"), &secret);
    assert!(pair.push("HEAD~1:refs/heads/b").ok, "an expression");
    assert!(pair.push("main@{0}:refs/heads/c").ok, "another");
    assert!(pair.push(":refs/heads/b").ok, "a deletion");
    assert!(pair.client.git(["push", "-q", "--no-verify", "origin", "zz"]).ok);
    pair.client.stage("s", format!("{secret}\nmore\n"));
    pair.client.commit("edit");
    assert!(pair.push("zz").ok, "it is old now");

    // Somebody else has pushed what this clone has never seen.
    let other = Repo::init(&[]);
    let url = format!("file://{}", pair.server.dir.display());
    other.git(["fetch", "-q", &url, "zz"]).text();
    other.ok("checkout -q -B zz FETCH_HEAD");
    other.commit("elsewhere");
    other.git(["push", "-q", &url, "zz"]).text();
    let new = token(621);
    pair.client.stage("t", &new);
    pair.client.commit("bad");
    blocked("unknown remote tip", &pair.push("+zz"), &new);
    // A remote without a name.
    let ran = pair.client.git(["push", "-q", &url, "+zz"]);
    blocked("by address", &ran, &new);
}

/// The pre-commit framework reads what git says itself, and sets these variables instead.
#[test]
fn the_pre_commit_framework_tells_in_variables() {
    let (mut pair, secret) = (pair(), token(630));
    let no_hook = pair.client.git_dir().join("hooks/pre-push");
    std::fs::remove_file(no_hook).unwrap();
    pair.client.stage("a", "clean");
    let first = pair.client.commit("clean");
    assert!(pair.push("main").ok);
    pair.client.stage("s", &secret);
    let bad = pair.client.commit("bad");
    pair.client.ok("checkout -q --orphan other");
    let whole = pair.client.commit("bad from the start");
    let names = ["PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF", "PRE_COMMIT_LOCAL_BRANCH"];
    let mut run = |values: [&str; 4]| {
        names.iter().zip(values).for_each(|(name, value)| pair.client.set_env(name, value));
        for (name, value) in [("BRANCH", "refs/heads/main"), ("NAME", "origin"), ("URL", "file:///elsewhere")] {
            pair.client.set_env(&format!("PRE_COMMIT_REMOTE_{name}"), value);
        }
        pair.client.portcullis(&["pre-push"])
    };
    blocked("an update", &run(["1", &first, &bad, "refs/heads/main"]), &secret);
    blocked("by names", &run(["1", "main~1", "main", ""]), &secret);
    blocked("a new branch", &run(["1", "", "", "refs/heads/main"]), &secret);
    blocked("a new history", &run(["1", "", &whole, ""]), &secret);
    assert!(run(["1", &bad, &bad, "refs/heads/main"]).ok, "what is there already");
    assert!(run(["1", "", &first, "refs/heads/main"]).ok, "what a tracking ref has");
    for (what, values) in [
        ("nothing said", ["1", "", "", ""]),
        ("no such ref", ["1", "", "", "refs/heads/nowhere"]),
        ("an expression", ["1", "", "", "main@{1 day ago}"]),
        ("no framework, no git", ["", "", "", ""]),
    ] {
        let ran = run(values);
        assert_eq!(ran.code, Some(2), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{what}: {}", ran.stderr);
    }
    // Git itself: an empty standard input is a push of nothing.
    assert!(pair.client.portcullis(&["pre-push", "origin", "file:///elsewhere"]).ok);
}

#[test]
fn the_baseline_and_marks_are_the_developers() {
    let (pair, secret) = (pair(), token(622));
    pair.client.stage("s", format!("{secret} # portcullis:allow made up\n"));
    pair.client.commit("marked");
    assert!(pair.push("main").ok);
    let second = token(623);
    pair.client.stage("t", &second);
    pair.client.commit("bad");
    let ran = pair.push("main");
    blocked("not yet", &ran, &second);
    assert!(ran.stderr.contains("git add :/.portcullis.baseline && git commit"), "{}", ran.stderr);
    let id = ran.stderr.split("id      ").nth(1).unwrap()[..32].to_owned();
    pair.client.portcullis(&["allow", &id, "--reason", "a fixture"]).text();
    pair.client.git(["add", ".portcullis.baseline"]).text();
    pair.client.commit("baseline");
    assert!(pair.push("main").ok);
}
