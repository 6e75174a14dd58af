//! Where an object's bytes came from.

use super::Position;

/// Where an object's bytes came from. Paths are bytes: git and Unix promise no encoding.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file on disk, named as the user would name it (relative to where they started, with `/`).
    File(Vec<u8>),
    /// Standard input.
    Stdin,
    /// A blob in the index, at its path from the top of the work tree.
    Staged(Vec<u8>),
    /// The name of a file or directory, the path up to and with it.
    Name {
        /// The path: as one on disk is named, or from the top of the work tree.
        path: Vec<u8>,
        /// Whether it is one of the index.
        staged: bool,
    },
    /// The message of the commit being made.
    CommitMessage,
    /// Something in a repository that has no path of its own, as people call it: `blob 0123...`,
    /// `ref refs/heads/main`.
    Object(Vec<u8>),
}

impl Origin {
    /// The path, where there is one.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        match self {
            Self::File(path) | Self::Staged(path) | Self::Name { path, .. } => Some(path),
            Self::Stdin | Self::CommitMessage | Self::Object(_) => None,
        }
    }

    /// What to call it: its path, or else words for what it is.
    #[must_use]
    pub fn label(&self) -> &[u8] {
        match self {
            Self::File(path) | Self::Staged(path) | Self::Name { path, .. } | Self::Object(path) => path,
            Self::Stdin => b"<stdin>",
            Self::CommitMessage => b"<commit message>",
        }
    }
}

/// The lines around a finding, for policy (inline allows) and for nothing else. Each is cut to a
/// bounded length, so that one 1 GB line costs no memory.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineContext {
    /// The line before the first line of the match; `None` at the top of the object.
    pub before: Option<Vec<u8>>,
    /// The lines the match covers: the first and the last (the same one for most).
    pub first: Vec<u8>,
    /// The last line of the match.
    pub last: Vec<u8>,
    /// The line after the last line of the match; `None` at the end of the object.
    pub after: Option<Vec<u8>>,
}

/// A finding's place as people count it, and the lines around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where the credential begins.
    pub start: Position,
    /// Where it ends: the position just past its last byte.
    pub end: Position,
    /// The lines around it.
    pub lines: LineContext,
}
