//! `json`: the whole report as one document. Schema: `docs/schema/report.v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{CoverageRecord, FindingRecord, SummaryRecord, TOOL, Tool, listed};
use super::redact::Redactor;
use super::{Options, SCHEMA_VERSION, plain_json};
use crate::model::Report;

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    command: &'a str,
    findings: Vec<FindingRecord<'a>>,
    coverage: CoverageRecord,
    summary: SummaryRecord<'a>,
}

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        command: report.command,
        findings: listed(report).map(|item| FindingRecord::new(item, options, &redactor)).collect(),
        coverage: CoverageRecord::new(&report.coverage, &redactor),
        summary: SummaryRecord::new(report, &redactor),
    };
    plain_json::pretty(out, &document)?;
    writeln!(out)
}
