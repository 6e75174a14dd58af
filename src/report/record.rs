//! What `json` and `jsonl` say, field by field: the Rust side of `docs/schema/`.
//!
//! Fields are written in the order they have here, always.

use serde::Serialize;

use super::redact::Redactor;
use super::{Options, SCHEMA_VERSION, base64};
use crate::model::{AllowReason, Confidence, Coverage, Finding, Fingerprint, Item, Report, RuleInfo, Skip, Verdict};

#[derive(Serialize)]
pub(super) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// This tool, at this version.
pub(super) const TOOL: Tool = Tool { name: "portcullis", version: env!("CARGO_PKG_VERSION") };

/// Bytes as JSON can hold them: text, and base64 beside it where the bytes are no UTF-8.
pub(super) fn text_or_base64(bytes: &[u8]) -> (String, Option<String>) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (text.to_owned(), None),
        Err(_) => (String::from_utf8_lossy(bytes).into_owned(), Some(base64::encode(bytes))),
    }
}

/// What is told of a finding before its place.
#[derive(Serialize)]
pub(super) struct WhatRecord<'a> {
    rule: &'a str,
    title: &'a str,
    provider: &'a str,
    severity: &'static str,
    confidence: &'static str,
    score: u8,
    reasons: Vec<ReasonRecord<'a>>,
}

impl<'a> WhatRecord<'a> {
    pub(super) fn new(finding: &'a Finding, rule: &'a RuleInfo) -> Self {
        let score = &finding.score;
        let reasons = score.reasons.iter().map(|reason| ReasonRecord { points: reason.points, text: &reason.text });
        Self {
            rule: &rule.id,
            title: &rule.title,
            provider: &rule.provider,
            severity: rule.severity.as_str(),
            confidence: score.confidence.as_str(),
            score: score.points,
            reasons: reasons.collect(),
        }
    }
}

/// What is told of a finding after its place: the credential, and what policy says of it.
#[derive(Serialize)]
pub(super) struct SecretRecord<'a> {
    redacted: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret_b64: Option<String>,
    fingerprint: String,
    via: &'a [&'static str],
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    allowed: Option<AllowedRecord<'a>>,
}

impl<'a> SecretRecord<'a> {
    pub(super) fn new(
        finding: &'a Finding,
        fingerprint: Fingerprint,
        verdict: &'a Verdict,
        options: &Options,
        redactor: &Redactor<'_>,
    ) -> Self {
        let plain = options.plain(&finding.secret);
        let secret = plain.and_then(|plain| std::str::from_utf8(plain).ok());
        let allowed = if let Verdict::Allowed(by) = verdict { Some(AllowedRecord::new(by, redactor)) } else { None };
        Self {
            redacted: finding.secret.redacted(),
            secret,
            secret_b64: plain.filter(|_| secret.is_none()).map(base64::encode),
            fingerprint: fingerprint.to_string(),
            via: &finding.via,
            verdict: verdict_word(verdict),
            allowed,
        }
    }
}

/// A verdict in a word that machine formats keep.
pub(super) const fn verdict_word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Block => "block",
        Verdict::BelowThreshold => "below-threshold",
        Verdict::Allowed(_) => "allowed",
    }
}

#[derive(Serialize)]
pub(super) struct FindingRecord<'a> {
    r#type: &'static str,
    schema_version: u32,
    #[serde(flatten)]
    what: WhatRecord<'a>,
    origin: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_b64: Option<String>,
    start_line: u64,
    start_column: u64,
    end_line: u64,
    end_column: u64,
    start_byte: u64,
    end_byte: u64,
    /// Only so that a saved report can be told as SARIF, which counts in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    character_columns: Option<(u64, u64)>,
    #[serde(flatten)]
    secret: SecretRecord<'a>,
}

#[derive(Serialize)]
struct ReasonRecord<'a> {
    points: i16,
    text: &'a str,
}

#[derive(Serialize)]
#[serde(tag = "by", rename_all = "lowercase")]
enum AllowedRecord<'a> {
    Inline { marker: &'static str, reason: &'a str },
    Baseline { line: u64, reason: &'a str },
    Config { entry: &'a str, reason: &'a str },
}

/// The findings that machine formats list: those that count, and those that were allowed, marked so.
/// What is below the threshold is only counted.
pub(super) fn listed(report: &Report) -> impl Iterator<Item = &Item> {
    report.items.iter().filter(|item| item.verdict != Verdict::BelowThreshold)
}

impl<'a> FindingRecord<'a> {
    pub(super) fn new(item: &'a Item, options: &Options, redactor: &Redactor<'_>) -> Self {
        let Item { finding, rule, origin, place, fingerprint, verdict, columns } = item;
        let (path, path_b64) = text_or_base64(&redactor.name(origin.label()));
        Self {
            r#type: "finding",
            schema_version: SCHEMA_VERSION,
            what: WhatRecord::new(finding, rule),
            origin: super::text::origin_kind(origin),
            path,
            path_b64,
            start_line: place.start.line,
            start_column: place.start.column,
            end_line: place.end.line,
            end_column: place.end.column,
            start_byte: finding.secret_span.start,
            end_byte: finding.secret_span.end,
            character_columns: *columns,
            secret: SecretRecord::new(finding, *fingerprint, verdict, options, redactor),
        }
    }
}

impl<'a> AllowedRecord<'a> {
    fn new(by: &'a AllowReason, redactor: &Redactor<'_>) -> Self {
        match by {
            AllowReason::Inline { marker, reason } => Self::Inline { marker, reason: redactor.text(reason) },
            AllowReason::Baseline { line, reason } => Self::Baseline { line: *line, reason: redactor.text(reason) },
            AllowReason::Config { entry, reason } => Self::Config { entry, reason: redactor.text(reason) },
        }
    }
}

#[derive(Serialize)]
pub(super) struct CoverageRecord {
    complete: bool,
    objects: u64,
    bytes: u64,
    by_design: u64,
    skips: Vec<SkipRecord>,
}

#[derive(Serialize)]
struct SkipRecord {
    reason: &'static str,
    origin: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_b64: Option<String>,
    detail: String,
}

/// The skips by origin, then reason: the same order every run, whatever the threads.
pub(super) fn sorted_skips(coverage: &Coverage) -> Vec<&Skip> {
    let mut skips: Vec<&Skip> = coverage.skips.iter().collect();
    skips.sort();
    skips
}

impl CoverageRecord {
    pub(super) fn new(coverage: &Coverage, redactor: &Redactor<'_>) -> Self {
        let skips = sorted_skips(coverage).into_iter().map(|skip| {
            let (path, path_b64) = text_or_base64(&redactor.name(skip.origin.label()));
            SkipRecord {
                reason: skip.reason.as_str(),
                origin: super::text::origin_kind(&skip.origin),
                path,
                path_b64,
                detail: redactor.text(&skip.detail).to_owned(),
            }
        });
        Self {
            complete: coverage.is_complete(),
            objects: coverage.objects,
            bytes: coverage.bytes,
            by_design: coverage.by_design,
            skips: skips.collect(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct SummaryRecord<'a> {
    findings: usize,
    by_confidence: ByConfidence,
    below_threshold: u64,
    allowed: ByAllow,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unused_allows: Vec<UnusedRecord<'a>>,
}

#[derive(Serialize)]
struct UnusedRecord<'a> {
    entry: &'a str,
    reason: &'a str,
}

#[derive(Serialize)]
struct ByConfidence {
    certain: usize,
    high: usize,
    medium: usize,
    low: usize,
}

#[derive(Serialize)]
struct ByAllow {
    inline: usize,
    baseline: usize,
    config: usize,
}

impl<'a> SummaryRecord<'a> {
    pub(super) fn new(report: &'a Report, redactor: &Redactor<'_>) -> Self {
        let band = |band| report.blocking().filter(|item| item.finding.score.confidence == band).count();
        let verdicts = |is: fn(&Verdict) -> bool| report.items.iter().filter(|item| is(&item.verdict)).count();
        Self {
            findings: report.blocking().count(),
            by_confidence: ByConfidence {
                certain: band(Confidence::Certain),
                high: band(Confidence::High),
                medium: band(Confidence::Medium),
                low: band(Confidence::Low),
            },
            below_threshold: report.below_threshold(),
            allowed: ByAllow {
                inline: verdicts(|verdict| matches!(verdict, Verdict::Allowed(AllowReason::Inline { .. }))),
                baseline: verdicts(|verdict| matches!(verdict, Verdict::Allowed(AllowReason::Baseline { .. }))),
                config: verdicts(|verdict| matches!(verdict, Verdict::Allowed(AllowReason::Config { .. }))),
            },
            unused_allows: report
                .unused_allows
                .iter()
                .map(|allow| UnusedRecord { entry: &allow.entry, reason: redactor.text(&allow.reason) })
                .collect(),
        }
    }
}
