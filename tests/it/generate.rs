//! Completions and manual pages are those of the command line as it is.

use std::collections::BTreeSet;
use std::fs;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use portcullis::cli::args::Cli;

use crate::scan::sandbox::Sandbox;

fn commands() -> Vec<String> {
    Cli::command().get_subcommands().map(|sub| sub.get_name().to_owned()).collect()
}

#[test]
fn every_shell_completes_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let script = sandbox.run(&["completions", shell]).exits(0).stdout();
        for command in commands() {
            assert!(script.contains(&command), "{shell} does not know {command}");
        }
        // Where the shell is there, it takes the script.
        let check = match shell {
            "powershell" | "elvish" => continue,
            _ => Command::new(shell).arg("-n").arg("/dev/stdin").stdin(Stdio::piped()).spawn(),
        };
        let Ok(mut child) = check else {
            eprintln!("{shell} is not on this machine: its completions were not parsed");
            continue;
        };
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), script.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success(), "{shell}");
    }
    sandbox.run(&["completions", "tcsh"]).exits(2);
}

#[test]
fn every_command_has_a_manual_page() {
    let sandbox = Sandbox::new();
    sandbox.run(&["man", "made/man1"]).exits(0);
    let pages: BTreeSet<String> = fs::read_dir(sandbox.path("made/man1"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(pages.contains("portcullis.1") && pages.contains("portcullis-rules-lint.1"), "{pages:?}");
    for command in commands() {
        let page = fs::read_to_string(sandbox.path(format!("made/man1/portcullis-{command}.1"))).expect(&command);
        assert!(page.contains(".SH NAME") && page.contains(".SH SYNOPSIS"), "{command}");
    }
    let first = fs::read_to_string(sandbox.path("made/man1/portcullis.1")).unwrap();
    assert!(first.contains(".SH \"EXIT STATUS\"") && !first.contains("EXTRA"), "{first}");
    sandbox.write("file", "");
    let ran = sandbox.run(&["man", "file/below"]).exits(2);
    assert!(ran.stderr().contains("cannot write manual pages"), "{}", ran.stderr());
}
