//! `markdown`: a comment on a pull request, or a job's summary, in the flavour of GitHub and GitLab.
//!
//! Whatever comes from a repository stands in code spans, where nothing is a link, a mention or an image.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::Options;
use super::record::sorted_skips;
use super::redact::Redactor;
use super::sanitize::clean;
use super::text::{count, size};
use crate::model::{Coverage, Report, RuleInfo, Skip};

/// Most rows of a table: a comment has a limit, and the other formats have none.
pub(super) const MOST: usize = 100;

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    let found = report.blocking().count();
    head(found, &report.coverage, out)?;
    if found > 0 {
        findings(report, options, &redactor, out)?;
    }
    unread(&report.coverage, &redactor, out)?;
    let coverage = &report.coverage;
    let objects = count(coverage.objects, "object", "objects");
    writeln!(
        out,
        "\n<sub>{objects}, {} scanned by portcullis {}.</sub>",
        size(coverage.bytes),
        env!("CARGO_PKG_VERSION")
    )
}

/// The heading: how it ended.
pub(super) fn head(found: usize, coverage: &Coverage, out: &mut dyn Write) -> io::Result<()> {
    match (found, coverage.is_complete()) {
        (0, true) => writeln!(out, "### portcullis: no credentials found"),
        (0, false) => writeln!(out, "### portcullis: could not tell"),
        _ => writeln!(out, "### portcullis: {} found", count(found as u64, "credential", "credentials")),
    }
}

/// What could not be scanned.
pub(super) fn unread(coverage: &Coverage, redactor: &Redactor<'_>, out: &mut dyn Write) -> io::Result<()> {
    let skips: Vec<&Skip> = sorted_skips(coverage);
    if skips.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n**Not scanned**, so that nothing is known of it:\n\n| object | why |\n|---|---|")?;
    for skip in skips.iter().take(MOST) {
        let why = format!("{} {}", skip.reason.as_str(), redactor.text(&skip.detail));
        writeln!(out, "| {} | {} |", code(&redactor.label(&skip.origin)), code(&clean(why.trim_end())))?;
    }
    more(skips.len(), out)
}

/// What to do about what was found.
pub(super) fn answer<'a>(rules: impl Iterator<Item = &'a RuleInfo>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n**What to do**: whatever was pushed is known to others. Revoke it; removing it is not enough.\n")?;
    let rules: BTreeMap<&str, _> = rules.map(|rule| (rule.id.as_str(), rule)).collect();
    for rule in rules.values().take(MOST) {
        let words = clean(format!("{}: {} {}", rule.title, rule.revoke, rule.revoke_url).trim_end());
        writeln!(out, "- {}", plain(&words))?;
    }
    Ok(())
}

fn findings(report: &Report, options: &Options, redactor: &Redactor<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n| where | what | secret | severity | confidence | fingerprint |\n|---|---|---|---|---|---|")?;
    for item in report.blocking().take(MOST) {
        let shown = options.shown(&item.finding.secret);
        let path = redactor.place(item);
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} |",
            code(&path),
            code(&item.rule.id),
            code(&shown),
            item.rule.severity,
            item.finding.score.confidence,
            code(&item.fingerprint.to_string())
        )?;
    }
    more(report.blocking().count(), out)?;
    answer(report.blocking().map(|item| &item.rule), out)
}

pub(super) fn more(all: usize, out: &mut dyn Write) -> io::Result<()> {
    if all > MOST { writeln!(out, "\n... and {} more.", all - MOST) } else { Ok(()) }
}

/// A code span in a cell of a table: fenced by more backticks than stand in it.
pub(super) fn code(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if text.starts_with('`') || text.ends_with('`') || text.is_empty() { " " } else { "" };
    format!("{fence}{pad}{}{pad}{fence}", text.replace('|', "\\|"))
}

/// Words of a rule, which may be a user's own: nothing in them is markup.
pub(super) fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '<' | '>' | '&' | '*' | '_' | '`' | '[' | ']' | '\\' | '|' | '#' | '!' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{code, plain};

    #[test]
    fn nothing_ends_a_code_span_or_a_cell() {
        for (text, shown) in
            [("a.txt:1", "`a.txt:1`"), ("a`b", "``a`b``"), ("``", "``` `` ```"), ("a|b", "`a\\|b`"), ("", "`  `")]
        {
            assert_eq!(code(text), shown);
        }
        assert_eq!(plain("a <b> [c](d)"), "a \\<b\\> \\[c\\](d)");
    }
}
