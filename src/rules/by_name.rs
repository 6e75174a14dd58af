//! Providers whose credentials have no mark of their own: a table of names and forms, `patterns/by_name.toml`.
//!
//! The family of assignments finds the values; scoring looks the assigned name up here, so the table costs no
//! anchors. This file is shared with the build script, which turns the table into static data.

use std::borrow::Cow;
use std::fmt;

use toml::Spanned;

use super::problem::{RuleErrors, Sink};

/// The characters a credential is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Charset {
    /// 0-9.
    Digits,
    /// 0-9a-f, in either case.
    Hex,
    /// Hex digits and `-`.
    Uuid,
    /// 0-9a-z.
    Base36,
    /// 0-9A-Z.
    Base36Upper,
    /// 0-9A-Za-z.
    Base62,
    /// 0-9A-Za-z and `_`, `-`.
    Token,
    /// The former and `+`, `/`, `=`.
    Base64,
    /// The former and `.`, `~`, `:`, `@`, `%`, `|`.
    Any,
}

impl Charset {
    const NAMES: [(&'static str, Self); 9] = [
        ("digits", Self::Digits),
        ("hex", Self::Hex),
        ("uuid", Self::Uuid),
        ("base36", Self::Base36),
        ("base36u", Self::Base36Upper),
        ("base62", Self::Base62),
        ("token", Self::Token),
        ("base64", Self::Base64),
        ("any", Self::Any),
    ];

    /// Whether it has that character.
    #[must_use]
    pub const fn holds(self, byte: u8) -> bool {
        match self {
            Self::Digits => byte.is_ascii_digit(),
            Self::Hex => byte.is_ascii_hexdigit(),
            Self::Uuid => byte.is_ascii_hexdigit() || byte == b'-',
            Self::Base36 => byte.is_ascii_digit() || byte.is_ascii_lowercase(),
            Self::Base36Upper => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::Base62 => byte.is_ascii_alphanumeric(),
            Self::Token => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Self::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'='),
            Self::Any => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~' | b':' | b'@' | b'%' | b'|')
            }
        }
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::NAMES.iter().find(|(_, set)| set == self).map_or("", |(name, _)| name))
    }
}

/// One way a provider's name is written in identifiers, and the form of its credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// The name in lower case, without marks between its words.
    pub stem: Cow<'static, str>,
    /// How people write it.
    pub name: Cow<'static, str>,
    /// The characters of its credentials.
    pub charset: Charset,
    /// The least number of them.
    pub least: u16,
    /// The greatest number of them.
    pub most: u16,
}

impl Named {
    /// Whether a value has the form of this provider's credentials.
    #[must_use]
    pub fn fits(&self, value: &[u8]) -> bool {
        (usize::from(self.least)..=usize::from(self.most)).contains(&value.len())
            && value.iter().all(|&byte| self.charset.holds(byte))
    }
}

/// The provider that an identifier, split into lower-case words, names: `["bright", "data", "api", "key"]`. The
/// longest name wins. `table` is sorted by stem.
#[must_use]
pub fn find<'t>(table: &'t [Named], words: &[String]) -> Option<&'t Named> {
    /// A provider's name has at most as many words.
    const WORDS: usize = 3;
    let mut best: Option<&Named> = None;
    for from in 0..words.len() {
        let mut joined = String::new();
        for word in words.iter().skip(from).take(WORDS) {
            joined.push_str(word);
            if let Ok(at) = table.binary_search_by(|row| row.stem.as_ref().cmp(&joined))
                && best.is_none_or(|best| best.stem.len() < joined.len())
            {
                best = table.get(at);
            }
        }
    }
    best
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    providers: Vec<Row>,
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    name: String,
    names: Vec<Spanned<String>>,
    alphabet: Spanned<String>,
    length: Spanned<[u16; 2]>,
}

/// Reads the table, sorted by stem.
///
/// # Errors
/// Everything that is wrong with it, each with line and column.
pub fn parse(text: &str, file: &str) -> Result<Vec<Named>, RuleErrors> {
    let mut sink = Sink::new(file, text);
    let mut all: Vec<Named> = Vec::new();
    match toml::from_str::<File>(text) {
        Ok(table) => table.providers.iter().for_each(|row| rows(row, &mut all, &mut sink)),
        Err(error) => sink.add(error.span().map_or(0, |span| span.start), error.message().to_owned(), ""),
    }
    all.sort_by(|a, b| a.stem.cmp(&b.stem));
    if sink.is_clean() { Ok(all) } else { Err(sink.finish()) }
}

fn rows(row: &Row, all: &mut Vec<Named>, sink: &mut Sink<'_>) {
    let wanted = row.alphabet.get_ref();
    let Some(&(_, charset)) = Charset::NAMES.iter().find(|(name, _)| name == wanted) else {
        let known: Vec<&str> = Charset::NAMES.iter().map(|(name, _)| *name).collect();
        let hint = format!("known: {}", known.join(", "));
        sink.add(row.alphabet.span().start, format!("unknown alphabet `{}`", wanted.escape_debug()), hint);
        return;
    };
    let [least, most] = *row.length.get_ref();
    if least < 8 || least > most {
        sink.add(row.length.span().start, "a length is [least, greatest], and 8 at least", "");
    }
    for stem in &row.names {
        let text = stem.get_ref();
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() < 3 || !plain {
            sink.add(stem.span().start, "a name is three lower-case letters or digits and more", "");
        }
        if all.iter().any(|other| other.stem == text.as_str()) {
            sink.add(stem.span().start, format!("the name `{}` is there already", text.escape_debug()), "");
        }
        all.push(Named { stem: Cow::Owned(text.clone()), name: Cow::Owned(row.name.clone()), charset, least, most });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Vec<Named> {
        let row =
            |name: &str, names: &str, form: &str| format!("{{ name = \"{name}\", names = [{names}], {form} }},\n");
        let text = [
            "providers = [\n".to_owned(),
            row("Bright Data", "\"brightdata\"", "alphabet = \"hex\", length = [32, 32]"),
            row("Bright", "\"bright\"", "alphabet = \"token\", length = [16, 64]"),
            "]\n".to_owned(),
        ];
        parse(&text.concat(), "by_name.toml").expect("a fine table")
    }

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_longest_name_is_found_wherever_it_stands() {
        let table = table();
        let name = |text: &str| find(&table, &words(text)).map(|row| row.name.as_ref());
        assert_eq!(name("bright data api key"), Some("Bright Data"));
        assert_eq!(name("my brightdata token"), Some("Bright Data"));
        assert_eq!(name("bright token"), Some("Bright"));
        assert_eq!(name("brightness key"), None);
        assert_eq!(name(""), None);
    }

    #[test]
    fn a_form_is_alphabet_and_length() {
        let table = table();
        let row = find(&table, &words("brightdata")).expect("in the table");
        assert!(row.fits(&[b'a'; 32]));
        assert!(!row.fits(&[b'a'; 31]));
        assert!(!row.fits(&[b'z'; 32]));
    }

    #[test]
    fn mistakes_are_told_where_they_are() {
        let bad = "providers = [\n{ name = \"A\", names = [\"A B\"], alphabet = \"rot13\", length = [1, 0] },\n\
                   { name = \"B\", names = [\"ab\", \"abc\", \"abc\"], alphabet = \"hex\", length = [9, 8] },\n]\n";
        let errors = parse(bad, "x.toml").expect_err("bad").0;
        assert_eq!(errors.len(), 4, "{errors:?}");
        assert!(parse("providers = [{}]", "x.toml").is_err());
    }
}
