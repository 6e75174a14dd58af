//! The name a value is assigned to: `db_password`, `clientSecret`, `token_url`.

use std::ops::Range;
use std::sync::LazyLock;

use super::placeholder;
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
    pswd passwords passphrases pepper requirepass masterauth contrase contrasena contrasenya senha wachtwoord motdepasse \
    passe mdp passord losenord salasana jelszo heslo haslo sifre parola lozinka adgangskode kodeord";
/// Passwords in other languages, beyond ASCII, as they stand in a name.
const FOREIGN: &[&str] = &[
    "contraseñ",
    "hasło",
    "Hasło",
    "HASŁO",
    "lösenord",
    "Lösenord",
    "şifre",
    "Şifre",
    "jelszó",
    "Jelszó",
    "mật khẩu",
    "Mật khẩu",
    "пароль",
    "Пароль",
    "ПАРОЛЬ",
    "κωδικός",
    "Κωδικός",
    "סיסמה",
    "密码",
    "密碼",
    "密钥",
    "密鑰",
    "口令",
    "パスワード",
    "暗証番号",
    "비밀번호",
];
/// Calls whose argument after the name of a user is a password.
const CALLS: &[&str] = &[
    "login",
    "logon",
    "signin",
    "authenticate",
    "basicauth",
    "httpbasic",
    "plainauth",
    "auth",
    "credential",
    "credentials",
    "passwordauthentication",
    "emailandpassword",
    "directoryentry",
    "mysqli",
    "mysqliconnect",
    "pdo",
    "createsuperuser",
    "mysqlconnect",
    "getconnection",
    "sequelize",
    "datasource",
    "mysqldbconnect",
    "sshconnect",
    "oracleconnect",
    "oracledbconnect",
];
/// Calls that take the key of a signature or a cipher.
const KEY_CALLS: &[&str] = &[
    "jwtsign",
    "jwtverify",
    "jwtencode",
    "jwtdecode",
    "createhmac",
    "createcipher",
    "createcipheriv",
    "createdecipher",
    "createdecipheriv",
    "hmacnew",
    "hmacdigest",
    "hmachexdigest",
    "hmac256",
    "hmac384",
    "hmac512",
    "hmacsha1",
    "hmacsha256",
    "hmacsha384",
    "hmacsha512",
    "hashhmac",
    "aesnew",
    "aesencrypt",
    "aesdecrypt",
    "secretkeyspec",
    "hmacshakeyfor",
    "symmetricsecuritykey",
    "setsigningkey",
    "signwith",
    "fernet",
    "cookiestore",
    "cookieparser",
    "opensslencrypt",
    "openssldecrypt",
    "securestring",
];
/// Calls that take other things as well in that place.
const OTHER_CALLS: &[&str] = &["connect", "createuser", "adduser"];
/// Stems that tell at the end of a word written together: `dbpassword`, `PGPASSWORD`, `mysqlpwd`.
const STRONG_ENDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "userpass",
    "rootpass",
    "adminpass",
    "dbpass",
    "mypass",
    "sshpass",
    "smtppass",
    "ftppass",
    "mailpass",
    "emailpass",
    "vpnpass",
    "wifipass",
    "mqttpass",
    "redispass",
    "mysqlpass",
    "sudopass",
    "loginpass",
    "ldappass",
    "rpcpass",
    "apipass",
    "storepass",
];
const TELLING: &str =
    "token credential credentials jwt bearer apikey apitoken authtoken pat creds cred basic secrets tokens apikeys";
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
    prompt prefix postfix suffix header headers param params parameter arg args option options class expiry expires \
    expiration expire ttl lifetime timeout age time date issuer audience scope scopes algorithm alg method mode \
    provider manager handler factory version status state error errors message msg title description desc required \
    enabled disabled valid invalid validator validation check reset change changed forgot strength generator encoder \
    ref reference column table index form input page view link button icon screen dialog template bits env var \
    variable owner host port domain request response callback placeholder help policyname usage doc docs example \
    source backend engine schema attribute attr selector element event action task test tests spec module package \
    import lookup map mapping list set hash digest fingerprint timestamp group role realm comparator fn func \
    function filter sort press down up word words board space frame frames code codes by is within until since of \
    from to not for with in texture node";
/// Words before the telling one that do the same.
const BEFORE: &str = "\
    public pub no is has needs need require requires allow show hide forgot forgotten invalid wrong missing max min \
    num primary foreign partition sort row dict hash next page continuation sync cancellation cancel lex \
    syntax parse parser highlight map object column index translation localization publishable author ssh host \
    pagination change lifecycle idempotency cache include exclude \
    keyboard press registry reg on site publishablekey";

/// Every word of the lists, sorted, with a bit for each list it stands in.
static LISTS: LazyLock<Vec<(&'static str, u8)>> = LazyLock::new(|| {
    let lists = [List::Strong, List::Telling, List::Bare, List::KeyOf, List::After, List::Before];
    let mut words: Vec<_> = lists
        .iter()
        .flat_map(|&list| list.words().split_ascii_whitespace().map(move |word| (word, list.bit())))
        .collect();
    words.sort_unstable();
    words.dedup_by(|again, first| {
        let same = again.0 == first.0;
        first.1 |= if same { again.1 } else { 0 };
        same
    });
    words
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

    const fn bit(self) -> u8 {
        1 << self as u8
    }

    /// The lists that hold `word`: a bit for each.
    fn of(word: &str) -> u8 {
        LISTS.binary_search_by_key(&word, |entry| entry.0).map_or(0, |at| LISTS[at].1)
    }

    /// Whether `word` is in the list.
    fn has(self, word: &str) -> bool {
        Self::of(word) & self.bit() != 0
    }
}

/// What a name says.
#[must_use]
pub(crate) fn strength(name: &[u8]) -> Strength {
    // Asked of every assignment: no string of its own for each word.
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = parts(name).filter_map(|part| std::str::from_utf8(lower.get(part)?).ok()).collect();
    if !name.is_ascii() && FOREIGN.iter().any(|word| placeholder::contains(name, word.as_bytes())) {
        return Strength::Strong;
    }
    let Some((at, found)) =
        words.iter().enumerate().rev().find_map(|(at, word)| tells(&words, at, word).map(|s| (at, s)))
    else {
        return Strength::Silent;
    };
    let after = words.get(at + 1..).unwrap_or_default();
    let before = words.get(..at).unwrap_or_default();
    // Vault's and Tencent's `secret_id` is a credential.
    if after == ["id"] && words.get(at).is_some_and(|word| *word == "secret") {
        return Strength::Telling;
    }
    // The salt of a hash is no hash.
    let hashing = |word: &str| word == "hash" && words.get(at).is_some_and(|word| matches!(*word, "salt" | "pepper"));
    let negated = after.iter().any(|word| List::After.has(word))
        || before.last().is_some_and(|word| List::Before.has(word) && !hashing(word))
        || words.iter().any(|word| matches!(*word, "sitekey" | "pubkey" | "publickey" | "publishablekey"))
        // A search-only key of Algolia is public; a `search_key` may be anything.
        || words.windows(2).any(|pair| matches!(pair, ["search", "only"] | ["web", "socket"]));
    // .NET's publicKeyToken names an assembly.
    let public = words.windows(2).any(|pair| pair == ["public", "key"]);
    let mocked = words.iter().any(|word| {
        matches!(*word, "mock" | "mocked" | "dummy" | "example" | "sample" | "websocket") || word.starts_with("pubkey")
    });
    // What forms carry against forged requests is drawn for each session.
    let session = found == Strength::Telling && before.last().is_some_and(|word| matches!(*word, "csrf" | "xsrf"));
    match found {
        _ if negated || mocked || public => Strength::Negated,
        _ if session => Strength::Bare,
        found => found,
    }
}

fn tells(words: &[&str], at: usize, word: &str) -> Option<Strength> {
    let word = word.trim_end_matches(|c: char| c.is_ascii_digit());
    let lists = List::of(word);
    let is = |list: List| lists & list.bit() != 0;
    let ends = |ends: &[&str]| ends.iter().any(|end| word.ends_with(end));
    let qualifier = || at.checked_sub(1).and_then(|before| words.get(before)).copied();
    if is(List::Strong) || ends(STRONG_ENDS) {
        Some(Strength::Strong)
    } else if matches!(word, "key" | "keys" | "pkey") && qualifier().is_some_and(|word| List::KeyOf.has(word)) {
        let private = matches!(qualifier(), Some("secret" | "private" | "encryption" | "master"));
        Some(if private { Strength::Strong } else { Strength::Telling })
    } else if word == "seed" && matches!(qualifier(), Some("otp" | "totp" | "hotp" | "mfa")) {
        Some(Strength::Strong)
    } else if is(List::Telling) || ends(TELLING_ENDS) {
        Some(Strength::Telling)
    } else if is(List::Bare) || word.ends_with("key") || word.ends_with("auth") {
        Some(Strength::Bare)
    } else {
        None
    }
}

/// What a call of that name takes behind the name of a user.
#[must_use]
pub(crate) fn argument(call: &[u8]) -> Option<Strength> {
    let bare: Vec<u8> = call.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    let ends = |calls: &[&str]| calls.iter().any(|name| bare.ends_with(name.as_bytes()));
    if ends(CALLS) { Some(Strength::Strong) } else { ends(OTHER_CALLS).then_some(Strength::Telling) }
}

/// Whether a call of that name takes the key of a signature or a cipher.
#[must_use]
pub(crate) fn takes_key(call: &[u8]) -> bool {
    let bare: Vec<u8> = call.iter().filter(|b| b.is_ascii_alphanumeric()).map(u8::to_ascii_lowercase).collect();
    KEY_CALLS.iter().any(|name| bare.ends_with(name.as_bytes()))
}

/// The words of an identifier, lower case: `clientSecret_v2` is `client`, `secret`, `v2`.
#[must_use]
pub(crate) fn split(name: &[u8]) -> Vec<String> {
    let word = |part| String::from_utf8_lossy(name.get::<Range<usize>>(part).unwrap_or_default()).to_ascii_lowercase();
    parts(name).map(word).collect()
}

/// Whether one of these (lower case) is a word of an identifier.
#[must_use]
pub(crate) fn has_word(name: &[u8], words: &[&str]) -> bool {
    let mut parts = parts(name).filter_map(|part| name.get(part));
    parts.any(|part| words.iter().any(|word| word.as_bytes().eq_ignore_ascii_case(part)))
}

/// Where an identifier's words lie in it.
fn parts(name: &[u8]) -> impl Iterator<Item = Range<usize>> {
    let breaks = move |at: usize| {
        let byte = |at: usize| name.get(at).copied().unwrap_or(b'_');
        let (before, here, next) = (byte(at - 1), byte(at), byte(at + 1));
        // `clientSecret` breaks before S; `APIKey` before K, `V1Secret` before S.
        here.is_ascii_uppercase() && (before.is_ascii_lowercase() || next.is_ascii_lowercase())
    };
    let mut from = 0;
    std::iter::from_fn(move || {
        from += name.get(from..)?.iter().position(u8::is_ascii_alphanumeric)?;
        let start = from;
        let ends = |at: &usize| !name.get(*at).is_some_and(u8::is_ascii_alphanumeric) || breaks(*at);
        from = (start + 1..name.len()).find(ends).unwrap_or(name.len());
        Some(start..from)
    })
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
