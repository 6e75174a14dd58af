//! The blobs a commit brings in: what `git add` staged, not what lies in the work tree.

use super::file::WHOLE_LIMIT;
use crate::git::{self, Change, GitError, Oid, Repo};
use crate::model::{Origin, SkipReason};

/// What there is to scan at a changed path.
pub enum Blob {
    /// Content that stood at this path in no parent.
    New(git::Blob),
    /// Nothing new: only the type or the permissions change.
    Same,
    /// It cannot be scanned, with git's words for why.
    Skip(SkipReason, String),
}

/// How a changed path is named in what people are told.
#[must_use]
pub fn origin(change: &Change) -> Origin {
    Origin::Staged(change.path.clone())
}

/// The file name rules may be bound to: the path's last component, unless it is a symbolic link, whose
/// blob is the target's name and not a file of that format.
#[must_use]
pub fn file_name(change: &Change) -> Option<&[u8]> {
    if change.mode.is_file() { last_component(&change.path) } else { None }
}

/// What follows the last slash.
#[must_use]
pub fn last_component(path: &[u8]) -> Option<&[u8]> {
    path.rsplit(|&b| b == b'/').next()
}

/// Reads what a change brings in. A large-file pointer is text like any other; what it points at is not in
/// the repository.
#[must_use]
pub fn read(repo: &Repo, change: &Change) -> Blob {
    if change.mode.is_submodule() {
        return Blob::Skip(SkipReason::Submodule, String::new());
    }
    if change.old.iter().any(|(mode, oid)| mode.is_blob() && *oid == change.oid) {
        return Blob::Same;
    }
    match content(repo, change.oid) {
        Ok(content) => Blob::New(content),
        Err(error) => Blob::Skip(reason(&error), error.to_string()),
    }
}

/// A blob's content: held where it is no longer than a file may be that is held.
///
/// # Errors
/// If it cannot be read.
pub fn content(repo: &Repo, oid: Oid) -> Result<git::Blob, GitError> {
    repo.blob_within(oid, WHOLE_LIMIT)
}

/// The blobs that stood at a changed path before.
pub fn before(change: &Change) -> impl Iterator<Item = Oid> {
    change.old.iter().filter(|(mode, _)| mode.is_blob()).map(|(_, oid)| *oid)
}

const fn reason(error: &GitError) -> SkipReason {
    match error {
        GitError::Missing { .. } => SkipReason::Missing,
        _ => SkipReason::Unreadable,
    }
}
