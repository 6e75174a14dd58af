//! The name a value is assigned to: `db_password`, `clientSecret`, `token_url`.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::words;

/// How much a name says that its value is a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Strength {
    /// It says that the value is about a credential, not one: `password_field`, `public_key`, `token_url`.
    Negated,
    /// Nothing telling in it.
    Silent,
    /// A word that as often means something else: `key`, `auth`, `signature`.
    Bare,
    /// `token`, `api_key`, `credential`.
    Telling,
    /// `password`, `secret`, `private_key`.
    Strong,
}

const STRONG: &str = "password passwd passphrase passwort pwd secret secrete passcode kennwort pass psw userpwd pw identified \
    contrasena contrasenya senha wachtwoord motdepasse passord losenord salasana jelszo heslo haslo sifre parola";
/// Stems that tell at the end of a word written together: `dbpassword`, `PGPASSWORD`, `mysqlpwd`.
const STRONG_ENDS: &[&str] =
    &["password", "passwd", "passphrase", "pwd", "secret", "userpass", "rootpass", "adminpass", "dbpass", "mypass"];
const TELLING: &str =
    "token credential credentials jwt bearer apikey apitoken authtoken pat creds cred basic secrets tokens passwords";
const TELLING_ENDS: &[&str] =
    &["token", "apikey", "secretkey", "accesskey", "privatekey", "authkey", "passkey", "cred"];
const BARE: &str = "\
    key auth salt nonce signature seed verifier oauth cookie session api authorization authentication code pkey nkey \
    xkey sig keys";
/// Words that make `key` (or `code`) a credential.
const KEY_OF: &str = "\
    api access secret private auth signing sign encryption encrypt encrypted master account storage license service \
    consumer shared session cipher aes hmac jwt deploy admin app application oauth webhook subscription crypto crypt \
    cookie authentication authorization server activation integration token n x wrap issuer client security";
/// Words after the telling one that name a thing about the credential.
const AFTER: &str = "\
    id ids name names url urls uri endpoint path paths file files filename dir directory location field fields label \
    type types kind length len size min max count limit policy policies rule rules regex regexp pattern format hint \
    prompt prefix suffix header headers param params parameter arg args option options class expiry expires \
    expiration expire ttl lifetime timeout age time date issuer audience scope scopes algorithm alg method mode \
    provider manager handler factory version status state error errors message msg title description desc required \
    enabled disabled valid invalid validator validation check reset change changed forgot strength generator encoder \
    ref reference column table index form input page view link button icon screen dialog template bits env var \
    variable owner host port domain request response callback placeholder help policyname usage doc docs example \
    source backend engine schema attribute attr selector element event action task test tests spec module package \
    import lookup map mapping list set hash digest fingerprint timestamp group role realm comparator fn func \
    function filter sort press down up word words board space frame frames code codes by is within until since of \
    from to not for with in";
/// Words before the telling one that do the same.
const BEFORE: &str = "\
    public pub no is has needs need require requires allow show hide forgot forgotten invalid wrong missing max min \
    num primary foreign partition sort row dict hash csrf xsrf next page continuation sync cancellation cancel lex \
    syntax parse parser highlight map object column index translation localization publishable author ssh host \
    pagination change lifecycle idempotency cache \
    keyboard press registry reg on";

/// Every word of the lists, with a bit for each list it stands in.
static LISTS: LazyLock<HashMap<&'static str, u8>> = LazyLock::new(|| {
    let mut lists = HashMap::new();
    for list in [List::Strong, List::Telling, List::Bare, List::KeyOf, List::After, List::Before] {
        for word in list.words().split_ascii_whitespace() {
            *lists.entry(word).or_default() |= 1 << list as u8;
        }
    }
    lists
});

/// A list of words.
#[derive(Clone, Copy)]
enum List {
    Strong,
    Telling,
    Bare,
    KeyOf,
    After,
    Before,
}

impl List {
    const fn words(self) -> &'static str {
        match self {
            Self::Strong => STRONG,
            Self::Telling => TELLING,
            Self::Bare => BARE,
            Self::KeyOf => KEY_OF,
            Self::After => AFTER,
            Self::Before => BEFORE,
        }
    }

    /// Whether `word` is in the list.
    fn has(self, word: &str) -> bool {
        LISTS.get(word).is_some_and(|lists| lists >> self as u8 & 1 != 0)
    }
}

/// What a name says.
#[must_use]
pub(crate) fn strength(name: &[u8]) -> Strength {
    let words = split(name);
    let Some((at, found)) =
        words.iter().enumerate().rev().find_map(|(at, word)| tells(&words, at, word).map(|s| (at, s)))
    else {
        return Strength::Silent;
    };
    let after = words.get(at + 1..).unwrap_or_default();
    let before = words.get(..at).unwrap_or_default();
    // Vault's and Tencent's `secret_id` is a credential.
    if after == ["id"] && words.get(at).is_some_and(|word| word == "secret") {
        return Strength::Telling;
    }
    let negated =
        after.iter().any(|word| List::After.has(word)) || before.last().is_some_and(|word| List::Before.has(word));
    // .NET's publicKeyToken names an assembly.
    let public = words.windows(2).any(|pair| pair == ["public", "key"]);
    let mocked = words.iter().any(|word| matches!(word.as_str(), "mock" | "mocked" | "dummy" | "websocket"));
    if negated || mocked || public { Strength::Negated } else { found }
}

fn tells(words: &[String], at: usize, word: &str) -> Option<Strength> {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let qualified = || at.checked_sub(1).and_then(|b| words.get(b)).is_some_and(|w| List::KeyOf.has(w));
    if List::Strong.has(word) || STRONG_ENDS.iter().any(|end| word.ends_with(end)) {
        Some(Strength::Strong)
    } else if matches!(word, "key" | "keys" | "pkey") && qualified() {
        let private = words
            .get(at.wrapping_sub(1))
            .is_some_and(|w| matches!(w.as_str(), "secret" | "private" | "encryption" | "master"));
        Some(if private { Strength::Strong } else { Strength::Telling })
    } else if List::Telling.has(word) || TELLING_ENDS.iter().any(|end| word.ends_with(end)) {
        Some(Strength::Telling)
    } else if List::Bare.has(word) || word.ends_with("key") || word.ends_with("auth") {
        Some(Strength::Bare)
    } else {
        None
    }
}

/// The words of an identifier, lower case: `clientSecret_v2` is `client`, `secret`, `v2`.
#[must_use]
pub(crate) fn split(name: &[u8]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    for (at, &byte) in name.iter().enumerate() {
        if !byte.is_ascii_alphanumeric() {
            push(&mut words, &mut word);
            continue;
        }
        let before = at.checked_sub(1).and_then(|b| name.get(b)).copied().unwrap_or(b'_');
        let next_lower = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        // `clientSecret` breaks before S; `APIKey` before K.
        if byte.is_ascii_uppercase() && (before.is_ascii_lowercase() || (before.is_ascii_uppercase() && next_lower)) {
            push(&mut words, &mut word);
        }
        word.push(char::from(byte.to_ascii_lowercase()));
    }
    push(&mut words, &mut word);
    words
}

fn push(words: &mut Vec<String>, word: &mut String) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

/// Whether a text reads as a name or prose: nearly all of it known words.
#[must_use]
pub(crate) fn reads_as_words(value: &[u8]) -> bool {
    let cover = words::cover(value);
    cover.letters > 0 && cover.share() >= 0.8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_split_in_every_style() {
        assert_eq!(split(b"clientSecret"), ["client", "secret"]);
        assert_eq!(split(b"APIKey"), ["api", "key"]);
        assert_eq!(split(b"DB_PASSWORD"), ["db", "password"]);
        assert_eq!(split(b"spring.datasource.password"), ["spring", "datasource", "password"]);
        assert!(split(b"--").is_empty());
    }

    #[test]
    fn strengths() {
        let cases = [
            ("DB_PASSWORD", Strength::Strong),
            ("pgpassword", Strength::Strong),
            ("clientSecret", Strength::Strong),
            ("aws_secret_access_key", Strength::Telling),
            ("private_key", Strength::Strong),
            ("access_token", Strength::Telling),
            ("apiKey", Strength::Telling),
            ("key", Strength::Bare),
            ("public_key", Strength::Negated),
            ("password_field", Strength::Negated),
            ("token_url", Strength::Negated),
            ("secretName", Strength::Negated),
            ("author", Strength::Silent),
            ("tokenizer", Strength::Silent),
            ("compass", Strength::Silent),
        ];
        for (name, want) in cases {
            assert_eq!(strength(name.as_bytes()), want, "{name}");
        }
    }
}
