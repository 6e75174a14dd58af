//! The gates as git runs them.

use std::path::Path;

use portcullis::engine::Engine;
use portcullis::git::{Env, GitError, Repo as Ours};
use portcullis::guard::precommit::Outcome;
use portcullis::guard::watch::{Unwatched, Watch};
use portcullis::guard::{commit_msg, precommit};
use portcullis::model::Severity;
use portcullis::rules::{Anchor, Boundary, Kind, Rule, RuleSet};

use super::Repo;

const GATE: &str = "PORTCULLIS_TEST_GATE";

/// An engine that knows one sort of token.
pub(crate) fn engine() -> Engine {
    let anchor = Anchor { literal: b"ghp_".as_slice().into(), fold: false, lead_min: 0, lead_max: 0 };
    Engine::new(RuleSet::new(vec![Rule {
        id: "test-token".into(),
        title: "Test token".into(),
        provider: "test".into(),
        severity: Severity::High,
        kind: Kind::Token,
        regex: "ghp_[0-9A-Za-z]{36}".into(),
        anchors: vec![anchor].into(),
        max_len: 40,
        group: 0,
        left: Boundary::Alnum,
        right: Boundary::Alnum,
        extend: None,
        check: None,
        min_entropy: 0,
        files: vec![].into(),
        revoke: "Revoke it.".into(),
        revoke_url: "".into(),
        references: vec![].into(),
        examples: vec![].into(),
        rejects: vec![].into(),
    }]))
}

/// Runs the pre-commit gate of our library on the repository at `dir`.
pub(crate) fn scan(env: Env, dir: &Path) -> Result<Outcome, GitError> {
    let stop = std::sync::atomic::AtomicBool::new(false);
    precommit::run(&Ours::open(env, dir)?, &engine(), Watch { stop: &stop, progress: &Unwatched })
}

/// The hook script that runs a gate.
pub(crate) fn script(gate: &str) -> String {
    let exe = std::env::current_exe().expect("this test binary");
    format!("#!/bin/sh\n{GATE}=\"{gate} $1\" exec '{}' --exact --nocapture support::gate::inside_a_hook >&2\n", exe.display())
}

/// Wires the gates as git's own hooks.
pub(crate) fn wire(repo: &Repo) {
    for (hook, gate) in [("pre-commit", "pre-commit"), ("pre-merge-commit", "pre-commit"), ("commit-msg", "commit-msg")] {
        repo.hook(hook, &script(gate));
    }
}

/// Not a test of its own: outside a hook there is nothing to look at. Ends as the command does.
#[test]
fn inside_a_hook() {
    let Ok(gate) = std::env::var(GATE) else { return };
    let outcome = match gate.split_once(' ').expect("a gate and its argument") {
        ("pre-commit", _) => scan(Env::from_process(), Path::new(".")),
        (_, file) => Ours::open(Env::from_process(), Path::new("."))
            .and_then(|repo| commit_msg::run(&repo, &engine(), Path::new(file))),
    };
    let code = match outcome {
        Ok(outcome) if !outcome.coverage.is_complete() => 2,
        Ok(outcome) if !outcome.found.is_empty() => {
            let places = outcome.found.iter().map(|found| (&found.origin, found.place.start));
            eprintln!("blocked: {:?}", places.collect::<Vec<_>>());
            1
        }
        Ok(_) => 0,
        Err(error) => {
            eprintln!("error: {error}");
            2
        }
    };
    std::process::exit(code);
}
