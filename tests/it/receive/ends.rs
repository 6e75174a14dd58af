//! How a look ends that does not come to its end: what is said, what is noted, and that it ends at all.

use std::fs::{self, File};
use std::io::{Read as _, Write as _};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use super::pair::{Pair, token};
use super::raw;

/// The audit log, line by line: each is whole.
fn log(pair: &Pair) -> Vec<Value> {
    let text = fs::read_to_string(pair.server.beside("audit.jsonl")).unwrap_or_default();
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn audited(pair: &Pair, more: &str) -> String {
    format!("{more}\n[audit]\nfile = \"{}\"\n", pair.server.beside("audit.jsonl").display())
}

/// A credential, pushed to a server that had no gate then; the lines that git would give a hook for it.
fn leaked(pair: &Pair, seed: u64) -> String {
    pair.seed("s", &token(seed));
    pair.server.ok("update-ref -d refs/heads/main");
    format!("{} {} refs/heads/main\n", raw::null(), pair.client.ok("rev-parse HEAD"))
}

pub(super) fn gate(pair: &Pair) -> Command {
    let mut command = pair.server.command(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["pre-receive", "--config"]).arg(pair.policy_file()).env("GIT_DIR", ".");
    command
}

/// Waits until the handler of SIGTERM is set, and sends one.
pub(super) fn kill(child: &mut Child) {
    let status = format!("/proc/{}/status", child.id());
    let caught = || {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mask = text.lines().find_map(|line| line.strip_prefix("SigCgt:")).map_or("0", str::trim);
        u64::from_str_radix(mask, 16).unwrap_or(0) & (1 << 14) != 0
    };
    while !caught() && child.try_wait().unwrap().is_none() {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
}

/// Its exit status, if it ends within twenty seconds.
fn ended(child: &mut Child) -> Option<i32> {
    let start = Instant::now();
    while start.elapsed() < Duration::from_secs(20) {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().unwrap();
    panic!("it goes on for ever");
}

/// Regression: a push that the deadline's enforcer ended, because the look did not, was not noted.
#[test]
fn what_the_deadline_ends_by_force_is_noted() {
    let pair = Pair::new();
    pair.policy(&audited(&pair, "[limits]\ndeadline_ms = 50"));
    // It waits for lines that do not come, and asks nobody for the time.
    let mut child = gate(&pair).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let input = child.stdin.take();
    assert_eq!(ended(&mut child), Some(2));
    drop(input);
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!(said, "error: portcullis: push rejected: it was not looked at in time\n");
    let log = log(&pair);
    assert_eq!((log.len(), &log[0]["event"], &log[0]["accepted"]), (1, &"timeout".into(), &false.into()));
}

/// Regression: a guard that was told to end noted nothing; and said "rejected" of a push that was through.
#[test]
fn what_a_signal_ends_is_noted() {
    for (gate_name, accepted, said) in [
        ("pre-receive", false, "error: portcullis: push rejected: the guard was told to end\n"),
        ("post-receive", true, "warning: portcullis: push accepted unseen: the guard was told to end\n"),
    ] {
        let pair = Pair::new();
        pair.policy(&audited(&pair, ""));
        let mut command = pair.server.command(env!("CARGO_BIN_EXE_portcullis"));
        command.arg(gate_name).args((gate_name == "post-receive").then_some("--audit"));
        command.arg("--config").arg(pair.policy_file()).env("GIT_DIR", ".");
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let input = child.stdin.take();
        // The log is known a little after the handler is set; what comes before is the policy's reading.
        std::thread::sleep(Duration::from_millis(500));
        kill(&mut child);
        assert_eq!(ended(&mut child), Some(2), "{gate_name}");
        drop(input);
        let mut told = String::new();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(told, said);
        let log = log(&pair);
        assert_eq!(log.len(), 1, "{gate_name}");
        assert_eq!((&log[0]["event"], &log[0]["accepted"]), (&"error".into(), &Value::from(accepted)));
        assert_eq!(log[0]["detail"], "the guard was told to end");
    }
}

/// Regression: where nobody read what it said, it waited for ever, deaf to its deadline and to signals.
#[test]
fn nobody_reading_what_it_says_keeps_it_from_nothing() {
    for by_signal in [false, true] {
        let pair = Pair::new();
        let input = leaked(&pair, 90);
        pair.policy(&audited(&pair, if by_signal { "" } else { "[limits]\ndeadline_ms = 1500" }));
        let (reader, mut writer) = std::io::pipe().unwrap();
        // As much as a pipe takes: the next byte has to wait for a reader.
        writer.write_all(&vec![b'x'; 1 << 16]).unwrap();
        let file = pair.server.beside("input");
        fs::write(&file, &input).unwrap();
        let mut child = gate(&pair).stdin(File::open(file).unwrap()).stderr(writer).spawn().unwrap();
        if by_signal {
            std::thread::sleep(Duration::from_millis(1500));
            kill(&mut child);
        }
        assert_eq!(ended(&mut child), Some(2), "by signal: {by_signal}");
        drop(reader);
        let log = log(&pair);
        assert_eq!(log.len(), 1, "by signal: {by_signal}");
        assert_eq!(log[0]["event"], if by_signal { "error" } else { "timeout" });
        assert_eq!(log[0]["refs"][0]["name"], "refs/heads/main");
    }
}

/// Regression: a line that was cut by a full disk swallowed the next one, which was noted in full and could not be
/// read.
#[test]
fn a_line_that_a_full_disk_cuts_swallows_no_other() {
    let pair = Pair::new();
    pair.policy(&audited(&pair, ""));
    pair.client.stage("s", token(91));
    pair.client.commit("bad");
    // As large as a file may get: half of a line fits.
    let full = pair.script("pre-receive").replace("exec ", "trap '' XFSZ\nulimit -f 1\nexec ");
    pair.server.hook("pre-receive", &full);
    let ran = pair.push("main");
    assert!(!ran.ok && ran.stderr.contains("audit log cannot be written: only"), "{}", ran.stderr);
    let torn = fs::read(pair.server.beside("audit.jsonl")).unwrap();
    assert!(!torn.is_empty() && !torn.ends_with(b"\n"), "the disk was not full");
    pair.guard();
    assert!(!pair.push("main").ok && !pair.push("main").ok);
    assert_eq!(log(&pair).len(), 2, "{}", fs::read_to_string(pair.server.beside("audit.jsonl")).unwrap());
    let text = fs::read_to_string(pair.server.beside("audit.jsonl")).unwrap();
    assert_eq!(text.lines().count(), 3, "{text}");
}

/// Regression: a policy that nobody could go by was told in lines of any length, without GitLab's prefix and without
/// a verdict, and was not noted where the log was known.
#[test]
fn a_policy_that_makes_no_sense_is_told_like_any_other_verdict() {
    let mut pair = Pair::new();
    pair.client.commit("clean");
    for (text, words, noted) in [
        (audited(&pair, "baseline = \"/nowhere/that/anybody/knows/of/any/more/or/ever/will\""), "cannot read", 1),
        ("mode = \"soft\"\ncounts = \"some\"\n".to_owned(), "makes no sense", 1),
    ] {
        pair.policy(&text);
        let ran = pair.push("main");
        let said: Vec<&str> = ran.stderr.lines().filter_map(|line| line.strip_prefix("remote: ")).collect();
        assert!(said[0].starts_with("error: portcullis: push rejected: "), "{}", ran.stderr);
        assert!(said.iter().any(|line| line.starts_with("hint: an admin of this server")), "{}", ran.stderr);
        let long = said.iter().filter(|line| line.trim_end().chars().count() > 72 && line.contains(' '));
        // A path is one word, and has a line of its own where it is too long for any.
        assert!(long.clone().all(|line| line.trim().split(' ').count() == 1), "{:?}", long.collect::<Vec<_>>());
        assert!(ran.stderr.contains(words), "{}", ran.stderr);
        assert_eq!(log(&pair).len(), noted);
    }
    for (name, value) in [("GL_REPOSITORY", "project-1"), ("GL_PROTOCOL", "web"), ("GL_USERNAME", "lab")] {
        pair.client.set_env(name, value);
    }
    let ran = pair.push("main");
    let ours = ran.stderr.lines().filter_map(|line| line.strip_prefix("remote: "));
    assert!(ours.clone().count() > 1 && ours.clone().all(|line| line.starts_with("GL-HOOK-ERR:")), "{}", ran.stderr);
}
