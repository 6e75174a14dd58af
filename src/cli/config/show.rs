//! `config show` and `config check`.

use std::fmt::Display;
use std::io::{self, Write};
use std::path::PathBuf;

use super::{Flags, Place, Settled, files, settle};
use crate::cli::args::{ConfigCheckArgs, ConfigShowArgs, KnownArgs};
use crate::cli::exit::ExitStatus;
use crate::cli::failure::{Failure, Shown};
use crate::cli::output::to_stdout;
use crate::cli::receive::policy;
use crate::config::local::Owner;
use crate::report::sanitize::clean;
use crate::rules::RuleSet;

/// Runs `config show`.
///
/// # Errors
/// If the configuration cannot be read or makes no sense.
pub(in crate::cli) fn show(args: &ConfigShowArgs) -> Result<ExitStatus, Failure> {
    let settled = settle(&Place::Disk(&args.path), &KnownArgs::default(), Flags::default())?;
    to_stdout(|out| write(&settled, out))?;
    Ok(ExitStatus::Clean)
}

/// Runs `config check`.
///
/// # Errors
/// If a file cannot be read or makes no sense: every mistake.
pub(in crate::cli) fn check(args: &ConfigCheckArgs) -> Result<ExitStatus, Failure> {
    if args.server {
        return check_server(&args.files);
    }
    if args.files.is_empty() {
        let here = PathBuf::from(".");
        let settled = settle(&Place::Disk(&here), &KnownArgs::default(), Flags::default())?;
        settled.tell_expired();
        to_stdout(|out| settled.files.iter().try_for_each(|file| fine(out, &file.name, file.exists)))?;
        return Ok(ExitStatus::Clean);
    }
    let mut wrong = Vec::new();
    for path in &args.files {
        let mut file = files::on_disk(path, path.shown())?;
        if !file.exists {
            return Err(Failure::new(format_args!("there is no file `{}`", file.name)));
        }
        // The rules it brings along are looked for where the file lies.
        let dir = path.parent().unwrap_or(path);
        let added = file.local.rules.iter().try_fold(RuleSet::builtin(), |rules, rule_file| {
            let more = crate::cli::plan::rule_file(&dir.join(&rule_file.value))?;
            rules.with_user(more).map_err(Failure::new)
        });
        if let Ok(rules) = &added {
            file.check_rules(rules);
        }
        // Its own mistakes are told first: they may be why its rules cannot be read.
        if file.problems.is_empty() {
            added?;
        }
        match file.errors() {
            Some(errors) => wrong.push(errors),
            None => to_stdout(|out| fine(out, &file.name, true))?,
        }
    }
    if wrong.is_empty() { Ok(ExitStatus::Clean) } else { Err(Failure::new(wrong.join("\n"))) }
}

/// Checks policies of a server, and the files that each names.
fn check_server(files: &[PathBuf]) -> Result<ExitStatus, Failure> {
    let mut wrong = Vec::new();
    let named: Vec<Option<&PathBuf>> = if files.is_empty() { vec![None] } else { files.iter().map(Some).collect() };
    for path in named {
        let (config, file) = match policy::read(path.map(PathBuf::as_path)) {
            Ok(read) => read,
            Err(failure) => {
                wrong.push(failure);
                continue;
            }
        };
        let Some(file) = file else {
            to_stdout(|out| fine(out, policy::DEFAULT, false))?;
            continue;
        };
        match config.all_settings().iter().try_for_each(|settings| policy::named(settings).map(drop)) {
            Ok(()) => to_stdout(|out| fine(out, &file.shown(), true))?,
            Err(failure) => wrong.push(failure),
        }
    }
    let Some(last) = wrong.pop() else { return Ok(ExitStatus::Clean) };
    wrong.iter().for_each(Failure::tell);
    Err(last)
}

fn fine(out: &mut dyn Write, name: &str, exists: bool) -> io::Result<()> {
    writeln!(out, "{}: {}", clean(name), if exists { "no mistakes" } else { "not there" })
}

fn write(settled: &Settled, out: &mut dyn Write) -> io::Result<()> {
    let merged = &settled.merged;
    for (whose, file) in ["user's", "project's"].iter().zip(&settled.files) {
        let absent = if file.exists { "" } else { " (not there)" };
        writeln!(out, "# the {whose} file: {}{absent}", clean(&file.name))?;
    }
    writeln!(out)?;
    line(out, "min_confidence", format_args!("{:?}", merged.min_confidence.0.as_str()), &merged.min_confidence.1)?;
    line(out, "inline_allows", merged.inline_allows.0, &merged.inline_allows.1)?;
    line(out, "trust_project", merged.trust_project.0, &merged.trust_project.1)?;
    for (file, source) in &merged.rules {
        line(out, "rules", format_args!("[{}]", quoted(file)), source)?;
    }
    for (id, rule) in &merged.rule {
        writeln!(out, "\n[rule.{}]", clean(id))?;
        if let Some((disabled, reason, source)) = &rule.disabled {
            line(out, "disabled", disabled, source)?;
            if !reason.is_empty() {
                line(out, "reason", quoted(reason), source)?;
            }
        }
        if let Some((severity, source)) = &rule.severity {
            line(out, "severity", quoted(severity.as_str()), source)?;
        }
        if let Some((level, source)) = &rule.min_confidence {
            line(out, "min_confidence", quoted(level.as_str()), source)?;
        }
    }
    for (allow, owner) in &merged.allows {
        let whose = if *owner == Owner::User { "user's" } else { "project's" };
        writeln!(out, "\n[[allow]]  # {whose} file, line {}", allow.line)?;
        let rules: Vec<String> = allow.rules.iter().map(|rule| rule.value.clone()).collect();
        let prints: Vec<String> = allow.fingerprints.iter().map(ToString::to_string).collect();
        for (name, list) in
            [("paths", &allow.paths), ("rules", &rules), ("secrets", &allow.secrets), ("fingerprints", &prints)]
        {
            if !list.is_empty() {
                let list: Vec<String> = list.iter().map(|text| quoted(text)).collect();
                writeln!(out, "{name} = [{}]", list.join(", "))?;
            }
        }
        writeln!(out, "reason = {}", quoted(&allow.reason))?;
        if let Some(day) = allow.expires {
            let over = if day < crate::cli::plan::today() { "  # expired: it no longer applies" } else { "" };
            writeln!(out, "expires = \"{day}\"{over}")?;
        }
    }
    if !merged.unheeded.is_empty() {
        writeln!(out, "\n# not heeded, because the user does not trust projects:")?;
        for (what, source) in &merged.unheeded {
            writeln!(out, "# {what} ({source})")?;
        }
    }
    Ok(())
}

fn line(out: &mut dyn Write, name: &str, value: impl Display, source: &impl Display) -> io::Result<()> {
    writeln!(out, "{:<32}  # {source}", format!("{name} = {value}"))
}

/// A string as TOML writes it, with nothing in it that a terminal would act on.
fn quoted(text: &str) -> String {
    format!("\"{}\"", clean(text).replace('\\', "\\\\").replace('"', "\\\""))
}
