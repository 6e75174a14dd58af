//! The clean ledger: the answer is the same with it as without, and nobody else's is believed.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use serde_json::Value;

use super::run;
use crate::support::Repo;
use crate::support::draw::Draw;

const RULE: &str = r#"
provider = "acme"

[[rule]]
id = "acme-key"
title = "Acme key"
severity = "high"
regex = 'acmekey_[0-9]{12}'
anchors = ['acmekey_']
references = ['https://acme.example']
examples = ['acmekey_{digits:12}']
rejects = ['acmekey_short']
"#;

/// A repository of many versions, most of them clean, packed as deltas.
fn repo() -> Repo {
    let repo = Repo::init(&[]);
    let mut draw = Draw(11);
    for version in 0..12 {
        let lines: String = (0..60).map(|line| format!("line {line} of {}\n", draw.below(40))).collect();
        let token = if version % 4 == 1 { Draw(50 + version).token() } else { String::new() };
        repo.stage("f", format!("{lines}{token}\nacmekey_{:012}\n", draw.below(1000)));
        repo.commit(&format!("version {version}"));
    }
    repo.ok("gc -q");
    repo
}

fn cache(repo: &Repo) -> PathBuf {
    repo.beside("home").join(".cache/portcullis")
}

fn ledger(repo: &Repo) -> PathBuf {
    let files = fs::read_dir(cache(repo)).unwrap().map(|entry| entry.unwrap().path());
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == "clean")).expect("a ledger")
}

/// The lives with a ledger, after it was held against those without; how many objects it knew; the notes.
#[track_caller]
fn same(repo: &Repo, args: &[&str]) -> (Vec<Value>, u64, String) {
    let (without, _) = run(repo, args, 1);
    let (with, summary) = run(repo, &[&["--ledger"], args].concat(), 1);
    assert_eq!(with, without);
    let ran = repo.portcullis(&[&["history", "--ledger"], args].concat());
    (with, summary["scope"]["remembered"].as_u64().expect("a number"), ran.stderr)
}

#[test]
fn the_answer_is_the_same_and_less_is_read() {
    let repo = repo();
    let (lives, knew, notes) = same(&repo, &[]);
    assert_eq!((lives.len(), knew, notes.as_str()), (3, 0, ""));
    // Twelve blobs and commits each, less the three blobs that hold something.
    assert_eq!(same(&repo, &[]).1, 21);
    assert_eq!(same(&repo, &["--no-delta", "--unreachable"]).1, 21);
    repo.stage("g", format!("{}\n", Draw(99).token()));
    repo.commit("one more");
    assert_eq!((same(&repo, &[]).0.len(), same(&repo, &[]).1), (4, 22));
    let bytes = fs::read(ledger(&repo)).unwrap();
    for life in run(&repo, &["--show-secrets"], 1).0 {
        let secret = life["secret"].as_str().unwrap();
        assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()));
    }
    for holder in repo.ok("rev-list --objects --all").lines().filter(|line| line.ends_with(" g")) {
        let id = &holder[..40];
        let raw: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&id[2 * at..2 * at + 2], 16).unwrap()).collect();
        assert!(!bytes.windows(20).any(|part| part == raw), "an object with a finding is in the ledger");
    }
    for file in fs::read_dir(cache(&repo)).unwrap() {
        assert_eq!(file.unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn other_rules_read_everything_anew() {
    let repo = repo();
    run(&repo, &["--ledger"], 1);
    let rules = repo.beside("rules.toml");
    fs::write(&rules, RULE).unwrap();
    let rules = rules.to_str().unwrap();
    let (lives, summary) = run(&repo, &["--ledger", "--min-confidence", "low", "--rules", rules], 1);
    assert!(lives.len() > 3 && summary["scope"]["remembered"] == 0, "{summary}");
    let (_, summary) = run(&repo, &["--ledger", "--min-confidence", "low", "--rules", rules], 1);
    let knew = summary["scope"]["remembered"].as_u64().unwrap();
    assert!(knew > 0 && knew < 21, "what the new rule finds is in no ledger: {knew}");
    let ran = repo.portcullis(&["history", "--ledger"]);
    assert!(ran.stderr.contains("the rules or the program have changed"), "{}", ran.stderr);
}

#[test]
fn what_is_damaged_or_somebody_elses_is_not_believed() {
    let repo = repo();
    run(&repo, &["--ledger"], 1);
    let path = ledger(&repo);
    let good = fs::read(&path).unwrap();
    // Another user's: the same ids, more of them even, under another key.
    fs::write(cache(&repo).join("ledger.key"), [7; 32]).unwrap();
    let forged_key = {
        run(&repo, &["--ledger"], 1);
        let mine: Vec<_> = fs::read_dir(cache(&repo)).unwrap().map(|entry| entry.unwrap().path()).collect();
        mine.into_iter().find(|file| file.extension().is_some_and(|end| end == "clean") && *file != path).unwrap()
    };
    for bad in [good.clone(), [&good[..good.len() - 40], &[0; 40]].concat(), b"nonsense".to_vec(), Vec::new()] {
        fs::write(&forged_key, &bad).unwrap();
        let (lives, _) = run(&repo, &["--ledger"], 1);
        assert_eq!(lives.len(), 3);
        fs::write(&forged_key, &bad).unwrap();
        let ran = repo.portcullis(&["history", "--ledger"]);
        assert!(ran.code == Some(1) && ran.stderr.contains("is not used: it is damaged"), "{}", ran.stderr);
        assert_eq!(same(&repo, &[]).1, 21, "a new one has taken its place");
    }
    // A key that others can read seals nothing; no home, no ledger. The answer stays.
    fs::set_permissions(cache(&repo).join("ledger.key"), fs::Permissions::from_mode(0o644)).unwrap();
    let (_, summary) = run(&repo, &["--ledger"], 1);
    assert_eq!(summary["scope"]["remembered"], Value::Null);
}

/// Takes an object out of the repository.
fn lose(repo: &Repo, name: &str) {
    let id = repo.ok(&format!("rev-parse {name}"));
    fs::remove_file(repo.git_dir().join("objects").join(&id[..2]).join(&id[2..])).expect("a loose object");
}

#[test]
fn trees_that_lead_to_nothing_are_not_walked_again() {
    let repo = Repo::init(&[]);
    for version in 0..3 {
        repo.stage("a/b/f", format!("version {version}\n"));
        repo.stage("c/g", "the same\n");
        repo.commit(&format!("version {version}"));
    }
    let trees = |args: &[&str]| run(&repo, args, 0).1["scope"]["trees"].as_u64().unwrap();
    assert_eq!((trees(&[]), trees(&["--ledger"])), (10, 10));
    assert_eq!(trees(&["--ledger"]), 3, "the tops alone");
    // What is new is walked, and no more: a top, `a` and `a/b`.
    repo.stage("a/b/f", "one more\n");
    repo.commit("one more");
    assert_eq!(trees(&["--ledger"]), 3 + 3 + 1);
    assert_eq!(trees(&["--ledger"]), 4);
    let unreachable = run(&repo, &["--ledger", "--unreachable"], 0).1;
    assert_eq!(unreachable["scope"]["unreachable"], 0, "what is below a known tree is reached");
    // They are not read at all: one that is gone since is not missed.
    lose(&repo, "HEAD~3:a");
    run(&repo, &["--ledger"], 0);
    run(&repo, &[], 2);
}

#[test]
fn what_was_not_seen_is_no_more_certain_the_second_time() {
    for what in ["HEAD~1:a/b", "HEAD~1:a/b/f", "HEAD:c/g"] {
        let repo = Repo::init(&[]);
        for version in 0..3 {
            repo.stage("a/b/f", format!("version {version}\n"));
            repo.stage("c/g", "the same\n");
            repo.commit(&format!("version {version}"));
        }
        lose(&repo, what);
        for round in 0..3 {
            run(&repo, &["--ledger"], 2);
            let unreachable = run(&repo, &["--ledger", "--unreachable"], 2).1;
            assert_eq!(unreachable["scope"]["unreachable"], 0, "{what}, round {round}");
        }
    }
    // A blob where a tree should be: it is clean, and that makes no tree of it.
    let repo = Repo::init(&[]);
    repo.stage("f", "f\n");
    repo.commit("root");
    let blob = repo.feed("hash-object -w --stdin", b"in no tree as what it is");
    let raw: Vec<u8> = (0..20).map(|at| u8::from_str_radix(&blob[2 * at..2 * at + 2], 16).unwrap()).collect();
    let tree = repo.feed("hash-object -t tree -w --literally --stdin", &[&b"40000 dir\0"[..], &raw].concat());
    let lying = repo.feed(&format!("commit-tree {tree} -m lying"), b"");
    repo.ok(&format!("update-ref refs/heads/lying {lying}"));
    for _ in 0..3 {
        run(&repo, &["--ledger"], 2);
    }
}

#[test]
fn findings_below_known_trees_of_every_sort_are_told_each_time() {
    let repo = Repo::init(&[]);
    let mut draw = Draw(23);
    for version in 0..14_u64 {
        for file in ["a/x", "a/y/z", "b/w", "top"] {
            let text = format!("{} {}\n", draw.below(3), draw.below(2));
            repo.stage(file, text);
        }
        match version {
            3 | 9 => repo.stage("a/y/key", format!("{}\n", Draw(70 + version).token())),
            5 => repo.stage(&format!("b/{}/f", Draw(80).token()), "a telling name\n"),
            7 => repo.stage("b/.netrc", format!("machine example.org login me password {:x}\n", draw.next())),
            11 => drop(repo.ok("rm -rq --cached a/y b")),
            _ => {}
        }
        repo.commit(&format!("version {version}"));
        if version % 2 == 1 && version > 2 {
            let first = same(&repo, &["--min-confidence", "low"]).0;
            assert_eq!(same(&repo, &["--min-confidence", "low"]).0, first);
        }
        if version == 8 {
            repo.ok("gc -q");
        }
    }
    assert!(same(&repo, &["--min-confidence", "low", "--unreachable"]).0.len() >= 4);
}
