//! Feeds objects to the engine: whole ones in one go, endless ones in overlapping pieces, with the same
//! findings either way, and memory that does not grow with the object.

use std::collections::HashMap;
use std::io::{ErrorKind, Read};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use super::place::{LINE_REACH, Lines, Placer, weight};
use crate::engine::{Engine, OVERLAP, Scratch};
use crate::model::{Finding, LineContext, Origin, Place, Position, SkipReason};

/// How many bytes are read and scanned at a time where an object does not fit in memory.
pub const CHUNK: usize = 1024 * 1024;
/// How many bytes are scanned before somebody is asked whether to go on: a text of nothing but anchors takes a second.
const STEP: usize = 256 * 1024;
/// What a piece must hold on each side of its core: the engine's overlap, and the lines around a match.
pub const MARGIN: usize = OVERLAP + 2 * LINE_REACH;
/// Objects under a name that rules are bound to are held whole up to this size, because those rules see
/// the whole file. Such files (`.netrc`, `.pgpass`) are small.
pub const NAMED_LIMIT: usize = 8 * 1024 * 1024;
/// Most findings kept of one object: more is a dump of credentials, or an attack on our memory.
pub const MAX_FINDINGS: usize = 100_000;
/// Most findings of one object before they are resolved: whoever meets more, and has more to scan, stops.
pub(super) const MAX_UNRESOLVED: usize = 2 * MAX_FINDINGS;
/// Most memory spent on the lines around one object's findings. Past it they are left out: an inline
/// allow is no longer seen there, so more is reported, never less.
pub(super) const MAX_LINES_WEIGHT: usize = 64 * 1024 * 1024;

/// A finding, the object it is in, and its place there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// The object.
    pub origin: Origin,
    /// What the engine found.
    pub finding: Finding,
    /// Where in the object.
    pub place: Place,
}

/// What came of one object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// The findings with their places, resolved, in order.
    pub found: Vec<(Finding, Place)>,
    /// Bytes scanned.
    pub bytes: u64,
    /// Why the object was not scanned to its end, where it was not.
    pub cut: Option<(SkipReason, String)>,
}

/// Who is shown what a piece of an object gave, the piece, and where in the object it begins.
pub type Told<'a> = dyn FnMut(&[(Finding, Place)], &[u8], u64) + 'a;

/// One thread's way to the engine.
#[derive(Debug)]
pub struct Feed<'e> {
    pub(super) engine: &'e Engine,
    pub(super) scratch: Scratch,
    pub(super) chunk: usize,
}

impl<'e> Feed<'e> {
    /// A feed to that engine.
    #[must_use]
    pub fn new(engine: &'e Engine) -> Self {
        Self::with_chunk(engine, CHUNK)
    }

    /// The same, reading streams in pieces of `chunk` bytes.
    #[must_use]
    pub fn with_chunk(engine: &'e Engine, chunk: usize) -> Self {
        Self { engine, scratch: Scratch::default(), chunk: chunk.max(1) }
    }

    /// The engine it feeds.
    #[must_use]
    pub fn engine(&self) -> &'e Engine {
        self.engine
    }

    /// Scans an object held in memory. `file_name` is the last component of its path, where it has one.
    pub fn bytes(&mut self, bytes: &[u8], file_name: Option<&[u8]>) -> Fed {
        self.bytes_while(bytes, file_name, &mut |_| true)
    }

    /// The same, until `stop` is set.
    pub fn bytes_until(&mut self, bytes: &[u8], file_name: Option<&[u8]>, stop: &AtomicBool) -> Fed {
        self.bytes_while(bytes, file_name, &mut |_| !stop.load(Ordering::Relaxed))
    }

    /// The same, in pieces: `go_on` is shown what each of them gave, unresolved, and says whether to go on.
    pub fn bytes_while(
        &mut self,
        bytes: &[u8],
        file_name: Option<&[u8]>,
        go_on: &mut dyn FnMut(&[Finding]) -> bool,
    ) -> Fed {
        let (mut findings, mut end, mut ended) = (Vec::new(), 0, None);
        while end < bytes.len() && ended.is_none() {
            let (piece, before) = (end..bytes.len().min(end + STEP), findings.len());
            end = piece.end;
            self.engine.scan_range(&mut self.scratch, bytes, piece, 0, &mut findings);
            if !go_on(findings.get(before..).unwrap_or_default()) {
                ended = Some((SkipReason::Interrupted, String::new()));
            } else if end < bytes.len() && findings.len() > MAX_UNRESOLVED {
                ended = Some(too_many());
            }
        }
        if let Some(name) = file_name {
            self.engine.scan_named(bytes, name, &mut findings);
        }
        self.engine.resolve(&mut findings);
        let cut = cap(&mut findings).or(ended);
        let mut found = Vec::with_capacity(findings.len());
        place_all(Placer::new(bytes, 0, Lines::starting_at(0)), findings, &mut found);
        found.sort_by_key(|(finding, _)| (finding.span, finding.rule));
        Fed { found, bytes: end as u64, cut }
    }

    /// As [`Feed::stream`] of an object without a name; `told` is shown what each piece gave, unresolved.
    pub fn stream_told(&mut self, reader: &mut dyn Read, stop: &AtomicBool, told: &mut Told<'_>) -> Fed {
        self.pieces_told(reader, Vec::new(), stop, told)
    }

    /// Scans whatever `reader` gives, to its end, in constant memory, until `stop` is set.
    pub fn stream(&mut self, reader: &mut dyn Read, file_name: Option<&[u8]>, stop: &AtomicBool) -> Fed {
        let Some(name) = file_name.filter(|name| self.engine.is_named(name)) else {
            return self.pieces(reader, Vec::new(), stop);
        };
        let mut head = Vec::new();
        if let Err(error) = reader.take(NAMED_LIMIT as u64 + 1).read_to_end(&mut head) {
            return Fed {
                cut: Some((SkipReason::Unreadable, error.to_string())),
                ..self.bytes_until(&head, file_name, stop)
            };
        }
        if head.len() <= NAMED_LIMIT {
            return self.bytes_until(&head, file_name, stop);
        }
        let (named, cut) = self.named_head(&head[..NAMED_LIMIT], name);
        let mut fed = self.pieces(&mut head.as_slice().chain(reader), named, stop);
        fed.cut = fed.cut.or(Some(cut));
        fed
    }

    /// The findings of name-bound rules in the beginning of an object too long for them, and the words
    /// for what they did not see.
    pub(super) fn named_head(&mut self, head: &[u8], name: &[u8]) -> (Vec<(Finding, Place)>, (SkipReason, String)) {
        let whole_lines = memchr::memrchr(b'\n', head).map_or(head.len(), |at| at + 1);
        let head = &head[..whole_lines];
        let mut findings = Vec::new();
        self.engine.scan_named(head, name, &mut findings);
        let mut found = Vec::new();
        place_all(Placer::new(head, 0, Lines::starting_at(0)), findings, &mut found);
        let detail = format!("rules bound to this file's name saw only its first {whole_lines} bytes");
        (found, (SkipReason::Budget, detail))
    }

    pub(super) fn pieces(&mut self, reader: &mut dyn Read, found: Vec<(Finding, Place)>, stop: &AtomicBool) -> Fed {
        self.pieces_told(reader, found, stop, &mut |_, _, _| {})
    }

    fn pieces_told(
        &mut self,
        reader: &mut dyn Read,
        found: Vec<(Finding, Place)>,
        stop: &AtomicBool,
        told: &mut Told<'_>,
    ) -> Fed {
        let mut fed = Fed { found, ..Fed::default() };
        let mut buffer = vec![0; self.chunk + 2 * MARGIN];
        let (mut filled, mut base, mut core, mut lines) = (0, 0_u64, 0, Lines::starting_at(0));
        loop {
            let (end, error) = fill(reader, &mut buffer, &mut filled);
            let last = end || error.is_some();
            let core_end = if last { filled } else { filled - MARGIN };
            let before = fed.found.len();
            let (findings, seen) = self.scan_until(&buffer[..filled], core..core_end, base, stop);
            place_all(Placer::new(&buffer[..filled], base, lines), findings, &mut fed.found);
            told(fed.found.get(before..).unwrap_or_default(), &buffer[..filled], base);
            fed.bytes = base + seen as u64;
            fed.cut = error.map(|error| (SkipReason::Unreadable, error));
            if seen < core_end || (!end && stop.load(Ordering::Relaxed)) {
                fed.cut = Some((SkipReason::Interrupted, String::new()));
            } else if !last && fed.found.len() > MAX_UNRESOLVED {
                fed.cut = Some(too_many());
            }
            if last || fed.cut.is_some() {
                break;
            }
            let passed = core_end.saturating_sub(MARGIN);
            lines.pass(&buffer[..passed], base);
            buffer.copy_within(passed..filled, 0);
            filled -= passed;
            base += passed as u64;
            core = core_end - passed;
        }
        self.settle(fed)
    }

    /// Scans one piece of an object, whose first byte is at `base`: the anchors in `core`, in steps, until `stop` is
    /// set. What was found, and the end of what was seen.
    pub(super) fn scan_until(
        &mut self,
        window: &[u8],
        core: Range<usize>,
        base: u64,
        stop: &AtomicBool,
    ) -> (Vec<Finding>, usize) {
        let (mut findings, mut seen) = (Vec::new(), core.start);
        while seen < core.end {
            let next = seen..core.end.min(seen + STEP);
            seen = next.end;
            self.engine.scan_range(&mut self.scratch, window, next, base, &mut findings);
            if stop.load(Ordering::Relaxed) {
                break;
            }
        }
        (findings, seen)
    }

    /// Resolves what the pieces of one object gave.
    pub(super) fn settle(&self, mut fed: Fed) -> Fed {
        let mut places = HashMap::with_capacity(fed.found.len());
        let mut findings = Vec::with_capacity(fed.found.len());
        for (finding, place) in fed.found.drain(..) {
            places.insert((finding.span, finding.secret_span), place);
            findings.push(finding);
        }
        self.engine.resolve(&mut findings);
        if let Some(cut) = cap(&mut findings) {
            fed.cut = Some(cut);
        }
        findings.sort_by_key(|finding| (finding.span, finding.secret_span, finding.rule));
        let mut findings = findings.into_iter().peekable();
        while let Some(finding) = findings.next() {
            let at = (finding.span, finding.secret_span);
            // A place is copied only where the next finding needs it too: places are most of the memory.
            let shared = findings.peek().is_some_and(|next| (next.span, next.secret_span) == at);
            let place = if shared { places.get(&at).cloned() } else { places.remove(&at) };
            fed.found.push((finding, place.unwrap_or_else(nowhere)));
        }
        fed.found.sort_by_key(|(finding, _)| (finding.span, finding.rule));
        fed
    }
}

fn cap(findings: &mut Vec<Finding>) -> Option<(SkipReason, String)> {
    let many = findings.len() > MAX_FINDINGS;
    findings.truncate(MAX_FINDINGS);
    many.then(too_many)
}

pub(super) fn too_many() -> (SkipReason, String) {
    (SkipReason::Budget, format!("more than {MAX_FINDINGS} findings; the rest is left out"))
}

/// For a finding that resolving moved (it does not): a wrong place is better than a lost finding.
fn nowhere() -> Place {
    let start = Position { line: 1, column: 1 };
    Place { start, end: start, lines: LineContext::default() }
}

fn place_all(mut placer: Placer<'_>, mut findings: Vec<Finding>, found: &mut Vec<(Finding, Place)>) {
    if findings.is_empty() {
        return;
    }
    findings.sort_by_key(|finding| finding.secret_span);
    let mut spent: usize = found.iter().map(|(_, place)| weight(&place.lines)).sum();
    for finding in findings {
        let mut place = placer.place(&finding);
        spent += weight(&place.lines);
        if spent > MAX_LINES_WEIGHT {
            place.lines = LineContext::default();
        }
        found.push((finding, place));
    }
}

/// Reads until `buffer` is full: whether the end was reached, or why it could not be.
fn fill(reader: &mut dyn Read, buffer: &mut [u8], filled: &mut usize) -> (bool, Option<String>) {
    while let Some(room) = buffer.get_mut(*filled..).filter(|room| !room.is_empty()) {
        match reader.read(room) {
            Ok(0) => return (true, None),
            Ok(read) => *filled += read.min(room.len()),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (false, Some(error.to_string())),
        }
    }
    (false, None)
}
