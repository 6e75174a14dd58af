//! `baseline audit`: one credential after another, one line of answer each. It needs no more of a terminal than lines, so
//! that it can be fed by a pipe as well.

use std::collections::BTreeSet;
use std::io::{self, BufRead};
use std::path::Path;

use super::context;
use crate::cli::accepted;
use crate::cli::args::TargetArgs;
use crate::cli::exit::ExitStatus;
use crate::cli::failure::{Failure, Shown};
use crate::cli::output::to_stdout;
use crate::engine::Engine;
use crate::model::{Fingerprint, Item};
use crate::policy::{Baseline, Entry, Key, Policy};
use crate::report::sanitize::clean;
use crate::report::{Options, Redactor};

const ASK: &str = "[r]eal  [f]alse  [t]est  [s]kip  [u]ndo  [q]uit  (f and t take a reason: `f a sample value`) > ";

/// What can be answered.
enum Answer {
    Real,
    /// It is accepted, for that reason.
    Accept(String),
    Skip,
    Undo,
    Quit,
    Unclear,
}

/// What an answer made of a credential.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Real,
    False,
    Test,
    /// Nothing: it was put off.
    Skipped,
}

/// What was answered: where we were, and what the baseline was.
struct Step {
    at: usize,
    text: String,
    kind: Kind,
}

/// Runs it.
///
/// # Errors
/// If not everything could be scanned, or the baseline cannot be written.
pub(super) fn run(args: &TargetArgs, key: &Key, path: &Path, text: String, plain: bool) -> Result<ExitStatus, Failure> {
    if args.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(Failure::new("standard input gives the answers, so it cannot be looked at"));
    }
    let (report, engine, policy) = super::scan(args, key)?;
    let mut seen = BTreeSet::new();
    let all: Vec<&Item> = report.blocking().filter(|item| seen.insert((item.fingerprint, &item.rule.id))).collect();
    let redactor = Redactor::new(&report, &Options { show_secrets: plain, ..Options::default() });
    let mut audit = Audit { path, text, steps: Vec::new(), engine: &engine, policy: &policy, plain, redactor };
    let baseline = audit.baseline()?;
    let reals = Baseline::reals(&audit.text);
    let open = all.into_iter().filter(|item| {
        let judged = baseline.lookup(item.fingerprint, &item.rule.id).is_some_and(|entry| !entry.reason.is_empty());
        !judged && !is_real(&reals, item)
    });
    let open: Vec<&Item> = open.collect();
    let places = |item: &Item| report.blocking().filter(|other| other.fingerprint == item.fingerprint).count();
    let mut at = 0;
    loop {
        let Some(item) = open.get(at) else {
            if !audit.steps.is_empty() {
                to_stdout(|out| write!(out, "\nthat was the last one: [u]ndo  [q]uit > "))?;
            }
            let again = !audit.steps.is_empty() && matches!(ask()?, Answer::Undo);
            if !again {
                break;
            }
            at = audit.undo()?.unwrap_or(at);
            continue;
        };
        audit.show(item, at + 1, open.len(), places(item))?;
        at = match ask()? {
            Answer::Quit => break,
            Answer::Unclear => {
                to_stdout(|out| writeln!(out, "answer with one of r, f, t, s, u, q"))?;
                at
            }
            Answer::Undo => audit.undo()?.unwrap_or(at),
            Answer::Skip => audit.take(at, Kind::Skipped, None)?,
            Answer::Real => {
                let text = Baseline::without(&audit.text, item.fingerprint, &item.rule.id)
                    .map_err(|error| broken(path, &error))?;
                audit.take(at, Kind::Real, Some(Baseline::with_real(&text, item.fingerprint, &item.rule.id)))?
            }
            Answer::Accept(reason) if report.items.iter().any(|any| holds(&reason, any)) => {
                to_stdout(|out| writeln!(out, "that holds a credential: give a reason without it"))?;
                at
            }
            Answer::Accept(reason) => {
                let kind = if reason.starts_with("test") { Kind::Test } else { Kind::False };
                let text = Baseline::put(&audit.text, &entry(item, reason)).map_err(|error| broken(path, &error))?;
                audit.take(at, kind, Some(text))?
            }
        };
    }
    audit.finish(&open, &report.items)
}

struct Audit<'a> {
    path: &'a Path,
    text: String,
    steps: Vec<Step>,
    engine: &'a Engine,
    policy: &'a Policy,
    plain: bool,
    redactor: Redactor<'a>,
}

impl Audit<'_> {
    fn baseline(&self) -> Result<Baseline, Failure> {
        accepted::parse(self.text.as_bytes(), format_args!("the baseline `{}`", self.path.shown()))
    }

    fn show(&self, item: &Item, at: usize, of: usize, places: usize) -> Result<(), Failure> {
        let lines = context::around(item, self.engine, self.policy, self.plain);
        to_stdout(|out| {
            let confidence = item.finding.score.confidence;
            writeln!(out, "\n{at} of {of}: {} ({confidence})", clean(&item.rule.title))?;
            let more = if places > 1 { format!(", and {} more", places - 1) } else { String::new() };
            writeln!(out, "  {}{more}", self.redactor.place(item))?;
            writeln!(out, "  {}  {}  {}", item.fingerprint, item.rule.id, item.finding.secret.redacted())?;
            match &lines {
                Some(lines) => lines.iter().try_for_each(|line| writeln!(out, "{line}"))?,
                None => writeln!(out, "  (its lines cannot be shown: the file has changed, or is too large)")?,
            }
            write!(out, "{ASK}")?;
            out.flush()
        })
    }

    /// Writes what an answer makes of the baseline, and gives the next place.
    fn take(&mut self, at: usize, kind: Kind, text: Option<String>) -> Result<usize, Failure> {
        let old = self.text.clone();
        if let Some(text) = text {
            self.write(text)?;
        }
        self.steps.push(Step { at, text: old, kind });
        Ok(at + 1)
    }

    fn write(&mut self, text: String) -> Result<(), Failure> {
        accepted::write(self.path, &text)?;
        self.text = text;
        Ok(())
    }

    /// Takes the last answer back: where we were then.
    fn undo(&mut self) -> Result<Option<usize>, Failure> {
        let Some(step) = self.steps.pop() else {
            to_stdout(|out| writeln!(out, "there is nothing to take back"))?;
            return Ok(None);
        };
        if step.text != self.text {
            self.write(step.text)?;
        }
        Ok(Some(step.at))
    }

    fn finish(&self, open: &[&Item], present: &[Item]) -> Result<ExitStatus, Failure> {
        let count = |kind| self.steps.iter().filter(|step| step.kind == kind).count();
        let [real, no, test] = [Kind::Real, Kind::False, Kind::Test].map(count);
        let judged = real + no + test;
        let left = open.len() - judged;
        let reals = Baseline::reals(&self.text);
        to_stdout(|out| {
            writeln!(out, "\n{real} real, {no} false, {test} for tests, {left} left")?;
            for item in open.iter().filter(|item| is_real(&reals, item)) {
                let what =
                    if item.rule.revoke.is_empty() { "revoke it where it was issued" } else { &item.rule.revoke };
                writeln!(out, "real: {}: {}", self.redactor.place(item), clean(what))?;
                if !item.rule.revoke_url.is_empty() {
                    writeln!(out, "      {}", clean(&item.rule.revoke_url))?;
                }
            }
            if judged > 0 {
                writeln!(out, "stage {}: the pre-commit hook reads it from the index", self.path.shown())?;
            }
            Ok(())
        })?;
        // What was real and is gone needs no answer any more.
        let is_there = present.iter().any(|item| is_real(&reals, item));
        Ok(if left == 0 && !is_there { ExitStatus::Clean } else { ExitStatus::Findings })
    }
}

fn ask() -> Result<Answer, Failure> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    let read = read.map_err(|error| Failure::because("cannot read the answer", &error))?;
    if read == 0 {
        return Ok(Answer::Quit);
    }
    let line = line.trim();
    let (word, why) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    let reason = |kind: &str| {
        let why = clean(why.trim());
        Answer::Accept(if why.is_empty() { kind.to_owned() } else { format!("{kind}: {why}") })
    };
    Ok(match word.to_ascii_lowercase().as_str() {
        "r" | "real" => Answer::Real,
        "f" | "false" => reason("false"),
        "t" | "test" => reason("test"),
        "s" | "skip" => Answer::Skip,
        "u" | "undo" => Answer::Undo,
        "q" | "quit" => Answer::Quit,
        _ => Answer::Unclear,
    })
}

fn holds(reason: &str, item: &Item) -> bool {
    memchr::memmem::find(reason.as_bytes(), item.finding.secret.expose()).is_some()
}

fn entry(item: &Item, reason: String) -> Entry {
    Entry { fingerprint: item.fingerprint, rule: Some(item.rule.id.clone()), until: None, reason, line: 0 }
}

fn is_real(reals: &[(Fingerprint, String)], item: &Item) -> bool {
    reals.iter().any(|(print, rule)| *print == item.fingerprint && *rule == item.rule.id)
}

fn broken(path: &Path, error: &dyn std::error::Error) -> Failure {
    Failure::because(format_args!("the baseline `{}` makes no sense", path.shown()), error)
}
