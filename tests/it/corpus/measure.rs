//! Scores an engine against `../shared/corpus` as its README says. Shared by `tests/it/corpus.rs` and
//! `examples/corpus.rs`; neither copies anything of the corpus.

#![allow(dead_code, unreachable_pub, reason = "each of the two users needs its part")]

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};

use portcullis::engine::{Engine, Scratch};
use portcullis::model::{Confidence, Finding};
use serde_json::Value;

/// Sources that are other tools' test suites.
pub const SUITES: &[&str] = &["noseyparker", "secretlint", "scalibr", "detect_secrets", "mssec", "checksum_pairs"];
/// Sources that are real repositories' files.
pub const WILD: &[&str] = &["creddata", "credsweeper"];

/// One labelled case.
pub struct Case {
    /// Its source, provider, id and what the source calls the rule.
    pub source: String,
    pub provider: String,
    pub id: String,
    pub rule: String,
    /// Whether a scanner should report it.
    pub positive: bool,
    /// The object it lies in: a shared file, or its own text.
    pub object: usize,
    /// The bytes of the object that it labels.
    pub lines: Range<usize>,
    /// The labelled secrets, as ranges of the object; empty: any place in `lines`.
    pub secrets: Vec<Range<usize>>,
}

/// Bytes to scan, once, and the name they go by.
pub struct Object {
    pub name: String,
    pub bytes: Vec<u8>,
}

/// The corpus in memory.
#[derive(Default)]
pub struct Corpus {
    pub objects: Vec<Object>,
    pub cases: Vec<Case>,
}

/// Where the corpus lies, if it is there: `shared/corpus` beside the repository or beside a directory of clones.
pub fn place() -> Option<PathBuf> {
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().skip(1).take(2);
    above.map(|dir| dir.join("shared/corpus")).find(|dir| dir.join("README.md").is_file())
}

impl Corpus {
    /// Reads the sources of that name.
    pub fn read(dir: &Path, sources: &[&str]) -> Self {
        let mut corpus = Self::default();
        let mut files: BTreeMap<String, usize> = BTreeMap::new();
        for source in sources {
            let text = fs::read_to_string(dir.join(format!("{source}.jsonl"))).expect("the source is readable");
            for line in text.lines() {
                let row: Value = serde_json::from_str(line).expect("one JSON object a line");
                corpus.add(dir, &row, &mut files);
            }
        }
        corpus
    }

    fn add(&mut self, dir: &Path, row: &Value, files: &mut BTreeMap<String, usize>) {
        let field = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let number = |name: &str| row.get(name).and_then(Value::as_u64).map(|n| n as usize);
        let file = field("file");
        let object = if file.is_empty() {
            let bytes = row.get("b64").and_then(Value::as_str).map_or_else(|| field("text").into_bytes(), unbase64);
            self.push(&field("path"), bytes)
        } else if let Some(&at) = files.get(&file) {
            at
        } else {
            let bytes = fs::read(dir.join(&file)).expect("the case's file is readable");
            let name = ["path", "orig_path"].map(field).into_iter().find(|name| !name.is_empty()).unwrap_or_default();
            let at = self.push(&name, bytes);
            files.insert(file.clone(), at);
            at
        };
        let bytes = &self.objects[object].bytes;
        let lines = match (number("line_start"), number("line_end")) {
            (Some(from), Some(to)) if !file.is_empty() => line_range(bytes, from, to),
            _ => 0..bytes.len(),
        };
        let mut texts: Vec<String> = vec![field("secret")];
        if let Some(list) = row.get("secrets").and_then(Value::as_array) {
            texts.extend(list.iter().filter_map(Value::as_str).map(str::to_owned));
        }
        let secrets =
            texts.iter().filter(|t| !t.is_empty()).flat_map(|t| occurrences(bytes, &lines, t.as_bytes())).collect();
        self.cases.push(Case {
            source: field("source"),
            provider: field("provider"),
            id: field("id"),
            rule: field("rule"),
            positive: field("kind") == "positive",
            object,
            lines,
            secrets,
        });
    }

    fn push(&mut self, path: &str, bytes: Vec<u8>) -> usize {
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        self.objects.push(Object { name, bytes });
        self.objects.len() - 1
    }

    /// What the engine finds in each object, of at least medium confidence and all.
    pub fn scan(&self, engine: &Engine) -> Vec<Vec<Finding>> {
        self.scan_as(engine, true)
    }

    /// The same, with or without what an object's name adds.
    pub fn scan_as(&self, engine: &Engine, by_name: bool) -> Vec<Vec<Finding>> {
        let mut scratch = Scratch::default();
        let scan = |object: &Object| {
            let mut findings = engine.scan(&mut scratch, &object.bytes);
            if by_name && engine.is_named(object.name.as_bytes()) {
                engine.scan_named(&object.bytes, object.name.as_bytes(), &mut findings);
                engine.resolve(&mut findings);
            }
            findings
        };
        self.objects.iter().map(scan).collect()
    }
}

impl Case {
    /// The finding that counts for this case, if there is one: for a positive one that overlaps the
    /// labelled secret, for a negative any in its lines.
    pub fn hit<'f>(&self, findings: &'f [Finding]) -> Option<&'f Finding> {
        findings.iter().filter(|f| f.score.confidence >= Confidence::Medium).find(|f| self.touches(f))
    }

    /// Whether a finding lies where this case looks.
    pub fn touches(&self, finding: &Finding) -> bool {
        let span = finding.secret_span.start as usize..finding.secret_span.end as usize;
        let overlaps = |range: &Range<usize>| span.start < range.end && range.start < span.end;
        if self.positive && !self.secrets.is_empty() {
            self.secrets.iter().any(overlaps)
        } else {
            overlaps(&self.lines)
        }
    }
}

/// How many of each there are, and how many were found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    pub positives: u32,
    pub found: u32,
    pub negatives: u32,
    pub false_alarms: u32,
}

impl Tally {
    pub fn add(&mut self, positive: bool, hit: bool) {
        if positive {
            self.positives += 1;
            self.found += u32::from(hit);
        } else {
            self.negatives += 1;
            self.false_alarms += u32::from(hit);
        }
    }

    pub fn recall(&self) -> f64 {
        f64::from(self.found) / f64::from(self.positives.max(1))
    }

    pub fn alarms(&self) -> f64 {
        f64::from(self.false_alarms) / f64::from(self.negatives.max(1))
    }
}

fn line_range(bytes: &[u8], from: usize, to: usize) -> Range<usize> {
    let mut starts = vec![0];
    starts.extend(bytes.iter().enumerate().filter(|(_, b)| **b == b'\n').map(|(at, _)| at + 1));
    let start = starts.get(from.saturating_sub(1)).copied().unwrap_or(bytes.len());
    let end = starts.get(to).copied().unwrap_or(bytes.len());
    start..end.max(start)
}

fn occurrences(bytes: &[u8], within: &Range<usize>, needle: &[u8]) -> Vec<Range<usize>> {
    let text = &bytes[within.clone()];
    text.windows(needle.len())
        .enumerate()
        .filter(|(_, window)| *window == needle)
        .map(|(at, _)| within.start + at..within.start + at + needle.len())
        .collect()
}

fn unbase64(text: &str) -> Vec<u8> {
    let (mut bits, mut count, mut out) = (0_u32, 0, Vec::new());
    for byte in text.bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}
