//! What can go wrong while a repository is read. Paths and names are printed escaped: they may be hostile.

use std::io;
use std::path::PathBuf;

use super::Oid;

/// A repository, or a part of it, could not be read. Gates answer every one of these with exit status 2.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    /// No repository at, or above, the place where one was looked for.
    #[error("not a git repository (or any parent up to the root): {0:?}")]
    NotARepository(PathBuf),
    /// A file of the repository could not be read.
    #[error("cannot read {path:?}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// The repository's configuration cannot be parsed, or asks for what we do not know.
    #[error("cannot use the git configuration in {path:?}: {detail}")]
    Config {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// The index is broken.
    #[error("the index file {path:?} is broken: {detail}")]
    Index {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// A pack, or its index, is broken.
    #[error("the pack {path:?} is broken: {detail}")]
    Pack {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        detail: String,
    },
    /// What the environment says of a push being received makes no sense.
    #[error("cannot find what is being pushed: {0}")]
    Quarantine(String),
    /// A push brings more than is taken.
    #[error("more is pushed than is taken: {0}")]
    Limit(String),
    /// A ref is broken.
    #[error("the ref {name:?} cannot be read: {detail}")]
    Ref {
        /// The ref's full name.
        name: String,
        /// What is wrong.
        detail: String,
    },
    /// An object is named, but the repository does not hold it.
    #[error("the {what} {oid} is missing from the repository")]
    Missing {
        /// What sort of object was wanted.
        what: &'static str,
        /// Its name.
        oid: Oid,
    },
    /// An object is there but cannot be read, or is of another sort.
    #[error("the {what} {oid} cannot be read: {detail}")]
    Object {
        /// What sort of object was wanted.
        what: &'static str,
        /// Its name.
        oid: Oid,
        /// What is wrong.
        detail: String,
    },
    /// An object is greater than what may be held in memory.
    #[error("the {what} {oid} is too large to be read: {detail}")]
    TooLarge {
        /// What sort of object it is.
        what: &'static str,
        /// Its name.
        oid: Oid,
        /// How large, and what the limit is.
        detail: String,
    },
}

impl GitError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    pub(super) fn object(what: &'static str, oid: Oid, detail: impl Into<String>) -> Self {
        Self::Object { what, oid, detail: detail.into() }
    }
}
