//! `pre-commit` and `commit-msg`: what git's hooks run. Silent when there is nothing to say.

use std::env;
use std::io::{self, IsTerminal};
use std::path::Path;

use super::args::{CommitMsgArgs, GateArgs, PolicyArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::{accepted, interrupt, output, plan};
use crate::engine::Engine;
use crate::git::{Env, GitError, Repo};
use crate::guard::commit_msg;
use crate::guard::pipeline::Judge;
use crate::guard::precommit::{self, Outcome};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::{Fingerprint, Item, Report};
use crate::policy::{Baseline, Key, Policy};
use crate::report::Options;
use crate::report::gate::{self, Around};

const HINT: &str =
    "the commit is blocked, because nobody could look at it; `git commit --no-verify` goes around every hook";

/// Runs `pre-commit`.
///
/// # Errors
/// If the gate cannot look, or cannot say what it saw.
pub(super) fn pre_commit(args: &GateArgs) -> Result<ExitStatus, Failure> {
    run("pre-commit", &args.policy, |repo, engine| {
        precommit::run(repo, engine, Watch { stop: interrupt::flag(), progress: &Unwatched })
    })
}

/// Runs `commit-msg`.
///
/// # Errors
/// As `pre-commit`.
pub(super) fn commit_msg(args: &CommitMsgArgs) -> Result<ExitStatus, Failure> {
    run("commit-msg", &args.policy, |repo, engine| commit_msg::run(repo, engine, &args.file, interrupt::flag()))
}

fn run(
    command: &'static str,
    args: &PolicyArgs,
    look: impl FnOnce(&Repo, &Engine) -> Result<Outcome, GitError>,
) -> Result<ExitStatus, Failure> {
    let repo = Repo::open(Env::from_process(), Path::new("."))
        .map_err(|error| blocked("cannot open the repository", &error))?;
    let mut settled = config::settle(&Place::Staged(&repo), &args.known, config::flags(args))
        .map_err(|failure| failure.or_hint(HINT))?;
    let engine = Engine::new(settled.rules.clone());
    let outcome = look(&repo, &engine).map_err(|error| blocked("cannot read what is being committed", &error))?;
    // A broken one that goes in unseen is everybody's trouble at the next finding.
    if outcome.paths.iter().any(|path| path == plan::BASELINE.as_bytes()) {
        plan::staged_baseline(&repo).map_err(|failure| failure.or_hint(HINT))?;
    }
    if outcome.found.is_empty() && outcome.coverage.is_complete() {
        // Nothing to judge: neither baseline nor policy is needed.
        return Ok(ExitStatus::Clean);
    }
    let key = plan::fingerprint_key(args.known.key_file.as_deref())?;
    let baseline = settled.heed(baseline(args, &repo, settled.trusted)?, &key)?;
    let policy = Policy { baseline, key, ..settled.policy.clone() };
    let mut report = Judge::new(engine.rules(), &policy).report(command, outcome.found, outcome.coverage);
    report.names = outcome.names;
    let options = Options { color: color(), width: output::width(), ..Options::default() };
    let recorded =
        if args.known.baseline.is_none() && settled.trusted { recorded(&report, &policy.key) } else { Vec::new() };
    let around = Around { recorded: &recorded, merging: is_merge(&repo) };
    gate::write(&report, &options, around, &mut io::stderr().lock())
        .map_err(|error| Failure::because("cannot say why the commit is blocked", &error))?;
    let status = ExitStatus::of(&report);
    if status != ExitStatus::Clean {
        settled.tell_expired();
    }
    Ok(status)
}

/// The baseline as it is being committed: what only lies in the work tree is not what others will have.
fn baseline(args: &PolicyArgs, repo: &Repo, trusted: bool) -> Result<Baseline, Failure> {
    if let Some(file) = &args.known.baseline {
        return plan::baseline(Some(file), Path::new("."));
    }
    if !trusted {
        return Ok(Baseline::default());
    }
    plan::staged_baseline(repo).map_err(|failure| failure.or_hint(HINT))
}

/// What is blocked and stands in the baseline of the work tree: people record it, and forget to stage that. A baseline
/// that cannot be read is none here; this is advice.
fn recorded(report: &Report, key: &Key) -> Vec<Fingerprint> {
    let file =
        plan::worktree_top(Path::new(".")).and_then(|top| accepted::read(&top.join(plan::BASELINE)).ok().flatten());
    let Some((baseline, _)) = file.and_then(|file| plan::heed(file.baseline, "the", key).ok()) else {
        return Vec::new();
    };
    let is_recorded = |item: &&Item| baseline.lookup(item.fingerprint, &item.rule.id).is_some();
    report.blocking().filter(is_recorded).map(|item| item.fingerprint).collect()
}

/// Whether a merge is being committed: one that stopped, or (git then names its heads in variables) one under way.
fn is_merge(repo: &Repo) -> bool {
    repo.git_dir().join("MERGE_HEAD").exists()
        || env::vars_os().any(|(name, _)| name.as_encoded_bytes().starts_with(b"GITHEAD_"))
}

fn color() -> bool {
    output::color_wanted() && io::stderr().is_terminal()
}

fn blocked(what: &str, error: &GitError) -> Failure {
    Failure::because(what, error).hint(HINT)
}
