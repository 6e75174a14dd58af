//! What holds for every score, whatever the match.

use portcullis::engine::{Engine, Scratch};
use portcullis::model::{Confidence, Finding, Score};
use portcullis::rules::{self, CONTEXT, Rule, RuleSet};
use portcullis::score::checks::{self, Outcome};
use portcullis::score::{Evidence, judge};
use proptest::prelude::*;

const RULES: &str = r#"
provider = "sample"
name = "Sample"
[revoke]
text = "Change it."
[[rule]]
id = "sample-assignment"
title = "Assignment"
severity = "high"
kind = "assignment"
regex = '''(?i)(?:password|secret|token)["']?[ \t]{0,3}[=:][ \t]{0,3}["']?([^\s"']{3,64})'''
anchors = ["password", "secret", "token"]
fold = true
left = "none"
right = "none"
references = ["https://cwe.mitre.org/data/definitions/798.html"]
examples = ['password = "{base62:16}"']
rejects = ['password = ""']
[[rule]]
id = "sample-token"
title = "Token"
severity = "high"
regex = 'smpl_[A-Za-z0-9]{20}'
anchors = ["smpl_"]
references = ["https://cwe.mitre.org/data/definitions/798.html"]
examples = ['smpl_{base62:20}']
rejects = ['smpl_{base62:5}']
[[rule]]
id = "sample-context"
title = "Context"
severity = "high"
kind = "context"
min_entropy = 60
regex = 'sample key ([a-z0-9]{20})'
anchors = ["sample key "]
references = ["https://cwe.mitre.org/data/definitions/798.html"]
examples = ['sample key {base36:20}']
rejects = ['sample key {base36:5}']
[[rule]]
id = "sample-checked"
title = "Checked"
severity = "high"
regex = 'smpc_[A-Za-z0-9]{36}'
anchors = ["smpc_"]
check = "crc32-base62"
references = ["https://cwe.mitre.org/data/definitions/798.html"]
examples = ['smpc_{base62:30}{crc32-base62}']
rejects = ['smpc_{base62:5}']
"#;

fn sample_rules() -> Vec<Rule> {
    rules::load(RULES, "sample.toml").expect("the sample rules are sound")
}

fn sum(score: &Score) -> i32 {
    score.reasons.iter().map(|reason| i32::from(reason.points)).sum()
}

proptest! {
    #[test]
    fn any_bytes_are_scored_and_the_points_add_up(
        text in proptest::collection::vec(any::<u8>(), 0..400),
        cuts in proptest::array::uniform4(0_usize..400),
        encoded: bool,
    ) {
        let mut cuts = cuts.map(|cut| cut.min(text.len()));
        cuts.sort_unstable();
        let [start, from, to, end] = cuts;
        for rule in &sample_rules() {
            let evidence = Evidence { rule, text: &text, matched: start..end, secret: from..to, encoded };
            let Some(score) = judge(&evidence) else { continue };
            prop_assert_eq!(sum(&score), i32::from(score.points));
            let proven = rule.check.map(|check| checks::prove(check, &evidence).outcome);
            prop_assert!(score.confidence != Confidence::Certain || proven == Some(Outcome::Valid));
            prop_assert!(proven != Some(Outcome::Invalid) || score.confidence == Confidence::Low);
        }
    }

    #[test]
    fn what_lies_outside_the_context_changes_nothing(
        name in "(my_|DB_|client )?(password|secret|token)(_id|_url)?",
        joint in r#"( = |=|: )["']?"#,
        value in "[ -~]{3,40}",
        left in proptest::collection::vec(any::<u8>(), 0..300),
        right in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let engine = Engine::new(RuleSet::new(sample_rules()));
        let mut core = vec![b' '; 2 * CONTEXT];
        core.extend_from_slice(format!("\n{name}{joint}{value}\n").as_bytes());
        core.extend_from_slice(&[b' '; 2 * CONTEXT]);
        let around = [left.as_slice(), &core, &right].concat();
        let at = left.len() as u64;
        let inside = |finding: &Finding| finding.span.start >= at + CONTEXT as u64 && finding.span.end <= at + core.len() as u64;
        let mut scratch = Scratch::default();
        let alone = engine.scan(&mut scratch, &core);
        let amid: Vec<Finding> = engine.scan(&mut scratch, &around).into_iter().filter(inside).collect();
        let scores = |findings: &[Finding], by: u64| {
            findings.iter().map(|f| (f.span.start - by, f.span.end - by, f.score.clone())).collect::<Vec<_>>()
        };
        prop_assert_eq!(scores(&alone, 0), scores(&amid, at));
    }
}

fn judged(id: &str, text: &str, secret: &str) -> Option<Score> {
    let rules = sample_rules();
    let rule = rules.iter().find(|rule| rule.id == id).expect("a sample rule");
    let from = text.find(secret).expect("the secret stands in the text");
    let lower = text.to_ascii_lowercase();
    let start = ["password", "secret", "token", "sample key", "smp"]
        .iter()
        .filter_map(|word| lower.find(word))
        .min()
        .unwrap_or(from);
    judge(&Evidence {
        rule,
        text: text.as_bytes(),
        matched: start..from + secret.len(),
        secret: from..from + secret.len(),
        encoded: false,
    })
}

// Text and value are put together at run time: portcullis scans its own repository.
#[test]
fn assignments_are_told_from_code_and_placeholders() {
    let blocks = |text: &str, value: &str| {
        let text = text.replace("{}", value);
        judged("sample-assignment", &text, value).is_some_and(|score| score.confidence >= Confidence::Medium)
    };
    for (text, value) in [
        (r#"db_password = "{}""#, "tq7vyuik"),
        ("DB_PASSWORD={}", "epxrmydu"),
        ("password: {}", "kq83hdj2"),
        (r#"client_secret: "{}","#, "super$ecret"),
    ] {
        assert!(blocks(text, value), "{text} {value}");
    }
    for (text, value) in [
        (r#"password = "{}""#, "changeme"),
        ("password = {}", "get_password()"),
        ("password={}", "${DB_PASSWORD}"),
        (r#"token_url = "{}""#, "tq7vyuik"),
        (r#"secret_name: "{}""#, "db-credentials"),
        ("token = {};", "self.token"),
        (r#"password = "{}""#, "/etc/app/password.txt"),
    ] {
        assert!(!blocks(text, value), "{text} {value}");
    }
}

#[test]
fn a_token_whose_body_is_a_row_of_one_letter_does_not_block() {
    let dull = format!("smpl_{}", "x".repeat(20));
    let score = judged("sample-token", &dull, &dull).expect("a token is always told");
    assert_eq!(score.confidence, Confidence::Low);
    let random = format!("smpl_{}{}", "q7Rk2ZpV9s", "Lx4Wn8Tb3J");
    assert!(judged("sample-token", &random, &random).is_some_and(|score| score.confidence >= Confidence::High));
}

#[test]
fn signals_have_names_of_their_own() {
    let names: std::collections::BTreeSet<_> = portcullis::score::signal_names().collect();
    assert_eq!(names.len(), portcullis::score::signal_names().count());
}

#[test]
fn reasons_come_most_telling_first() {
    let value = format!("{}{}", "q7Rk2ZpV", "9sLx4Wn8");
    let text = format!("password = {value:?}");
    let score = judged("sample-assignment", &text, &value).expect("a candidate");
    assert!(score.reasons.windows(2).all(|pair| pair[0].points.abs() >= pair[1].points.abs()), "{:?}", score.reasons);
}
