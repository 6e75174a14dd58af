//! The gates as git runs them.

use std::path::Path;

use portcullis::engine::Engine;
use portcullis::git::{Env, GitError, Repo as Ours};
use portcullis::guard::precommit;
use portcullis::guard::precommit::Outcome;
use portcullis::guard::watch::{Unwatched, Watch};

use super::Repo;

/// Runs the pre-commit gate of our library on the repository at `dir`.
pub(crate) fn scan(env: Env, dir: &Path) -> Result<Outcome, GitError> {
    let stop = std::sync::atomic::AtomicBool::new(false);
    precommit::run(&Ours::open(env, dir)?, &Engine::builtin(), Watch { stop: &stop, progress: &Unwatched })
}

/// The hook script that runs a gate: the real program.
pub(crate) fn script(gate: &str) -> String {
    format!("#!/bin/sh\nexec '{}' {gate} \"$@\"\n", env!("CARGO_BIN_EXE_portcullis"))
}

/// Wires the gates as git's own hooks.
pub(crate) fn wire(repo: &Repo) {
    for (hook, gate) in [("pre-commit", "pre-commit"), ("pre-merge-commit", "pre-commit"), ("commit-msg", "commit-msg")]
    {
        repo.hook(hook, &script(gate));
    }
}
