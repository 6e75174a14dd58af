//! `allow`: one more line in the baseline, which is where single credentials are accepted. What is accepted by path,
//! rule or pattern stands in `.portcullis.toml`, and is written there by people.

use std::path::Path;

use super::args::{AllowArgs, KnownArgs, WalkArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::{Failure, Shown};
use super::output::to_stdout;
use super::{accepted, explain, plan, scan};
use crate::config::local::Flags;
use crate::engine::Engine;
use crate::guard::scan::Target;
use crate::model::{Confidence, Day, Fingerprint, Item, Origin, Report};
use crate::policy::{Baseline, Entry, Key, Policy};
use crate::report::sanitize::clean;
use crate::report::{Options, Redactor};

/// Runs `allow`.
///
/// # Errors
/// If the fingerprint is none, no reason is given, the day is over, or the baseline cannot be read or written.
pub(super) fn run(args: &AllowArgs) -> Result<ExitStatus, Failure> {
    let typed = explain::digits(&args.fingerprint)?;
    let top = plan::worktree_top(Path::new("."));
    let key = plan::fingerprint_key(args.key_file.as_deref())?;
    let (print, seen) = match (Fingerprint::parse(&typed), &top) {
        (Some(print), _) => (print, None),
        (None, Some(top)) => only(&typed, top, &key).map(|(print, what)| (print, Some(what)))?,
        (None, None) => {
            return Err(Failure::new("this directory is in no git repository, so nothing can be looked up in it")
                .hint("give all 32 hexadecimal digits of the fingerprint"));
        }
    };
    let entry = Entry {
        fingerprint: print,
        rule: None,
        until: args.expires.as_deref().map(last_day).transpose()?,
        reason: reason(&args.reason)?,
        line: 0,
    };
    let path = args.baseline.clone().or_else(|| Some(top.as_ref()?.join(plan::BASELINE))).ok_or_else(|| {
        Failure::new("this directory is in no git repository, so there is no baseline to add it to")
            .hint("go into one, or name the file: `--baseline FILE`")
    })?;
    let file = path.shown();
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
    let seen = match seen {
        Some(what) => Some(Ok(Some(what))),
        None => top.map(|top| look(&top, &typed, &key).map(|mut seen| seen.pop().map(|(_, what)| what))),
    };
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

/// The one finding whose fingerprint begins so, and what it is.
///
/// # Errors
/// If there is none, or more than one.
fn only(begin: &str, top: &Path, key: &Key) -> Result<(Fingerprint, String), Failure> {
    let mut seen = look(top, begin, key)?;
    match (seen.pop(), seen.len()) {
        (Some(only), 0) => Ok(only),
        (Some(_), more) => Err(Failure::new(format_args!("{} fingerprints here begin so", more + 1))
            .hint("give more of its 32 hexadecimal digits")),
        (None, _) => Err(Failure::new("nothing that is staged or in the work tree has a fingerprint that begins so")
            .hint("give all of its 32 hexadecimal digits")),
    }
}

/// The fingerprints that begin so, each with what has it: the title of its rule and a place. What is staged is looked at
/// first, then the work tree.
fn look(top: &Path, begin: &str, key: &Key) -> Result<Vec<(Fingerprint, String)>, Failure> {
    let known = KnownArgs::default();
    let flags = Flags { min_confidence: Some(Confidence::Low), no_inline: false };
    let settled = config::settle(&Place::Disk(top), &known, flags)?;
    let policy = Policy { key: key.clone(), ..settled.policy };
    let engine = Engine::new(settled.rules);
    let mut seen: Vec<(Fingerprint, String)> = Vec::new();
    let mut take = |report: &Report| {
        for item in report.items.iter().filter(|item| item.fingerprint.to_string().starts_with(begin)) {
            if seen.iter().all(|(print, _)| *print != item.fingerprint) {
                seen.push((item.fingerprint, told(item, report)));
            }
        }
        seen.len()
    };
    // A whole one that is met need not be looked for any longer.
    if take(&explain::staged(&engine, &policy)) == 0 || Fingerprint::parse(begin).is_none() {
        let walk = WalkArgs { respect_gitignore: true, ..WalkArgs::default() };
        take(&scan::watched(&[Target::Path(top.to_path_buf())], &walk, &engine, &policy));
    }
    Ok(seen)
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
