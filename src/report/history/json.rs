//! `json` and `jsonl`. Schema: `docs/schema/history.v1.schema.json`.

use std::io::{self, Write};

use serde::Serialize;

use super::record::{LifeRecord, ScopeRecord, SummaryRecord};
use crate::model::history::History;
use crate::report::record::{CoverageRecord, TOOL, Tool};
use crate::report::{Options, SCHEMA_VERSION, plain_json};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    command: &'static str,
    credentials: Vec<LifeRecord<'a>>,
    scope: ScopeRecord,
    coverage: CoverageRecord,
    summary: SummaryRecord,
}

#[derive(Serialize)]
struct LastLine {
    r#type: &'static str,
    schema_version: u32,
    tool: Tool,
    command: &'static str,
    scope: ScopeRecord,
    coverage: CoverageRecord,
    summary: SummaryRecord,
}

/// The whole report as one document.
pub(super) fn document(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = super::redactor(history, options);
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        command: "history",
        credentials: history.lives.iter().map(|life| LifeRecord::new(life, options, &redactor)).collect(),
        scope: ScopeRecord::new(history),
        coverage: CoverageRecord::new(&history.coverage, &redactor),
        summary: SummaryRecord::new(history),
    };
    plain_json::pretty(out, &document)?;
    writeln!(out)
}

/// One credential a line, then one line of summary; a stream that lacks the summary was cut off.
pub(super) fn lines(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = super::redactor(history, options);
    for life in &history.lives {
        plain_json::compact(out, &LifeRecord::new(life, options, &redactor))?;
        writeln!(out)?;
    }
    let last = LastLine {
        r#type: "summary",
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        command: "history",
        scope: ScopeRecord::new(history),
        coverage: CoverageRecord::new(&history.coverage, &redactor),
        summary: SummaryRecord::new(history),
    };
    plain_json::compact(out, &last)?;
    writeln!(out)
}
