//! Whether the very bytes that a rewrite was to replace still stand anywhere.
//!
//! Fingerprints are met where a rule finds something. Here nothing is found by rules: every object's bytes are searched
//! for the texts of a rewrite plan, as they are, and so are names in trees, names of refs and reflogs.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::{Mutex, PoisonError};

use aho_corasick::AhoCorasick;

use crate::git::{GitError, Limits, Object, ObjectKind, Oid, Parent, Repo, Store, Visit, tree_entries};
use crate::guard::watch::Watch;
use crate::model::history::{Left, Replaced};
use crate::model::{Coverage, Origin, Secret, SkipReason};

/// What separates the two sides of a line.
const TO: &[u8] = b"==>";
/// Most holders of one text that are named.
const MOST: usize = 20;
/// Bytes that are searched at a time of an object that is not held.
const CHUNK: usize = 1 << 20;

/// Why a file of replacements proves nothing. No variant quotes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplacementsError {
    /// Nothing is in it.
    #[error("it names no text")]
    Empty,
    /// A pattern that is not of a rewrite plan's making.
    #[error("line {0} is a pattern that a rewrite plan does not write, and cannot be looked for")]
    Pattern(usize),
    /// They cannot be searched for.
    #[error("its texts are too many, or too long")]
    TooLarge,
}

/// A text to be looked for.
#[derive(Debug)]
struct Text {
    /// Where it stands in the file, from 1.
    line: usize,
    /// Its lines: between them stands an end of line of either sort.
    lines: Vec<Secret>,
    /// Which of them is searched for.
    anchor: usize,
}

/// The texts that a rewrite was to replace.
#[derive(Debug)]
pub struct Replacements {
    texts: Vec<Text>,
    anchors: AhoCorasick,
    /// Most bytes that one of them can take.
    longest: usize,
}

impl Replacements {
    /// Reads a rewrite plan's `expressions.txt`, from which lines may have been taken out, and to which literals may
    /// have been added.
    ///
    /// # Errors
    /// If there is nothing in it, or something that cannot be looked for byte for byte.
    pub fn parse(bytes: &[u8]) -> Result<Self, ReplacementsError> {
        let mut texts = Vec::new();
        for (line, bytes) in (1..).zip(bytes.split(|byte| *byte == b'\n')) {
            let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
            let sought = memchr::memmem::rfind(bytes, TO).map_or(bytes, |at| &bytes[..at]);
            if sought.is_empty() {
                continue;
            }
            let lines = if let Some(pattern) = sought.strip_prefix(b"regex:") {
                lines_of(pattern).ok_or(ReplacementsError::Pattern(line))?
            } else if sought.starts_with(b"glob:") {
                return Err(ReplacementsError::Pattern(line));
            } else {
                vec![Secret::new(sought.strip_prefix(b"literal:").unwrap_or(sought))]
            };
            let (anchor, longest) = (0..).zip(&lines).max_by_key(|(_, part)| part.len()).unwrap_or((0, &lines[0]));
            if longest.is_empty() {
                return Err(ReplacementsError::Pattern(line));
            }
            texts.push(Text { line, lines, anchor });
        }
        if texts.is_empty() {
            return Err(ReplacementsError::Empty);
        }
        let anchors = texts.iter().filter_map(|text| text.lines.get(text.anchor)).map(Secret::expose);
        let anchors = AhoCorasick::new(anchors).map_err(|_| ReplacementsError::TooLarge)?;
        let length = |text: &Text| text.lines.iter().map(|part| part.len() + 2).sum();
        let longest = texts.iter().map(length).max().unwrap_or(0);
        Ok(Self { texts, anchors, longest })
    }

    /// Calls for each text that stands in those bytes, once or more often.
    fn each(&self, bytes: &[u8], mut call: impl FnMut(usize)) {
        for hit in self.anchors.find_overlapping_iter(bytes) {
            let text = hit.pattern().as_usize();
            if self.texts.get(text).is_some_and(|text| text.stands(bytes, hit.start(), hit.end())) {
                call(text);
            }
        }
    }
}

impl Text {
    /// Whether all of it stands around its anchor.
    fn stands(&self, bytes: &[u8], start: usize, end: usize) -> bool {
        let (before, after) = self.lines.split_at(self.anchor.min(self.lines.len()));
        let mut rest = bytes.get(end..).unwrap_or_default();
        for part in after.iter().skip(1) {
            let text = rest.strip_prefix(b"\r").unwrap_or(rest).strip_prefix(b"\n");
            let Some(next) = text.and_then(|text| text.strip_prefix(part.expose())) else { return false };
            rest = next;
        }
        ends_with(bytes.get(..start).unwrap_or_default(), before)
    }
}

/// Whether a text ends with these lines, the last of which ends, too.
fn ends_with(bytes: &[u8], lines: &[Secret]) -> bool {
    let Some((last, before)) = lines.split_last() else { return true };
    let Some(bytes) = bytes.strip_suffix(b"\n") else { return false };
    // A line may end in a carriage return of its own.
    [Some(bytes), bytes.strip_suffix(b"\r")]
        .into_iter()
        .flatten()
        .any(|bytes| bytes.strip_suffix(last.expose()).is_some_and(|bytes| ends_with(bytes, before)))
}

/// The lines of a pattern that a rewrite plan wrote; `None` if it is another one.
fn lines_of(mut pattern: &[u8]) -> Option<Vec<Secret>> {
    let (mut lines, mut line) = (Vec::new(), Vec::new());
    while let Some((&byte, rest)) = pattern.split_first() {
        pattern = if byte.is_ascii_alphanumeric() {
            line.push(byte);
            rest
        } else if let Some(rest) = pattern.strip_prefix(br"\r?\n") {
            lines.push(Secret::new(&line));
            line.clear();
            rest
        } else {
            let (digits, rest) = pattern.strip_prefix(br"\x")?.split_at_checked(2)?;
            line.push(u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?);
            rest
        };
    }
    lines.push(Secret::new(&line));
    Some(lines)
}

/// Looks for them in every object of a repository, reached by a ref or not, and in the names of refs and in reflogs.
/// What cannot be read is noted in `coverage`.
///
/// # Errors
/// If refs or objects cannot be listed.
pub fn still_held(
    repo: &Repo,
    replacements: &Replacements,
    limits: Limits,
    coverage: &mut Coverage,
    watch: Watch<'_>,
) -> Result<Replaced, GitError> {
    let search = Search { replacements, held: Mutex::default() };
    let store = Store::open(repo)?;
    for trouble in store.visit(|_, _| true, &&search, limits, watch.stop)? {
        let reason = match trouble.error {
            GitError::Missing { .. } => SkipReason::Missing,
            GitError::TooLarge { .. } => SkipReason::Budget,
            _ => SkipReason::Unreadable,
        };
        let label = trouble.oid.map_or_else(|| "packs".to_owned(), |oid| format!("object {oid}"));
        coverage.skip(Origin::Object(label.into_bytes()), reason, trouble.error.to_string());
    }
    for error in store.troubles() {
        coverage.skip(Origin::Object(b"packs".to_vec()), SkipReason::Unreadable, error.to_string());
    }
    search.names(repo, coverage)?;
    if watch.stopped() {
        coverage.skip(Origin::Object(b"history".to_vec()), SkipReason::Interrupted, "");
    }
    coverage.sort();
    let held = search.held.into_inner().unwrap_or_else(PoisonError::into_inner);
    let left = held.into_iter().map(|(text, (count, mut first))| {
        first.sort_unstable();
        Left { line: replacements.texts.get(text).map_or(0, |text| text.line) as u64, holders: count, first }
    });
    Ok(Replaced { texts: replacements.texts.len() as u64, left: left.collect() })
}

/// What holds a text: how many, and the names of the first of them.
type Holders = BTreeMap<usize, (u64, Vec<String>)>;

/// A search under way.
struct Search<'a> {
    replacements: &'a Replacements,
    held: Mutex<Holders>,
}

impl Search<'_> {
    fn look(&self, bytes: &[u8], found: &mut Vec<usize>) {
        self.replacements.each(bytes, |text| {
            if !found.contains(&text) {
                found.push(text);
            }
        });
    }

    /// Notes what holds these texts.
    fn note(&self, found: &[usize], holder: impl Fn() -> String) {
        if found.is_empty() {
            return;
        }
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        for &text in found {
            let (count, first) = held.entry(text).or_default();
            *count += 1;
            if first.len() < MOST {
                first.push(holder());
            }
        }
    }

    /// Looks at the names of refs and at what reflogs say.
    fn names(&self, repo: &Repo, coverage: &mut Coverage) -> Result<(), GitError> {
        let tips = repo.tips()?;
        let label = |what: &str, name: &[u8]| [what.as_bytes(), b" ", name].concat();
        for (name, detail) in tips.broken {
            coverage.skip(Origin::Object(label("ref", &name)), SkipReason::Unreadable, detail);
        }
        for (at, one) in tips.refs.iter().enumerate() {
            let mut found = Vec::new();
            self.look(&one.name, &mut found);
            // Its name is what must not be told.
            self.note(&found, || format!("the name of ref {}", at + 1));
        }
        for log in &tips.logs {
            match log.lines() {
                Ok(lines) => {
                    let mut found = Vec::new();
                    for line in &lines {
                        self.look(line, &mut found);
                    }
                    self.note(&found, || "a reflog".to_owned());
                }
                Err(error) => {
                    let origin = Origin::Object(label("reflog", &log.name));
                    coverage.skip(origin, SkipReason::Unreadable, error.to_string());
                }
            }
        }
        Ok(())
    }
}

impl Visit for &Search<'_> {
    type Worker = Vec<usize>;
    type State = ();

    fn worker(&self) -> Vec<usize> {
        Vec::new()
    }

    fn object(&self, found: &mut Vec<usize>, object: Object<'_>, _: Option<Parent<'_, ()>>) -> Option<()> {
        let Object { oid, kind, bytes, .. } = object;
        found.clear();
        if kind == ObjectKind::Tree {
            // Not across names: ids of objects are bytes, too, and may be any.
            for entry in tree_entries(bytes, oid.hash_kind()) {
                match entry {
                    Some((_, name, _)) => self.look(name, found),
                    None => self.look(bytes, found),
                }
            }
        } else {
            self.look(bytes, found);
        }
        self.note(found, || format!("{} {oid}", kind.as_str()));
        None
    }

    fn stream(
        &self,
        found: &mut Vec<usize>,
        oid: Oid,
        kind: ObjectKind,
        _: u64,
        reader: &mut dyn Read,
    ) -> std::io::Result<()> {
        found.clear();
        let mut buffer = Vec::new();
        loop {
            let read = (&mut *reader).take(CHUNK as u64).read_to_end(&mut buffer)?;
            self.look(&buffer, found);
            if read == 0 {
                break;
            }
            // A text may begin here and end in the next piece.
            let keep = buffer.len().min(self.replacements.longest);
            buffer.drain(..buffer.len() - keep);
        }
        self.note(found, || format!("{} {oid}", kind.as_str()));
        Ok(())
    }

    fn weight(&self, (): &()) -> usize {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(file: &[u8], text: &[u8]) -> Vec<usize> {
        let replacements = Replacements::parse(file).unwrap();
        let mut all = Vec::new();
        replacements.each(text, |text| all.push(replacements.texts[text].line));
        all.sort_unstable();
        all.dedup();
        all
    }

    #[test]
    fn texts_are_met_as_they_stand() {
        let file = b"literal:one==>***REMOVED***\n\nliteral:a==>b==>***REMOVED***\nplain\nregex:x\\x2d\\r?\\nlonger\\r?\\ny==>z\n";
        assert_eq!(found(file, b"xonexaone"), [1]);
        assert_eq!(found(file, b"a==>b plain\n"), [3, 4]);
        for text in [&b"x-\nlonger\ny"[..], b"..x-\r\nlonger\r\ny..", b"x-\r\nlonger\ny"] {
            assert_eq!(found(file, text), [5], "{text:?}");
        }
        for text in [&b"x-\nlonger\n"[..], b"longer\ny", b"x-longery", b"x-\n\nlonger\ny", b"", b"on e"] {
            assert_eq!(found(file, text), [0_usize; 0], "{text:?}");
        }
    }

    #[test]
    fn what_cannot_be_looked_for_is_no_proof() {
        let error = |file: &[u8]| Replacements::parse(file).unwrap_err();
        for file in [&b""[..], b"\n\r\n", b"==>x\n"] {
            assert_eq!(error(file), ReplacementsError::Empty);
        }
        for file in
            [&b"literal:a\nregex:a.b==>c"[..], b"a\nregex:(a)", b"a\nglob:a*", b"a\nregex:\\r?\\n", b"a\nregex:\\x4"]
        {
            assert_eq!(error(file), ReplacementsError::Pattern(2), "{file:?}");
        }
    }

    #[test]
    fn a_stream_is_searched_as_a_whole() {
        let replacements = Replacements::parse(b"literal:needle==>x\n").unwrap();
        for at in [0, 1, CHUNK - 7, CHUNK - 6, CHUNK - 3, CHUNK - 1, CHUNK, 2 * CHUNK - 2, 3 * CHUNK] {
            let search = Search { replacements: &replacements, held: Mutex::default() };
            let mut bytes = vec![b'-'; 3 * CHUNK + 6];
            bytes[at..at + 6].copy_from_slice(b"needle");
            let oid = Oid::from_bytes(&[1; 20]).unwrap();
            let mut reader = bytes.as_slice();
            (&search).stream(&mut Vec::new(), oid, ObjectKind::Blob, bytes.len() as u64, &mut reader).unwrap();
            assert_eq!(search.held.into_inner().unwrap()[&0].0, 1, "{at}");
        }
    }
}
