//! The hooks and `history` go by the configuration, as it is staged.

use super::token;
use crate::support::repo::Repo;

const ALLOW: &str = "[[allow]]\npaths = [\"tests/\"]\nreason = \"a fixture\"\n";

fn leak(seed: u64) -> String {
    format!("first line\ntoken = {}\n", token(seed))
}

fn code(repo: &Repo, args: &[&str]) -> (Option<i32>, String) {
    let ran = repo.portcullis(args);
    (ran.code, ran.stderr)
}

#[test]
fn pre_commit_reads_what_is_staged() {
    let repo = Repo::init(&[]);
    repo.stage("tests/a", leak(1));
    assert_eq!(code(&repo, &["pre-commit"]).0, Some(1));
    repo.write(".portcullis.toml", ALLOW);
    assert_eq!(code(&repo, &["pre-commit"]).0, Some(1), "what is not staged does not hold");
    repo.stage(".portcullis.toml", ALLOW);
    assert_eq!(code(&repo, &["pre-commit"]), (Some(0), String::new()));
    repo.stage("src/b", leak(2));
    let (status, told) = code(&repo, &["pre-commit"]);
    assert!(status == Some(1) && told.contains("src/b:2") && !told.contains("tests/a"), "{told}");
    repo.stage(".portcullis.toml", format!("{ALLOW}expires = \"2020-01-01\"\n"));
    let (status, told) = code(&repo, &["pre-commit"]);
    assert!(status == Some(1) && told.contains("tests/a:2") && told.contains("expired on 2020-01-01"), "{told}");
}

#[test]
fn a_staged_mistake_stops_every_gate_also_a_clean_one() {
    let repo = Repo::init(&[]);
    repo.stage(".portcullis.toml", "what = 1\n");
    repo.stage("a", "clean\n");
    repo.write("MSG", "a subject\n");
    for args in [&["pre-commit"][..], &["commit-msg", "MSG"], &["history"], &["scan"]] {
        let (status, told) = code(&repo, args);
        assert!(status == Some(2) && told.contains(".portcullis.toml:1:1: unknown key `what`"), "{args:?} {told}");
    }
}

#[test]
fn rules_that_a_project_brings_run_in_its_gates() {
    let rule = "provider = \"acme\"\n[[rule]]\nid = \"acme-key\"\ntitle = \"Acme key\"\nseverity = \"high\"\n\
        regex = 'acmekey_[a-z0-9]{24}'\nanchors = [\"acmekey_\"]\nexamples = [\"acmekey_{base36:24}\"]\nrejects = [\"acmekey_{base36:9}\"]\n";
    let repo = Repo::init(&[]);
    repo.write("rules/acme.toml", rule);
    repo.stage(".portcullis.toml", "rules = [\"rules/acme.toml\"]\n[rule.acme-key]\nseverity = \"low\"\n");
    let key = portcullis::rules::example::expand("acmekey_{base36:24}", 1).unwrap();
    repo.stage("a", format!("see {key} there\n"));
    let (status, told) = code(&repo, &["pre-commit"]);
    assert!(status == Some(2) && told.contains("rules/acme.toml` is not staged"), "{told}");
    repo.stage("rules/acme.toml", rule);
    let (status, told) = code(&repo, &["pre-commit"]);
    assert!(status == Some(1) && told.contains("Acme key (low)"), "{told}");
    assert_eq!(code(&repo, &["scan", "a"]).0, Some(1));
    assert_eq!(code(&repo, &["scan", "--rules", "rules/acme.toml", "a"]).0, Some(1), "named twice is named once");
}

#[test]
fn of_many_kinds_all_are_counted_and_one_is_told_where_their_remedies_are() {
    let mut rules = "provider = \"acme\"\n".to_owned();
    let (repo, mut text) = (Repo::init(&[]), String::new());
    for n in 10..55 {
        rules += &format!(
            "[[rule]]\nid = \"acme-{n}\"\ntitle = \"Acme {n}\"\nseverity = \"high\"\nrevoke = {{ text = \"Revoke {n}.\", url = \"https://acme.example/{n}\" }}\n\
             regex = 'acme{n}_[a-z0-9]{{24}}'\nanchors = [\"acme{n}_\"]\n\
             examples = [\"acme{n}_{{base36:24}}\"]\nrejects = [\"acme{n}_{{base36:9}}\"]\n"
        );
        let key = portcullis::rules::example::expand(&format!("acme{n}_{{base36:24}}"), n).unwrap();
        text += &format!("see {key} there\n");
    }
    repo.stage("acme.toml", rules);
    repo.stage(".portcullis.toml", "rules = [\"acme.toml\"]\n");
    repo.stage("a", text);
    let (status, told) = code(&repo, &["pre-commit"]);
    assert!(status == Some(1) && told.contains("45 credentials found"), "{told}");
    assert!(told.contains("and 35 more; `portcullis scan` names them all"), "{told}");
    assert!(told.contains("and 40 more kinds of credentials: `portcullis scan` says how"), "{told}");
    let scan = String::from_utf8(repo.portcullis(&["scan", "a"]).stdout).unwrap();
    assert!((10..55).all(|n| scan.contains(&format!("Revoke {n}."))), "{scan}");
}

#[test]
fn in_history_a_path_is_allowed_if_the_credential_never_stood_elsewhere() {
    let repo = Repo::init(&[]);
    repo.stage("tests/a", leak(1));
    repo.commit("one");
    repo.stage("tests/a", leak(1) + "more\n");
    repo.stage(".portcullis.toml", ALLOW);
    repo.commit("two");
    let ran = repo.portcullis(&["history", "--format", "jsonl"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let told = ran.text();
    assert!(told.contains("\"by\":\"config\"") && told.contains("\"allowed_by_config\":1"), "{told}");
    for (path, content) in [("src/b", leak(1)), ("c", format!("other text\nkey = {}\n", token(1)))] {
        repo.git(["checkout", "-q", "-b", &path.replace('/', "-"), "main"]).text();
        repo.stage(path, content);
        repo.commit("three");
        assert_eq!(repo.portcullis(&["history"]).code, Some(1), "{path}");
        repo.ok("checkout -q main");
        repo.git(["branch", "-q", "-D", &path.replace('/', "-")]).text();
        repo.ok("reflog expire --expire=all --all");
    }
    assert_eq!(repo.portcullis(&["history"]).code, Some(0));
    repo.commit(&format!("with {}", token(1)));
    assert_eq!(repo.portcullis(&["history"]).code, Some(1), "a message is no file");
}

#[test]
fn pre_push_allows_by_path_and_only_there() {
    let repo = Repo::init(&[]);
    repo.git(["init", "-q", "--bare", repo.beside("remote").to_str().unwrap()]).text();
    repo.git(["remote", "add", "origin", repo.beside("remote").to_str().unwrap()]).text();
    let exe = env!("CARGO_BIN_EXE_portcullis");
    repo.hook("pre-push", &format!("#!/bin/sh\nexec '{exe}' pre-push \"$@\"\n"));
    let push = |repo: &Repo| repo.ok_or_not("push -q origin main");
    repo.stage("tests/a", leak(1));
    repo.commit("one");
    assert!(!push(&repo));
    repo.stage(".portcullis.toml", ALLOW);
    repo.commit("two");
    // The same blob at two paths: only one of them is allowed.
    repo.stage("src/b", leak(1));
    assert!(push(&repo), "allowed where it stands");
    repo.stage("tests/c", leak(3));
    repo.stage("src/c", leak(3));
    repo.commit("three");
    assert!(!push(&repo));
}
