//! Every format of a history, over made-up ones with hostile names: what it looks like, and what it never tells.

use portcullis::model::Confidence;
use portcullis::report::Options;
use portcullis::report::history::FORMATS;
use portcullis::report::sanitize::is_hostile;
use serde_json::Value;

use crate::html::fixture;
use crate::report::schema::{errors, load, sarif};

fn render(name: &str, count: usize, options: &Options) -> String {
    let format = FORMATS.iter().find(|format| format.name == name).expect(name);
    let mut out = Vec::new();
    (format.write)(&fixture::history(count), options, &mut out).unwrap();
    String::from_utf8(out).expect("UTF-8")
}

#[test]
fn no_format_tells_a_credential_or_a_hostile_character_unless_asked() {
    let secrets = fixture::history(60).lives;
    let secrets: Vec<&str> =
        secrets.iter().map(|life| std::str::from_utf8(life.finding.secret.expose()).unwrap()).collect();
    for format in FORMATS {
        for show_secrets in [false, true] {
            let text = render(format.name, 60, &Options { show_secrets, why: true, ..Options::default() });
            let told = secrets.iter().filter(|secret| text.contains(&secret[4..])).count();
            // Those that were allowed are not told in full by the human format.
            assert!(if show_secrets { told > 50 } else { told == 0 }, "{}: {told}", format.name);
            let ends = |c: char| c == '\n' || (format.name == "csv" && c == '\r');
            assert_eq!(text.chars().find(|&c| !ends(c) && is_hostile(c)), None, "{}", format.name);
        }
    }
}

#[test]
fn machine_formats_keep_to_their_schemas() {
    for count in [0, 10, 200] {
        let options = Options::default();
        let (ours, published) = (load("history.v1.schema.json"), sarif());
        let document: Value = serde_json::from_str(&render("json", count, &options)).unwrap();
        assert_eq!(errors(&ours, &ours, &document), Vec::<String>::new());
        let log: Value = serde_json::from_str(&render("sarif", count, &options)).unwrap();
        assert_eq!(errors(&published, &published, &log), Vec::<String>::new());
        let lines = render("jsonl", count, &options);
        let lines: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &lines {
            assert_eq!(errors(&ours, &ours["$defs"]["line"], line), Vec::<String>::new());
        }
        // One truth in every layout.
        let (last, lives) = lines.split_last().unwrap();
        assert_eq!(
            (document["credentials"].as_array().unwrap().as_slice(), &document["summary"]),
            (lives, &last["summary"])
        );
        assert_eq!((lives.len(), log["runs"][0]["results"].as_array().unwrap().len()), (count, count));
        let csv = render("csv", count, &options);
        assert_eq!(csv.matches("\r\n").count(), count + 1, "a line for each, none broken by a name");
    }
}

/// Worst first: what is still there, then what is certain, then the rest; what to do comes after.
#[test]
fn people_read_the_worst_first_and_then_what_to_do() {
    let text = render("human", 60, &Options::default());
    let order = [
        "Still there: ",
        "Certain, and no longer at any tip: ",
        "\nNo longer at any tip: ",
        "What to do, in this order",
        "1. Revoke",
        "2. Take out of the files",
        "--rewrite-plan",
        "--verify-clean",
        "with force",
        "clone anew",
        "credentials in this history: ",
        "Scanned ",
    ];
    let places: Vec<usize> = order.iter().map(|words| text.find(words).expect(words)).collect();
    assert!(places.is_sorted(), "{places:?}\n{text}");
    let history = fixture::history(60);
    let live = history.blocking().filter(|life| life.is_live()).count();
    assert!(text.starts_with(&format!("Still there: {live} credentials\n")), "{text}");
    assert_eq!(text.matches("\n    id ").count(), history.blocking().count());
    let certain = history.blocking().filter(|l| l.finding.score.confidence == Confidence::Certain).count();
    assert!(text.contains(&format!("{certain} certain, ")), "{text}");
    let long: Vec<&str> = text.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.iter().all(|line| line.trim().split(' ').any(|word| word.len() > 60)), "{long:#?}");
}
