//! The object directories of a repository, its alternates' too, and the packs in them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::env::{path_from_bytes, unquote};
use super::super::pack::Pack;
use crate::git::{GitError, HashKind, Repo};

/// Alternates of alternates that are followed: git's own limit is five.
const MAX_DEPTH: usize = 5;
/// How often a listing of packs is repeated because one vanished: a repack was under way.
const ATTEMPTS: usize = 3;

/// All object directories, each once: the repository's own first.
pub(super) fn all(repo: &Repo) -> Result<Vec<PathBuf>, GitError> {
    let env = repo.env();
    let primary = repo.objects_dir();
    of([primary].into_iter().chain(env.alternates.iter().map(|dir| repo.start_dir().join(dir))))
}

/// These object directories and their alternates, each once.
pub(super) fn of(starts: impl IntoIterator<Item = PathBuf>) -> Result<Vec<PathBuf>, GitError> {
    let mut dirs = Vec::new();
    for dir in starts {
        add(&dir, 0, &mut dirs)?;
    }
    Ok(dirs)
}

fn add(dir: &Path, depth: usize, dirs: &mut Vec<PathBuf>) -> Result<(), GitError> {
    // Git passes over an alternate that is not there; what only it held is missing then, and told as such.
    let Ok(dir) = dir.canonicalize() else { return Ok(()) };
    if dirs.contains(&dir) || depth > MAX_DEPTH {
        return Ok(());
    }
    dirs.push(dir.clone());
    let file = dir.join("info/alternates");
    let text = match fs::read(&file) {
        Ok(text) => text,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(()),
        Err(error) => return Err(GitError::io(file)(error)),
    };
    for line in text.split(|&b| b == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#")) {
        let path = unquote(line).map_or_else(|| line.to_vec(), |(path, _)| path);
        add(&dir.join(path_from_bytes(&path)), depth + 1, dirs)?;
    }
    Ok(())
}

/// The packs of an object directory, in order of name. A pack that vanishes while it is being opened has been
/// repacked: the listing is done again.
pub(super) fn packs(dir: &Path, hash: HashKind) -> Result<Vec<Result<Pack, GitError>>, GitError> {
    let dir = dir.join("pack");
    let mut opened = Vec::new();
    for _ in 0..ATTEMPTS {
        opened = list(&dir)?.into_iter().map(|index| Pack::open(&index, hash)).collect();
        let vanished = |pack: &Result<Pack, GitError>| matches!(pack, Err(GitError::Io { source, .. }) if source.kind() == ErrorKind::NotFound);
        if !opened.iter().any(vanished) {
            break;
        }
    }
    Ok(opened)
}

/// The indexes in a pack directory. A pack without one is being written, and no object of it is there yet.
fn list(dir: &Path) -> Result<Vec<PathBuf>, GitError> {
    let entries = match fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(GitError::io(dir)(error)),
    };
    let mut indexes = Vec::new();
    for entry in entries {
        let path = entry.map_err(GitError::io(dir))?.path();
        if path.extension().is_some_and(|extension| extension == "idx") {
            indexes.push(path);
        }
    }
    indexes.sort();
    Ok(indexes)
}
