//! Values that are about a credential without being one: its name again, a variable's name, text for people.

use super::facts::Facts;
use super::name::{self, Strength};
use super::placeholder;
use super::signals::{NEVER, generic};
use crate::model::Reason;

/// Values that are about the credential: its name again, the variable that holds it, a text for people.
pub(super) fn see(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    // By characters: one beyond ASCII is two bytes and more.
    let ascii = facts.value.iter().filter(|b| b.is_ascii()).count();
    let foreign = facts.value.iter().filter(|b| matches!(b, 0xc0..)).count();
    if foreign * 10 >= (ascii + foreign) * 6 && foreign > 0 {
        return Some(Reason::new(-60, "the value is text in a script of its own"));
    }
    if echoes(facts.value, facts.name) {
        return Some(Reason::new(NEVER, "the value repeats the name"));
    }
    is_constant_name(facts.value, facts.cover().share(), facts.strength())
        .then_some(Reason::new(-60, "the value is the name of a variable"))
}

/// Whether value and name are one word for word: `api_secret = "api-secret"`, `"token": "access_token"`.
fn echoes(value: &[u8], name: &[u8]) -> bool {
    let bare = |text: &[u8]| {
        text.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect::<Vec<u8>>()
    };
    if is_accented(value, name) {
        return true;
    }
    let (value, name) = (bare(value), bare(name));
    value.len() >= 3
        && (value == name
            || placeholder::contains(&name, &value)
            || value.len() <= name.len() + 8 && name.len() >= 5 && placeholder::contains(&value, &name))
}

/// `'pass': 'pâss'`: the name's last word with letters beyond ASCII in it, as tests of encodings have.
fn is_accented(value: &[u8], name: &[u8]) -> bool {
    let Some(text) = std::str::from_utf8(value).ok().filter(|text| !text.is_ascii()) else { return false };
    let words = name::split(name);
    let same = |(a, b): (char, char)| !a.is_ascii() || a.eq_ignore_ascii_case(&b);
    words.last().is_some_and(|word| word.len() == text.chars().count() && text.chars().zip(word.chars()).all(same))
}

/// `GITHUB_TOKEN`, `SMTP_PASSWORD`: the name of a variable where a value would stand.
fn is_constant_name(value: &[u8], cover: f32, strength: Strength) -> bool {
    let upper = value.contains(&b'_')
        && value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-'));
    let telling = || {
        name::split(value).iter().any(|word| {
            matches!(
                word.as_str(),
                "password" | "secret" | "token" | "key" | "pass" | "pwd" | "passwd" | "credentials" | "api"
            )
        })
    };
    let short = strength < Strength::Strong && value.len() < 32 && !value.iter().any(u8::is_ascii_digit);
    upper && (cover >= 0.4 || short || telling())
}
