//! What changed between two reports: credentials that are new, gone, or still there.
//!
//! A credential is the same one where its fingerprint is: lines, files and commits play no part, so that moving it
//! changes nothing. The two reports must have been made with the same key, or with none.

use std::collections::HashMap;
use std::io::{self, Write};

use serde::Serialize;

use super::history::redactor;
use super::markdown::{MOST, code, more, plain};
use super::record::{TOOL, Tool};
use super::redact::Redactor;
use super::sanitize::{clean, quote};
use super::saved::Saved;
use super::text::{Page, count};
use super::{Options, SCHEMA_VERSION, plain_json};
use crate::model::history::Spot;
use crate::model::{Finding, Fingerprint, RuleInfo, Verdict};

/// One credential, told in short.
#[derive(Clone, Debug)]
struct One<'a> {
    finding: &'a Finding,
    rule: &'a RuleInfo,
    fingerprint: Fingerprint,
    /// Where: the first place that is told.
    at: String,
    counts: bool,
    /// Of a history: whether a ref still has it.
    live: Option<bool>,
}

/// Two reports side by side.
#[derive(Debug)]
pub struct Comparison<'a> {
    new: Vec<One<'a>>,
    still: Vec<One<'a>>,
    gone: Vec<One<'a>>,
    allowed: Vec<One<'a>>,
    /// Whether both runs saw everything. If not, what is not told may be there all the same.
    pub complete: bool,
}

impl<'a> Comparison<'a> {
    /// What is in `now` and was not in `before`, and the other way round.
    #[must_use]
    pub fn new(before: &'a Saved, now: &'a Saved) -> Self {
        let options = Options::default();
        let (old, new) = (all(before, &options), all(now, &options));
        let by = |list: &[One<'a>]| list.iter().map(|one| (one.fingerprint, one.counts)).collect::<HashMap<_, _>>();
        let (was, is) = (by(&old), by(&new));
        let counted = |one: &One<'_>| was.get(&one.fingerprint) == Some(&true);
        let (still, fresh) = new.into_iter().filter(|one| one.counts).partition(counted);
        let (allowed, gone) = old
            .into_iter()
            .filter(|one| one.counts && is.get(&one.fingerprint) != Some(&true))
            .partition(|one| is.contains_key(&one.fingerprint));
        Self { new: fresh, still, gone, allowed, complete: is_complete(before) && is_complete(now) }
    }

    /// Whether there is a credential that the earlier report did not count.
    #[must_use]
    pub const fn has_new(&self) -> bool {
        !self.new.is_empty()
    }

    /// The groups, each with the words for people.
    fn groups(&self) -> [(&'static str, &[One<'a>]); 4] {
        // A run that was not complete cannot say that something is gone.
        let gone = if self.complete { "Fixed" } else { "No longer seen" };
        [("New", &self.new), ("Still there", &self.still), (gone, &self.gone), ("Allowed since", &self.allowed)]
    }
}

fn is_complete(saved: &Saved) -> bool {
    match saved {
        Saved::Scan(report) => report.coverage.is_complete(),
        Saved::History(history) => history.coverage.is_complete(),
    }
}

/// Every credential of a report once. One that counts anywhere counts, and is told where it does.
fn all<'a>(saved: &'a Saved, options: &Options) -> Vec<One<'a>> {
    let mut all: Vec<One<'a>> = Vec::new();
    let mut index: HashMap<Fingerprint, usize> = HashMap::new();
    let mut add = |one: One<'a>| match index.get(&one.fingerprint).and_then(|at| all.get_mut(*at)) {
        Some(known) if one.counts && !known.counts => *known = one,
        Some(_) => {}
        None => {
            index.insert(one.fingerprint, all.len());
            all.push(one);
        }
    };
    match saved {
        Saved::Scan(report) => {
            let redactor = Redactor::new(report, options);
            for item in report.items.iter().filter(|item| item.verdict != Verdict::BelowThreshold) {
                add(One {
                    finding: &item.finding,
                    rule: &item.rule,
                    fingerprint: item.fingerprint,
                    at: redactor.place(item),
                    counts: item.verdict == Verdict::Block,
                    live: None,
                });
            }
        }
        Saved::History(history) => {
            let redactor = redactor(history, options);
            for life in &history.lives {
                let spot = life.live.items.first().map(|live| &live.spot);
                let spot = spot.or_else(|| life.introduced.items.first().map(|first| &first.spot));
                add(One {
                    finding: &life.finding,
                    rule: &life.rule,
                    fingerprint: life.fingerprint,
                    at: spot.map_or_else(|| "an object that no commit holds".to_owned(), |spot| place(spot, &redactor)),
                    counts: life.verdict == Verdict::Block,
                    live: Some(life.is_live()),
                });
            }
        }
    }
    all
}

/// A place in a history, in words.
pub(super) fn place(spot: &Spot, redactor: &Redactor<'_>) -> String {
    let name = |path: &[u8]| quote(&redactor.name(path));
    match spot {
        Spot::File { path, line } => format!("{}:{line}", name(path)),
        Spot::Name { path } => format!("the name of {}", name(path)),
        Spot::Commit { id, line } => format!("commit {id}, line {line}"),
        Spot::Tag { line } => format!("a tag, line {line}"),
        Spot::Ref => "the name of a ref".to_owned(),
        Spot::Log { line } => format!("a reflog, line {line}"),
    }
}

/// How to write a comparison.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What `--format` takes.
    pub name: &'static str,
    /// Writes it; the error is the writer's own.
    pub write: fn(&Comparison<'_>, &Options, &mut dyn Write) -> io::Result<()>,
}

/// The formats that two reports are compared in.
pub const FORMATS: &[Format] = &[
    Format { name: "human", write: human },
    Format { name: "json", write: json },
    Format { name: "markdown", write: markdown },
];

/// The format of that name, if there is one.
#[must_use]
pub fn format(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

fn shown(one: &One<'_>, options: &Options) -> String {
    let secret = &one.finding.secret;
    options.shown(secret)
}

const fn state(one: &One<'_>) -> &'static str {
    match one.live {
        Some(true) => ", live",
        Some(false) => ", removed",
        None => "",
    }
}

fn human(comparison: &Comparison<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options.width, options.color);
    for (title, list) in comparison.groups() {
        // What did not change is only counted, unless it is asked for.
        if list.is_empty() || (title == "Still there" && !options.why) {
            continue;
        }
        page.line(title)?;
        for one in list {
            let (title, severity) = (clean(&one.rule.title), one.rule.severity);
            page.words(2, &format!("{}{}", one.at, state(one)))?;
            page.words(6, &format!("{title} ({severity}), {}", shown(one, options)))?;
            page.words(6, &format!("id  {}", one.fingerprint))?;
        }
        page.gap()?;
    }
    let counts = comparison.groups().map(|(title, list)| format!("{} {}", list.len(), title.to_lowercase()));
    page.words(0, &counts.join(", "))?;
    if comparison.complete {
        return Ok(());
    }
    page.words(0, "A run was not complete: what it did not see may be there all the same.")
}

fn markdown(comparison: &Comparison<'_>, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let new = count(comparison.new.len() as u64, "new credential", "new credentials");
    writeln!(out, "### portcullis: {}", if comparison.has_new() { new } else { "no new credentials".to_owned() })?;
    for (title, list) in comparison.groups() {
        if list.is_empty() {
            continue;
        }
        writeln!(out, "\n**{title}** ({})\n\n| where | what | secret | severity | fingerprint |", list.len())?;
        writeln!(out, "|---|---|---|---|---|")?;
        for one in list.iter().take(MOST) {
            let (at, rule, shown) = (code(&one.at), code(&one.rule.id), code(&shown(one, options)));
            let id = code(&one.fingerprint.to_string());
            writeln!(out, "| {at}{} | {rule} | {shown} | {} | {id} |", plain(state(one)), one.rule.severity)?;
        }
        more(list.len(), out)?;
    }
    if comparison.complete {
        return Ok(());
    }
    writeln!(out, "\nA run was **not complete**: what it did not see may be there all the same.")
}

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Tool,
    command: &'static str,
    complete: bool,
    new: Vec<Record<'a>>,
    still: Vec<Record<'a>>,
    fixed: Vec<Record<'a>>,
    allowed: Vec<Record<'a>>,
}

#[derive(Serialize)]
struct Record<'a> {
    fingerprint: String,
    rule: &'a str,
    title: &'a str,
    provider: &'a str,
    severity: &'static str,
    confidence: &'static str,
    redacted: String,
    at: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
}

impl<'a> Record<'a> {
    fn new(one: &'a One<'_>) -> Self {
        Self {
            fingerprint: one.fingerprint.to_string(),
            rule: &one.rule.id,
            title: &one.rule.title,
            provider: &one.rule.provider,
            severity: one.rule.severity.as_str(),
            confidence: one.finding.score.confidence.as_str(),
            redacted: one.finding.secret.redacted(),
            at: &one.at,
            state: one.live.map(|live| if live { "live" } else { "removed" }),
        }
    }
}

/// Schema: `docs/schema/comparison.v1.schema.json`.
fn json(comparison: &Comparison<'_>, _: &Options, out: &mut dyn Write) -> io::Result<()> {
    let [new, still, fixed, allowed] = comparison.groups().map(|(_, list)| list.iter().map(Record::new).collect());
    let document = Document {
        schema_version: SCHEMA_VERSION,
        tool: TOOL,
        command: "report",
        complete: comparison.complete,
        new,
        still,
        fixed,
        allowed,
    };
    plain_json::pretty(out, &document)?;
    writeln!(out)
}
