//! `report`, with reports that the real program saved.

use crate::scan::sandbox::{Sandbox, token};

#[test]
fn a_saved_scan_becomes_any_format_and_keeps_its_exit_status() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    sandbox.run(&["scan", "leak", "-f", "jsonl", "-o", "saved.jsonl"]).exits(1);
    for format in ["human", "json", "jsonl", "csv", "markdown", "junit"] {
        let direct = sandbox.run(&["scan", "leak", "-f", format]).exits(1);
        let told = sandbox.run(&["report", "saved.jsonl", "-f", format]).exits(1);
        assert_eq!(direct.stdout(), told.stdout(), "{format}");
        assert!(!told.stdout().contains(&token(1)[8..]));
    }
    for format in ["sarif", "gitlab"] {
        assert!(sandbox.run(&["report", "saved.jsonl", "-f", format]).exits(1).stdout().contains("GitHub personal"));
    }
    // The same twice is the same once.
    let told = sandbox.run(&["report", "saved.jsonl", "saved.jsonl", "-f", "csv"]).exits(1);
    assert_eq!(told.stdout().lines().count(), 2);
    sandbox.write("clean", "nothing\n");
    sandbox.run(&["scan", "clean", "-f", "jsonl", "-o", "clean.jsonl"]).exits(0);
    sandbox.run(&["report", "clean.jsonl"]).exits(0);
    sandbox.run(&["report", "clean.jsonl", "saved.jsonl"]).exits(1);
    sandbox.run(&["scan", "clean", "nowhere", "-f", "jsonl", "-o", "cut.jsonl"]).exits(2);
    sandbox.run(&["report", "cut.jsonl", "saved.jsonl"]).exits(2);
}

#[test]
fn two_saved_scans_are_compared() {
    let sandbox = Sandbox::new();
    sandbox.leak("a", 1);
    sandbox.run(&["scan", "a", "-f", "jsonl", "-o", "old.jsonl"]).exits(1);
    sandbox.leak("b", 2);
    sandbox.run(&["scan", "a", "b", "-f", "jsonl", "-o", "new.jsonl"]).exits(1);
    let told = sandbox.run(&["report", "--against", "old.jsonl", "new.jsonl"]).exits(1);
    assert!(
        told.stdout().starts_with("New\n  b:") && told.stdout().contains("1 new, 1 still there, 0 fixed"),
        "{}",
        told.stdout()
    );
    let told = sandbox.run(&["report", "--against", "new.jsonl", "old.jsonl"]).exits(0);
    assert!(told.stdout().starts_with("Fixed\n  b:"), "{}", told.stdout());
    sandbox.run(&["report", "--against", "new.jsonl", "new.jsonl", "-f", "markdown"]).exits(0);
    let ran = sandbox.run(&["report", "--against", "new.jsonl", "old.jsonl", "-f", "sarif"]).exits(2);
    assert!(ran.stderr().contains("hint: one of these can: human, json, markdown"), "{}", ran.stderr());
    sandbox.run(&["scan", "a", "nowhere", "-f", "jsonl", "-o", "cut.jsonl"]).exits(2);
    sandbox.run(&["report", "--against", "old.jsonl", "cut.jsonl"]).exits(2);
}

#[test]
fn what_cannot_be_read_is_told_and_never_passes() {
    let sandbox = Sandbox::new();
    sandbox.leak("leak", 1);
    sandbox.run(&["scan", "leak", "-f", "json", "-o", "saved.json"]).exits(1);
    sandbox.write("empty", "");
    for (file, words) in [
        ("nowhere", "No such file"),
        ("saved.json", "save the report with `--format jsonl` to read it again"),
        ("empty", "it is empty"),
    ] {
        let ran = sandbox.run(&["report", file]).exits(2);
        assert!(ran.stderr().contains(words) && ran.stdout().is_empty(), "{}", ran.stderr());
    }
    sandbox.run(&["scan", "leak", "-f", "jsonl", "-o", "saved.jsonl"]).exits(1);
    let ran = sandbox.run(&["report", "--show-secrets", "saved.jsonl"]).exits(2);
    assert!(ran.stderr().contains("does not hold the credentials themselves"), "{}", ran.stderr());
    // Saved with them, they are redacted all the same, unless they are asked for here too.
    sandbox.run(&["scan", "leak", "--show-secrets", "-f", "jsonl", "-o", "plain.jsonl"]).exits(1);
    for format in ["human", "jsonl", "sarif", "csv"] {
        let told = sandbox.run(&["report", "plain.jsonl", "-f", format]).exits(1);
        assert!(!told.stdout().contains(&token(1)[8..]), "{format}");
    }
    assert!(sandbox.run(&["report", "--show-secrets", "plain.jsonl"]).exits(1).stdout().contains(&token(1)));
}
