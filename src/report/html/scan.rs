//! What a page about a scan knows.

use serde::Serialize;

use super::About;
use super::data::{Head, RuleData, Told, WhatData, rule};
use crate::model::{Report, Verdict};
use crate::report::Options;
use crate::report::human::allowed_by;
use crate::report::record::listed;
use crate::report::redact::Redactor;
use crate::report::text::size;

#[derive(Serialize)]
pub(super) struct Page<'a> {
    #[serde(flatten)]
    head: Head,
    scope: ScopeData,
    rules: Vec<RuleData<'a>>,
    findings: Vec<FindingData<'a>>,
}

#[derive(Serialize)]
struct ScopeData {
    files: u64,
    /// In words.
    size: String,
    by_design: u64,
    unused_allows: usize,
}

#[derive(Serialize)]
struct FindingData<'a> {
    #[serde(flatten)]
    what: WhatData<'a>,
    path: String,
    /// The path and the line, or in words.
    place: String,
    /// By what it is allowed, and why; empty where it counts.
    allowed: String,
}

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, about: About<'_>, options: &Options) -> Self {
        let redactor = Redactor::new(report, options);
        let mut rules = Told::default();
        let findings = listed(report).map(|item| FindingData {
            what: WhatData::new(
                rules.place(&item.rule.id, || rule(&item.rule)),
                &item.finding,
                item.fingerprint,
                &item.verdict,
                options,
            ),
            path: redactor.label(&item.origin),
            place: redactor.place(item),
            allowed: match &item.verdict {
                Verdict::Allowed(by) => allowed_by(by, &redactor),
                Verdict::Block | Verdict::BelowThreshold => String::new(),
            },
        });
        let findings = findings.collect();
        let coverage = &report.coverage;
        Self {
            head: Head::new("scan", about, report.below_threshold(), coverage, &redactor),
            scope: ScopeData {
                files: coverage.objects,
                size: size(coverage.bytes),
                by_design: coverage.by_design,
                unused_allows: report.unused_allows.len(),
            },
            rules: rules.items,
            findings,
        }
    }
}
