//! All refs of a repository that keeps them in reftables.

use super::tips::RefLine;
use crate::git::reftable::{Named, Refs};
use crate::git::{GitError, Repo};

/// Lists `HEAD` and all refs that the repository has.
///
/// # Errors
/// If the tables cannot be read: refs that are not known would make old things new.
pub(super) fn list(repo: &Repo) -> Result<Vec<RefLine>, GitError> {
    let named = Refs::read(repo, &repo.git_dir)?.list(false)?.into_iter();
    Ok(named.map(|Named { name, target, peeled, .. }| RefLine { name, target, peeled }).collect())
}
