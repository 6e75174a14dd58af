//! PEM blocks of private keys: the text cleaned, the body decoded, the key inside parsed.
//!
//! People paste keys into strings, logs, YAML and one-line variables, so the body is read with `\n`
//! escapes, quotes, indentation, `+` between strings, and whatever a log puts before each line.

use super::der::{self, Key};
use super::text::{base64, distinct};
use super::{Proof, openssh, pgp};

/// Longest block read; the engine's own windows are shorter.
const LONGEST: usize = 64 * 1024;
/// Shortest body that is worth calling a key: an Ed25519 key in PKCS#8 has 64 characters.
const SHORTEST_BODY: usize = 64;
/// A run shorter than this is a word, not a line of base64, unless it ends the body.
const SHORTEST_LINE: usize = 24;
/// Fewer different characters than this are a placeholder.
const FEW_CHARACTERS: u32 = 16;
/// Points an encrypted key loses: it is of use only with its passphrase, but whoever has the file can try
/// passphrases for as long as they like, so it stays a finding that blocks.
const ENCRYPTED: i16 = 25;
/// Points a block loses whose body is no key: cut out, shortened, or made up.
const HOLLOW: i16 = 30;

/// A private key block, from its `BEGIN` line on.
pub(super) fn private_key(secret: &[u8]) -> Proof {
    let text = unescape(secret.get(..LONGEST.min(secret.len())).unwrap_or_default());
    let Some((label, body)) = open(&text) else { return Proof::unknown() };
    let lines = body_lines(body);
    if contains(body, b"4,ENCRYPTED") {
        return legacy_encrypted(&joined(&lines));
    }
    for characters in [joined(&lines), last_runs(&lines)] {
        let (characters, checksum) = split_checksum(&characters);
        let Some(bytes) = base64(characters) else { continue };
        if let Some(key) = read(label, &bytes) {
            // A wrong checksum costs no points: whoever reads the key must do without (RFC 9580, section 6.1).
            let changed = checksum.is_some_and(|checksum| checksum != pgp::crc24(&bytes).to_be_bytes()[1..]);
            return if changed { Proof::unknown().note("its armour's checksum does not hold") } else { proven(&key) };
        }
    }
    not_parsed(label, &lines)
}

fn read(label: &[u8], bytes: &[u8]) -> Option<Key> {
    if contains(label, b"PGP") {
        return pgp::private_key(bytes);
    }
    // The label may lie about the encoding; the bytes do not.
    openssh::private_key(bytes).or_else(|| der::private_key(bytes))
}

fn proven(key: &Key) -> Proof {
    let proof = if key.encrypted {
        Proof::unknown()
            .tell(format!("private key, {}", key.what))
            .note("encrypted: a passphrase protects it, for as long as nobody guesses it")
            .demote(ENCRYPTED)
    } else {
        Proof::valid("the key inside parses").tell(format!("{}, unencrypted", key.what))
    };
    match &key.public {
        Some(public) => proof.tell(format!("its public key is {}", public.fingerprint())),
        None => proof,
    }
}

/// `Proc-Type: 4,ENCRYPTED` (RFC 1421): the body is ciphertext, so only its being base64 can be told.
fn legacy_encrypted(characters: &[u8]) -> Proof {
    if characters.len() < SHORTEST_BODY || distinct(characters) < FEW_CHARACTERS {
        return hollow(characters);
    }
    Proof::unknown().note("encrypted: a passphrase protects it, for as long as nobody guesses it").demote(ENCRYPTED)
}

/// A block without a key: a cut one still tells, one that holds nothing is a mention.
fn hollow(characters: &[u8]) -> Proof {
    if characters.len() < SHORTEST_LINE || distinct(characters) < FEW_CHARACTERS {
        return Proof::invalid("no key follows its header");
    }
    Proof::unknown().note("what follows its header is too short for a key").demote(HOLLOW)
}

fn not_parsed(label: &[u8], lines: &[Vec<&[u8]>]) -> Proof {
    let long: Vec<u8> =
        lines.iter().flatten().filter(|run| run.len() >= SHORTEST_LINE).flat_map(|run| run.iter().copied()).collect();
    if long.len() < SHORTEST_BODY || distinct(&long) < FEW_CHARACTERS {
        return hollow(&joined(lines));
    }
    let whole = long.len() / 4 * 4;
    let head = base64(&long[..whole.min(64)]).unwrap_or_default();
    if openssh::begins_private_key(&head) || der::begins_private_key(&head) {
        return Proof::unknown().note("begins as a private key does, but is cut or changed");
    }
    if contains(label, b"PGP") { Proof::unknown() } else { Proof::unknown().note("base64, but no key we can parse") }
}

/// The label and the body: what stands after the first `BEGIN` line, up to `-----END` or to the end.
fn open(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let after = &text[find(text, b"-----BEGIN ")? + 11..];
    let end = find(after, b"-----")?;
    let body = &after[end + 5..];
    Some((&after[..end], &body[..find(body, b"-----END").unwrap_or(body.len())]))
}

/// The runs of base64 characters in each line, without headers and without the `+` that joins strings.
fn body_lines(body: &[u8]) -> Vec<Vec<&[u8]>> {
    const HEADERS: [&[u8]; 8] =
        [b"Proc-Type:", b"DEK-Info:", b"Version:", b"Comment:", b"Hash:", b"Charset:", b"MessageID:", b"Key-Info:"];
    let is_base64 = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=');
    body.split(|&b| b == b'\n')
        .filter(|line| !HEADERS.iter().any(|header| contains(line, header)))
        .map(|line| line.split(|b| !is_base64(b)).filter(|run| !run.is_empty() && *run != b"+").collect())
        .collect()
}

fn joined(lines: &[Vec<&[u8]>]) -> Vec<u8> {
    lines.iter().flatten().flat_map(|run| run.iter().copied()).collect()
}

/// Only the last run of each line: logs put dates and numbers before it, before `-----END` as well.
fn last_runs(lines: &[Vec<&[u8]>]) -> Vec<u8> {
    let body = lines.split_last().map_or(lines, |(_, body)| body);
    body.iter().filter_map(|line| line.last()).flat_map(|run| run.iter().copied()).collect()
}

/// The body and the checksum's three bytes, where an armoured PGP body ends in `=XXXX`.
fn split_checksum(characters: &[u8]) -> (&[u8], Option<Vec<u8>>) {
    match characters {
        [body @ .., b'=', a, b, c, d] if ![a, b, c, d].contains(&&b'=') => (body, base64(&[*a, *b, *c, *d])),
        _ => (characters, None),
    }
}

/// Turns escapes into what they stand for: any run of backslashes before `n`, `r` or a line's end is a
/// line break, `\u002b` is its character, every other backslash is nothing.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut clean = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'\\' {
            clean.push(if byte == b'\r' { b'\n' } else { byte });
            continue;
        }
        rest = &rest[rest.iter().take_while(|&&b| b == b'\\').count()..];
        match rest {
            [b'n' | b'r', after @ ..] => {
                clean.push(b'\n');
                rest = after;
            }
            [b't', after @ ..] => {
                clean.push(b' ');
                rest = after;
            }
            [b'u', b'0', b'0', high, low, after @ ..] => {
                if let (Some(high), Some(low)) = (char::from(*high).to_digit(16), char::from(*low).to_digit(16)) {
                    clean.push((high << 4 | low) as u8);
                    rest = after;
                }
            }
            _ => {}
        }
    }
    clean
}

fn find(text: &[u8], what: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, what)
}

fn contains(text: &[u8], what: &[u8]) -> bool {
    find(text, what).is_some()
}
