//! `csv`: RFC 4180, one finding a line, for spreadsheets; then a line for each object that was not scanned.

use std::io::{self, Write};

use super::Options;
use super::history::csv::cell;
use super::record::{listed, sorted_skips, verdict_word};
use super::redact::Redactor;
use super::sanitize::clean;
use super::text::origin_kind;
use crate::model::Report;

const HEAD: &str = "verdict,severity,confidence,score,rule,provider,title,secret,fingerprint,origin,path,line,column,\
                    end_line,end_column";
const COLUMNS: usize = 15;

pub(super) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = Redactor::new(report, options);
    write!(out, "{HEAD}\r\n")?;
    for item in listed(report) {
        let (rule, place, score) = (&item.rule, &item.place, &item.finding.score);
        let secret = &item.finding.secret;
        row(
            out,
            &[
                verdict_word(&item.verdict).to_owned(),
                rule.severity.to_string(),
                score.confidence.to_string(),
                score.points.to_string(),
                rule.id.clone(),
                rule.provider.clone(),
                clean(&rule.title),
                options.shown(secret),
                item.fingerprint.to_string(),
                origin_kind(&item.origin).to_owned(),
                redactor.label(&item.origin),
                place.start.line.to_string(),
                place.start.column.to_string(),
                place.end.line.to_string(),
                place.end.column.to_string(),
            ],
        )?;
    }
    for skip in sorted_skips(&report.coverage) {
        let mut cells = [const { String::new() }; COLUMNS];
        cells[0].push_str("not-scanned");
        cells[6] = clean(format!("{} {}", skip.reason.as_str(), redactor.text(&skip.detail)).trim_end());
        cells[9].push_str(origin_kind(&skip.origin));
        cells[10] = redactor.label(&skip.origin);
        row(out, &cells)?;
    }
    Ok(())
}

fn row(out: &mut dyn Write, cells: &[String; COLUMNS]) -> io::Result<()> {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    write!(out, "{}\r\n", cells.join(","))
}
