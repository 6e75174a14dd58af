//! What was looked at and what could not be: nothing is skipped in silence.

use super::Origin;

/// Why an object, or part of it, was not scanned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SkipReason {
    /// A symbolic link: never followed. By design, still complete.
    Symlink,
    /// A submodule: another repository's commit. By design, still complete.
    Submodule,
    /// A repository's own `.git`. By design, still complete: `portcullis history` is for what it holds.
    GitDir,
    /// A FIFO, socket or device found while walking. By design, still complete.
    Special,
    /// Permission denied, an I/O error, a corrupt object.
    Unreadable,
    /// It was listed, but gone when it was to be read.
    Vanished,
    /// Its size changed while it was being read.
    Changed,
    /// A path that was named and is not there, or an object that the repository names but does not hold.
    Missing,
    /// A stated budget ran out.
    Budget,
    /// Ctrl-C or a deadline.
    Interrupted,
}

impl SkipReason {
    /// Every reason.
    pub const ALL: [Self; 10] = [
        Self::Symlink,
        Self::GitDir,
        Self::Submodule,
        Self::Special,
        Self::Unreadable,
        Self::Vanished,
        Self::Changed,
        Self::Missing,
        Self::Budget,
        Self::Interrupted,
    ];

    /// The reason with that name in output.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// The name used in output.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Symlink => "symlink",
            Self::Submodule => "submodule",
            Self::GitDir => "git-dir",
            Self::Special => "special-file",
            Self::Unreadable => "unreadable",
            Self::Vanished => "vanished",
            Self::Changed => "changed",
            Self::Missing => "missing",
            Self::Budget => "budget",
            Self::Interrupted => "interrupted",
        }
    }

    /// Whether the scan still counts as complete with this skip in it.
    #[must_use]
    pub const fn is_by_design(self) -> bool {
        matches!(self, Self::Symlink | Self::Submodule | Self::GitDir | Self::Special)
    }
}

/// One thing that was not scanned. In order: by what it was, then by the reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Skip {
    /// What it was.
    pub origin: Origin,
    /// Why.
    pub reason: SkipReason,
    /// The operating system's or git's words for it; empty when there is nothing to add.
    pub detail: String,
}

/// Counts of what was scanned, and every skip that matters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// Objects (files, blobs, messages, streams) read to their end.
    pub objects: u64,
    /// Bytes scanned.
    pub bytes: u64,
    /// Skips that leave the scan incomplete, in order of origin once sorted.
    pub skips: Vec<Skip>,
    /// How many symlinks, submodules, `.git`s and special files were passed over by design.
    pub by_design: u64,
}

impl Coverage {
    /// Whether everything asked for was scanned.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.skips.is_empty()
    }

    /// Notes a skip: those by design are counted, all others kept.
    pub fn skip(&mut self, origin: Origin, reason: SkipReason, detail: impl Into<String>) {
        if reason.is_by_design() {
            self.by_design += 1;
        } else {
            self.skips.push(Skip { origin, reason, detail: detail.into() });
        }
    }

    /// Puts the skips in one order, whatever order threads or reports brought them in, and tells each once.
    pub fn sort(&mut self) {
        self.skips.sort();
        self.skips.dedup();
    }

    /// Adds another part's counts to this one's.
    pub fn merge(&mut self, other: Self) {
        self.objects += other.objects;
        self.bytes += other.bytes;
        self.by_design += other.by_design;
        self.skips.extend(other.skips);
    }
}
