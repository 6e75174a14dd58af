//! A report in, bytes out: one file per output format, and the message of a blocked commit.
//!
//! [`FORMATS`] is the registry; a format is one file and one row. Names and bytes that come from a
//! repository are hostile: for people they pass through [`sanitize`], and no format shows a credential's
//! plaintext unless [`Options::show_secrets`] asks for it.

mod base64;
mod block;
pub mod compare;
mod csv;
pub mod gate;
mod gitlab;
pub mod history;
pub mod html;
mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod plain_json;
pub mod receive;
mod record;
mod redact;
pub mod rewrite;
pub mod sanitize;
mod sarif;
pub mod saved;
mod text;

use std::io::{self, Write};

pub use human::{explain, write as human};
pub use redact::Redactor;

use crate::model::{Report, Secret};

/// The version of the `json` and `jsonl` formats: of `docs/schema/*.v1.schema.json`.
pub const SCHEMA_VERSION: u32 = 1;
/// What the summary tells people to add to see findings below the threshold.
pub const LOWER_THRESHOLD: &str = "--min-confidence low";

/// How to write a report.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether colours (ANSI escapes) may be used; only people's formats do.
    pub color: bool,
    /// Whether credentials are shown in plaintext.
    pub show_secrets: bool,
    /// Columns that people's formats keep to where words allow it.
    pub width: usize,
    /// Whether people's formats give every reason of a score, and list what was allowed.
    pub why: bool,
    /// When the scan began and ended, in seconds since 1970, for formats that must say so.
    pub times: (i64, i64),
}

impl Options {
    /// A credential as it may be shown to people: on one line, and in plaintext only where that was asked for.
    #[must_use]
    pub fn shown(&self, secret: &Secret) -> String {
        if self.show_secrets && secret.is_known() { sanitize::quote(secret.expose()) } else { secret.redacted() }
    }

    /// A credential's plaintext for machines: only where that was asked for, and is known.
    #[must_use]
    pub fn plain<'a>(&self, secret: &'a Secret) -> Option<&'a [u8]> {
        (self.show_secrets && secret.is_known()).then(|| secret.expose())
    }
}

impl Default for Options {
    fn default() -> Self {
        Self { color: false, show_secrets: false, width: 80, why: false, times: (0, 0) }
    }
}

/// One output format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// What it is, for help.
    pub description: &'static str,
    /// Writes a report; the error is the writer's own.
    pub write: fn(&Report, &Options, &mut dyn Write) -> io::Result<()>,
}

/// Every output format.
pub const FORMATS: &[Format] = &[
    Format { name: "human", description: "for people: grouped by file, redacted", write: human::write },
    Format { name: "json", description: "one document (docs/schema/report.v1.schema.json)", write: json::write },
    Format {
        name: "jsonl",
        description: "one finding a line (docs/schema/finding.v1.schema.json), then a summary",
        write: jsonl::write,
    },
    Format { name: "sarif", description: "SARIF 2.1.0, for code scanning", write: sarif::write },
    Format { name: "gitlab", description: "GitLab's secret-detection report", write: gitlab::write },
    Format { name: "junit", description: "JUnit XML: a failed test for each finding", write: junit::write },
    Format { name: "csv", description: "one finding a line, for spreadsheets", write: csv::write },
    Format { name: "markdown", description: "a comment on a pull request, or a job's summary", write: markdown::write },
    Format { name: "html", description: "one page for people, that needs nothing else", write: html::of_scan },
];

/// The format of that name, if there is one.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}
