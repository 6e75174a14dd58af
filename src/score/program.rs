//! Names and values that are a program's: variables, selectors, items of a list.

use super::alphabet::Alphabet;
use super::facts::{Facts, Form};
use super::name::Strength;
use crate::model::Reason;

/// What a match is instead of a credential, if anything.
pub(super) fn see(facts: &Facts<'_>) -> Option<Reason> {
    if is_entry(facts) {
        return Some(Reason::new(-60, "the value is a variable"));
    }
    if is_selected(facts) {
        return Some(Reason::new(-60, "the name is part of a selector"));
    }
    if is_formatted(facts) {
        return Some(Reason::new(-60, "the name is a variable that is filled in here"));
    }
    if facts.value.starts_with(b"\x1b") {
        return Some(Reason::new(-60, "it begins with the escape of a terminal"));
    }
    if is_described(facts) {
        return Some(Reason::new(-60, "the value is the digest of what the name describes"));
    }
    if is_item(facts) {
        return Some(Reason::new(-40, "name and value stand in one list of texts"));
    }
    is_measure(facts).then_some(Reason::new(-30, "the value holds numbers and marks alone"))
}

/// `{'name': name, 'password': newpw}`: text would be quoted as its name is.
fn is_entry(facts: &Facts<'_>) -> bool {
    let quoted = facts.joint.starts_with(b"\"") || facts.joint.starts_with(b"'");
    let name = facts.value.first().is_some_and(u8::is_ascii_alphabetic)
        && facts.value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let ends = matches!(facts.after.trim_ascii_start().first(), Some(b'}' | b',' | b')'));
    facts.form != Form::Quoted && quoted && facts.joint.contains(&b':') && name && ends && facts.surprise() < 8.0
}

/// CSS's `input[type="password"]:focus`.
fn is_selected(facts: &Facts<'_>) -> bool {
    facts.form != Form::Quoted
        && facts.joint.ends_with(b"]:")
        && facts.value.first().is_some_and(|b| b.is_ascii_lowercase() || *b == b':')
        && (facts.before.ends_with(b"=") || facts.before.ends_with(b"=\"") || facts.before.ends_with(b"='"))
}

/// Rust's `{token:?}`, Python's `{token.created:%Y-%m-%d}`.
fn is_formatted(facts: &Facts<'_>) -> bool {
    let closed = facts.value.iter().take(4).any(|b| *b == b'}') || facts.value.starts_with(b"%");
    facts.before.ends_with(b"{") && facts.joint == b":" && closed
}

/// `"AWS::IAM::AccessKey": "bf29289b78d371e3"`
fn is_described(facts: &Facts<'_>) -> bool {
    facts.before.ends_with(b"::") && facts.joint.starts_with(b"\"") && facts.value.iter().all(u8::is_ascii_hexdigit)
}

/// `["crypt", "mcf", "password", "pbkdf"]`; `["--password", "x"]` is a command.
fn is_item(facts: &Facts<'_>) -> bool {
    // Inside another text the quotes are escaped.
    let escapes = facts.joint.iter().take_while(|b| **b == b'\\').count();
    let (escape, joint) = facts.joint.split_at(escapes);
    let Some((&quote @ (b'"' | b'\''), rest)) = joint.split_first() else { return false };
    let closed = |head: &[u8]| head.strip_suffix(&[quote]).map(|head| head.ends_with(escape));
    let before = facts.before.strip_suffix(&[quote]).and_then(|head| head.strip_suffix(escape));
    let before = before.and_then(|head| head.trim_ascii_end().strip_suffix(b","));
    let listed = before.and_then(|head| closed(head.trim_ascii_end())).unwrap_or(false);
    listed && rest.starts_with(b",") && !facts.name.starts_with(b"-") && facts.surprise() < 8.0
}

/// `key="1-0:0.0.9*255"`
fn is_measure(facts: &Facts<'_>) -> bool {
    facts.strength() == Strength::Bare
        && facts.form == Form::Quoted
        && facts.value.len() <= 16
        && facts.alphabet() != Alphabet::Digits
        && facts.value.iter().all(|b| b.is_ascii_digit() || b.is_ascii_punctuation())
}
