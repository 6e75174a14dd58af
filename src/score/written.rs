//! How a value is written: quoted or plain, alone or one of several, and of what.

use super::facts::{Facts, Form, joint_is_call, joint_is_list};
use super::name::Strength;
use super::placeholder;
use super::signals::generic;
use crate::model::Reason;

/// The way it stands beside its name.
pub(super) fn form(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    match facts.form {
        // Passwords are written out so; lists of tokens are as often a parser's.
        Form::Quoted if joint_is_list(facts.joint) || joint_is_call(facts.joint) => {
            let told = if joint_is_call(facts.joint) {
                "it is a quoted argument of a call that takes a password"
            } else {
                "it is one of a list of quoted constants"
            };
            (facts.strength() == Strength::Strong).then(|| Reason::new(10, told))
        }
        Form::Quoted
            if facts.joint.contains(&b',') && !is_pair(facts.joint) && !is_lookup(facts) && !is_stored(facts) =>
        {
            // `put("oauth_nonce", "x")`: a table of names that may mean anything.
            let points = if facts.strength() == Strength::Bare { -10 } else { 5 };
            Some(Reason::new(points, "it is a quoted constant beside a telling name"))
        }
        Form::Quoted => Some(Reason::new(15, "it is a quoted constant")),
        Form::Env => Some(Reason::new(15, "it is a plain NAME=value")),
        Form::Loose => Some(Reason::new(5, "it is a plain value")),
        Form::Spaced => Some(Reason::new(10, "it is an argument")),
    }
}

/// `os.getenv("DB_PASSWORD", "x")`, `config('SECRET_KEY', default='x')`: what stands behind the comma is used where
/// nothing is set.
fn is_lookup(facts: &Facts<'_>) -> bool {
    const LOOKUPS: &[&[u8]] =
        &[b"env", b"get", b"fetch", b"config", b"getordefault", b"property", b"setting", b"option"];
    let call = facts.before.trim_ascii_end();
    let call = call.strip_suffix(b"\"").or_else(|| call.strip_suffix(b"'")).and_then(|call| call.strip_suffix(b"("));
    let lower = call.map(<[u8]>::to_ascii_lowercase).unwrap_or_default();
    LOOKUPS.iter().any(|name| lower.ends_with(name)) || placeholder::contains(facts.joint, b"default")
}

/// `define('DB_PASSWORD', 'x')`, `props.put("password", "x")`, `strcmp(password, "x")`: calls that keep a value under a name,
/// or compare the two.
fn is_stored(facts: &Facts<'_>) -> bool {
    const STORES: &[&[u8]] = &[b"put", b"set", b"append", b"add"];
    const TEXTS: &[&[u8]] = &[b"strcmp(", b"strncmp(", b"strcasecmp(", b"strcpy(", b"strncpy(", b"strlcpy("];
    let call = facts.before.trim_ascii_end().to_ascii_lowercase();
    let quoted = call.strip_suffix(b"\"").or_else(|| call.strip_suffix(b"'")).and_then(|call| call.strip_suffix(b"("));
    let ends = |names: &[&[u8]], text: &[u8]| names.iter().any(|name| text.ends_with(name));
    let strong = facts.strength() == Strength::Strong;
    quoted.is_some_and(|call| call.ends_with(b"define") || strong && ends(STORES, call)) || strong && ends(TEXTS, &call)
}

/// `"name": "DB_PASSWORD", "value": "x"`: a comma joins the two, and yet one is the other's value.
fn is_pair(joint: &[u8]) -> bool {
    joint.windows(5).any(|word| word.eq_ignore_ascii_case(b"value"))
}

/// `db_password: copper4821`, `<password>winter2024</password>`: a word and a number, and nothing behind it.
fn is_word_and_number(facts: &Facts<'_>) -> bool {
    let letters = facts.value.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let digits = facts.value.get(letters..).unwrap_or_default();
    let rest = facts.after.trim_ascii();
    facts.form == Form::Loose
        && letters >= 4
        && digits.len() >= 2
        && digits.iter().all(u8::is_ascii_digit)
        && (rest.is_empty() || rest.starts_with(b"</"))
}

/// `Tigers#77`: words as people make passwords of them, where a password stands.
pub(super) fn made(facts: &Facts<'_>) -> Option<Reason> {
    let has = |is: fn(&u8) -> bool| facts.value.iter().any(is);
    let mixes = has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && has(|b| matches!(b, b'!' | b'#' | b'$' | b'%' | b'^' | b'*' | b'?' | b'@' | b'+' | b'~'))
        && !facts.value.contains(&b' ');
    if !generic(facts.kind) || facts.strength() != Strength::Strong || facts.surprise() >= 6.0 {
        return None;
    }
    if mixes {
        return Some(Reason::new(10, "letters, digits and a mark, as people make passwords"));
    }
    is_word_and_number(facts).then_some(Reason::new(5, "a word and a number, as people make passwords"))
}
