//! What recall and false alarms become without each group of signals.

use portcullis::engine::Engine;
use portcullis::score::ablation::{PROOF, leave_out};

use super::measure::{Corpus, Tally};

/// A group's name, and the signals in it (`src/score/signals.rs`).
const GROUPS: &[(&str, &[&str])] = &[
    ("nothing: as shipped", &[]),
    ("the name it is assigned to", &["name"]),
    ("how it is written: quoted, plain, an argument", &["form"]),
    ("randomness and entropy", &["random", "entropy", "made"]),
    ("words and prose", &["words", "prose", "label"]),
    ("placeholders", &["placeholder"]),
    ("expressions and ordinary source", &["code", "source"]),
    ("shapes of other things", &["shape"]),
    ("what is public by design", &["public"]),
    ("the name again, or a variable's", &["about"]),
    ("length", &["length"]),
    ("a provider's name and the form of its keys", &["provider"]),
    ("text that goes on behind a token", &["overrun"]),
    ("offline proofs", &[PROOF]),
];

/// One row for each group, and one for the rules that look at certain files only.
pub(crate) fn print(group: &str, corpus: &Corpus, engine: &Engine) {
    println!("| {group} without | recall | change | false alarms | change |\n|---|---|---|---|---|");
    let mut whole = None;
    for (name, signals) in GROUPS {
        leave_out(signals);
        let tally = measure(corpus, engine, true);
        line(name, tally, *whole.get_or_insert(tally));
    }
    leave_out(&[]);
    let unnamed = measure(corpus, engine, false);
    line("rules for files of a certain name", unnamed, whole.unwrap_or_default());
    println!();
}

fn measure(corpus: &Corpus, engine: &Engine, by_name: bool) -> Tally {
    let findings = corpus.scan_as(engine, by_name);
    let mut tally = Tally::default();
    for case in &corpus.cases {
        tally.add(case.positive, case.hit(&findings[case.object]).is_some());
    }
    tally
}

fn line(name: &str, tally: Tally, whole: Tally) {
    let (recall, alarms) = (tally.recall() - whole.recall(), tally.alarms() - whole.alarms());
    println!("| {name} | {:.3} | {recall:+.3} | {:.4} | {alarms:+.4} |", tally.recall(), tally.alarms());
}
