//! `pre-push`: the developer's early warning, by the same look as the server's.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io;
use std::path::Path;

use super::{framework, input};
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
    let mut commands = lines
        .push(&input)
        .map_err(|error| Failure::because("what git says of the push makes no sense", &error).hint(HINT))?;
    let mut tracking = tracking(args.remote.as_ref(), args.url.as_ref());
    // Git names the remote whatever it pushes, so without a name what is pushed stands elsewhere or nowhere.
    if input.is_empty() && args.remote.is_none() {
        if !framework::runs_us() {
            return Err(Failure::new("nobody says what is being pushed: neither arguments nor standard input").hint(
                "git runs a hook as `portcullis pre-push REMOTE URL`, and tells it every ref on standard input; \
                 whatever runs this instead has to hand both on",
            ));
        }
        let told = framework::read(&repo, lines)?;
        tracking = self::tracking(told.remote.as_ref(), told.url.as_ref());
        commands.push(told.command);
    }
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
    let known = Known::Remote(tracking, commands.iter().map(|command| command.old).collect());
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
    // Where it cannot be told, nothing is said of it.
    let head = repo.head().ok().flatten().map(|oid| oid.to_string());
    let told = Told {
        audience: Audience::Sender,
        only_told: false,
        help: None,
        inline_allows: policy.inline,
        bypass: false,
        denied: None,
        notes: &[],
        prefixed: false,
        checked_out: head.as_deref(),
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
fn tracking(remote: Option<&OsString>, url: Option<&OsString>) -> Vec<u8> {
    match remote {
        Some(name) if url.is_some_and(|url| url != name) => [b"refs/remotes/", name.as_encoded_bytes(), b"/"].concat(),
        _ => b"refs/remotes/".to_vec(),
    }
}

/// The baseline as it is staged: what will be in the repository next.
fn baseline(args: &PrePushArgs, repo: &Repo, trusted: bool) -> Result<Baseline, Failure> {
    if let Some(file) = &args.policy.known.baseline {
        return plan::baseline(Some(file), Path::new("."));
    }
    if !trusted {
        return Ok(Baseline::default());
    }
    plan::staged_baseline(repo).map_err(|failure| failure.or_hint(HINT))
}
