//! `rules`: what is looked for.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::args::RulesCommand;
use super::exit::ExitStatus;
use super::failure::{Failure, Shown};
use super::output::to_stdout;
use super::{plan, rules_stats, rules_test};
use crate::rules::Rule;

/// Runs `rules`.
///
/// # Errors
/// If a rule file is no good, or the answer cannot be written.
pub(super) fn run(command: &RulesCommand) -> Result<ExitStatus, Failure> {
    match command {
        RulesCommand::List(args) => list(&args.rules),
        RulesCommand::Show { id, rules } => show(id, &rules.rules),
        RulesCommand::Lint { file } => lint(file),
        RulesCommand::Stats { paths, top, rules } => rules_stats::run(paths, *top, &rules.rules),
        RulesCommand::Test { file } => rules_test::run(file.as_deref()),
    }
}

fn list(files: &[PathBuf]) -> Result<ExitStatus, Failure> {
    let set = plan::rules(files)?;
    let widest = set.as_slice().iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    to_stdout(|out| {
        set.as_slice()
            .iter()
            .try_for_each(|rule| writeln!(out, "{:widest$}  {:8}  {}", rule.id, rule.severity, rule.title))
    })?;
    Ok(ExitStatus::Clean)
}

fn show(id: &str, files: &[PathBuf]) -> Result<ExitStatus, Failure> {
    let set = plan::rules(files)?;
    let (_, rule) = set.find(id).ok_or_else(|| {
        Failure::new(format_args!("there is no rule `{id}`")).hint("`portcullis rules list` names them all")
    })?;
    to_stdout(|out| describe(rule, out))?;
    Ok(ExitStatus::Clean)
}

fn describe(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let field = |out: &mut dyn Write, name: &str, value: &str| {
        if value.is_empty() { Ok(()) } else { writeln!(out, "{name:12} {value}") }
    };
    let anchors: Vec<String> =
        rule.anchors.iter().map(|anchor| String::from_utf8_lossy(&anchor.literal).into()).collect();
    field(out, "id", &rule.id)?;
    field(out, "title", &rule.title)?;
    field(out, "provider", &rule.provider)?;
    field(out, "severity", rule.severity.as_str())?;
    field(out, "regex", &rule.regex)?;
    field(out, "anchors", &anchors.join(", "))?;
    field(out, "check", rule.check.map_or("", |check| check.as_str()))?;
    field(out, "files", &rule.files.join(", "))?;
    field(out, "revoke", &rule.revoke)?;
    field(out, "revoke at", &rule.revoke_url)?;
    rule.references.iter().try_for_each(|reference| field(out, "reference", reference))?;
    rule.examples.iter().try_for_each(|example| field(out, "example", example))?;
    rule.rejects.iter().try_for_each(|reject| field(out, "not", reject))
}

fn lint(file: &Path) -> Result<ExitStatus, Failure> {
    let count = plan::rule_file(file)?.len();
    let many = if count == 1 { "" } else { "s" };
    to_stdout(|out| writeln!(out, "{}: {count} rule{many}, nothing wrong", file.shown()))?;
    Ok(ExitStatus::Clean)
}
