//! The files that are imported: where they are, and what they say.

use std::fs;
use std::path::Path;

use super::ImportArgs;
use crate::cli::failure::{Failure, Shown};
use crate::config::foreign::{FORMATS, Foreign, Format};
use crate::git::{Env, Repo};

/// Longest file, in bytes.
const LONGEST: u64 = 64 << 20;

/// The one format that is no file.
const GIT: &str = "git-secrets-config";

/// A file, read.
pub(super) struct Source {
    /// What people call it.
    pub(super) name: String,
    pub(super) format: &'static Format,
    pub(super) foreign: Foreign,
}

/// Reads the files that are named, or those that stand where their tools look for them.
///
/// # Errors
/// If there is none, or any of them cannot be read: all of these.
pub(super) fn find(args: &ImportArgs, top: &Path) -> Result<Vec<Source>, Failure> {
    let mut texts: Vec<(String, &'static Format, String)> = Vec::new();
    for path in &args.files {
        let text = text(path)?;
        texts.push((path.shown(), format(args.from.as_deref(), path, &text)?, text));
    }
    if args.files.is_empty() {
        for format in FORMATS {
            for name in format.files {
                let path = top.join(name);
                if fs::symlink_metadata(&path).is_ok_and(|found| found.is_file()) {
                    texts.push(((*name).to_owned(), format, text(&path)?));
                }
            }
        }
        let git = FORMATS.iter().find(|format| format.name == GIT);
        if let (Some(format), Some(text)) = (git, git_config(top)?) {
            texts.push(("git config".to_owned(), format, text));
        }
    }
    if texts.is_empty() {
        let names: Vec<&str> = FORMATS.iter().flat_map(|format| format.files).copied().collect();
        return Err(Failure::new("there is no file of another tool at the top of this work tree")
            .hint(format_args!("name one, or put it where its tool looks for it: {}", names.join(", "))));
    }
    let (mut sources, mut wrong) = (Vec::new(), Vec::new());
    for (name, format, text) in texts {
        match (format.read)(&text) {
            Ok(foreign) => sources.push(Source { name, format, foreign }),
            Err(broken) => wrong.push(format!("{name}:{}: {}", broken.line, broken.message)),
        }
    }
    if wrong.is_empty() {
        Ok(sources)
    } else {
        Err(Failure::new(format_args!("{}\nnothing was imported", wrong.join("\n"))))
    }
}

fn text(path: &Path) -> Result<String, Failure> {
    let cannot =
        |error: &dyn std::error::Error| Failure::because(format_args!("cannot read `{}`", path.shown()), error);
    if fs::metadata(path).map_err(|error| cannot(&error))?.len() > LONGEST {
        return Err(Failure::new(format_args!("`{}` is longer than {LONGEST} bytes", path.shown())));
    }
    let bytes = fs::read(path).map_err(|error| cannot(&error))?;
    String::from_utf8(bytes).map_err(|error| {
        let line =
            error.as_bytes().iter().take(error.utf8_error().valid_up_to()).filter(|byte| **byte == b'\n').count() + 1;
        Failure::new(format_args!("{}:{line}: not UTF-8", path.shown()))
    })
}

fn format(named: Option<&str>, path: &Path, text: &str) -> Result<&'static Format, Failure> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let by = |fits: &dyn Fn(&Format) -> bool| FORMATS.iter().find(|format| fits(format));
    let found = match named {
        Some(named) => by(&|format| format.name == named),
        None => by(&|format| format.files.contains(&name)).or_else(|| by(&|format| (format.looks_like)(text))),
    };
    found.ok_or_else(|| {
        Failure::new(format_args!("`{}` looks like no format that is known", path.shown())).hint("say which by --from")
    })
}

/// What git's configuration says of git-secrets, in the form of `git config --null --get-regexp`; none outside a repository,
/// or where nothing is said.
///
/// # Errors
/// If the configuration cannot be read.
fn git_config(top: &Path) -> Result<Option<String>, Failure> {
    let Ok(repo) = Repo::open(Env::default(), top) else { return Ok(None) };
    let settings = repo.config_section("secrets").ok_or_else(|| {
        Failure::new("cannot read git's configuration").hint("`git config --list --show-origin` tells more")
    })?;
    let pairs = settings.iter().map(|(name, value)| format!("{name}\n{}\0", String::from_utf8_lossy(value)));
    let text: String = pairs.collect();
    Ok((!text.is_empty()).then_some(text))
}
