//! What a program printed: beside its bytes as they are, what a person would have read.
//!
//! Two more views of a stream are scanned. In one the escapes that colour a terminal are gone; in the other the lines
//! that a terminal broke in two are whole again as well. Whatever is found in a view is told at its raw bytes. The views
//! only ever add to what the raw bytes hold, so that nothing is lost where they read too much into binary data.
//!
//! Views are streams themselves, scanned in overlapping pieces as any other, and where a piece of a view is no other
//! than the raw bytes it is not scanned again.

mod shown;

use std::io::{self, Read};
use std::sync::atomic::AtomicBool;

use shown::{Shown, View};

use super::feed::{Fed, Feed, MARGIN, MAX_LINES_WEIGHT, MAX_UNRESOLVED, too_many};
use super::place::{Lines, Placer, weight};
use crate::model::{Confidence, Finding, LineContext, Place, Span};

/// A credential put together from two lines must be at least so sure: any two words may stand at such a place.
const JOINED: Confidence = Confidence::High;

impl Feed<'_> {
    /// Scans whatever `reader` gives, to its end, as it is and as a terminal shows it, in constant memory, until `stop`
    /// is set.
    pub fn log(&mut self, reader: &mut dyn Read, stop: &AtomicBool) -> Fed {
        let views = [View::Plain, View::Joined].map(|view| Flow::new(self, view, stop));
        let mut tee = Tee { reader, views };
        let mut fed = self.pieces(&mut tee, Vec::new(), stop);
        for view in &mut tee.views {
            view.end();
            fed.found.append(&mut view.found);
            if view.full {
                fed.cut.get_or_insert_with(too_many);
            }
        }
        fed.found.sort_by_key(|(finding, _)| (finding.span, finding.secret_span, finding.rule));
        fed.found.dedup_by_key(|(finding, _)| (finding.span, finding.secret_span, finding.rule));
        let cut = fed.cut.take();
        let mut fed = self.settle(fed);
        fed.cut = cut.or(fed.cut);
        fed
    }
}

/// Hands what is read on to the views.
struct Tee<'a, 'e> {
    reader: &'a mut dyn Read,
    views: [Flow<'a, 'e>; 2],
}

impl Read for Tee<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.reader.read(buffer)?;
        for view in &mut self.views {
            view.push(buffer.get(..read).unwrap_or_default());
        }
        Ok(read)
    }
}

/// A view on its way through the engine.
struct Flow<'a, 'e> {
    feed: Feed<'e>,
    /// Set from outside to end the work.
    stop: &'a AtomicBool,
    shown: Shown,
    /// Where in what is shown the next piece's core begins.
    core: usize,
    /// Memory spent on the lines around findings.
    spent: usize,
    found: Vec<(Finding, Place)>,
    /// Whether there were too many findings to look at the rest.
    full: bool,
}

impl<'a, 'e> Flow<'a, 'e> {
    fn new(feed: &Feed<'e>, view: View, stop: &'a AtomicBool) -> Self {
        let feed = Feed::with_chunk(feed.engine, feed.chunk);
        Self { feed, stop, shown: Shown::new(view), core: 0, spent: 0, found: Vec::new(), full: false }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        let full = self.feed.chunk + 2 * MARGIN;
        while !bytes.is_empty() {
            let room = full.saturating_sub(self.shown.text().len()).max(1).min(bytes.len());
            let (now, rest) = bytes.split_at(room);
            self.shown.push(now);
            bytes = rest;
            if self.shown.text().len() >= full {
                let end = self.shown.text().len() - MARGIN;
                self.piece(end);
                let passed = end.saturating_sub(MARGIN);
                self.shown.pass(passed);
                self.core = end - passed;
            }
        }
    }

    fn end(&mut self) {
        self.shown.end();
        self.piece(self.shown.text().len());
    }

    /// Scans the anchors from the last piece's end to `end`.
    fn piece(&mut self, end: usize) {
        if !self.shown.differs() {
            return;
        }
        if self.found.len() > MAX_UNRESOLVED {
            self.full = true;
            return;
        }
        let text = self.shown.text();
        // Where it is interrupted, so is the raw stream, which says so.
        let (mut findings, _) = self.feed.scan_until(text, self.core..end, 0, self.stop);
        findings.retain(|finding| {
            !self.shown.is_joined() || (finding.score.confidence >= JOINED && self.shown.crosses(finding.secret_span))
        });
        findings.sort_by_key(|finding| finding.secret_span);
        let mut placer = Placer::new(text, 0, Lines::starting_at(0));
        for mut finding in findings {
            // The lines around it are those that are shown; where it is, is told of the raw bytes.
            let mut place = placer.place(&finding);
            finding.span = self.shown.raw(finding.span);
            finding.secret_span = self.shown.raw(finding.secret_span);
            let Span { start, end } = finding.secret_span;
            (place.start, place.end) = (self.shown.position(start), self.shown.position(end));
            self.spent += weight(&place.lines);
            if self.spent > MAX_LINES_WEIGHT {
                place.lines = LineContext::default();
            }
            self.found.push((finding, place));
        }
    }
}

#[cfg(test)]
mod tests;
