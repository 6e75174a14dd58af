//! Refs kept in reftables. The format is read by git alone, so this is the one place where a gate runs a child.

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

use super::env::path_from_bytes;
use super::refs::{Target, broken};
use super::{GitError, Repo};

/// Runs a command of git's that only reads refs: it starts no program, asks nobody, fetches and writes nothing.
///
/// # Errors
/// If git cannot be run. That it fails is for the caller to see.
pub(super) fn git(repo: &Repo, args: &[&OsStr]) -> Result<Output, GitError> {
    let mut command = Command::new("git");
    command.arg("--git-dir").arg(&repo.git_dir);
    command.args(["-c", "core.fsmonitor=false"]).args(args);
    command.current_dir(repo.start_dir()).stdin(Stdio::null()).stderr(Stdio::null());
    for (name, value) in [
        ("GIT_NO_REPLACE_OBJECTS", "1"),
        ("GIT_OPTIONAL_LOCKS", "0"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_NO_LAZY_FETCH", "1"),
        ("LC_ALL", "C"),
    ] {
        command.env(name, value);
    }
    command.output().map_err(|error| wrong(b"refs", &format!("git is needed to read them: {error}")))
}

/// What a ref says: `HEAD`, or one below `refs/`.
///
/// # Errors
/// If git cannot be run, or says that the tables are broken: a broken ref is not an unborn one.
pub(super) fn read(repo: &Repo, name: &[u8]) -> Result<Option<Target>, GitError> {
    if name == b"HEAD" { head(repo).map(Some) } else { below_refs(repo, name) }
}

fn head(repo: &Repo) -> Result<Target, GitError> {
    let head = OsStr::new("HEAD");
    let symbolic = git(repo, &["symbolic-ref".as_ref(), "--quiet".as_ref(), head])?;
    match symbolic.status.code() {
        Some(0) => Ok(Target::Symbolic(symbolic.stdout.trim_ascii_end().to_vec())),
        // It is detached, or it is not there at all.
        Some(1) => {
            let detached = git(repo, &["rev-parse".as_ref(), "--verify".as_ref(), "--quiet".as_ref(), head])?;
            let oid = repo.oid_from_hex(detached.stdout.trim_ascii_end()).filter(|_| detached.status.success());
            oid.map(Target::Object).ok_or_else(|| wrong(b"HEAD", "git finds none"))
        }
        _ => Err(wrong(b"HEAD", "git symbolic-ref failed")),
    }
}

fn below_refs(repo: &Repo, name: &[u8]) -> Result<Option<Target>, GitError> {
    // Git takes a name for a pattern, too, and lists what lies below it.
    let pattern = path_from_bytes(name);
    let format = OsStr::new("--format=%(objectname) %(refname)");
    let listed = git(repo, &["for-each-ref".as_ref(), format, "--".as_ref(), pattern.as_os_str()])?;
    if !listed.status.success() {
        return Err(wrong(name, "git for-each-ref failed"));
    }
    let mut lines = listed.stdout.split(|&b| b == b'\n');
    let hex = lines.find_map(|line| line.strip_suffix(name)?.strip_suffix(b" "));
    let Some(hex) = hex else { return Ok(None) };
    repo.oid_from_hex(hex).map(|oid| Some(Target::Object(oid))).ok_or_else(|| wrong(name, "it names no object"))
}

fn wrong(name: &[u8], detail: &str) -> GitError {
    broken(name, &format!("kept in a reftable; {detail}"))
}
