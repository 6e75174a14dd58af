//! `allow`: one more line in the baseline.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;

use super::args::{AllowArgs, KnownArgs, WalkArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::{interrupt, plan, scan};
use crate::config::local::Flags;
use crate::engine::Engine;
use crate::git::{Env, Repo};
use crate::guard::pipeline::Judge;
use crate::guard::scan::Target;
use crate::guard::watch::{Unwatched, Watch};
use crate::guard::{commit_msg, precommit};
use crate::model::{Confidence, Fingerprint, Item, Origin};
use crate::policy::{Baseline, Policy};
use crate::report::sanitize::{clean, quote};

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
    let top = plan::worktree_top(Path::new("."));
    let path = args.baseline.clone().or_else(|| Some(top.as_ref()?.join(plan::BASELINE))).ok_or_else(|| {
        Failure::new("this directory is in no git repository, so there is no baseline to add it to")
            .hint("go into one, or name the file: `--baseline FILE`")
    })?;
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
    // It stands there, whatever becomes of the look: this only says what it was that was typed.
    let seen = top.map(|top| look(&top, print));
    let file = path.display();
    to_stdout(|out| {
        writeln!(out, "allowed {print} in {file}")?;
        match &seen {
            Some(Ok(Some(what))) => writeln!(out, "that is {what}")?,
            Some(Ok(None)) => writeln!(
                out,
                "note: nothing that is staged or in the work tree has this id (ignored files were left out). If a push \
                 or a\nhistory told it, all is well; if it is mistyped, take the line out again."
            )?,
            Some(Err(failure)) => write!(out, "note: could not look for what has this id\n{failure}")?,
            None => {}
        }
        writeln!(out, "stage that file too: the pre-commit hook reads it from the index")
    })?;
    Ok(ExitStatus::Clean)
}

/// What has that fingerprint: the title of its rule and a place. What is staged is looked at first, then the work tree.
fn look(top: &Path, print: Fingerprint) -> Result<Option<String>, Failure> {
    let known = KnownArgs::default();
    let flags = Flags { min_confidence: Some(Confidence::Low), no_inline: false };
    let settled = config::settle(&Place::Disk(top), &known, flags)?;
    let policy = Policy { key: plan::fingerprint_key(None)?, ..settled.policy };
    let engine = Engine::new(settled.rules);
    if let Some(item) = staged(&engine, &policy).into_iter().find(|item| item.fingerprint == print) {
        return Ok(Some(told(&item)));
    }
    let walk = WalkArgs { respect_gitignore: true, ..WalkArgs::default() };
    let report = scan::watched(&[Target::Path(top.to_path_buf())], &walk, &engine, &policy);
    Ok(report.items.iter().find(|item| item.fingerprint == print).map(told))
}

/// What the gates of a commit find now. What they cannot look at is not what was asked for.
fn staged(engine: &Engine, policy: &Policy) -> Vec<Item> {
    let watch = Watch { stop: interrupt::flag(), progress: &Unwatched };
    let Ok(repo) = Repo::open(Env::from_process(), Path::new(".")) else { return Vec::new() };
    let files = precommit::run(&repo, engine, watch);
    let message = commit_msg::run(&repo, engine, &repo.git_dir().join("COMMIT_EDITMSG"));
    let found = [files, message].into_iter().flatten().flat_map(|outcome| outcome.found);
    found.map(|found| Judge::new(engine.rules(), policy).item(found)).collect()
}

fn told(item: &Item) -> String {
    let at = match &item.origin {
        Origin::CommitMessage => "the commit message".to_owned(),
        origin => quote(origin.label()),
    };
    format!("{} in {at}, line {}", clean(&item.rule.title), item.place.start.line)
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
    let written = file.write_all(format!("{before}{print}{reason}\n").as_bytes());
    if written.is_err() {
        // Half a line would make no sense, and stop everything that reads the file. The first trouble is what is told.
        let _ = if old.is_empty() { fs::remove_file(path) } else { file.set_len(old.len() as u64) };
    }
    written
}
