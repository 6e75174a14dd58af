//! A scratch server with the hook's file before it, and a scratch repository that pushes to it.

use std::fs;
use std::path::Path;
use std::process::Output;

use super::doctor::Trial;
use crate::hook::ask::Git;
use crate::hook::error::HookError;
use crate::hook::scratch::{self, Scratch, link};

/// Both, in a temporary directory of their own, removed with it.
pub(super) struct Pair {
    scratch: Scratch,
    git: Git,
}

impl Pair {
    /// With that file as the server's pre-receive hook. It is linked to: what is wrong with it is wrong with a link
    /// to it, and a hook it has kept, which knows nothing of scratch repositories, stays out of it.
    pub(super) fn new(file: &Path, trial: Option<&Trial>) -> Result<Self, HookError> {
        let scratch = Scratch::new()?;
        let mut git = Git::only_at(scratch.path("client"));
        if let Some(trial) = trial {
            let policy = scratch.path("policy.toml");
            fs::write(&policy, &trial.policy).map_err(HookError::io("write", &policy))?;
            git = git.with(trial.variable, policy);
        }
        let (server, hooks) = (scratch.dir("server")?, scratch.dir("hooks")?);
        scratch.dir("client")?;
        let file = file.canonicalize().map_err(HookError::io("find", file))?;
        link(&file, &hooks.join("pre-receive")).map_err(HookError::io("link to", &file))?;
        let own = Git::only_at(&server);
        own.run(&["init", "-q", "--bare", "--template="])?;
        own.run(&["config".as_ref(), "core.hooksPath".as_ref(), hooks.as_os_str()])?;
        scratch::init(&git)?;
        Ok(Self { scratch, git })
    }

    /// Commits something clean and pushes it.
    pub(super) fn push_clean(&self) -> Result<Output, HookError> {
        self.push("clean.txt", "nothing of worth\n")
    }

    /// Commits a made-up credential and pushes it.
    pub(super) fn push_canary(&self) -> Result<Output, HookError> {
        self.push("canary.txt", &self.scratch.canary())
    }

    fn push(&self, name: &str, text: &str) -> Result<Output, HookError> {
        let path = self.scratch.path("client").join(name);
        fs::write(&path, text).map_err(HookError::io("write", &path))?;
        self.git.run(&["add", "-f", "-A"])?;
        self.git.run(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "canary"])?;
        let server = self.scratch.path("server");
        self.git.output(&["push".as_ref(), "-q".as_ref(), "--no-verify".as_ref(), server.as_os_str(), "main".as_ref()])
    }
}
