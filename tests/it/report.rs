//! Every output format, over fixed reports: what it looks like, that it is valid, that it tells no credential.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

mod fixture;
mod formats;
mod saved;
pub(crate) mod schema;

use std::fs;
use std::path::Path;

use portcullis::model::{Item, Origin, Report, Verdict};
use portcullis::report::sanitize::is_hostile;
use portcullis::report::{FORMATS, Options, format, gate};
use serde_json::Value;

fn render(name: &str, report: &Report, options: &Options) -> String {
    let mut out = Vec::new();
    if name == "gate" {
        gate::write(report, options, gate::Around::default(), &mut out).unwrap();
    } else {
        (format(name).unwrap().write)(report, options, &mut out).unwrap();
    }
    String::from_utf8(out).expect("every format writes UTF-8")
}

fn names() -> impl Iterator<Item = &'static str> {
    FORMATS.iter().map(|format| format.name).chain(["gate"])
}

fn reports() -> Vec<Report> {
    vec![
        fixture::mixed(),
        fixture::clean(),
        fixture::staged(1),
        fixture::staged(13),
        fixture::message(),
        fixture::incomplete("pre-commit", Vec::new()),
        fixture::incomplete("pre-commit", fixture::staged(2).items),
    ]
}

/// Compares with `tests/snapshots/<file>`; with `UPDATE_SNAPSHOTS=1`, rewrites it.
fn snapshot(file: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(file);
    let version = format!("ersion\": \"{}\"", env!("CARGO_PKG_VERSION"));
    let text = text.replace(&version, "ersion\": \"<version>\"");
    let text = text.replace(&version.replace(' ', ""), "ersion\":\"<version>\"");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let want = fs::read_to_string(&path).unwrap_or_default();
    assert!(text == want, "{file} differs (UPDATE_SNAPSHOTS=1 rewrites it):\n{text}");
}

#[test]
fn snapshots_of_the_machine_formats() {
    let options = Options::default();
    for name in ["json", "jsonl", "sarif"] {
        snapshot(&format!("mixed.{name}"), &render(name, &fixture::mixed(), &options));
        snapshot(&format!("clean.{name}"), &render(name, &fixture::clean(), &options));
        let incomplete = fixture::incomplete("scan", fixture::staged(1).items);
        snapshot(&format!("incomplete.{name}"), &render(name, &incomplete, &options));
    }
}

#[test]
fn snapshots_of_human() {
    let plain = Options::default();
    snapshot("mixed.human.txt", &render("human", &fixture::mixed(), &plain));
    snapshot("mixed.human-why.txt", &render("human", &fixture::mixed(), &Options { why: true, width: 72, ..plain }));
    snapshot(
        "mixed.human-color.txt",
        &render("human", &fixture::mixed(), &Options { color: true, ..plain }).replace('\x1b', "ESC"),
    );
    snapshot("clean.human.txt", &render("human", &fixture::clean(), &plain));
    let incomplete = fixture::incomplete("scan", fixture::staged(1).items);
    snapshot("incomplete.human.txt", &render("human", &incomplete, &plain));
    snapshot("unread.human.txt", &render("human", &fixture::incomplete("scan", Vec::new()), &plain));
}

#[test]
fn snapshots_of_the_gate() {
    let plain = Options::default();
    snapshot("one.gate.txt", &render("gate", &fixture::staged(1), &plain));
    snapshot("many.gate.txt", &render("gate", &fixture::staged(13), &plain));
    snapshot("mixed.gate.txt", &render("gate", &fixture::mixed(), &plain));
    snapshot("message.gate.txt", &render("gate", &fixture::message(), &plain));
    snapshot("unread.gate.txt", &render("gate", &fixture::incomplete("pre-commit", Vec::new()), &plain));
    let both = fixture::incomplete("pre-commit", fixture::staged(2).items);
    snapshot("incomplete.gate.txt", &render("gate", &both, &plain));
}

#[test]
fn every_snapshot_belongs_to_a_test() {
    let source = include_str!("report.rs");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots")).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let (case, kind) = file.split_once('.').unwrap();
        let named = source.contains(&format!("\"{file}\"")) || source.contains(&format!("\"{case}.{{name}}\""));
        assert!(named, "tests/snapshots/{file} is nobody's ({kind})");
    }
}

#[test]
fn the_gate_says_nothing_when_nothing_blocks() {
    assert_eq!(render("gate", &fixture::clean(), &Options::default()), "");
    let mut allowed = fixture::mixed();
    allowed.items.retain(|item| item.verdict != Verdict::Block);
    assert!(!allowed.items.is_empty());
    assert_eq!(render("gate", &allowed, &Options::default()), "");
}

#[test]
fn the_gate_keeps_to_72_columns() {
    for report in reports() {
        for line in render("gate", &report, &Options { width: 200, why: true, ..Options::default() }).lines() {
            // A command that names a hostile path is exact before it is short.
            let exact = line.starts_with("      git reset -q -- $'");
            assert!(exact || line.chars().count() <= gate::WIDTH, "{line}");
        }
    }
}

#[test]
fn the_gate_tells_ten_findings_and_counts_the_rest() {
    let text = render("gate", &fixture::staged(13), &Options::default());
    assert_eq!(text.matches(", id ").count(), gate::MOST);
    assert!(text.contains("13 credentials found") && text.contains("and 3 more;"), "{text}");
    // Many are told shortly: what a terminal of fifty lines shows at once, or nearly so.
    assert!(text.lines().count() <= 60, "{text}");
    let six = render("gate", &fixture::staged(6), &Options::default());
    let five = render("gate", &fixture::staged(5), &Options::default());
    assert!(six.lines().count() < five.lines().count() && five.contains("why   "), "{six}");
    assert_eq!(text.matches(&fixture::acme().revoke_url).count(), 1);
}

/// Everything a credential could be recognised by: each line of it, whole and without its first four
/// bytes (which may be shown), plain and as the formats would escape it.
fn traces(item: &Item) -> Vec<String> {
    let secret = String::from_utf8_lossy(item.finding.secret.expose()).into_owned();
    let lines = secret.lines().map(|line| line.chars().skip(4).collect::<String>());
    lines.filter(|line| !line.contains("PRIVATE")).map(|line| line.trim_end_matches("\x1b[2J").to_owned()).collect()
}

#[test]
fn no_format_tells_a_credential() {
    for report in reports() {
        for name in names() {
            for options in [Options::default(), Options { why: true, color: true, ..Options::default() }] {
                let text = render(name, &report, &options);
                for trace in report.items.iter().flat_map(traces) {
                    assert!(trace.len() >= 8 && !text.contains(&trace), "{name} tells {trace}:\n{text}");
                }
            }
        }
    }
}

/// The test above could not fail if the traces were never written: with `show_secrets` they are.
#[test]
fn credentials_are_told_when_asked_for() {
    let options = Options { show_secrets: true, ..Options::default() };
    for name in names() {
        let text = render(name, &fixture::staged(3), &options);
        for trace in fixture::staged(3).items.iter().flat_map(traces) {
            assert!(text.contains(&trace), "{name}");
        }
    }
    let mixed = render("jsonl", &fixture::mixed(), &options);
    let lines: Vec<Value> = mixed.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let bytes = lines.iter().find(|line| line["origin"] == "file" && line.get("secret_b64").is_some()).unwrap();
    assert!(bytes.get("secret").is_none() && bytes["secret_b64"].as_str().unwrap().starts_with("//4g"));
    assert!(lines.iter().any(|line| line["secret"] == fixture::key_block()));
}

#[test]
fn no_hostile_character_reaches_the_output() {
    for report in reports() {
        for name in names() {
            for show_secrets in [false, true] {
                let text = render(name, &report, &Options { show_secrets, why: true, ..Options::default() });
                let bad = text.chars().find(|&c| c != '\n' && !(name == "csv" && c == '\r') && is_hostile(c));
                assert_eq!(bad, None, "{name}:\n{text:?}");
            }
        }
    }
}

#[test]
fn color_is_used_only_when_asked_for() {
    for name in names() {
        assert!(!render(name, &fixture::mixed(), &Options::default()).contains('\x1b'), "{name}");
    }
    let color = Options { color: true, width: 40, ..Options::default() };
    let plain = Options { color: false, ..color };
    assert!(render("human", &fixture::mixed(), &color).contains("\x1b["));
    let bare = render("human", &fixture::mixed(), &color).replace("\x1b[1m", "").replace("\x1b[1;31m", "");
    assert_eq!(bare.replace("\x1b[33m", "").replace("\x1b[0m", ""), render("human", &fixture::mixed(), &plain));
}

#[test]
fn json_and_jsonl_keep_to_their_schemas() {
    let (report_schema, finding_schema) =
        (schema::load("report.v1.schema.json"), schema::load("finding.v1.schema.json"));
    for report in reports() {
        for show_secrets in [false, true] {
            let options = Options { show_secrets, ..Options::default() };
            let document: Value = serde_json::from_str(&render("json", &report, &options)).unwrap();
            assert_eq!(schema::errors(&report_schema, &report_schema, &document), Vec::<String>::new());
            let lines = render("jsonl", &report, &options);
            let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            for (at, line) in lines.iter().enumerate() {
                assert_eq!(schema::errors(&finding_schema, &finding_schema, line), Vec::<String>::new(), "{line}");
                assert_eq!(line["type"], if at + 1 == lines.len() { "summary" } else { "finding" });
            }
            // One truth in two layouts.
            let (last, findings) = lines.split_last().unwrap();
            assert_eq!(document["findings"].as_array().unwrap(), findings);
            assert_eq!((&document["summary"], &document["coverage"]), (&last["summary"], &last["coverage"]));
        }
    }
}

#[test]
fn the_schema_check_can_fail() {
    let root = schema::load("finding.v1.schema.json");
    let line = render("jsonl", &fixture::staged(1), &Options::default());
    let good: Value = serde_json::from_str(line.lines().next().unwrap()).unwrap();
    let finding = root.pointer("/$defs/finding").unwrap();
    assert!(schema::errors(&root, finding, &good).is_empty());
    for (key, value) in
        [("score", Value::from(101)), ("via", Value::from("x")), ("extra", Value::Null), ("fingerprint", "0".into())]
    {
        let mut bad = good.clone();
        bad[key] = value;
        assert!(!schema::errors(&root, finding, &bad).is_empty(), "{key}");
    }
    let sarif = schema::sarif();
    let log: Value = serde_json::from_str(&render("sarif", &fixture::staged(1), &Options::default())).unwrap();
    for (pointer, value) in [
        ("/runs/0/results/0/level", Value::from("worse")),
        ("/runs/0/results/0/rank", Value::from(101)),
        ("/runs/0/results/0/message", serde_json::json!({})),
        ("/runs/0/results/0/locations/0/physicalLocation/region/startLine", Value::from(0)),
        ("/runs/0/tool/driver/rules/0/helpUri", Value::from(1)),
    ] {
        let mut bad = log.clone();
        *bad.pointer_mut(pointer).expect(pointer) = value;
        assert!(!schema::errors(&sarif, &sarif, &bad).is_empty(), "{pointer}");
    }
    let mut bad = good;
    bad.as_object_mut().unwrap().remove("rule");
    assert!(!schema::errors(&root, finding, &bad).is_empty());
}

#[test]
fn machine_formats_list_what_counts_and_what_was_allowed_and_count_the_rest() {
    let document: Value = serde_json::from_str(&render("json", &fixture::mixed(), &Options::default())).unwrap();
    let verdicts: Vec<_> = document["findings"].as_array().unwrap().iter().map(|finding| &finding["verdict"]).collect();
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "block").count(), 6);
    assert_eq!(verdicts.iter().filter(|verdict| **verdict == "allowed").count(), 2);
    assert_eq!(verdicts.len(), 8);
    assert_eq!(document["summary"]["below_threshold"], 1);
    assert_eq!(document["coverage"]["complete"], true);
}

#[test]
fn sarif_says_what_2_1_0_asks_for() {
    for report in reports() {
        let log: Value = serde_json::from_str(&render("sarif", &report, &Options::default())).unwrap();
        let published = schema::sarif();
        assert_eq!(schema::errors(&published, &published, &log), Vec::<String>::new());
        assert_eq!(log["version"], "2.1.0");
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(run["columnKind"], "unicodeCodePoints");
        assert_eq!(run["invocations"][0]["executionSuccessful"], report.coverage.is_complete());
        let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
        assert_eq!(notes.len(), report.coverage.skips.len());
        let listed: Vec<&Item> = report.items.iter().filter(|item| item.verdict != Verdict::BelowThreshold).collect();
        let results = run["results"].as_array().unwrap();
        assert_eq!(results.len(), listed.len());
        for (result, item) in results.iter().zip(listed) {
            let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert_eq!(rule["id"], item.rule.id.as_str());
            assert!(["none", "note", "warning", "error"].contains(&result["level"].as_str().unwrap()));
            assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()));
            assert!((0.0..=100.0).contains(&result["rank"].as_f64().unwrap()));
            assert_eq!(result["partialFingerprints"]["portcullis/v1"], item.fingerprint.to_string());
            let allowed = matches!(item.verdict, Verdict::Allowed(_));
            assert_eq!(result["suppressions"].as_array().unwrap().len(), usize::from(allowed));
            let place = &result["locations"][0]["physicalLocation"];
            let region = &place["region"];
            assert_eq!(region["startLine"], item.place.start.line);
            assert_eq!(region["byteOffset"], item.finding.secret_span.start);
            assert_eq!(region["startColumn"].is_u64(), region["endColumn"].is_u64());
            if let Some(path) = item.origin.path() {
                let uri = place["artifactLocation"]["uri"].as_str().unwrap();
                assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
                assert_eq!(unescape(uri), path);
            }
        }
    }
}

fn unescape(uri: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = uri.as_bytes();
    while let Some((&byte, tail)) = rest.split_first() {
        if byte == b'%' {
            bytes.push(u8::from_str_radix(std::str::from_utf8(&tail[..2]).unwrap(), 16).unwrap());
            rest = &tail[2..];
        } else {
            bytes.push(byte);
            rest = tail;
        }
    }
    bytes
}

#[test]
fn sarif_tells_columns_in_code_points() {
    let item = |head: &str| {
        let origin = Origin::File(b"a".to_vec());
        fixture::item(fixture::acme(), origin, 1, fixture::token(8, 20).as_bytes(), (head, ""))
    };
    let report = Report { command: "scan", items: vec![item("\u{fc}\u{1f600} = ")], ..fixture::clean() };
    let log: Value = serde_json::from_str(&render("sarif", &report, &Options::default())).unwrap();
    let region = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startColumn"], &region["endColumn"]), (&6.into(), &26.into()));
}

/// What skips were met, in which order, is a matter of threads; what is written is not.
#[test]
fn skips_are_written_in_one_order() {
    let report = fixture::incomplete("scan", fixture::staged(1).items);
    let mut turned = report.clone();
    turned.coverage.skips.reverse();
    for name in names() {
        assert_eq!(render(name, &report, &Options::default()), render(name, &turned, &Options::default()), "{name}");
    }
}
