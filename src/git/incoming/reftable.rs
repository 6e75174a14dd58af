//! All refs of a repository that keeps them in reftables.

use std::ffi::OsStr;

use super::tips::RefLine;
use crate::git::reftable::git;
use crate::git::{GitError, Repo};

/// Lists all refs by `git for-each-ref`.
///
/// # Errors
/// If git cannot be run, fails, or says what makes no sense: refs that are not known would make old things new.
pub(super) fn list(repo: &Repo) -> Result<Vec<RefLine>, GitError> {
    let broken = |detail: String| GitError::Ref { name: "refs (kept in reftables)".to_owned(), detail };
    let format = OsStr::new("--format=%(HEAD)%(objectname) %(*objectname) %(refname)");
    let output = git(repo, &["for-each-ref".as_ref(), format])?;
    if !output.status.success() {
        return Err(broken("git for-each-ref failed".to_owned()));
    }
    let mut lines = Vec::new();
    for line in output.stdout.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
        let parse = || {
            let (mark, rest) = line.split_first()?;
            let mut words = rest.splitn(3, |&b| b == b' ');
            let target = repo.oid_from_hex(words.next()?)?;
            let peeled = repo.oid_from_hex(words.next()?);
            Some((*mark == b'*', RefLine { name: words.next()?.to_vec(), target, peeled }))
        };
        let (is_head, line) = parse().ok_or_else(|| broken("git for-each-ref said what is no ref".to_owned()))?;
        if is_head {
            lines.push(RefLine { name: b"HEAD".to_vec(), ..line.clone() });
        }
        lines.push(line);
    }
    Ok(lines)
}
