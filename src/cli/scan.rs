//! `scan` and `explain`.

use super::args::{ExplainArgs, OutputArgs, ScanArgs, WalkArgs};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::interrupt;
use super::output::Output;
use super::plan;
use super::progress::Bar;
use crate::engine::Engine;
use crate::guard::scan::{self, Target};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::{Confidence, Item, Report, Verdict};
use crate::policy::Policy;
use crate::report;

/// Least digits of a fingerprint that name a finding.
const LEAST_DIGITS: usize = 8;

/// Runs `scan`.
///
/// # Errors
/// If it cannot begin, or the report cannot be written.
pub(super) fn run(args: &ScanArgs) -> Result<ExitStatus, Failure> {
    let targets = plan::targets(&args.paths);
    let rules = plan::rules(&args.policy.known.rules)?;
    let policy = plan::policy(&args.policy, plan::near(&targets))?;
    let format = report::format(&args.format).ok_or_else(|| Failure::new("no such format"))?;
    let output = Output::open(&args.output)?;
    let report = watched(&targets, &args.walk, &Engine::new(rules), &policy);
    output.write(|options, out| (format.write)(&report, options, out))?;
    Ok(ExitStatus::of(&report))
}

/// Runs `explain`: a scan of which one fingerprint is told in full, whatever its confidence.
///
/// # Errors
/// If it cannot begin, nothing there has that fingerprint, or the report cannot be written.
pub(super) fn explain(args: &ExplainArgs) -> Result<ExitStatus, Failure> {
    let wanted = args.fingerprint.to_ascii_lowercase();
    if wanted.len() < LEAST_DIGITS || !wanted.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(
            Failure::new("that is no fingerprint").hint("reports show one with each finding: 32 hexadecimal digits")
        );
    }
    let targets = plan::targets(&args.paths);
    let rules = plan::rules(&args.known.rules)?;
    let baseline = plan::baseline(args.known.baseline.as_deref(), plan::near(&targets))?;
    let key = plan::fingerprint_key(args.known.key_file.as_deref())?;
    let policy = Policy { threshold: Confidence::Low, baseline, key, ..Policy::default() };
    let output =
        Output::open(&OutputArgs { output: None, show_secrets: args.show_secrets, why: true, color: args.color })?;
    let mut report = watched(&targets, &args.walk, &Engine::new(rules), &policy);
    report.items.retain(|item| item.fingerprint.to_string().starts_with(&wanted));
    if report.items.is_empty() {
        let hint = "give the path it was found under, and the same --rules; a commit's message is not looked at";
        return Err(Failure::new("nothing here has that fingerprint").hint(hint));
    }
    // What is allowed is told in full too, beside the allow.
    let allowed = report.items.iter().filter(|item| matches!(item.verdict, Verdict::Allowed(_)));
    let told: Vec<Item> = allowed.map(|item| Item { verdict: Verdict::Block, ..item.clone() }).collect();
    report.items.extend(told);
    output.write(|options, out| report::human(&report, options, out))?;
    Ok(if report.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown })
}

fn watched(targets: &[Target], walk: &WalkArgs, engine: &Engine, policy: &Policy) -> Report {
    let bar = Bar::wanted(&walk.effort, "files");
    let stop = interrupt::flag();
    let report = match &bar {
        Some(bar) => scan::run(targets, plan::walk(walk), engine, policy, Watch { stop, progress: bar }),
        None => scan::run(targets, plan::walk(walk), engine, policy, Watch { stop, progress: &Unwatched }),
    };
    if let Some(bar) = bar {
        bar.clear();
    }
    report
}
