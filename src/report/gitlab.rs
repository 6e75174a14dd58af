//! `gitlab`: GitLab's secret-detection report, as its security dashboard and merge requests read it.
//!
//! The fields are those of version 15 of
//! <https://gitlab.com/gitlab-org/security-products/security-report-schemas>. What was allowed is left out: the
//! format has no word for it. What could not be scanned makes the scan a failed one.

use std::fmt::Write as _;
use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::history::date;
use super::record::{sorted_skips, text_or_base64};
use super::redact::Redactor;
use super::text::main_reason;
use super::{Options, plain_json};
use crate::model::{Coverage, Finding, Fingerprint, Item, Origin, Position, Report, RuleInfo, Severity};

/// The version of the schema that this keeps to.
const VERSION: &str = "15.0.7";
/// The commit of what is in none yet, as GitLab's own analyser writes it.
pub(super) const NO_COMMIT: &str = "0000000";

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    scan: Scan,
    vulnerabilities: Vec<Vulnerability<'a>>,
}

#[derive(Serialize)]
struct Scan {
    analyzer: Tool,
    scanner: Tool,
    r#type: &'static str,
    start_time: String,
    end_time: String,
    status: &'static str,
    messages: Vec<Message>,
}

#[derive(Serialize)]
struct Tool {
    id: &'static str,
    name: &'static str,
    version: &'static str,
    vendor: Vendor,
}

#[derive(Serialize)]
struct Vendor {
    name: &'static str,
}

#[derive(Serialize)]
struct Message {
    level: &'static str,
    value: String,
}

#[derive(Serialize)]
pub(super) struct Vulnerability<'a> {
    id: String,
    category: &'static str,
    name: &'a str,
    description: String,
    severity: &'static str,
    solution: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    raw_source_code_extract: Option<String>,
    location: Location<'a>,
    identifiers: [Identifier<'a>; 1],
    links: Vec<Link<'a>>,
}

#[derive(Serialize)]
pub(super) struct Location<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<String>,
    pub(super) commit: Commit<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) end_line: Option<u64>,
}

#[derive(Serialize)]
pub(super) struct Commit<'a> {
    pub(super) sha: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) author: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) message: Option<String>,
}

#[derive(Serialize)]
struct Identifier<'a> {
    r#type: &'static str,
    name: String,
    value: &'a str,
}

#[derive(Serialize)]
struct Link<'a> {
    url: &'a str,
}

const TOOL: Tool = Tool {
    id: "portcullis",
    name: "portcullis",
    version: env!("CARGO_PKG_VERSION"),
    vendor: Vendor { name: "portcullis" },
};

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    document(
        report.blocking().map(|item| vulnerability(item, options, &redactor)).collect(),
        &report.coverage,
        &redactor,
        options,
        out,
    )
}

/// Writes what was found, and how the scan went.
pub(super) fn document(
    vulnerabilities: Vec<Vulnerability<'_>>,
    coverage: &Coverage,
    redactor: &Redactor<'_>,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    let skips = sorted_skips(coverage).into_iter().map(|skip| {
        let path = text_or_base64(&redactor.name(skip.origin.label())).0;
        let value = format!("not scanned: {path}: {} {}", skip.reason.as_str(), redactor.text(&skip.detail));
        Message { level: "error", value: value.trim_end().to_owned() }
    });
    // Without a zone, in UTC: so the schema wants it.
    let time = |seconds| date::iso(seconds, 0).chars().take("2026-01-31T00:00:00".len()).collect();
    let scan = Scan {
        analyzer: TOOL,
        scanner: TOOL,
        r#type: "secret_detection",
        start_time: time(options.times.0),
        end_time: time(options.times.1),
        status: if coverage.is_complete() { "success" } else { "failure" },
        messages: skips.collect(),
    };
    plain_json::pretty(out, &Document { version: VERSION, scan, vulnerabilities })?;
    writeln!(out)
}

fn vulnerability<'a>(item: &'a Item, options: &Options, redactor: &Redactor<'_>) -> Vulnerability<'a> {
    // A credential in a name stands in no line of the file.
    let line = |at: Position| (!matches!(item.origin, Origin::Name { .. })).then_some(at.line);
    let location = Location {
        file: Some(text_or_base64(&redactor.name(item.origin.label())).0),
        commit: Commit { sha: NO_COMMIT, author: None, date: None, message: None },
        start_line: line(item.place.start),
        end_line: line(item.place.end),
    };
    let description = format!("{}; {}", item.finding.secret.redacted(), main_reason(item));
    let label = redactor.name(item.origin.label());
    let place = [label.as_slice(), &item.finding.secret_span.start.to_be_bytes()];
    Vulnerability::new(id(item.fingerprint, place), (&item.finding, &item.rule), description, location, options)
}

impl<'a> Vulnerability<'a> {
    /// What is told of a credential by itself, and where it is.
    pub(super) fn new(
        id: String,
        (finding, rule): (&'a Finding, &'a RuleInfo),
        description: String,
        location: Location<'a>,
        options: &Options,
    ) -> Self {
        let secret = &finding.secret;
        let shown = options.plain(secret).map(|plain| String::from_utf8_lossy(plain).into_owned());
        let url = rule.revoke_url.as_str();
        Self {
            id,
            category: "secret_detection",
            name: &rule.title,
            description,
            severity: match rule.severity {
                Severity::Critical => "Critical",
                Severity::High => "High",
                Severity::Medium => "Medium",
                Severity::Low => "Low",
            },
            solution: &rule.revoke,
            raw_source_code_extract: shown,
            location,
            identifiers: [Identifier {
                r#type: "portcullis_rule_id",
                name: format!("portcullis rule {}", rule.id),
                value: &rule.id,
            }],
            links: if url.is_empty() { Vec::new() } else { vec![Link { url }] },
        }
    }
}

/// One for each place: the same credential may stand in several.
pub(super) fn id(fingerprint: Fingerprint, place: [&[u8]; 2]) -> String {
    let mut hash = Sha256::new();
    hash.update(fingerprint.to_string());
    for part in place {
        hash.update(part);
    }
    let mut id = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        // Writing to a string cannot fail.
        let _ = write!(id, "{byte:02x}");
    }
    id
}
