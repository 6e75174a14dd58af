//! `.secrets.baseline` of detect-secrets: by file, the SHA-1 of each credential.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Broken, Entry, Foreign, Format, Known, Reads, line_of};

pub(super) const FORMAT: Format = Format {
    name: "detect-secrets",
    tool: "detect-secrets",
    files: &[".secrets.baseline"],
    looks_like: |text| text.trim_start().starts_with('{') && text.contains("\"hashed_secret\""),
    read,
};

#[derive(Deserialize)]
struct File<'a> {
    #[serde(borrow, default)]
    results: BTreeMap<Cow<'a, str>, Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    filters_used: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct Found {
    #[serde(rename = "type")]
    kind: String,
    hashed_secret: String,
    line_number: Option<u64>,
    is_secret: Option<bool>,
}

#[derive(Deserialize)]
struct Filter<'a> {
    #[serde(borrow)]
    path: Cow<'a, str>,
    #[serde(default)]
    pattern: Vec<String>,
}

fn read(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    let wrong = |from: usize, error: &serde_json::Error| {
        let what = if error.is_data() { "not a baseline of detect-secrets" } else { "not valid JSON" };
        Broken::new(from + error.line().max(1) - 1, what)
    };
    let file: File<'_> = serde_json::from_str(text).map_err(|error| wrong(1, &error))?;
    for (path, found) in &file.results {
        for raw in found {
            let at = line_of(text, raw.get());
            let found: Found = serde_json::from_str(raw.get()).map_err(|error| wrong(at, &error))?;
            let path = Some(path.replace('\\', "/"));
            if found.is_secret == Some(true) {
                foreign.note(at, "it was audited as a real credential: not accepted here either");
                continue;
            }
            let Some(sha1) = digest(&found.hashed_secret) else {
                return Err(Broken::new(at, "`hashed_secret` is no SHA-1"));
            };
            let known = match (found.kind.as_str(), found.line_number) {
                // Of a key block it hashes the first line alone, which is the same for all.
                ("Private Key", Some(line)) => Known { path, line: Some(line), ..Known::default() },
                ("Private Key", None) => {
                    foreign.note(at, "a private key without its line: nothing tells which one");
                    continue;
                }
                _ => Known { path, reads: Reads::Sha1(sha1), ..Known::default() },
            };
            let audited = if found.is_secret == Some(false) { "audited as no secret" } else { "" };
            foreign.entry(at, Entry::Known(Known { reason: audited.to_owned(), ..known }));
        }
    }
    for raw in &file.filters_used {
        let at = line_of(text, raw.get());
        let filter: Filter<'_> = serde_json::from_str(raw.get()).map_err(|error| wrong(at, &error))?;
        match filter.path.rsplit('.').next().unwrap_or_default() {
            "should_exclude_file" => super::glob::allow_paths(&mut foreign, at, &filter.pattern, "excluded file"),
            "should_exclude_secret" => {
                let secrets = filter.pattern;
                foreign.allow(at, super::Allow { secrets, ..super::Allow::default() });
            }
            "should_exclude_line" => {
                foreign.note(at, "lines cannot be excluded by a pattern: say `portcullis:allow` on them");
            }
            // The others are how it weighs what it finds, which portcullis does in its own way.
            _ => {}
        }
    }
    foreign.entries.sort_by_key(|(line, _)| *line);
    Ok(foreign)
}

fn digest(hex: &str) -> Option<[u8; 20]> {
    let mut bytes = [0; 20];
    if hex.len() != 40 || !hex.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}
