//! A push as the pre-commit framework tells of it: in variables. Standard input it has read itself, and of all refs in
//! a push it names only the first that has something new.

use std::env;
use std::ffi::OsString;

use crate::cli::failure::{Failure, Shown};
use crate::git::{Command, GitError, Lines, Oid, Repo, Store};

/// What to do where it tells too little.
const HINT: &str = "install git's own hook instead, which is told everything: `portcullis install --force`";

/// What is pushed, and where to.
pub(super) struct Told {
    pub(super) command: Command,
    pub(super) remote: Option<OsString>,
    pub(super) url: Option<OsString>,
}

/// Whether the framework runs us.
pub(super) fn runs_us() -> bool {
    variable("PRE_COMMIT").is_some() || variable("PRE_COMMIT_TO_REF").is_some()
}

/// Reads what it says.
///
/// # Errors
/// If it does not say what is pushed, or there is no such commit: a push that is not known is not clean.
pub(super) fn read(repo: &Repo, lines: Lines) -> Result<Told, Failure> {
    // It names both ends, but for a whole new history, of which it names the branch alone.
    let local = variable("PRE_COMMIT_LOCAL_BRANCH");
    let tip = variable("PRE_COMMIT_TO_REF").or_else(|| local.clone()).ok_or_else(|| {
        Failure::new("the pre-commit framework does not say what is pushed")
            .hint("by hand, give it both: `pre-commit run --hook-stage pre-push --from-ref A --to-ref B`")
    })?;
    let unknown = |name: &OsString, error: &GitError| {
        Failure::because(
            format_args!("the pre-commit framework says that `{}` is pushed", name.to_string_lossy()),
            error,
        )
        .hint(HINT)
    };
    let new = object(repo, &tip).map_err(|error| unknown(&tip, &error))?;
    // What the other side has, where it is known here; without it, only more is looked at.
    let old = variable("PRE_COMMIT_FROM_REF").and_then(|name| object(repo, &name).ok());
    let old = old.map_or_else(|| "0".repeat(repo.hash_kind().width() * 2), |oid| oid.to_string());
    let name = variable("PRE_COMMIT_REMOTE_BRANCH").unwrap_or_else(|| OsString::from("HEAD"));
    let line = [format!("HEAD {new} ").as_bytes(), name.as_encoded_bytes(), format!(" {old}\n").as_bytes()].concat();
    let command = lines.push(&line).ok().and_then(|mut commands| commands.pop()).ok_or_else(|| {
        Failure::new(format_args!("the pre-commit framework names a ref that git does not allow, `{}`", name.shown()))
            .hint(HINT)
    })?;
    Ok(Told { command, remote: variable("PRE_COMMIT_REMOTE_NAME"), url: variable("PRE_COMMIT_REMOTE_URL") })
}

/// The object that a name stands for: an id, a ref, or steps back from one.
fn object(repo: &Repo, name: &OsString) -> Result<Oid, GitError> {
    if let Some(oid) = Oid::from_hex(name.as_encoded_bytes()).filter(|oid| oid.hash_kind() == repo.hash_kind()) {
        return Ok(oid);
    }
    Ok(repo.range(&Store::open(repo)?, &name.to_string_lossy())?.to)
}

fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|value| !value.is_empty())
}
