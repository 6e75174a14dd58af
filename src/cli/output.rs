//! Where reports go: standard output or a file, and what happens when that fails.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::args::{Color, OutputArgs};
use super::failure::{Failure, Shown};
use super::private::PrivateFile;
use crate::report::Options;

/// Columns assumed where nobody says.
const WIDTH: usize = 80;

/// A report's way out, opened before the work begins, so that an hour's scan is not lost to a typing error.
#[derive(Debug)]
pub(super) struct Output {
    options: Options,
    file: Option<(Target, PathBuf)>,
    /// Whether what is told was found at another time than now.
    is_saved: bool,
}

/// A file that a report goes to.
#[derive(Debug)]
enum Target {
    /// One that others may be reading: a pipe, a terminal, a file of whatever mode.
    Open(File),
    /// One that shows credentials: whatever was there, who could read that cannot read this.
    Private(PrivateFile),
}

impl Output {
    /// Opens it. A file that is there already keeps its content until the report is written.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(super) fn open(args: &OutputArgs) -> Result<Self, Failure> {
        let file = args.output.as_ref().map(|path| {
            let file = create(path, args.show_secrets).map_err(|error| cannot_write(path.shown(), &error));
            file.map(|file| (file, path.clone()))
        });
        let file = file.transpose()?;
        let color = use_color(args.color, file.is_some());
        let options =
            Options { color, show_secrets: args.show_secrets, width: width(), why: args.why, times: (now(), 0) };
        Ok(Self { options, file, is_saved: false })
    }

    /// The same for a report that was saved at that time, in seconds since 1970; where nobody knows when, it is told as of
    /// now.
    #[must_use]
    pub(super) fn saved(mut self, at: Option<i64>) -> Self {
        if let Some(at) = at {
            (self.options.times, self.is_saved) = ((at, at), true);
        }
        self
    }

    /// Lets `tell` write the report. That nobody reads it any more (a closed pipe) is no error.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(super) fn write(
        mut self,
        tell: impl FnOnce(&Options, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        if !self.is_saved {
            self.options.times.1 = now();
        }
        let Some((file, path)) = self.file else {
            return to_stdout(|out| tell(&self.options, out));
        };
        let write = || {
            let file = match file {
                Target::Open(file) => file,
                Target::Private(file) => return file.write(|out| tell(&self.options, out)),
            };
            // Only what can be cut is cut: `--output /dev/stderr` is fine too.
            if file.metadata()?.is_file() {
                file.set_len(0)?;
            }
            let mut out = BufWriter::new(&file);
            tell(&self.options, &mut out)?;
            out.flush()
        };
        write().map_err(|error| cannot_write(path.shown(), &error))
    }
}

/// Lets `write` write to standard output, buffered. A closed pipe is no error.
///
/// # Errors
/// If it cannot be written for any other reason.
pub(super) fn to_stdout(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(cannot_write("standard output", &error)),
        Ok(()) => Ok(()),
    }
}

/// Whether standard output may be coloured.
#[must_use]
pub(super) fn use_color(when: Color, into_file: bool) -> bool {
    match when {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => !into_file && color_wanted() && io::stdout().is_terminal(),
    }
}

/// Whether the environment has nothing against colours.
#[must_use]
pub(super) fn color_wanted() -> bool {
    let refused = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|value| value == "dumb");
    !refused && !dumb
}

/// Columns of the terminal, where the environment tells.
#[must_use]
pub(super) fn width() -> usize {
    let columns = env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    columns.filter(|columns| (40..=400).contains(columns)).unwrap_or(WIDTH)
}

fn now() -> i64 {
    seconds(SystemTime::now())
}

/// Seconds since 1970; 0 for what is before.
pub(super) fn seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

fn create(path: &Path, private: bool) -> io::Result<Target> {
    // What a process has open has names in there (`/dev/stderr`), and is not to be replaced.
    let is_open = ["/dev", "/proc"].iter().any(|dir| path.starts_with(dir));
    if private && !is_open && fs::metadata(path).map_or(true, |there| there.is_file()) {
        return PrivateFile::create(path).map(Target::Private);
    }
    OpenOptions::new().write(true).create(true).truncate(false).open(path).map(Target::Open)
}

/// What is said when something cannot be written.
#[must_use]
pub(super) fn cannot_write(what: impl std::fmt::Display, error: &io::Error) -> Failure {
    Failure::because(format_args!("cannot write to {what}"), error)
}
