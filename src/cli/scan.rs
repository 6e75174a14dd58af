//! `scan`.

use super::args::{ScanArgs, WalkArgs};
use super::config::{self, Place};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::interrupt;
use super::output::Output;
use super::page::Page;
use super::plan;
use super::progress::Bar;
use crate::engine::Engine;
use crate::guard::scan::{self, Target};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::Report;
use crate::policy::Policy;
use crate::report::{self, html};

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
    plan::spare(&targets, &[args.output.output.as_deref(), args.report.as_deref()])?;
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
