//! A scratch server with the hook's file before it, and a scratch repository that pushes to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use super::doctor::Trial;
use crate::hook::ask::Git;
use crate::hook::doctor::canary::{link, make_private};
use crate::hook::error::HookError;

/// Both, in a temporary directory of their own, removed with it.
pub(super) struct Scratch {
    root: PathBuf,
    git: Git,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It holds nothing but made-up text: if it cannot be removed, nothing is lost.
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Scratch {
    /// With that file as the server's pre-receive hook. It is linked to: what is wrong with it is wrong with a link
    /// to it, and a hook it has kept, which knows nothing of scratch repositories, stays out of it.
    pub(super) fn new(file: &Path, seed: u64, trial: Option<&Trial>) -> Result<Self, HookError> {
        let root = std::env::temp_dir().join(format!("portcullis-canary-{}-{seed:x}", std::process::id()));
        make_private(&root).map_err(HookError::io("make the directory", &root))?;
        let mut git = Git::only_at(root.join("client"));
        if let Some(trial) = trial {
            let policy = root.join("policy.toml");
            fs::write(&policy, &trial.policy).map_err(HookError::io("write", &policy))?;
            git = git.with(trial.variable, policy);
        }
        let scratch = Self { root, git };
        let (server, client, hooks) =
            (scratch.root.join("server"), scratch.root.join("client"), scratch.root.join("hooks"));
        for dir in [&server, &client, &hooks] {
            fs::create_dir(dir).map_err(HookError::io("make the directory", dir))?;
        }
        let file = file.canonicalize().map_err(HookError::io("find", file))?;
        link(&file, &hooks.join("pre-receive")).map_err(HookError::io("link to", &file))?;
        let own = Git::only_at(&server);
        own.run(&["init", "-q", "--bare", "--template="])?;
        own.run(&["config".as_ref(), "core.hooksPath".as_ref(), hooks.as_os_str()])?;
        scratch.git.run(&["init", "-q", "--template=", "-b", "main"])?;
        for (key, value) in [("user.name", "Canary"), ("user.email", "canary@localhost"), ("commit.gpgSign", "false")] {
            scratch.git.run(&["config", key, value])?;
        }
        Ok(scratch)
    }

    /// Commits a file and pushes it.
    pub(super) fn push(&self, name: &str, text: &str) -> Result<Output, HookError> {
        let path = self.root.join("client").join(name);
        fs::write(&path, text).map_err(HookError::io("write", &path))?;
        self.git.run(&["add", "-f", "-A"])?;
        self.git.run(&["-c", "core.hooksPath=/dev/null", "commit", "-q", "-m", "canary"])?;
        let server = self.root.join("server");
        self.git.output(&["push".as_ref(), "-q".as_ref(), "--no-verify".as_ref(), server.as_os_str(), "main".as_ref()])
    }
}
