//! The lines around a credential, for the terminal.

use std::fs;
use std::path::Path;

use crate::engine::Engine;
use crate::guard::feed::{Feed, Found};
use crate::guard::pipeline::Judge;
use crate::model::{Item, Origin};
use crate::policy::Policy;
use crate::report::sanitize::clean;

/// Lines shown before and after.
const LINES: usize = 2;
/// Most bytes shown before and after.
const BYTES: usize = 240;

/// The lines around an item, numbered, with every credential in them masked unless `plain`. None where the file is not
/// what was scanned any more.
pub(super) fn around(item: &Item, engine: &Engine, policy: &Policy, plain: bool) -> Option<Vec<String>> {
    let Origin::File(label) = &item.origin else { return None };
    let path = Path::new(std::str::from_utf8(label).ok()?);
    let bytes = fs::read(path).ok()?;
    let name = path.file_name().and_then(|name| name.to_str()).map(str::as_bytes);
    // Found anew in the very bytes that are shown: a file that has changed would be masked at the wrong places.
    let judge = Judge::new(engine.rules(), policy);
    let fed = Feed::new(engine).bytes(&bytes, name);
    let found = fed.found.into_iter();
    let items: Vec<Item> =
        found.map(|(finding, place)| judge.item(Found { origin: item.origin.clone(), finding, place })).collect();
    let here = items.iter().find(|other| other.fingerprint == item.fingerprint && other.rule.id == item.rule.id)?;
    let span =
        (usize::try_from(here.finding.secret_span.start).ok()?, usize::try_from(here.finding.secret_span.end).ok()?);
    let from = before(&bytes, span.0);
    let to = after(&bytes, span.1);
    let mut text = String::new();
    let mut at = from;
    let mut masks: Vec<(usize, usize, String)> = Vec::new();
    for other in items.iter().filter(|_| !plain) {
        let (start, end) = (other.finding.secret_span.start as usize, other.finding.secret_span.end as usize);
        masks.push((start, end, format!("[{}]", other.finding.secret.redacted())));
    }
    masks.sort();
    for (start, end, mask) in masks.into_iter().filter(|(start, end, _)| *end > from && *start < to) {
        if end <= at {
            continue;
        }
        text.push_str(&String::from_utf8_lossy(bytes.get(at..start.max(at))?));
        text.push_str(&mask);
        // The lines a mask hides are still counted.
        at = end;
    }
    text.push_str(&String::from_utf8_lossy(bytes.get(at.min(to)..to)?));
    let first = memchr::memchr_iter(b'\n', bytes.get(..from)?).count() + 1;
    let one = here.place.start.line == here.place.end.line;
    let number = |at: usize| if one || at == 0 { format!("{:>6}", first + at) } else { "      ".to_owned() };
    Some(text.lines().enumerate().map(|(at, line)| format!("{} | {}", number(at), clean(line))).collect())
}

/// Where the lines before begin.
fn before(bytes: &[u8], at: usize) -> usize {
    let least = at.saturating_sub(BYTES);
    let mut breaks = (least..at).rev().filter(|at| bytes[*at] == b'\n');
    breaks.nth(LINES).map_or(least, |at| at + 1)
}

/// Where the lines after end.
fn after(bytes: &[u8], at: usize) -> usize {
    let most = bytes.len().min(at + BYTES);
    (at..most).filter(|at| bytes[*at] == b'\n').nth(LINES).unwrap_or(most)
}
