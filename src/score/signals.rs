//! The signals, in one list. Each looks at the facts and gives at most one reason.
//!
//! To add one: write its function here or in a file of its own, and name it in [`SIGNALS`]. Points are
//! out of 100; 50 is where the gates begin to block.

use super::alphabet::Alphabet;
use super::facts::{Facts, Form};
use super::name::{self, Strength};
use super::placeholder::{self, Placeholder};
use super::shape::{self, Shape};
use super::{about, code, label, place, public, source, words, written};
use crate::model::Reason;
use crate::rules::{BY_NAME, Kind, by_name};

/// A way of looking at a match.
pub(crate) struct Signal {
    /// Its name, for tests and ablation.
    pub(crate) name: &'static str,
    /// The most points it gives.
    pub(crate) most: i16,
    /// What it sees, if anything.
    pub(crate) see: fn(&Facts<'_>) -> Option<Reason>,
}

/// Every signal, those first that tell most for what they cost: a match is dismissed as soon as what is left
/// cannot make a candidate of it any more.
pub(crate) const SIGNALS: &[Signal] = &[
    Signal { name: "kind", most: 80, see: kind },
    Signal { name: "form", most: 15, see: written::form },
    Signal { name: "code", most: 0, see: expression },
    Signal { name: "length", most: 0, see: length },
    Signal { name: "name", most: 40, see: assigned_name },
    Signal { name: "placeholder", most: 0, see: stand_in },
    Signal { name: "shape", most: 0, see: other_shape },
    Signal { name: "public", most: 0, see: public::see },
    Signal { name: "about", most: 0, see: about::see },
    Signal { name: "words", most: 0, see: made_of_words },
    Signal { name: "label", most: 0, see: label::see },
    Signal { name: "prose", most: 0, see: prose },
    Signal { name: "source", most: 0, see: in_source },
    Signal { name: "random", most: 40, see: randomness },
    Signal { name: "provider", most: 15, see: named_provider },
    Signal { name: "made", most: 10, see: written::made },
    Signal { name: "entropy", most: 0, see: low_entropy },
    Signal { name: "overrun", most: 0, see: overrun },
];

/// Takes a match out for good: no kind starts above 80, and nothing adds more than 60.
pub(super) const NEVER: i16 = -150;

pub(super) const fn generic(kind: Kind) -> bool {
    matches!(kind, Kind::Assignment)
}

fn kind(facts: &Facts<'_>) -> Option<Reason> {
    Some(match facts.kind {
        Kind::Token => Reason::new(80, "it has the format of this credential"),
        Kind::Block => Reason::new(80, "it is a whole key block"),
        Kind::Context => Reason::new(62, "what stands beside it names this credential, and its form is right"),
        Kind::Place => Reason::new(62, "it stands where a program or a file's format takes a password"),
        Kind::Url => Reason::new(62, "a password stands in a URL or connection string"),
        Kind::Identifier => Reason::new(40, "it is public by design, or the name of an account"),
        Kind::Hash => Reason::new(30, "it is a hash of a password, not the password"),
        Kind::Assignment => return None,
    })
}

fn assigned_name(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    Some(match facts.strength() {
        Strength::Strong => Reason::new(40, "it is assigned to a name that says password or secret"),
        Strength::Telling => Reason::new(35, "it is assigned to a name that says token or key"),
        Strength::Bare => Reason::new(15, "it is assigned to a name that may mean a credential"),
        Strength::Silent => Reason::new(-20, "the name beside it says nothing"),
        Strength::Negated => Reason::new(-25, "the name is about a credential, but does not hold one"),
    })
}

fn stand_in(facts: &Facts<'_>) -> Option<Reason> {
    if let Some(told) = placeholder::goes_on(facts) {
        return Some(told);
    }
    if matches!(facts.kind, Kind::Url | Kind::Place) {
        return place::stand_in(facts);
    }
    let strict = matches!(facts.kind, Kind::Token | Kind::Identifier | Kind::Block | Kind::Hash | Kind::Context);
    // The plain form leaves a closing brace behind: `TOKEN=abc_{token}`.
    let open = facts.form != Form::Quoted && facts.after.starts_with(b"}") && facts.value.contains(&b'{');
    let found = if open {
        placeholder::find(&[facts.value, b"}"].concat(), strict)?
    } else {
        placeholder::find(facts.value, strict)?
    };
    let points = match facts.kind {
        // A format of its own whose body is a row of the alphabet is somebody's test; it still blocks, since
        // a token that is real costs more. One that is all x, or says EXAMPLE, is told and not blocked.
        Kind::Token if matches!(found, Placeholder::Sequence | Placeholder::Periodic) => -25,
        // So is one that repeats a letter; but crosses and zeros are how documentation masks a token.
        Kind::Token if found == Placeholder::Repeated && !is_mask(facts.value) => -30,
        Kind::Token | Kind::Identifier => -45,
        Kind::Block | Kind::Hash => return None,
        // The provider's name and the exact format weigh nearly as much as a prefix.
        Kind::Context if matches!(found, Placeholder::Sequence | Placeholder::Periodic) => -12,
        Kind::Context if found == Placeholder::Repeated && !is_mask(facts.value) => -12,
        Kind::Context | Kind::Url | Kind::Place | Kind::Assignment => NEVER,
    };
    Some(Reason::new(points, found.reason()))
}

/// `HMAC_SECRET`, `SHA256_SECRET`, `hash_salt`: the last word says what it is.
fn is_key_of_digest(facts: &Facts<'_>) -> bool {
    const KEYS: &[&str] = &["secret", "salt", "pepper"];
    let words = name::split(facts.name);
    let last = words.last().map_or("", String::as_str);
    KEYS.contains(&last) && facts.strength() >= Strength::Bare && !words.iter().any(|word| word == "hashed")
        || placeholder::contains(&facts.name.to_ascii_lowercase(), b"hmac")
            && facts.strength() >= Strength::Telling
            && last.ends_with("key")
}

/// Whether what fills a value are the characters that stand for hidden ones.
fn is_mask(value: &[u8]) -> bool {
    let filler = value.iter().filter(|b| matches!(b, b'x' | b'X' | b'0' | b'*' | b'.' | b'#' | b'_' | b'?')).count();
    filler * 2 >= value.len()
}

fn other_shape(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    let shape = shape::find(facts.value)?;
    let points = match shape {
        Shape::Uuid => {
            if facts.strength() >= Strength::Telling && !is_request_token(facts.name) {
                0
            } else {
                -30
            }
        }
        // `HMAC_SECRET` is the key of a digest, `secret_hash` one.
        Shape::Digest
            if (is_key_of_digest(facts) || !shape::digest_context(facts.name))
                && !shape::digest_context(facts.before) =>
        {
            return None;
        }
        // Six digits and more under a name that says password: people do that.
        Shape::Number
            if facts.strength() == Strength::Strong
                && facts.value.len() >= 6
                && facts.value.iter().all(u8::is_ascii_digit) =>
        {
            return None;
        }
        _ => NEVER,
    };
    Some(Reason::new(points, shape.reason()))
}

/// `clientRequestToken`, `LifecycleActionToken`: drawn by the caller, to tell one request from the next.
fn is_request_token(name: &[u8]) -> bool {
    let words = name::split(name);
    words
        .iter()
        .any(|word| matches!(word.as_str(), "request" | "action" | "idempotency" | "idempotent" | "correlation"))
        || words.ends_with(&["client".to_owned(), "token".to_owned()])
}

fn expression(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    let found = match facts.form {
        // Between backticks a shell runs a command: `KEY=`cat key.pem``.
        Form::Quoted if facts.joint.ends_with(b"=`") && facts.value.contains(&b' ') => true,
        Form::Quoted => code::is_quoted_code(facts.value),
        // `name => value` joins only in languages whose text is quoted.
        _ if placeholder::contains(facts.joint, b"=>") => true,
        // `private_key: Pkcs8 = ...`: a type.
        Form::Loose | Form::Env if facts.joint.trim_ascii() == b":" && facts.after.starts_with(b" = ") => true,
        Form::Env | Form::Loose | Form::Spaced => code::is_expression(facts.value, facts.after),
    };
    if found {
        return Some(Reason::new(NEVER, "the value is code that is evaluated elsewhere"));
    }
    // `x = value;` unquoted is a variable in every language that ends lines so; `a=b;c=d` is a connection string.
    let rest = facts.after.trim_ascii_end().strip_suffix(b";");
    let ended =
        facts.form != Form::Quoted && rest.is_some_and(|rest| rest.iter().all(|b| matches!(b, b')' | b']' | b'}')));
    // With spaces around the sign no setting is written.
    let assigned = facts.form == Form::Loose && matches!(facts.joint.trim_ascii(), b"=" | b"+=");
    // `IDENTIFIED BY x;` ends a statement.
    let statement = facts.name.eq_ignore_ascii_case(b"identified");
    (ended && !statement && (assigned || facts.surprise() < 6.0)).then_some(Reason::new(-30, "the value is a variable"))
}

fn made_of_words(facts: &Facts<'_>) -> Option<Reason> {
    let in_place = matches!(facts.kind, Kind::Url | Kind::Place);
    if !generic(facts.kind) && !in_place {
        return None;
    }
    let spaces = memchr::memchr_iter(b' ', facts.value).count();
    let cover = facts.cover().share();
    // A symbol inside one word is how people make a password of it: `super$ecret`.
    let symbol = spaces == 0
        && facts.value.iter().any(|b| matches!(b, b'!' | b'$' | b'%' | b'&' | b'*' | b'?' | b'@' | b'^' | b'~' | b'#'));
    if symbol && facts.strength() == Strength::Strong && facts.form == Form::Quoted {
        return None;
    }
    let wordlike = facts
        .value
        .split(u8::is_ascii_whitespace)
        .all(|word| word.iter().all(|b| b.is_ascii_alphabetic() || b.is_ascii_punctuation()));
    // A password may be a phrase; a token or a key holds no spaces, unless it is data as text.
    let phrase = spaces >= 1 && !facts.value.contains(&b'"') && symbols(facts.value.trim_ascii()) == 0;
    if phrase && generic(facts.kind) && facts.strength() < Strength::Strong {
        return Some(Reason::new(-40, "a token or key holds no spaces"));
    }
    // `no base-64!`
    let counted = facts.value.iter().filter(|b| b.is_ascii_digit()).count() <= 2 && facts.value.contains(&b'-');
    if is_passphrase(facts) {
        return None;
    }
    let exclaimed =
        spaces == 1 && matches!(facts.value.last(), Some(b'.' | b'!' | b'?')) && (wordlike || counted) && cover >= 0.4;
    if exclaimed || spaces >= 2 && (cover >= 0.6 || wordlike && cover >= 0.4) {
        return Some(Reason::new(-60, "the value is a sentence"));
    }
    if facts.cover().letters >= 2 && (cover >= 0.8 && facts.surprise() < 2.0 || cover >= 0.7 && facts.surprise() < -2.0)
    {
        // Where nothing but a password can stand, a digit or a mark in it is enough to believe it is one.
        let points = match facts.kind {
            Kind::Place if facts.value.iter().any(|b| !b.is_ascii_alphabetic() && !matches!(b, b'-' | b'_')) => -10,
            Kind::Url if mixed(facts.value) => -10,
            // Three words and more without a blank are nobody's sample.
            Kind::Url if facts.cover().words >= 3 && facts.value.len() >= 16 => -10,
            _ if in_place => -25,
            _ => -45,
        };
        return Some(Reason::new(points, "the value is made of words"));
    }
    if words::is_word(&facts.value.to_ascii_lowercase()) || name::reads_as_words(facts.value) && facts.surprise() < 0.0
    {
        return Some(Reason::new(-45, "the value is a word"));
    }
    None
}

/// `"correct horse battery staple"`: four words and more in small letters, and none that a sentence is joined by.
fn is_passphrase(facts: &Facts<'_>) -> bool {
    const JOINING: &[&[u8]] = &[
        b"and", b"any", b"are", b"but", b"can", b"did", b"does", b"enter", b"for", b"from", b"has", b"have", b"must",
        b"not", b"please", b"should", b"that", b"the", b"then", b"this", b"use", b"used", b"was", b"when", b"which",
        b"will", b"with", b"without", b"you", b"your",
    ];
    let joined = facts.joint.iter().any(|b| matches!(b, b'=' | b':')) && !facts.joint.contains(&b',');
    let plain = |word: &[u8]| word.len() >= 3 && word.iter().all(u8::is_ascii_lowercase) && !JOINING.contains(&word);
    let words = || facts.value.split(|b| *b == b' ');
    facts.strength() == Strength::Strong
        && facts.form == Form::Quoted
        && joined
        && words().count() >= 4
        && words().all(plain)
}

/// Whether marks, or digits among the letters, make more of words: `#gets0m3`, not `letmein1`.
fn mixed(value: &[u8]) -> bool {
    let inner = value.trim_ascii_end();
    let ends = inner.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    let inner = inner.get(..inner.len() - ends).unwrap_or_default();
    inner
        .iter()
        .any(|b| b.is_ascii_digit() || matches!(b, b'!' | b'#' | b'$' | b'%' | b'&' | b'*' | b'?' | b'^' | b'~'))
}

/// How many different marks stand in a value without spaces.
fn symbols(value: &[u8]) -> usize {
    let mut seen = [false; 128];
    for &byte in value {
        if byte == b' ' {
            return 0;
        }
        let mark =
            byte.is_ascii_punctuation() && !matches!(byte, b'-' | b'_' | b'.' | b'/' | b':' | b',' | b'\'' | b'=');
        if let Some(slot) = seen.get_mut(usize::from(byte)).filter(|_| mark) {
            *slot = true;
        }
    }
    seen.iter().filter(|&&s| s).count()
}

/// What ordinary source has in such places.
fn in_source(facts: &Facts<'_>) -> Option<Reason> {
    if facts.kind == Kind::Url {
        // `scott:tiger@localhost`: a machine that is known by its first name, and a word.
        let host = facts.after.strip_prefix(b"@").unwrap_or_default();
        let host =
            host.split(|b| !b.is_ascii_alphanumeric() && !matches!(b, b'.' | b'-' | b'_')).next().unwrap_or_default();
        let near = [&b"127."[..], b"10.", b"192.168.", b"example."].iter().any(|start| host.starts_with(start));
        let local = near || !host.contains(&b'.');
        let lower = facts.value.len() <= 8 && facts.value.iter().all(u8::is_ascii_lowercase);
        let word = lower && facts.surprise() < 0.0;
        return (local && word).then_some(Reason::new(-15, "a word, for a machine nearby"));
    }
    if generic(facts.kind) { source::see(facts) } else { None }
}

/// `password: the word for it`: more words follow a plain value.
fn prose(facts: &Facts<'_>) -> Option<Reason> {
    let rest = facts.after.strip_prefix(b" ")?;
    let word = rest.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let ends = matches!(rest.get(word), None | Some(b' ' | b'.' | b',' | b'\r'));
    let loose =
        facts.form == Form::Loose || facts.form == Form::Spaced && facts.value.iter().all(u8::is_ascii_lowercase);
    (generic(facts.kind) && loose && word >= 2 && ends && facts.surprise() < 8.0)
        .then_some(Reason::new(-25, "the value stands in a sentence"))
}

fn randomness(facts: &Facts<'_>) -> Option<Reason> {
    let named = facts.kind == Kind::Context;
    if !generic(facts.kind) && !named {
        return None;
    }
    let long = facts.value.len() >= 16 && facts.entropy().share >= 0.85;
    let bits = facts.surprise();
    if named {
        return (long && bits >= 8.0).then_some(Reason::new(15, "the value is long and looks random"));
    }
    Some(if facts.alphabet() == Alphabet::Digits && facts.strength() == Strength::Strong {
        Reason::new(5, "the value is no known word")
    } else if facts.alphabet() == Alphabet::Digits {
        Reason::new(if facts.value.len() >= 12 { 0 } else { -15 }, "the value is all digits")
    } else if long && bits >= 8.0 {
        Reason::new(40, "the value is long and looks random")
    } else if symbols(facts.value) >= 5 {
        Reason::new(25, "the value mixes many symbols, as generated passwords do")
    } else if bits >= 6.0 {
        Reason::new(25, "the value looks random")
    } else if bits >= 0.0 {
        Reason::new(10, "the value is no known word")
    } else if facts.strength() < Strength::Strong {
        // A password may be a name; what is called a token or key and is none of it is an identifier.
        Reason::new(-10, "nothing in the value looks drawn")
    } else {
        return None;
    })
}

/// A provider's name in the assigned name, and a value of the form of its credentials.
fn named_provider(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) || facts.strength() < Strength::Bare || facts.surprise() < 6.0 {
        return None;
    }
    let row = by_name::find(&BY_NAME, &name::split(facts.name))?;
    row.fits(facts.value)
        .then(|| Reason::with(15, format!("the name says {}, and the value has the form of its credentials", row.name)))
}

fn length(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    match facts.value.len() {
        0..=3 => Some(Reason::new(-60, "the value is very short")),
        // `GetBytes(&secret_key, "skRm")`
        4..=5 if facts.joint.starts_with(b",") && facts.value.iter().all(u8::is_ascii_alphabetic) => {
            Some(Reason::new(-25, "the value is short"))
        }
        4..=5 if facts.strength() != Strength::Strong => Some(Reason::new(-25, "the value is short")),
        // React's `key: "r7krc0"`.
        6..=8 if facts.strength() == Strength::Bare && name::split(facts.name).len() == 1 => {
            Some(Reason::new(-25, "the value is short"))
        }
        // A password may be a name; a generated token is longer, or has digits.
        6..=9
            if facts.strength() != Strength::Strong
                && facts.value.iter().all(u8::is_ascii_alphabetic)
                && facts.surprise() < 6.0 =>
        {
            Some(Reason::new(-10, "the value is a few letters"))
        }
        _ => None,
    }
}

fn low_entropy(facts: &Facts<'_>) -> Option<Reason> {
    let percent = facts.entropy().share * 100.0;
    if percent < f32::from(facts.min_entropy) {
        return Some(Reason::with(-45, share_told(facts)));
    }
    // A body of one letter was judged as a placeholder already.
    if matches!(facts.kind, Kind::Token | Kind::Context) && placeholder::find(facts.value, true).is_some() {
        return None;
    }
    // A random token of 20 characters and more falls below 0.7 of its alphabet's entropy once in a million.
    let token =
        matches!(facts.kind, Kind::Token | Kind::Context) && facts.value.len() >= 20 && facts.entropy().share < 0.6;
    // Crosses and zeros behind a prefix: a mask, as documentation has it.
    let points = if is_mask(facts.value) { -45 } else { -30 };
    token.then(|| Reason::with(points, share_told(facts)))
}

fn share_told(facts: &Facts<'_>) -> String {
    let (bits, percent, alphabet) = (facts.entropy().bits, facts.entropy().share * 100.0, facts.alphabet().as_str());
    format!("its entropy of {bits:.1} bits a byte is {percent:.0} % of what random {alphabet} of that length has")
}

/// A token whose own format ends before the text around it does.
fn overrun(facts: &Facts<'_>) -> Option<Reason> {
    let goes_on = facts.after.first().is_some_and(u8::is_ascii_alphanumeric);
    (facts.kind == Kind::Token && goes_on)
        .then_some(Reason::new(-20, "more characters follow than a credential of this format has"))
}
