//! Opens the repository a hook is to look at: the one git's environment names, or the one found by
//! walking up from a directory, as git does.
//!
//! Ownership is not judged (`safe.directory`): nothing of the repository is ever executed here, and a
//! guard that refuses to look where git itself works would only teach people to switch it off.

use std::fs;
use std::path::{Path, PathBuf};

use super::config::Format;
use super::env::path_from_bytes;
use super::object::Objects;
use super::{Env, GitError, HashKind, Index};

/// An opened repository. Cheap to open: one small configuration file is read, and directories are looked at.
pub struct Repo {
    pub(super) git_dir: PathBuf,
    pub(super) common_dir: PathBuf,
    pub(super) base: PathBuf,
    pub(super) format: Format,
    pub(super) objects: Objects,
    env: Env,
    start: PathBuf,
}

impl std::fmt::Debug for Repo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Repo").field("git_dir", &self.git_dir).finish_non_exhaustive()
    }
}

/// Where a repository's parts are.
struct Place {
    git_dir: PathBuf,
    /// The top of the work tree, which relative variables such as `GIT_INDEX_FILE` are relative to.
    base: PathBuf,
}

impl Repo {
    /// Opens the repository that `env` names, or else the one that `start` lies in.
    ///
    /// # Errors
    /// [`GitError::NotARepository`] if there is none; otherwise whatever keeps it from being read.
    pub fn open(env: Env, start: &Path) -> Result<Self, GitError> {
        let start = std::path::absolute(start).map_err(GitError::io(start))?;
        let place = match &env.git_dir {
            Some(dir) => named(&env, &start, dir)?,
            None => discover(&env, &start)?,
        };
        let common_dir = common_dir(&env, &start, &place.git_dir)?;
        let format = Format::read(&common_dir)?;
        let primary = env.object_dir.as_ref().map_or_else(|| common_dir.join("objects"), |dir| start.join(dir));
        let alternates: Vec<_> = env.alternates.iter().map(|dir| start.join(dir)).collect();
        let objects = Objects::open(&primary, &alternates, format.hash)?;
        Ok(Self { git_dir: place.git_dir, common_dir, base: place.base, format, objects, env, start })
    }

    /// A way for other threads to open the same repository again.
    ///
    /// # Errors
    /// The function returned fails as [`Repo::open`] does.
    pub fn reopener(&self) -> impl Fn() -> Result<Self, GitError> + Send + Sync + use<> {
        let (env, start) = (self.env.clone(), self.start.clone());
        move || Self::open(env.clone(), &start)
    }

    /// The hash function of its object ids.
    #[must_use]
    pub const fn hash_kind(&self) -> HashKind {
        self.format.hash
    }

    /// The repository's own directory (`.git`, or a linked worktree's).
    #[must_use]
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The top of the work tree; in a bare repository, the directory it was opened from.
    #[must_use]
    pub fn top(&self) -> &Path {
        &self.base
    }

    /// Its own object directory: `GIT_OBJECT_DIRECTORY`, or `objects` in the repository.
    pub(super) fn objects_dir(&self) -> PathBuf {
        let named = self.env.object_dir.as_ref().map(|dir| self.start.join(dir));
        named.unwrap_or_else(|| self.common_dir.join("objects"))
    }

    /// The directory it was opened from, which object directories of the environment are relative to.
    pub(super) fn start_dir(&self) -> &Path {
        &self.start
    }

    /// The environment it was opened with.
    #[must_use]
    pub const fn env(&self) -> &Env {
        &self.env
    }

    /// The index file git works on: `GIT_INDEX_FILE`, or `index` in the repository.
    #[must_use]
    pub fn index_path(&self) -> PathBuf {
        self.env.index_file.as_ref().map_or_else(|| self.git_dir.join("index"), |file| self.base.join(file))
    }

    /// Reads the index. A missing file is an empty index, as it is to git.
    ///
    /// # Errors
    /// If it cannot be read or is broken.
    pub fn index(&self) -> Result<Index, GitError> {
        Index::read(&self.index_path(), &self.git_dir, self.format.hash)
    }

    /// The content of a file as it stands in the index: how configuration and baselines are read by a
    /// gate, so that the work tree cannot say otherwise than what is committed. `None` if it is not there.
    ///
    /// # Errors
    /// If the index or the blob cannot be read.
    pub fn index_blob(&self, path: &[u8]) -> Result<Option<Vec<u8>>, GitError> {
        match self.index()?.find(path) {
            Some(oid) => self.blob(oid).map(Some),
            None => Ok(None),
        }
    }
}

/// The repository `GIT_DIR` names. Git leaves the current directory at the top of the work tree then.
fn named(env: &Env, start: &Path, dir: &Path) -> Result<Place, GitError> {
    let git_dir = follow_gitfile(&start.join(dir))?;
    if !is_git_dir(env, start, &git_dir) {
        return Err(GitError::NotARepository(git_dir));
    }
    let base = env.work_tree.as_ref().map_or_else(|| start.to_owned(), |tree| start.join(tree));
    Ok(Place { git_dir, base })
}

/// Walks up from `start`.
fn discover(env: &Env, start: &Path) -> Result<Place, GitError> {
    for dir in start.ancestors() {
        let candidate = dir.join(".git");
        if candidate.is_file() {
            let git_dir = follow_gitfile(&candidate)?;
            return if is_git_dir(env, start, &git_dir) {
                Ok(Place { git_dir, base: dir.to_owned() })
            } else {
                Err(GitError::NotARepository(git_dir))
            };
        }
        for git_dir in [candidate.as_path(), dir] {
            if is_git_dir(env, start, git_dir) {
                return Ok(Place { git_dir: git_dir.to_owned(), base: dir.to_owned() });
            }
        }
    }
    Err(GitError::NotARepository(start.to_owned()))
}

/// Git's own test: a `HEAD`, a `refs` directory and an object directory.
fn is_git_dir(env: &Env, start: &Path, dir: &Path) -> bool {
    if fs::symlink_metadata(dir.join("HEAD")).is_err() {
        return false;
    }
    let Ok(common) = common_dir(env, start, dir) else { return false };
    common.join("refs").is_dir() && (env.object_dir.is_some() || common.join("objects").is_dir())
}

/// A `.git` file holds `gitdir: <path>`, relative to where the file lies.
fn follow_gitfile(path: &Path) -> Result<PathBuf, GitError> {
    if !path.is_file() {
        return Ok(path.to_owned());
    }
    let text = fs::read(path).map_err(GitError::io(path))?;
    let target = text.strip_prefix(b"gitdir: ").map(trim_line_ends).filter(|target| !target.is_empty());
    let target = target.ok_or_else(|| GitError::NotARepository(path.to_owned()))?;
    Ok(path.parent().unwrap_or(Path::new("")).join(path_from_bytes(target)))
}

/// The directory that linked worktrees share.
fn common_dir(env: &Env, start: &Path, git_dir: &Path) -> Result<PathBuf, GitError> {
    if let Some(dir) = &env.common_dir {
        return Ok(start.join(dir));
    }
    let file = git_dir.join("commondir");
    match fs::read(&file) {
        Ok(text) => Ok(git_dir.join(path_from_bytes(trim_line_ends(&text)))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(git_dir.to_owned()),
        Err(error) => Err(GitError::io(file)(error)),
    }
}

fn trim_line_ends(text: &[u8]) -> &[u8] {
    let end = text.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |last| last + 1);
    text.get(..end).unwrap_or_default()
}
