//! Policy as a gate uses it: threshold, inline allows and baseline together.

use portcullis::model::{
    AllowReason, Confidence, Finding, LineContext, Place, Position, Reason, RuleIx, Score, Secret, Span, Verdict,
};
use portcullis::policy::{Baseline, Key, MARKERS, Policy};

const RULE: &str = "some-rule";

fn finding(confidence: Confidence) -> Finding {
    Finding {
        rule: RuleIx(0),
        span: Span::new(0, 9),
        secret_span: Span::new(0, 9),
        secret: Secret::new(b"sensitive"),
        via: Vec::new(),
        score: Score { points: 60, confidence, reasons: vec![Reason::new(60, "matches the format")] },
    }
}

fn place(line: &str) -> Place {
    Place {
        start: Position { line: 1, column: 1 },
        end: Position { line: 1, column: 10 },
        lines: LineContext { before: None, first: line.into(), last: line.into(), after: None },
    }
}

fn verdict(policy: &Policy, confidence: Confidence, line: &str) -> Verdict {
    policy.judge(RULE, &finding(confidence), &place(line)).1
}

#[test]
fn by_default_medium_and_surer_block() {
    let policy = Policy::default();
    assert_eq!(verdict(&policy, Confidence::Low, "sensitive"), Verdict::BelowThreshold);
    for confidence in [Confidence::Medium, Confidence::High, Confidence::Certain] {
        assert_eq!(verdict(&policy, confidence, "sensitive"), Verdict::Block);
    }
}

#[test]
fn an_allowed_finding_below_the_threshold_is_just_below_it() {
    let policy = Policy { threshold: Confidence::Certain, ..Policy::default() };
    assert_eq!(verdict(&policy, Confidence::High, "sensitive # portcullis:allow"), Verdict::BelowThreshold);
}

#[test]
fn inline_allows_can_be_switched_off() {
    let line = "sensitive # portcullis:allow[some-rule] a sample";
    let allowed = AllowReason::Inline { marker: "portcullis:allow", reason: "a sample".into() };
    assert_eq!(verdict(&Policy::default(), Confidence::Certain, line), Verdict::Allowed(allowed));
    let strict = Policy { inline: false, ..Policy::default() };
    assert_eq!(verdict(&strict, Confidence::Certain, line), Verdict::Block);
    for marker in MARKERS {
        assert_eq!(verdict(&strict, Confidence::Medium, &format!("sensitive # {}", marker.name)), Verdict::Block);
    }
}

#[test]
fn the_fingerprint_a_finding_is_given_is_the_one_a_baseline_allows() {
    let key = Key::from_bytes([9; 32]);
    let policy = Policy { key: key.clone(), ..Policy::default() };
    let (print, before) = policy.judge(RULE, &finding(Confidence::High), &place("sensitive"));
    assert_eq!(before, Verdict::Block);
    let baseline = Baseline::parse(format!("# accepted\n{print} {RULE} # a sample\n").as_bytes()).unwrap();
    let policy = Policy { baseline: baseline.clone(), key, ..Policy::default() };
    let allowed = Verdict::Allowed(AllowReason::Baseline { line: 2, reason: "a sample".into() });
    assert_eq!(verdict(&policy, Confidence::High, "sensitive"), allowed);
    // Another rule, or another key, makes it another credential.
    assert_eq!(policy.judge("other-rule", &finding(Confidence::High), &place("sensitive")).1, Verdict::Block);
    let rekeyed = Policy { baseline, ..Policy::default() };
    assert_eq!(verdict(&rekeyed, Confidence::High, "sensitive"), Verdict::Block);
}

#[test]
fn debug_of_a_policy_shows_no_key() {
    let policy = Policy { key: Key::from_bytes(*b"the key of this very repository!"), ..Policy::default() };
    let shown = format!("{policy:?}");
    assert!(shown.contains("Key(hidden)") && !shown.contains("very") && !shown.contains("116"), "{shown}");
}
