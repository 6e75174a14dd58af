//! `junit`: the XML that continuous integration shows as tests: a failure for each credential, an error for each
//! object that could not be scanned, and one that passes where there is neither.

use std::io::{self, Write};

use super::Options;
use super::record::sorted_skips;
use super::redact::Redactor;
use super::sanitize::clean;
use super::text::main_reason;
use crate::model::{Coverage, Origin, Report, Skip};

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    let failures = report.blocking().count();
    suite(report.command, failures, &report.coverage, &redactor, out, |out| cases(report, options, &redactor, out))
}

/// A suite of so many failures, which `cases` writes, and of what could not be scanned.
pub(super) fn suite(
    name: &str,
    failures: usize,
    coverage: &Coverage,
    redactor: &Redactor<'_>,
    out: &mut dyn Write,
    cases: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let skips: Vec<&Skip> = sorted_skips(coverage);
    let errors = skips.len();
    let counts = format!("tests=\"{}\" failures=\"{failures}\" errors=\"{errors}\"", (failures + errors).max(1));
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"portcullis\" {counts}>")?;
    writeln!(out, "  <testsuite name=\"portcullis {}\" {counts}>", xml(name))?;
    cases(out)?;
    for skip in &skips {
        let (path, reason) = (xml(&redactor.label(&skip.origin)), skip.reason.as_str());
        let detail = clean(redactor.text(&skip.detail));
        writeln!(out, "    <testcase classname=\"{path}\" name=\"not scanned: {reason}\" file=\"{path}\">")?;
        writeln!(out, "      <error type=\"{reason}\" message=\"not scanned: {}\"/>\n    </testcase>", xml(&detail))?;
    }
    if failures + errors == 0 {
        writeln!(out, "    <testcase classname=\"portcullis\" name=\"no credentials\"/>")?;
    }
    writeln!(out, "  </testsuite>\n</testsuites>")
}

fn cases(report: &Report, options: &Options, redactor: &Redactor<'_>, out: &mut dyn Write) -> io::Result<()> {
    for item in report.blocking() {
        let (rule, place) = (&item.rule, item.place.start);
        let path = xml(&redactor.label(&item.origin));
        let secret = &item.finding.secret;
        let shown = options.shown(secret);
        let in_name = matches!(item.origin, Origin::Name { .. });
        let name = if in_name {
            format!("{} in its name", rule.id)
        } else {
            format!("{} at {}:{}", rule.id, place.line, place.column)
        };
        writeln!(
            out,
            "    <testcase classname=\"{path}\" name=\"{}\" file=\"{path}\" line=\"{}\">",
            xml(&name),
            place.line
        )?;
        let message = xml(&format!("{}: {}", clean(&rule.title), secret.redacted()));
        writeln!(out, "      <failure type=\"{}\" message=\"{message}\">", xml(rule.severity.as_str()))?;
        writeln!(out, "{path}:{}:{}: {}", place.line, place.column, xml(&shown))?;
        writeln!(out, "{}", xml(&format!("why: {}", main_reason(item))))?;
        writeln!(out, "fingerprint: {}", item.fingerprint)?;
        if !rule.revoke.is_empty() || !rule.revoke_url.is_empty() {
            writeln!(out, "{}", xml(clean(&format!("revoke: {} {}", rule.revoke, rule.revoke_url)).trim_end()))?;
        }
        writeln!(out, "</failure>\n    </testcase>")?;
    }
    Ok(())
}

/// Text that was made harmless, for an attribute or between tags.
pub(super) fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // Harmless for a terminal, and no characters of XML 1.0.
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::xml;

    #[test]
    fn nothing_ends_an_attribute_or_begins_a_tag() {
        assert_eq!(xml("a\"<b>&'\u{ffff}"), "a&quot;&lt;b&gt;&amp;'\u{fffd}");
    }
}
