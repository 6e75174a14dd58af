//! The audit log's file.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since 1970; 0 where the clock is wrong.
pub(super) fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed())
}

/// Appends one line, in one write, and sees that it is on the disk.
///
/// # Errors
/// If it is not there in full afterwards.
pub(super) fn append(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut file = open(OpenOptions::new().append(true).create(true), path)?;
    let is_file = file.metadata()?.is_file();
    // In one piece, so that lines of pushes at the same time do not mix.
    let whole = if is_file && is_torn(path) { [b"\n", line].concat() } else { line.to_vec() };
    let written = file.write(&whole)?;
    if written < whole.len() {
        return Err(io::Error::other("only a part of the line could be written"));
    }
    // Not everything that can be written to can be synced: a pipe or a terminal cannot.
    if is_file { file.sync_data() } else { Ok(()) }
}

/// Whether the last line has no end, because the disk was full when it was written: a line after it would be lost
/// with it. A log that may only be written to is taken to be whole.
fn is_torn(path: &Path) -> bool {
    let mut last = [b'\n'];
    let read = File::open(path).and_then(|mut file| {
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)
    });
    read.is_ok() && last != *b"\n"
}

/// Tries whether a line could be appended, and leaves nothing behind: no line, and no file that was not there, which
/// would belong to whoever tries.
///
/// # Errors
/// Why not.
pub(super) fn try_append(path: &Path) -> io::Result<()> {
    match OpenOptions::new().append(true).open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let draft = path.with_extension(format!("portcullis-{}", std::process::id()));
            open(OpenOptions::new().write(true).create_new(true), &draft)?;
            std::fs::remove_file(&draft)
        }
        opened => opened.map(drop),
    }
}

/// Opens a file that only its owner may read.
///
/// # Errors
/// The operating system's.
pub(super) fn open(options: &mut OpenOptions, path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options.open(path)
}
