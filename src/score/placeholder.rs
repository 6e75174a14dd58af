//! Values that stand for a credential without being one: `changeme`, `<token>`, `${TOKEN}`, `xxxx`.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::facts::{Facts, Form};
use super::signals::NEVER;
use super::stand_ins::{LEET, LITERALS, MARKS, SAYING, STRICT, WHOLE};
use super::{rows, words};
use crate::model::Reason;
use crate::rules::Kind;

/// What kind of stand-in a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Placeholder {
    /// One character, or two or three, over and over.
    Repeated,
    /// A short piece over and over.
    Periodic,
    /// `1234567890`, `abcdef`, `qwerty`.
    Sequence,
    /// `<…>`, `${…}`, `{{…}}`, `%s`, `$VAR`.
    Template,
    /// A word that says so: `example`, `changeme`, `your-token-here`.
    Word,
    /// `true`, `null`, `none`: a value that is no text at all.
    Literal,
    /// `***`, `...`, `--`: nothing readable in it.
    Masked,
}

impl Placeholder {
    /// The reason, for people.
    #[must_use]
    pub(crate) const fn reason(self) -> &'static str {
        match self {
            Self::Repeated => "the value repeats one character",
            Self::Periodic => "the value repeats one piece",
            Self::Sequence => "the value is a run of the keyboard or alphabet",
            Self::Template => "the value is a template or variable, filled in elsewhere",
            Self::Word => "the value says that it is a placeholder",
            Self::Literal => "the value is a constant such as true or null",
            Self::Masked => "the value is masked",
        }
    }
}

/// What kind of stand-in `value` is, if it is one. `strict` is for formats of their own, where only
/// what cannot be chance counts.
#[must_use]
pub(crate) fn find(value: &[u8], strict: bool) -> Option<Placeholder> {
    if !value.iter().any(u8::is_ascii_alphanumeric) {
        return Some(Placeholder::Masked);
    }
    // Text that was cut short: `abcd…`, `abcd...wxyz`.
    if !strict && (contains(value, b"...") || !value.is_ascii() && contains(value, "\u{2026}".as_bytes())) {
        return Some(Placeholder::Masked);
    }
    if !strict && is_template(value) {
        return Some(Placeholder::Template);
    }
    let lower = value.to_ascii_lowercase();
    // `fn f(pw: u64)`
    if !strict && LITERALS.contains(&lower.strip_suffix(b")").unwrap_or(&lower)) {
        return Some(Placeholder::Literal);
    }
    let body: Vec<u8> = lower.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
    if let Some(found) = repeats(&body, strict) {
        return Some(found);
    }
    if rows::is_sequence(&body, strict) {
        return Some(Placeholder::Sequence);
    }
    let says = || value.len() <= 40 && super::name::has_word(value, SAYING);
    (marked(&lower, strict) || !strict && (says() || says_so(&lower))).then_some(Placeholder::Word)
}

/// `Bearer abc_${TOKEN}`, `--token abc_****`: a plain value ends where a template or a mask begins.
pub(super) fn goes_on(facts: &Facts<'_>) -> Option<Reason> {
    const BEGINNINGS: &[&[u8]] = &[b"${", b"$(", b"{{", b"***", b"\xe2\x80\xa6"];
    let plain = matches!(facts.kind, Kind::Place | Kind::Assignment) && facts.form != Form::Quoted;
    let ends = BEGINNINGS.iter().any(|begin| facts.after.starts_with(begin)) || opens_name(facts.after);
    (plain && ends).then(|| Reason::new(NEVER, "a template or a mask follows it directly"))
}

/// `<token>`, `<your-key>`: no element of HTML.
fn opens_name(after: &[u8]) -> bool {
    const NAMES: &[&[u8]] = &[b"token", b"secret", b"key", b"pass", b"your", b"value"];
    let Some(inner) = after.strip_prefix(b"<") else { return false };
    let inner = inner.get(..memchr::memchr(b'>', inner).unwrap_or(0)).unwrap_or_default().to_ascii_lowercase();
    inner.first().is_some_and(u8::is_ascii_alphabetic) && NAMES.iter().any(|name| contains(&inner, name))
}

/// Whether a mark stands in a value. Their automaton is built when the first candidate asks: some 40 us, against
/// 1-2 us a candidate for looking for one after the other.
fn marked(lower: &[u8], strict: bool) -> bool {
    static AUTOMATA: [LazyLock<Option<AhoCorasick>>; 2] = [
        LazyLock::new(|| AhoCorasick::new(MARKS.iter().chain(LEET)).ok()),
        LazyLock::new(|| AhoCorasick::new(STRICT).ok()),
    ];
    let marks = || if strict { STRICT.iter().chain(&[]) } else { MARKS.iter().chain(LEET) };
    // In a long random value a short mark is chance: `fake` stands in one of 5,000 strings of 90 base36 digits.
    let tells = |mark: &[u8]| {
        strict
            || !mark.iter().any(u8::is_ascii_alphanumeric)
            || if LEET.contains(&mark) { lower.len() <= mark.len() + 3 } else { mark.len() >= 5 || lower.len() <= 40 }
    };
    match &*AUTOMATA[usize::from(strict)] {
        Some(automaton) => {
            automaton.find_overlapping_iter(lower).any(|found| lower.get(found.start()..found.end()).is_some_and(tells))
        }
        None => marks().any(|mark| contains(lower, mark) && tells(mark)),
    }
}

/// Whether the words of a short value are all of the placeholder sort: `test`, `my-secret`, `password1`.
fn says_so(lower: &[u8]) -> bool {
    let parts = || lower.split(|b| !b.is_ascii_alphabetic()).filter(|part| part.len() > 1);
    // Two symbols and more are how people make a password of a word: `Pass123!@#`.
    let symbols =
        lower.iter().filter(|b| matches!(b, b'!' | b'@' | b'#' | b'$' | b'%' | b'^' | b'&' | b'*' | b'?')).count();
    symbols < 2
        && parts().next().is_some()
        && parts().all(|part| WHOLE.contains(&part) || words::is_word(part))
        && parts().any(|part| WHOLE.contains(&part))
}

/// Whether one letter or digit fills most of the value's `body`, or a piece of up to a quarter of it fills it all.
fn repeats(body: &[u8], strict: bool) -> Option<Placeholder> {
    if body.len() < 3 {
        return None;
    }
    let (mut counts, mut most, mut different) = ([0_u16; 256], 0, 0);
    for &byte in body {
        let count = &mut counts[usize::from(byte)];
        different += usize::from(*count == 0);
        *count = count.saturating_add(1);
        most = most.max(usize::from(*count));
    }
    if most * 10 >= body.len() * if strict { 8 } else { 7 } {
        return Some(Placeholder::Repeated);
    }
    // Three different characters in twelve: `11111111-2222-3333`.
    if body.len() >= 12 && different <= 3 {
        return Some(Placeholder::Repeated);
    }
    let periodic =
        (2..=body.len() / 3).any(|piece| body.len() >= 8 && body.iter().skip(piece).zip(body).all(|(a, b)| a == b));
    (periodic || !strict && is_nearly_periodic(body)).then_some(Placeholder::Periodic)
}

/// Whether a short piece fills nearly all of a long value: `6666666b29vb29vb29vb29vb29...`.
fn is_nearly_periodic(body: &[u8]) -> bool {
    const LEAST: usize = 32;
    let same = |piece: usize| body.iter().skip(piece).zip(body).filter(|(a, b)| a == b).count();
    body.len() >= LEAST && (2..=8).any(|piece| same(piece) * 10 >= (body.len() - piece) * 8)
}

/// Whether the value is filled in by something else.
fn is_template(value: &[u8]) -> bool {
    const OPENING: &[u8] = b"<>{}[]()%@_*`#$;";
    if !value.iter().any(|byte| OPENING.contains(byte)) {
        return false;
    }
    let starts = |text: &[u8]| value.starts_with(text);
    let ends = |text: &[u8]| value.ends_with(text);
    let wrapped = [
        (&b"<"[..], &b">"[..]),
        (b"{", b"}"),
        (b"[", b"]"),
        (b"%(", b")s"),
        (b"%", b"%"),
        (b"$(", b")"),
        (b"@", b"@"),
        (b"__", b"__"),
        (b"&lt;", b"&gt;"),
        (b"(", b")"),
        (b"`", b"`"),
        (b"ENC(", b")"),
        (b"#{", b"}"),
        (b"@{", b"}"),
        (b"*", b"*"),
    ];
    // An object as text, `{\"id\": …}`, is data.
    let framed = |(open, close): &(&[u8], &[u8])| value.len() > open.len() && starts(open) && ends(close);
    if !contains(value, b"\":") && wrapped.iter().any(framed) {
        return true;
    }
    if starts(b"${") || starts(b"{{") || starts(b"$(") || starts(b"<%") || starts(b"%{") {
        return true;
    }
    // $NAME, $name, $1, %s, %d, %NAME
    let is_name = |rest: &[u8]| {
        !rest.is_empty()
            && rest.iter().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'>' | b'.' | b':'))
    };
    match value {
        // `$user$pass` as well.
        [b'$', rest @ ..] => rest.strip_prefix(b"$").unwrap_or(rest).split(|b| *b == b'$').all(is_name),
        // `%s\n` as it stands in a program
        [b'%', b's' | b'd' | b'v' | b'q', b'\\', ..] => true,
        [b'%', rest @ ..] => rest.len() <= 2 && is_name(rest),
        _ => {
            [
            (&b"${"[..], &b"}"[..]),
            (b"{{", b"}}"),
            (b"#{", b"}"),
            (b"$(", b")"),
            (b"%(", b")s"),
            (b"<%", b"%>"),
            (b"{", b"}"),
        ]
        .iter()
        .any(|(open, close)| holds(value, open, close))
            // `abc_<token>`; in the middle both may be a password's.
            || ends(b">") && holds(value, b"<", b">")
        }
    }
}

/// Whether a name stands in `value` between `open` and `close`.
fn holds(value: &[u8], open: &[u8], close: &[u8]) -> bool {
    let Some(at) = memchr::memmem::find(value, open) else { return false };
    let inner = value.get(at + open.len()..).unwrap_or_default();
    let name = inner
        .iter()
        .take_while(|b| {
            b.is_ascii_alphanumeric()
                || matches!(b, b'_' | b'.' | b' ' | b'-' | b':' | b'|' | b'\'' | b'[' | b']' | b'(')
        })
        .count();
    // `{x}` alone may be chance; `{token}` is a format string's.
    name >= 3 - open.len().min(2) && inner.get(name..).is_some_and(|rest| rest.starts_with(close))
}

/// Whether `needle` stands in `text`.
#[must_use]
pub(crate) fn contains(text: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(text, needle).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_are_told_apart() {
        let long = format!("kqzd-{}", "*".repeat(64));
        let crossed = format!("abcd9-{}", "x".repeat(40));
        let cases: [(&str, Placeholder); 17] = [
            (&long, Placeholder::Word),
            (&crossed, Placeholder::Repeated),
            ("abc_<token>", Placeholder::Template),
            ("xxxxxxxxxxxx", Placeholder::Repeated),
            ("00000000-0000-0000-0000-000000000000", Placeholder::Repeated),
            ("1234567890", Placeholder::Sequence),
            ("qwerty123", Placeholder::Sequence),
            ("${DB_PASSWORD}", Placeholder::Template),
            ("{{ secret }}", Placeholder::Template),
            ("<your token>", Placeholder::Template),
            ("$PASSWORD", Placeholder::Template),
            ("%s", Placeholder::Template),
            ("your-api-key-here", Placeholder::Word),
            ("changeme", Placeholder::Word),
            ("password123", Placeholder::Word),
            ("null", Placeholder::Literal),
            ("********", Placeholder::Masked),
        ];
        for (value, want) in cases {
            assert_eq!(find(value.as_bytes(), false), Some(want), "{value}");
        }
    }

    #[test]
    fn what_may_be_a_credential_is_not_one() {
        for value in ["hunter2", "tqvyuikedjsy", "9fK2mQ7x", "super$ecret", "a5b1-99c7-Zk", "khq<tvwx>9"] {
            assert_eq!(find(value.as_bytes(), false), None, "{value}");
        }
    }

    #[test]
    fn a_strict_look_passes_chance() {
        assert_eq!(find(b"k3TestFakeq9Zx81LmNv", true), None);
        assert_eq!(find(b"k3EXAMPLEq9", true), Some(Placeholder::Word));
    }
}
