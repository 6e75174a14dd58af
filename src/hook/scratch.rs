//! What hooks are tried in: a temporary directory, repositories in it, and a made-up credential.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::ask::Git;
use super::error::HookError;
use crate::rules::example;

/// The canary: of a form that has a checksum, so that no doubt about it is possible.
const TEMPLATE: &str = "ghp_{base62:30}{crc32-base62}";

/// A temporary directory that only its owner may enter, removed with this.
pub(super) struct Scratch {
    root: PathBuf,
    seed: u64,
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It holds nothing but made-up text: if it cannot be removed, nothing is lost.
        let _ = fs::remove_dir_all(&self.root);
    }
}

impl Scratch {
    /// Makes one.
    pub(super) fn new() -> Result<Self, HookError> {
        let seed = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64);
        let root = std::env::temp_dir().join(format!("portcullis-canary-{}-{seed:x}", std::process::id()));
        make_private(&root).map_err(HookError::io("make the directory", &root))?;
        Ok(Self { root, seed })
    }

    /// Where something of that name is in it.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.root.join(name)
    }

    /// Makes a directory in it.
    pub(super) fn dir(&self, name: &str) -> Result<PathBuf, HookError> {
        let dir = self.path(name);
        fs::create_dir(&dir).map_err(HookError::io("make the directory", &dir))?;
        Ok(dir)
    }

    /// A line with the canary: another one in each scratch directory.
    pub(super) fn canary(&self) -> String {
        format!("github_token: \"{}\"\n", example::expand(TEMPLATE, self.seed).unwrap_or_default())
    }
}

/// Makes an empty repository where `git` works, in which commits can be made whatever the user's settings are.
pub(super) fn init(git: &Git) -> Result<(), HookError> {
    git.run(&["init", "-q", "--template=", "-b", "main"])?;
    for (key, value) in [("user.name", "Canary"), ("user.email", "canary@localhost"), ("commit.gpgSign", "false")] {
        git.run(&["config", key, value])?;
    }
    Ok(())
}

#[cfg(unix)]
fn make_private(dir: &Path) -> io::Result<()> {
    std::os::unix::fs::DirBuilderExt::mode(&mut fs::DirBuilder::new(), 0o700).create(dir)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> io::Result<()> {
    fs::create_dir(dir)
}

/// Makes a hook's file stand at `at` as well: what is wrong with it is wrong with a link to it.
#[cfg(unix)]
pub(super) fn link(file: &Path, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(file, at)
}

#[cfg(not(unix))]
pub(super) fn link(file: &Path, at: &Path) -> io::Result<()> {
    fs::copy(file, at).map(drop)
}
