//! What an admin can say, and what is noted: policy, bypass, audit.

use std::fs;

use super::pair::{Pair, blocked, mannered, token};
use super::raw;
use crate::support::repo::Ran;

fn bad(pair: &Pair, seed: u64) -> String {
    let secret = token(seed);
    pair.client.stage(&format!("s{seed}"), &secret);
    pair.client.commit("bad");
    secret
}

/// What was said, as if lines had no end.
fn flat(ran: &Ran) -> String {
    ran.stderr.split_whitespace().filter(|word| *word != "remote:").collect::<Vec<_>>().join(" ")
}

/// The audit log, line by line.
fn log(pair: &Pair) -> Vec<serde_json::Value> {
    let text = fs::read_to_string(pair.server.beside("audit.jsonl")).unwrap_or_default();
    assert!(text.is_empty() || text.ends_with('\n'));
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn audited(pair: &Pair, more: &str) -> String {
    format!("{more}\n[audit]\nfile = \"{}\"\n", pair.server.beside("audit.jsonl").display())
}

#[test]
fn report_only_accepts_tells_and_notes() {
    let pair = Pair::new();
    pair.policy(&audited(&pair, "mode = \"report-only\""));
    let secret = bad(&pair, 500);
    let ran = pair.push("main");
    assert!(ran.ok && ran.stderr.contains("warning: portcullis: push accepted: 1 credential found"), "{}", ran.stderr);
    mannered("report-only", &ran, &secret);
    let log = log(&pair);
    assert_eq!((log.len(), &log[0]["event"], &log[0]["accepted"]), (1, &"report".into(), &true.into()));
}

#[test]
fn a_broken_policy_rejects_every_push_and_says_where() {
    let pair = Pair::new();
    pair.client.commit("clean");
    for (text, said) in [
        ("mode = \"soft\"", "server.toml:1:8: expected one of"),
        ("baseline = \"/nowhere\"", "cannot read the baseline `/nowhere`"),
        ("rules = [\"/nowhere\"]", "cannot read the rule file"),
        ("key_file = \"/nowhere\"", "cannot read the key file"),
    ] {
        pair.policy(text);
        let ran = pair.push("main");
        assert!(!ran.ok && flat(&ran).contains(said), "{text}: {}", ran.stderr);
        assert!(ran.stderr.contains("an admin of this server"), "{text}: {}", ran.stderr);
    }
    fs::remove_file(pair.policy_file()).unwrap();
    assert!(!pair.push("main").ok, "a policy that is named must be there");
}

#[test]
fn the_admin_decides_repository_by_repository() {
    let pair = Pair::new();
    let secret = bad(&pair, 501);
    let here = pair.server.dir.display().to_string();
    pair.policy(&format!("[[repository]]\npath = \"{here}-other\"\nmode = \"off\"\n"));
    blocked("another repository", &pair.push("main"), &secret);
    pair.policy(&format!("[[repository]]\npath = \"{here}\"\nmode = \"off\"\n"));
    let ran = pair.push("main");
    assert!(ran.ok && !ran.stderr.contains("portcullis"), "{}", ran.stderr);
}

#[test]
fn what_counts_is_configurable() {
    let pair = Pair::new();
    let secret = token(502);
    pair.seed("f", &secret);
    pair.client.stage("f", format!("{secret}\nedited\n"));
    pair.client.commit("edit");
    pair.policy("counts = \"any\"");
    blocked("any", &pair.push("main"), &secret);
    pair.policy("");
    assert!(pair.push("main").ok, "introduced");

    let marked = token(503);
    pair.client.stage("g", format!("{marked} # portcullis:allow made up\n"));
    pair.client.commit("marked");
    blocked("marks are not heeded", &pair.push("main"), &marked);
    pair.policy("inline_allows = true");
    assert!(pair.push("main").ok, "marks are heeded");
}

#[test]
fn baselines_of_the_server_and_of_the_default_branch() {
    let pair = Pair::new();
    let secret = bad(&pair, 504);
    let ran = pair.push("main");
    blocked("none", &ran, &secret);
    let id = ran.stderr.split("id      ").nth(1).unwrap()[..32].to_owned();
    let file = pair.server.beside("baseline");
    pair.policy(&format!("baseline = \"{}\"", file.display()));
    fs::write(&file, format!("{id} until:2020-01-31 # known\n")).unwrap();
    let ran = pair.push("main:refs/heads/one");
    blocked("no longer", &ran, &secret);
    assert!(ran.stderr.contains("line 1 of the server's baseline expired on 2020-01-31"), "{}", ran.stderr);
    fs::write(&file, format!("{id} until:9000-01-31 # known\n")).unwrap();
    assert!(pair.push("main:refs/heads/one").ok, "the server's");

    let pair = Pair::new();
    let same = bad(&pair, 504);
    pair.client.stage(".portcullis.baseline", format!("{id}\n"));
    pair.client.commit("say so in the same push");
    pair.policy("trust_repo_config = \"default-branch\"");
    blocked("in the same push", &pair.push("main"), &same);
    pair.client.ok("checkout -q --orphan first");
    pair.client.ok("rm -q --cached s504");
    pair.client.commit("the baseline alone");
    assert!(pair.push("first:main").ok);
    assert!(pair.push("main:refs/heads/topic").ok, "as it stood before the push");
    // Of another key, it says nothing; an error would reject the very push that mends it.
    let key = "0123456789abcdef0123456789abcdef";
    pair.client.stage(".portcullis.baseline", format!("# portcullis key {key}\n{id}\n"));
    pair.client.commit("another key");
    assert!(pair.push("first:main").ok);
    pair.client.stage("again", fs::read(pair.client.dir.join("s504")).unwrap());
    pair.client.commit("once more");
    let ran = pair.push("first:refs/heads/other");
    blocked("of another key", &ran, &same);
    assert!(ran.stderr.contains("made with another key"), "{}", ran.stderr);
}

#[test]
fn r47_a_bypass_is_for_those_who_are_listed_and_is_noted() {
    let mut pair = Pair::new();
    let secret = bad(&pair, 505);
    let ran = pair.push("main");
    let id = ran.stderr.split("id      ").nth(1).unwrap()[..32].to_owned();
    let push = |pair: &Pair, reason: &str| {
        pair.client.git(["push", "-q", "-o", &format!("portcullis.allow={id}"), "-o", reason, "origin", "main"])
    };
    let ran = push(&pair, "portcullis.reason=x");
    assert!(!ran.ok && ran.stderr.contains("does not support push options"), "{}", ran.stderr);
    pair.server.ok("config receive.advertisePushOptions true");
    blocked("off", &push(&pair, "portcullis.reason=x"), &secret);
    pair.policy(&audited(&pair, "[bypass]\nenabled = true\nidentities = [\"alice\"]"));
    for (who, reason, said) in [
        (None, "portcullis.reason=x", "does not say who you are"),
        (Some("mallory"), "portcullis.reason=x", "not among those who may"),
        (Some("alice"), "portcullis.reason=", "needs a portcullis.reason"),
    ] {
        pair.client.set_env("REMOTE_USER", who.unwrap_or(""));
        let ran = push(&pair, reason);
        blocked(said, &ran, &secret);
        assert!(flat(&ran).contains(said), "{said}: {}", ran.stderr);
    }
    pair.client.set_env("REMOTE_USER", "alice");
    let ran = push(&pair, "portcullis.reason=made up \u{1b}[31m");
    assert!(ran.ok && flat(&ran).contains("let through by push option"), "{}", ran.stderr);
    let log = log(&pair);
    let last = log.last().unwrap();
    assert_eq!(
        (&last["event"], &last["identity"], &last["identity_source"]),
        (&"bypass".into(), &"alice".into(), &"REMOTE_USER".into())
    );
    assert_eq!(last["detail"], "made up \\033[31m");
    assert_eq!(last["credentials"][0]["fingerprint"], id.as_str());
    assert_eq!(log.iter().filter(|line| line["event"] == "block").count(), 3);
}

/// A bypass is for what it names, and for nobody and nothing else that comes with it.
#[test]
fn a_bypass_lets_nothing_else_through() {
    let mut pair = Pair::new();
    pair.server.ok("config receive.advertisePushOptions true");
    pair.policy(&audited(&pair, "[bypass]\nenabled = true\nidentities = [\"alice\"]"));
    pair.client.set_env("REMOTE_USER", "alice");
    let first = bad(&pair, 530);
    let ran = pair.push("main");
    let id = |ran: &Ran| ran.stderr.split("id      ").nth(1).unwrap()[..32].to_owned();
    let (one, reason) = (id(&ran), "portcullis.reason=made up");
    let push = |pair: &Pair, options: &[String], words: &str| {
        let options = options.iter().flat_map(|option| ["-o", option.as_str()]);
        pair.client.git(["push", "-q"].into_iter().chain(options).chain(["-o", reason, "origin", words]))
    };
    let allow = |id: &str| format!("portcullis.allow={id}");
    // Another one's id, one that is none, and half a list of which one is none: nothing is let through.
    let other = "0123456789abcdef0123456789abcdef";
    for options in [vec![allow(other)], vec![allow("*")], vec![allow(&one), allow("all")], vec![allow(&one[..31])]] {
        blocked(&options.join(" "), &push(&pair, &options, "main"), &first);
    }
    // Its own lets it through, once more elsewhere, and nothing that comes in beside it.
    assert!(push(&pair, &[allow(&one)], "main").ok);
    assert!(push(&pair, &[allow(&one.to_uppercase())], "main:refs/heads/again").ok);
    let second = bad(&pair, 531);
    blocked("replayed", &push(&pair, &[allow(&one)], "main"), &second);
    // Without the option there is no bypass any more: it was for one push.
    pair.client.ok("checkout -q --orphan elsewhere");
    pair.client.ok("rm -q --cached s531");
    pair.client.stage("s530", format!("again: {first}"));
    pair.client.commit("again");
    blocked("without", &pair.push("elsewhere"), &first);
    // A name that only looks like a listed one is nobody's.
    for who in ["Alice", "alice ", "alice,bob", "\u{430}lice"] {
        pair.client.set_env("REMOTE_USER", who);
        blocked(who, &push(&pair, &[allow(&one)], "elsewhere"), &first);
    }
    assert!(log(&pair).iter().all(|line| line["accepted"] == (line["event"] == "bypass")));
}

#[test]
fn the_log_holds_no_credential_and_no_raw_byte_of_the_pushers() {
    let pair = Pair::new();
    pair.policy(&audited(&pair, ""));
    let secret = token(506);
    let blob = pair.object("blob", secret.as_bytes());
    let entry =
        [format!("100644 blob {blob}\t").as_bytes(), b"\xe2\x80\xae\x1b[2J", secret.as_bytes(), b"\xff\0"].concat();
    let tree = pair.client.feed("mktree -z", &entry);
    let commit = pair.client.git(["commit-tree", "-m", &secret, &tree]).text();
    assert!(!pair.push(&format!("{commit}:refs/heads/{secret}")).ok);
    let text = fs::read(pair.server.beside("audit.jsonl")).unwrap();
    assert!(
        text.iter().all(|b| b.is_ascii_graphic() || matches!(b, b' ' | b'\n')),
        "{}",
        String::from_utf8_lossy(&text)
    );
    assert!(memchr::memmem::find(&text, secret.as_bytes()).is_none());
    assert_eq!(log(&pair).len(), 1);
}

#[test]
fn what_cannot_be_noted_does_not_happen() {
    let pair = Pair::new();
    bad(&pair, 507);
    pair.policy("mode = \"report-only\"\n[audit]\nfile = \"/dev/full\"\n");
    let ran = pair.push("main");
    assert!(!ran.ok && flat(&ran).contains("audit log cannot be written"), "{}", ran.stderr);
    pair.policy("mode = \"report-only\"\n[audit]\nfile = \"/dev/full\"\nrequired = false\n");
    assert!(pair.push("main").ok);
}

#[test]
fn r45_a_push_that_takes_too_long() {
    let pair = Pair::new();
    // A hook that has little to do is done within its first millisecond.
    pair.client.stage("a", "password: none\n".repeat(1 << 19));
    pair.client.commit("clean");
    pair.policy(&audited(&pair, "[limits]\ndeadline_ms = 1"));
    let ran = pair.push("main");
    assert!(!ran.ok && flat(&ran).contains("could not be looked at within 0.0 seconds"), "{}", ran.stderr);
    assert_eq!(log(&pair)[0]["event"], "timeout");
    pair.policy(&audited(&pair, "on_timeout = \"allow\"\n[limits]\ndeadline_ms = 1"));
    let ran = pair.push("main");
    assert!(!ran.ok && flat(&ran).contains("could not be queued"), "no queue: {}", ran.stderr);
    let queue = pair.server.beside("queue");
    fs::create_dir(&queue).unwrap();
    let text = format!("on_timeout = \"allow\"\nqueue = \"{}\"\n[limits]\ndeadline_ms = 1", queue.display());
    pair.policy(&audited(&pair, &text));
    let ran = pair.push("main");
    assert!(ran.ok && flat(&ran).contains("push accepted unseen"), "{}", ran.stderr);
    let waiting: Vec<_> =
        fs::read_dir(&queue).unwrap().map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    assert_eq!(waiting.len(), 1);
    assert!(waiting[0].starts_with(pair.server.dir.to_str().unwrap()) && waiting[0].contains(" refs/heads/main\n"));
    assert_eq!(log(&pair).last().unwrap()["accepted"], true);
}

#[test]
fn limits_are_told_by_name() {
    let pair = Pair::new();
    pair.client.stage("a", "x".repeat(5000));
    pair.client.commit("clean");
    for (limit, said) in [
        ("objects = 2", "3 new objects, of which 2 are allowed"),
        ("refs = 1", "one more than the limit of refs"),
        ("inflated_bytes = 1000", "more than the 1000 bytes"),
    ] {
        pair.policy(&format!("[limits]\n{limit}\n"));
        let ran = pair.push("main main:refs/heads/b");
        assert!(!ran.ok && flat(&ran).contains(said), "{limit}: {}", ran.stderr);
    }
}

#[test]
fn gitlabs_pages_get_the_lines_they_look_for() {
    let mut pair = Pair::new();
    bad(&pair, 508);
    for (name, value) in [("GL_REPOSITORY", "project-1"), ("GL_PROTOCOL", "web"), ("GL_USERNAME", "lab")] {
        pair.client.set_env(name, value);
    }
    let ran = pair.push("main");
    assert!(!ran.ok);
    let ours = ran.stderr.lines().filter_map(|line| line.strip_prefix("remote: "));
    assert!(ours.clone().count() > 3 && ours.clone().all(|line| line.starts_with("GL-HOOK-ERR:")), "{}", ran.stderr);
}

#[test]
fn update_comes_too_late_and_says_so() {
    let pair = Pair::new();
    pair.unguard();
    pair.server.hook("update", &pair.script("update"));
    let secret = bad(&pair, 509);
    let ran = pair.push("main");
    assert!(!ran.ok && ran.stderr.contains("warning: portcullis runs as an `update` hook"), "{}", ran.stderr);
    assert!(ran.stderr.contains("portcullis: push rejected: 1 credential found"), "{}", ran.stderr);
    assert!(memchr::memmem::find(&pair.content(), secret.as_bytes()).is_some(), "that is what it warns of");
}

#[test]
fn post_receive_notes_what_came_in() {
    let pair = Pair::new();
    pair.seed("old", &token(510));
    pair.unguard();
    pair.server.hook("post-receive", &pair.script("post-receive --audit"));
    pair.policy(&audited(&pair, ""));
    pair.client.stage("clean", "clean");
    pair.client.commit("clean");
    assert!(pair.push("main").ok && log(&pair).is_empty());
    bad(&pair, 511);
    assert!(pair.push("main HEAD:refs/heads/other").ok);
    let log = log(&pair);
    assert_eq!((log.len(), &log[0]["event"], log[0]["credentials"].as_array().unwrap().len()), (1, &"found".into(), 1));
}

#[test]
fn by_http_the_web_server_says_who_it_is() {
    let pair = Pair::new();
    pair.policy(&audited(&pair, ""));
    pair.client.stage("a", "clean");
    let clean = pair.client.commit("clean");
    let objects = |range: &str| -> Vec<String> {
        pair.client.ok(&format!("rev-list --objects --no-object-names {range}")).lines().map(str::to_owned).collect()
    };
    let pack = raw::pack(&pair.client, &objects("HEAD"));
    let ran = raw::push_by_http(&pair, "alice", &[raw::line(&raw::null(), &clean, b"refs/heads/main")], &pack);
    assert!(ran.ok, "{}", ran.stderr);
    let secret = bad(&pair, 520);
    let tip = pair.client.ok("rev-parse HEAD");
    let pack = raw::pack(&pair.client, &objects("HEAD ^HEAD~1"));
    let ran = raw::push_by_http(&pair, "alice", &[raw::line(&clean, &tip, b"refs/heads/main")], &pack);
    assert!(!ran.ok && ran.stderr.contains("portcullis: push rejected: 1 credential found"), "{}", ran.stderr);
    assert!(!pair.holds(&secret) && !ran.stderr.contains(&secret));
    let log = log(&pair);
    let who = (&log[0]["identity"], &log[0]["identity_source"], &log[0]["address"]);
    assert_eq!(who, (&"alice".into(), &"REMOTE_USER".into(), &"192.0.2.1".into()));
}

/// Regression: that an inline comment is not heeded, which it is not by default, was not said.
#[test]
fn a_pusher_is_told_whether_a_comment_counts() {
    let pair = Pair::new();
    bad(&pair, 509);
    assert!(flat(&pair.push("main")).contains("such as `portcullis:allow` does not count on this server"));
    pair.policy("inline_allows = true\n");
    assert!(flat(&pair.push("main")).contains("say so in a comment on its line: `portcullis:allow <reason>`"));
}
