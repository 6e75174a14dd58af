//! What other thresholds would give, and how far the figures depend on single repositories.

use std::collections::BTreeMap;

use portcullis::model::Finding;

use super::measure::{Corpus, Tally};

/// Recall, false alarms and precision for findings of at least so many points.
pub(crate) fn print(corpus: &Corpus, findings: &[Vec<Finding>]) {
    println!("| points | recall | false alarms | precision |\n|---|---|---|---|");
    for threshold in (30..=100).step_by(5) {
        let mut tally = Tally::default();
        for case in &corpus.cases {
            let best = findings[case.object].iter().filter(|f| case.touches(f)).map(|f| f.score.points).max();
            tally.add(case.positive, best.is_some_and(|points| points >= threshold));
        }
        let told = tally.found + tally.false_alarms;
        let precision = f64::from(tally.found) / f64::from(told.max(1));
        println!("| {threshold} | {:.3} | {:.4} | {precision:.3} |", tally.recall(), tally.alarms());
    }
}

/// The figures of each repository (or file, or test suite's rule), and their spread: a tenth of all groups is left
/// out in turn, so that a figure which hangs on one of them is seen.
pub(crate) fn folds(corpus: &Corpus, findings: &[Vec<Finding>]) {
    const FOLDS: usize = 10;
    let mut groups: BTreeMap<&str, Tally> = BTreeMap::new();
    for case in &corpus.cases {
        let group = case.id.split('/').nth(1).unwrap_or_default();
        groups.entry(group).or_default().add(case.positive, case.hit(&findings[case.object]).is_some());
    }
    let tallies: Vec<Tally> = groups.into_values().collect();
    let mut recalls = Vec::new();
    let mut alarms = Vec::new();
    for fold in 0..FOLDS {
        let mut held = Tally::default();
        for tally in tallies.iter().skip(fold).step_by(FOLDS) {
            held.positives += tally.positives;
            held.found += tally.found;
            held.negatives += tally.negatives;
            held.false_alarms += tally.false_alarms;
        }
        recalls.push(held.recall());
        alarms.push(held.alarms());
    }
    println!(
        "  {} groups in {FOLDS} folds: recall {}, false alarms {}",
        tallies.len(),
        spread(&recalls),
        spread(&alarms)
    );
}

/// Mean, standard deviation, and the worst and best.
fn spread(values: &[f64]) -> String {
    let count = f64::from(u32::try_from(values.len()).unwrap_or(u32::MAX));
    let mean = values.iter().sum::<f64>() / count;
    let deviation = (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
    let (least, most) = values.iter().fold((f64::MAX, f64::MIN), |(l, m), &v| (l.min(v), m.max(v)));
    format!("{mean:.4} +- {deviation:.4} ({least:.4} to {most:.4})")
}
