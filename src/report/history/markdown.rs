//! A history as Markdown: a comment on a pull request, or a job's summary.

use std::io::{self, Write};

use super::{date, redactor, state};
use crate::model::history::History;
use crate::report::Options;
use crate::report::compare::place;
use crate::report::markdown::{MOST, answer, code, head, more, unread};
use crate::report::text::{count, size};

pub(super) fn write(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = redactor(history, options);
    let found = history.blocking().count();
    head(found, &history.coverage, out)?;
    if found > 0 {
        writeln!(out, "\n| where | state | brought in | what | secret | severity | confidence | fingerprint |")?;
        writeln!(out, "|---|---|---|---|---|---|---|---|")?;
        for life in history.blocking().take(MOST) {
            let secret = &life.finding.secret;
            let shown = options.shown(secret);
            let first = life.introduced.items.first();
            let spot = life.live.items.first().map(|live| &live.spot).or_else(|| first.map(|first| &first.spot));
            let at = spot.map_or_else(|| "an object that no commit holds".to_owned(), |spot| place(spot, &redactor));
            let came = first.map_or_else(String::new, |first| {
                let id = first.commit.id.get(..10).unwrap_or(&first.commit.id);
                format!("{} {}", date::day(first.commit.time, first.commit.zone), code(id))
            });
            writeln!(
                out,
                "| {} | {} | {came} | {} | {} | {} | {} | {} |",
                code(&at),
                state(life),
                code(&life.rule.id),
                code(&shown),
                life.rule.severity,
                life.finding.score.confidence,
                code(&life.fingerprint.to_string())
            )?;
        }
        more(found, out)?;
        answer(history.blocking().map(|life| &life.rule), out)?;
    }
    unread(&history.coverage, &redactor, out)?;
    let commits = count(history.scope.commits, "commit", "commits");
    let (bytes, version) = (size(history.coverage.bytes), env!("CARGO_PKG_VERSION"));
    writeln!(out, "\n<sub>{commits}, {bytes} scanned by portcullis {version}.</sub>")
}
