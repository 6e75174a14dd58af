//! The configuration files: where they lie, and what they hold.

use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::Place;
use crate::cli::failure::{Failure, Shown};
use crate::cli::plan;
use crate::config::local::{Checks, Local, Owner, Source, parse};
use crate::config::{ConfigErrors, Problem};
use crate::policy::{Globs, secret_regex};
use crate::rules::{Rule, RuleSet};

/// The project's file, at the top of a work tree.
pub(in crate::cli) const PROJECT: &str = ".portcullis.toml";

/// How globs and regexes are checked.
const CHECKS: Checks =
    Checks { glob: |text| Globs::new(&[text.to_owned()]).map(drop), regex: |text| secret_regex(text).map(drop) };

/// One file, read.
#[derive(Debug, Default)]
pub(super) struct File {
    /// What people call it.
    pub(super) name: String,
    /// Whether it is there.
    pub(super) exists: bool,
    pub(super) local: Local,
    pub(super) problems: Vec<Problem>,
}

impl File {
    /// An absent one.
    fn absent(name: String) -> Self {
        Self { name, ..Self::default() }
    }

    fn parse(name: String, bytes: Vec<u8>, owner: Owner) -> Result<Self, Failure> {
        let text = String::from_utf8(bytes)
            .map_err(|_| Failure::new(format_args!("the configuration `{name}` is not UTF-8")))?;
        let (local, problems) = parse(&text, owner, CHECKS);
        Ok(Self { name, exists: true, local, problems })
    }

    /// Notes the rules it speaks of that are not there: a misspelt id would change nothing.
    pub(super) fn check_rules(&mut self, rules: &RuleSet) {
        for (id, line, column) in self.local.rule_ids() {
            if rules.find(id).is_none() {
                let message = format!("there is no rule `{}`", id.escape_debug());
                let hint = "`portcullis rules list` names them".to_owned();
                self.problems.push(Problem { line, column, message, hint });
            }
        }
        self.problems.sort();
    }

    /// All that is wrong with it, as people read it.
    pub(super) fn errors(&self) -> Option<String> {
        let errors = ConfigErrors { file: self.name.clone(), problems: self.problems.clone() };
        (!self.problems.is_empty()).then(|| errors.to_string())
    }
}

/// Whether a text could be a project's file.
///
/// # Errors
/// Everything that is wrong with it.
pub(in crate::cli) fn sound(text: &str, name: &str) -> Result<(), Failure> {
    let file = File::parse(name.to_owned(), text.as_bytes().to_vec(), Owner::Project)?;
    file.errors().map_or(Ok(()), |errors| Err(Failure::new(errors)))
}

/// The directory of the user's file, where the environment tells.
fn user_dir() -> Option<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|dir: &PathBuf| dir.is_absolute());
    let home = || set("HOME").map(|home| home.join(".config"));
    let dir = set("XDG_CONFIG_HOME").or_else(|| if cfg!(windows) { set("APPDATA") } else { None }).or_else(home);
    dir.map(|dir| dir.join("portcullis"))
}

/// Reads the user's file.
///
/// # Errors
/// If it is there and cannot be read.
pub(super) fn user() -> Result<File, Failure> {
    let Some(path) = user_dir().map(|dir| dir.join("config.toml")) else {
        return Ok(File::absent("none: neither XDG_CONFIG_HOME nor HOME is set".to_owned()));
    };
    let name = path.shown();
    match fs::read(&path) {
        Ok(bytes) => File::parse(name, bytes, Owner::User),
        Err(error) if is_absent(error.kind()) => Ok(File::absent(name)),
        Err(error) => Err(Failure::because(format_args!("cannot read the user's configuration `{name}`"), &error)),
    }
}

/// Reads the project's file: the one in the work tree, or the one that is staged.
///
/// # Errors
/// If it is there and cannot be read, or is no file.
pub(super) fn project(place: &Place<'_>) -> Result<File, Failure> {
    match place {
        Place::Disk(near) => on_disk(&top(near).join(PROJECT), PROJECT.to_owned()),
        Place::Staged(repo) => {
            let bytes = repo
                .index_blob(PROJECT.as_bytes())
                .map_err(|error| Failure::because(format_args!("cannot read the staged {PROJECT}"), &error))?;
            let name = PROJECT.to_owned();
            bytes.map_or_else(
                || Ok(File::absent(name.clone())),
                |bytes| File::parse(name.clone(), bytes, Owner::Project),
            )
        }
    }
}

/// Reads a project's file. A link is not followed: it could lead anywhere.
///
/// # Errors
/// If it is there and cannot be read, or is no file.
pub(super) fn on_disk(path: &Path, name: String) -> Result<File, Failure> {
    let cannot =
        |error: &dyn std::error::Error| Failure::because(format_args!("cannot read the configuration `{name}`"), error);
    match fs::symlink_metadata(path) {
        Ok(data) if data.is_file() => {}
        Ok(_) => return Err(Failure::new(format_args!("the configuration `{name}` is not a regular file"))),
        Err(error) if is_absent(error.kind()) => return Ok(File::absent(name)),
        Err(error) => return Err(cannot(&error)),
    }
    let bytes = fs::read(path).map_err(|error| cannot(&error))?;
    File::parse(name, bytes, Owner::Project)
}

/// The top of the work tree around `near`, or the directory itself.
pub(in crate::cli) fn top(near: &Path) -> PathBuf {
    plan::default_baseline(near).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// The rules in a file that a configuration names; `None` if the command line named the same.
///
/// # Errors
/// If it cannot be read, or is no good as a rule file.
pub(super) fn rules_of(
    place: &Place<'_>,
    file: &str,
    source: Source,
    given: &[PathBuf],
) -> Result<Option<Vec<Rule>>, Failure> {
    let path = match (source, place) {
        (Source::File(Owner::Project, _), Place::Staged(repo)) => {
            let bytes = repo
                .index_blob(file.as_bytes())
                .map_err(|error| Failure::because(format_args!("cannot read the staged rule file `{file}`"), &error))?;
            let bytes = bytes.ok_or_else(|| {
                Failure::new(format_args!("the rule file `{file}` is not staged"))
                    .hint(format_args!("{PROJECT} names it: `git add` it too"))
            })?;
            let text = String::from_utf8(bytes)
                .map_err(|error| Failure::because(format_args!("cannot read the staged rule file `{file}`"), &error))?;
            return plan::parse_rules(&text, file).map(Some);
        }
        (Source::File(Owner::Project, _), Place::Disk(near)) => inside(&top(near), file)?,
        _ => user_dir().unwrap_or_default().join(file),
    };
    let same = |other: &PathBuf| {
        other.canonicalize().ok().is_some_and(|other| path.canonicalize().is_ok_and(|own| own == other))
    };
    if given.iter().any(same) { Ok(None) } else { plan::rule_file(&path).map(Some) }
}

/// A path below the top, not by way of links.
fn inside(top: &Path, file: &str) -> Result<PathBuf, Failure> {
    let cannot =
        |error| Failure::because(format_args!("cannot read the rule file `{file}`, which {PROJECT} names"), &error);
    let top = top.canonicalize().map_err(cannot)?;
    let path = top.join(file);
    if path.canonicalize().map_err(cannot)? == path {
        Ok(path)
    } else {
        Err(Failure::new(format_args!("the rule file `{file}`, which {PROJECT} names, is reached by a link")))
    }
}

const fn is_absent(kind: ErrorKind) -> bool {
    matches!(kind, ErrorKind::NotFound | ErrorKind::NotADirectory)
}
