//! The commit-msg gate: credentials in the message of the commit being made.

use std::fs;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use super::feed::{Feed, Found};
use super::precommit::Outcome;
use crate::engine::Engine;
use crate::git::{GitError, Repo};
use crate::model::Origin;
use crate::source::message;

/// Scans the commit message in the file `path`, which git names to its hook (relative to the current
/// directory), until `stop` is set. Lines and columns are those of the file.
///
/// # Errors
/// If the file cannot be read.
pub fn run(repo: &Repo, engine: &Engine, path: &Path, stop: &AtomicBool) -> Result<Outcome, GitError> {
    let file = fs::read(path).map_err(|source| GitError::Io { path: path.to_owned(), source })?;
    let text = message::kept(&file, &repo.message_config());
    let fed = Feed::new(engine).bytes_until(&text, None, stop);
    let mut outcome = Outcome::default();
    outcome.coverage.objects = 1;
    outcome.coverage.bytes = fed.bytes;
    if let Some((reason, detail)) = fed.cut {
        outcome.coverage.skip(Origin::CommitMessage, reason, detail);
    }
    let found = |(finding, place)| Found { origin: Origin::CommitMessage, finding, place };
    outcome.found.extend(fed.found.into_iter().map(found));
    Ok(outcome)
}
