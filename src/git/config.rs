//! The few settings of git that decide how a repository is read.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::{GitError, HashKind};

mod message;
mod section;

pub use message::{Cleanup, Comment, MessageConfig};

/// How the repository is laid out: the `extensions.*` of its own configuration file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    /// `extensions.objectFormat`.
    pub(super) hash: HashKind,
    /// Whether refs are kept in reftables (`extensions.refStorage`).
    pub(super) reftable: bool,
    /// Whether `config.worktree` is read too (`extensions.worktreeConfig`).
    pub(super) worktree_config: bool,
}

impl Format {
    /// Reads it from the shared `config` file, as git does: without includes, no other file has a say.
    pub(super) fn read(common_dir: &Path) -> Result<Self, GitError> {
        let path = common_dir.join("config");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let fail = |detail: String| GitError::Config { path: path.clone(), detail };
        let file = parse(&bytes).map_err(fail)?;
        let text = |key| file.string(key).map(|value| value.to_string().to_ascii_lowercase());
        let hash = match text("extensions.objectFormat").as_deref() {
            None | Some("sha1") => HashKind::Sha1,
            Some("sha256") => HashKind::Sha256,
            Some(_) => return Err(fail("unknown extensions.objectFormat".to_owned())),
        };
        let reftable = match text("extensions.refStorage").as_deref() {
            None | Some("files") => false,
            Some("reftable") => true,
            Some(_) => return Err(fail("unknown extensions.refStorage".to_owned())),
        };
        let worktree_config = file.boolean("extensions.worktreeConfig").ok().flatten().unwrap_or(false);
        Ok(Self { hash, reftable, worktree_config })
    }
}

fn parse(bytes: &[u8]) -> Result<gix::config::File, String> {
    let meta = gix::config::file::Metadata::from(gix::config::Source::Local);
    gix::config::File::from_bytes_no_includes(bytes, meta, gix::config::file::init::Options::default())
        .map_err(|error| error.to_string())
}
