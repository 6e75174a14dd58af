//! For people at a terminal: findings file by file, what to do about them, and what was looked at.

use std::io::{self, Write};

use super::redact::Redactor;
use super::sanitize::clean;
use super::text::{Ink, Page, count, size, thousands};
use super::{LOWER_THRESHOLD, Options, block};
use crate::model::{AllowReason, Confidence, Coverage, Report, Skip, SkipReason, Verdict};

/// Most skips that are named; the other formats name them all.
const MOST_SKIPS: usize = 20;

/// Writes a report for people at a terminal.
///
/// # Errors
/// The writer's own.
pub fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.color);
    let redactor = Redactor::new(report, options);
    let mut last = None;
    for item in report.blocking() {
        if last.is_some_and(|origin| origin != &item.origin) {
            page.gap()?;
        }
        last = Some(&item.origin);
        block::write(&mut page, item, 0, options, &redactor)?;
    }
    if last.is_some() {
        page.gap()?;
        remedies(&mut page, report)?;
        page.gap()?;
    }
    if options.why {
        allowed(&mut page, report, &redactor)?;
    }
    totals(&mut page, report)?;
    coverage(&mut page, &report.coverage, &redactor)
}

/// Writes all findings of a report in full, what is allowed among them, each with what allows it.
///
/// # Errors
/// The writer's own.
pub fn explain(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.color);
    let redactor = Redactor::new(report, options);
    for item in &report.items {
        block::write(&mut page, item, 0, options, &redactor)?;
        if let Verdict::Allowed(by) = &item.verdict {
            page.hanging("    status  ", 12, &format!("allowed; {}", allowed_by(by, &redactor)))?;
        }
        page.gap()?;
    }
    if report.blocking().next().is_some() {
        remedies(&mut page, report)?;
        page.gap()?;
    }
    coverage(&mut page, &report.coverage, &redactor)
}

/// How to revoke what was found, once for each rule.
fn remedies(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    page.line(&page.ink(Ink::Bold, "What to do"))?;
    let mut told: Vec<&str> = Vec::new();
    for rule in report.blocking().map(|item| &item.rule) {
        if told.contains(&rule.id.as_str()) || (rule.revoke.is_empty() && rule.revoke_url.is_empty()) {
            continue;
        }
        told.push(&rule.id);
        page.words(2, &clean(&rule.title))?;
        if !rule.revoke.is_empty() {
            page.words(4, &clean(&rule.revoke))?;
        }
        if !rule.revoke_url.is_empty() {
            page.line(&format!("    {}", clean(&rule.revoke_url)))?;
        }
    }
    let general = "Whatever was ever pushed or shared is known to others: revoke it; removing it is not enough. \
                   A value that is no credential is allowed by the comment `portcullis:allow <reason>` on its line.";
    page.words(2, general)
}

/// What somebody allowed, and by which marker or line.
fn allowed(page: &mut Page<'_>, report: &Report, redactor: &Redactor<'_>) -> io::Result<()> {
    let mut any = false;
    for item in &report.items {
        let Verdict::Allowed(by) = &item.verdict else { continue };
        if !any {
            page.line(&page.ink(Ink::Bold, "Allowed"))?;
            any = true;
        }
        page.line(&format!("  {}", block::place(item, redactor)))?;
        page.words(4, &format!("{}; {}", clean(&item.rule.title), allowed_by(by, redactor)))?;
    }
    if any { page.gap() } else { Ok(()) }
}

/// By what something is allowed, and why.
pub(super) fn allowed_by(by: &AllowReason, redactor: &Redactor<'_>) -> String {
    let (by, reason) = match by {
        AllowReason::Inline { marker, reason } => ((*marker).to_owned(), reason),
        AllowReason::Baseline { line, reason } => (format!("baseline, line {line}"), reason),
        AllowReason::Config { entry, reason } => (clean(entry), reason),
    };
    let reason = if reason.is_empty() { "no reason given".into() } else { clean(redactor.text(reason)) };
    format!("{by}: {reason}")
}

/// How many findings there are, by confidence, and how many do not count.
fn totals(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let blocking = report.blocking().count() as u64;
    if blocking > 0 {
        let bands = Confidence::ALL.iter().rev().filter_map(|&band| {
            let number = report.blocking().filter(|item| item.finding.score.confidence == band).count() as u64;
            (number > 0).then(|| format!("{} {band}", thousands(number)))
        });
        let found = count(blocking, "credential found", "credentials found");
        page.line(&format!("{}: {}", page.ink(Ink::Red, &found), bands.collect::<Vec<_>>().join(", ")))?;
    } else if report.coverage.is_complete() {
        page.line("No credentials found")?;
    } else {
        page.line("No credentials found in what was scanned")?;
    }
    let below = report.below_threshold();
    if below > 0 {
        let them = if below == 1 { "it" } else { "them" };
        page.words(
            0,
            &format!("{} more below the confidence asked for; {LOWER_THRESHOLD} shows {them}", thousands(below)),
        )?;
    }
    if let Some(words) = allowed_in_all(report.items.iter().map(|item| &item.verdict)) {
        page.line(&words)?;
    }
    unused(page, report)
}

/// How many were allowed, and by what; `None` where none was.
pub(super) fn allowed_in_all<'v>(verdicts: impl Iterator<Item = &'v Verdict>) -> Option<String> {
    let (mut inline, mut baseline, mut config) = (0_u64, 0_u64, 0_u64);
    for verdict in verdicts {
        match verdict {
            Verdict::Allowed(AllowReason::Inline { .. }) => inline += 1,
            Verdict::Allowed(AllowReason::Baseline { .. }) => baseline += 1,
            Verdict::Allowed(AllowReason::Config { .. }) => config += 1,
            Verdict::Block | Verdict::BelowThreshold => {}
        }
    }
    let all = inline + baseline + config;
    if all == 0 {
        return None;
    }
    let [all, inline, baseline] = [all, inline, baseline].map(thousands);
    let config = if config > 0 { format!(", {} by the configuration", thousands(config)) } else { String::new() };
    Some(format!("{all} allowed: {inline} inline, {baseline} by the baseline{config}"))
}

/// Allows that nothing needed: they are to be taken out before something else fits them.
fn unused(page: &mut Page<'_>, report: &Report) -> io::Result<()> {
    let unused = &report.unused_allows;
    if unused.is_empty() {
        return Ok(());
    }
    let entries: Vec<String> = unused.iter().take(MOST_SKIPS).map(|allow| clean(&allow.entry)).collect();
    let more = unused.len().saturating_sub(MOST_SKIPS);
    let more = if more > 0 { format!(" and {} more", thousands(more as u64)) } else { String::new() };
    let number = count(unused.len() as u64, "allow is not needed any more", "allows are not needed any more");
    page.words(0, &format!("{number}: {}{more}", entries.join(", ")))
}

/// What was looked at, and loudly what was not.
fn coverage(page: &mut Page<'_>, coverage: &Coverage, redactor: &Redactor<'_>) -> io::Result<()> {
    let mut scanned = format!("Scanned {}, {}", count(coverage.objects, "file", "files"), size(coverage.bytes));
    if coverage.by_design > 0 {
        let passed = thousands(coverage.by_design);
        scanned = format!("{scanned}; {passed} passed over (symlinks, .git, special files)");
    }
    page.words(0, &scanned)?;
    incomplete(page, coverage, redactor)
}

/// Whether somebody ended the scan early.
pub(super) fn is_interrupted(coverage: &Coverage) -> bool {
    coverage.skips.iter().any(|skip| skip.reason == SkipReason::Interrupted)
}

/// Loudly, what was not scanned.
pub(super) fn incomplete(page: &mut Page<'_>, coverage: &Coverage, redactor: &Redactor<'_>) -> io::Result<()> {
    if coverage.is_complete() {
        return Ok(());
    }
    let mut skips = super::record::sorted_skips(coverage);
    let interrupted = is_interrupted(coverage);
    // What was under way when somebody pressed Ctrl-C is no more, and no less, than all that comes after it.
    skips.retain(|skip| skip.reason != SkipReason::Interrupted);
    let number = skips.len();
    let words = match (interrupted, number) {
        (true, 0) => "interrupted; the rest was not scanned, and what it holds is not known".to_owned(),
        (true, _) => {
            let things = count(number as u64, "thing that was met", "things that were met");
            format!("interrupted; neither the rest nor {things} could be scanned, and what they hold is not known")
        }
        (false, _) => {
            let them = if number == 1 { "it holds" } else { "they hold" };
            let things = count(number as u64, "thing was", "things were");
            format!("{things} not scanned; what {them} is not known")
        }
    };
    page.hanging(&page.ink(Ink::Red, "INCOMPLETE: "), 12, &words)?;
    each_skip(page, &skips, (MOST_SKIPS, 4), redactor)
}

/// Tells skips one by one, up to so many and indented by so many columns, and how many more there are.
pub(super) fn each_skip(
    page: &mut Page<'_>,
    skips: &[&Skip],
    (most, indent): (usize, usize),
    redactor: &Redactor<'_>,
) -> io::Result<()> {
    for skip in skips.iter().take(most) {
        let name = redactor.label(&skip.origin);
        let detail = clean(redactor.text(&skip.detail));
        let text = if detail.is_empty() { name } else { format!("{name}: {detail}") };
        page.hanging(&format!("{:indent$}{:<12}", "", skip.reason.as_str()), indent + 12, &text)?;
    }
    if skips.len() > most {
        page.line(&format!("{:indent$}and {} more", "", thousands((skips.len() - most) as u64)))?;
    }
    Ok(())
}
