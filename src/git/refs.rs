//! Where `HEAD` points, and what a merge under way is merging.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::env::path_from_bytes;
use super::{GitError, Oid, Repo};

/// How many symbolic refs may point at each other in a row: git's own limit.
const MAX_DEPTH: usize = 5;

/// What a ref file says.
pub(super) enum Target {
    Object(Oid),
    Symbolic(Vec<u8>),
}

impl Repo {
    /// The commit `HEAD` points at; `None` on a branch that has no commit yet.
    ///
    /// # Errors
    /// If `HEAD`, or the ref it names, is broken: a broken ref is not an unborn one.
    pub fn head(&self) -> Result<Option<Oid>, GitError> {
        let mut name = b"HEAD".to_vec();
        for _ in 0..=MAX_DEPTH {
            match self.read_ref(&name)? {
                Some(Target::Object(oid)) => return Ok(Some(oid)),
                Some(Target::Symbolic(next)) => name = next,
                None if name == b"HEAD" => return Err(broken(&name, "it does not exist")),
                None => return Ok(None),
            }
        }
        Err(broken(b"HEAD", "too many symbolic refs in a row"))
    }

    /// The content of a file at the top of `HEAD`'s tree; `None` if it is not there, or there is no commit yet.
    ///
    /// # Errors
    /// If the commit, its tree or the blob cannot be read.
    pub fn head_blob(&self, name: &[u8]) -> Result<Option<Vec<u8>>, GitError> {
        let Some(head) = self.head()? else { return Ok(None) };
        let entry = self.tree_entry(self.tree_of_commit(head)?, name)?;
        entry.filter(|(mode, _)| mode.is_file()).map(|(_, oid)| self.blob(oid)).transpose()
    }

    /// The other parents of the commit being made: those of a merge that has stopped and now goes on.
    /// (While a clean `git merge` runs its pre-merge-commit hook, git has not written them yet.)
    ///
    /// # Errors
    /// If `MERGE_HEAD` is there, but cannot be read.
    pub fn merge_heads(&self) -> Result<Vec<Oid>, GitError> {
        let path = self.git_dir.join("MERGE_HEAD");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let lines = text.split(|&b| b == b'\n').filter(|line| !line.is_empty());
        lines.map(|line| self.oid_from_hex(line).ok_or_else(|| broken(b"MERGE_HEAD", "not an object id"))).collect()
    }

    /// Reads an id that must be of this repository's length.
    pub(super) fn oid_from_hex(&self, hex: &[u8]) -> Option<Oid> {
        Oid::from_hex(hex).filter(|oid| oid.hash_kind() == self.format.hash)
    }

    pub(super) fn read_ref(&self, name: &[u8]) -> Result<Option<Target>, GitError> {
        if self.format.reftable {
            check_name(name)?;
            return super::reftable::read(self, name);
        }
        self.read_ref_in(&self.git_dir, name)
    }

    /// The ref as the work tree whose repository directory is `dir` has it.
    pub(super) fn read_ref_in(&self, dir: &Path, name: &[u8]) -> Result<Option<Target>, GitError> {
        match self.read_loose_in(dir, name)? {
            Some(target) => Ok(Some(target)),
            None => self.read_packed(name),
        }
    }

    /// The same, packed refs left aside.
    pub(super) fn read_loose_in(&self, dir: &Path, name: &[u8]) -> Result<Option<Target>, GitError> {
        let path = self.ref_path(dir, name)?;
        // In old repositories HEAD may be a symbolic link instead of a file that says "ref: ".
        if name == b"HEAD"
            && let Ok(link) = fs::read_link(&path)
        {
            let target = link.to_string_lossy().replace('\\', "/").into_bytes();
            return if target.starts_with(b"refs/") {
                Ok(Some(Target::Symbolic(target)))
            } else {
                Err(broken(name, "it is a symbolic link out of refs/"))
            };
        }
        let text = match fs::read(&path) {
            Ok(text) => text,
            // A directory: the ref does not exist, but others below its name do.
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::IsADirectory) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(GitError::io(path)(error)),
        };
        if let Some(target) = text.strip_prefix(b"ref:") {
            return Ok(Some(Target::Symbolic(target.trim_ascii().to_vec())));
        }
        let digits = text.get(..self.format.hash.width() * 2).unwrap_or_default();
        let ends = text.get(digits.len()).is_none_or(u8::is_ascii_whitespace);
        match self.oid_from_hex(digits).filter(|oid| ends && !oid.is_null()) {
            Some(oid) => Ok(Some(Target::Object(oid))),
            None => Err(broken(name, "neither an object id nor a symbolic ref")),
        }
    }

    /// The file of a ref.
    fn ref_path(&self, own: &Path, name: &[u8]) -> Result<PathBuf, GitError> {
        check_name(name)?;
        let dir = if is_of_worktree(name) { own } else { &self.common_dir };
        Ok(dir.join(path_from_bytes(name)))
    }

    fn read_packed(&self, name: &[u8]) -> Result<Option<Target>, GitError> {
        let path = self.common_dir.join("packed-refs");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let digits = self.format.hash.width() * 2;
        for at in memchr::memmem::find_iter(&text, name) {
            let start = at.checked_sub(digits + 1);
            let Some(start) = start.filter(|&s| s == 0 || text.get(s - 1) == Some(&b'\n')) else { continue };
            let ends = text.get(at + name.len()).is_none_or(|b| matches!(b, b'\n' | b'\r'));
            if !ends || text.get(at - 1) != Some(&b' ') {
                continue;
            }
            let oid = text.get(start..at - 1).and_then(|hex| self.oid_from_hex(hex));
            return oid
                .map(|oid| Some(Target::Object(oid)))
                .ok_or_else(|| broken(name, "its packed-refs line is broken"));
        }
        Ok(None)
    }
}

/// Whether each work tree has a ref of that name for itself.
pub(super) fn is_of_worktree(name: &[u8]) -> bool {
    name == b"HEAD"
        || [&b"refs/bisect/"[..], b"refs/worktree/", b"refs/rewritten/"].iter().any(|area| name.starts_with(area))
}

/// Names come from files anyone may edit, so they must not lead out of the repository.
fn check_name(name: &[u8]) -> Result<(), GitError> {
    let inside = name == b"HEAD" || name.starts_with(b"refs/");
    let clean = name.split(|&b| b == b'/').all(|part| !part.is_empty() && part != b"." && part != b"..");
    if inside && clean && !name.contains(&0) { Ok(()) } else { Err(broken(name, "not a valid ref name")) }
}

pub(super) fn broken(name: &[u8], detail: &str) -> GitError {
    GitError::Ref { name: String::from_utf8_lossy(name).into_owned(), detail: detail.to_owned() }
}
