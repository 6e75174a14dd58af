//! The baseline's file: read, begun and written in one way by every command that touches it.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::failure::{Failure, Shown};
use super::{plan, private};
use crate::policy::{Baseline, Key};

/// What a new baseline begins with, after the line that tells its key.
pub(super) const HEADER: &str =
    "# Credentials that are known and accepted, one fingerprint a line (see `portcullis allow --help`).\n";

/// A baseline as it stands in its file.
#[derive(Debug)]
pub(super) struct Accepted {
    /// The file's text.
    pub(super) text: String,
    /// What it says.
    pub(super) baseline: Baseline,
}

/// Reads the baseline at `path`; none where there is no such file.
///
/// # Errors
/// If it cannot be read, or a line of it makes no sense.
pub(super) fn read(path: &Path) -> Result<Option<Accepted>, Failure> {
    let shown = path.shown();
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
        Err(error) => return Err(Failure::because(format_args!("cannot read the baseline `{shown}`"), &error)),
    };
    let baseline = parse(&bytes, format_args!("the baseline `{shown}`"))?;
    // Every line of what was understood is text.
    Ok(Some(Accepted { text: String::from_utf8_lossy(&bytes).into_owned(), baseline }))
}

/// What the bytes of `whose` baseline say.
///
/// # Errors
/// If a line of it makes no sense.
pub(super) fn parse(bytes: &[u8], whose: impl std::fmt::Display) -> Result<Baseline, Failure> {
    Baseline::parse(bytes).map_err(|error| {
        Failure::because(format_args!("{whose} makes no sense"), &error)
            .hint("mend that line; a baseline is not read in part")
    })
}

/// As [`read`], for a file that is to be added to: an empty one of that key where there is none yet.
///
/// # Errors
/// As [`read`], and if the fingerprints in it were made with another key.
pub(super) fn read_or_begin(path: &Path, key: &Key) -> Result<Accepted, Failure> {
    let accepted = match read(path)? {
        Some(accepted) if !accepted.text.is_empty() => accepted,
        _ => {
            let text = format!("{}\n{HEADER}", Baseline::key_line(key));
            Accepted { baseline: parse(text.as_bytes(), "a new baseline")?, text }
        }
    };
    plan::heed(accepted.baseline.clone(), "the", key)?;
    Ok(accepted)
}

/// Writes the text of a baseline. It is read back first: a file that we could not read would block everything.
///
/// # Errors
/// If it makes no sense, or cannot be written.
pub(super) fn write(path: &Path, text: &str) -> Result<(), Failure> {
    parse(text.as_bytes(), "what would be written")?;
    private::replace(path, text.as_bytes())
        .map_err(|error| Failure::because(format_args!("cannot write `{}`", path.shown()), &error))
}
