//! `history`.

use std::io::{self, Write};

use super::args::{HistoryArgs, OutputArgs};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::Output;
use super::progress::Bar;
use super::{date, interrupt, plan};
use crate::engine::Engine;
use crate::git::{Env, GitError, Limits, Range, RefGlob, Repo, Store};
use crate::guard::history::{self, Options, Request};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::history::History;
use crate::report::history as formats;

/// Runs `history`.
///
/// # Errors
/// If the repository or its refs cannot be read, or the report cannot be written.
pub(super) fn run(args: &HistoryArgs) -> Result<ExitStatus, Failure> {
    let format = formats::format(&args.format).ok_or_else(|| Failure::new("no such format"))?;
    let repo = open(args)?;
    let engine = Engine::new(plan::rules(&args.policy.known.rules)?);
    let policy = plan::policy(&args.policy, &args.path)?;
    let output = Output::open(&OutputArgs {
        format: "human".to_owned(),
        output: args.output.clone(),
        show_secrets: args.show_secrets,
        why: args.why,
        color: args.color,
    })?;
    let request = Request {
        unreachable: args.unreachable,
        allow_missing: args.allow_missing,
        refs: globs(&args.refs),
        exclude: globs(&args.exclude),
        since: args.since.as_deref().map(since).transpose()?,
        range: args.range.as_deref().map(|text| range(&repo, text)).transpose()?,
        scan: Options { whole: args.no_delta, limits: Limits::within(args.memory << 20, args.threads) },
    };
    let bar = if args.no_progress { None } else { Bar::counting("objects") };
    let stop = interrupt::flag();
    let watch = match &bar {
        Some(bar) => Watch { stop, progress: bar },
        None => Watch { stop, progress: &Unwatched },
    };
    let history = history::run(&repo, &engine, &policy, &request, watch);
    if let Some(bar) = &bar {
        bar.clear();
    }
    let history = history.map_err(|error| unreadable(&error))?;
    output.write_with(|options, out: &mut dyn Write| -> io::Result<()> { (format.write)(&history, options, out) })?;
    Ok(status(&history))
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
    Failure::because("cannot read the repository", error).hint("`git fsck --full` tells more")
}

fn status(history: &History) -> ExitStatus {
    let found = if history.blocking().next().is_some() { ExitStatus::Findings } else { ExitStatus::Clean };
    found.merge(if history.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown })
}
