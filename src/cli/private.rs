//! Files that are there whole or not at all, and that only their owner may read, unless said otherwise.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

/// How many names are tried for a file that is not ready yet.
const TRIES: u32 = 32;

/// A file that takes its name when it is complete. Until then, what stood there stays; given up, nothing is left.
#[derive(Debug)]
pub(super) struct PrivateFile {
    file: File,
    draft: PathBuf,
    path: PathBuf,
}

impl PrivateFile {
    /// Begins a file, mode 0600, beside the place where it will be: what a symlink names, if `path` is one.
    ///
    /// # Errors
    /// If `path` is a directory or device, or nothing can be made beside it.
    pub(super) fn create(path: &Path) -> io::Result<Self> {
        Self::begin(path, true)
    }

    fn begin(path: &Path, private: bool) -> io::Result<Self> {
        let there = fs::symlink_metadata(path);
        let path =
            if there.is_ok_and(|there| there.is_symlink()) { fs::canonicalize(path)? } else { path.to_path_buf() };
        // A file takes the place of what has its name: it must not be that of /dev/null.
        if fs::metadata(&path).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is no regular file"));
        }
        let name = path.file_name().filter(|_| !path.is_dir()).ok_or(ErrorKind::IsADirectory)?;
        for attempt in 0..TRIES {
            let mut draft = OsString::from(".");
            draft.push(name);
            draft.push(format!(".{}-{attempt}.tmp", process::id()));
            let draft = path.with_file_name(draft);
            match open_new(&draft, private) {
                Ok(file) => return Ok(Self { file, draft, path: path.clone() }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    /// Lets `tell` write it, and gives it its name.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(self, tell: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
        let mut out = BufWriter::new(&self.file);
        tell(&mut out)?;
        out.flush()?;
        drop(out);
        self.file.sync_all()?;
        fs::rename(&self.draft, &self.path)
    }
}

impl Drop for PrivateFile {
    /// Takes the draft away; where it has its name by now, there is none.
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.draft);
    }
}

/// A new file that only its owner may read.
///
/// # Errors
/// If it is there already, or cannot be made.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    open_new(path, true)
}

fn open_new(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = private;
    options.open(path)
}

/// Puts those bytes in a file that everybody may read, or whoever may read the one that is there: where it fails, that
/// one stays as it is.
///
/// # Errors
/// As [`PrivateFile::create`], or if it cannot be written.
pub(super) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let new = PrivateFile::begin(path, false)?;
    if let Ok(old) = fs::metadata(path) {
        new.file.set_permissions(old.permissions())?;
    }
    new.write(|out| out.write_all(bytes))
}

/// A new directory that only its owner may enter.
///
/// # Errors
/// If it is there already, or cannot be made.
pub(super) fn create_dir(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(path)
}
