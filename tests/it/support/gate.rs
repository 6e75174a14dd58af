//! The gates as git runs them.

use std::path::Path;

use portcullis::engine::Engine;
use portcullis::git::{Env, GitError, Repo as Ours};
use portcullis::guard::precommit::Outcome;
use portcullis::guard::watch::{Unwatched, Watch};
use portcullis::guard::{commit_msg, precommit};

use super::Repo;

const GATE: &str = "PORTCULLIS_TEST_GATE";

/// Runs the pre-commit gate of our library on the repository at `dir`.
pub(crate) fn scan(env: Env, dir: &Path) -> Result<Outcome, GitError> {
    let stop = std::sync::atomic::AtomicBool::new(false);
    precommit::run(&Ours::open(env, dir)?, &Engine::builtin(), Watch { stop: &stop, progress: &Unwatched })
}

/// The hook script that runs a gate.
pub(crate) fn script(gate: &str) -> String {
    let exe = std::env::current_exe().expect("this test binary");
    format!(
        "#!/bin/sh\n{GATE}=\"{gate} $1\" exec '{}' --exact --nocapture support::gate::inside_a_hook >&2\n",
        exe.display()
    )
}

/// Wires the gates as git's own hooks.
pub(crate) fn wire(repo: &Repo) {
    for (hook, gate) in [("pre-commit", "pre-commit"), ("pre-merge-commit", "pre-commit"), ("commit-msg", "commit-msg")]
    {
        repo.hook(hook, &script(gate));
    }
}

/// Not a test of its own: outside a hook there is nothing to look at. Fails where a gate must block.
#[test]
fn inside_a_hook() -> Result<(), String> {
    let Ok(gate) = std::env::var(GATE) else { return Ok(()) };
    let outcome = match gate.split_once(' ').expect("a gate and its argument") {
        ("pre-commit", _) => scan(Env::from_process(), Path::new(".")),
        (_, file) => Ours::open(Env::from_process(), Path::new("."))
            .and_then(|repo| commit_msg::run(&repo, &Engine::builtin(), Path::new(file))),
    };
    let outcome = outcome.map_err(|error| format!("error: {error}"))?;
    let places = outcome.found.iter().map(|found| (&found.origin, found.place.start)).collect::<Vec<_>>();
    match (outcome.coverage.is_complete(), places.as_slice()) {
        (true, []) => Ok(()),
        (true, _) => Err(format!("blocked: {places:?}")),
        (false, _) => Err(format!("incomplete: {:?}", outcome.coverage.skips)),
    }
}
