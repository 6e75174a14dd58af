//! `redact --exec`: the command runs as if nothing stood between, but for what it prints.

use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Command, Stdio};

use crate::scan::sandbox::{Sandbox, token};

const SHELL: [&str; 5] = ["redact", "--exec", "--", "/bin/sh", "-c"];

#[test]
fn both_outputs_are_masked_and_the_status_is_kept() {
    let sandbox = Sandbox::new();
    let (one, two) = (token(1), token(2));
    sandbox.write("run", format!("echo 'out {one}'; echo 'err {two}' >&2; exit 7\n"));
    let ran = sandbox.run(&[&SHELL[..4], &["run"]].concat()).exits(7);
    assert_eq!(ran.stdout(), format!("out {}***[github-pat-classic]\n", &one[..4]));
    assert_eq!(ran.stderr(), format!("err {}***[github-pat-classic]\n", &two[..4]));
}

#[test]
fn every_end_of_the_command_is_told() {
    let sandbox = Sandbox::new();
    for (script, status) in [("exit 0", 0), ("exit 1", 1), ("exit 255", 255), ("kill -9 $$", 137)] {
        sandbox.run(&[&SHELL[..], &[script]].concat()).exits(status);
    }
    let ran = sandbox.run(&["redact", "--exec", "--", "/nowhere/at-all"]).exits(127);
    assert!(ran.stderr().starts_with("error: cannot run `/nowhere/at-all`"), "{}", ran.stderr());
    sandbox.write("plain", "");
    sandbox.run(&["redact", "--exec", "--", "./plain"]).exits(126);
}

#[test]
fn standard_input_is_the_commands() {
    let sandbox = Sandbox::new();
    let ran = sandbox.feed(&["redact", "--exec", "--", "/bin/cat"], b"plain text\n").exits(0);
    assert_eq!(ran.stdout(), "plain text\n");
}

#[test]
fn signals_reach_the_command_which_decides_how_it_ends() {
    for (signal, status) in [("TERM", 41), ("INT", 42), ("HUP", 43), ("USR1", 44)] {
        let sandbox = Sandbox::new();
        let script =
            format!("trap 'echo caught {signal}; exit {status}' {signal}; echo ready; while :; do sleep 0.05; done");
        let mut command = sandbox.command(&[&SHELL[..], &[script.as_str()]].concat());
        let mut child = command.env("PATH", "/usr/bin:/bin").stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n", "a line goes out at once");
        let sent = Command::new("/bin/kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(
            (rest.as_str(), child.wait().unwrap().code()),
            (format!("caught {signal}\n").as_str(), Some(status))
        );
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_command_and_not_in_a_panic() {
    let sandbox = Sandbox::new();
    let mut command = sandbox.command(&[&SHELL[..], &["while echo again; do :; done"]].concat());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut String::new()).unwrap();
    drop(out);
    let ended = child.wait_with_output().unwrap();
    assert!(!String::from_utf8_lossy(&ended.stderr).contains("internal error"));
    assert!(ended.status.code().is_some());
}
