//! What runs in continuous integration, with the variables that each CI sets: exactly the commits of the change are
//! scanned, in whole and shallow clones, and where that cannot be known, more of them and never fewer.

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::report::schema::{errors, sarif};
use crate::support::Repo;
use crate::support::draw::Draw;
use crate::support::repo::Ran;

const NULL: &str = "0000000000000000000000000000000000000000";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A server whose `main` holds an old credential, a branch `bad` that brings in a new one, and a branch `good`.
struct Server {
    repo: Repo,
    main: String,
    bad: String,
    good: String,
}

fn server(seed: u64) -> Server {
    let repo = Repo::init(&[]);
    let secret = |seed: u64| format!("github_token = \"{}\"\n", Draw(seed).token());
    repo.stage("old.txt", secret(seed));
    repo.commit("old");
    repo.stage("a.txt", "a\n");
    let main = repo.commit("main");
    repo.ok("checkout -q -b bad");
    repo.stage("new.txt", secret(seed + 1));
    repo.commit("bad");
    repo.stage("new.txt", "taken out again\n");
    let bad = repo.commit("better");
    repo.ok("checkout -q -b good main");
    repo.stage("fine.txt", "fine\n");
    let good = repo.commit("good");
    repo.ok("checkout -q main");
    repo.ok("config uploadpack.allowAnySHA1InWant true");
    Server { repo, main, bad, good }
}

/// A clone as a CI makes it, at one commit.
fn checkout(server: &Server, commit: &str, depth: Option<u32>) -> Repo {
    let mut repo = Repo::init(&[]);
    let url = format!("file://{}", server.repo.dir.display());
    repo.git(["remote", "add", "origin", &url]).text();
    let depth = depth.map(|depth| format!("--depth={depth}"));
    let fetch: Vec<&str> = ["fetch", "-q"].into_iter().chain(depth.as_deref()).collect();
    if depth.is_none() {
        repo.git([&fetch[..], &["origin"]].concat()).text();
    }
    repo.git([&fetch[..], &["origin", commit]].concat()).text();
    repo.git(["checkout", "-q", "--detach", commit]).text();
    repo.set_env("PORTCULLIS", env!("CARGO_BIN_EXE_portcullis"));
    for name in ["GITLAB_CI", "GITHUB_ACTIONS", "GITHUB_BASE_REF", "GITHUB_EVENT_PATH", "GITHUB_STEP_SUMMARY"] {
        repo.set_env(name, "");
    }
    repo
}

/// Runs shell text at the top of the repository.
fn run(repo: &Repo, shell: &str, text: &str) -> Ran {
    let output = repo.command(shell).args(["-c", text]).output().expect("the shell runs");
    Ran {
        ok: output.status.success(),
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

fn scan(repo: &Repo, args: &str) -> Ran {
    run(repo, "sh", &format!("'{}' {args}", root().join("hooks/ci/scan.sh").display()))
}

#[track_caller]
fn ends(ran: &Ran, code: i32, words: &str) {
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
    assert_eq!(ran.code, Some(code), "{said}");
    assert!(said.contains(words), "{said}");
}

fn json(repo: &Repo, file: &str) -> Value {
    serde_json::from_slice(&fs::read(repo.dir.join(file)).expect("the report is there")).expect("JSON")
}

/// The commits that brought in what the SARIF report tells.
fn told(repo: &Repo) -> Vec<String> {
    let log = json(repo, "portcullis-reports/portcullis.sarif");
    let schema = sarif();
    assert_eq!(errors(&schema, &schema, &log), Vec::<String>::new());
    let results = log["runs"][0]["results"].as_array().expect("results").clone();
    results.iter().map(|result| result["message"]["text"].as_str().expect("a text").to_owned()).collect()
}

/// The shell text under `key` in a YAML file: of one line, or of a block.
fn shell_of(file: &str, after: &str, key: &str) -> String {
    let text = fs::read_to_string(root().join(file)).expect("the file");
    let text = text.split_once(after).expect("the step").1;
    let (_, rest) = text.split_once(key).expect("the script");
    let lines: Vec<&str> = rest.lines().skip(1).collect();
    let indent = lines[0].len() - lines[0].trim_start().len();
    let block = lines.iter().take_while(|line| line.len() > indent && line.starts_with(&" ".repeat(indent)));
    block.map(|line| line[indent..].trim_start_matches("- ").to_owned() + "\n").collect()
}

#[test]
fn by_arguments_exactly_the_commits_between_are_scanned() {
    let server = server(7100);
    let repo = checkout(&server, &server.bad, None);
    ends(&scan(&repo, "origin/main"), 1, "scanning 2 commits");
    assert_eq!(told(&repo).len(), 1, "the old one is no part of the change");
    ends(&scan(&repo, &format!("{} {}", server.main, server.good)), 0, "No credentials");
    ends(&scan(&repo, "origin/main HEAD~1"), 1, "scanning 1 commit: ");
    ends(&scan(&repo, ""), 1, "scanning all 4 commits");
    assert_eq!(told(&repo).len(), 2, "nobody knows the change, so all is scanned");
    ends(&scan(&repo, "nowhere"), 1, "is not there any more");
    ends(&scan(&repo, "origin/main nowhere"), 2, "is not in this clone");
}

#[test]
fn the_action_scans_a_pull_request_a_push_and_a_new_branch() {
    let server = server(7200);
    let step = shell_of("action.yml", "id: scan", "run: |");
    for (base, head, depth, code, many) in [
        (&*server.main, &*server.bad, None, 1, 1),
        (&server.main, &server.good, None, 0, 0),
        (&server.main, &server.bad, Some(1), 1, 1), // what actions/checkout does unless told otherwise
        (NULL, &server.bad, None, 1, 1),            // a new branch: what the default branch lacks
        (NULL, &server.bad, Some(1), 1, 1),
        (NULL, &server.main, None, 1, 1), // the first push of all: everything
        ("", &server.main, None, 1, 1),   // on a schedule
    ] {
        let mut repo = checkout(&server, head, depth);
        let ours = |name: &str| repo.beside(name).display().to_string();
        for (name, value) in [
            ("ACTION", root().display().to_string()),
            ("PORTCULLIS_BASE", base.to_owned()),
            ("PORTCULLIS_HEAD", head.to_owned()),
            ("PORTCULLIS_DEFAULT", "main".to_owned()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_OUTPUT", ours("output")),
            ("GITHUB_STEP_SUMMARY", ours("summary")),
        ] {
            repo.set_env(name, value);
        }
        let ran = run(&repo, "bash", &format!("set -eo pipefail\n{step}"));
        ends(&ran, code, if depth.is_some() { "this clone is shallow" } else { "scanning" });
        assert_eq!(told(&repo).len(), many, "{base}..{head}");
        assert_eq!(fs::read_to_string(repo.beside("output")).unwrap(), format!("status={code}\n"));
        let summary = fs::read_to_string(repo.beside("summary")).unwrap();
        assert!(summary.starts_with(if code == 0 { "### portcullis: no cred" } else { "### portcullis: 1 cred" }));
    }
}

#[test]
fn the_action_hands_over_what_the_script_reads() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let (action, script) = (read("action.yml"), read("hooks/ci/scan.sh"));
    let given = action.lines().filter_map(|line| line.trim().split_once(": ")).map(|(name, _)| name);
    let given: Vec<&str> = given.filter(|name| name.starts_with("PORTCULLIS")).collect();
    assert!(given.len() >= 7, "{given:?}");
    for name in given {
        assert!(script.contains(&format!("${{{name}")), "{name} is not read");
    }
}

#[test]
fn a_github_workflow_that_calls_the_script_itself() {
    let server = server(7300);
    // GitHub checks out a merge of the base and the change.
    server.repo.ok("checkout -q --detach main");
    server.repo.ok("merge -q --no-ff --no-edit bad");
    let merge = server.repo.ok("rev-parse HEAD");
    server.repo.ok("checkout -q main");
    let mut repo = checkout(&server, &merge, None);
    repo.set_env("GITHUB_ACTIONS", "true");
    repo.set_env("GITHUB_EVENT_NAME", "pull_request");
    repo.set_env("GITHUB_BASE_REF", "main");
    repo.set_env("GITHUB_SHA", merge.clone());
    ends(&scan(&repo, ""), 1, "scanning 3 commits");
    assert_eq!(told(&repo).len(), 1);
    repo.set_env("GITHUB_EVENT_NAME", "pull_request_target");
    ends(&scan(&repo, ""), 2, "pull_request_target");

    let mut repo = checkout(&server, &server.bad, None);
    let event = |before: &str| format!("{{\"before\":\"{before}\",\"repository\":{{\"default_branch\":\"main\"}}}}");
    fs::write(repo.beside("event.json"), event(&server.main)).unwrap();
    repo.set_env("GITHUB_EVENT_PATH", repo.beside("event.json").display().to_string());
    repo.set_env("GITHUB_ACTIONS", "true");
    repo.set_env("GITHUB_SHA", server.bad.clone());
    let has_jq = run(&repo, "sh", "command -v jq").ok;
    let (few, words) = if has_jq { (1, "scanning 2 commits") } else { (2, "scanning all") };
    ends(&scan(&repo, ""), 1, words);
    assert_eq!(told(&repo).len(), few);
    // A forced push: what the branch was is gone.
    fs::write(repo.beside("event.json"), event(&"ab".repeat(20))).unwrap();
    ends(&scan(&repo, ""), 1, if has_jq { "a forced push?" } else { "scanning all" });
    assert_eq!(told(&repo).len(), few);
}

type Variables<'a> = &'a [(&'a str, &'a str)];

#[test]
fn the_gitlab_template_scans_merge_requests_branches_and_new_branches() {
    let server = server(7400);
    let step = shell_of("hooks/ci/gitlab.yml", "portcullis:", "script:");
    assert_eq!(step, "sh ci/scan.sh\n");
    let text = fs::read_to_string(root().join("hooks/ci/gitlab.yml")).unwrap();
    let formats = text.split("PORTCULLIS_FORMATS: ").nth(1).unwrap().lines().next().unwrap();
    let cases: [(&str, Option<u32>, Variables<'_>, i32, usize); 5] = [
        (&server.bad, None, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &server.main), ("CI_COMMIT_BEFORE_SHA", NULL)], 1, 1),
        (&server.bad, Some(2), &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", &server.main)], 1, 1),
        (&server.good, None, &[("CI_COMMIT_BEFORE_SHA", &server.main)], 0, 0),
        (&server.bad, None, &[("CI_COMMIT_BEFORE_SHA", NULL)], 1, 1),
        (&server.main, None, &[("CI_COMMIT_BEFORE_SHA", NULL)], 1, 1),
    ];
    for (head, depth, variables, code, many) in cases {
        let mut repo = checkout(&server, head, depth);
        repo.write("ci/scan.sh", fs::read(root().join("hooks/ci/scan.sh")).unwrap());
        repo.set_env("GITLAB_CI", "true");
        repo.set_env("CI_COMMIT_SHA", head);
        repo.set_env("CI_DEFAULT_BRANCH", "main");
        repo.set_env("PORTCULLIS_FORMATS", formats);
        for (name, value) in variables {
            repo.set_env(name, *value);
        }
        ends(&run(&repo, "sh", &step), code, "scanning");
        for report in text.lines().filter_map(|line| line.trim().split_once(": portcullis-reports/")) {
            assert!(repo.dir.join("portcullis-reports").join(report.1).is_file(), "{report:?}");
        }
        let report = json(&repo, "portcullis-reports/gl-secret-detection-report.json");
        assert_eq!(report["vulnerabilities"].as_array().unwrap().len(), many, "{variables:?}");
        assert_eq!(report["scan"]["status"], "success");
    }
}

#[test]
fn what_cannot_be_known_is_never_a_pass() {
    let server = server(7500);
    let mut repo = checkout(&server, &server.good, Some(1));
    repo.ok("remote set-url origin /nowhere");
    ends(&scan(&repo, "HEAD~1"), 2, "the rest cannot be fetched");
    let mut whole = checkout(&server, &server.good, None);
    whole.set_env("PORTCULLIS_FORMATS", "sarif=nowhere/x.sarif");
    ends(&scan(&whole, "origin/main"), 2, "could not be written as sarif");
    whole.set_env("PORTCULLIS_FORMATS", "sarif=x.sarif");
    whole.set_env("PORTCULLIS_FLAGS", "--nonsense");
    ends(&scan(&whole, "origin/main"), 2, "the scan did not end");
    // An older report of the same name is not taken for this run's.
    whole.set_env("PORTCULLIS_FLAGS", "");
    ends(&scan(&whole, "origin/main"), 0, "No credentials");
    whole.set_env("PORTCULLIS_FLAGS", "--nonsense");
    ends(&scan(&whole, "origin/main"), 2, "the scan did not end");
    repo.set_env("PORTCULLIS", "/nowhere/portcullis");
    ends(&scan(&repo, ""), 2, "is not installed here");
}

/// What is packed is what `cargo binstall` would ask for.
#[test]
fn the_archive_has_the_name_that_binstall_looks_for() {
    let read = |file: &str| fs::read_to_string(root().join(file)).unwrap();
    let (manifest, script) = (read("Cargo.toml"), read(".ci/static"));
    let value = |key: &str| {
        let line = manifest.lines().find(|line| line.starts_with(key)).expect("the key");
        line.split('"').nth(1).expect("a text").to_owned()
    };
    let filled = |text: String| {
        let filled = text.replace("{ name }", "portcullis").replace("{ version }", "$version");
        filled.replace("{ target }", "$target").replace("{ bin }", "portcullis").replace("{ binary-ext }", "")
    };
    let name = "portcullis-$version-$target";
    assert!(script.contains(&format!("name={name}\n")) && script.contains("dist/$name.tar.gz"));
    assert_eq!(filled(value("pkg-url")), format!("{{ repo }}/releases/download/v$version/{name}.tar.gz"));
    assert_eq!(filled(value("bin-dir")), format!("{name}/portcullis"));
    assert!(run(&Repo::init(&[]), "bash", &format!("bash -n '{}'", root().join(".ci/static").display())).ok);
}
