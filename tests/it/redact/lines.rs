//! What the filter lets through, when, and at which sizes.

use portcullis::engine::Engine;
use portcullis::guard::redact::{Filter, HELD, LINE};
use portcullis::model::Confidence;
use portcullis::rules::example::{Rng, expand};

use super::{assert_masked, filtered, traces, whole};
use crate::scan::sandbox::{Sandbox, token};

#[test]
fn what_is_no_credential_passes_byte_for_byte() {
    let engine = Engine::builtin();
    let mut rng = Rng::new(5);
    for length in [0, 1, 100, 70_000, LINE - 1, LINE, LINE + 1, 3 * LINE] {
        let mut bytes: Vec<u8> = (0..length).map(|_| b" ab\n\r\x1b[0m;\xff\0"[rng.between(0, 11)]).collect();
        assert!(whole(&engine, &bytes) == bytes, "{length}");
        bytes.retain(|byte| *byte != b'\n');
        assert!(whole(&engine, &bytes) == bytes, "{length}, one line");
    }
}

#[test]
fn a_line_goes_out_as_soon_as_it_is_whole_and_shows_what_was_found() {
    let engine = Engine::builtin();
    let (mut filter, mut out) = (Filter::new(&engine, Confidence::Medium), Vec::new());
    let secret = token(1);
    filter.feed(format!("one\ntoken = {}", &secret[..20]).as_bytes(), &mut out).unwrap();
    assert_eq!(String::from_utf8_lossy(&out), "one\n");
    filter.feed(format!("{} # mine\n", &secret[20..]).as_bytes(), &mut out).unwrap();
    let shown = format!("one\ntoken = {}***[github-pat-classic] # mine\n", &secret[..4]);
    assert_eq!(String::from_utf8_lossy(&out), shown);
}

#[test]
fn a_key_waits_for_its_end_and_its_time_stamps_do_not_help_it() {
    let engine = Engine::builtin();
    let pem = expand("{pem:rsa}", 1).unwrap();
    for stamp in ["", "2026-01-31T12:00:00.1234567Z ", "web-1  | "] {
        let text: String = pem.lines().map(|line| format!("{stamp}{line}\n")).collect();
        let (mut filter, mut out) = (Filter::new(&engine, Confidence::Medium), Vec::new());
        let last = text.trim_end().rfind('\n').unwrap() + 1;
        filter.feed(b"before\n", &mut out).unwrap();
        filter.feed(&text.as_bytes()[..last], &mut out).unwrap();
        assert_eq!(String::from_utf8_lossy(&out), "before\n");
        filter.feed(&text.as_bytes()[last..], &mut out).unwrap();
        filter.feed(b"after\n", &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        for line in pem.lines().filter(|line| !line.starts_with('-')) {
            assert!(!out.contains(&line[..line.len().min(20)]), "{out}");
        }
        assert!(out.ends_with("\nafter\n") && out.contains("***["), "{out}");
    }
}

#[test]
fn talk_of_keys_is_not_held_for_long() {
    let engine = Engine::builtin();
    let (mut filter, mut out) = (Filter::new(&engine, Confidence::Medium), Vec::new());
    let text = "a file that says -----BEGIN RSA PRIVATE KEY----- is refused\n".to_owned() + &"and so on\n".repeat(20);
    filter.feed(text.as_bytes(), &mut out).unwrap();
    assert!(out == text.as_bytes());
}

#[test]
fn a_key_without_end_is_masked_to_its_last_byte_in_bounded_memory() {
    let engine = Engine::builtin();
    let mut rng = Rng::new(9);
    let mut text = b"-----BEGIN RSA PRIVATE KEY-----\n".to_vec();
    while text.len() < 5 * HELD {
        text.extend((0..64).map(|_| b"ABCDEFGHIJKLMNOPabcdefghijklmnop0123456789+/"[rng.between(0, 43)]));
        text.push(b'\n');
    }
    let (mut filter, mut out) = (Filter::new(&engine, Confidence::Medium), Vec::new());
    filter.feed(&text, &mut out).unwrap();
    assert!(!out.is_empty(), "it does not wait for ever");
    filter.finish(&mut out).unwrap();
    assert!(out.len() < 200, "{}", String::from_utf8_lossy(&out));
}

#[test]
fn lines_of_any_length_are_masked_at_every_place() {
    let engine = Engine::builtin();
    let secret = token(8);
    for at in [LINE - 70_000, LINE - 65_560, LINE - 65_536, LINE - 20, LINE, 2 * LINE - 65_536, 2 * LINE - 10] {
        let mut text = b"x, ".repeat(at / 3 + 1);
        text.truncate(at - 1);
        text.extend_from_slice(format!("'{secret}'").as_bytes());
        text.extend_from_slice(&b", y".repeat(LINE));
        let out = whole(&engine, &text);
        assert_masked(&[], &out, &traces(&engine, &text), &format!("at {at}"));
        let shown = text.len() - secret.len() + "ghp_***[github-pat-classic]".len();
        assert_eq!(out.len(), shown, "at {at}: nothing else is lost");
        assert!(filtered(&engine, &text, || 4099) == out, "at {at}");
    }
}

#[test]
fn wrapped_and_encoded_credentials_are_masked() {
    let engine = Engine::builtin();
    let inner =
        format!("{}\"token\": \"{}\"{}", "filler text of no worth. ".repeat(9), token(4), " more filler ".repeat(9));
    let encoded = expand(&format!("{{b64:{inner}}}"), 1).unwrap();
    let wrapped: String =
        encoded.as_bytes().chunks(76).map(|line| format!("{}\n", String::from_utf8_lossy(line))).collect();
    let text = format!("secret dump:\n{wrapped}end\n");
    let traces = traces(&engine, text.as_bytes());
    assert!(!traces.is_empty());
    assert_masked(text.as_bytes(), &whole(&engine, text.as_bytes()), &traces, "wrapped");
}

#[test]
fn the_program_filters_its_standard_input() {
    let sandbox = Sandbox::new();
    let secret = token(2);
    let ran = sandbox.feed(&["redact"], format!("a\nkey: {secret}\nb").as_bytes()).exits(0);
    assert_eq!(ran.stdout(), format!("a\nkey: {}***[github-pat-classic]\nb", &secret[..4]));
    assert_eq!(ran.stderr(), "");
    sandbox.run(&["redact", "--rules", "nowhere"]).exits(2);
    sandbox.run(&["redact", "--exec"]).exits(2);
}
