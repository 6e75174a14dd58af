//! A scan's lines: `docs/schema/finding.v1.schema.json`.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Known, parse};
use crate::model::{
    AllowReason, Confidence, Coverage, Finding, Fingerprint, Item, LineContext, Origin, Place, Position, Reason,
    Report, RuleInfo, RuleIx, Score, Secret, Severity, Skip, SkipReason, Span, UnusedAllow, Verdict,
};
use crate::report::base64;
use crate::report::sanitize::clean;

#[derive(Deserialize)]
struct FindingLine<'a> {
    #[serde(flatten, borrow)]
    what: What<'a>,
    #[serde(borrow)]
    origin: Cow<'a, str>,
    #[serde(borrow)]
    path: Cow<'a, str>,
    path_b64: Option<String>,
    start_line: u64,
    start_column: u64,
    end_line: u64,
    end_column: u64,
    start_byte: u64,
    end_byte: u64,
    character_columns: Option<(u64, u64)>,
}

/// What both sorts of line say of a credential.
#[derive(Deserialize)]
pub(super) struct What<'a> {
    rule: String,
    title: String,
    provider: String,
    #[serde(borrow)]
    severity: Cow<'a, str>,
    #[serde(borrow)]
    confidence: Cow<'a, str>,
    score: u8,
    reasons: Vec<ReasonLine>,
    redacted: String,
    secret: Option<String>,
    secret_b64: Option<String>,
    #[serde(borrow)]
    fingerprint: Cow<'a, str>,
    via: Vec<String>,
    #[serde(borrow)]
    verdict: Cow<'a, str>,
    allowed: Option<Allowed>,
}

#[derive(Deserialize)]
struct ReasonLine {
    points: i16,
    text: String,
}

#[derive(Deserialize)]
#[serde(tag = "by", rename_all = "lowercase")]
enum Allowed {
    Inline { marker: String, reason: String },
    Baseline { line: u64, reason: String },
    Config { entry: String, reason: String },
}

/// What [`What`] comes to.
pub(super) struct Told {
    pub(super) finding: Finding,
    pub(super) rule: RuleInfo,
    pub(super) fingerprint: Fingerprint,
    pub(super) verdict: Verdict,
}

impl What<'_> {
    /// The values that a report is made of.
    pub(super) fn told(self, span: Span, known: &Known<'_>) -> Result<Told, String> {
        let unknown = |what: &str| format!("its {what} is none that this version knows");
        let severity = Severity::parse(&self.severity).ok_or_else(|| unknown("severity"))?;
        let confidence = Confidence::parse(&self.confidence).ok_or_else(|| unknown("confidence"))?;
        let via: Option<Vec<&'static str>> = self.via.iter().map(|form| known.word(form)).collect();
        let secret = match (self.secret, self.secret_b64) {
            (Some(text), _) => Secret::new(text.as_bytes()),
            (None, Some(text)) => Secret::new(&base64::decode(&text).ok_or("its secret_b64 is no base64")?),
            (None, None) => Secret::told(&clean(&self.redacted)),
        };
        let verdict = match (&*self.verdict, self.allowed) {
            ("block", _) => Verdict::Block,
            ("allowed", Some(by)) => Verdict::Allowed(match by {
                Allowed::Inline { marker, reason } => {
                    AllowReason::Inline { marker: known.word(&marker).ok_or_else(|| unknown("marker"))?, reason }
                }
                Allowed::Baseline { line, reason } => AllowReason::Baseline { line, reason },
                Allowed::Config { entry, reason } => AllowReason::Config { entry, reason },
            }),
            _ => return Err(unknown("verdict")),
        };
        let reasons = self.reasons.into_iter().map(|reason| Reason::with(reason.points, reason.text));
        let (revoke, revoke_url) = (known.revoke)(&self.rule);
        Ok(Told {
            finding: Finding {
                rule: RuleIx(0),
                span,
                secret_span: span,
                secret,
                via: via.ok_or_else(|| unknown("encoding"))?,
                score: Score { points: self.score, confidence, reasons: reasons.collect() },
            },
            rule: RuleInfo { id: self.rule, title: self.title, provider: self.provider, severity, revoke, revoke_url },
            fingerprint: Fingerprint::parse(&self.fingerprint).ok_or_else(|| unknown("fingerprint"))?,
            verdict,
        })
    }
}

/// The bytes that `text_or_base64` wrote so.
pub(super) fn bytes(text: &str, b64: Option<&str>) -> Result<Vec<u8>, String> {
    match b64 {
        Some(b64) => base64::decode(b64).ok_or_else(|| "a name's base64 is none".to_owned()),
        None => Ok(text.as_bytes().to_vec()),
    }
}

fn origin(kind: &str, path: &str, b64: Option<&str>) -> Result<Origin, String> {
    Ok(match kind {
        "file" => Origin::File(bytes(path, b64)?),
        "staged" => Origin::Staged(bytes(path, b64)?),
        "name" => Origin::Name { path: bytes(path, b64)?, staged: false },
        "object" => Origin::Object(bytes(path, b64)?),
        "stdin" => Origin::Stdin,
        "commit-message" => Origin::CommitMessage,
        _ => return Err("its origin is none that this version knows".to_owned()),
    })
}

/// A finding's line.
pub(super) fn item(text: &[u8], known: &Known<'_>) -> Result<Item, String> {
    let line: FindingLine<'_> = parse(text)?;
    if line.end_byte < line.start_byte {
        return Err("it ends before it begins".to_owned());
    }
    let Told { finding, rule, fingerprint, verdict } =
        line.what.told(Span::new(line.start_byte, line.end_byte), known)?;
    let place = Place {
        start: Position { line: line.start_line, column: line.start_column },
        end: Position { line: line.end_line, column: line.end_column },
        lines: LineContext::default(),
    };
    let origin = origin(&line.origin, &line.path, line.path_b64.as_deref())?;
    Ok(Item { finding, rule, origin, place, columns: line.character_columns, fingerprint, verdict })
}

/// What was looked at.
#[derive(Deserialize)]
pub(super) struct CoverageLine {
    complete: bool,
    objects: u64,
    bytes: u64,
    by_design: u64,
    skips: Vec<SkipLine>,
}

#[derive(Deserialize)]
struct SkipLine {
    reason: String,
    origin: String,
    path: String,
    path_b64: Option<String>,
    detail: String,
}

impl CoverageLine {
    pub(super) fn coverage(self) -> Result<Coverage, String> {
        let skip = |skip: SkipLine| {
            let reason = SkipReason::parse(&skip.reason).ok_or("a skip's reason is none that this version knows")?;
            Ok(Skip {
                origin: origin(&skip.origin, &skip.path, skip.path_b64.as_deref())?,
                reason,
                detail: skip.detail,
            })
        };
        let skips = self.skips.into_iter().map(skip).collect::<Result<Vec<_>, String>>()?;
        let coverage = Coverage { objects: self.objects, bytes: self.bytes, skips, by_design: self.by_design };
        if coverage.is_complete() == self.complete {
            Ok(coverage)
        } else {
            Err("it says that it is complete, and names what was not scanned, or the other way round".to_owned())
        }
    }
}

#[derive(Deserialize)]
struct LastLine {
    coverage: CoverageLine,
    summary: Summary,
}

#[derive(Deserialize)]
struct Summary {
    findings: u64,
    below_threshold: u64,
    #[serde(default)]
    unused_allows: Vec<Unused>,
}

#[derive(Deserialize)]
struct Unused {
    entry: String,
    reason: String,
}

/// A scan's last line, and what stood before it.
pub(super) fn summary(text: &[u8], command: &'static str, items: Vec<Item>) -> Result<Report, String> {
    let line: LastLine = parse(text)?;
    let unused = line.summary.unused_allows.into_iter();
    let report = Report {
        command,
        items,
        coverage: line.coverage.coverage()?,
        below: line.summary.below_threshold,
        names: Vec::new(),
        unused_allows: unused.map(|Unused { entry, reason }| UnusedAllow { entry, reason }).collect(),
    };
    if report.blocking().count() as u64 == line.summary.findings {
        Ok(report)
    } else {
        Err("it counts other findings than stand before it: lines were lost, or added".to_owned())
    }
}
