//! The gate on a server: where each host runs hooks from, and how ours gets there.

mod doctor;
mod pair;

use std::fs;
use std::path::{Path, PathBuf};

pub use doctor::{Trial, examine};

use super::error::HookError;
use super::install::{self, Step};
use super::{Canary, Hook};
use crate::model::named::named;

named! {
    /// A host of repositories.
    Host {
        /// A bare repository.
        Bare = "bare",
        /// Gitea or Forgejo.
        Gitea = "gitea",
        /// GitLab, self-managed.
        Gitlab = "gitlab",
        /// gitolite.
        Gitolite = "gitolite",
        /// GitHub Enterprise Server.
        Ghes = "ghes",
        /// Bitbucket Data Center.
        Bitbucket = "bitbucket",
        /// Gerrit.
        Gerrit = "gerrit",
        /// Soft Serve.
        SoftServe = "soft-serve",
    }
}

/// The hook as git runs it.
const PRE_RECEIVE: Hook = Hook {
    name: "pre-receive",
    gate: "pre-receive",
    script: include_str!("../../../hooks/hosts/pre-receive"),
    canary: Canary::Staged,
};

/// The hook as a file among others that a host runs.
const PORTCULLIS: Hook = Hook {
    name: "portcullis",
    gate: "pre-receive",
    script: include_str!("../../../hooks/hosts/portcullis"),
    canary: Canary::Staged,
};

/// The hook as Gerrit runs it.
const REF_UPDATE: Hook = Hook {
    name: "ref-update",
    gate: "update",
    script: include_str!("../../../hooks/hosts/ref-update"),
    canary: Canary::Staged,
};

/// How it is done on one host.
#[derive(Debug)]
pub struct Recipe {
    /// The host.
    pub host: Host,
    /// The hook's file.
    pub hook: Hook,
    /// The directory it lies in, below the one that was named.
    pub dir: &'static str,
    /// What an admin has to know, and do next.
    pub text: &'static str,
}

/// Every host. One more is one more row, and its text in `hooks/hosts/`.
pub const RECIPES: &[Recipe] = &[
    row(Host::Bare, PRE_RECEIVE, "hooks", include_str!("../../../hooks/hosts/bare.md")),
    row(Host::Gitea, PORTCULLIS, "hooks/pre-receive.d", include_str!("../../../hooks/hosts/gitea.md")),
    row(Host::Gitlab, PORTCULLIS, "pre-receive.d", include_str!("../../../hooks/hosts/gitlab.md")),
    row(Host::Gitolite, PRE_RECEIVE, "hooks/common", include_str!("../../../hooks/hosts/gitolite.md")),
    row(Host::Ghes, PORTCULLIS, "", include_str!("../../../hooks/hosts/ghes.md")),
    row(Host::Bitbucket, PORTCULLIS, "", include_str!("../../../hooks/hosts/bitbucket.md")),
    row(Host::Gerrit, REF_UPDATE, "hooks", include_str!("../../../hooks/hosts/gerrit.md")),
    row(Host::SoftServe, PRE_RECEIVE, "hooks", include_str!("../../../hooks/hosts/soft-serve.md")),
];

const fn row(host: Host, hook: Hook, dir: &'static str, text: &'static str) -> Recipe {
    Recipe { host, hook, dir, text }
}

impl Recipe {
    /// How it is done there.
    #[must_use]
    pub fn of(host: Host) -> Option<&'static Self> {
        RECIPES.iter().find(|recipe| recipe.host == host)
    }

    /// The host that a directory looks like it belongs to.
    #[must_use]
    pub fn guess(place: &Path) -> Host {
        if place.join("hooks/pre-receive.d").is_dir() { Host::Gitea } else { Host::Bare }
    }

    /// The hook's file, for the directory that was named.
    #[must_use]
    pub fn path(&self, place: &Path) -> PathBuf {
        self.hook.path(&place.join(self.dir))
    }

    /// Puts the hook in place, for the program at `guard`: a real file, which no link can lose.
    ///
    /// # Errors
    /// If it cannot be written, or there is something in its place that is not to be lost.
    pub fn install(&self, place: &Path, guard: &Path, force: bool) -> Result<Step, HookError> {
        let dir = place.join(self.dir);
        if self.host == Host::Bare && !place.join("objects").is_dir() {
            return Err(HookError::NoRepository(place.to_owned()));
        }
        fs::create_dir_all(&dir).map_err(HookError::io("make the directory", &dir))?;
        install::install_hook(&dir, &self.hook, guard, force)
    }

    /// Takes the hook out again, and puts back the one that was there before.
    ///
    /// # Errors
    /// If it cannot be removed, or was changed since it was written and `force` is not given.
    pub fn uninstall(&self, place: &Path, force: bool) -> Result<Step, HookError> {
        install::uninstall_hook(&place.join(self.dir), &self.hook, force)
    }
}
