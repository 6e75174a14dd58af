//! Writing what was imported: into files that are there already, so that all in them stays.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::{Import, rules};
use crate::cli::accepted;
use crate::cli::config::{self, Settled};
use crate::cli::failure::{Failure, Shown};
use crate::cli::output::to_stdout;
use crate::cli::private;
use crate::config::local::edit::Additions;
use crate::policy::{Baseline, Key};

/// Files as they will be.
pub(super) struct Plan {
    files: Vec<(PathBuf, String)>,
}

/// Makes the files' texts, and checks each as if it were read.
///
/// # Errors
/// If a file that is there cannot be read, is in the way, or what would be written makes no sense.
pub(super) fn plan(
    import: &Import<'_>,
    settled: &Settled,
    top: &Path,
    baseline: &Path,
    key: &Key,
) -> Result<Plan, Failure> {
    let mut files = Vec::new();
    let mut additions = import.additions.clone();
    if let Some(text) = import.own.file() {
        let path = top.join(rules::FILE);
        match read(&path)? {
            Some(old) if old != text => {
                return Err(Failure::new(format_args!(
                    "`{}` is there already, and is not what would be written",
                    path.shown()
                ))
                .hint("move it away, or keep its rules in a file of another name"));
            }
            Some(_) => {}
            None => files.push((path, text)),
        }
        additions.rules.push(rules::FILE.to_owned());
    }
    let known = settled.project_allows();
    additions.allows.retain(|new| !known.contains(&(new.paths.clone(), new.rules.clone(), new.secrets.clone())));
    additions.allows.dedup_by(|a, b| (&a.paths, &a.rules, &a.secrets) == (&b.paths, &b.rules, &b.secrets));
    let path = top.join(config::PROJECT);
    let old = read(&path)?.unwrap_or_default();
    let new = additions
        .apply(&old)
        .map_err(|error| Failure::because(format_args!("cannot add to `{}`", path.shown()), &error))?;
    if additions != Additions::default() && new != old {
        config::sound(&new, config::PROJECT)?;
        files.push((path, new));
    }
    if !import.entries.is_empty() {
        let old = read(baseline)?;
        let shown = baseline.shown();
        let no_sense = |error| Failure::because(format_args!("cannot add to `{shown}`"), &error);
        let there = accepted::read_or_begin(baseline, key)?;
        let mut text = there.text;
        let there = there.baseline;
        for entry in &import.entries {
            if there.lookup(entry.fingerprint, entry.rule.as_deref().unwrap_or_default()).is_none() {
                text = Baseline::put(&text, entry).map_err(no_sense)?;
            }
        }
        if old.as_ref() != Some(&text) {
            files.push((baseline.to_path_buf(), text));
        }
    }
    Ok(Plan { files })
}

impl Plan {
    /// Writes them, and says so.
    ///
    /// # Errors
    /// If one cannot be written.
    pub(super) fn write(self) -> Result<(), Failure> {
        let mut names = Vec::new();
        for (path, text) in &self.files {
            let cannot = |error| Failure::because(format_args!("cannot write `{}`", path.shown()), &error);
            if let Some(dir) = path.parent() {
                fs::create_dir_all(dir).map_err(cannot)?;
            }
            private::replace(path, text.as_bytes()).map_err(cannot)?;
            names.push(path.shown());
        }
        to_stdout(|out| {
            if names.is_empty() {
                return writeln!(out, "\nnothing is written: what was carried over is there already");
            }
            writeln!(out, "\nwrote {}", names.join(", "))?;
            writeln!(out, "look at them, and stage them: the pre-commit hook reads them from the index")
        })
    }
}

/// A file's text; none where there is no such file.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    let cannot =
        |error: &dyn std::error::Error| Failure::because(format_args!("cannot read `{}`", path.shown()), error);
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_file() => fs::read_to_string(path).map(Some).map_err(|error| cannot(&error)),
        Ok(_) => Err(Failure::new(format_args!("`{}` is not a regular file", path.shown()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(cannot(&error)),
    }
}
