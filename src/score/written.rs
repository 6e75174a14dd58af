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
        Form::Quoted if facts.joint.contains(&b',') && !is_pair(facts.joint) && !is_lookup(facts) => {
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

/// `"name": "DB_PASSWORD", "value": "x"`: a comma joins the two, and yet one is the other's value.
fn is_pair(joint: &[u8]) -> bool {
    joint.windows(5).any(|word| word.eq_ignore_ascii_case(b"value"))
}

/// `Tigers#77`: words as people make passwords of them, where a password stands.
pub(super) fn made(facts: &Facts<'_>) -> Option<Reason> {
    let has = |is: fn(&u8) -> bool| facts.value.iter().any(is);
    let mixes = has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && has(|b| matches!(b, b'!' | b'#' | b'$' | b'%' | b'^' | b'*' | b'?' | b'@' | b'+' | b'~'))
        && !facts.value.contains(&b' ');
    (generic(facts.kind) && facts.strength() == Strength::Strong && mixes && facts.surprise() < 6.0)
        .then_some(Reason::new(10, "letters, digits and a mark, as people make passwords"))
}
