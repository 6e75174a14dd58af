//! `baseline create`, `update`, `diff` and `audit`.

mod audit;
mod context;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use super::accepted::{self, Accepted, HEADER};
use super::args::{BaselineCommand, TargetArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::{Failure, Shown};
use super::output::to_stdout;
use super::{plan, scan};
use crate::engine::Engine;
use crate::model::{Fingerprint, Report};
use crate::policy::{Baseline, Entry, Key, Policy};
use crate::report::{Options, Redactor};

/// What identifies an accepted credential.
type Identity = (Fingerprint, String);

/// What a scan found: a place of each.
type Found = BTreeMap<Identity, String>;

/// Runs `baseline`.
///
/// # Errors
/// If not everything could be scanned, or the file cannot be read or written.
pub(super) fn run(command: &BaselineCommand) -> Result<ExitStatus, Failure> {
    let (BaselineCommand::Create(args)
    | BaselineCommand::Update { args, .. }
    | BaselineCommand::Diff(args)
    | BaselineCommand::Audit { args, .. }) = command;
    let key = plan::fingerprint_key(args.policy.known.key_file.as_deref())?;
    match command {
        BaselineCommand::Create(args) => {
            let path = file(args);
            let in_repository = plan::worktree_top(plan::near(&plan::targets(&args.paths))).is_some();
            if args.policy.known.baseline.is_none() && !in_repository {
                return Err(Failure::new("this is in no git repository, so no command would read its baseline")
                    .hint("name a path in one, or the file: `--baseline FILE`"));
            }
            if fs::symlink_metadata(&path).is_ok() {
                return Err(Failure::new(format_args!("`{}` is there already", path.shown()))
                    .hint("`portcullis baseline update` adds to it"));
            }
            let found = found(args, &key)?;
            write(&path, &Baseline::default(), &format!("{}\n{HEADER}", Baseline::key_line(&key)), &found, false)
        }
        BaselineCommand::Update { args, prune } => {
            let path = file(args);
            let Accepted { text, baseline } = accepted::read_or_begin(&path, &key)?;
            let found = found(args, &key)?;
            let mut comments: String = text.split_inclusive('\n').filter(|line| line.starts_with('#')).collect();
            if comments.is_empty() {
                HEADER.clone_into(&mut comments);
            }
            // Where no entry is met, nobody knows by which key they were made.
            let met = || baseline.entries().iter().any(|entry| is_found(entry, &found));
            if !baseline.tells_key() && (baseline.entries().is_empty() || met()) {
                comments = format!("{}\n{comments}", Baseline::key_line(&key));
            }
            write(&path, &baseline, &comments, &found, *prune)
        }
        BaselineCommand::Diff(args) => diff(accepted::read_or_begin(&file(args), &key)?.baseline, &found(args, &key)?),
        BaselineCommand::Audit { args, show_secrets } => {
            let path = file(args);
            let Accepted { text, .. } = accepted::read_or_begin(&path, &key)?;
            audit::run(args, &key, &path, text, *show_secrets)
        }
    }
}

fn file(args: &TargetArgs) -> PathBuf {
    let targets = plan::targets(&args.paths);
    let named = args.policy.known.baseline.clone();
    named.unwrap_or_else(|| plan::default_baseline(plan::near(&targets)))
}

/// What counts but for the baseline, and how it was found. What was not scanned could be anything, so that nothing is
/// made of a part.
fn scan(args: &TargetArgs, key: &Key) -> Result<(Report, Engine, Policy), Failure> {
    let targets = plan::targets(&args.paths);
    let known = &args.policy.known;
    let settled = config::settle(&Place::Disk(plan::near(&targets)), known, config::flags(&args.policy))?;
    settled.tell_expired();
    let policy = Policy { key: key.clone(), ..settled.policy };
    let engine = Engine::new(settled.rules);
    let report = scan::watched(&targets, &args.walk, &engine, &policy);
    if !report.coverage.is_complete() {
        let number = report.coverage.skips.len();
        return Err(Failure::new(format_args!(
            "{number} things could not be scanned, so the baseline is left as it is"
        ))
        .hint("`portcullis scan` names them"));
    }
    Ok((report, engine, policy))
}

/// What counts but for the baseline.
fn found(args: &TargetArgs, key: &Key) -> Result<Found, Failure> {
    let (report, ..) = scan(args, key)?;
    let redactor = Redactor::new(&report, &Options::default());
    let mut found = Found::new();
    for item in report.blocking() {
        found.entry((item.fingerprint, item.rule.id.clone())).or_insert_with(|| redactor.place(item));
    }
    Ok(found)
}

/// Whether the entry accepts any of these.
fn is_found(entry: &Entry, found: &Found) -> bool {
    let from = (entry.fingerprint, String::new());
    let mut same = found.range(from..).take_while(|((print, _), _)| *print == entry.fingerprint);
    same.any(|((_, rule), _)| entry.rule.as_ref().is_none_or(|own| own == rule))
}

/// Whether the entry accepts this, as far as no last day is in the way.
fn fits(entry: &Entry, (print, rule): &Identity) -> bool {
    entry.fingerprint == *print && entry.rule.as_ref().is_none_or(|own| own == rule)
}

fn write(path: &Path, old: &Baseline, head: &str, found: &Found, prune: bool) -> Result<ExitStatus, Failure> {
    let mut valid = old.clone();
    let expired = valid.take_expired(plan::today());
    let open: Vec<&Identity> = found.keys().filter(|(print, rule)| valid.lookup(*print, rule).is_none()).collect();
    let mut lines: BTreeSet<(Identity, String)> = BTreeSet::new();
    let mut keep = |entry: &Entry| {
        lines.insert(((entry.fingerprint, entry.rule.clone().unwrap_or_default()), entry.to_string()));
    };
    let (mut dropped, mut added, mut renewed) = (0_u64, 0_u64, 0_u64);
    for entry in &expired {
        if open.iter().any(|open| fits(entry, open)) {
            // It is here still and accepted by nothing else: so anew, by the same words.
            renewed += 1;
            keep(&Entry { until: None, ..entry.clone() });
        } else if prune && !is_found(entry, found) {
            dropped += 1;
        } else {
            keep(entry);
        }
    }
    for entry in valid.entries() {
        if prune && !is_found(entry, found) {
            dropped += 1;
        } else {
            keep(entry);
        }
    }
    for (print, rule) in open.iter().filter(|open| !expired.iter().any(|entry| fits(entry, open))) {
        added += 1;
        keep(&Entry { fingerprint: *print, rule: Some(rule.clone()), until: None, reason: String::new(), line: 0 });
    }
    let mut text = head.to_owned();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    for (_, line) in &lines {
        text.push_str(line);
        text.push('\n');
    }
    accepted::write(path, &text)?;
    let shown = path.shown();
    let kept = lines.len() as u64 - added - renewed;
    let renewed = if renewed > 0 { format!(", {renewed} renewed that had expired") } else { String::new() };
    to_stdout(|out| {
        writeln!(
            out,
            "{shown}: {added} added{renewed}, {kept} kept, {dropped} dropped\nsay in a comment (`# ...`) why each is accepted, and stage the file"
        )
    })?;
    Ok(ExitStatus::Clean)
}

fn diff(mut baseline: Baseline, found: &Found) -> Result<ExitStatus, Failure> {
    let expired = baseline.take_expired(plan::today());
    let new: Vec<_> = found.iter().filter(|((print, rule), _)| baseline.lookup(*print, rule).is_none()).collect();
    to_stdout(|out| {
        for ((print, rule), place) in &new {
            writeln!(out, "+ {print}  {rule}  {place}")?;
        }
        let unused = baseline.entries().iter().filter(|entry| !is_found(entry, found)).map(|entry| (entry, ""));
        for (entry, over) in unused.chain(expired.iter().map(|entry| (entry, ", expired"))) {
            let rule = entry.rule.as_deref().unwrap_or("any rule");
            writeln!(out, "- {}  {rule}  line {}{over}", entry.fingerprint, entry.line)?;
        }
        Ok(())
    })?;
    Ok(if new.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}
