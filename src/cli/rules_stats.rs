//! `rules stats`: what each rule costs on real text.

use std::cmp::Reverse;
use std::io::{self, Write};
use std::path::PathBuf;

use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::{interrupt, plan};
use crate::engine::Engine;
use crate::engine::stats::RuleCost;
use crate::guard::stats::{self, Counted};
use crate::rules::Rule;

/// Runs `rules stats`.
///
/// # Errors
/// If a rule file is no good, or the answer cannot be written.
pub(super) fn run(paths: &[PathBuf], top: usize, rules: &[PathBuf]) -> Result<ExitStatus, Failure> {
    let engine = Engine::new(plan::rules(rules)?);
    let counted = stats::run(paths, &engine, interrupt::flag());
    let mut rows: Vec<(&Rule, &RuleCost)> = engine.rules().as_slice().iter().zip(counted.stats.rules()).collect();
    rows.retain(|(_, cost)| cost.anchors > 0);
    rows.sort_by_key(|(rule, cost)| (Reverse(cost.nanos), rule.id.clone()));
    let shown = if top == 0 { rows.len() } else { top.min(rows.len()) };
    to_stdout(|out| {
        table(out, rows.get(..shown).unwrap_or_default())?;
        summary(out, &counted, &rows, shown)
    })?;
    Ok(if counted.skipped == 0 && !counted.interrupted { ExitStatus::Clean } else { ExitStatus::Unknown })
}

fn table(out: &mut dyn Write, rows: &[(&Rule, &RuleCost)]) -> io::Result<()> {
    let widest = rows.iter().map(|(rule, _)| rule.id.len()).max().unwrap_or(0).max(4);
    writeln!(
        out,
        "{:widest$}  {:>10} {:>10} {:>10} {:>9} {:>10}",
        "rule", "anchors", "windows", "confirms", "findings", "us"
    )?;
    for (rule, RuleCost { anchors, windows, confirms, findings, nanos }) in rows {
        let micros = nanos / 1_000;
        writeln!(out, "{:widest$}  {anchors:>10} {windows:>10} {confirms:>10} {findings:>9} {micros:>10}", rule.id)?;
    }
    Ok(())
}

fn summary(out: &mut dyn Write, counted: &Counted, rows: &[(&Rule, &RuleCost)], shown: usize) -> io::Result<()> {
    let Counted { files, bytes, nanos, skipped, .. } = counted;
    let (anchors, in_rules) = rows.iter().fold((0, 0), |(a, n), (_, cost)| (a + cost.anchors, n + cost.nanos));
    if shown < rows.len() {
        writeln!(out, "... and {} rules more (--top 0 shows all)", rows.len() - shown)?;
    }
    let of_megabyte = anchors * 1_000_000 / (*bytes).max(1);
    writeln!(
        out,
        "{files} files, {bytes} bytes; {anchors} anchors ({of_megabyte} a megabyte) of {} rules took {} of {} us",
        rows.len(),
        in_rules / 1_000,
        nanos / 1_000
    )?;
    if *skipped > 0 {
        writeln!(out, "{skipped} files or directories could not be scanned")?;
    }
    if counted.interrupted {
        writeln!(out, "interrupted: the rest was not counted")?;
    }
    Ok(())
}
