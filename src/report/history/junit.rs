//! A history as `junit`: a failure for each credential, an error for each object that could not be scanned, and one
//! test that passes where there is neither.

use std::io::{self, Write};

use super::{date, redactor, state};
use crate::model::history::{History, Life};
use crate::report::Options;
use crate::report::compare::place;
use crate::report::junit::{suite, xml};
use crate::report::redact::Redactor;
use crate::report::sanitize::{clean, quote};

pub(super) fn write(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = redactor(history, options);
    let failures = history.blocking().count();
    suite("history", failures, &history.coverage, &redactor, out, |out| {
        history.blocking().try_for_each(|life| case(life, options, &redactor, out))
    })
}

fn case(life: &Life, options: &Options, redactor: &Redactor<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (rule, secret) = (&life.rule, &life.finding.secret);
    let first = life.introduced.items.first();
    let spot = life.live.items.first().map(|live| &live.spot).or_else(|| first.map(|first| &first.spot));
    let at = spot.map_or_else(|| "an object that no commit holds".to_owned(), |spot| place(spot, redactor));
    let name = format!("{} {} ({})", rule.id, life.fingerprint, state(life));
    writeln!(out, "    <testcase classname=\"{}\" name=\"{}\">", xml(&at), xml(&name))?;
    let message = xml(&format!("{}: {}", clean(&rule.title), secret.redacted()));
    writeln!(out, "      <failure type=\"{}\" message=\"{message}\">", xml(rule.severity.as_str()))?;
    let shown = options.shown(secret);
    writeln!(out, "{}: {}", xml(&at), xml(&shown))?;
    if let Some(first) = first {
        let day = date::day(first.commit.time, first.commit.zone);
        let author = quote(&redactor.name(&first.commit.author));
        writeln!(out, "{}", xml(&format!("brought in on {day} by commit {} of {author}", first.commit.id)))?;
    }
    let why = life.finding.score.reasons.first().map_or("matches the rule", |reason| &reason.text);
    writeln!(out, "{}", xml(&format!("why: {}", clean(why))))?;
    writeln!(out, "fingerprint: {}", life.fingerprint)?;
    if !rule.revoke.is_empty() || !rule.revoke_url.is_empty() {
        writeln!(out, "{}", xml(clean(&format!("revoke: {} {}", rule.revoke, rule.revoke_url)).trim_end()))?;
    }
    writeln!(out, "</failure>\n    </testcase>")
}
