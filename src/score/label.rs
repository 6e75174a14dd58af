//! Text for people in any language: what a translation has under the name of a field (`"password": "Mot de passe"`).

use std::borrow::Cow;

use super::facts::{Facts, Form};
use super::signals::generic;
use crate::model::Reason;

/// How words that say password begin, in lower case. A phrase that holds one, and no digit, is about a password.
const STEMS: &[&str] = &[
    "password",
    "passwort",
    "passwör",
    "passord",
    "passe",
    "passphrase",
    "kennwort",
    "wachtwoord",
    "paswoord",
    "contrase",
    "contrasinal",
    "senha",
    "palavra",
    "heslo",
    "hesla",
    "haslo",
    "hasla",
    "hasło",
    "hasła",
    "parol",
    "lozink",
    "geslo",
    "gesla",
    "salasan",
    "losenord",
    "kodeord",
    "adgangskod",
    "jelsz",
    "sifre",
    "şifre",
    "slaptaz",
    "wagwoord",
    "pasahitz",
    "clave",
    "lykilor",
    "sandi",
    "laluan",
    "mật",
    "phrase",
    "frase",
    "пароль",
    "пароля",
    "κωδικ",
];
/// Such a word by itself.
const ALONE: &[&str] = &[
    "adgangskode",
    "chave",
    "chiave",
    "clau",
    "clave",
    "contrasena",
    "contrasenya",
    "contrasinal",
    "geslo",
    "haslo",
    "heslo",
    "jelszo",
    "jeton",
    "kennwort",
    "klucz",
    "kodeord",
    "llave",
    "losenord",
    "lozinka",
    "lykilord",
    "motdepasse",
    "nyckel",
    "palavrapasse",
    "parola",
    "parole",
    "parool",
    "pasahitza",
    "passord",
    "passwort",
    "passwuert",
    "paswoord",
    "salasana",
    "sandi",
    "senha",
    "sifre",
    "slaptazodis",
    "sleutel",
    "wachtwoord",
    "wagwoord",
    "wachtwurd",
    "cyfrinair",
    "avain",
    "nøkkel",
    "schlussel",
    "geheim",
    "geheimnis",
    "gizli",
    "hemlighet",
    "hemmelig",
    "hemmelighed",
    "hemmelighet",
    "paslaptis",
    "salaisuus",
    "secreto",
    "segredo",
    "segreto",
    "sekretny",
    "tajne",
    "tajny",
    "titok",
    "hemlig",
    "katalaluan",
    "nenosiri",
    "parolo",
    "pasvorto",
    "rahasia",
    "salainen",
    "salausavain",
    "secreta",
    "skrivnost",
    "slaptas",
    "tajna",
    "tajni",
    "tajno",
    "tajomstvo",
    "titkos",
];
/// What stands between and behind words of a sentence.
const MARKS: &str = "{}.,:;?!'\"()-–—…/«»„“”‘’¿¡、。「」！？：・\u{a0}\u{200b}";

/// What a text is made of.
#[derive(Debug, Default)]
struct Text<'a> {
    /// Letters beyond ASCII, with the marks that belong to them.
    foreign: usize,
    /// ASCII letters.
    plain: usize,
    digits: usize,
    /// What is neither, and stands in no sentence: `#`, `=`, `_`.
    symbols: usize,
    words: Vec<&'a str>,
}

impl<'a> Text<'a> {
    fn of(text: &'a str) -> Self {
        let mut found = Self::default();
        for letter in text.chars() {
            match letter {
                'a'..='z' | 'A'..='Z' => found.plain += 1,
                '0'..='9' => found.digits += 1,
                _ if letter.is_whitespace() || MARKS.contains(letter) => {}
                // Vowel signs, and what an escape of half a character leaves; `£` and `→` are no letters.
                '\u{c0}'..='\u{1fff}' | '\u{2c00}'.. if !matches!(letter, '×' | '÷') => found.foreign += 1,
                _ => found.symbols += 1,
            }
        }
        let words = text.split(|c: char| c.is_whitespace() || matches!(c, '-' | '/' | '\u{a0}'));
        found.words =
            words.map(|word| word.trim_matches(|c| MARKS.contains(c))).filter(|word| !word.is_empty()).collect();
        found
    }

    /// Words with what belongs between them, and nothing else.
    fn is_plain(&self) -> bool {
        self.digits == 0 && self.symbols == 0
    }

    /// Whether it is about a password.
    fn says_password(&self) -> bool {
        let lower = |word: &&str| word.to_lowercase();
        let joined: String = self.words.iter().map(lower).collect();
        // `Gebruikerswachtwoord`
        let ends = |word: &&str| joined == *word || word.len() >= 6 && joined.ends_with(word);
        ALONE.iter().any(ends)
            || self.words.len() >= 2
                && self.words.iter().map(lower).any(|word| STEMS.iter().any(|stem| word.starts_with(stem)))
    }
}

/// Whether a value is a label, a message or a word of some language.
pub(super) fn see(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    // A value in quotes ends at its first escape.
    let open = facts.form == Form::Quoted && facts.after.starts_with(b"\\");
    let rest = facts.after.split(|byte| matches!(byte, b'"' | b'\'' | b'`')).next().filter(|_| open);
    let rest = rest.unwrap_or_default();
    let rest = rest.get(..rest.len() - rest.iter().rev().take_while(|b| **b == b'\\').count()).unwrap_or_default();
    let whole = [facts.value, rest].concat();
    let value = unescaped(&whole);
    let text = Text::of(&value);
    // Bytes written out are a key, and no text: `'\xfd{H\xe5<\x95'`.
    if 2 * whole.windows(2).filter(|pair| pair == b"\\x").count() > text.plain {
        return None;
    }
    let letters = text.plain + text.digits + text.foreign;
    let foreign = text.foreign > 0
        && (text.symbols == 0
            && (text.digits == 0 || text.words.len() >= 3 || text.digits == 1 && text.words.len() == 2)
            || text.foreign * 10 >= letters * 6);
    if foreign {
        return Some(Reason::new(-60, "the value is text in another language"));
    }
    if text.is_plain() && text.says_password() {
        return Some(Reason::new(-60, "the value is a label or message about a password"));
    }
    let written = value.trim_start();
    let begins = written.starts_with(|c: char| c.is_uppercase());
    let ends = written.ends_with(['?', ':', '.', '!', '…']);
    if facts.form == Form::Quoted && text.is_plain() && text.words.len() >= 2 && (begins || ends) {
        return Some(Reason::new(-60, "the value is a label or message"));
    }
    (matches!(facts.form, Form::Env | Form::Loose) && text.is_plain() && goes_on(facts, begins))
        .then_some(Reason::new(-60, "the value is the first word of a sentence"))
}

/// `forgot.password=Passwort vergessen?`, `password: Nouveau mot de passe`, "your password is expired now": words follow a
/// plain value. The value of a shell's variable, in capitals, may be followed by a command.
fn goes_on(facts: &Facts<'_>, begins: bool) -> bool {
    let rest = facts.after.split(|byte| *byte == b'<').next().unwrap_or_default();
    if !rest.starts_with(b" ") {
        return false;
    }
    let line = [facts.value, rest].concat();
    let line = unescaped(&line);
    let text = Text::of(line.trim_end());
    let variable = !facts.name.iter().any(u8::is_ascii_lowercase);
    let said = facts.joint.trim_ascii() == b"is";
    text.is_plain()
        && text.words.len() >= 2
        && (begins && !variable || said || text.foreign > 0 || text.says_password())
}

/// A value as people read it: JSON's and Java's escapes decoded. What is no UTF-8 is a letter beyond ASCII: so the engine
/// decodes escapes of these, and so older encodings have them.
fn unescaped(value: &[u8]) -> Cow<'_, str> {
    let text = String::from_utf8_lossy(value);
    if !text.contains('\\') {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let escape = rest.get(at + 1..).unwrap_or_default().trim_start_matches('\\');
        // `\u00e9`, JavaScript's `\xE9`
        let len = if escape.starts_with('u') { 5 } else { 3 };
        let code = escape.strip_prefix(['u', 'x']).and_then(|_| {
            let hex = escape.get(1..len).filter(|hex| hex.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u32::from_str_radix(hex, 16).ok()
        });
        let (letter, len) = match (code, escape.chars().next()) {
            // Half of a character beyond 16 bits is a character here, since nothing but its being foreign counts.
            (Some(code), _) => (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), len),
            (None, Some('n' | 't' | 'r' | '"' | '\'' | '/')) => (' ', 1),
            // The context ends in the middle of it.
            (None, Some('u' | 'x')) if escape.len() < len => (' ', escape.len()),
            (None, _) => ('\\', 0),
        };
        out.push(letter);
        rest = escape.get(len..).unwrap_or_default();
    }
    out.push_str(rest);
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_read() {
        for (value, read) in [
            ("Contrase\\u00f1a", "Contraseña"),
            ("a\\\\u00e9\\n", "aé "),
            ("x\\y", "x\\y"),
            ("\\u+1234", "\\u+1234"),
            ("é\\u04", "é "),
        ] {
            assert_eq!(unescaped(value.as_bytes()), read, "{value}");
        }
        assert_eq!(unescaped(b"\xff"), "\u{fffd}");
    }

    #[test]
    fn labels_are_about_passwords() {
        for value in ["Mot de passe", "Heslo", "Palavra-passe", "Kata Sandi", "Salasana:", "neues Passwort"] {
            let text = Text::of(value);
            assert!(text.is_plain() && text.says_password(), "{value}: {text:?}");
        }
        for value in ["Tqvyui Kedjsy", "hunter", "clockwork angels"] {
            assert!(!Text::of(value).says_password(), "{value}");
        }
    }
}
