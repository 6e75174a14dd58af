//! The tables of `docs/detection.md`.

use std::collections::BTreeMap;

use portcullis::model::Finding;

use super::curve;
use super::measure::{Corpus, Tally};

/// Figures by source, at every threshold, and by provider.
pub(crate) fn print(group: &str, corpus: &Corpus, findings: &[Vec<Finding>]) {
    let mut by_source: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut by_provider: BTreeMap<(&str, &str), Tally> = BTreeMap::new();
    let mut all = Tally::default();
    for case in &corpus.cases {
        let hit = case.hit(&findings[case.object]).is_some();
        all.add(case.positive, hit);
        by_source.entry(&case.source).or_default().add(case.positive, hit);
        by_provider.entry((&case.source, &case.provider)).or_default().add(case.positive, hit);
    }
    println!("\n### {group}: by source\n\n| source | found | recall | false alarms | rate |\n|---|---|---|---|---|");
    row("all", &all);
    for (source, tally) in &by_source {
        row(source, tally);
    }
    println!("\n### {group}: at every threshold\n");
    curve::print(corpus, findings);
    println!("\nBy repository, file or rule, a tenth left out in turn:\n");
    curve::folds(corpus, findings);
    println!(
        "\n### {group}: by provider\n\n| provider | found | recall | false alarms | rate |\n|---|---|---|---|---|"
    );
    for ((source, provider), tally) in &by_provider {
        row(&format!("{source}: {provider}"), tally);
    }
}

fn row(name: &str, tally: &Tally) {
    let Tally { positives, found, negatives, false_alarms } = tally;
    let (recall, alarms) = (tally.recall(), tally.alarms());
    let recall = if *positives == 0 { "-".to_owned() } else { format!("{recall:.3}") };
    let alarms = if *negatives == 0 { "-".to_owned() } else { format!("{alarms:.4}") };
    println!("| {name} | {found}/{positives} | {recall} | {false_alarms}/{negatives} | {alarms} |");
}
