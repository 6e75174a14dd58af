//! Pushes that are much at once: what is looked at first, where a look ends, and how a limit is told.

use std::fmt::Write as _;

use super::pair::{Pair, token};
use crate::support::repo::Ran;

/// What was said, as if lines had no end.
fn flat(ran: &Ran) -> String {
    ran.stderr.split_whitespace().filter(|word| *word != "remote:").collect::<Vec<_>>().join(" ")
}

/// How many credentials a push was rejected for.
fn count(ran: &Ran) -> u64 {
    let said = flat(ran);
    let words = said.split("push rejected: ").nth(1).unwrap_or_else(|| panic!("{said}"));
    words.split(' ').next().unwrap().replace(',', "").parse().unwrap_or_else(|_| panic!("{said}"))
}

#[test]
fn enough_is_enough_inside_one_file_too() {
    let mut text = String::new();
    for seed in 0..24_000 {
        writeln!(text, "line {seed} has {} and some words more", token(seed)).unwrap();
    }
    for (name, grows) in [("alone", false), ("as a base", true)] {
        let pair = Pair::new();
        pair.client.stage("many", &text);
        if grows {
            // Another file is a delta of it, so that what was found out about it would be of use.
            pair.client.stage("more", format!("{text}one line more\n"));
        }
        pair.client.commit("many");
        pair.client.ok("repack -adfq");
        let ran = pair.push("main");
        assert!(!ran.ok);
        assert!(flat(&ran).contains("or more credentials found"), "{name}: {}", ran.stderr);
        let some = count(&ran);
        assert!((20..20_000).contains(&some), "{name}: {some} of 24,000: the look went on to the end");
        pair.policy("enough = 0");
        assert_eq!(count(&pair.push("main")), 24_000, "{name}: asked for all");
    }
}

#[test]
fn text_is_looked_at_before_what_is_no_text() {
    let pair = Pair::new();
    pair.policy("enough = 1\nthreads = 1");
    let text = token(9_000);
    for seed in 0..12_u8 {
        let padding = "words and more of them ".repeat(1 + 400 * usize::from(seed));
        let content = [b"\0", padding.as_bytes(), token(9_001 + u64::from(seed)).as_bytes(), b"\n"].concat();
        pair.client.stage(&format!("{}{seed}.bin", char::from(b'a' + seed * 2)), content);
    }
    pair.client.stage("m.txt", format!("some words\n{text}\n"));
    pair.client.commit("both");
    let ran = pair.push("main");
    assert!(!ran.ok && ran.stderr.contains("m.txt:2"), "{}", ran.stderr);
    assert!(!ran.stderr.contains(".bin"), "{}", ran.stderr);
    // What is no text is looked at all the same.
    pair.client.ok("rm -q m.txt");
    pair.client.ok("commit -q --amend --no-verify -m alone");
    let ran = pair.push("main");
    assert!(!ran.ok && ran.stderr.contains(".bin"), "{}", ran.stderr);
}

#[test]
fn a_limit_is_told_as_one() {
    let pair = Pair::new();
    for name in ["a", "b", "c"] {
        pair.client.stage(name, name);
    }
    pair.client.commit("three files");
    pair.policy("[limits]\nobjects = 4");
    let ran = pair.push("main");
    let said = flat(&ran);
    assert!(!ran.ok && said.contains("it holds 5 new objects, of which 4 are allowed"), "{said}");
    assert!(said.contains("smaller parts") && !said.contains("fsck"), "{said}");
    pair.policy("[limits]\nrefs = 1");
    let ran = pair.push("main main:refs/heads/other");
    let said = flat(&ran);
    assert!(!ran.ok && said.contains("it names too many refs") && said.contains("push fewer refs"), "{said}");
    pair.policy("");
    assert!(pair.push("main").ok);
}
