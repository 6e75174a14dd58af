//! `allow`: one more line in the baseline, which is where single credentials are accepted. What is accepted by path,
//! rule or pattern stands in `.portcullis.toml`, and is written there by people.

use std::path::Path;

use super::args::{AllowArgs, KnownArgs, WalkArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::{Failure, Shown};
use super::output::to_stdout;
use super::{accepted, interrupt, plan, scan};
use crate::config::local::Flags;
use crate::engine::Engine;
use crate::git::{Env, Repo};
use crate::guard::pipeline::Judge;
use crate::guard::scan::Target;
use crate::guard::watch::{Unwatched, Watch};
use crate::guard::{commit_msg, precommit};
use crate::model::{Confidence, Coverage, Day, Fingerprint, Item, Origin, Report};
use crate::policy::{Baseline, Entry, Key, Policy};
use crate::report::sanitize::clean;
use crate::report::{Options, Redactor};

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
    let file = path.shown();
    let key = plan::fingerprint_key(args.key_file.as_deref())?;
    let old = accepted::read_or_begin(&path, &key)?;
    let known = old.baseline.entries().iter().find(|own| own.fingerprint == print && own.rule.is_none());
    if let Some(own) = known.filter(|own| own.until == entry.until && own.reason == entry.reason) {
        to_stdout(|out| writeln!(out, "already allowed by line {} of {file}", own.line))?;
        return Ok(ExitStatus::Clean);
    }
    let text = Baseline::put(&old.text, &entry)
        .map_err(|error| Failure::because(format_args!("cannot add to `{file}`"), &error))?;
    accepted::write(&path, &text)?;
    // It stands there, whatever becomes of the look: this only says what it was that was typed.
    let seen = top.map(|top| look(&top, print, key));
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
fn look(top: &Path, print: Fingerprint, key: Key) -> Result<Option<String>, Failure> {
    let known = KnownArgs::default();
    let flags = Flags { min_confidence: Some(Confidence::Low), no_inline: false };
    let settled = config::settle(&Place::Disk(top), &known, flags)?;
    let policy = Policy { key, ..settled.policy };
    let engine = Engine::new(settled.rules);
    let report = staged(&engine, &policy);
    if let Some(item) = report.items.iter().find(|item| item.fingerprint == print) {
        return Ok(Some(told(item, &report)));
    }
    let walk = WalkArgs { respect_gitignore: true, ..WalkArgs::default() };
    let report = scan::watched(&[Target::Path(top.to_path_buf())], &walk, &engine, &policy);
    Ok(report.items.iter().find(|item| item.fingerprint == print).map(|item| told(item, &report)))
}

/// What the gates of a commit find now. What they cannot look at is not what was asked for.
fn staged(engine: &Engine, policy: &Policy) -> Report {
    let watch = Watch { stop: interrupt::flag(), progress: &Unwatched };
    let Ok(repo) = Repo::open(Env::from_process(), Path::new(".")) else { return Report::default() };
    let files = precommit::run(&repo, engine, watch);
    let message = commit_msg::run(&repo, engine, &repo.git_dir().join("COMMIT_EDITMSG"), watch.stop);
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for outcome in [files, message].into_iter().flatten() {
        found.extend(outcome.found);
        names.extend(outcome.names);
    }
    Report { names, ..Judge::new(engine.rules(), policy).report("allow", found, Coverage::default()) }
}

fn told(item: &Item, report: &Report) -> String {
    let (title, line) = (clean(&item.rule.title), item.place.start.line);
    let name = Redactor::new(report, &Options::default()).label(&item.origin);
    match &item.origin {
        Origin::CommitMessage => format!("{title} in the commit message, line {line}"),
        Origin::Name { .. } => format!("{title} in the name of {name}"),
        _ => format!("{title} in {name}, line {line}"),
    }
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
