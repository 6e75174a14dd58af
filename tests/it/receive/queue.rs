//! The queue of `on_timeout = "allow"`: what went through unseen is looked at later, once, and noted.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;

use super::pair::{Pair, mannered, token};
use crate::support::repo::Ran;

/// A rule of the admin's own. With one the engine's tables are made at the start, which takes longer than a millisecond:
/// so the deadline is over, on any machine, before a push is looked at.
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

/// A server with a queue whose guard has no time at all, and time to look later.
fn pair() -> (Pair, PathBuf) {
    let pair = Pair::new();
    let queue = pair.server.beside("queue");
    fs::create_dir(&queue).unwrap();
    let (audit, rules) = (pair.server.beside("audit.jsonl"), pair.server.beside("rules.toml"));
    fs::write(&rules, RULE).unwrap();
    pair.policy(&format!(
        "rules = [\"{}\"]\non_timeout = \"allow\"\nqueue = \"{}\"\n[limits]\ndeadline_ms = 1\n[audit]\nfile = \"{}\"\n",
        rules.display(),
        queue.display(),
        audit.display()
    ));
    (pair, queue)
}

fn waiting(queue: &Path) -> usize {
    fs::read_dir(queue).unwrap().count()
}

/// What was noted since the pushes themselves.
fn noted(pair: &Pair) -> Vec<Value> {
    let text = fs::read_to_string(pair.server.beside("audit.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["event"] != "timeout").collect()
}

fn args<'a>(pair: &'a Pair, queue: &'a Path) -> [String; 6] {
    let (queue, config) = (queue.display().to_string(), pair.policy_file().display().to_string());
    ["post-receive".into(), "--audit".into(), "--queued".into(), queue, "--config".into(), config]
}

fn later(pair: &Pair, queue: &Path) -> Ran {
    let args = args(pair, queue);
    // From anywhere: each push says where it belongs.
    pair.client.portcullis(&args.each_ref().map(String::as_str))
}

#[test]
fn what_waits_is_looked_at_noted_and_taken_out() {
    let (pair, queue) = pair();
    pair.client.stage("a", "clean\n");
    pair.client.commit("clean");
    assert!(pair.push("main").ok);
    let secret = token(700);
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    assert!(pair.push("main").ok, "let through unseen");
    // By now another branch holds it too, and the tip does not: it came in by that push all the same.
    pair.client.ok("rm -q s");
    pair.client.commit("gone");
    assert!(pair.push("main main~1:refs/heads/other").ok);
    assert_eq!(waiting(&queue), 3);
    let ran = later(&pair, &queue);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    mannered("later", &ran, &secret);
    assert_eq!(waiting(&queue), 0);
    let noted = noted(&pair);
    let events: Vec<&str> = noted.iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(events, ["cleared", "found", "cleared"], "{noted:#?}");
    assert_eq!(noted[1]["credentials"][0]["place"], "s");
    assert_eq!(
        (&noted[1]["accepted"], &noted[1]["directory"]),
        (&true.into(), &pair.server.dir.to_str().unwrap().into())
    );
    // Nothing waits: nothing is done.
    assert_eq!(later(&pair, &queue).code, Some(0));
    assert_eq!(self::noted(&pair).len(), 3);
}

#[test]
fn what_was_never_looked_at_stays() {
    let (pair, queue) = pair();
    pair.client.stage("s", token(701));
    pair.client.commit("bad");
    assert!(pair.push("main").ok);
    // A log that cannot be written, none at all, a repository that is not there, and a broken entry.
    let policy = fs::read_to_string(pair.policy_file()).unwrap();
    for bad in
        [policy.replace("audit.jsonl", "nowhere/audit.jsonl"), policy.split("[audit]").next().unwrap().to_owned()]
    {
        pair.policy(&bad);
        let ran = later(&pair, &queue);
        assert_eq!((ran.code, waiting(&queue)), (Some(2), 1), "{}", ran.stderr);
    }
    pair.policy(&policy);
    let aside = pair.server.beside("aside");
    fs::rename(&pair.server.dir, &aside).unwrap();
    assert_eq!((later(&pair, &queue).code, waiting(&queue)), (Some(2), 1));
    fs::rename(&aside, &pair.server.dir).unwrap();
    fs::write(queue.join("0-broken"), "garbage").unwrap();
    let ran = later(&pair, &queue);
    assert_eq!((ran.code, waiting(&queue)), (Some(2), 1), "the broken one stays: {}", ran.stderr);
    fs::remove_file(queue.join("0-broken")).unwrap();
    assert_eq!(noted(&pair).len(), 1);
}

#[test]
fn what_git_has_not_let_in_yet_waits_and_what_is_gone_does_not() {
    let (pair, queue) = pair();
    pair.client.commit("clean");
    let id = "1".repeat(40);
    let entry = queue.join("1-1");
    let write =
        || fs::write(&entry, format!("{}\n{} {id} refs/heads/x\n\n", pair.server.dir.display(), "0".repeat(40)));
    write().unwrap();
    assert_eq!((later(&pair, &queue).code, waiting(&queue)), (Some(2), 1), "it may be on its way");
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(3600);
    fs::File::options().write(true).open(&entry).unwrap().set_modified(old).unwrap();
    assert_eq!((later(&pair, &queue).code, waiting(&queue)), (Some(2), 0), "it never came");
    assert!(noted(&pair).iter().all(|line| line["event"] == "error"));
}

#[test]
fn two_at_once_and_one_that_is_killed_lose_nothing() {
    let (pair, queue) = pair();
    for seed in 0..4 {
        pair.client.stage(&format!("s{seed}"), token(710 + seed));
        pair.client.commit("bad");
        assert!(pair.push("main").ok);
    }
    assert_eq!(waiting(&queue), 4);
    let start = || {
        let mut command = pair.client.command(env!("CARGO_BIN_EXE_portcullis"));
        command.args(args(&pair, &queue)).stderr(Stdio::null()).spawn().unwrap()
    };
    let mut killed = start();
    std::thread::sleep(std::time::Duration::from_millis(40));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let mut both = [start(), start()];
    for one in &mut both {
        assert!(one.wait().unwrap().code().is_some());
    }
    assert_eq!(waiting(&queue), 0);
    let mut prints: Vec<String> =
        noted(&pair).iter().map(|line| line["credentials"][0]["fingerprint"].as_str().unwrap().to_owned()).collect();
    let all = prints.len();
    prints.sort();
    prints.dedup();
    // Only the push that the killed one had noted and not yet taken out may be there twice.
    assert!(prints.len() == 4 && all <= 5, "{all} lines, {} credentials", prints.len());
}
