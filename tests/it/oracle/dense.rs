//! Text that hits anchors in an encoded form at every few bytes: it is decoded a few times over at most, and what is
//! found in it is found in every way of cutting it.

use portcullis::engine::{Engine, Scratch};
use portcullis::model::Finding;
use portcullis::rules::example;

use super::encoded::ENCODINGS;
use super::in_chunks;

/// So many bytes of nothing but these.
fn filled(piece: &[u8], len: usize) -> Vec<u8> {
    piece.iter().copied().cycle().take(len).collect()
}

/// The beginnings of what has the farthest reach, and of what many rules share, put together so that they are no
/// token's.
fn pieces() -> Vec<Vec<u8>> {
    let dashes = "-".repeat(5);
    vec![
        format!("{dashes}BEGIN RSA PRIVATE{}{dashes}\nabc\n", " KEY").into_bytes(),
        ["{\"type\": \"service", "_account\", "].concat().into_bytes(),
        [["gh", "p_"].concat(), ["AK", "IA"].concat(), "eyJ".into(), "password=".into(), ["sk_", "live_"].concat()]
            .concat()
            .into_bytes(),
        b"password = \"hunter2hunter2\"\n".to_vec(),
    ]
}

/// Regression: around each anchor all was decoded that the rules could look at, so that text made for it was scanned at
/// less than a megabyte a second. What counts is counted here, which no other program on the machine has a part in.
#[test]
fn text_of_nothing_but_encoded_anchors_is_decoded_a_few_times_over() {
    /// Bytes decoded for each byte of the text. Stretches overlap by what a hit needs, which is more than their own
    /// length where a key block may begin.
    const MOST: u64 = 24;
    let engine = Engine::builtin();
    let mut failed = Vec::new();
    for piece in pieces() {
        for (name, encode) in ENCODINGS {
            let text = encode(&filled(&piece, 64 * 1024));
            let mut scratch = Scratch::default();
            let mut findings = Vec::new();
            engine.scan_range(&mut scratch, &text, 0..text.len(), 0, &mut findings);
            let times = scratch.decoded() / text.len() as u64;
            if times > MOST {
                failed.push(format!("{name} of {:?}: {times} times", String::from_utf8_lossy(&piece[..12])));
            }
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

/// What is seen of credentials in the midst of such text does not depend on what was decoded before.
#[test]
fn cutting_dense_encoded_text_changes_nothing() {
    let engine = Engine::builtin();
    let rules = engine.rules().as_slice();
    let mut found = 0;
    for (at, (name, encode)) in ENCODINGS.iter().enumerate() {
        let mut plain = Vec::new();
        for (number, rule) in rules.iter().enumerate().filter(|(number, _)| number % ENCODINGS.len() == at) {
            plain.extend(&pieces()[number % 4]);
            for template in rule.examples.iter().take(2) {
                plain.extend(example::expand(template, 11).expect("linted").into_bytes());
                plain.push(b'\n');
            }
        }
        let text = encode(&plain);
        let sorted = |mut findings: Vec<Finding>| {
            findings.sort_by_key(|f| (f.secret_span, f.span, f.rule, f.via.clone(), f.score.points));
            findings.dedup();
            findings
        };
        let whole = sorted(in_chunks(&engine, &text, text.len()));
        found += whole.len();
        for core in [61, 977] {
            assert!(sorted(in_chunks(&engine, &text, core)) == whole, "{name}, in cores of {core}");
        }
    }
    assert!(found > 100, "only {found} findings");
}
