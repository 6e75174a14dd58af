//! Saved reports read back: what `--format jsonl` wrote, of a scan or of a history.
//!
//! A saved report is a stranger's file like any other: whatever it says is checked, and no error quotes it, since
//! `--show-secrets` may have put credentials in it.

mod history;
mod merge;
mod scan;

use std::io::{self, BufRead, Read as _};

use serde::Deserialize;

pub use merge::Unlike;

use super::SCHEMA_VERSION;
use crate::model::Report;
use crate::model::history::History;

/// Most bytes of one line: a finding with every reason, a life with all its lists.
const MOST: u64 = 64 << 20;

/// A report as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Saved {
    /// Of `scan`.
    Scan(Report),
    /// Of `history`.
    History(History),
}

/// What this program knows and a saved report only names.
#[derive(Clone, Copy)]
pub struct Known<'a> {
    /// Commands, encodings and inline markers.
    pub words: &'a [&'static str],
    /// How the credential that a rule finds is revoked, in a sentence, and where.
    pub revoke: &'a dyn Fn(&str) -> (String, String),
}

impl Known<'_> {
    fn word(&self, text: &str) -> Option<&'static str> {
        self.words.iter().copied().find(|known| *known == text)
    }
}

/// Why a saved report cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file's own error.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// A line that is none of such a report.
    #[error("line {line}: {problem}")]
    Line {
        /// From 1.
        line: u64,
        /// In words that quote nothing.
        problem: String,
    },
    /// One document instead of lines.
    #[error("it is a document of another format; save the report with `--format jsonl` to read it again")]
    Document,
    /// No line at all.
    #[error("it is empty")]
    Empty,
    /// Findings, and no summary after them.
    #[error("it ends before its summary: the run that wrote it was cut off, or the file was")]
    Cut,
    /// Several reports in one file that do not go together.
    #[error(transparent)]
    Unlike(#[from] Unlike),
}

/// The one thing that every line says.
#[derive(Deserialize)]
struct Head {
    r#type: String,
    schema_version: u32,
    #[serde(default)]
    command: String,
}

/// Lines met, and not yet summed up.
#[derive(Default)]
struct Open {
    items: Vec<crate::model::Item>,
    lives: Vec<crate::model::history::Life>,
}

impl Open {
    const fn is_empty(&self) -> bool {
        self.items.is_empty() && self.lives.is_empty()
    }

    /// Ends a report with its summary, the line `text`.
    fn close(self, command: &str, text: &[u8], known: &Known<'_>) -> Result<Saved, String> {
        let known_command = known.word(command).ok_or("it is of a command that this version does not know")?;
        if command == "history" {
            if !self.items.is_empty() {
                return Err("a history's summary stands after a scan's findings".to_owned());
            }
            return history::summary(text, self.lives).map(Saved::History);
        }
        if !self.lives.is_empty() {
            return Err("a scan's summary stands after a history's credentials".to_owned());
        }
        scan::summary(text, known_command, self.items).map(Saved::Scan)
    }
}

/// Reads one or more reports, one after the other, as one.
///
/// # Errors
/// If it cannot be read to its end, or any line is not what version 1 says.
pub fn read(input: &mut dyn BufRead, known: &Known<'_>) -> Result<Saved, ReadError> {
    let (mut line, mut text) = (0, Vec::new());
    let (mut open, mut done): (Open, Option<Saved>) = (Open::default(), None);
    loop {
        line += 1;
        text.clear();
        if (&mut *input).take(MOST).read_until(b'\n', &mut text)? == 0 {
            break;
        }
        let fail = |problem: String| ReadError::Line { line, problem };
        if text.len() as u64 == MOST {
            return Err(fail("it is longer than any that portcullis writes".to_owned()));
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        if line == 1 && is_document(&text) {
            return Err(ReadError::Document);
        }
        let head: Head = parse(&text).map_err(fail)?;
        if head.schema_version != SCHEMA_VERSION {
            let problem =
                format!("it is of version {} of the format; this reads {SCHEMA_VERSION}", head.schema_version);
            return Err(fail(problem));
        }
        match head.r#type.as_str() {
            "finding" => open.items.push(scan::item(&text, known).map_err(fail)?),
            "credential" => open.lives.push(history::life(&text, known).map_err(fail)?),
            "summary" => {
                let next = std::mem::take(&mut open).close(&head.command, &text, known).map_err(fail)?;
                done = Some(match done {
                    Some(before) => before.merge(next)?,
                    None => next,
                });
            }
            _ => return Err(fail("it is no finding, no credential and no summary".to_owned())),
        }
    }
    if !open.is_empty() {
        return Err(ReadError::Cut);
    }
    done.ok_or(ReadError::Empty)
}

/// Whether a first line is the beginning of a document: of `json`, SARIF or GitLab's format, or of XML.
fn is_document(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    text == b"{"
        || text == b"["
        || text.starts_with(b"<")
        || memchr::memmem::find(text, b"\"schema_version\"").is_none()
            && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// A line's fields. What is wrong with it is told by its place: `serde_json`'s own words quote what they met.
fn parse<'de, T: Deserialize<'de>>(text: &'de [u8]) -> Result<T, String> {
    serde_json::from_slice(text).map_err(|error| {
        let what = if error.is_data() { "is not what a report says" } else { "is no JSON" };
        let at = if error.column() > 0 { format!("column {}: ", error.column()) } else { String::new() };
        format!("{at}{what}; only reports saved with --format jsonl can be read")
    })
}
