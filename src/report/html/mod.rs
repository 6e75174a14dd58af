//! A report of a scan or of a history as one HTML page that needs nothing else: for people who decide, and for printing.
//!
//! Both are the same page; a scan knows no lives, and what is drawn of these is left out. It is four files put together (`page.html`, `style.css`, the scripts, and the data as JSON). Its
//! content security policy allows that style and those scripts, by their hashes, and nothing else: no request
//! leaves it, and a name from a repository that looked like a script would not run. The scripts set text and
//! never markup.

mod data;
mod scan;

use std::io::{self, Write};

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Options, base64, plain_json};
use crate::model::Report;
use crate::model::history::History;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("style.css");

/// The scripts, in the order in which they run; together they are one.
const SCRIPTS: &[&str] = &[
    include_str!("model.js"),
    include_str!("dom.js"),
    include_str!("time.js"),
    include_str!("groups.js"),
    include_str!("scan.js"),
    include_str!("life.js"),
    include_str!("table.js"),
    include_str!("main.js"),
];

/// What a report does not know of itself.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The name of the repository or directory, for people; empty where nobody knows it.
    pub repository: &'a [u8],
    /// When it was told: seconds since 1970.
    pub at: i64,
}

impl About<'_> {
    /// All that the options of a format tell.
    const fn by(options: &Options) -> Self {
        Self { repository: b"", at: options.times.1 }
    }
}

/// The format `html` of a scan.
pub(super) fn of_scan(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    write_scan(report, About::by(options), options, out)
}

/// The format `html` of a history.
pub(super) fn of_history(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    write(history, About::by(options), options, out)
}

/// Writes the page about a scan.
///
/// # Errors
/// The writer's own.
pub fn write_scan(report: &Report, about: About<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    page(&scan::Page::new(report, about, options), out)
}

/// Writes the page about a history.
///
/// # Errors
/// The writer's own.
pub fn write(history: &History, about: About<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    page(&data::Page::new(history, about, options), out)
}

fn page(data: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let script = ["\"use strict\";\n(() => {\n", &SCRIPTS.concat(), "})();\n"].concat();
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(&script)
    );
    for part in PAGE.split("{{").flat_map(|part| part.split("}}")) {
        match part {
            "policy" => out.write_all(policy.as_bytes())?,
            "style" => out.write_all(STYLE.as_bytes())?,
            "script" => out.write_all(script.as_bytes())?,
            "data" => plain_json::inside_html(out, data)?,
            markup => out.write_all(markup.as_bytes())?,
        }
    }
    Ok(())
}

/// A source in a content security policy: what stands in the page is what was hashed.
fn hash(text: &str) -> String {
    format!("sha256-{}", base64::encode(&Sha256::digest(text.as_bytes())))
}
