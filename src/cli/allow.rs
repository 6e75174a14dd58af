//! `allow`: one more line in the baseline, which is where single credentials are accepted. What is accepted by path,
//! rule or pattern stands in `.portcullis.toml`, and is written there by people.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::args::{AllowArgs, KnownArgs, WalkArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::{interrupt, plan, private, scan};
use crate::config::local::Flags;
use crate::engine::Engine;
use crate::git::{Env, Repo};
use crate::guard::pipeline::Judge;
use crate::guard::scan::Target;
use crate::guard::watch::{Unwatched, Watch};
use crate::guard::{commit_msg, precommit};
use crate::model::{Confidence, Day, Fingerprint, Item, Origin};
use crate::policy::{Baseline, Entry, Policy};
use crate::report::sanitize::{clean, quote};

/// What a new baseline begins with.
pub(super) const HEADER: &str =
    "# Credentials that are known and accepted, one fingerprint a line (see `portcullis allow --help`).\n";

/// Runs `allow`.
///
/// # Errors
/// If the fingerprint is none, no reason is given, the day is over, or the baseline cannot be read or written.
pub(super) fn run(args: &AllowArgs) -> Result<ExitStatus, Failure> {
    let print = Fingerprint::parse(&args.fingerprint.to_ascii_lowercase()).ok_or_else(|| {
        Failure::new("that is no fingerprint").hint("reports show one with each finding: 32 hexadecimal digits")
    })?;
    let entry = Entry {
        fingerprint: print,
        rule: None,
        until: args.expires.as_deref().map(last_day).transpose()?,
        reason: reason(&args.reason)?,
        line: 0,
    };
    let top = plan::worktree_top(Path::new("."));
    let path = args.baseline.clone().or_else(|| Some(top.as_ref()?.join(plan::BASELINE))).ok_or_else(|| {
        Failure::new("this directory is in no git repository, so there is no baseline to add it to")
            .hint("go into one, or name the file: `--baseline FILE`")
    })?;
    let file = path.display();
    let old = match fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => HEADER.into(),
        Err(error) => return Err(Failure::because(format_args!("cannot read `{file}`"), &error)),
    };
    let makes_no_sense =
        |error: &dyn std::error::Error| Failure::because(format_args!("the baseline `{file}` makes no sense"), error);
    let baseline = Baseline::parse(&old).map_err(|error| makes_no_sense(&error))?;
    let text = String::from_utf8(old).map_err(|error| makes_no_sense(&error))?;
    let known = baseline.entries().iter().find(|own| own.fingerprint == print && own.rule.is_none());
    if let Some(own) = known.filter(|own| own.until == entry.until && own.reason == entry.reason) {
        to_stdout(|out| writeln!(out, "already allowed by line {} of {file}", own.line))?;
        return Ok(ExitStatus::Clean);
    }
    let text = Baseline::put(&text, &entry).map_err(|error| makes_no_sense(&error))?;
    private::replace(&path, text.as_bytes())
        .map_err(|error| Failure::because(format_args!("cannot write `{file}`"), &error))?;
    // It stands there, whatever becomes of the look: this only says what it was that was typed.
    let seen = top.map(|top| look(&top, print));
    let (verb, until) = (
        if known.is_some() { "changed the allow of" } else { "allowed" },
        entry.until.map_or_else(String::new, |day| format!(" until {day}")),
    );
    to_stdout(|out| {
        writeln!(out, "{verb} {print}{until} in {file}")?;
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

/// The reason as it is written down.
///
/// # Errors
/// If there is none, or it is not one line.
pub(super) fn reason(text: &str) -> Result<String, Failure> {
    if text.chars().any(char::is_control) {
        return Err(Failure::new("the reason must be one line of plain text"));
    }
    if text.trim().is_empty() {
        return Err(Failure::new("the reason is empty").hint("say why this is no live credential"));
    }
    Ok(text.trim().to_owned())
}

fn last_day(text: &str) -> Result<Day, Failure> {
    let day = Day::parse(text)
        .ok_or_else(|| Failure::new(format_args!("not a day: {text:?}")).hint("write it as in --expires 2027-01-31"))?;
    if day < plan::today() {
        return Err(Failure::new(format_args!("{day} is over: the allow would never hold")));
    }
    Ok(day)
}
