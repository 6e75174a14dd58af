//! `sarif`: SARIF 2.1.0 (OASIS, errata 01), as code scanning reads it.
//!
//! No snippet and no context region is ever written: either would carry the credential.

pub(super) mod history;
mod log;
mod uri;

use std::collections::HashMap;
use std::io::{self, Write};

use log::{
    ArtifactLocation, Descriptor, DescriptorRef, Driver, Invocation, Level, Location, Log, Notification,
    PhysicalLocation, Region, ResultRecord, RuleProperties, Run, Suppression, Text, Tool,
};

use super::record::{listed, sorted_skips};
use super::redact::Redactor;
use super::text::{main_reason, origin_kind};
use super::{Options, plain_json};
use crate::model::{AllowReason, Item, Origin, Report, RuleInfo, Severity, Skip, Verdict};

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    let (mut rules, mut places) = (Vec::new(), HashMap::new());
    let mut results = Vec::new();
    for item in listed(report) {
        let rule_index = *places.entry(item.rule.id.as_str()).or_insert_with(|| {
            rules.push(descriptor(&item.rule));
            rules.len() - 1
        });
        results.push(result(item, rule_index, options, &redactor));
    }
    let log = Log::of(Run {
        tool: Tool { driver: Driver { name: "portcullis", semantic_version: env!("CARGO_PKG_VERSION"), rules } },
        invocations: [Invocation {
            execution_successful: report.coverage.is_complete(),
            tool_execution_notifications: sorted_skips(&report.coverage)
                .into_iter()
                .map(|skip| notification(skip, &redactor))
                .collect(),
        }],
        results,
        column_kind: "unicodeCodePoints",
    });
    plain_json::pretty(out, &log)?;
    writeln!(out)
}

/// How bad a finding of that severity is, in SARIF's three steps.
const fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// The same on the 0 to 10 scale that code scanning sorts by (9.0 and up: critical, 7.0: high, 4.0: medium).
const fn security_severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

fn descriptor(rule: &RuleInfo) -> Descriptor<'_> {
    let general = "Whatever was ever pushed or shared is known to others: revoke it; removing it is not enough.";
    let steps = [rule.revoke.as_str(), rule.revoke_url.as_str(), general];
    let steps: Vec<&str> = steps.into_iter().filter(|step| !step.is_empty()).collect();
    Descriptor {
        id: &rule.id,
        name: &rule.title,
        short_description: Text { text: rule.title.clone() },
        help: Text { text: steps.join("\n") },
        help_uri: (!rule.revoke_url.is_empty()).then_some(&rule.revoke_url),
        default_configuration: Level { level: level(rule.severity) },
        properties: RuleProperties {
            tags: ["security", "credential"],
            provider: &rule.provider,
            severity: rule.severity.as_str(),
            security_severity: security_severity(rule.severity),
        },
    }
}

fn result<'a>(item: &'a Item, rule_index: usize, options: &Options, redactor: &Redactor<'_>) -> ResultRecord<'a> {
    let shown = item.finding.secret.redacted();
    let secret = options.plain(&item.finding.secret).map(|plain| String::from_utf8_lossy(plain).into_owned());
    ResultRecord {
        rule_id: &item.rule.id,
        rule_index,
        level: level(item.rule.severity),
        message: Text { text: format!("{}: {shown}; {}", item.rule.title, main_reason(item)) },
        locations: [location(&item.origin, region(item), redactor)],
        code_flows: Vec::new(),
        partial_fingerprints: [("portcullis/v1", item.fingerprint.to_string())].into(),
        suppressions: suppressions(&item.verdict, redactor),
        rank: f64::from(item.finding.score.points),
        properties: log::ResultProperties {
            confidence: item.finding.score.confidence.as_str(),
            reasons: item.finding.score.reasons.iter().map(|reason| &*reason.text).collect(),
            redacted: shown,
            secret,
            via: &item.finding.via,
        },
    }
}

fn suppressions(verdict: &Verdict, redactor: &Redactor<'_>) -> Vec<Suppression> {
    let because = |by: String, reason: &str| {
        let reason = redactor.text(reason);
        if reason.is_empty() { by } else { format!("{by}: {reason}") }
    };
    match verdict {
        Verdict::Block | Verdict::BelowThreshold => Vec::new(),
        Verdict::Allowed(AllowReason::Inline { marker, reason }) => {
            vec![Suppression::accepted("inSource", because((*marker).to_owned(), reason))]
        }
        Verdict::Allowed(AllowReason::Baseline { line, reason }) => {
            vec![Suppression::accepted("external", because(format!("baseline, line {line}"), reason))]
        }
        Verdict::Allowed(AllowReason::Config { entry, reason }) => {
            vec![Suppression::accepted("external", because(entry.clone(), reason))]
        }
    }
}

fn location(origin: &Origin, region: Option<Region>, redactor: &Redactor<'_>) -> Location {
    let artifact_location = match origin.path() {
        Some(path) => ArtifactLocation { uri: Some(uri::from_path(&redactor.name(path))), description: None },
        None => ArtifactLocation { uri: None, description: Some(Text { text: origin_kind(origin).to_owned() }) },
    };
    Location { physical_location: PhysicalLocation { artifact_location, region }, message: None }
}

/// Where in the object. Columns are left out where they cannot be told in code points (see [`Item::columns`]);
/// line and bytes are always there. A credential in a name is at no place in the file.
fn region(item: &Item) -> Option<Region> {
    if matches!(item.origin, Origin::Name { .. }) {
        return None;
    }
    let (start, end) = (item.place.start, item.place.end);
    let columns = item.columns;
    Some(Region {
        start_line: start.line,
        start_column: columns.map(|(start, _)| start),
        end_line: end.line,
        end_column: columns.map(|(_, end)| end),
        byte_offset: Some(item.finding.secret_span.start),
        byte_length: Some(item.finding.secret_span.len()),
    })
}

fn notification(skip: &Skip, redactor: &Redactor<'_>) -> Notification {
    let why = skip.reason.as_str();
    let detail = redactor.text(&skip.detail);
    let text = if detail.is_empty() { format!("not scanned: {why}") } else { format!("not scanned: {why}: {detail}") };
    Notification {
        level: "error",
        message: Text { text },
        descriptor: DescriptorRef { id: format!("skipped/{why}") },
        locations: [location(&skip.origin, None, redactor)],
    }
}
