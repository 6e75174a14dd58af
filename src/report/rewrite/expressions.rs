//! What to replace: `git filter-repo`'s own notation.
//!
//! A line is `literal:TEXT==>REPLACEMENT`, or `regex:PATTERN==>REPLACEMENT` in Python's notation for bytes. A
//! literal may hold any byte but an end of line, so that only credentials of several lines need a pattern.

use std::collections::BTreeSet;
use std::io::{self, Write};

use super::About;
use crate::model::Secret;
use crate::model::history::{History, Life};

/// What stands in the place of a credential.
const REMOVED: &[u8] = b"***REMOVED***";
/// The same in a path, where asterisks would be in everybody's way.
const REMOVED_NAME: &[u8] = b"REMOVED";
/// What separates the two sides of a line.
const TO: &[u8] = b"==>";

/// Every form of every credential that counts, the longest first, so that none is cut by one that it holds.
fn forms(history: &History) -> Vec<&[u8]> {
    let all = history.blocking().flat_map(|life: &Life| life.forms.iter().chain([&life.finding.secret]));
    let all: BTreeSet<&[u8]> = all.map(Secret::expose).filter(|form| !form.is_empty()).collect();
    let mut all: Vec<&[u8]> = all.into_iter().collect();
    all.sort_by_key(|form| std::cmp::Reverse(form.len()));
    all
}

/// The shortest form there is, in bytes.
pub(super) fn shortest(history: &History) -> usize {
    forms(history).last().map_or(0, |form| form.len())
}

/// For `--replace-text` and `--replace-message`.
pub(super) fn write(history: &History, _: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    for form in forms(history) {
        if form.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            out.write_all(b"regex:")?;
            out.write_all(pattern(form).as_bytes())?;
        } else {
            out.write_all(b"literal:")?;
            out.write_all(form)?;
        }
        out.write_all(&[TO, REMOVED, b"\n"].concat())?;
    }
    Ok(())
}

/// A pattern for exactly these bytes, whatever the ends of lines are.
fn pattern(form: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut pattern = String::new();
    let mut rest = form.iter().copied().peekable();
    while let Some(byte) = rest.next() {
        match byte {
            b'\r' if rest.peek() == Some(&b'\n') => {}
            b'\n' => pattern.push_str(r"\r?\n"),
            _ if byte.is_ascii_alphanumeric() => pattern.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(pattern, r"\x{byte:02x}")),
        }
    }
    pattern
}

/// For `--paths-from-file`: what files and directories are called instead.
pub(super) fn renames(history: &History, _: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    let forms = forms(history);
    // The deepest first: a directory's new name must not come before those of what is in it.
    for name in history.reach.names.iter().rev().filter(|name| is_plain(name)) {
        let line = [b"literal:", name.as_slice(), TO, &renamed(name, &forms), b"\n"].concat();
        out.write_all(&line)?;
    }
    Ok(())
}

/// Whether the notation has a way to write a name.
pub(super) fn is_plain(name: &[u8]) -> bool {
    !name.iter().any(|byte| matches!(byte, b'\n' | b'\r')) && !name.windows(TO.len()).any(|part| part == TO)
}

fn renamed(name: &[u8], forms: &[&[u8]]) -> Vec<u8> {
    let (mut new, mut at) = (Vec::new(), 0);
    while let Some(rest) = name.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(form) = forms.iter().find(|form| rest.starts_with(form)) {
            new.extend_from_slice(REMOVED_NAME);
            at += form.len();
        } else {
            new.extend(rest.first());
            at += 1;
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_the_bytes_and_any_end_of_line() {
        assert_eq!(pattern(b"a.b\r\nC\n(\xff)"), r"a\x2eb\r?\nC\r?\n\x28\xff\x29");
    }

    #[test]
    fn names_lose_every_form_of_a_credential() {
        assert_eq!(renamed(b"keys/abcd-x.abcd", &[b"abcd-x", b"abcd"]), b"keys/REMOVED.REMOVED");
        assert!(is_plain(b"a b") && !is_plain(b"a\nb") && !is_plain(b"a==>b"));
    }
}
