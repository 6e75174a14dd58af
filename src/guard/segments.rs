//! Long files, in segments that idle threads share. The findings are those of the file in one piece.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::feed::{Fed, Feed, MARGIN, MAX_LINES_WEIGHT, MAX_UNRESOLVED, NAMED_LIMIT, too_many};
use super::place::{LINE_REACH, Lines, Placer, weight};
use super::watch::Watch;
use crate::engine::Engine;
use crate::model::{Finding, LineContext, Place, SkipReason};

/// Bytes in a segment: its margins are a fourteenth of it, and a file of the least size that comes here
/// has work for two threads.
const SEGMENT: u64 = 2 * 1024 * 1024;

/// Memory for scanning segments, lent to whichever thread needs some.
#[derive(Debug)]
pub(super) struct Benches<'e> {
    engine: &'e Engine,
    free: Mutex<Vec<(Feed<'e>, Vec<u8>)>>,
}

impl<'e> Benches<'e> {
    /// For that engine.
    #[must_use]
    pub(super) fn new(engine: &'e Engine) -> Self {
        Self { engine, free: Mutex::default() }
    }

    fn with<T>(&self, work: impl FnOnce(&mut Feed<'e>, &mut Vec<u8>) -> T) -> T {
        let lent = self.free.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let (mut feed, mut buffer) = lent.unwrap_or_else(|| (Feed::new(self.engine), Vec::new()));
        let result = work(&mut feed, &mut buffer);
        self.free.lock().unwrap_or_else(PoisonError::into_inner).push((feed, buffer));
        result
    }
}

/// What one segment gave; lines are counted from its window's start.
#[derive(Default)]
struct Part {
    window_start: u64,
    lines: Option<Lines>,
    found: Vec<(Finding, Place)>,
    bytes: u64,
    cut: Option<(SkipReason, String)>,
}

/// Scans an open file of `size` bytes, on the threads of the rayon pool it is called in.
pub(super) fn scan(benches: &Benches<'_>, file: &File, size: u64, file_name: Option<&[u8]>, watch: Watch<'_>) -> Fed {
    scan_by(SEGMENT, benches, (file, size), file_name, watch)
}

fn scan_by(
    segment: u64,
    benches: &Benches<'_>,
    (file, size): (&File, u64),
    file_name: Option<&[u8]>,
    watch: Watch<'_>,
) -> Fed {
    let count = AtomicUsize::new(0);
    let parts: Vec<Part> = (0..size.div_ceil(segment) as usize)
        .into_par_iter()
        .with_max_len(1)
        .map(|index| {
            let start = index as u64 * segment;
            let core = start..(start + segment).min(size);
            if watch.stopped() {
                return Part { cut: Some((SkipReason::Interrupted, String::new())), ..Part::default() };
            }
            if count.load(Ordering::Relaxed) > MAX_UNRESOLVED {
                return Part { cut: Some(too_many()), ..Part::default() };
            }
            let part = benches.with(|feed, buffer| one(feed, buffer, (file, size), core, watch.stop));
            count.fetch_add(part.found.len(), Ordering::Relaxed);
            watch.progress.advance(0, part.bytes);
            part
        })
        .collect();
    let mut fed = join(parts);
    let mut fed = benches.with(|feed, buffer| {
        if let Some(name) = file_name.filter(|name| benches.engine.is_named(name)) {
            named(feed, file, name, &mut fed);
        }
        let mut fed = feed.settle(fed);
        read_lines(file, size, buffer, &mut fed);
        fed
    });
    if fed.cut.is_none() && file.metadata().is_ok_and(|meta| meta.len() != size) {
        fed.cut = Some((SkipReason::Changed, format!("no longer the {size} bytes it had when opened")));
    }
    fed
}

fn one(
    feed: &mut Feed<'_>,
    buffer: &mut Vec<u8>,
    (file, size): (&File, u64),
    core: Range<u64>,
    stop: &AtomicBool,
) -> Part {
    let margin = MARGIN as u64;
    let window = core.start.saturating_sub(margin)..core.end.saturating_add(margin).min(size);
    let mut part = Part { window_start: window.start, ..Part::default() };
    let length = (window.end - window.start) as usize;
    if buffer.len() < length {
        buffer.resize(length, 0);
    }
    let (filled, trouble) = read_at(file, &mut buffer[..length], window.start);
    part.cut = match trouble {
        Some(error) => Some((SkipReason::Unreadable, error.to_string())),
        None if filled < length => Some((SkipReason::Changed, "it became shorter while being read".to_owned())),
        None => None,
    };
    let from = ((core.start - window.start) as usize).min(filled);
    let to = ((core.end - window.start) as usize).min(filled);
    let mut lines = Lines::starting_at(window.start);
    let (mut findings, seen) = feed.scan_until(&buffer[..filled], from..to, window.start, stop);
    findings.sort_by_key(|finding| finding.secret_span);
    let mut placer = Placer::new(&buffer[..filled], window.start, lines);
    part.found.extend(findings.into_iter().map(|finding| {
        let place = placer.without_lines(&finding);
        (finding, place)
    }));
    if seen < to {
        part.cut = Some((SkipReason::Interrupted, String::new()));
    }
    let next_window = (core.end.saturating_sub(margin).saturating_sub(window.start) as usize).min(filled);
    lines.pass(&buffer[..next_window], window.start);
    part.lines = Some(lines);
    part.bytes = (seen - from) as u64;
    part
}

fn join(parts: Vec<Part>) -> Fed {
    let mut fed = Fed::default();
    let mut before = Lines::starting_at(0);
    for part in parts {
        fed.bytes += part.bytes;
        fed.cut = fed.cut.or(part.cut);
        fed.found.extend(part.found.into_iter().map(|(finding, mut place)| {
            place.start = before.correct(place.start, part.window_start);
            place.end = before.correct(place.end, part.window_start);
            (finding, place)
        }));
        before = part.lines.map_or(before, |lines| before.then(lines));
    }
    fed
}

/// Reads the lines around what was found. Segments that threads hold side by side would each need memory for theirs, and
/// where that ends must not be a matter of which thread was first.
fn read_lines(file: &File, size: u64, buffer: &mut Vec<u8>, fed: &mut Fed) {
    let mut order: Vec<_> = fed.found.iter_mut().collect();
    order.sort_by_key(|(finding, _)| finding.secret_span);
    let (reach, mut spent) = (LINE_REACH as u64, 0);
    for (finding, place) in order {
        place.lines = LineContext::default();
        if spent > MAX_LINES_WEIGHT {
            continue;
        }
        let from = finding.span.start.saturating_sub(reach);
        let length = finding.span.end.saturating_add(reach).min(size).saturating_sub(from) as usize;
        if buffer.len() < length {
            buffer.resize(length, 0);
        }
        let (filled, _) = read_at(file, &mut buffer[..length], from);
        if filled < length {
            // It changed. What is not known to be the line around a finding allows nothing.
            continue;
        }
        let lines = Placer::new(&buffer[..filled], from, Lines::starting_at(from)).around(finding.span);
        spent += weight(&lines);
        if spent <= MAX_LINES_WEIGHT {
            place.lines = lines;
        }
    }
}

fn named(feed: &mut Feed<'_>, file: &File, name: &[u8], result: &mut Fed) {
    let mut head = vec![0; NAMED_LIMIT];
    let (filled, trouble) = read_at(file, &mut head, 0);
    let (found, cut) = feed.named_head(&head[..filled], name);
    result.found.extend(found);
    let trouble = trouble.map(|error| (SkipReason::Unreadable, error.to_string()));
    result.cut = result.cut.take().or(trouble).or(Some(cut));
}

/// Reads at an offset until `buffer` is full or the file ends: bytes read, and what went wrong.
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> (usize, Option<io::Error>) {
    let mut filled = 0;
    while let Some(room) = buffer.get_mut(filled..).filter(|room| !room.is_empty()) {
        match read_some_at(file, room, offset + filled as u64) {
            Ok(0) => break,
            Ok(read) => filled += read.min(room.len()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Some(error)),
        }
    }
    (filled, None)
}

#[cfg(unix)]
fn read_some_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, room, offset)
}

#[cfg(windows)]
fn read_some_at(file: &File, room: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, room, offset)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::atomic::AtomicBool;

    use super::*;
    use crate::guard::watch::Unwatched;
    use crate::rules::RuleSet;
    use crate::rules::example::{Rng, expand};

    #[test]
    fn any_segment_size_gives_what_the_file_gives_whole() {
        let mut rng = Rng::new(7);
        let mut bytes = Vec::new();
        for seed in 0..60 {
            let width = rng.between(0, 30_000);
            bytes.extend((0..width).map(|_| b"abcd efgh \n"[rng.between(0, 10)]));
            bytes.extend_from_slice(format!(" {} ", expand("ghp_{base62:30}{crc32-base62}", seed).unwrap()).as_bytes());
        }
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let engine = Engine::new(RuleSet::builtin());
        let whole = Feed::new(&engine).bytes(&bytes, None);
        assert_eq!(whole.found.len(), 60);
        let stop = AtomicBool::new(false);
        let watch = Watch { stop: &stop, progress: &Unwatched };
        for segment in [5_003, 60_000, 300_007, SEGMENT] {
            let benches = Benches::new(&engine);
            let scanned = scan_by(segment, &benches, (&file, bytes.len() as u64), None, watch);
            assert!(scanned == whole, "segments of {segment}");
        }
        let benches = Benches::new(&engine);
        let more = scan_by(SEGMENT, &benches, (&file, bytes.len() as u64 + 1), None, watch);
        assert_eq!((more.found.len(), more.cut.map(|(reason, _)| reason)), (60, Some(SkipReason::Changed)));
    }

    /// How much is kept of the lines is a matter of the file, not of how many segments it has.
    #[test]
    fn the_bound_on_lines_holds_for_all_segments_together() {
        let space = " x".repeat(1000);
        let tokens = (0..5000).map(|seed| expand("ghp_{base62:30}{crc32-base62}", seed).unwrap());
        let bytes = tokens.fold(String::new(), |line, token| line + &space + " " + &token).into_bytes();
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&bytes).unwrap();
        let engine = Engine::new(RuleSet::builtin());
        let whole = Feed::new(&engine).bytes(&bytes, None);
        let bare = |fed: &Fed| fed.found.iter().filter(|(_, place)| place.lines == LineContext::default()).count();
        assert!((1..whole.found.len()).contains(&bare(&whole)), "{} of {}", bare(&whole), whole.found.len());
        let stop = AtomicBool::new(false);
        let watch = Watch { stop: &stop, progress: &Unwatched };
        let scanned = scan(&Benches::new(&engine), &file, bytes.len() as u64, None, watch);
        assert_eq!(bare(&scanned), bare(&whole));
        assert!(scanned == whole);
    }
}
