//! `report`: saved reports, told anew.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use super::args::ReportArgs;
use super::exit::ExitStatus;
use super::failure::{Failure, Shown};
use super::history;
use super::output::{Output, seconds};
use super::plan;
use crate::decode::FORMS;
use crate::model::Secret;
use crate::policy::MARKERS;
use crate::report::compare::{self, Comparison};
use crate::report::saved::{self, Known, Saved};
use crate::report::{format, history as lives};
use crate::rules::RuleSet;

/// The commands whose reports can be saved.
const COMMANDS: [&str; 2] = ["scan", "history"];

/// Runs `report`.
///
/// # Errors
/// If a report cannot be read, they do not go together, or the result cannot be written.
pub(super) fn run(args: &ReportArgs) -> Result<ExitStatus, Failure> {
    let rules = plan::rules(&args.rules)?;
    let now = all(&args.files, &rules)?;
    if args.output.show_secrets && secrets(&now).any(|secret| !secret.is_known()) {
        return Err(Failure::new("the saved report does not hold the credentials themselves")
            .hint("leave out --show-secrets here, or give it to the command that saves the report"));
    }
    if !args.against.is_empty() {
        return compare(args, &all(&args.against, &rules)?, &now);
    }
    let none = || Failure::new("no such format");
    let output = Output::open(&args.output)?.saved(saved_at(&args.files));
    match &now {
        Saved::Scan(report) => {
            let format = format(&args.format).ok_or_else(none)?;
            output.write(|options, out| (format.write)(report, options, out))?;
            Ok(ExitStatus::of(report))
        }
        Saved::History(history) => {
            let format = lives::format(&args.format).ok_or_else(none)?;
            output.write(|options, out| (format.write)(history, options, out))?;
            Ok(history::status(history))
        }
    }
}

fn compare(args: &ReportArgs, before: &Saved, now: &Saved) -> Result<ExitStatus, Failure> {
    let format = compare::format(&args.format).ok_or_else(|| {
        let names: Vec<&str> = compare::FORMATS.iter().map(|format| format.name).collect();
        Failure::new(format_args!("reports cannot be compared in the format `{}`", args.format))
            .hint(format_args!("one of these can: {}", names.join(", ")))
    })?;
    if matches!((before, now), (Saved::Scan(_), Saved::History(_)) | (Saved::History(_), Saved::Scan(_))) {
        return Err(Failure::because("the reports cannot be compared", &saved::Unlike));
    }
    let comparison = Comparison::new(before, now);
    Output::open(&args.output)?.write(|options, out| (format.write)(&comparison, options, out))?;
    let new = if comparison.has_new() { ExitStatus::Findings } else { ExitStatus::Clean };
    Ok(new.merge(if comparison.complete { ExitStatus::Clean } else { ExitStatus::Unknown }))
}

fn secrets(saved: &Saved) -> Box<dyn Iterator<Item = &Secret> + '_> {
    match saved {
        Saved::Scan(report) => Box::new(report.items.iter().map(|item| &item.finding.secret)),
        Saved::History(history) => Box::new(history.lives.iter().map(|life| &life.finding.secret)),
    }
}

/// The reports in these files, as one.
fn all(files: &[PathBuf], rules: &RuleSet) -> Result<Saved, Failure> {
    let mut words = COMMANDS.to_vec();
    words.extend(FORMS.iter().map(|form| form.name));
    words.extend(MARKERS.iter().map(|marker| marker.name));
    let revoke = |id: &str| {
        let rule = rules.as_slice().iter().find(|rule| &*rule.id == id);
        rule.map_or_else(Default::default, |rule| (rule.revoke.to_string(), rule.revoke_url.to_string()))
    };
    let known = Known { words: &words, revoke: &revoke };
    let mut told: Option<Saved> = None;
    for file in files {
        let fail = |error: &dyn std::error::Error| {
            Failure::because(format_args!("cannot read the report `{}`", file.shown()), error)
        };
        let mut input = open(file).map_err(|error| fail(&error))?;
        let next = saved::read(&mut *input, &known).map_err(|error| fail(&error))?;
        told = Some(match told {
            Some(before) => before.merge(next).map_err(|error| fail(&error))?,
            None => next,
        });
    }
    told.ok_or_else(|| Failure::new("no report is named"))
}

/// When the last of these files was written: a report tells no time itself, so that the same run gives the same bytes.
fn saved_at(files: &[PathBuf]) -> Option<i64> {
    let written = |file: &PathBuf| fs::metadata(file).ok().filter(fs::Metadata::is_file)?.modified().ok();
    files.iter().map(written).collect::<Option<Vec<_>>>()?.into_iter().max().map(seconds)
}

fn open(file: &Path) -> io::Result<Box<dyn BufRead>> {
    if file.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    Ok(Box::new(BufReader::new(File::open(file)?)))
}
