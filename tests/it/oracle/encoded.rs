//! Credentials in encoded text are found as well as those in plain text.

use portcullis::engine::{Engine, Scratch};
use portcullis::model::{Confidence, Secret};
use portcullis::rules::{Kind, example};

/// Standard base64, written out here so that the judge is not the judged.
pub(crate) fn base64(bytes: &[u8]) -> Vec<u8> {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, i| bits << 8 | u32::from(group.get(i).copied().unwrap_or(0)));
        let digit = |i: u32| DIGITS[(bits >> (18 - 6 * i) & 63) as usize];
        out.extend((0..4).map(|i| if i as usize <= group.len() { digit(i) } else { b'=' }));
    }
    out
}

fn each(bytes: &[u8], write: impl Fn(u8) -> String) -> Vec<u8> {
    bytes.iter().map(|&b| write(b)).collect::<String>().into_bytes()
}

fn wrapped(digits: &[u8], width: usize, indent: &str) -> Vec<u8> {
    digits.chunks(width).flat_map(|line| [line, b"\n", indent.as_bytes()].concat()).collect()
}

pub(crate) type Encoding = (&'static str, fn(&[u8]) -> Vec<u8>);

pub(crate) const ENCODINGS: &[Encoding] = &[
    ("base64", |text| base64(text)),
    ("base64, one byte before", |text| base64(&[b"\n", text].concat())),
    ("base64, two bytes before", |text| base64(&[b"\n\n", text].concat())),
    ("base64url", |text| {
        base64(text)
            .iter()
            .map(|b| match b {
                b'+' => b'-',
                b'/' => b'_',
                b => *b,
            })
            .collect()
    }),
    ("base64 wrapped at 76 columns", |text| wrapped(&base64(text), 76, "")),
    ("base64 wrapped at 64 columns, indented", |text| wrapped(&base64(text), 64, "    ")),
    ("base64 twice", |text| base64(&base64(text))),
    ("hex", |text| each(text, |b| format!("{b:02x}"))),
    ("HEX", |text| each(text, |b| format!("{b:02X}"))),
    ("percent", |text| each(text, |b| format!("%{b:02X}"))),
    ("percent where needed", |text| {
        each(text, |b| {
            if b.is_ascii_alphanumeric() || b"-._~".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
    }),
    ("\\x", |text| each(text, |b| format!("\\x{b:02x}"))),
    ("\\u", |text| each(text, |b| format!("\\u{b:04x}"))),
    ("JSON string", |text| {
        each(text, |b| match b {
            b'"' => "\\\"".into(),
            b'\n' => "\\n".into(),
            b'\\' => "\\\\".into(),
            b'/' => "\\/".into(),
            b => char::from(b).into(),
        })
    }),
    ("UTF-16LE", |text| text.iter().flat_map(|&b| [b, 0]).collect()),
    ("UTF-16BE", |text| [vec![0xFE, 0xFF], text.iter().flat_map(|&b| [0, b]).collect()].concat()),
    ("UTF-32LE", |text| text.iter().flat_map(|&b| [b, 0, 0, 0]).collect()),
    ("UTF-32BE", |text| text.iter().flat_map(|&b| [0, 0, 0, b]).collect()),
    ("base64 of UTF-16LE", |text| base64(&text.iter().flat_map(|&b| [b, 0]).collect::<Vec<_>>())),
];

fn secrets(engine: &Engine, text: &[u8]) -> Vec<Secret> {
    let findings = engine.scan(&mut Scratch::default(), text);
    findings.into_iter().filter(|f| f.score.confidence >= Confidence::Medium).map(|f| f.secret).collect()
}

/// Prints a table of recall by encoding, and holds each to 95 % of the plain form's.
#[test]
fn encoding_hides_nothing() {
    let engine = Engine::builtin();
    let mut samples = Vec::new();
    for rule in engine.rules().as_slice().iter().filter(|rule| rule.kind == Kind::Token && rule.files.is_empty()) {
        for (seed, template) in (7..).zip(rule.examples.iter()) {
            let text = example::expand(template, seed).expect("linted").into_bytes();
            for secret in secrets(&engine, &text) {
                samples.push((rule.id.to_string(), text.clone(), secret));
            }
        }
    }
    assert!(samples.len() > 150, "only {} samples", samples.len());
    let mut failed = Vec::new();
    for (name, encode) in ENCODINGS {
        let mut missed = Vec::new();
        for (rule, text, secret) in &samples {
            let hidden = [b"first line\nkey: \"".as_slice(), &encode(text), b"\"\nlast line\n"].concat();
            if !secrets(&engine, &hidden).contains(secret) {
                missed.push(rule.as_str());
            }
        }
        let recall = 1.0 - missed.len() as f64 / samples.len() as f64;
        println!("{name:40} {recall:.3}");
        if recall < 0.95 {
            missed.dedup();
            failed.push(format!("{name}: {recall:.3}, missed {missed:?}"));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
