//! What a repository's history holds, in each output format: grouped by credential, the worst first.

pub(super) mod csv;
pub(super) mod date;
mod gitlab;
mod human;
mod json;
mod junit;
mod markdown;
mod record;
pub mod verify;

use std::io::{self, Write};

use super::Options;
use super::redact::Redactor;
use crate::model::history::{History, Life};

/// One output format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// What it is, for help.
    pub description: &'static str,
    /// Writes a report; the error is the writer's own.
    pub write: fn(&History, &Options, &mut dyn Write) -> io::Result<()>,
}

/// Every output format.
pub const FORMATS: &[Format] = &[
    Format { name: "human", description: "for people: grouped by credential, redacted", write: human::write },
    Format { name: "json", description: "one document (docs/schema/history.v1.schema.json)", write: json::document },
    Format { name: "jsonl", description: "one credential a line, then a summary", write: json::lines },
    Format { name: "sarif", description: "SARIF 2.1.0, for code scanning", write: super::sarif::history::write },
    Format { name: "gitlab", description: "GitLab's secret-detection report", write: gitlab::write },
    Format { name: "junit", description: "JUnit XML: a failed test for each credential", write: junit::write },
    Format { name: "csv", description: "one credential a line, for spreadsheets", write: csv::write },
    Format { name: "markdown", description: "a comment on a pull request, or a job's summary", write: markdown::write },
    Format {
        name: "html",
        description: "one page for people, that needs nothing else",
        write: super::html::of_history,
    },
];

/// The format of that name, if there is one.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

pub(super) fn redactor<'a>(history: &'a History, options: &Options) -> Redactor<'a> {
    // Of an encoded one, what stands in a name is not what it says.
    Redactor::of(history.lives.iter().flat_map(|life| life.forms.iter().chain([&life.finding.secret])), options)
}

/// Where a credential stands, in a word.
pub(super) const fn state(life: &Life) -> &'static str {
    if life.is_live() { "live" } else { "removed" }
}
