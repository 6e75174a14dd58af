//! How the command ends, on repositories of every sort.

use super::run;
use crate::support::Repo;
use crate::support::draw::Draw;

#[test]
fn nothing_there_is_clean() {
    let repo = Repo::init(&[]);
    let (_, summary) = run(&repo, &[], 0);
    assert_eq!((&summary["scope"]["commits"], &summary["coverage"]["complete"]), (&0.into(), &true.into()));
    repo.stage("staged", format!("{}\n", Draw(1).token()));
    run(&repo, &[], 0);
    run(&repo, &["--unreachable"], 1);
    let bare = Repo::init(&["--bare"]);
    run(&bare, &[], 0);
    let nowhere = bare.beside("home");
    assert_eq!(bare.portcullis(&["history", nowhere.to_str().unwrap()]).code, Some(2));
}

#[test]
fn bare_and_sha256_repositories_and_a_path() {
    for args in [&[][..], &["--object-format=sha256"]] {
        let repo = Repo::init(args);
        repo.stage("f", format!("{}\n", Draw(1).token()));
        let first = repo.commit("in");
        let bare = repo.beside("bare");
        repo.git(["clone", "-q", "--bare", ".", bare.to_str().unwrap()]).text();
        let (lives, _) = run(&repo, &[bare.to_str().unwrap()], 1);
        assert_eq!(super::came(&lives[0]), [format!("{first} f:1")]);
        assert_eq!(run(&repo, &["--no-delta", "--threads", "1"], 1).0, lives);
        assert_eq!(run(&repo, &["--min-confidence", "certain"], 1).0.len(), 1);
    }
}

#[test]
fn what_a_shallow_or_partial_clone_lacks_counts_unless_it_is_accepted() {
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{}\n", Draw(1).token()));
    repo.commit("in");
    repo.stage("f", "clean\n");
    repo.commit("out");
    let url = format!("file://{}", repo.dir.display());
    repo.ok("config uploadpack.allowFilter true");
    for (name, option, missing) in [("shallow", "--depth=1", "commit "), ("partial", "--filter=blob:none", "blob ")] {
        let dir = repo.beside(name);
        let dir = dir.to_str().unwrap();
        repo.git(["clone", "-q", "--no-checkout", option, &url, dir]).text();
        let (_, summary) = run(&repo, &[dir], 2);
        let skips = summary["coverage"]["skips"].as_array().unwrap();
        assert!(!skips.is_empty(), "{summary}");
        for skip in skips {
            assert_eq!(skip["reason"], "missing");
            assert!(skip["path"].as_str().unwrap().starts_with(missing), "{skip}");
        }
        run(&repo, &["--allow-missing", dir], 0);
    }
}

#[test]
fn what_is_broken_is_named_whatever_is_accepted() {
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{}\n", Draw(1).token()));
    repo.commit("in");
    repo.stage("g", "other\n");
    repo.commit("more");
    let oid = repo.ok("rev-parse HEAD:g");
    let file = repo.git_dir().join("objects").join(&oid[..2]).join(&oid[2..]);
    std::fs::remove_file(&file).unwrap();
    std::fs::write(&file, "not zlib").unwrap();
    let (lives, summary) = run(&repo, &["--allow-missing"], 2);
    assert_eq!(lives.len(), 1, "what can be read is read");
    assert!(summary["coverage"].to_string().contains(&oid), "{summary}");
}

#[test]
fn the_machine_formats_keep_to_their_schema() {
    use crate::report::schema::{errors, load, sarif};
    let schema = load("history.v1.schema.json");
    let repo = Repo::init(&[]);
    repo.stage("f", format!("{}\n", Draw(1).token()));
    repo.stage("g", format!("{} # portcullis:allow fixture\n", Draw(2).token()));
    repo.commit("in");
    repo.stage("f", "clean\n");
    repo.commit(&Draw(3).token());
    repo.git(["branch", &Draw(4).token()]).text();
    for args in [&[][..], &["--show-secrets"], &["--unreachable"]] {
        let ran = repo.portcullis(&[&["history", "--format", "json"], args].concat());
        let document = serde_json::from_slice(&ran.stdout).expect("JSON");
        assert_eq!(errors(&schema, &schema, &document), Vec::<String>::new());
        let ran = repo.portcullis(&[&["history", "--format", "jsonl"], args].concat());
        for line in String::from_utf8(ran.stdout).expect("UTF-8").lines() {
            let line = serde_json::from_str(line).expect("JSON");
            assert_eq!(errors(&schema, &schema["$defs"]["line"], &line), Vec::<String>::new(), "{line}");
        }
    }
    let ran = repo.portcullis(&["history", "--format", "sarif"]);
    let log: serde_json::Value = serde_json::from_slice(&ran.stdout).expect("JSON");
    assert_eq!(errors(&sarif(), &sarif(), &log), Vec::<String>::new());
    let results = log["runs"][0]["results"].as_array().expect("results");
    assert_eq!(results.len(), 4);
    let kinds = |result: &serde_json::Value| {
        let steps = result["codeFlows"][0]["threadFlows"][0]["locations"].as_array().cloned().unwrap_or_default();
        steps.iter().map(|step| step["kinds"][0].as_str().expect("a kind").to_owned()).collect::<Vec<_>>().join(" ")
    };
    // The branch's name, the message (two refs reach it), the file's that was allowed, the file's that was cleaned.
    let all: Vec<String> = results.iter().map(kinds).collect();
    for course in ["introduced live live", "introduced removed removed", "live"] {
        assert!(all.iter().any(|one| one == course), "{course}: {all:?}");
    }
}
