//! `rules test`: every rule against its own examples and counter-examples.

use std::io::{self, Write};
use std::path::Path;

use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::plan;
use crate::engine::{Engine, Scratch};
use crate::model::{Confidence, Finding};
use crate::rules::{Rule, RuleSet, example};

/// Texts drawn from each template.
const DRAWS: u64 = 20;

/// Runs `rules test`.
///
/// # Errors
/// If a rule file is no good, a template is none, or the answer cannot be written.
pub(super) fn run(file: Option<&Path>) -> Result<ExitStatus, Failure> {
    let rules = file.map_or_else(|| Ok(RuleSet::builtin()), |file| plan::rule_file(file).map(RuleSet::new))?;
    let engine = Engine::new(rules);
    let mut wrong = Vec::new();
    let mut texts = 0_u64;
    for rule in engine.rules().as_slice() {
        for (templates, wanted) in [(&rule.examples, true), (&rule.rejects, false)] {
            for template in templates.iter() {
                let failed = failures(&engine, rule, template, wanted)?;
                texts += DRAWS;
                if failed > 0 {
                    wrong.push((rule, template, wanted, failed));
                }
            }
        }
    }
    to_stdout(|out| {
        for (rule, template, wanted, failed) in &wrong {
            let what = if *wanted { "not found" } else { "found" };
            writeln!(out, "{}: {what} in {failed} of {DRAWS} texts of `{template}`", rule.id)?;
        }
        summary(out, engine.rules().as_slice().len(), texts, wrong.len())
    })?;
    Ok(if wrong.is_empty() { ExitStatus::Clean } else { ExitStatus::Findings })
}

/// In how many of the template's texts the rule does not do what is wanted.
fn failures(engine: &Engine, rule: &Rule, template: &str, wanted: bool) -> Result<u64, Failure> {
    let mut scratch = Scratch::default();
    let mut failed = 0;
    for seed in 0..DRAWS {
        let text = example::expand(template, seed)
            .map_err(|error| Failure::new(format_args!("{}: `{template}`: {}", rule.id, error.message)))?;
        // A counter-example may be told where it does not block.
        let least = if wanted { Confidence::Low } else { Confidence::Medium };
        let found = finds(engine, &mut scratch, rule, text.as_bytes(), least);
        failed += u64::from(found != wanted);
    }
    Ok(failed)
}

fn finds(engine: &Engine, scratch: &mut Scratch, rule: &Rule, text: &[u8], least: Confidence) -> bool {
    let mut findings: Vec<Finding> = Vec::new();
    if let Some(pattern) = rule.files.first() {
        engine.scan_named(text, pattern.replace('*', "x").as_bytes(), &mut findings);
    }
    engine.scan_range(scratch, text, 0..text.len(), 0, &mut findings);
    let is_told = |finding: &Finding| finding.score.confidence >= least;
    findings.iter().any(|finding| is_told(finding) && engine.rules().get(finding.rule).id == rule.id)
}

fn summary(out: &mut dyn Write, rules: usize, texts: u64, wrong: usize) -> io::Result<()> {
    match wrong {
        0 => writeln!(out, "{rules} rules, {texts} texts: every one as it should be"),
        _ => writeln!(out, "{rules} rules, {texts} texts: {wrong} templates are not judged as they should be"),
    }
}
