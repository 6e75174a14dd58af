//! Program text and lists that look like assignments of credentials: what ordinary source has taught
//! (`benches/benign`).

use super::checks::Outcome;
use super::checks::plain::{docker_auth, is_text_alone, plain_text};
use super::facts::{Facts, Form, joint_is_call};
use super::name::{self, Strength};
use super::shape::{self, Shape};
use super::{placeholder, program};
use crate::model::Reason;

/// What a match in program text is instead of a credential, if anything.
pub(super) fn see(facts: &Facts<'_>) -> Option<Reason> {
    if is_file_digest(facts) {
        return Some(Reason::new(-60, "the value is the digest of a file"));
    }
    if is_verb(facts) {
        return Some(Reason::new(-40, "`pass` is a verb here, or half of a word"));
    }
    if names_a_field(facts) {
        return Some(Reason::new(-60, "the value is the name of a field or type"));
    }
    if is_argument(facts) {
        return Some(Reason::new(-30, "the value is a variable"));
    }
    if let Some(reason) = program::see(facts) {
        return Some(reason);
    }
    if let Some(reason) = basic(facts) {
        return Some(reason);
    }
    if is_attribute(facts) {
        return Some(Reason::new(-60, "the nonce of an element is drawn for each page"));
    }
    if is_fingerprint(facts) {
        return Some(Reason::new(-60, "the value has the form of a key's fingerprint"));
    }
    if is_called(facts) {
        return Some(Reason::new(-60, "the name is a function that does something with such a thing"));
    }
    if is_format(facts) {
        return Some(Reason::new(-60, "the value is a format, filled in where it is used"));
    }
    if is_vector(facts) {
        return Some(Reason::new(-25, "bytes written out under a name of cryptography, as test vectors are"));
    }
    if is_resource(facts) {
        return Some(Reason::new(-60, "it is the name of a resource"));
    }
    if is_expanded(facts) {
        return Some(Reason::new(-60, "the name is a variable that is filled in here"));
    }
    if is_badge(facts) {
        return Some(Reason::new(-60, "the token of a badge is public by design"));
    }
    if is_bytes(facts) {
        return Some(Reason::new(-60, "the value is a few bytes written as escapes"));
    }
    if is_compared_word(facts) {
        return Some(Reason::new(-25, "what a word of a language is compared with"));
    }
    if is_character(facts) {
        return Some(Reason::new(-60, "single quotes hold one character in C and its kin"));
    }
    if is_encoded_placeholder(facts) {
        return Some(Reason::new(-60, "it decodes to a placeholder, or to the name of something"));
    }
    // `'password = '.$p['password']."\n"`: PHP joins texts by a dot.
    let joins = facts.value.starts_with(b".$")
        || facts.value.starts_with(b"+")
            && (facts.value.ends_with(b"+") || facts.joint.starts_with(b" ") && facts.value.contains(&b')'));
    let closes = [&b" "[..], b", ", b") "].iter().any(|start| facts.value.starts_with(start));
    if facts.form == Form::Quoted && (closes || joins) {
        return Some(Reason::new(-40, "the quote before it closes what stands before"));
    }
    if is_beside(facts) {
        return Some(Reason::new(-20, "only a blank joins the two, as in a sentence"));
    }
    if is_arm(facts) {
        return Some(Reason::new(-30, "the name is a case of an enumeration, and the value what it is called"));
    }
    if is_docstring(facts) {
        return Some(Reason::new(-60, "the text describes what stands before it"));
    }
    if is_statement_in_prose(facts) {
        return Some(Reason::new(-40, "`identified by` stands in a sentence"));
    }
    if is_said(facts) {
        return Some(Reason::new(-25, "only a verb joins the two, as in a sentence"));
    }
    if in_dense_code(facts) {
        return Some(Reason::new(-40, "it stands in the middle of code"));
    }
    if in_garbage(facts) {
        return Some(Reason::new(-60, "it stands in compressed or compiled data"));
    }
    in_binary(facts).then_some(Reason::new(-25, "it stands among bytes that are no text"))
}

/// `arn:aws:secretsmanager:us-west-2:123456789012:secret:Db-1a2b3c`, unquoted or inside one string.
fn is_resource(facts: &Facts<'_>) -> bool {
    let before = [&b"arn:"[..], b"urn:"].iter().any(|start| placeholder::contains(facts.before, start));
    facts.joint == b":" && (before || facts.name.starts_with(b"arn") || facts.before.ends_with(b":"))
}

/// `Basic YYYYMMDD`, `Basic Zm9vOmJhcg==`: words behind a word, and the encoded `foo:bar` of a test.
fn basic(facts: &Facts<'_>) -> Option<Reason> {
    let blank = facts.joint.iter().all(|b| matches!(b, b' ' | b'\t' | b'"' | b'\'' | b'`'));
    if !facts.name.eq_ignore_ascii_case(b"basic") || !blank {
        return None;
    }
    let proof = docker_auth(facts.value);
    match proof.outcome {
        Outcome::Valid => None,
        Outcome::Unknown => Some(Reason::new(-60, "it decodes to user:password, but the password is a placeholder")),
        Outcome::Invalid if is_text_alone(facts.value) => {
            Some(Reason::new(-60, "it decodes to a text without a password"))
        }
        // Base64 of text mixes its cases; what does and yet holds no colon may have been made unreadable for a report.
        Outcome::Invalid => {
            let one_case =
                !facts.value.iter().any(u8::is_ascii_lowercase) || !facts.value.iter().any(u8::is_ascii_uppercase);
            one_case.then_some(Reason::new(-30, "it does not decode to user:password"))
        }
    }
}

/// `<script nonce="x">`
fn is_attribute(facts: &Facts<'_>) -> bool {
    // An element's attributes may stand on lines of their own.
    let alone = facts.before.trim_ascii().is_empty() && facts.joint.len() == 2;
    facts.name.eq_ignore_ascii_case(b"nonce")
        && facts.joint.starts_with(b"=")
        && (alone || facts.before.contains(&b'<'))
}

/// Forty hexadecimal digits in upper case, or sixteen behind `0x`, under a name that says key: the fingerprint of an
/// `OpenPGP` key, as `gpg` prints it.
fn is_fingerprint(facts: &Facts<'_>) -> bool {
    let digits = facts.value.strip_prefix(b"0x").unwrap_or(facts.value);
    let upper = digits.iter().all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F' | b' '));
    let count = digits.iter().filter(|b| b.is_ascii_hexdigit()).count();
    let words = name::split(facts.name);
    let signs = words.iter().any(|word| matches!(word.as_str(), "gpg" | "pgp" | "signingkey"));
    let short = matches!(count, 8 | 16) && (signs || digits.len() < facts.value.len());
    let key = words.last().is_some_and(|last| matches!(last.as_str(), "key" | "keys" | "keyid" | "signingkey"));
    let secret = words.iter().any(|word| {
        matches!(word.as_str(), "secret" | "private" | "api" | "access" | "auth" | "encryption" | "aes" | "master")
    });
    upper && (count == 40 || short) && key && !secret
}

/// "SCRAM password `SASLprep`", "the passphrase 'x'": no sign joins the two. A statement or a command has its own rule.
fn is_beside(facts: &Facts<'_>) -> bool {
    let blank = facts.joint.strip_suffix(b"\"").or_else(|| facts.joint.strip_suffix(b"'"));
    let blank = blank.or_else(|| facts.joint.strip_suffix(b"`"));
    facts.form == Form::Quoted
        && blank.is_some_and(|blank| !blank.is_empty() && blank.iter().all(u8::is_ascii_whitespace))
        && !facts.name.starts_with(b"-")
        && !is_definition(facts)
        && !is_statement(facts)
        && facts.surprise() < 8.0
}

/// `CREATE USER app PASSWORD 'x'`
fn is_statement(facts: &Facts<'_>) -> bool {
    let before = facts.before.trim_ascii().to_ascii_lowercase();
    let says = |word: &[u8]| placeholder::contains(&before, word);
    facts.name.eq_ignore_ascii_case(b"password")
        && (says(b"create") || says(b"alter"))
        && (says(b"user") || says(b"role"))
}

/// `#define WIFI_PASSWORD "x"`, Lisp's `(setq smtp-password "x")`, Clojure's `:password "x"`, Gradle's `storePassword 'x'`
/// on a line of its own: languages that join name and value by a blank.
fn is_definition(facts: &Facts<'_>) -> bool {
    let head = facts.before.trim_ascii_end();
    let defined = [&b"#define"[..], b"(setq", b"(def", b"(defvar", b"(defconst", b"(defparameter"];
    let keyword =
        facts.before.strip_suffix(b":").is_some_and(|head| matches!(head.last(), None | Some(b' ' | b'{' | b'(')));
    let alone = head.is_empty()
        && name::split(facts.name).len() >= 2
        && facts.after.get(1..).unwrap_or_default().trim_ascii().is_empty();
    keyword || alone || defined.iter().any(|word| head.ends_with(word))
}

/// `ClientTrafficSecret => b"c hs traffic"`: Rust's `match`. In a map the key is a text, a symbol or small.
fn is_arm(facts: &Facts<'_>) -> bool {
    let camel = facts.name.first().is_some_and(u8::is_ascii_uppercase) && facts.name.iter().any(u8::is_ascii_lowercase);
    camel && facts.joint.starts_with(b" => ") && !facts.before.ends_with(b":")
}

/// `def check(self, password):` and three quotes on the next line.
fn is_docstring(facts: &Facts<'_>) -> bool {
    [&b"\"\"\""[..], b"'''"].iter().any(|quotes| facts.joint.ends_with(quotes)) && !facts.joint.contains(&b'=')
}

/// "the columns identified by colUsed": SQL names the user before, or writes its words in capitals.
fn is_statement_in_prose(facts: &Facts<'_>) -> bool {
    let before = facts.before.to_ascii_lowercase();
    let says = |word: &&[u8]| placeholder::contains(&before, word);
    // A statement may begin on a line before; ASN.1 writes `{ PBEParameter IDENTIFIED BY pbeWithMD5 }`.
    let prose = facts.name == b"identified"
        || facts.name == b"IDENTIFIED" && facts.form != Form::Quoted && !facts.after.trim_ascii().starts_with(b";");
    prose && ![&b"user"[..], b"role", b"grant", b"alter", b"create", b"@"].iter().any(says)
}

/// "the token is required", `token is tok_name`.
fn is_said(facts: &Facts<'_>) -> bool {
    facts.form != Form::Quoted && facts.joint.trim_ascii() == b"is" && facts.surprise() < 8.0
}

/// `$(PWD):/mnt`, `${TOKEN}=x`: the closing bracket belongs to what the name stands in.
fn is_expanded(facts: &Facts<'_>) -> bool {
    let compared = facts.joint.contains(&b'=') && facts.joint.windows(2).any(|pair| matches!(pair, b"==" | b"!="));
    !compared
        && [(&b"$("[..], &b")"[..]), (b"${", b"}"), (b"%(", b")")]
            .iter()
            .any(|(open, close)| facts.before.ends_with(open) && facts.joint.starts_with(close))
}

/// `char secret[] = 'x'`, `key = @'x'`: no text in C, C# or Objective-C; PHP's `$secrets[] = 'x'` is.
fn is_character(facts: &Facts<'_>) -> bool {
    let Some(joint) = facts.joint.strip_suffix(b"'") else { return false };
    joint.ends_with(b"@") || joint.starts_with(b"[]") && !facts.name.starts_with(b"$")
}

/// Kubernetes' `password: Y2hhbmdlbWU=`: base64 of what would be a placeholder itself.
fn is_encoded_placeholder(facts: &Facts<'_>) -> bool {
    const LONGEST: usize = 256;
    let fits = facts.value.len() >= 8 && facts.value.len() <= LONGEST && facts.value.len().is_multiple_of(4);
    let names = |text: &[u8]| matches!(shape::find(text), Some(Shape::Resource | Shape::Url | Shape::Path));
    fits && plain_text(facts.value).is_some_and(|text| placeholder::find(&text, false).is_some() || names(&text))
}

/// `badge.svg?token=x`: everyone who reads the page sees it.
fn is_badge(facts: &Facts<'_>) -> bool {
    facts.joint == b"="
        && ([&b".svg?"[..], b".png?"].iter().any(|end| facts.before.ends_with(end))
            || facts.before.ends_with(b"&")
                && (placeholder::contains(facts.before, b"img.shields.io/")
                    || placeholder::contains(facts.before, b".svg?")))
}

/// `"\x00"`, `"PK\x03\x04"`, `"\u0627"`, `"%F0%9F%92%A9"`: a constant of some format.
fn is_bytes(facts: &Facts<'_>) -> bool {
    if facts.value.len().is_multiple_of(2) && facts.value.chunks(2).all(|pair| pair.starts_with(b"\\")) {
        return true;
    }
    let percents = facts
        .value
        .windows(3)
        .filter(|three| matches!(three, [b'%', high, low] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit()));
    if percents.count() * 5 >= facts.value.len() && facts.value.len() <= 24 {
        return true;
    }
    let escapes = facts.value.windows(2).filter(|pair| matches!(*pair, [b'\\', b'x' | b'u'])).count();
    let long = facts.value.windows(2).filter(|pair| *pair == b"\\u").count();
    let escapes = escapes + facts.value.windows(3).filter(|three| *three == b"\\0x").count();
    (1..4).contains(&escapes) && facts.value.len() <= 4 * escapes + 2 * long + 4
}

/// `if (token === "combinator")`: of a parser; what a credential is compared with has digits.
fn is_compared_word(facts: &Facts<'_>) -> bool {
    placeholder::contains(facts.joint, b"==")
        && facts.strength() < Strength::Strong
        && facts.value.len() < 24
        && facts.value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'-' | b' '))
}

/// `"src/keys.rs":"9f86d08..."`: lists of files and their digests.
pub(super) fn is_file_digest(facts: &Facts<'_>) -> bool {
    // Not `key`: `azure.api.key` and `this.api_key` hold keys.
    const EXTENSIONS: &[&[u8]] = &[
        b"rs", b"pem", b"json", b"md", b"toml", b"txt", b"js", b"ts", b"py", b"go", b"c", b"h", b"s", b"pl", b"yml",
        b"der", b"asm",
    ];
    let extension = memchr::memrchr(b'.', facts.name).and_then(|dot| facts.name.get(dot + 1..));
    let a_file = extension.is_some_and(|last| EXTENSIONS.contains(&last.to_ascii_lowercase().as_slice()));
    // `//apiKey = "..."` is a comment.
    let below = facts.before.ends_with(b"/") && !facts.before.ends_with(b"//");
    shape::is_digest(facts.value) && (a_file || below)
}

/// "pass `x=False`", "low-pass filter": no sign joins the two.
fn is_verb(facts: &Facts<'_>) -> bool {
    let joined = facts.joint.iter().any(|b| matches!(b, b'=' | b':' | b'(' | b',' | b'>' | b'['));
    let verb = facts.name.eq_ignore_ascii_case(b"pass") && facts.form == Form::Quoted;
    // A flag begins with its dash.
    let half = facts.form == Form::Spaced && facts.name.contains(&b'-') && !facts.name.starts_with(b"-");
    !joined && (verb || half)
}

/// `"input_token": "PaginationToken"`: words, the name's own among them.
fn names_a_field(facts: &Facts<'_>) -> bool {
    if facts.form != Form::Quoted || !facts.value.iter().all(|b| b.is_ascii_alphanumeric() || *b == b'_') {
        return false;
    }
    let (words, own) = (name::split(facts.value), name::split(facts.name));
    let telling = |word: &String| word.len() >= 5 && own.contains(word);
    words.len() >= 2 && words.iter().all(|word| word.len() >= 2) && words.iter().any(telling) && facts.surprise() < 6.0
}

/// `f(private_key=ca_key, token=cursor)`: an argument by name, given a variable.
fn is_argument(facts: &Facts<'_>) -> bool {
    let plain = facts.value.iter().all(|b| b.is_ascii_alphabetic() || matches!(b, b'_' | b'.'));
    // `sse_c_key_md5`, `AZD_AQ_PM_1`: a letter or more, a digit or two, between underscores.
    let part = |part: &[u8]| {
        let letters = part.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        part.len() - letters <= 2 && part.iter().skip(letters).all(u8::is_ascii_digit)
    };
    let snake = memchr::memchr_iter(b'_', facts.value).count() >= 2 && facts.value.split(|b| *b == b'_').all(part);
    let ends = matches!(facts.after.first(), Some(b')' | b','));
    facts.form == Form::Env && facts.joint == b"=" && ends && (snake || plain && facts.surprise() < 8.0)
}

/// `newToken("punctuator")`, `token.endswith("x")`: not a setter.
fn is_called(facts: &Facts<'_>) -> bool {
    const VERBS: &[&str] = &[
        "new", "add", "create", "parse", "read", "is", "has", "assert", "expect", "run", "make", "eq", "should", "get",
        "find", "lookup", "load", "fetch", "delete", "remove",
    ];
    const METHODS: &[&str] = &[
        "startswith",
        "endswith",
        "replace",
        "split",
        "strip",
        "index",
        "match",
        "get",
        "getpwnam",
        "getspnam",
        "encode",
        "decode",
        "find",
        "includes",
        "contains",
        "concat",
        "join",
        "format",
        "sub",
        "search",
        "count",
        "partition",
        "rpartition",
        "rsplit",
        "lstrip",
        "rstrip",
        "removeprefix",
        "removesuffix",
    ];
    if !facts.joint.starts_with(b"(")
        || facts.strength() < Strength::Bare
        || joint_is_call(facts.joint)
        || name::takes_key(facts.name)
    {
        return false;
    }
    let words = name::split(facts.name);
    // `passValue("x")`: the verb.
    let last = facts.name.rsplit(|b| *b == b'.').next().unwrap_or_default();
    let passes = last.starts_with(b"pass") && name::split(last).first().is_some_and(|first| first == "pass");
    (passes || words.iter().any(|word| VERBS.contains(&word.as_str()))) && words.len() >= 2
        || words.last().is_some_and(|last| METHODS.contains(&last.as_str()))
}

/// Whether zero bytes stand near: compiled catalogues and programs.
fn in_binary(facts: &Facts<'_>) -> bool {
    let zeros = |text: &[u8]| memchr::memchr_iter(0, text).take(3).count();
    zeros(facts.before) + zeros(facts.after) + zeros(facts.value) >= 3 || std::str::from_utf8(facts.value).is_err()
}

/// Whether control characters and bytes that are no UTF-8 stand directly beside: what compression makes is no text,
/// and holds three letters and a sign by chance. The zero bytes of a program's texts are none of them.
fn in_garbage(facts: &Facts<'_>) -> bool {
    const NEAR: usize = 16;
    let before = facts.before.get(facts.before.len().saturating_sub(NEAR)..).unwrap_or_default();
    let after = facts.after.get(..facts.after.len().min(NEAR)).unwrap_or_default();
    let strange = |text: &[u8]| {
        let control = text.iter().filter(|b| matches!(b, 1..=8 | 0x0b | 0x0c | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f));
        // A character that was cut at either end is none.
        let broken = text.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count().saturating_sub(2);
        control.count() + broken
    };
    strange(before) + strange(facts.value) + strange(after) >= 2
}

/// `key = "%s-%d" % (a, b)`, `f"dr{rec[2]}-{rec[1]}"`.
fn is_format(facts: &Facts<'_>) -> bool {
    let printf = facts.value.windows(2).filter(|pair| matches!(*pair, [b'%', b's' | b'd' | b'f' | b'r'])).count();
    let literal = facts.joint.ends_with(b"f\"") || facts.joint.ends_with(b"f'");
    if facts.joint.ends_with(b"`") && holds_expression(facts.value) {
        return true;
    }
    let filled = placeholder::contains(facts.value, b"{}") && facts.after.starts_with(b"\".format(");
    facts.form == Form::Quoted
        && (printf >= 2 || filled || literal && facts.value.contains(&b'{') && facts.value.contains(&b'}'))
}

/// JavaScript's `search/${pluralize(e.model)}`.
fn holds_expression(value: &[u8]) -> bool {
    let inner = memchr::memmem::find(value, b"${").and_then(|at| value.get(at + 2..)).unwrap_or_default();
    let end = inner.iter().position(|b| !(b.is_ascii_alphanumeric() || b"_$.,()[]?'\" ".contains(b)));
    end.is_some_and(|end| end > 0 && inner.get(end) == Some(&b'}'))
}

/// `let key = "603deb10..."`, `let seed = b"\xa0\xba..."`: no word but `key` says what it opens.
fn is_vector(facts: &Facts<'_>) -> bool {
    let hex =
        facts.value.len() >= 16 && facts.value.len().is_multiple_of(2) && facts.value.iter().all(u8::is_ascii_hexdigit);
    let escapes = facts.value.windows(2).filter(|pair| *pair == b"\\x").count();
    let bare =
        facts.strength() == Strength::Bare && name::split(facts.name).len() == 1 && !facts.name.starts_with(b"salt");
    // `Key = 603deb10`: as files of test vectors have it.
    let listed = facts.form == Form::Loose && facts.joint == b" = " && bare && hex;
    listed || facts.form == Form::Quoted && (bare && hex || escapes >= 4 && escapes * 4 + 4 >= facts.value.len())
}

/// Minified programs: many brackets and semicolons around a value without quotes.
fn in_dense_code(facts: &Facts<'_>) -> bool {
    const MANY: usize = 12;
    let marks = |text: &[u8]| {
        text.iter().filter(|b| matches!(b, b'(' | b')' | b'{' | b'}' | b';' | b'!' | b'|' | b'?' | b'[' | b']')).count()
    };
    // No joint: the value comes first, as in `"x" == password`, and is quoted.
    facts.form != Form::Quoted && !facts.joint.is_empty() && marks(facts.before) + marks(facts.after) >= MANY
}
