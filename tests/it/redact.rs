//! `portcullis redact`: no credential passes, however the stream is cut.

#[cfg(unix)]
mod exec;
mod lines;

use std::collections::{BTreeSet, HashSet};

use portcullis::engine::{Engine, Scratch};
use portcullis::guard::redact::Filter;
use portcullis::model::Confidence;
use portcullis::rules::RuleSet;
use portcullis::rules::example::{Rng, expand};

/// Bytes in a row of a credential that must not be seen.
const TRACE: usize = 12;

/// What the filter makes of the bytes, given so many at a time.
fn filtered(engine: &Engine, bytes: &[u8], mut next: impl FnMut() -> usize) -> Vec<u8> {
    let (mut filter, mut out, mut at) = (Filter::new(engine, Confidence::Medium), Vec::new(), 0);
    while at < bytes.len() {
        let end = (at + next().max(1)).min(bytes.len());
        filter.feed(&bytes[at..end], &mut out).unwrap();
        at = end;
    }
    filter.finish(&mut out).unwrap();
    out
}

fn whole(engine: &Engine, bytes: &[u8]) -> Vec<u8> {
    filtered(engine, bytes, || usize::MAX / 2)
}

/// The bytes in a row that would give a credential of the text away, where the engine sees the text as a whole.
fn traces(engine: &Engine, text: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for finding in engine.scan(&mut Scratch::default(), text) {
        if finding.score.confidence < Confidence::Medium {
            continue;
        }
        let (start, end) = (finding.secret_span.start as usize, finding.secret_span.end as usize);
        let block = finding.secret.expose().contains(&b'\n') || finding.secret.len() > 400;
        let raw = &text[start..end];
        if block {
            // What every such block says is none of it: marks, names, time stamps; a key is long runs of digits.
            let runs = raw.split(|byte| !(byte.is_ascii_alphanumeric() || b"+/=".contains(byte)));
            found.extend(runs.filter(|run| run.len() >= 48).flat_map(|run| run.windows(TRACE)).map(<[u8]>::to_vec));
        } else {
            found.extend(raw.get(4..).unwrap_or_default().windows(TRACE).map(<[u8]>::to_vec));
        }
    }
    found
}

fn assert_masked(text: &[u8], out: &[u8], traces: &[Vec<u8>], what: &str) {
    if let Some(trace) = passing(out, traces) {
        panic!(
            "{what}: {} passes\n{}\n-- as\n{}",
            trace.escape_ascii(),
            String::from_utf8_lossy(text),
            String::from_utf8_lossy(out)
        );
    }
}

/// The first of the traces that stands in what came out.
fn passing<'t>(out: &[u8], traces: &'t [Vec<u8>]) -> Option<&'t [u8]> {
    // What is shown instead names the rule, which may be named like the credential's own prefix.
    let label = regex::bytes::Regex::new(r"\*\*\*\[[a-z0-9-]+\]").unwrap();
    let bare = label.replace_all(out, &b"*"[..]);
    let seen: HashSet<&[u8]> = bare.windows(TRACE).collect();
    traces.iter().map(Vec::as_slice).find(|trace| seen.contains(trace))
}

#[test]
fn what_a_scan_of_the_whole_finds_does_not_pass() {
    let engine = Engine::builtin();
    let rules = RuleSet::builtin();
    let (mut tried, mut passed) = (0, BTreeSet::new());
    for rule in rules.as_slice().iter().filter(|rule| rule.files.is_empty()) {
        for (seed, template) in (1..).zip(rule.examples.iter()) {
            let example = expand(template, seed).unwrap();
            for (head, tail) in
                [("starting\n", "\ndone\n"), ("", ""), ("[12:00:01] \x1b[32mok\x1b[0m ", "\r\nnext\r\n")]
            {
                let text = format!("{head}{example}{tail}").into_bytes();
                let traces = traces(&engine, &text);
                tried += usize::from(!traces.is_empty());
                if passing(&whole(&engine, &text), &traces).is_some() {
                    passed.insert(rule.id.to_string());
                }
            }
        }
    }
    assert!(tried > 1500, "{tried}");
    assert!(passed.is_empty(), "{passed:?}");
}

#[test]
fn every_cut_gives_the_same_and_nothing_passes() {
    let engine = Engine::builtin();
    for seed in 0..12 {
        let text = log(seed);
        let traces = traces(&engine, &text);
        assert!(!traces.is_empty());
        let out = whole(&engine, &text);
        assert_masked(&text, &out, &traces, "whole");
        assert!(filtered(&engine, &text, || 1) == out, "seed {seed}, byte by byte");
        for round in 0..20 {
            let mut rng = Rng::new(seed * 100 + round);
            let most = [2, 7, 60, 3000][round as usize % 4];
            assert!(filtered(&engine, &text, || rng.between(1, most)) == out, "seed {seed}, round {round}");
        }
    }
}

#[test]
fn one_cut_at_every_byte() {
    let engine = Engine::builtin();
    let text = format!(
        "before\nexport TOKEN={} # \x1b[1mx\x1b[0m\n{}\nafter",
        crate::scan::sandbox::token(3),
        expand("{pem:ec}", 3).unwrap()
    );
    let (text, out) = (text.as_bytes(), whole(&engine, text.as_bytes()));
    assert_masked(text, &out, &traces(&engine, text), "whole");
    for cut in 0..text.len() {
        let (mut filter, mut cut_out) = (Filter::new(&engine, Confidence::Medium), Vec::new());
        filter.feed(&text[..cut], &mut cut_out).unwrap();
        // What has come out before the rest is known gives nothing away either.
        assert!(out.starts_with(&cut_out), "cut at {cut}");
        filter.feed(&text[cut..], &mut cut_out).unwrap();
        filter.finish(&mut cut_out).unwrap();
        assert!(cut_out == out, "cut at {cut}");
    }
}

/// A log with talk, colours, credentials, key blocks with and without time stamps, and bytes that are no text.
fn log(seed: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut text = Vec::new();
    for line in 0..rng.between(20, 60) {
        let drawn = seed * 1000 + line as u64;
        match rng.between(0, 11) {
            0 => text.extend_from_slice(format!("remote: token {}\n", crate::scan::sandbox::token(drawn)).as_bytes()),
            1 => text.extend_from_slice(format!("{}\n", expand("{pem:rsa}", drawn).unwrap()).as_bytes()),
            2 => text.extend_from_slice(format!("{}\n", expand("{putty:3}", drawn).unwrap()).as_bytes()),
            3 => text.extend_from_slice(
                format!("\x1b[31mpassword={}\x1b[0m\n", expand("{base62:24}", drawn).unwrap()).as_bytes(),
            ),
            4 => text.extend((0..rng.between(0, 200)).map(|_| rng.between(0, 255) as u8)),
            5 => {
                for part in expand("{pem:ec}", drawn).unwrap().lines() {
                    text.extend_from_slice(format!("2026-01-31T12:00:00Z {part}\n").as_bytes());
                }
            }
            _ => text.extend_from_slice(format!("step {line}: compiled {} things\r\n", rng.between(0, 99)).as_bytes()),
        }
    }
    text.extend_from_slice(format!("last {}", crate::scan::sandbox::token(seed)).as_bytes());
    text
}
