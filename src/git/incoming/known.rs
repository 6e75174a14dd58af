//! What counts as known before a push.

use super::lines::Command;
use crate::git::Oid;

/// The refs whose reach is known already, and is none of a push's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Known {
    /// All that the repository has: a push is being received, and no ref is changed yet.
    Refs,
    /// All but those a push has changed, and what these were before: the push is through.
    Before(Vec<Command>),
    /// These objects and no ref: a push is through, and what refs name by now may be its own.
    Only(Vec<Oid>),
    /// A remote's branches as last seen (the names that begin so), and what the remote said it has: a push is going
    /// out.
    Remote(Vec<u8>, Vec<Oid>),
}

impl Known {
    /// Whether a ref of that name counts, as it stands.
    pub(super) fn counts(&self, name: &[u8]) -> bool {
        match self {
            Self::Refs => true,
            Self::Before(commands) => name != b"HEAD" && !commands.iter().any(|command| command.name == name),
            Self::Only(_) => false,
            Self::Remote(prefix, _) => name.starts_with(prefix),
        }
    }

    /// Objects that are known without a ref.
    pub(super) fn also(&self) -> Vec<Oid> {
        match self {
            Self::Refs => Vec::new(),
            Self::Before(commands) => commands.iter().map(|c| c.old).filter(|oid| !oid.is_null()).collect(),
            Self::Only(also) | Self::Remote(_, also) => also.iter().copied().filter(|oid| !oid.is_null()).collect(),
        }
    }
}
