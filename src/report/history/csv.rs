//! `csv`: RFC 4180, one credential a line, for spreadsheets.
//!
//! A cell that begins with `=`, `+`, `-` or `@` would be run as a formula by the programs that open such
//! files, and names come from strangers: such a cell gets a `'` before it.

use std::io::{self, Write};

use super::{date, state};
use crate::model::history::{History, Spot};
use crate::report::Options;
use crate::report::record::verdict_word;
use crate::report::sanitize::quote;

const HEAD: &str = "state,verdict,severity,confidence,score,rule,provider,title,secret,fingerprint,introduced,\
                    author,commit,subject,path,line,live_refs,removed_from,commits,blobs,paths";

pub(super) fn write(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = super::redactor(history, options);
    let name = |bytes: &[u8]| if bytes.is_empty() { String::new() } else { quote(&redactor.name(bytes)) };
    write!(out, "{HEAD}\r\n")?;
    for life in &history.lives {
        let first = life.introduced.items.first();
        let commit = first.map(|first| &first.commit);
        let (path, line) = match first.map(|first| &first.spot) {
            Some(Spot::File { path, line }) => (name(path), line.to_string()),
            Some(Spot::Name { path }) => (name(path), String::new()),
            Some(Spot::Commit { line, .. } | Spot::Tag { line } | Spot::Log { line }) => {
                (String::new(), line.to_string())
            }
            Some(Spot::Ref) | None => (String::new(), String::new()),
        };
        let secret = &life.finding.secret;
        let score = &life.finding.score;
        let cells = [
            state(life).to_owned(),
            verdict_word(&life.verdict).to_owned(),
            life.rule.severity.to_string(),
            score.confidence.to_string(),
            score.points.to_string(),
            life.rule.id.clone(),
            life.rule.provider.clone(),
            life.rule.title.clone(),
            options.shown(secret),
            life.fingerprint.to_string(),
            commit.map(|commit| date::iso(commit.time, commit.zone)).unwrap_or_default(),
            commit.map(|commit| name(&commit.author)).unwrap_or_default(),
            commit.map(|commit| commit.id.clone()).unwrap_or_default(),
            commit.map(|commit| name(&commit.subject)).unwrap_or_default(),
            path,
            line,
            life.live.total.to_string(),
            life.removed.total.to_string(),
            life.commits.to_string(),
            life.blobs.to_string(),
            life.paths.total.to_string(),
        ];
        write!(out, "{}\r\n", cells.map(|text| cell(&text)).join(","))?;
    }
    Ok(())
}

/// The text as a cell that runs nothing.
pub(in crate::report) fn cell(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains(['"', ',', '\r', '\n']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn cells_are_quoted_and_run_nothing() {
        for (text, expected) in [
            ("plain", "plain"),
            ("a,b", "\"a,b\""),
            ("say \"x\"", "\"say \"\"x\"\"\""),
            ("=1+1", "'=1+1"),
            ("@x,", "\"'@x,\""),
        ] {
            assert_eq!(cell(text), expected);
        }
    }
}
