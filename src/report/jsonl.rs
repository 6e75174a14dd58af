//! `jsonl`: one finding a line, then one line of summary; a stream that lacks the summary was cut off.
//! Schema of both lines: `docs/schema/finding.v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{CoverageRecord, FindingRecord, SummaryRecord, TOOL, Tool, listed};
use super::redact::Redactor;
use super::{Options, SCHEMA_VERSION, plain_json};
use crate::model::Report;

#[derive(Serialize)]
struct LastLine<'a> {
    r#type: &'static str,
    schema_version: u32,
    tool: Tool,
    command: &'a str,
    coverage: CoverageRecord,
    summary: SummaryRecord<'a>,
}

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    for item in listed(report) {
        plain_json::compact(out, &FindingRecord::new(item, options, &redactor))?;
        writeln!(out)?;
    }
    let last = LastLine {
        r#type: "summary",
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        command: report.command,
        coverage: CoverageRecord::new(&report.coverage, &redactor),
        summary: SummaryRecord::new(report, &redactor),
    };
    plain_json::compact(out, &last)?;
    writeln!(out)
}
