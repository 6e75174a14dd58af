//! Logs as terminals and programs leave them, and what is found in them.

use super::*;
use crate::engine::Engine;
use crate::rules::RuleSet;
use crate::rules::example::{Rng, expand};

fn token(seed: u64) -> String {
    expand("ghp_{base62:30}{crc32-base62}", seed).unwrap()
}

/// The credentials found, each with the raw bytes it was found in, its line and its column.
fn look(engine: &Engine, chunk: usize, log: &[u8]) -> Vec<(Vec<u8>, Vec<u8>, u64, u64)> {
    let stop = AtomicBool::new(false);
    let fed = Feed::with_chunk(engine, chunk).log(&mut &*log, &stop);
    assert_eq!((fed.bytes, fed.cut), (log.len() as u64, None));
    let told = fed.found.into_iter().map(|(finding, place)| {
        let raw = log[finding.secret_span.start as usize..finding.secret_span.end as usize].to_vec();
        (finding.secret.expose().to_vec(), raw, place.start.line, place.start.column)
    });
    told.collect()
}

#[test]
fn a_credential_that_a_terminal_coloured_or_broke_is_found_where_it_stands() {
    let engine = Engine::new(RuleSet::builtin());
    let token = token(1);
    let (head, tail) = token.split_at(17);
    let wide = "x ".repeat(30);
    for (what, log, line, column) in [
        ("coloured", format!("a\nkey: \x1b[31m{token}\x1b[0m\n"), 2, 11),
        ("split by colour", format!("key: {head}\x1b[1;32m{tail}\n"), 1, 6),
        ("wrapped", format!("first\n{wide}{head}\n{tail} and more\n"), 2, 61),
        ("wrapped by carriage return too", format!("{wide}{head}\r\n{tail}\r\n"), 1, 61),
        ("coloured and wrapped", format!("{wide}{head}\x1b[0m\r\n\x1b[31m{tail}\n"), 1, 61),
        ("an escape between return and feed", format!("{wide}{head}\r\x1b[K\n{tail}\n"), 1, 61),
        ("as it is", format!("key: {token}"), 1, 6),
    ] {
        let found = look(&engine, 1 << 20, log.as_bytes());
        assert_eq!(found.len(), 1, "{what}");
        let (secret, raw, at, from) = &found[0];
        assert_eq!((secret.as_slice(), *at, *from), (token.as_bytes(), line, column), "{what}");
        let begin = log.find(head).unwrap();
        assert_eq!(raw, &log.as_bytes()[begin..log.find(tail).unwrap() + tail.len()], "{what}");
    }
}

#[test]
fn words_that_merely_meet_at_a_line_break_are_not_put_together() {
    let engine = Engine::new(RuleSet::builtin());
    let token = token(2);
    let (head, tail) = token.split_at(17);
    let wide = "x ".repeat(30);
    for log in [
        format!("{head}\n{tail}\n"),         // too narrow to have been broken
        format!("{wide}{head}\n  {tail}\n"), // indented
        format!("{wide}{head}\n+{tail}\n"),  // a diff
        format!("{wide}{head}\n\n{tail}\n"), // a blank line
        format!("{wide}{head} \n{tail}\n"),
    ] {
        assert!(look(&engine, 1 << 20, log.as_bytes()).is_empty(), "{log}");
    }
    // A token that fills its line is found, whatever the next one begins with.
    let log = format!("{wide}{token}\nabc\n");
    assert_eq!(look(&engine, 1 << 20, log.as_bytes()).len(), 1);
}

/// Whatever escapes and line breaks are put in, at any chunk size: the credentials found are those that were there,
/// each at its own raw bytes.
#[test]
fn any_escapes_any_wraps_and_any_chunks_give_the_same() {
    let engine = Engine::new(RuleSet::builtin());
    let mut rng = Rng::new(3);
    for round in 0..25 {
        let width = rng.between(48, 130);
        let mut plain = String::new();
        let mut wanted = Vec::new();
        for at in 0..rng.between(1, 12) {
            let words = rng.between(0, 40);
            plain.extend((0..words).map(|_| ["lorem ", "ipsum\n", "dolor ", ". "][rng.between(0, 3)]));
            let token = token(round * 100 + at as u64);
            plain.extend([" ", &token, " "]);
            wanted.push(token.into_bytes());
        }
        let mut log = Vec::new();
        let mut column = 0;
        for byte in plain.bytes() {
            if rng.between(0, 9) == 0 {
                log.extend_from_slice([&b"\x1b[31m"[..], b"\x1b[0m", b"\x1b[K", b"\x1b(B"][rng.between(0, 3)]);
            }
            // A terminal breaks a line at its width, wherever that is.
            if column == width && byte != b'\n' {
                log.extend_from_slice(if rng.between(0, 1) == 0 { b"\n" } else { b"\r\n" });
                column = 0;
            }
            log.push(byte);
            column = if byte == b'\n' { 0 } else { column + 1 };
        }
        let whole = look(&engine, 1 << 20, &log);
        let mut found: Vec<Vec<u8>> = whole.iter().map(|(secret, ..)| secret.clone()).collect();
        found.dedup();
        assert_eq!(found, wanted, "round {round}, width {width}:\n{}", log.escape_ascii());
        for (secret, raw, line, column) in &whole {
            let start = log.windows(raw.len()).position(|window| window == raw.as_slice()).unwrap();
            let before = &log[..start];
            let feeds = memchr::memchr_iter(b'\n', before).count() as u64;
            let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            assert_eq!((*line, *column), (feeds + 1, (start - line_start) as u64 + 1));
            let mut shown = Shown::new(View::Joined);
            shown.push(raw);
            shown.end();
            let bare: Vec<u8> = shown.text().iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
            assert_eq!(&bare, secret);
        }
        for chunk in [1, 61, 4096] {
            assert_eq!(look(&engine, chunk, &log), whole, "chunks of {chunk}");
        }
    }
}

/// What the raw bytes hold is found whatever the views make of it, in pieces of any size.
#[test]
fn the_views_take_nothing_away() {
    let engine = Engine::new(RuleSet::builtin());
    let mut rng = Rng::new(5);
    for _ in 0..10 {
        let mut log = Vec::new();
        for at in 0..rng.between(1, 20) {
            let noise = rng.between(0, 400);
            log.extend((0..noise).map(|_| b"\x1b[;m\r\nab1\xff\0 "[rng.between(0, 11)]));
            // Escapes that would take the first letter with them.
            log.extend_from_slice([&b"\x1b["[..], b" ", b"\n", b"\x1b"][rng.between(0, 3)]);
            log.extend_from_slice(token(at as u64).as_bytes());
            log.extend_from_slice([&b"\n"[..], b" ", b"\x1b[0m"][rng.between(0, 2)]);
        }
        let raw = Feed::new(&engine).bytes(&log, None);
        let shown = look(&engine, 1 << 20, &log);
        for (finding, _) in raw.found {
            let secret = finding.secret.expose();
            assert!(shown.iter().any(|(known, ..)| known.as_slice() == secret), "{}", log.escape_ascii());
        }
        assert_eq!(look(&engine, 977, &log), shown);
    }
}

#[test]
fn memory_does_not_grow_with_the_stream() {
    let mut shown = Shown::new(View::Joined);
    let line = format!("\x1b[31m{}\x1b[0m\n", "word".repeat(20));
    for _ in 0..20_000 {
        shown.push(line.as_bytes());
        let much = shown.text().len().saturating_sub(1000);
        shown.pass(much);
        let held = shown.held();
        assert!(held < 4000, "{held}");
    }
}
