//! `.portcullis.toml` and the user's configuration, by the real binary: what they allow, tighten, and how they fail.

mod audit;
mod baseline;
mod gates;
mod mistakes;

use std::fs;

use crate::scan::sandbox::{Ran, Sandbox, token};

/// A project with a credential in `src/a` and one in `tests/b`.
fn project(config: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.leak("src/a", 1);
    sandbox.leak("tests/b", 2);
    sandbox.write(".portcullis.toml", config);
    sandbox
}

fn scan(sandbox: &Sandbox) -> Ran {
    sandbox.run(&["scan", "--format", "jsonl"])
}

/// Runs with that as the user's file.
fn with_user(sandbox: &Sandbox, config: &str, args: &[&str]) -> Ran {
    sandbox.write("home/portcullis/config.toml", config);
    Ran(sandbox.command(args).env("XDG_CONFIG_HOME", sandbox.path("home")).output().unwrap())
}

/// The paths of what counts.
fn blocked(ran: &Ran) -> Vec<String> {
    let lines = ran.lines();
    let counts = lines.iter().filter(|line| line["verdict"] == "block");
    counts.map(|line| line["path"].as_str().unwrap_or_default().to_owned()).collect()
}

fn allow(what: &str) -> String {
    format!("[[allow]]\n{what}\nreason = \"a fixture\"\n")
}

#[test]
fn each_sort_of_allow_holds_for_what_it_names_and_says_which_entry_did() {
    let print = scan(&project("")).lines()[0]["fingerprint"].as_str().unwrap().to_owned();
    let [first, second] = ["src/a", "tests/b"];
    let start = token(1)[..9].to_owned();
    for (what, left) in [
        ("paths = [\"tests/\"]".to_owned(), vec![first]),
        ("paths = [\"/tests/*\", \"*.md\"]".to_owned(), vec![first]),
        ("paths = [\"/b\"]".to_owned(), vec![first, second]),
        (format!("fingerprints = [\"{print}\"]"), vec![second]),
        (format!("secrets = ['^{start}']"), vec![second]),
        ("rules = [\"github-pat-classic\"]".to_owned(), vec![]),
        ("rules = [\"slack-bot-token\"]".to_owned(), vec![first, second]),
        ("rules = [\"github-pat-classic\"]\npaths = [\"src\"]".to_owned(), vec![second]),
        (format!("fingerprints = [\"{print}\"]\npaths = [\"tests/\"]"), vec![first, second]),
        ("paths = [\"tests/\"]\nexpires = \"9000-01-01\"".to_owned(), vec![first]),
    ] {
        let ran = scan(&project(&allow(&what)));
        assert_eq!(blocked(&ran), left, "{what}");
        let lines = ran.lines();
        let allowed: Vec<_> = lines.iter().filter(|line| line["verdict"] == "allowed").collect();
        assert_eq!(allowed.len(), 2 - left.len(), "{what}");
        for line in allowed {
            assert_eq!(line["allowed"]["by"], "config");
            assert_eq!(line["allowed"]["entry"], ".portcullis.toml:1");
            assert_eq!(line["allowed"]["reason"], "a fixture");
        }
    }
}

#[test]
fn paths_are_counted_from_the_top_wherever_one_stands() {
    let sandbox = project(&allow("paths = [\"/tests/\"]"));
    let below = |dir: &str, path: &str| {
        let output = sandbox.command(&["scan", path]).current_dir(sandbox.path(dir)).output().unwrap();
        output.status.code()
    };
    let absolute = |name: &str| sandbox.path(name).canonicalize().unwrap().display().to_string();
    assert_eq!(below("tests", "b"), Some(0));
    assert_eq!(below("tests", "."), Some(0));
    assert_eq!(below("src", "../tests"), Some(0));
    assert_eq!(below("src", &absolute("tests/b")), Some(0));
    assert_eq!(below("src", "a"), Some(1));
    assert_eq!(below("tests", "../src"), Some(1));
    assert_eq!(below("tests", &absolute("src/a")), Some(1));
    sandbox.leak("src/tests/c", 3);
    assert_eq!(below("src", "tests"), Some(1));
}

#[test]
fn an_allow_that_has_expired_no_longer_applies_and_says_so() {
    let sandbox = project(&allow("paths = [\"tests/\"]\nexpires = \"2020-02-29\""));
    let ran = scan(&sandbox).exits(1);
    assert_eq!(blocked(&ran), ["src/a", "tests/b"]);
    let told = ran.stderr();
    assert!(told.contains(".portcullis.toml:1 expired on 2020-02-29 and no longer applies (a fixture)"), "{told}");
    assert!(sandbox.run(&["config", "show"]).exits(0).stdout().contains("# expired"));
}

#[test]
fn allows_that_nothing_needs_are_told_where_the_whole_project_was_scanned() {
    let sandbox = project(&(allow("paths = [\"tests/\"]") + &allow("paths = [\"gone/\"]")));
    let unused = |ran: &Ran| ran.lines().last().unwrap()["summary"]["unused_allows"].clone();
    let told = unused(&scan(&sandbox).exits(1));
    assert_eq!(told, serde_json::json!([{ "entry": ".portcullis.toml:4", "reason": "a fixture" }]));
    let human = sandbox.run(&["scan"]).exits(1).stdout();
    assert!(human.contains("1 allow is not needed any more: .portcullis.toml:4"), "{human}");
    assert!(human.contains("1 allowed: 0 inline, 0 by the baseline, 1 by the configuration"), "{human}");
    // What a higher threshold leaves out today may count again tomorrow.
    let low = "provider = \"acme\"\n[[rule]]\nid = \"acme-key\"\ntitle = \"Acme key\"\nseverity = \"high\"\n\
        regex = 'acmekey_[a-z0-9]{24}'\nanchors = [\"acmekey_\"]\nexamples = [\"acmekey_{base36:24}\"]\nrejects = [\"acmekey_{base36:9}\"]\n";
    let unsure =
        project(&format!("min_confidence = \"certain\"\nrules = [\"acme.toml\"]\n{}", allow("paths = [\"docs/\"]")));
    unsure.write("acme.toml", low);
    let key = portcullis::rules::example::expand("acmekey_{base36:24}", 1).unwrap();
    unsure.write("docs/k", format!("see {key} there\n"));
    let human = unsure.run(&["scan"]).exits(1).stdout();
    assert!(human.contains("1 more below the confidence asked for"), "{human}");
    assert!(!human.contains("not needed any more"), "{human}");
    let part = sandbox.run(&["scan", "--format", "jsonl", "src"]).exits(1);
    assert!(unused(&part).is_null(), "a part of the project proves nothing");
}

#[test]
fn rules_are_overruled() {
    let rule = |what: &str| scan(&project(&format!("[rule.github-pat-classic]\n{what}\n")));
    let disabled = rule("disabled = true\nreason = \"none of ours\"").exits(0);
    assert_eq!(disabled.lines()[0]["allowed"]["entry"], ".portcullis.toml:2");
    assert_eq!(disabled.lines()[0]["allowed"]["reason"], "none of ours");
    assert_eq!(rule("severity = \"low\"").exits(1).lines()[0]["severity"], "low");
    rule("min_confidence = \"certain\"").exits(1);
}

#[test]
fn flags_go_before_the_project_and_that_before_the_user() {
    let sandbox = project("min_confidence = \"certain\"\n");
    // A password in a URL, which no checksum proves.
    for name in ["src/a", "tests/b"] {
        fs::remove_file(sandbox.path(name)).unwrap();
    }
    let value = portcullis::rules::example::expand("{base62:32}", 7).unwrap();
    sandbox.write("c", format!("api_key = \"{value}\"\n"));
    sandbox.run(&["scan", "c"]).exits(0);
    sandbox.run(&["scan", "--min-confidence", "medium", "c"]).exits(1);
    with_user(&sandbox, "min_confidence = \"low\"\n", &["scan", "c"]).exits(0);
    sandbox.write(".portcullis.toml", "");
    sandbox.run(&["scan", "c"]).exits(1);
    with_user(&sandbox, "min_confidence = \"certain\"\n", &["scan", "c"]).exits(0);
    sandbox.write(".portcullis.toml", "[rule.github-pat-classic]\nmin_confidence = \"high\"\n");
    with_user(&sandbox, "min_confidence = \"certain\"\n", &["scan", "c"]).exits(0);
}

#[test]
fn a_project_that_is_not_trusted_only_tightens() {
    let loose = allow("paths = [\"tests/\"]") + "[rule.github-pat-classic]\ndisabled = true\n";
    let sandbox = project(&loose);
    sandbox.write("src/a", format!("token = {} # portcullis:allow mine\n", token(1)));
    sandbox.run(&["scan"]).exits(0);
    let user = "trust_project = false\n";
    let ran = with_user(&sandbox, user, &["scan", "--format", "jsonl"]).exits(1);
    assert_eq!(blocked(&ran), ["src/a", "tests/b"]);
    let shown = with_user(&sandbox, user, &["config", "show"]).exits(0).stdout();
    assert!(shown.contains("# not heeded") && shown.contains("# allow (project's file, line 1)"), "{shown}");
    // Nor does a baseline that came with it, unless the user names it.
    let print = ran.lines()[0]["fingerprint"].as_str().unwrap().to_owned();
    sandbox.write("src/a", "clean\n");
    sandbox.write("tests/b", format!("token = {}\n", token(1)));
    sandbox.write(".portcullis.baseline", format!("{print}\n"));
    with_user(&sandbox, user, &["scan"]).exits(1);
    with_user(&sandbox, user, &["scan", "--baseline", ".portcullis.baseline"]).exits(0);
    // The user's own word holds in every project.
    with_user(&sandbox, &(user.to_owned() + &allow("paths = [\"tests/\"]")), &["scan"]).exits(0);
    sandbox.write(".portcullis.toml", "min_confidence = \"low\"\n");
    let shown = with_user(&sandbox, user, &["config", "show"]).exits(0).stdout();
    assert!(shown.contains("min_confidence = \"low\"") && shown.contains("# project's file, line 1"), "{shown}");
}
