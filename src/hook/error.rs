//! Why a hook could not be put in place, or taken out. Paths are shown escaped: they may be hostile.

use std::io;
use std::path::PathBuf;

use super::ask::shown;

/// What stopped us. Nothing was changed then, unless a variant says otherwise.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// Git cannot be run.
    #[error("cannot run git")]
    NoGit(#[source] io::Error),
    /// Git was run, and refused.
    #[error("git {what} failed: {said}")]
    Git {
        /// The subcommand.
        what: String,
        /// Git's own words, on one line.
        said: String,
    },
    /// A file could not be read, written or renamed.
    #[error("cannot {action} {}", shown(.path))]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// The operating system's words.
        source: io::Error,
    },
    /// Git looks for hooks in what is no directory.
    #[error("git looks for hooks in {}, which is no directory: git runs no hooks at all here", shown(.0))]
    NoDirectory(PathBuf),
    /// There is a file where git's own directory of hooks ought to be.
    #[error("{} is a file and no directory: git runs no hooks at all here", shown(.0))]
    FileForHooks(PathBuf),
    /// `core.hooksPath` is there and empty, in the configuration of that scope.
    #[error("core.hooksPath is set to nothing ({0} configuration): git runs no hooks at all here")]
    EmptyHooksPath(String),
    /// The hook's place is taken by what is no file.
    #[error("{} is no file", shown(.0))]
    NoFile(PathBuf),
    /// There is a hook to keep, but a kept one is there already.
    #[error("{} was not written by portcullis, and an earlier hook is kept in {} already", shown(.hook), shown(.kept))]
    KeptAlready {
        /// The hook.
        hook: PathBuf,
        /// The one kept.
        kept: PathBuf,
    },
    /// There is a file of somebody else's, which ours would not run.
    #[error("{} was not written by portcullis", shown(.0))]
    Taken(PathBuf),
    /// The directory is in no repository.
    #[error("this directory is in no git repository")]
    NotInRepository,
    /// Our own hook, but with changes that somebody made.
    #[error("{} was written by portcullis and changed since", shown(.0))]
    Edited(PathBuf),
    /// One directory of hooks serves all repositories of the user or the machine.
    #[error("core.hooksPath is set for all repositories ({scope} configuration): {}", shown(.path))]
    Shared {
        /// The directory.
        path: PathBuf,
        /// Git's word for where it is set.
        scope: String,
    },
    /// Nobody commits in a bare repository; what is pushed into it is looked at by other hooks.
    #[error("{} is a bare repository: nobody commits here, and these hooks do not see what is pushed into it", shown(.0))]
    Bare(PathBuf),
    /// There is no bare repository.
    #[error("{} is no bare repository", shown(.0))]
    NoRepository(PathBuf),
    /// Neither `HOME` nor `XDG_DATA_HOME` is known.
    #[error("there is no home directory to keep a template in")]
    NoHome,
}

impl HookError {
    pub(super) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }

    /// What to do about it; empty where the message says it all.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoGit(_) => "install git, or put it on PATH",
            Self::FileForHooks(_) => "move it away: `portcullis install` makes the directory",
            Self::EmptyHooksPath(_) => {
                "`git config --unset core.hooksPath`; with --global where that is where it is set"
            }
            Self::Git { said, .. } if said.contains("dubious ownership") => {
                "if you trust its owner: `git config --global --add safe.directory DIR`, with that path for DIR"
            }
            Self::NoDirectory(_) => "find who set it with `git config --show-origin core.hooksPath`, and unset it",
            Self::KeptAlready { .. } => {
                "put what you need of both into the first, delete the second, and install again"
            }
            Self::Taken(_) => "move it away, or give it another name",
            Self::NotInRepository => "go into one, or make one with `git init`; `--global` is for all repositories",
            Self::Edited(_) => "move your changes elsewhere, or give --force to lose them",
            Self::Bare(_) => {
                "`portcullis install --server .` puts in place what looks at pushes; --force installs these"
            }
            Self::NoRepository(_) => "name the directory that `objects` and `refs` are in, or another --host",
            Self::Shared { .. } => "`portcullis install --global` is for all repositories; --force installs there now",
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "make it writable, or run this as its owner"
            }
            _ => "",
        }
    }
}
