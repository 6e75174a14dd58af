//! The baseline file: credentials that are known and accepted, by fingerprint.
//!
//! ```text
//! # portcullis key 89abcdef0123456789abcdef01234567
//! # Comments, blank lines, and one fingerprint a line:
//! 0123456789abcdef0123456789abcdef  some-rule  # why it is accepted
//! 123456789abcdef0123456789abcdef0  some-rule  until:2027-01-31  # why, and for how long
//! ```
//!
//! One a line and no timestamps, so that merges are trivial. A line that cannot be read is an error with
//! its number: a baseline that is half read would allow, or block, what nobody decided. The first line says by
//! which key the fingerprints were made: under another one, none of them could ever be met.

mod edit;

use std::fmt;

use super::Key;
use crate::model::{Day, Fingerprint};

/// What begins the line that tells the key.
const KEY_LINE: &str = "# portcullis key ";

/// What begins the word that tells the last day.
const UNTIL: &str = "until:";

/// A parsed baseline. The default one is empty and allows nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// By fingerprint, then by line.
    entries: Vec<Entry>,
    /// The keys it says it was made with: one, unless two were merged.
    keys: Vec<Fingerprint>,
}

/// One accepted credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Which credential.
    pub fingerprint: Fingerprint,
    /// The rule the entry names, if it names one; then it holds for that rule alone.
    pub rule: Option<String>,
    /// The last day on which it holds, if there is one.
    pub until: Option<Day>,
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
    /// What follows `until:` is no day.
    NoDay,
    /// There is a word more that is no comment.
    TooMuch,
    /// What follows `# portcullis key` is no key's mark.
    NoKey,
}

impl fmt::Display for BaselineProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Conflict => "a merge conflict is not resolved (keep the entries of both sides, drop the markers)",
            Self::NotUtf8 => "not UTF-8",
            Self::NoFingerprint => "no fingerprint (32 lower-case hexadecimal digits) at its beginning",
            Self::NoRuleId => "the word after the fingerprint is no rule id (a comment begins with `#`)",
            Self::NoDay => "no day after `until:` (as in until:2027-01-31)",
            Self::TooMuch => "words after the rule id (a comment begins with `#`)",
            Self::NoKey => "no key's mark after `# portcullis key` (32 lower-case hexadecimal digits)",
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
        let mut baseline = Self::default();
        for (line, raw) in (1..).zip(bytes.split(|&byte| byte == b'\n')) {
            baseline.read(raw, line).map_err(|problem| BaselineError { line, problem })?;
        }
        baseline.entries.sort_by_key(|entry| (entry.fingerprint, entry.line));
        Ok(baseline)
    }

    fn read(&mut self, raw: &[u8], line: u64) -> Result<(), BaselineProblem> {
        if let Some(mark) = raw.strip_prefix(KEY_LINE.as_bytes()) {
            let mark = std::str::from_utf8(mark).ok().and_then(|mark| Fingerprint::parse(mark.trim()));
            self.keys.push(mark.ok_or(BaselineProblem::NoKey)?);
        } else {
            self.entries.extend(parse_line(raw, line)?);
        }
        Ok(())
    }

    /// The line that tells a key.
    #[must_use]
    pub fn key_line(key: &Key) -> String {
        format!("{KEY_LINE}{}", key.mark())
    }

    /// Whether its fingerprints are of that key, as far as it says.
    #[must_use]
    pub fn is_of(&self, key: &Key) -> bool {
        self.keys.iter().all(|own| *own == key.mark())
    }

    /// Whether it says by which key it was made.
    #[must_use]
    pub fn tells_key(&self) -> bool {
        !self.keys.is_empty()
    }

    /// The entries of both; those of this one are looked up first.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.entries.extend(other.entries);
        // Stable: where both accept a credential, ours stays first.
        self.entries.sort_by_key(|entry| entry.fingerprint);
        self.keys.extend(other.keys);
        self
    }

    /// Takes out the entries whose last day is over, and gives them.
    pub fn take_expired(&mut self, today: Day) -> Vec<Entry> {
        let (expired, entries) =
            std::mem::take(&mut self.entries).into_iter().partition(|entry| entry.until.is_some_and(|day| day < today));
        self.entries = entries;
        expired
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

/// The entry's line, without its end.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.fingerprint)?;
        if let Some(rule) = &self.rule {
            write!(f, "  {rule}")?;
        }
        if let Some(day) = self.until {
            write!(f, "  {UNTIL}{day}")?;
        }
        if self.reason.is_empty() { Ok(()) } else { write!(f, "  # {}", self.reason) }
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
    let mut words = words.peekable();
    let rule = words.next_if(|word| !word.starts_with(UNTIL)).map(str::to_owned);
    if rule.as_deref().is_some_and(|rule| !is_rule_id(rule)) {
        return Err(BaselineProblem::NoRuleId);
    }
    let until = match words.next_if(|word| word.starts_with(UNTIL)) {
        Some(word) => Some(Day::parse(&word[UNTIL.len()..]).ok_or(BaselineProblem::NoDay)?),
        None => None,
    };
    if words.next().is_some() {
        return Err(BaselineProblem::TooMuch);
    }
    Ok(Some(Entry { fingerprint, rule, until, reason: reason.trim().to_owned(), line }))
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
            (format!("{PRINT} a-rule until:2027-02-29").into(), 1, NoDay),
            (format!("{PRINT} until:").into(), 1, NoDay),
            (format!("{PRINT} until:2027-01-31 a-rule").into(), 1, TooMuch),
            (b"# portcullis key mine\n".to_vec(), 1, NoKey),
            (b"# \xff\n".to_vec(), 1, NotUtf8),
        ];
        for (text, line, problem) in cases {
            assert_eq!(Baseline::parse(text), Err(BaselineError { line: *line, problem: *problem }));
        }
    }

    #[test]
    fn an_entry_may_have_a_last_day() {
        let text = format!("{PRINT}  a-rule  until:2027-01-31  # why\n{PRINT}  until:2027-02-01\n");
        let mut baseline = Baseline::parse(text.as_bytes()).unwrap();
        let lines: Vec<String> = baseline.entries().iter().map(ToString::to_string).collect();
        assert_eq!(lines.join("\n") + "\n", text, "written as it was read");
        let on = |day| Day::parse(day).unwrap();
        assert_eq!(baseline.take_expired(on("2027-01-31")), []);
        let expired = baseline.take_expired(on("2027-02-01"));
        assert_eq!((expired.len(), expired[0].line), (1, 1));
        assert_eq!(baseline.lookup(print(), "a-rule").unwrap().line, 2);
        assert_eq!(baseline.take_expired(on("2027-02-02")).len(), 1);
        assert_eq!(baseline.lookup(print(), "a-rule"), None);
    }

    #[test]
    fn a_baseline_says_which_key_it_is_of() {
        let (own, other) = (Key::unkeyed(), Key::from_bytes([7; 32]));
        let read = |text: String| Baseline::parse(text.as_bytes()).unwrap();
        let one = read(format!("{}\r\n{PRINT}\n", Baseline::key_line(&own)));
        assert!(one.tells_key() && one.is_of(&own) && !one.is_of(&other));
        let both = read(format!("{}\n{}\n", Baseline::key_line(&own), Baseline::key_line(&other)));
        assert!(!both.is_of(&own) && !both.is_of(&other));
        let none = read(format!("{PRINT}\n"));
        assert!(!none.tells_key() && none.is_of(&own) && none.is_of(&other));
    }

    #[test]
    fn errors_do_not_repeat_what_the_line_holds() {
        let error = Baseline::parse(b"something-private").unwrap_err();
        assert_eq!(error.to_string(), "line 1: no fingerprint (32 lower-case hexadecimal digits) at its beginning");
    }
}
