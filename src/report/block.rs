//! One finding as people see it, in the terminal's report and in the message of a blocked commit alike.

use std::io;

use super::Options;
use super::redact::Redactor;
use super::sanitize::clean;
use super::text::{Ink, Page, main_reason};
use crate::model::{Item, Origin};

/// Writes place, title, severity, credential and reasons, all indented by `indent`.
pub(super) fn write(
    page: &mut Page<'_>,
    item: &Item,
    indent: usize,
    options: &Options,
    redactor: &Redactor<'_>,
) -> io::Result<()> {
    let (margin, blank) = (indent + 4, " ".repeat(indent));
    let label = |name: &str| format!("{blank}    {name:<6}  ");
    let (severity, score) = (item.rule.severity, &item.finding.score);
    page.place(indent, Ink::Bold, &place(item, redactor))?;
    page.words(margin, &format!("{} ({})", clean(&item.rule.title), page.ink(severity.into(), severity.as_str())))?;
    page.hanging(&label("secret"), margin + 8, &options.shown(&item.finding.secret))?;
    page.hanging(&label("why"), margin + 8, &format!("{} ({} confidence)", main_reason(item), score.confidence))?;
    if options.why {
        page.line(&format!("{}{} of 100 points", label("score"), score.points))?;
        for reason in &score.reasons {
            let points = format!("{}{:>+4}  ", label(""), reason.points);
            page.hanging(&points, margin + 14, &clean(&reason.text))?;
        }
        if !item.finding.via.is_empty() {
            page.hanging(&label("via"), margin + 8, &item.finding.via.join(", then "))?;
        }
        page.line(&format!("{}{}", label("rule"), clean(&item.rule.id)))?;
    }
    page.line(&format!("{}{}", label("id"), item.fingerprint))
}

/// The same in three lines, without reasons.
pub(super) fn brief(
    page: &mut Page<'_>,
    item: &Item,
    indent: usize,
    options: &Options,
    redactor: &Redactor<'_>,
) -> io::Result<()> {
    let (severity, confidence) = (item.rule.severity, item.finding.score.confidence);
    let margin = indent + 4;
    page.place(indent, Ink::Bold, &place(item, redactor))?;
    let severity = page.ink(severity.into(), severity.as_str());
    page.words(margin, &format!("{} ({severity} severity, {confidence} confidence)", clean(&item.rule.title)))?;
    page.words(margin, &format!("{}, id {}", options.shown(&item.finding.secret), item.fingerprint))
}

/// Where a finding is, safe to print: `path:line:column`.
pub(super) fn place(item: &Item, redactor: &Redactor<'_>) -> String {
    let start = item.place.start;
    match &item.origin {
        Origin::CommitMessage => format!("commit message, line {}, column {}", start.line, start.column),
        origin @ Origin::Name { .. } => format!("the name of {}", redactor.label(origin)),
        origin => format!("{}:{}:{}", redactor.label(origin), start.line, start.column),
    }
}
