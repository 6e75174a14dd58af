//! `explain`, and where whatever has a fingerprint is looked for.

use std::path::{Path, PathBuf};

use super::args::{ExplainArgs, OutputArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::Output;
use super::{interrupt, plan, scan};
use crate::config::local::Flags;
use crate::engine::Engine;
use crate::git::{Env, Repo};
use crate::guard::pipeline::Judge;
use crate::guard::scan::Target;
use crate::guard::watch::{Unwatched, Watch};
use crate::guard::{commit_msg, precommit};
use crate::model::{Confidence, Coverage, Report};
use crate::policy::Policy;
use crate::report;

/// Least digits of a fingerprint that name a finding.
const LEAST_DIGITS: usize = 8;

/// Runs `explain`: a look for one fingerprint, which is told in full, whatever its confidence. Where no path is named,
/// what is staged comes first: a gate that blocks has told of that.
///
/// # Errors
/// If it cannot begin, nothing there has that fingerprint, or the report cannot be written.
pub(super) fn run(args: &ExplainArgs) -> Result<ExitStatus, Failure> {
    let wanted = digits(&args.fingerprint)?;
    let targets = match args.paths.as_slice() {
        [] => vec![Target::Path(plan::top_from_here().unwrap_or_else(|| PathBuf::from(".")))],
        paths => plan::targets(paths),
    };
    let near = plan::near(&targets);
    let flags = Flags { min_confidence: Some(Confidence::Low), no_inline: false };
    let mut settled = config::settle(&Place::Disk(near), &args.known, flags)?;
    let policy = settled.on_disk(&args.known, near)?;
    let output =
        Output::open(&OutputArgs { output: None, show_secrets: args.show_secrets, why: true, color: args.color })?;
    let engine = Engine::new(settled.rules);
    let mut report = if args.paths.is_empty() { staged(&engine, &policy) } else { Report::default() };
    report.items.retain(|item| item.fingerprint.to_string().starts_with(&wanted));
    if report.items.is_empty() {
        report = scan::watched(&targets, &args.walk, &engine, &policy);
        report.items.retain(|item| item.fingerprint.to_string().starts_with(&wanted));
    }
    if report.items.is_empty() {
        return Err(if args.paths.is_empty() {
            Failure::new("nothing that is staged, in the last commit message or in the work tree has that fingerprint")
                .hint("`portcullis history --why` tells what older commits hold; give the same --rules as before")
        } else {
            Failure::new("nothing there has that fingerprint")
                .hint("give the path it was found under, or none, and the same --rules")
        });
    }
    output.write(|options, out| report::explain(&report, options, out))?;
    Ok(if report.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown })
}

/// A fingerprint, or the beginning of one, as it was typed.
///
/// # Errors
/// If it is neither.
pub(super) fn digits(typed: &str) -> Result<String, Failure> {
    let digits = typed.to_ascii_lowercase();
    let sound = (LEAST_DIGITS..=32).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if sound {
        return Ok(digits);
    }
    Err(Failure::new("that is no fingerprint").hint(format_args!(
        "reports show one with each finding: 32 hexadecimal digits, of which the first {LEAST_DIGITS} will do"
    )))
}

/// What the gates of a commit find now. What they cannot look at is not what was asked for.
pub(super) fn staged(engine: &Engine, policy: &Policy) -> Report {
    let watch = Watch { stop: interrupt::flag(), progress: &Unwatched };
    let Ok(repo) = Repo::open(Env::from_process(), Path::new(".")) else { return Report::default() };
    let files = precommit::run(&repo, engine, watch);
    let message = commit_msg::run(&repo, engine, &repo.git_dir().join("COMMIT_EDITMSG"), watch.stop);
    let (mut found, mut names) = (Vec::new(), Vec::new());
    for outcome in [files, message].into_iter().flatten() {
        found.extend(outcome.found);
        names.extend(outcome.names);
    }
    Report { names, ..Judge::new(engine.rules(), policy).report("allow", found, Coverage::default()) }
}
