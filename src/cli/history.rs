//! `history`: what is asked for, the run, and what is made of its result.

mod ledger;
mod rewrite;
mod verify;

use std::io::Write as _;
use std::mem::ManuallyDrop;

use ledger::Ledger;
use rewrite::Plan;

use super::args::HistoryArgs;
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::Output;
use super::page::Page;
use super::progress::Bar;
use super::{date, interrupt, plan};
use crate::engine::Engine;
use crate::git::{Env, GitError, Limits, Range, RefGlob, Repo, Store};
use crate::guard::history::{self, Options as ScanOptions, Replacements, Request};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::history::{History, Replaced};
use crate::policy::Policy;
use crate::report::sanitize::clean;
use crate::report::{history as formats, html};

/// Runs `history`.
///
/// # Errors
/// If the repository or its refs cannot be read, or something that was asked for cannot be written.
pub(super) fn run(args: &HistoryArgs) -> Result<ExitStatus, Failure> {
    let format = formats::format(&args.format).ok_or_else(|| Failure::new("no such format"))?;
    let repo = open(args)?;
    let mut settled = config::settle(&Place::Disk(&args.path), &args.policy.known, config::flags(&args.policy))?;
    // The process ends when it is done with it: to take hundreds of regexes apart would only take time.
    let engine = ManuallyDrop::new(Engine::new(settled.rules.clone()));
    if let Some(file) = &args.answer.verify_clean {
        let key = plan::fingerprint_key(args.policy.known.key_file.as_deref())?;
        let list = verify::list(file, &key, engine.rules())?;
        let replacements = args.answer.replacements.as_deref().map(verify::replacements).transpose()?;
        let output = Output::open(&args.output)?;
        let mut history = look(args, &repo, &engine, &verify::policy(key.clone()))?;
        verify::only(&mut history, &list, &key);
        let replaced = replacements.map(|texts| still_held(args, &repo, &texts, &mut history)).transpose()?;
        let asked = (list.len() as u64, replaced.as_ref());
        output.write(|options, out| formats::verify::write(&history, asked, format, options, out))?;
        let left = replaced.map(|replaced| replaced.left).unwrap_or_default();
        if format.name != "human" {
            for left in &left {
                note(&format!("not clean: {}", formats::verify::told(left)));
            }
        }
        let told = if left.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings };
        return Ok(status(&history).merge(told));
    }
    let policy = settled.on_disk(&args.policy.known, &args.path)?;
    settled.tell_expired();
    let output = Output::open(&args.output)?;
    let (page, rewrite) = (Page::begin(args.answer.report.as_deref())?, Plan::begin(args, &repo)?);
    let history = look(args, &repo, &engine, &policy)?;
    if let Some(page) = page {
        page.write(&args.path, args.output.show_secrets, |about, options, out| {
            html::write(&history, about, options, out)
        })?;
    }
    let told = rewrite.map(|rewrite| rewrite.write(&history, args, &policy.key)).transpose()?;
    output.write(|options, out| (format.write)(&history, options, out))?;
    if let Some(words) = told {
        note(&words);
    }
    Ok(status(&history))
}

/// Looks for the very texts that a rewrite was to replace; what cannot be read leaves the answer incomplete.
fn still_held(
    args: &HistoryArgs,
    repo: &Repo,
    texts: &Replacements,
    history: &mut History,
) -> Result<Replaced, Failure> {
    let limits = Limits::within(args.memory << 20, args.effort.threads);
    let watch = Watch { stop: interrupt::flag(), progress: &Unwatched };
    history::still_held(repo, texts, limits, &mut history.coverage, watch).map_err(|error| unreadable(&error))
}

fn look(args: &HistoryArgs, repo: &Repo, engine: &Engine, policy: &Policy) -> Result<History, Failure> {
    let request = Request {
        unreachable: args.unreachable || args.answer.verify_clean.is_some(),
        allow_missing: args.allow_missing,
        refs: globs(&args.refs),
        exclude: globs(&args.exclude),
        since: args.since.as_deref().map(since).transpose()?,
        range: args.range.as_deref().map(|text| range(repo, text)).transpose()?,
        scan: ScanOptions {
            whole: args.no_delta,
            limits: Limits::within(args.memory << 20, args.effort.threads),
            ..ScanOptions::default()
        },
    };
    let bar = Bar::wanted(&args.effort, "objects");
    let stop = interrupt::flag();
    let watch = match &bar {
        Some(bar) => Watch { stop, progress: bar },
        None => Watch { stop, progress: &Unwatched },
    };
    let mut ledger = if args.answer.ledger { open_ledger(repo, engine) } else { None };
    let clean = ledger.as_mut().map(|ledger| &mut ledger.clean);
    let history = history::run(repo, engine, policy, &request, clean, watch);
    if let Some(bar) = &bar {
        bar.clear();
    }
    let history = history.map_err(|error| unreadable(&error))?;
    if let Some(Err(why)) = ledger.map(|ledger| ledger.keep(engine)) {
        note(&why);
    }
    Ok(history)
}

/// Without a ledger all is read, and the answer is the same; so nothing fails here.
fn open_ledger(repo: &Repo, engine: &Engine) -> Option<Ledger> {
    match Ledger::open(repo, engine) {
        Ok((ledger, doubt)) => {
            if let Some(words) = doubt {
                note(&words);
            }
            Some(ledger)
        }
        Err(why) => {
            note(&format!("there is no clean ledger: {why}"));
            None
        }
    }
}

fn note(words: &str) {
    // That nobody reads it changes nothing.
    let _ = writeln!(std::io::stderr().lock(), "note: {}", clean(words));
}

fn open(args: &HistoryArgs) -> Result<Repo, Failure> {
    // Named, it is that repository, whatever a hook's environment says.
    let env = if args.path.as_os_str() == "." { Env::from_process() } else { Env::default() };
    Repo::open(env, &args.path).map_err(|error| {
        Failure::because("cannot open the repository", &error).hint("name a repository, or run this in one")
    })
}

fn globs(patterns: &[String]) -> Vec<RefGlob> {
    patterns.iter().map(|pattern| RefGlob::new(pattern.as_bytes())).collect()
}

fn since(text: &str) -> Result<i64, Failure> {
    let hint = "give a day (2026-01-31), a day and a time, or how long ago (30d)";
    date::parse(text).ok_or_else(|| Failure::new(format!("not a date: {text:?}")).hint(hint))
}

fn range(repo: &Repo, text: &str) -> Result<Range, Failure> {
    let found = Store::open(repo).and_then(|store| repo.range(&store, text));
    found.map_err(|error| Failure::because("cannot tell which commits are meant", &error))
}

fn unreadable(error: &GitError) -> Failure {
    match error {
        GitError::NoSuchRef(_) => Failure::because("cannot tell which refs are meant", error)
            .hint("`git for-each-ref` lists them; `*` and `?` stand for any letters of a name"),
        _ => Failure::because("cannot read the repository", error).hint("`git fsck --full` tells more"),
    }
}

pub(super) fn status(history: &History) -> ExitStatus {
    let found = if history.blocking().next().is_some() { ExitStatus::Findings } else { ExitStatus::Clean };
    found.merge(if history.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown })
}
