//! The baseline file: credentials that are known and accepted, by fingerprint.
//!
//! ```text
//! # Comments, blank lines, and one fingerprint a line:
//! 0123456789abcdef0123456789abcdef  some-rule  # why it is accepted
//! ```
//!
//! One a line and no timestamps, so that merges are trivial. A line that cannot be read is an error with
//! its number: a baseline that is half read would allow, or block, what nobody decided.

use std::fmt;

use crate::model::Fingerprint;

/// A parsed baseline. The default one is empty and allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By fingerprint, then by line.
    entries: Vec<Entry>,
}

/// One accepted credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which credential.
    pub fingerprint: Fingerprint,
    /// The rule the entry names, if it names one; then it holds for that rule alone.
    pub rule: Option<String>,
    /// The words after `#`; empty where there are none.
    pub reason: String,
    /// Line in the file, from 1.
    pub line: u64,
}

/// A line of a baseline that cannot be read. Says nothing of the line's content, which may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct BaselineError {
    /// Line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub problem: BaselineProblem,
}

/// What can be wrong with a line of a baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BaselineProblem {
    /// A merge left its markers.
    Conflict,
    /// Bytes that are no UTF-8.
    NotUtf8,
    /// It does not begin with 32 lower-case hexadecimal digits.
    NoFingerprint,
    /// The second word is no rule id.
    NoRuleId,
    /// There is a third word that is no comment.
    TooMuch,
}

impl fmt::Display for BaselineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Conflict => "a merge conflict is not resolved (keep the entries of both sides, drop the markers)",
            Self::NotUtf8 => "not UTF-8",
            Self::NoFingerprint => "no fingerprint (32 lower-case hexadecimal digits) at its beginning",
            Self::NoRuleId => "the word after the fingerprint is no rule id (a comment begins with `#`)",
            Self::TooMuch => "words after the rule id (a comment begins with `#`)",
        })
    }
}

impl Baseline {
    /// Reads a baseline file's bytes. Ends of line may be `\n` or `\r\n`; a byte order mark is passed over.
    /// The same fingerprint may stand there more than once (as after a union merge).
    ///
    /// # Errors
    /// The first line that is neither an entry, a comment nor blank.
    pub fn parse(bytes: &[u8]) -> Result<Self, BaselineError> {
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let mut entries = Vec::new();
        for (line, raw) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
            let entry = parse_line(raw, line).map_err(|problem| BaselineError { line, problem })?;
            entries.extend(entry);
        }
        entries.sort_by_key(|entry| (entry.fingerprint, entry.line));
        Ok(Self { entries })
    }

    /// The first entry for a credential that the named rule found.
    #[must_use]
    pub fn lookup(&self, fingerprint: Fingerprint, rule_id: &str) -> Option<&Entry> {
        let from = self.entries.partition_point(|entry| entry.fingerprint < fingerprint);
        self.entries[from..]
            .iter()
            .take_while(|entry| entry.fingerprint == fingerprint)
            .find(|entry| entry.rule.as_deref().is_none_or(|rule| rule == rule_id))
    }

    /// All entries, by fingerprint and line.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// Reads one line; `None` for a blank one or a comment.
fn parse_line(raw: &[u8], line: u64) -> Result<Option<Entry>, BaselineProblem> {
    if [&b"<<<<<<<"[..], b"|||||||", b"=======", b">>>>>>>"].iter().any(|marker| raw.starts_with(marker)) {
        return Err(BaselineProblem::Conflict);
    }
    let text = std::str::from_utf8(raw).map_err(|_| BaselineProblem::NotUtf8)?;
    let (words, reason) = text.split_once('#').unwrap_or((text, ""));
    let mut words = words.split_ascii_whitespace();
    let Some(first) = words.next() else { return Ok(None) };
    let fingerprint = Fingerprint::parse(first).ok_or(BaselineProblem::NoFingerprint)?;
    let rule = words.next().map(str::to_owned);
    if rule.as_deref().is_some_and(|rule| !is_rule_id(rule)) {
        return Err(BaselineProblem::NoRuleId);
    }
    if words.next().is_some() {
        return Err(BaselineProblem::TooMuch);
    }
    Ok(Some(Entry { fingerprint, rule, reason: reason.trim().to_owned(), line }))
}

/// Whether the word is shaped like a rule id: lower case letters, digits and dashes.
fn is_rule_id(word: &str) -> bool {
    word.starts_with(|c: char| c.is_ascii_lowercase())
        && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINT: &str = "0123456789abcdef0123456789abcdef";

    fn print() -> Fingerprint {
        Fingerprint::parse(PRINT).unwrap()
    }

    #[test]
    fn entries_comments_and_blank_lines_are_read() {
        let text = format!("\u{feff}# known\r\n\r\n  \n{PRINT} a-rule # for tests # really\r\n{} #x\n", "f".repeat(32));
        let baseline = Baseline::parse(text.as_bytes()).unwrap();
        let entry = baseline.lookup(print(), "a-rule").unwrap();
        assert_eq!((entry.line, entry.reason.as_str()), (4, "for tests # really"));
        assert_eq!(baseline.lookup(print(), "b-rule"), None);
        let any = baseline.lookup(Fingerprint([0xff; 16]), "b-rule").unwrap();
        assert_eq!((any.line, any.rule.as_deref(), any.reason.as_str()), (5, None, "x"));
        assert_eq!(baseline.lookup(Fingerprint([1; 16]), "a-rule"), None);
        assert_eq!(Baseline::parse(b"").unwrap(), Baseline::default());
    }

    #[test]
    fn of_several_entries_the_first_that_fits_is_taken() {
        let text = format!("{PRINT} b-rule\n{PRINT} a-rule # second\n{PRINT} a-rule # third");
        let baseline = Baseline::parse(text.as_bytes()).unwrap();
        assert_eq!(baseline.entries().len(), 3);
        assert_eq!(baseline.lookup(print(), "a-rule").unwrap().line, 2);
    }

    #[test]
    fn a_line_that_cannot_be_read_is_an_error_with_its_number() {
        use BaselineProblem::*;
        let upper = PRINT.to_uppercase();
        let cases: &[(Vec<u8>, u64, BaselineProblem)] = &[
            (format!("{PRINT}\n<<<<<<< HEAD\n").into(), 2, Conflict),
            (format!("{PRINT}\n=======\n").into(), 2, Conflict),
            (format!("{PRINT}\n>>>>>>> theirs\n").into(), 2, Conflict),
            (format!("#\n\n{upper}\n").into(), 3, NoFingerprint),
            (format!("{PRINT}0\n").into(), 1, NoFingerprint),
            (b"whatever\n".to_vec(), 1, NoFingerprint),
            (format!("{PRINT} Because it is fine").into(), 1, NoRuleId),
            (format!("{PRINT} a-rule because").into(), 1, TooMuch),
            (b"# \xff\n".to_vec(), 1, NotUtf8),
        ];
        for (text, line, problem) in cases {
            assert_eq!(Baseline::parse(text), Err(BaselineError { line: *line, problem: *problem }));
        }
    }

    #[test]
    fn errors_do_not_repeat_what_the_line_holds() {
        let error = Baseline::parse(b"something-private").unwrap_err();
        assert_eq!(error.to_string(), "line 1: no fingerprint (32 lower-case hexadecimal digits) at its beginning");
    }
}
