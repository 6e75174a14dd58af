//! Opens and reads files without trusting what the walk said of them a moment ago.
//!
//! No memory maps: a file that shrinks while it is mapped kills the process. One `open`, one `fstat`, one
//! `read` and one `close` for an ordinary small file.

use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use crate::model::SkipReason;

/// Files up to this size are read whole; longer ones are for the caller to read in pieces.
pub const WHOLE_LIMIT: u64 = 8 * 1024 * 1024;
/// Least room offered to a read, so that pseudo-files that say they are empty come in few reads.
const LEAST_ROOM: usize = 64 * 1024;

/// Why a file gave no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The kind of trouble.
    pub reason: SkipReason,
    /// The operating system's words.
    pub detail: String,
}

impl Trouble {
    /// What an I/O error at a path that was listed a moment ago means.
    #[must_use]
    pub fn of(error: &io::Error) -> Self {
        let reason = if error.kind() == ErrorKind::NotFound { SkipReason::Vanished } else { SkipReason::Unreadable };
        Self { reason, detail: error.to_string() }
    }

    fn changed(detail: String) -> Self {
        Self { reason: SkipReason::Changed, detail }
    }
}

/// A file's content.
#[derive(Debug)]
pub enum Content<'a> {
    /// All of it, and what was odd about it, if anything was.
    Whole(&'a [u8], Option<Trouble>),
    /// Too long to hold: the open file and the size it said it had.
    Long(File, u64),
    /// The beginning of a file that turned out longer than it said, and the open file for the rest.
    Growing(&'a [u8], File, Option<Trouble>),
}

/// Opens a regular file for reading: never hangs on a FIFO, never opens what has become a symlink.
///
/// # Errors
/// A [`Trouble`] when it cannot be opened, or is not (or no longer) a regular file.
pub fn open_regular(path: &Path) -> Result<(File, u64), Trouble> {
    open(path, flags::NO_FOLLOW)
}

/// The same for a path the user named: a symlink to a regular file is what they asked for.
///
/// # Errors
/// As [`open_regular`].
pub fn open_named(path: &Path) -> Result<(File, u64), Trouble> {
    open(path, 0)
}

fn open(path: &Path, more: i32) -> Result<(File, u64), Trouble> {
    let mut options = OpenOptions::new();
    options.read(true);
    flags::set(&mut options, flags::NON_BLOCKING | more);
    let file = options.open(path).map_err(|error| Trouble::of(&error))?;
    let meta = file.metadata().map_err(|error| Trouble::of(&error))?;
    if meta.is_file() {
        Ok((file, meta.len()))
    } else {
        Err(Trouble::changed("it is no longer a regular file".to_owned()))
    }
}

/// One thread's reusable memory for reading files.
#[derive(Debug, Default)]
pub struct Reader {
    buffer: Vec<u8>,
}

impl Reader {
    /// Reads an opened file that said it has `size` bytes.
    ///
    /// # Errors
    /// A [`Trouble`] when nothing could be read.
    pub fn read(&mut self, mut file: File, size: u64) -> Result<Content<'_>, Trouble> {
        let Some(expected) = usize::try_from(size).ok().filter(|_| size <= WHOLE_LIMIT) else {
            return Ok(Content::Long(file, size));
        };
        // One byte more than expected: a read that leaves it empty has seen the end.
        let room = (expected + 1).max(LEAST_ROOM);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        let mut filled = 0;
        while filled < room {
            match file.read(&mut self.buffer[filled..room]) {
                Ok(0) => break,
                Ok(read) => filled += read.min(room - filled),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if filled == 0 => return Err(Trouble::of(&error)),
                Err(error) => return Ok(Content::Whole(&self.buffer[..filled], Some(Trouble::of(&error)))),
            }
            if filled == expected && expected > 0 {
                break;
            }
        }
        let content = &self.buffer[..filled];
        let odd = (filled != expected && expected > 0)
            .then(|| Trouble::changed(format!("{expected} bytes when opened, {filled} when read")));
        Ok(if filled == room { Content::Growing(content, file, odd) } else { Content::Whole(content, odd) })
    }
}

/// Flags of `open(2)`: the same on every architecture of an operating system but those left out here,
/// where the check after opening must do.
mod flags {
    use std::fs::OpenOptions;

    #[cfg(all(target_os = "linux", any(target_arch = "x86_64", target_arch = "x86", target_arch = "riscv64")))]
    mod values {
        pub(super) const NON_BLOCKING: i32 = 0o4000;
        pub(super) const NO_FOLLOW: i32 = 0o400_000;
    }
    #[cfg(all(target_os = "linux", any(target_arch = "aarch64", target_arch = "arm")))]
    mod values {
        pub(super) const NON_BLOCKING: i32 = 0o4000;
        pub(super) const NO_FOLLOW: i32 = 0o100_000;
    }
    #[cfg(any(target_os = "macos", target_os = "freebsd", target_os = "netbsd", target_os = "openbsd"))]
    mod values {
        pub(super) const NON_BLOCKING: i32 = 0x4;
        pub(super) const NO_FOLLOW: i32 = 0x100;
    }
    #[cfg(not(any(
        all(
            target_os = "linux",
            any(
                target_arch = "x86_64",
                target_arch = "x86",
                target_arch = "riscv64",
                target_arch = "aarch64",
                target_arch = "arm"
            )
        ),
        target_os = "macos",
        target_os = "freebsd",
        target_os = "netbsd",
        target_os = "openbsd"
    )))]
    mod values {
        pub(super) const NON_BLOCKING: i32 = 0;
        pub(super) const NO_FOLLOW: i32 = 0;
    }

    /// Opening a FIFO returns at once.
    pub(super) const NON_BLOCKING: i32 = values::NON_BLOCKING;
    /// Opening a symlink fails.
    pub(super) const NO_FOLLOW: i32 = values::NO_FOLLOW;

    #[cfg(unix)]
    pub(super) fn set(options: &mut OpenOptions, flags: i32) {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(flags);
    }

    #[cfg(not(unix))]
    pub(super) fn set(_: &mut OpenOptions, _: i32) {}
}
