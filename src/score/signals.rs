//! The signals, in one list. Each looks at the facts and gives at most one reason.
//!
//! To add one: write its function here or in a file of its own, and name it in [`SIGNALS`]. Points are
//! out of 100; 50 is where the gates begin to block.

use super::alphabet::Alphabet;
use super::facts::{Facts, Form};
use super::name::{self, Strength};
use super::placeholder;
use super::shape::{self, Shape};
use super::{code, words};
use crate::model::Reason;
use crate::rules::Kind;

/// A way of looking at a match.
pub(crate) struct Signal {
    /// Its name, for tests and ablation.
    pub(crate) name: &'static str,
    /// What it sees, if anything.
    pub(crate) see: fn(&Facts<'_>) -> Option<Reason>,
}

/// Every signal.
pub(crate) const SIGNALS: &[Signal] = &[
    Signal { name: "kind", see: kind },
    Signal { name: "name", see: assigned_name },
    Signal { name: "form", see: form },
    Signal { name: "placeholder", see: stand_in },
    Signal { name: "shape", see: other_shape },
    Signal { name: "code", see: expression },
    Signal { name: "words", see: made_of_words },
    Signal { name: "random", see: randomness },
    Signal { name: "length", see: length },
    Signal { name: "entropy", see: low_entropy },
];

/// Takes a match out for good: no kind starts above 80, and nothing adds more than 60.
const NEVER: i16 = -150;

const fn generic(kind: Kind) -> bool {
    matches!(kind, Kind::Assignment)
}

fn kind(facts: &Facts<'_>) -> Option<Reason> {
    Some(match facts.kind {
        Kind::Token => Reason::new(80, "it has the format of this credential"),
        Kind::Block => Reason::new(80, "it is a whole key block"),
        Kind::Context => Reason::new(62, "the provider's name stands beside a value of the right format"),
        Kind::Url => Reason::new(62, "a password stands in a URL or connection string"),
        Kind::Hash => Reason::new(30, "it is a hash of a password, not the password"),
        Kind::Assignment => return None,
    })
}

fn assigned_name(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    Some(match facts.strength {
        Strength::Strong => Reason::new(40, "it is assigned to a name that says password or secret"),
        Strength::Telling => Reason::new(35, "it is assigned to a name that says token or key"),
        Strength::Bare => Reason::new(15, "it is assigned to a name that may mean a credential"),
        Strength::Silent => Reason::new(0, "the name beside it says nothing"),
        Strength::Negated => Reason::new(-25, "the name is about a credential, but does not hold one"),
    })
}

fn form(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    match facts.form {
        Form::Quoted => Some(Reason::new(15, "it is a quoted constant")),
        Form::Env => Some(Reason::new(15, "it is a plain NAME=value")),
        Form::Loose => Some(Reason::new(5, "it is a plain value")),
        Form::Spaced => Some(Reason::new(10, "it is an argument")),
    }
}

fn stand_in(facts: &Facts<'_>) -> Option<Reason> {
    let strict = matches!(facts.kind, Kind::Token | Kind::Block | Kind::Hash);
    let found = placeholder::find(facts.value, strict || facts.kind == Kind::Context)?;
    let points = match facts.kind {
        // A format of its own whose body is a row of x: seen, told, not blocked.
        Kind::Token => -45,
        Kind::Block | Kind::Hash => return None,
        Kind::Context | Kind::Url | Kind::Assignment => NEVER,
    };
    Some(Reason::new(points, found.reason()))
}

fn other_shape(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    let shape = shape::find(facts.value)?;
    let points = match shape {
        Shape::Uuid => if facts.strength >= Strength::Telling { 0 } else { -30 },
        Shape::Digest if !shape::digest_context(facts.name) && !shape::digest_context(facts.before) => return None,
        Shape::Number if facts.strength == Strength::Strong && facts.value.len() >= 6 => -5,
        _ => NEVER,
    };
    Some(Reason::new(points, shape.reason()))
}

fn expression(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    let found = match facts.form {
        Form::Quoted => code::is_quoted_code(facts.value),
        Form::Env | Form::Loose | Form::Spaced => code::is_expression(facts.value, facts.after),
    };
    if found {
        return Some(Reason::new(NEVER, "the value is code that is evaluated elsewhere"));
    }
    // `x = value;` unquoted is a variable in every language that ends lines so; `a=b;c=d` is a connection string.
    let statement = facts.form != Form::Quoted && facts.after.trim_ascii_end() == b";" && facts.surprise < 6.0;
    statement.then_some(Reason::new(-30, "the value is a variable"))
}

fn made_of_words(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) && facts.kind != Kind::Url {
        return None;
    }
    let spaces = facts.value.iter().filter(|&&b| b == b' ').count();
    let cover = facts.cover.share();
    if spaces >= 2 && cover >= 0.6 {
        return Some(Reason::new(-60, "the value is a sentence"));
    }
    if facts.cover.letters >= 2 && cover >= 0.8 && facts.surprise < 2.0 {
        let points = if facts.kind == Kind::Url { -25 } else { -45 };
        return Some(Reason::new(points, "the value is made of words"));
    }
    if words::is_word(&facts.value.to_ascii_lowercase()) || name::reads_as_words(facts.value) && facts.surprise < 0.0 {
        return Some(Reason::new(-45, "the value is a word"));
    }
    None
}

fn randomness(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    let long = facts.value.len() >= 16 && facts.entropy.share >= 0.85;
    let bits = facts.surprise;
    Some(if facts.alphabet == Alphabet::Digits {
        Reason::new(-10, "the value is all digits")
    } else if long && bits >= 8.0 {
        Reason::new(40, "the value is long and looks random")
    } else if bits >= 6.0 {
        Reason::new(25, "the value looks random")
    } else if bits >= 0.0 {
        Reason::new(10, "the value is no known word")
    } else {
        return None;
    })
}

fn length(facts: &Facts<'_>) -> Option<Reason> {
    if !generic(facts.kind) {
        return None;
    }
    match facts.value.len() {
        0..=3 => Some(Reason::new(-60, "the value is very short")),
        4..=5 if facts.strength != Strength::Strong => Some(Reason::new(-25, "the value is short")),
        _ => None,
    }
}

fn low_entropy(facts: &Facts<'_>) -> Option<Reason> {
    let percent = facts.entropy.share * 100.0;
    if percent < f32::from(facts.min_entropy) {
        return Some(Reason::new(-45, "the value is less random than this credential would be"));
    }
    // A random token of 20 characters and more falls below 0.7 of its alphabet's entropy once in a million.
    let token = matches!(facts.kind, Kind::Token | Kind::Context) && facts.value.len() >= 20 && facts.entropy.share < 0.6;
    token.then_some(Reason::new(-30, "the value is less random than its alphabet and length promise"))
}
