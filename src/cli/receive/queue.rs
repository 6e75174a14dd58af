//! The queue of pushes that went through unseen: a file for each, which stays until its push was looked at and noted.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::audit;
use crate::git::Oid;

/// How long a push whose objects are not there may be one that git has yet to let in.
const ON_ITS_WAY: Duration = Duration::from_secs(600);

/// A push that waits.
pub(super) struct Waiting {
    path: PathBuf,
    /// Locked, so that nobody else looks at the same push.
    _file: File,
    /// The repository's directory.
    pub(super) directory: PathBuf,
    /// The lines git gave the hook.
    pub(super) input: Vec<u8>,
    /// What the repository's refs named before the push.
    pub(super) known: Vec<Oid>,
    /// Whether git may not have let it in yet.
    pub(super) is_new: bool,
}

/// Leaves a push in the queue: the repository's directory, the lines git gave the hook, an empty line, and what the
/// refs named before.
///
/// # Errors
/// If it is not there in full afterwards.
pub(super) fn leave(dir: &Path, directory: &Path, input: &[u8], known: &BTreeSet<Oid>) -> io::Result<()> {
    let directory = directory.as_os_str().as_encoded_bytes();
    if directory.contains(&b'\n') {
        return Err(io::Error::other("the repository's directory has a line break in its name"));
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos());
    let name = format!("{since}-{}", std::process::id());
    let draft = dir.join(format!(".{name}"));
    let mut file = audit::open(OpenOptions::new().write(true).create_new(true), &draft)?;
    let mut entry = [directory, b"\n", input, b"\n"].concat();
    for oid in known {
        writeln!(entry, "{oid}")?;
    }
    file.write_all(&entry)?;
    file.sync_all()?;
    fs::rename(&draft, dir.join(name))?;
    // The name is not on the disk before its directory is.
    File::open(dir)?.sync_all()
}

/// The names of those that wait, the oldest first. Drafts are not among them.
///
/// # Errors
/// If the directory cannot be listed.
pub(super) fn names(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if entry.file_type()?.is_file() && !entry.file_name().as_encoded_bytes().starts_with(b".") {
            names.push(entry.path());
        }
    }
    names.sort();
    Ok(names)
}

/// Takes a push out to be looked at; `None` if somebody else has it, or had it.
///
/// # Errors
/// If it cannot be read, or makes no sense.
pub(super) fn take(path: &Path) -> io::Result<Option<Waiting>> {
    let file = match OpenOptions::new().read(true).write(true).open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(None),
        Err(TryLockError::Error(error)) => return Err(error),
    }
    // Whoever had it may have taken it away while it was being opened.
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let written = file.metadata()?.modified()?;
    let is_new = SystemTime::now().duration_since(written).is_ok_and(|age| age < ON_ITS_WAY);
    let broken = || io::Error::other("it is no push as the gate leaves it");
    let at = memchr::memchr(b'\n', &bytes).ok_or_else(broken)?;
    let (directory, rest) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default());
    let (input, known) = match memchr::memmem::find(rest, b"\n\n") {
        Some(end) => rest.split_at(end + 1),
        None => (rest, &b""[..]),
    };
    let lines = known.split(|&b| b == b'\n').filter(|line| !line.is_empty());
    let known = lines.map(Oid::from_hex).collect::<Option<Vec<_>>>().ok_or_else(broken)?;
    let directory = PathBuf::from(String::from_utf8(directory.to_vec()).map_err(|_| broken())?);
    Ok(Some(Waiting { path: path.to_owned(), _file: file, directory, input: input.to_vec(), known, is_new }))
}

impl Waiting {
    /// Takes it out of the queue for good.
    ///
    /// # Errors
    /// If it is still there.
    pub(super) fn done(self) -> io::Result<()> {
        fs::remove_file(&self.path)
    }
}
