//! The engine against the naive engine, and the proofs on mutilated credentials.

use std::sync::LazyLock;

use portcullis::engine::{Engine, Scratch};
use portcullis::model::{Confidence, Finding, RuleIx, Score};
use portcullis::rules::{Rule, RuleSet, example};
use portcullis::score::{Evidence, checks, judge};

use super::taker::Taker;
use crate::oracle::naive::{Naive, Plain, sort};

static ENGINE: LazyLock<Engine> = LazyLock::new(Engine::builtin);
static NAIVE: LazyLock<Naive> = LazyLock::new(|| Naive::new(RuleSet::builtin()));

/// What stands between credentials in real text.
const GLUE: &[&str] =
    &[" ", "\n", "=", "\"", "'", ": ", "\\n", "%3D", "\\\"", "_", "-", "{", "}", ",", "\0", "-----", "password = "];

fn rules() -> &'static [Rule] {
    ENGINE.rules().as_slice()
}

/// An example or counter-example of some rule, with some bytes of it changed.
fn mutilated(take: &mut Taker<'_>) -> (usize, Vec<u8>) {
    let ix = take.below(rules().len());
    let rule = &rules()[ix];
    let templates: Vec<_> = rule.examples.iter().chain(rule.rejects.iter()).collect();
    let Some(template) = take.one_of(&templates) else { return (ix, Vec::new()) };
    let mut text = example::expand(template, u64::from(take.byte())).unwrap_or_default().into_bytes();
    for _ in 0..take.byte() % 4 {
        let (at, byte) = (take.below(text.len()), take.byte());
        match (take.byte() % 3, text.get_mut(at)) {
            (0, Some(place)) => *place = byte,
            (1, Some(_)) => text.truncate(at),
            (_, Some(_)) => text.insert(at, byte),
            _ => {}
        }
    }
    (ix, text)
}

pub(super) fn written(take: &mut Taker<'_>) -> Vec<u8> {
    let mut text = Vec::new();
    while !take.is_empty() && text.len() < 16 * 1024 {
        match take.byte() % 5 {
            0 | 1 => text.extend(mutilated(take).1),
            2 => {
                let anchors = &take.one_of(rules()).expect("there are rules").anchors;
                text.extend(take.one_of(anchors).map_or(&[][..], |anchor| &anchor.literal));
            }
            3 => text.extend(take.one_of(GLUE).map_or(&[][..], |glue| glue.as_bytes())),
            _ => {
                let count = usize::from(take.byte() % 48);
                text.extend(take.bytes(count));
            }
        }
    }
    text
}

fn in_cores(text: &[u8], core: usize) -> Vec<Finding> {
    let (mut scratch, mut findings) = (Scratch::default(), Vec::new());
    for start in (0..text.len()).step_by(core) {
        let end = text.len().min(start + core);
        ENGINE.scan_range(&mut scratch, text, start..end, 0, &mut findings);
    }
    findings
}

fn plain(findings: &[Finding]) -> Vec<Plain> {
    let span = |span: portcullis::model::Span| (span.start, span.end);
    let direct = findings.iter().filter(|finding| finding.via.is_empty());
    let mut plain = direct.map(|f| (f.rule, span(f.span), span(f.secret_span), f.score.clone())).collect();
    sort(&mut plain);
    plain
}

/// Never what was found, only which rule found it where: a failure ends up in somebody's log.
fn told(findings: &[Plain]) -> String {
    let one = |(rule, span, secret, score): &Plain| {
        format!("{} {span:?} {secret:?} {}; ", ENGINE.rules().get(*rule).id, score.points)
    };
    findings.iter().map(one).collect()
}

/// In plain text both find the same, whole and in cores of any size; and whatever is found lies in the text.
pub(crate) fn against_naive(data: &[u8]) {
    let mut take = Taker(data);
    let core = 1 + take.below(512);
    let text = written(&mut take);
    let whole = in_cores(&text, text.len().max(1));
    for finding in &whole {
        let (span, secret) = (finding.span, finding.secret_span);
        assert!(span.start <= span.end && span.end <= text.len() as u64, "{span:?} of {}", text.len());
        assert!(secret.start < secret.end && secret.end <= text.len() as u64, "{secret:?} of {}", text.len());
        sound(&finding.score);
    }
    let (found, expected) = (plain(&whole), NAIVE.scan(&text));
    assert!(found == expected, "the engine: {}\nthe naive one: {}", told(&found), told(&expected));
    let mut pieces = in_cores(&text, core);
    let mut whole = whole;
    for all in [&mut pieces, &mut whole] {
        ENGINE.resolve(all);
    }
    assert!(pieces == whole, "in cores of {core} bytes other findings than in one");
}

fn sound(score: &Score) {
    assert!(score.points <= 100);
    let sum: i16 = score.reasons.iter().map(|reason| reason.points).sum();
    assert_eq!(sum, i16::from(score.points), "the reasons a person is shown add up: {:?}", score.reasons);
    assert!(score.confidence != Confidence::Certain || score.points == 100, "{score:?}");
}

/// Every proof on every text: no panic, and a score that adds up. Among the texts are credentials of the
/// rules that ask for the proof, mutilated.
pub(crate) fn checks(data: &[u8]) {
    let mut take = Taker(data);
    let (ix, text) = if take.byte() % 4 == 0 {
        (take.below(rules().len()), take.bytes(4096).to_vec())
    } else {
        mutilated(&mut take)
    };
    let rule = ENGINE.rules().get(RuleIx(ix as u32));
    let end = text.len() - take.below(text.len() + 1).min(text.len());
    let start = take.below(end + 1).min(end);
    let (inner_end, inner_start) = (end - take.below(end - start + 1), start);
    for (matched, secret) in [(0..text.len(), 0..text.len()), (start..end, inner_start..inner_end)] {
        let evidence = Evidence { rule, text: &text, matched, secret, encoded: data.len().is_multiple_of(2) };
        if let Some(score) = judge(&evidence) {
            sound(&score);
        }
        if let Some(check) = rule.check {
            let proof = checks::prove(check, &evidence);
            assert!(proof.adjust <= 0, "a proof never adds points by what it read");
        }
    }
}
