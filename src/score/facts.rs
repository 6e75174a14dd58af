//! What the signals read: the value, its name, how they are joined, and measures of the value.

use std::cell::OnceCell;

use super::alphabet::Alphabet;
use super::entropy::{self, Entropy};
use super::name::{self, Strength};
use super::words::{self, Cover};
use super::{Evidence, letters};
use crate::rules::Kind;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Between quotes.
    Quoted,
    /// Bare, directly after `=`: `NAME=value`; `+=` is a program's.
    Env,
    /// Bare, after `: `, `= ` or `>` up to the line's end or a space.
    Loose,
    /// Bare, after a space: `--password value`, `IDENTIFIED BY value`.
    Spaced,
}

/// One match. What costs something to measure is measured when a signal first asks: most matches are
/// dismissed before.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// What sort of evidence the rule's match is.
    pub(crate) kind: Kind,
    /// Whose credential the rule finds.
    pub(crate) provider: &'a str,
    /// The rule's own bound on the entropy share, percent.
    pub(crate) min_entropy: u8,
    /// The credential's bytes.
    pub(crate) value: &'a [u8],
    /// The identifier it is assigned to.
    pub(crate) name: &'a [u8],
    /// What stands between name and value.
    pub(crate) joint: &'a [u8],
    /// The line's rest before the name.
    pub(crate) before: &'a [u8],
    /// The line's rest after the value.
    pub(crate) after: &'a [u8],
    /// How the value is written.
    pub(crate) form: Form,
    strength: OnceCell<Strength>,
    alphabet: OnceCell<Alphabet>,
    entropy: OnceCell<Entropy>,
    cover: OnceCell<Cover>,
    surprise: OnceCell<f32>,
}

impl<'a> Facts<'a> {
    /// Measures a match. Ranges that do not fit the text count as empty.
    #[must_use]
    pub(crate) fn of(evidence: &Evidence<'a>) -> Self {
        let text = evidence.text;
        let value = text.get(evidence.secret.clone()).unwrap_or_default();
        let (name_at, name_end) = name_range(evidence);
        let name = text.get(name_at..name_end).unwrap_or_default();
        let line_start = |at: usize| {
            let head = text.get(..at).unwrap_or_default();
            head.get(memchr::memrchr(b'\n', head).map_or(0, |nl| nl + 1)..).unwrap_or_default()
        };
        let joint = text.get(name_end..evidence.secret.start).unwrap_or_default();
        let tail = text.get(evidence.secret.end..).unwrap_or_default();
        let after = tail.get(..memchr::memchr(b'\n', tail).unwrap_or(tail.len())).unwrap_or_default();
        Self {
            kind: evidence.rule.kind,
            provider: &evidence.rule.provider,
            min_entropy: evidence.rule.min_entropy,
            value,
            name,
            joint,
            before: line_start(name_at),
            after,
            form: form(joint, value),
            strength: OnceCell::new(),
            alphabet: OnceCell::new(),
            entropy: OnceCell::new(),
            cover: OnceCell::new(),
            surprise: OnceCell::new(),
        }
    }

    /// What the name says.
    pub(crate) fn strength(&self) -> Strength {
        *self.strength.get_or_init(|| strength(self.name, word_before(self.before), self.joint))
    }

    /// The smallest alphabet that holds the value.
    pub(crate) fn alphabet(&self) -> Alphabet {
        *self.alphabet.get_or_init(|| Alphabet::of(self.value))
    }

    /// The value's entropy.
    pub(crate) fn entropy(&self) -> Entropy {
        *self.entropy.get_or_init(|| entropy::measure(self.value, self.alphabet()))
    }

    /// How much of the value is known words.
    pub(crate) fn cover(&self) -> Cover {
        *self.cover.get_or_init(|| words::cover(self.value))
    }

    /// Bits by which the value looks drawn at random rather than written; negative for words.
    pub(crate) fn surprise(&self) -> f32 {
        *self.surprise.get_or_init(|| surprise(self.value, self.cover()))
    }
}

/// Where the assigned name lies: the identifier through the match's start, or, where the value comes
/// first (`"x" == password`), the last identifier of the match.
fn name_range(evidence: &Evidence<'_>) -> (usize, usize) {
    const LONGEST_NAME: usize = 96;
    let text = evidence.text;
    // Letters beyond ASCII are part of a name: `contraseña`, `пароль`.
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'$' | 0x80..);
    let head = text.get(evidence.matched.start..evidence.secret.start).unwrap_or_default();
    // `"x" == password`, `"value": "x", "name": "DB_PASSWORD"`
    let first = head.len() <= 1 || head.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"\"value\""));
    // A match may begin with what parts it from the text before: ` --password x`.
    let parted = head.iter().position(is_name).filter(|&at| at > 0 && !first);
    if let Some(at) = parted {
        let start = evidence.matched.start + at;
        return (start, start + head.iter().skip(at).take_while(|b| is_name(b)).count());
    }
    let anchor = if first { evidence.matched.end } else { evidence.matched.start };
    let head = text.get(..anchor).unwrap_or_default();
    let left = head.iter().rev().take(LONGEST_NAME).take_while(|b| is_name(b)).count();
    let start = anchor.saturating_sub(left);
    if first {
        return (start.max(evidence.secret.end.min(anchor)), anchor);
    }
    let stop = evidence.secret.start.min(text.len());
    let right = text.get(anchor..stop).unwrap_or_default().iter().take_while(|b| is_name(b)).count();
    (start, anchor + right)
}

/// The word directly before a name, one space between.
fn word_before(before: &[u8]) -> &[u8] {
    let Some(head) = before.strip_suffix(b" ") else { return &[] };
    let len = head.iter().rev().take(24).take_while(|b| b.is_ascii_alphanumeric()).count();
    head.get(head.len() - len..).unwrap_or_default()
}

fn strength(name: &[u8], word_before: &[u8], joint: &[u8]) -> Strength {
    let own = name::strength(name);
    // SQL: `WITH LOGIN PASSWORD 'x'`, where the match begins a word earlier.
    if own == Strength::Silent && joint.to_ascii_lowercase().starts_with(b" password") {
        return Strength::Strong;
    }
    if own < Strength::Strong
        && own != Strength::Negated
        && joint_is_call(joint)
        && let Some(strength) = name::argument(name)
    {
        return strength;
    }
    if joint.starts_with(b"(") && name::takes_key(name) {
        return Strength::Strong;
    }
    // `Key ID: mrk-1234`
    if joint.get(..3).is_some_and(|head| head.eq_ignore_ascii_case(b" id")) {
        return Strength::Negated;
    }
    if own != Strength::Bare || word_before.is_empty() {
        return own;
    }
    let joined = [word_before, b"_", name].concat();
    name::strength(&joined).max(own)
}

/// `login("admin", "`, `auth=('svc', '`: an argument behind another one.
pub(super) fn joint_is_call(joint: &[u8]) -> bool {
    joint.contains(&b',') && joint.iter().find(|b| !matches!(b, b'=' | b' ')) == Some(&b'(')
}

/// `= ["first", "`, `:\n  - `: the value is one of a list.
pub(super) fn joint_is_list(joint: &[u8]) -> bool {
    let sign = memchr::memchr2(b'=', b':', joint).filter(|_| !is_long_bracket(joint));
    sign.and_then(|sign| joint.get(sign..))
        .is_some_and(|rest| memchr::memchr2(b'[', b'{', rest).is_some() || rest.windows(2).any(|pair| pair == b"- "))
}

/// Lua's `[[` and `[==[`, C++'s `R"x(`: quotes of their own.
fn is_long_bracket(joint: &[u8]) -> bool {
    let joint = joint.trim_ascii_end();
    let lua = joint.strip_suffix(b"[").is_some_and(|head| {
        let marks = head.iter().rev().take_while(|b| **b == b'=').count();
        head.get(..head.len() - marks).is_some_and(|head| head.ends_with(b"["))
    });
    lua || joint.ends_with(b"(") && joint.windows(2).any(|pair| pair == b"R\"")
}

fn form(joint: &[u8], value: &[u8]) -> Form {
    let quoted = matches!(joint.last(), Some(b'"' | b'\'' | b'`'))
        || joint.ends_with(b";") && joint.contains(&b'&')
        || is_long_bracket(joint);
    if quoted || matches!(value.first(), Some(b'"' | b'\'')) {
        Form::Quoted
    } else if joint.ends_with(b"=") && !joint.ends_with(b"+=") || joint.ends_with(b":") {
        Form::Env
    } else if joint.iter().all(u8::is_ascii_whitespace) {
        Form::Spaced
    } else {
        Form::Loose
    }
}

/// Bits by which a value looks random: unlikely letter pairs, digits among letters, changing case,
/// punctuation; less what known words explain.
fn surprise(value: &[u8], cover: Cover) -> f32 {
    let mut bits = 0.0;
    let mut runs = 0_u16;
    for run in value.split(|b| !b.is_ascii_alphabetic()).filter(|run| !run.is_empty()) {
        runs = runs.saturating_add(1);
        bits -= letters::wordiness(run).0;
    }
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    let (mut switches, mut flips) = (0.0_f32, 0.0_f32);
    for pair in value.windows(2) {
        if let [a, b] = pair {
            if a.is_ascii_alphabetic() && b.is_ascii_digit() || a.is_ascii_digit() && b.is_ascii_alphabetic() {
                switches += 1.0;
            }
            // `aB` is camel case, but seldom more than once in six letters; `Ab` follows from it.
            if a.is_ascii_lowercase() && b.is_ascii_uppercase() {
                flips += 1.0;
            }
        }
    }
    let marks = value
        .iter()
        .filter(|b| b.is_ascii_punctuation() && !matches!(b, b'-' | b'_' | b'.' | b'/' | b':' | b',' | b'\''))
        .count();
    let marks = f32::from(u8::try_from(marks).unwrap_or(u8::MAX));
    let digits = f32::from(u16::try_from(digits).unwrap_or(u16::MAX));
    bits + 1.5 * (switches - 1.0).max(0.0) + 0.7 * flips + (2.0 * marks).min(6.0) + 0.5 * digits.min(24.0)
        - 1.5 * f32::from(cover.known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_surprise_and_words_do_not() {
        let of = |value: &str| surprise(value.as_bytes(), words::cover(value.as_bytes()));
        for value in ["epxrmydu", "9fK2mQ7xLp", "c4270963abd509e67069adab", "tqvyuikedjsytwnr"] {
            assert!(of(value) > 4.0, "{value}: {}", of(value));
        }
        for value in ["password", "your-token", "someVariableName", "the user and the group"] {
            assert!(of(value) < -4.0, "{value}: {}", of(value));
        }
    }
}
