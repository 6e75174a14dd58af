//! Puts the gates where git will run them, takes them out again, and proves that they are alive.
//!
//! Nothing here guards: the gates are in `guard`. So git may be run as a child, and it is: which hooks git
//! runs follows from configuration files, includes, worktrees and variables, and only git itself reads all of
//! them as git does.

mod ask;
pub mod doctor;
mod error;
pub mod global;
pub mod install;
pub mod managers;
pub mod program;
mod scratch;
pub mod script;
pub mod server;

use std::path::{Path, PathBuf};

pub use ask::{Git, HooksPath, Place, Version};
pub use error::HookError;

/// What a kept hook's file is called: its old name and this.
pub const CHAINED: &str = ".portcullis-chained";

/// One of git's hooks that a gate is installed as.
#[derive(Debug)]
pub struct Hook {
    /// What git calls it: the file's name, and the event of configured hooks.
    pub name: &'static str,
    /// The command of portcullis that it runs.
    pub gate: &'static str,
    /// Its script, as it stands in `hooks/git/`.
    pub script: &'static str,
    /// How to see that it works.
    pub canary: Canary,
}

/// How a canary is brought to a hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Canary {
    /// In a staged file.
    Staged,
    /// In a branch that is merged.
    Merged,
    /// In the message.
    Message,
    /// In a commit that is pushed.
    Pushed,
}

/// The hooks. One more is one more line, and its script.
pub const HOOKS: &[Hook] = &[
    Hook {
        name: "pre-commit",
        gate: "pre-commit",
        script: include_str!("../../hooks/git/pre-commit"),
        canary: Canary::Staged,
    },
    Hook {
        name: "pre-merge-commit",
        gate: "pre-commit",
        script: include_str!("../../hooks/git/pre-merge-commit"),
        canary: Canary::Merged,
    },
    Hook {
        name: "commit-msg",
        gate: "commit-msg",
        script: include_str!("../../hooks/git/commit-msg"),
        canary: Canary::Message,
    },
    Hook {
        name: "pre-push",
        gate: "pre-push",
        script: include_str!("../../hooks/git/pre-push"),
        canary: Canary::Pushed,
    },
];

impl Hook {
    /// Its file in a directory of hooks.
    #[must_use]
    pub fn path(&self, dir: &Path) -> PathBuf {
        dir.join(self.name)
    }

    /// Whether its script runs the hook that was there before.
    pub(crate) fn chains(&self) -> bool {
        self.script.contains(CHAINED)
    }

    /// The file that an existing hook is kept in.
    #[must_use]
    pub fn kept(&self, dir: &Path) -> PathBuf {
        dir.join(format!("{}{CHAINED}", self.name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_script_is_short_plain_sh_for_its_own_hook() {
        for hook in HOOKS {
            assert!(hook.script.starts_with("#!/bin/sh\n"), "{}", hook.name);
            assert!(hook.script.lines().count() <= 15 && hook.script.is_ascii() && !hook.script.contains('\r'));
            assert!(hook.script.contains(&format!("/{}{CHAINED}\"", hook.name)));
            assert!(hook.script.ends_with(&format!("exec \"$guard\" {} \"$@\"\n", hook.gate)));
        }
    }
}
