//! A history in GitLab's secret-detection report: each credential once, with the commit that brought it in, at the
//! place where it still is, or else where it came in.

use std::io::{self, Write};

use super::{date, redactor, state};
use crate::model::history::{History, Life, Spot};
use crate::report::Options;
use crate::report::gitlab::{Commit, Location, NO_COMMIT, Vulnerability, document, id};
use crate::report::record::text_or_base64;
use crate::report::redact::Redactor;

pub(super) fn write(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = redactor(history, options);
    let found = history.blocking().map(|life| vulnerability(life, options, &redactor)).collect();
    document(found, &history.coverage, &redactor, options, out)
}

fn vulnerability<'a>(life: &'a Life, options: &Options, redactor: &Redactor<'_>) -> Vulnerability<'a> {
    let first = life.introduced.items.first();
    let spot = life.live.items.first().map(|live| &live.spot).or_else(|| first.map(|first| &first.spot));
    let text = |bytes: &[u8]| text_or_base64(&redactor.name(bytes)).0;
    let (path, row) = match spot {
        Some(Spot::File { path, line }) => (Some(text(path)), Some(*line)),
        Some(Spot::Name { path }) => (Some(text(path)), None),
        Some(Spot::Commit { .. } | Spot::Tag { .. } | Spot::Ref | Spot::Log { .. }) | None => (None, None),
    };
    let commit = first.map_or(Commit { sha: NO_COMMIT, author: None, date: None, message: None }, |first| Commit {
        sha: &first.commit.id,
        author: Some(text(&first.commit.author)),
        date: Some(date::iso(first.commit.time, first.commit.zone)),
        message: Some(text(&first.commit.subject)),
    });
    let location = Location { file: path, commit, start_line: row, end_line: row };
    let why = life.finding.score.reasons.first().map_or("matches the rule", |reason| &reason.text);
    let description = format!("{}; {}; {why}", life.finding.secret.redacted(), state(life));
    Vulnerability::new(
        id(life.fingerprint, [b"history", b""]),
        (&life.finding, &life.rule),
        description,
        location,
        options,
    )
}
