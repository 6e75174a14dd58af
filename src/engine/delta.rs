//! Scans an object that is made from another one by copying: only what the copying changed is looked at.
//!
//! Whether a needle stands at a place depends on the bytes within `MARGIN` of the needle's own, and what is
//! confirmed there on the bytes within the hit's *reach*. So a scan leaves a [`Trace`]: every hit with its reach
//! and its findings. Of an object made from it, the text around inserts and junctions is searched afresh; a hit
//! whose reach lies inside one copied run is taken over with its findings, moved; and a hit that is there still,
//! but has something new in its reach, is confirmed once more. The result is that of scanning the whole.

use std::ops::Range;

use memchr::memchr2;

use super::prefilter::Sought;
use super::text::Text;
use super::{Engine, Scratch, confirm};
use crate::decode::{Form, FormInfo, Limit};
use crate::model::{Confidence, Finding};

/// Bytes beyond a needle's own that may decide whether it is found: the run of digits that an encoded needle has
/// to stand in, with room to spare.
const MARGIN: usize = 64;
/// Bytes more than the reach as computed: none is known to matter.
const SLACK: usize = 16;
/// Hits a trace keeps: so many, and one for every so many bytes. An object that is denser (there is none but by
/// design) is not worth remembering.
const FREE_HITS: usize = 4096;
const BYTES_PER_HIT: usize = 32;
/// Findings a trace keeps, for the same reason: each takes some hundred bytes.
const MAX_TRACED: usize = 16 * 1024;
/// Bytes that are searched at a time: what is found in them, before it is judged, may be some megabytes.
const PIECE: usize = 256 << 10;

/// A run of bytes that an object shares with its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Offset in the base.
    pub from: usize,
    /// Offset in the object.
    pub to: usize,
    /// Bytes.
    pub len: usize,
}

/// A needle that stands in an object.
#[derive(Clone, Copy, Debug)]
struct Hit {
    at: u32,
    needle: u32,
    /// Bytes before and after `at` that decide what is confirmed here.
    before: u32,
    after: u32,
    /// Its findings, in the trace's.
    first: u32,
    count: u32,
}

/// What a scan leaves for the objects that are made from the scanned one.
#[derive(Debug, Default)]
pub struct Trace {
    hits: Vec<Hit>,
    found: Vec<Finding>,
    len: usize,
}

impl Trace {
    /// Bytes of memory it takes, roughly.
    #[must_use]
    pub fn weight(&self) -> usize {
        self.hits.capacity() * size_of::<Hit>() + self.found.capacity() * (size_of::<Finding>() + 512)
    }
}

/// What a scan is asked for.
pub struct Ask<'a> {
    /// Whether a trace is of use.
    pub keep: bool,
    /// Findings that are less sure than this need not be told, where nothing else depends on them.
    pub least: Confidence,
    /// Asked after each piece, with what was found in it, unresolved: `false` ends the scan.
    pub go_on: &'a mut dyn FnMut(&[Finding]) -> bool,
}

/// How far the bytes matter around a needle: `near` where the text has no escapes, `far` where it has.
#[derive(Clone, Copy, Debug, Default)]
struct Reach {
    near: (u32, u32),
    far: (u32, u32),
}

/// An engine that keeps traces.
#[derive(Debug)]
pub struct Tracer<'e> {
    engine: &'e Engine,
    reaches: Vec<Reach>,
    /// Bytes before the end of a run in which a needle may begin that does not lie wholly in it, with its own margin.
    margin: usize,
}

impl<'e> Tracer<'e> {
    /// A tracer of that engine.
    #[must_use]
    pub fn new(engine: &'e Engine) -> Self {
        let needles = || engine.prefilter.needles();
        let longest = needles().map(|sought| usize::from(sought.needle.len)).max().unwrap_or(0);
        let reaches = needles().map(|sought| reach(engine, sought)).collect();
        Self { engine, reaches, margin: longest + MARGIN }
    }

    /// Bytes before and after a needle that the rules may look at.
    fn reach(&self, bytes: &[u8], at: usize, needle: u32) -> (u32, u32) {
        let Reach { near, far } = self.reaches.get(needle as usize).copied().unwrap_or_default();
        let around = at.saturating_sub(near.0 as usize)..bytes.len().min(at + near.1 as usize);
        let escapes = near != far && memchr2(b'%', b'\\', bytes.get(around).unwrap_or_default()).is_some();
        if escapes { far } else { near }
    }

    /// Scans a whole object: what [`Engine::scan`] finds, and the trace if it is of use and worth it.
    pub fn whole(&self, scratch: &mut Scratch, bytes: &[u8], ask: Ask<'_>) -> (Vec<Finding>, Option<Trace>) {
        let mut scan = Scan::new(self, scratch, bytes, ask);
        scan.fresh(0..bytes.len());
        scan.finish()
    }

    /// Scans an object made from the one `base` is the trace of: what [`Engine::scan`] finds. `copied` are the
    /// runs they share, in order of the object. Their bytes are taken to be the same.
    pub fn made(
        &self,
        scratch: &mut Scratch,
        base: &Trace,
        copied: impl IntoIterator<Item = Copied>,
        bytes: &[u8],
        ask: Ask<'_>,
    ) -> (Vec<Finding>, Option<Trace>) {
        let mut scan = Scan::new(self, scratch, bytes, ask);
        let mut done = 0;
        let mut pending: Option<Copied> = None;
        for run in copied.into_iter().map(Some).chain([None]) {
            // Copies that go on where the last one ended, here and in the base, are one.
            if let (Some(last), Some(next)) = (&mut pending, run)
                && last.to + last.len == next.to
                && last.from + last.len == next.from
            {
                last.len += next.len;
                continue;
            }
            if let Some(run) = std::mem::replace(&mut pending, run) {
                scan.run(base, run, &mut done);
            }
        }
        scan.fresh(done..bytes.len());
        scan.finish()
    }
}

/// One object being scanned.
struct Scan<'s, 'e, 'a> {
    tracer: &'s Tracer<'e>,
    scratch: &'s mut Scratch,
    bytes: &'s [u8],
    ask: Ask<'a>,
    hits: Vec<Hit>,
    found: Vec<Finding>,
    /// Whether the scan was ended.
    ended: bool,
}

impl<'s, 'e, 'a> Scan<'s, 'e, 'a> {
    fn new(tracer: &'s Tracer<'e>, scratch: &'s mut Scratch, bytes: &'s [u8], ask: Ask<'a>) -> Self {
        scratch.forget();
        Self { tracer, scratch, bytes, ask, hits: Vec::new(), found: Vec::new(), ended: false }
    }

    /// Takes over what it can of a copied run, after searching what lies between the last one and it.
    fn run(&mut self, base: &Trace, run: Copied, done: &mut usize) {
        // An object's edge is as good as unlimited text where it is the base's edge as well.
        let at_start = run.from == 0 && run.to == 0;
        let at_end = run.to + run.len == self.bytes.len() && run.from + run.len == base.len;
        let start = if at_start { 0 } else { run.to + MARGIN };
        let end = if at_end { run.to + run.len } else { (run.to + run.len).saturating_sub(self.tracer.margin) };
        if start >= end || start < *done || self.ended {
            return;
        }
        self.fresh(*done..start);
        let in_base = |at: usize| at - run.to + run.from;
        let before = self.found.len();
        let from = base.hits.partition_point(|hit| (hit.at as usize) < in_base(start));
        let inside = base.hits.get(from..).unwrap_or_default().iter();
        for hit in inside.take_while(|hit| (hit.at as usize) < in_base(end)) {
            let at = hit.at as usize - run.from + run.to;
            let holds = (at_start || at >= run.to + hit.before as usize)
                && (at_end || at + hit.after as usize <= run.to + run.len);
            if holds {
                self.take_over(base, hit, at);
            } else {
                self.confirm(at, hit.needle);
            }
        }
        self.take_stock(before);
        *done = end;
    }

    fn take_over(&mut self, base: &Trace, hit: &Hit, at: usize) {
        let first = self.found.len() as u32;
        let range = hit.first as usize..hit.first as usize + hit.count as usize;
        for finding in base.found.get(range).unwrap_or_default() {
            let moved = |span: crate::model::Span| {
                let shift = |offset: u64| (offset + at as u64).saturating_sub(u64::from(hit.at));
                crate::model::Span::new(shift(span.start), shift(span.end))
            };
            let (span, secret_span) = (moved(finding.span), moved(finding.secret_span));
            self.found.push(Finding { span, secret_span, ..finding.clone() });
        }
        if self.ask.keep {
            self.hits.push(Hit { at: at as u32, first, ..*hit });
        }
    }

    /// Searches the needles that begin in a range.
    fn fresh(&mut self, range: Range<usize>) {
        let Range { mut start, end } = range;
        while start < end && !self.ended {
            let (piece, before) = (start..end.min(start + PIECE), self.found.len());
            start = piece.end;
            self.piece(piece);
            self.take_stock(before);
        }
    }

    /// Asks whether to go on, and lets go of what is not worth its memory.
    fn take_stock(&mut self, before: usize) {
        let found = self.found.get(before..).unwrap_or_default();
        self.ended |= !(self.ask.go_on)(found);
        let worth = self.hits.len() <= FREE_HITS + self.bytes.len() / BYTES_PER_HIT && self.found.len() <= MAX_TRACED;
        if self.ask.keep && !worth {
            (self.ask.keep, self.hits) = (false, Vec::new());
        }
        if !self.ask.keep {
            let (engine, least) = (self.tracer.engine, self.ask.least);
            let mut at = 0;
            self.found.retain(|finding| {
                at += 1;
                at <= before || !engine.is_idle(finding, least)
            });
        }
    }

    fn piece(&mut self, range: Range<usize>) {
        let mut fresh = Vec::new();
        self.tracer.engine.prefilter.find(self.bytes, range, |at, sought| fresh.push((at, sought.number)));
        fresh.sort_unstable();
        for (at, needle) in fresh {
            self.confirm(at, needle);
        }
    }

    fn confirm(&mut self, at: usize, needle: u32) {
        let Self { tracer, scratch, bytes, .. } = self;
        let first = self.found.len() as u32;
        let text = Text::raw(bytes, 0);
        let sought = tracer.engine.prefilter.sought(needle);
        let around = sought.and_then(|sought| tracer.engine.confirm(scratch, text, at, sought, &mut self.found));
        if !self.ask.keep {
            return;
        }
        let (before, after) = match around {
            Some(around) => (narrow(around.before), narrow(around.after)),
            None => tracer.reach(bytes, at, needle),
        };
        let count = self.found.len() as u32 - first;
        self.hits.push(Hit { at: at as u32, needle, before, after, first, count });
    }

    fn finish(self) -> (Vec<Finding>, Option<Trace>) {
        let Self { tracer, bytes, ask, hits, found, ended, .. } = self;
        let keep = ask.keep && !ended && u32::try_from(bytes.len()).is_ok();
        let mut findings = if keep { found.clone() } else { Vec::new() };
        let trace = if keep {
            Some(Trace { hits, found, len: bytes.len() })
        } else {
            findings = found;
            None
        };
        if !findings.is_empty() {
            tracer.engine.resolve(&mut findings);
        }
        (findings, trace)
    }
}

/// How far the bytes matter around a needle.
fn reach(engine: &Engine, sought: Sought<'_>) -> Reach {
    let rules = engine.rules().as_slice();
    let (mut limit, mut with_escapes) = (Limit { before: 0, after: 0 }, Limit { before: 0, after: 0 });
    let wider = |a: Limit, b: Limit| Limit { before: a.before.max(b.before), after: a.after.max(b.after) };
    for target in sought.targets() {
        let Some(rule) = rules.get(usize::from(target.rule)) else { continue };
        let own = confirm::limit_of(rule, target.anchor);
        limit = wider(limit, own);
        if rule.extend.is_none() {
            with_escapes = wider(with_escapes, own);
        }
    }
    let [outer, inner] = sought.needle.forms;
    if outer != Form::Plain {
        if inner != Form::Plain {
            limit = Limit { before: limit.before * 4, after: limit.after * 4 };
        }
        let far = raw(&[outer], limit);
        return Reach { near: far, far };
    }
    let near = (narrow(limit.before), narrow(limit.after));
    let part = raw(&[Form::PartBackslash, Form::PartPercent], with_escapes);
    Reach { near, far: (near.0.max(part.0), near.1.max(part.1)) }
}

/// Raw bytes on each side that decoders of those forms look at, to give so many decoded ones.
fn raw(forms: &[Form], limit: Limit) -> (u32, u32) {
    let side = |decoded| {
        let reaches = forms.iter().filter_map(|form| FormInfo::of(*form)).map(|info| info.reach(decoded));
        narrow(reaches.max().unwrap_or(0))
    };
    (side(limit.before), side(limit.after))
}

fn narrow(bytes: usize) -> u32 {
    u32::try_from(bytes + SLACK).unwrap_or(u32::MAX)
}
