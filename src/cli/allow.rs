//! `allow`: one more line in the baseline.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::AllowArgs;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::plan;
use crate::model::Fingerprint;
use crate::policy::Baseline;

/// What a new baseline begins with.
pub(super) const HEADER: &str =
    "# Credentials that are known and accepted, one fingerprint a line (see `portcullis allow --help`).\n";

/// Runs `allow`.
///
/// # Errors
/// If the fingerprint is none, or the baseline cannot be read or written.
pub(super) fn run(args: &AllowArgs) -> Result<ExitStatus, Failure> {
    let print = Fingerprint::parse(&args.fingerprint.to_ascii_lowercase()).ok_or_else(|| {
        Failure::new("that is no fingerprint").hint("reports show one with each finding: 32 hexadecimal digits")
    })?;
    if args.reason.chars().any(char::is_control) {
        return Err(Failure::new("the reason must be one line of plain text"));
    }
    let path = args.baseline.clone().unwrap_or_else(|| plan::default_baseline(Path::new(".")));
    let old = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(Failure::because(format_args!("cannot read `{}`", path.display()), &error)),
    };
    let baseline = Baseline::parse(&old)
        .map_err(|error| Failure::because(format_args!("the baseline `{}` makes no sense", path.display()), &error))?;
    let known = baseline.entries().iter().find(|entry| entry.fingerprint == print && entry.rule.is_none());
    if let Some(entry) = known {
        let line = entry.line;
        to_stdout(|out| writeln!(out, "already allowed by line {line} of {}", path.display()))?;
        return Ok(ExitStatus::Clean);
    }
    append(&path, &old, print, args.reason.trim())
        .map_err(|error| Failure::because(format_args!("cannot write `{}`", path.display()), &error))?;
    let file = path.display();
    to_stdout(|out| {
        writeln!(out, "allowed {print} in {file}\nstage that file too: the pre-commit hook reads it from the index")
    })?;
    Ok(ExitStatus::Clean)
}

/// One write at the file's end, so that what stands there stays as it is.
fn append(path: &Path, old: &[u8], print: Fingerprint, reason: &str) -> std::io::Result<()> {
    let before = match old.last() {
        None => HEADER,
        Some(b'\n') => "",
        Some(_) => "\n",
    };
    let reason = if reason.is_empty() { String::new() } else { format!("  # {reason}") };
    let mut file = OpenOptions::new().append(true).create(true).open(path)?;
    file.write_all(format!("{before}{print}{reason}\n").as_bytes())
}
