//! `pre-push`: the developer's early warning, by the same look as the server's.

use std::collections::HashSet;
use std::io;
use std::path::Path;

use super::input;
use crate::cli::args::PrePushArgs;
use crate::cli::config::{self, Place};
use crate::cli::exit::ExitStatus;
use crate::cli::failure::Failure;
use crate::cli::plan;
use crate::config::server::REFS;
use crate::engine::Engine;
use crate::git::{Env, Known, Limits, Lines, Repo};
use crate::guard::receive::{self, Halt, Request};
use crate::policy::{Baseline, Policy};
use crate::report::receive::{self as report, Audience, Told};

const HINT: &str =
    "the push is blocked, because nobody could look at it; `git push --no-verify` goes around this guard";

/// Runs `pre-push`.
///
/// # Errors
/// If the gate cannot look.
pub(in crate::cli) fn pre_push(args: &PrePushArgs) -> Result<ExitStatus, Failure> {
    let failed = |what: &'static str| move |error| Failure::because(what, &error as &dyn std::error::Error).hint(HINT);
    let repo = Repo::open(Env::from_process(), Path::new("."))
        .map_err(|error| Failure::because("cannot open the repository", &error).hint(HINT))?;
    let input = input::read().map_err(failed("cannot read what git says of the push"))?;
    let lines = Lines { hash: repo.hash_kind(), most: REFS as usize * 10 };
    let commands = lines
        .push(&input)
        .map_err(|error| Failure::because("what git says of the push makes no sense", &error).hint(HINT))?;
    if commands.iter().all(|command| command.new.is_null()) {
        return Ok(ExitStatus::Clean);
    }
    let known = &args.policy.known;
    let mut settled = config::settle(&Place::Staged(&repo), known, config::flags(&args.policy))
        .map_err(|failure| failure.or_hint(HINT))?;
    let key = plan::fingerprint_key(known.key_file.as_deref())?;
    let baseline = settled.heed(baseline(args, &repo, settled.trusted)?, &key)?;
    let policy = Policy { baseline, key, ..settled.policy.clone() };
    let engine = Engine::new(settled.rules.clone());
    let known = Known::Remote(tracking(args), commands.iter().map(|command| command.old).collect());
    let halt = Halt::new(u64::MAX, policy.threshold);
    let bypass = HashSet::new();
    let request = Request {
        commands: &commands,
        known: &known,
        policy: &policy,
        any: false,
        enough: 20,
        most_objects: usize::MAX,
        limits: Limits::default(),
        bypass: &bypass,
    };
    let push = receive::run(&repo, &engine, &request, &halt)
        .map_err(|error| Failure::because("cannot read what is being pushed", &error).hint(HINT))?;
    let told = Told {
        audience: Audience::Sender,
        only_told: false,
        help: None,
        bypass: false,
        denied: None,
        notes: &[],
        prefixed: false,
    };
    report::push(&push, &told, &mut io::stderr().lock())
        .map_err(|error| Failure::because("cannot say why the push is blocked", &error))?;
    if push.blocking().next().is_some() {
        settled.tell_expired();
    }
    let found = if push.blocking().next().is_some() { ExitStatus::Findings } else { ExitStatus::Clean };
    Ok(found.merge(if push.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown }))
}

/// The names of the branches that are known of the remote. One that has no name of its own may have any of them.
fn tracking(args: &PrePushArgs) -> Vec<u8> {
    let name = args.remote.as_encoded_bytes();
    let is_url = args.url.as_ref().is_none_or(|url| url.as_encoded_bytes() == name);
    if is_url { b"refs/remotes/".to_vec() } else { [b"refs/remotes/", name, b"/"].concat() }
}

/// The baseline as it is staged: what will be in the repository next.
fn baseline(args: &PrePushArgs, repo: &Repo, trusted: bool) -> Result<Baseline, Failure> {
    if let Some(file) = &args.policy.known.baseline {
        return plan::baseline(Some(file), Path::new("."));
    }
    if !trusted {
        return Ok(Baseline::default());
    }
    let bytes = repo
        .index_blob(plan::BASELINE.as_bytes())
        .map_err(|error| Failure::because("cannot read the staged baseline", &error).hint(HINT))?;
    Baseline::parse(&bytes.unwrap_or_default())
        .map_err(|error| Failure::because(format_args!("the staged {} makes no sense", plan::BASELINE), &error))
}
