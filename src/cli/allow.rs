//! `allow`: one more line in the baseline, which is where single credentials are accepted. What is accepted by path,
//! rule or pattern stands in `.portcullis.toml`, and is written there by people.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use super::args::AllowArgs;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::plan;
use crate::model::{Day, Fingerprint};
use crate::policy::{Baseline, Entry};

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
    let path = args.baseline.clone().unwrap_or_else(|| plan::default_baseline(Path::new(".")));
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
    fs::write(&path, text).map_err(|error| Failure::because(format_args!("cannot write `{file}`"), &error))?;
    let (verb, until) = (
        if known.is_some() { "changed the allow of" } else { "allowed" },
        entry.until.map_or_else(String::new, |day| format!(" until {day}")),
    );
    to_stdout(|out| {
        writeln!(
            out,
            "{verb} {print}{until} in {file}\nstage that file too: the pre-commit hook reads it from the index"
        )
    })?;
    Ok(ExitStatus::Clean)
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
