//! Credentials that stand in no file: in messages, headers, tags, names of files, directories and refs.

use super::{came, gone, live, only, paths, run};
use crate::support::Repo;
use crate::support::draw::Draw;

#[test]
fn a_message_is_told_by_every_ref_whose_history_has_it() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    repo.ok("branch before");
    let first = repo.commit(&format!("subject\n\nthe token is {}", Draw(5).token()));
    let later = repo.commit("later");
    let life = only(&repo);
    assert_eq!(came(&life), [format!("{first} commit")]);
    assert_eq!((live(&life), gone(&life)), (vec!["refs/heads/main".to_owned()], Vec::new()));
    let raw = repo.git(["cat-file", "commit", &first]).text();
    let line = raw.lines().position(|line| line.starts_with("the token")).unwrap() + 1;
    assert_eq!(life["live"][0]["at"], serde_json::json!({"in": "commit", "id": first, "line": line}), "not {later}");
    assert_eq!((&life["texts"], &life["commits"], &life["blobs"]), (&1.into(), &0.into(), &0.into()));
}

#[test]
fn authors_headers_and_bytes_after_a_nul() {
    let repo = Repo::init(&[]);
    let tree = repo.feed("mktree", b"");
    let raw = |author: &str, header: &str, tail: &str| {
        let who = format!("{author} <a@b> 1700000000 +0000");
        let text = format!("tree {tree}\nauthor {who}\ncommitter {who}\n{header}\n\nsubject\n{tail}");
        let file = repo.beside("raw");
        std::fs::write(&file, text).unwrap();
        repo.git(["hash-object", "-t", "commit", "-w", "--literally", file.to_str().unwrap()]).text()
    };
    let mut ids = Vec::new();
    for seed in 0..3 {
        let token = Draw(seed + 70).token();
        let words = ["A U Thor", "x-note none", ""].map(str::to_owned);
        let [mut author, mut header, mut tail] = words;
        match seed {
            0 => author = format!("A {token}"),
            1 => header = format!("x-note {token}"),
            _ => tail = format!("\0{token}\n"),
        }
        let id = raw(&author, &header, &tail);
        repo.git(["update-ref", &format!("refs/heads/b{seed}"), &id]).text();
        ids.push(format!("{id} commit"));
    }
    let (lives, _) = run(&repo, &[], 1);
    let mut told: Vec<String> = lives.iter().flat_map(came).collect();
    told.sort();
    ids.sort();
    assert_eq!(told, ids);
}

#[test]
fn names_of_files_refs_and_tags() {
    let repo = Repo::init(&[]);
    let tokens: Vec<String> = (80..84).map(|seed| Draw(seed).token()).collect();
    repo.stage(&format!("dir/{}.txt", tokens[0]), "x\n");
    repo.stage(&format!("{}/y", tokens[1]), "y\n");
    let first = repo.commit("names");
    repo.git(["branch", &format!("fix-{}", tokens[2])]).text();
    repo.git(["tag", "-a", "-m", &format!("see\n\n{}", tokens[3]), "v1"]).text();
    let (lives, _) = run(&repo, &[], 1);
    assert_eq!(lives.len(), 4, "{lives:#?}");
    let shown = |path: &str| lives.iter().find(|life| paths(life) == [path]);
    for path in ["dir/(credential).txt", "(credential)"] {
        let life = shown(path).unwrap_or_else(|| panic!("{path} is not told"));
        assert_eq!(life["introduced"][0]["commit"]["id"], first.as_str());
        assert_eq!(life["introduced"][0]["at"]["in"], "name");
    }
    let places: Vec<&str> = lives.iter().filter_map(|life| life["live"][0]["at"]["in"].as_str()).collect();
    assert!(places.contains(&"ref") && places.contains(&"tag"), "{places:?}");
}

#[test]
fn rules_bound_to_a_files_name_see_it() {
    let repo = Repo::init(&[]);
    let line = format!("machine example.com login me password {}\n", &Draw(6).token()[8..30]);
    repo.stage("home/.netrc", &line);
    let first = repo.commit("in");
    let life = only(&repo);
    assert_eq!(came(&life), [format!("{first} home/.netrc:1")]);
}

#[test]
fn hostile_text_reaches_no_terminal_and_no_report_tells_a_credential() {
    let mut repo = Repo::init(&[]);
    let token = Draw(7).token();
    repo.set_env("GIT_AUTHOR_NAME", format!("\u{202e}evil\u{1b}[31m {token}"));
    repo.stage("dir\u{1b}[2J/=cmd\u{202e}.txt", format!("{token}\n"));
    repo.commit(&format!("\u{1b}]0;title\u{7} {token}"));
    for format in ["human", "json", "jsonl", "sarif", "csv"] {
        let ran = repo.portcullis(&["history", "--format", format, "--why"]);
        let text = String::from_utf8(ran.stdout).expect("UTF-8");
        assert_eq!(ran.code, Some(1), "{text}");
        assert!(!text.contains(&token[8..]), "{format} tells it: {text}");
        let hostile = |c: char| (c.is_control() && !matches!(c, '\n' | '\r')) || c == '\u{202e}';
        assert!(!text.contains(hostile), "{format}: {text:?}");
        let shown = repo.portcullis(&["history", "--format", format, "--show-secrets"]);
        assert!(String::from_utf8_lossy(&shown.stdout).contains(&token), "{format} does not show it when asked");
    }
}

#[test]
fn what_a_reflog_says_is_in_no_object() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    let token = Draw(91).token();
    repo.git(["update-ref", "--create-reflog", "-m", &format!("with {token}"), "refs/heads/x", "HEAD"]).text();
    let life = only(&repo);
    assert_eq!(came(&life), [""; 0]);
    assert_eq!(live(&life), ["refs/heads/x"]);
    assert_eq!(life["live"][0]["at"], serde_json::json!({"in": "log", "line": 1}));
    run(&repo, &["--refs", "main"], 0);
    run(&repo, &["--exclude", "x"], 0);
    std::fs::write(repo.git_dir().join("logs/refs/heads/x"), format!("no ids, but {token}\n")).unwrap();
    let (lives, summary) = run(&repo, &[], 2);
    assert_eq!((lives.len(), &summary["coverage"]["complete"]), (1, &false.into()));
}
