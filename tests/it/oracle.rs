//! The engine against the naive engine: on generated text, on the corpus, in every way of cutting it.

mod dense;
mod encoded;
pub(crate) mod naive;

use std::path::{Path, PathBuf};

use naive::{Naive, Plain, sort};
use portcullis::engine::{Engine, OVERLAP, Scratch};
use portcullis::model::Finding;
use portcullis::rules::{Rule, RuleSet, example};
use proptest::prelude::*;

use super::support::own_rules::{own, with_own};

/// What the engine found in plain text, as the naive engine says it.
fn plain(findings: &[Finding]) -> Vec<Plain> {
    let mut plain = findings
        .iter()
        .filter(|finding| finding.via.is_empty())
        .map(|f| (f.rule, (f.span.start, f.span.end), (f.secret_span.start, f.secret_span.end), f.score.clone()))
        .collect();
    sort(&mut plain);
    plain
}

/// All findings, unresolved, of a text scanned in cores of that many bytes.
fn in_chunks(engine: &Engine, text: &[u8], core: usize) -> Vec<Finding> {
    let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
    for start in (0..text.len()).step_by(core) {
        let end = text.len().min(start + core);
        let (from, to) = (start.saturating_sub(OVERLAP), text.len().min(end + OVERLAP));
        engine.scan_range(&mut scratch, &text[from..to], start - from..end - from, from as u64, &mut findings);
    }
    findings
}

fn assert_same(engine: &Engine, naive: &Naive, text: &[u8], what: &str) {
    let found = plain(&in_chunks(engine, text, text.len().max(1)));
    let expected = naive.scan(text);
    // Not `assert_eq`: the corpus holds credentials, and a failure is printed in CI's log.
    let rules = |list: &[Plain]| {
        let set = with_own();
        list.iter()
            .map(|(rule, span, secret, score)| format!("{} {span:?} {secret:?} {}\n", set.get(*rule).id, score.points))
            .collect::<String>()
    };
    let only = |a: &[Plain], b: &[Plain]| rules(&a.iter().filter(|x| !b.contains(x)).cloned().collect::<Vec<_>>());
    assert!(
        found == expected,
        "{what} ({} bytes)\nthe engine alone found:\n{}the naive engine alone found:\n{}",
        text.len(),
        only(&found, &expected),
        only(&expected, &found)
    );
}

/// Text made of the rules' own examples, counter-examples and anchors, joined by pieces of code and noise.
fn generated_text() -> impl Strategy<Value = Vec<u8>> {
    let set = RuleSet::builtin();
    let builtin = set.as_slice();
    // A user's rules are few beside the built-in ones, and would hardly ever be drawn.
    let rules: Vec<Rule> = builtin.iter().cloned().chain(own().into_iter().cycle().take(builtin.len() / 6)).collect();
    let rule = prop::sample::select(rules);
    let piece = prop_oneof![
        4 => (rule.clone(), any::<u64>(), any::<prop::sample::Index>()).prop_map(|(rule, seed, which)| {
            let templates: Vec<_> = rule.examples.iter().chain(rule.rejects.iter()).collect();
            example::expand(which.get(&templates[..]).as_ref(), seed).unwrap_or_default().into_bytes()
        }),
        2 => rule.prop_map(|rule| rule.anchors.first().map_or_else(Vec::new, |anchor| anchor.literal.to_vec())),
        3 => prop::sample::select(vec![" ", "\n", "=", "\"", "'", ": ", "\\n", "%3D", "\\\"", "\t", "_", "-", "x", "{", "}", ",", "password", "\0", "-----"])
            .prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..40),
        1 => "[ -~]{0,60}".prop_map(String::into_bytes),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_finds_what_its_rules_say(text in generated_text()) {
        assert_same(&Engine::builtin(), &Naive::new(RuleSet::builtin()), &text, "generated text");
    }

    #[test]
    fn and_what_a_users_rules_say(text in generated_text()) {
        assert_same(&Engine::new(with_own()), &Naive::new(with_own()), &text, "generated text");
    }

    #[test]
    fn cutting_changes_nothing(text in generated_text(), pad in 0_usize..200, core in 1_usize..600) {
        let engine = Engine::new(with_own());
        let mut padded = vec![b'.'; pad];
        padded.extend_from_slice(&text);
        let sorted = |mut findings: Vec<Finding>| {
            findings.sort_by_key(|f| (f.secret_span, f.span, f.rule, f.via.clone(), f.score.points));
            findings.dedup();
            findings
        };
        prop_assert!(sorted(in_chunks(&engine, &padded, core)) == sorted(in_chunks(&engine, &padded, usize::MAX / 4)));
    }
}

#[test]
fn built_in_tables_are_those_of_the_rules() {
    let (built, computed) = (Engine::builtin(), Engine::new(RuleSet::new(RuleSet::builtin().as_slice().to_vec())));
    let set = RuleSet::builtin();
    for rule in set.as_slice() {
        for (seed, template) in (1..).zip(rule.examples.iter()) {
            let text = example::expand(template, seed).expect("linted").into_bytes();
            let scan = |engine: &Engine| engine.scan(&mut Scratch::default(), &text);
            assert!(scan(&built) == scan(&computed), "{}", rule.id);
        }
    }
}

#[test]
fn the_engine_agrees_with_the_naive_one_on_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    if !corpus.is_dir() {
        println!("skipped: no corpus at {}", corpus.display());
        return;
    }
    let (engine, naive) = (Engine::builtin(), Naive::new(RuleSet::builtin()));
    let mut files: Vec<PathBuf> = Vec::new();
    let mut dirs = vec![corpus.join("files")];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).expect("readable corpus").flatten() {
            if entry.path().is_dir() { dirs.push(entry.path()) } else { files.push(entry.path()) }
        }
    }
    files.sort();
    // Every file up to 24 KiB: the naive engine needs a second for a megabyte.
    let mut scanned = 0;
    for file in files {
        let text = std::fs::read(&file).expect("readable corpus");
        if text.len() <= 24 * 1024 {
            assert_same(&engine, &naive, &text, &file.display().to_string());
            scanned += 1;
        }
    }
    assert!(scanned > 400, "only {scanned} files");
}
