//! Prints what the engine reaches on `../shared/corpus`: recall and false alarms by source and provider,
//! and on request the misses and false alarms themselves.
//!
//! `cargo run --example corpus -- [--patterns DIR] [--providers] [--curve] [--folds] [--misses] [--alarms] [--only SOURCE] [--show] [--reasons] [--ablation]`
//! (`--curve`: recall, false alarms and precision at every threshold; `--markdown`: the tables of docs/detection.md; `--folds`: the same figures repository by
//! repository, and how far they spread; `--ablation`, with `--features ablation`: the same without each group of signals; `--show` prints the lines, secrets included; without it only the places).

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program whose output is its purpose")]

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use portcullis::engine::Engine;
use portcullis::model::Finding;
use portcullis::rules::{self, Rule, RuleSet};

#[path = "../tests/it/corpus/measure.rs"]
mod measure;

#[cfg(feature = "ablation")]
#[path = "corpus/ablation.rs"]
mod ablation;
#[path = "corpus/curve.rs"]
mod curve;
#[path = "corpus/tables.rs"]
mod tables;

use measure::{Case, Corpus, SUITES, Tally, WILD};

struct Options {
    patterns: Option<String>,
    only: Option<String>,
    misses: bool,
    alarms: bool,
    show: bool,
    providers: bool,
    curve: bool,
    folds: bool,
    markdown: bool,
    reasons: bool,
    ablation: bool,
}

fn main() {
    let options = options();
    let Some(dir) = measure::place() else {
        eprintln!("../shared/corpus is not there: nothing to measure");
        return;
    };
    let set = options.patterns.as_deref().map_or_else(RuleSet::builtin, |dir| RuleSet::new(load(Path::new(dir))));
    let engine = Engine::new(set);
    for (group, sources) in [("suites", SUITES), ("wild", WILD)] {
        let chosen: Vec<&str> =
            sources.iter().copied().filter(|s| options.only.as_deref().is_none_or(|only| only == *s)).collect();
        if chosen.is_empty() {
            continue;
        }
        let corpus = Corpus::read(&dir, &chosen);
        if options.ablation {
            #[cfg(feature = "ablation")]
            ablation::print(group, &corpus, &engine);
            #[cfg(not(feature = "ablation"))]
            eprintln!("{group}: signals can be left out only with `--features ablation`");
            continue;
        }
        let findings = corpus.scan(&engine);
        if options.reasons {
            reasons(group, &corpus, &findings, &engine);
        } else if options.markdown {
            tables::print(group, &corpus, &findings);
        } else {
            report(group, &corpus, &findings, &engine, &options);
        }
    }
}

fn options() -> Options {
    let mut found = Options {
        patterns: None,
        only: None,
        misses: false,
        alarms: false,
        show: false,
        providers: false,
        curve: false,
        folds: false,
        markdown: false,
        reasons: false,
        ablation: false,
    };
    let mut args = env::args().skip(1);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--patterns" => found.patterns = args.next(),
            "--only" => found.only = args.next(),
            "--misses" => found.misses = true,
            "--alarms" => found.alarms = true,
            "--providers" => found.providers = true,
            "--curve" => found.curve = true,
            "--markdown" => found.markdown = true,
            "--folds" => found.folds = true,
            "--reasons" => found.reasons = true,
            "--ablation" => found.ablation = true,
            "--show" => found.show = true,
            other => eprintln!("unknown argument {other}"),
        }
    }
    found
}

fn load(dir: &Path) -> Vec<Rule> {
    let mut rules = Vec::new();
    let mut paths: Vec<_> =
        fs::read_dir(dir).expect("the directory is readable").map(|e| e.expect("an entry").path()).collect();
    paths.sort();
    let rule_file = |p: &&std::path::PathBuf| {
        p.extension().is_some_and(|e| e == "toml") && p.file_name().is_some_and(|name| name != "by_name.toml")
    };
    for path in paths.iter().filter(rule_file) {
        let text = fs::read_to_string(path).expect("the file is readable");
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        match rules::load(&text, &name) {
            Ok(found) => rules.extend(found),
            Err(errors) => eprintln!("{name}: {errors}"),
        }
    }
    rules
}

/// What was seen of each case, a line of tab-separated fields each, for `benches/weights.py`: group, the part of the id
/// that names the repository, positive or negative, rule, points, then the reasons with their points.
fn reasons(group: &str, corpus: &Corpus, findings: &[Vec<Finding>], engine: &Engine) {
    for case in &corpus.cases {
        let repository = case.id.split('/').take(2).collect::<Vec<_>>().join("/");
        let label = if case.positive { "positive" } else { "negative" };
        let best = findings[case.object].iter().filter(|f| case.touches(f)).max_by_key(|f| f.score.points);
        let (rule, points) = best.map_or(("-", 0), |f| (&*engine.rules().get(f.rule).id, f.score.points));
        let seen = best.map_or(&[][..], |f| &f.score.reasons);
        let seen: Vec<String> = seen.iter().map(|r| format!("\t{}\u{1f}{}", r.points, r.text)).collect();
        println!("{group}\t{repository}\t{label}\t{rule}\t{points}{}", seen.concat());
    }
}

fn report(group: &str, corpus: &Corpus, findings: &[Vec<Finding>], engine: &Engine, options: &Options) {
    let mut by_source: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut by_provider: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
    let mut all = Tally::default();
    for case in &corpus.cases {
        let hit = case.hit(&findings[case.object]);
        all.add(case.positive, hit.is_some());
        by_source.entry(&case.source).or_default().add(case.positive, hit.is_some());
        by_provider.entry((&case.source, &case.provider)).or_default().add(case.positive, hit.is_some());
        if case.positive && hit.is_none() && options.misses || !case.positive && hit.is_some() && options.alarms {
            tell(case, corpus, &findings[case.object], engine, options.show);
        }
    }
    line(group, &all);
    if options.curve {
        curve::print(corpus, findings);
    }
    if options.folds {
        curve::folds(corpus, findings);
    }
    for (source, tally) in &by_source {
        line(&format!("  {source}"), tally);
    }
    if options.providers {
        for ((source, provider), tally) in &by_provider {
            line(&format!("    {source}/{provider}"), tally);
        }
    }
}

fn line(name: &str, tally: &Tally) {
    println!(
        "{name:40} recall {:.3} ({}/{})  false alarms {:.4} ({}/{})",
        tally.recall(),
        tally.found,
        tally.positives,
        tally.alarms(),
        tally.false_alarms,
        tally.negatives
    );
}

fn tell(case: &Case, corpus: &Corpus, findings: &[Finding], engine: &Engine, show: bool) {
    let what = if case.positive { "MISS" } else { "ALARM" };
    let near = findings.iter().find(|f| case.touches(f));
    let why = near.map_or_else(String::new, |f| {
        let reasons: Vec<String> = f.score.reasons.iter().map(|r| format!("{:+} {}", r.points, r.text)).collect();
        format!(
            "{} {:?} {} [{}]",
            engine.rules().get(f.rule).id,
            f.score.confidence,
            f.score.points,
            reasons.join("; ")
        )
    });
    println!("{what} {} {} {why}", case.id, case.rule);
    if show {
        let bytes = &corpus.objects[case.object].bytes;
        let text = String::from_utf8_lossy(&bytes[case.lines.clone()]);
        let text: String = text.trim().chars().take(200).collect();
        println!("    {}", text.replace('\n', "\u{23ce}"));
    }
}
