//! The structure of `gitlab`, `junit`, `csv` and `markdown`, read back by readers written for this test.

use portcullis::report::Options;
use serde_json::Value;

use super::{fixture, render, reports};

/// The rows of an RFC 4180 document.
fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => cell.extend(chars.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted && chars.next_if_eq(&'\n').is_some() => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    assert!(!quoted && row.is_empty() && cell.is_empty(), "it ends with a line's end");
    rows
}

#[test]
fn csv_is_a_table_of_what_counts_what_was_allowed_and_what_was_not_scanned() {
    for report in reports() {
        let rows = rows(&render("csv", &report, &Options::default()));
        assert!(rows.iter().all(|row| row.len() == rows[0].len()), "{rows:?}");
        assert!(rows.iter().flatten().all(|cell| !cell.starts_with(['=', '+', '-', '@'])));
        let verdicts = |word: &str| rows.iter().filter(|row| row[0] == word).count();
        assert_eq!(verdicts("block"), report.blocking().count());
        assert_eq!(verdicts("not-scanned"), report.coverage.skips.len());
    }
    let mixed = rows(&render("csv", &fixture::mixed(), &Options::default()));
    assert_eq!(mixed.iter().filter(|row| row[0] == "allowed").count(), 2);
    let path = mixed[0].iter().position(|name| name == "path").unwrap();
    assert!(mixed.iter().any(|row| row[path] == r#""deploy \"prod\".env""#), "{mixed:?}");
}

/// The tags of an XML document with their attributes; fails where they are not well formed.
fn tags(text: &str) -> Vec<(String, Vec<(String, String)>)> {
    let (mut open, mut found) = (Vec::new(), Vec::new());
    let body = text.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").expect("a declaration");
    for part in body.split('<').skip(1) {
        let (tag, after) = part.split_once('>').expect("a tag ends");
        assert!(!after.contains('>') && after.split('&').skip(1).all(|entity| entity.contains(';')));
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
            continue;
        }
        let (name, attributes) = tag.trim_end_matches('/').split_once(' ').unwrap_or((tag, ""));
        let parts: Vec<&str> = attributes.split('"').collect();
        let pairs = parts.chunks(2).filter(|pair| pair.len() == 2);
        let pairs = pairs.map(|pair| (pair[0].trim().trim_end_matches('=').to_owned(), pair[1].to_owned()));
        found.push((name.to_owned(), pairs.collect()));
        if !tag.ends_with('/') {
            open.push(name.to_owned());
        }
    }
    assert!(open.is_empty(), "{open:?}");
    found
}

#[test]
fn junit_fails_for_every_credential_and_errs_for_everything_not_scanned() {
    for report in reports() {
        let text = render("junit", &report, &Options::default());
        let tags = tags(&text);
        let many = |wanted: &str| tags.iter().filter(|(name, _)| name == wanted).count();
        assert_eq!(many("failure"), report.blocking().count());
        assert_eq!(many("error"), report.coverage.skips.len());
        assert_eq!(many("testcase"), (many("failure") + many("error")).max(1));
        for (name, attributes) in &tags {
            let of = |key: &str| attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
            match name.as_str() {
                "testsuites" | "testsuite" => {
                    assert_eq!(of("tests"), Some(many("testcase").to_string().as_str()));
                    assert_eq!(of("failures"), Some(many("failure").to_string().as_str()));
                    assert_eq!(of("errors"), Some(many("error").to_string().as_str()));
                }
                "testcase" => assert!(of("classname").is_some() && of("name").is_some()),
                _ => assert!(of("message").is_some(), "{name}"),
            }
        }
    }
}

#[test]
fn gitlab_has_what_its_schema_asks_for() {
    for report in reports() {
        let options = Options { times: (1_767_225_600, 1_767_225_661), ..Options::default() };
        let document: Value = serde_json::from_str(&render("gitlab", &report, &options)).unwrap();
        assert_eq!(document["version"], "15.0.7");
        let scan = &document["scan"];
        assert_eq!(
            (&scan["start_time"], &scan["end_time"]),
            (&"2026-01-01T00:00:00".into(), &"2026-01-01T00:01:01".into())
        );
        assert_eq!(scan["type"], "secret_detection");
        assert_eq!(scan["status"], if report.coverage.is_complete() { "success" } else { "failure" });
        assert_eq!(scan["messages"].as_array().unwrap().len(), report.coverage.skips.len());
        for tool in ["analyzer", "scanner"] {
            let tool = &scan[tool];
            assert!(
                ["id", "name", "version"].iter().all(|key| tool[key].as_str().is_some_and(|text| !text.is_empty()))
            );
            assert!(tool["vendor"]["name"].is_string());
        }
        let found = document["vulnerabilities"].as_array().unwrap();
        assert_eq!(found.len(), report.blocking().count());
        let mut ids: Vec<&str> = found.iter().map(|one| one["id"].as_str().unwrap()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), found.len(), "every place has an id of its own");
        for (one, item) in found.iter().zip(report.blocking()) {
            assert!(["Low", "Medium", "High", "Critical"].contains(&one["severity"].as_str().unwrap()));
            assert_eq!(one["identifiers"][0]["value"], item.rule.id.as_str());
            assert!(["type", "name"].iter().all(|key| one["identifiers"][0][key].is_string()));
            assert_eq!(one["location"]["start_line"], item.place.start.line);
            assert!(one["location"]["commit"]["sha"].is_string() && one["location"]["file"].is_string());
            assert!(one.get("raw_source_code_extract").is_none());
        }
    }
}

#[test]
fn markdown_tables_are_whole_and_say_how_it_ended() {
    for report in reports() {
        let text = render("markdown", &report, &Options::default());
        for table in text.split("\n\n").filter(|part| part.starts_with('|')) {
            let columns = |line: &str| line.replace("\\|", "").matches('|').count();
            let first = columns(table.lines().next().unwrap());
            assert!(table.lines().all(|line| columns(line) == first && line.ends_with('|')), "{table}");
        }
        let rows = text.lines().filter(|line| line.starts_with("| `")).count();
        assert_eq!(rows, report.blocking().count() + report.coverage.skips.len(), "{text}");
        let found = report.blocking().next().is_some();
        assert_eq!(text.contains("no credentials found"), !found && report.coverage.is_complete());
    }
}
