//! Saved reports read back: they say what they said, in every format, and one that was tampered with is refused.

use std::io::BufReader;

use portcullis::model::history::History;
use portcullis::model::{Report, Verdict};
use portcullis::report::compare::{self, Comparison};
use portcullis::report::history::FORMATS as LIFE_FORMATS;
use portcullis::report::saved::{self, Known, ReadError, Saved};
use portcullis::report::{FORMATS, Options};
use serde_json::Value;

use super::schema::{errors, load};
use super::{fixture, render, reports};
use crate::html::fixture as lives;
use crate::support::draw::Draw;

const WORDS: &[&str] = &[
    "scan",
    "history",
    "pre-commit",
    "commit-msg",
    "base64",
    "hex",
    "percent",
    "utf-16le",
    "portcullis:allow",
    "gitleaks:allow",
];

fn read(text: &str) -> Result<Saved, ReadError> {
    let acme = fixture::acme();
    let revoke =
        |id: &str| if id == acme.id { (acme.revoke.clone(), acme.revoke_url.clone()) } else { Default::default() };
    saved::read(&mut BufReader::with_capacity(7, text.as_bytes()), &Known { words: WORDS, revoke: &revoke })
}

fn scan(text: &str) -> Report {
    match read(text) {
        Ok(Saved::Scan(report)) => report,
        other => panic!("{other:?}"),
    }
}

fn told(name: &str, history: &History, options: &Options) -> String {
    let mut out = Vec::new();
    (portcullis::report::history::format(name).unwrap().write)(history, options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_scan_read_back_is_told_in_every_format_as_it_would_have_been() {
    for show_secrets in [false, true] {
        let options = Options { show_secrets, ..Options::default() };
        for report in reports() {
            let back = scan(&render("jsonl", &report, &options));
            for format in FORMATS {
                let [before, after] = [&report, &back].map(|report| render(format.name, report, &options));
                assert_eq!(before, after, "{}", format.name);
            }
        }
    }
}

#[test]
fn a_history_read_back_is_told_in_every_format_as_it_would_have_been() {
    let mut history = lives::history(60);
    // How to revoke is looked up by the rule's id, and these are looked up nowhere.
    for life in &mut history.lives {
        (life.rule.revoke, life.rule.revoke_url) = Default::default();
    }
    for show_secrets in [false, true] {
        let options = Options { show_secrets, why: true, ..Options::default() };
        let Ok(Saved::History(back)) = read(&told("jsonl", &history, &options)) else { panic!("a history") };
        for format in LIFE_FORMATS {
            assert_eq!(told(format.name, &history, &options), told(format.name, &back, &options), "{}", format.name);
        }
    }
}

#[test]
fn a_report_that_lacks_a_line_or_has_one_too_many_is_refused() {
    let text = render("jsonl", &fixture::mixed(), &Options::default());
    let lines: Vec<&str> = text.lines().collect();
    for at in 0..lines.len() {
        let blocks = lines[at].contains("\"verdict\":\"block\"");
        let last = at + 1 == lines.len();
        let without: Vec<&str> = [&lines[..at], &lines[at + 1..]].concat();
        assert_eq!(read(&without.join("\n")).is_err(), blocks || last, "without line {at}");
        let twice: Vec<&str> = [&lines[..=at], &lines[at..]].concat();
        assert_eq!(read(&twice.join("\n")).is_err(), blocks || last, "line {at} twice");
        assert!(read(&lines[..at].join("\n")).is_err(), "cut before line {at}");
    }
    assert!(matches!(read(""), Err(ReadError::Empty)));
    assert!(matches!(read("\n \r\n"), Err(ReadError::Empty)));
    let history = told("jsonl", &lives::history(3), &Options::default());
    assert!(matches!(read(&format!("{text}{history}")), Err(ReadError::Unlike(_))));
    assert!(matches!(read(&text.replace("\"schema_version\":1", "\"schema_version\":2")), Err(ReadError::Line { .. })));
}

/// Bytes changed anywhere are an error or are read; never a panic, and never words of the file in the error.
#[test]
fn damaged_reports_are_read_or_refused_without_being_quoted() {
    let options = Options { show_secrets: true, ..Options::default() };
    let good = [render("jsonl", &fixture::mixed(), &options), told("jsonl", &lives::history(4), &options)];
    let mut draw = Draw(11);
    let (mut refused, mut taken) = (0, 0);
    for round in 0..3000 {
        let mut bytes = good[round % 2].clone().into_bytes();
        for _ in 0..=draw.below(2) {
            let at = draw.below(bytes.len());
            match draw.below(4) {
                0 => bytes[at] = u8::try_from(draw.below(256)).unwrap(),
                1 => drop(bytes.remove(at)),
                2 => bytes.truncate(at + 1),
                _ => bytes.insert(at, b"{}[],:\"0\n"[draw.below(9)]),
            }
        }
        match saved::read(&mut &bytes[..], &Known { words: WORDS, revoke: &|_| Default::default() }) {
            Ok(_) => taken += 1,
            Err(error) => {
                refused += 1;
                let words = error.to_string();
                assert!(words.len() < 140 && !words.contains("AKIA") && !words.contains("ghp_"), "{words}");
            }
        }
    }
    assert!(refused > 500 && taken > 100, "{refused} {taken}");
}

#[test]
fn several_reports_are_told_as_one_and_each_credential_once() {
    let options = Options::default();
    let one = render("jsonl", &fixture::staged(3), &options);
    let two = render("jsonl", &fixture::staged(5), &options);
    let both = scan(&format!("{one}{two}"));
    assert_eq!(both.items, scan(&two).items, "three of the five stand in both");
    assert_eq!(both.coverage.objects, 8);
    // What is allowed in one and counts in the other counts.
    let mut allowed = fixture::staged(3);
    for item in &mut allowed.items {
        item.verdict =
            fixture::mixed().items.iter().find(|item| item.verdict != Verdict::Block).unwrap().verdict.clone();
    }
    allowed.items.iter_mut().for_each(|item| {
        if item.verdict == Verdict::BelowThreshold {
            item.verdict =
                Verdict::Allowed(portcullis::model::AllowReason::Baseline { line: 1, reason: String::new() });
        }
    });
    let allowed = render("jsonl", &allowed, &options);
    for text in [format!("{allowed}{one}"), format!("{one}{allowed}")] {
        assert_eq!(scan(&text).blocking().count(), 3);
    }
    // A run that was not complete makes the whole incomplete.
    let cut = render("jsonl", &fixture::incomplete("pre-commit", Vec::new()), &options);
    assert!(!scan(&format!("{one}{cut}")).coverage.is_complete());
    let history = told("jsonl", &lives::history(40), &options);
    let Ok(Saved::History(twice)) = read(&format!("{history}{history}")) else { panic!("a history") };
    let Ok(Saved::History(once)) = read(&history) else { panic!("a history") };
    assert_eq!(twice.lives.len(), once.lives.len());
    assert!(twice.lives.iter().all(|life| once.lives.iter().any(|one| one.fingerprint == life.fingerprint
        && (one.introduced.total, one.live.total, one.commits)
            == (life.introduced.total, life.live.total, life.commits))));
}

fn compared(before: &Saved, now: &Saved) -> Value {
    let mut out = Vec::new();
    let comparison = Comparison::new(before, now);
    (compare::format("json").unwrap().write)(&comparison, &Options::default(), &mut out).unwrap();
    let document: Value = serde_json::from_slice(&out).unwrap();
    let schema = load("comparison.v1.schema.json");
    assert_eq!(errors(&schema, &schema, &document), Vec::<String>::new());
    for format in compare::FORMATS {
        let mut out = Vec::new();
        (format.write)(&comparison, &Options { why: true, ..Options::default() }, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        for key in ["new", "still", "fixed", "allowed"] {
            for one in document[key].as_array().unwrap() {
                assert!(text.contains(one["fingerprint"].as_str().unwrap()), "{}: {key}", format.name);
            }
        }
    }
    document
}

#[test]
fn what_is_new_gone_and_still_there() {
    let report = |from: usize, to: usize| {
        let mut report = fixture::staged(9);
        report.items = report.items[from..to].to_vec();
        report
    };
    let many =
        |document: &Value| ["new", "still", "fixed", "allowed"].map(|key| document[key].as_array().unwrap().len());
    let (a, b) = (Saved::Scan(report(0, 4)), Saved::Scan(report(1, 9)));
    assert_eq!(many(&compared(&a, &b)), [5, 3, 1, 0]);
    assert_eq!(many(&compared(&b, &a)), [1, 3, 5, 0]);
    assert_eq!(many(&compared(&a, &a)), [0, 4, 0, 0]);
    // Moved: the same credentials at other places.
    let mut moved = report(0, 4);
    for item in &mut moved.items {
        item.place.start.line += 40;
        item.origin = portcullis::model::Origin::File(b"elsewhere".to_vec());
    }
    assert_eq!(many(&compared(&a, &Saved::Scan(moved))), [0, 4, 0, 0]);
    let mut allowed = report(0, 4);
    allowed.items[2].verdict =
        Verdict::Allowed(portcullis::model::AllowReason::Baseline { line: 1, reason: "known".into() });
    let allowed = Saved::Scan(allowed);
    assert_eq!(many(&compared(&a, &allowed)), [0, 3, 0, 1]);
    assert_eq!(many(&compared(&allowed, &a)), [1, 3, 0, 0], "it was accepted, and is no more");
    // What an incomplete run did not see is not called fixed.
    let cut = Saved::Scan(fixture::incomplete("pre-commit", Vec::new()));
    assert_eq!(compared(&a, &cut)["complete"], false);
    let mut out = Vec::new();
    (compare::format("human").unwrap().write)(&Comparison::new(&a, &cut), &Options::default(), &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("No longer seen") && !text.contains("Fixed"), "{text}");
    let history = |count| Saved::History(lives::history(count));
    assert_eq!(many(&compared(&history(30), &history(30)))[0], 0);
}
