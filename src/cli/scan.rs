//! `scan` and `explain`.

use super::args::{ExplainArgs, OutputArgs, ScanArgs, WalkArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::interrupt;
use super::output::Output;
use super::page::Page;
use super::plan;
use super::progress::Bar;
use crate::config::local::Flags;
use crate::engine::Engine;
use crate::guard::scan::{self, Target};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::{Confidence, Report};
use crate::policy::Policy;
use crate::report::{self, html};

/// Least digits of a fingerprint that name a finding.
const LEAST_DIGITS: usize = 8;

/// Runs `scan`.
///
/// # Errors
/// If it cannot begin, or the report cannot be written.
pub(super) fn run(args: &ScanArgs) -> Result<ExitStatus, Failure> {
    let looked = &args.target;
    let targets = plan::targets(&looked.paths);
    let near = plan::near(&targets);
    let mut settled = config::settle(&Place::Disk(near), &looked.policy.known, config::flags(&looked.policy))?;
    let policy = settled.on_disk(&looked.policy.known, near)?;
    let format = report::format(&args.format).ok_or_else(|| Failure::new("no such format"))?;
    let (output, page) = (Output::open(&args.output)?, Page::begin(args.report.as_deref())?);
    settled.tell_expired();
    let mut report = watched(&targets, &looked.walk, &Engine::new(settled.rules.clone()), &policy);
    report.unused_allows = settled.unused(&report, &targets);
    // Where one of them cannot be written, the other is.
    let told = output.write(|options, out| (format.write)(&report, options, out));
    let shown = page.map_or(Ok(()), |page| {
        page.write(near, args.output.show_secrets, |about, options, out| html::write_scan(&report, about, options, out))
    });
    told.and(shown)?;
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
    let near = plan::near(&targets);
    let flags = Flags { min_confidence: Some(Confidence::Low), no_inline: false };
    let mut settled = config::settle(&Place::Disk(near), &args.known, flags)?;
    let policy = settled.on_disk(&args.known, near)?;
    let output =
        Output::open(&OutputArgs { output: None, show_secrets: args.show_secrets, why: true, color: args.color })?;
    let mut report = watched(&targets, &args.walk, &Engine::new(settled.rules), &policy);
    report.items.retain(|item| item.fingerprint.to_string().starts_with(&wanted));
    if report.items.is_empty() {
        let hint = "give the path it was found under, and the same --rules; a commit's message is not looked at";
        return Err(Failure::new("nothing here has that fingerprint").hint(hint));
    }
    output.write(|options, out| report::explain(&report, options, out))?;
    Ok(if report.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown })
}

pub(super) fn watched(targets: &[Target], walk: &WalkArgs, engine: &Engine, policy: &Policy) -> Report {
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
