//! From a finding's span to its place: lines and columns as people count them, and the lines around it.
//!
//! One forward pass over the bytes serves any number of findings, and an object without findings costs
//! nothing here unless it is read in pieces.

use memchr::{memchr, memchr_iter, memrchr};

use crate::model::{Finding, LineContext, Place, Position, Span};

/// How far from a match the lines around it are looked at, in bytes. Text lines are far shorter; this
/// bounds what one endless line can cost, and keeps a place a local function of the bytes.
pub const LINE_REACH: usize = 4 * 1024;

/// How far lines have been counted in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lines {
    /// Line breaks passed so far.
    pub breaks: u64,
    /// Offset, in the object, of the first byte of the line we are in.
    pub line_start: u64,
}

impl Lines {
    /// Nothing passed yet, at that offset of the object.
    #[must_use]
    pub const fn starting_at(offset: u64) -> Self {
        Self { breaks: 0, line_start: offset }
    }

    /// Passes `bytes`, the first of which lies at `offset` in the object.
    pub fn pass(&mut self, bytes: &[u8], offset: u64) {
        if let Some(last) = memrchr(b'\n', bytes) {
            self.breaks += memchr_iter(b'\n', bytes).count() as u64;
            self.line_start = offset + last as u64 + 1;
        }
    }

    /// Joins what was counted in the next piece (from its own start) to what was counted before it.
    #[must_use]
    pub const fn then(self, next: Self) -> Self {
        if next.breaks == 0 { self } else { Self { breaks: self.breaks + next.breaks, line_start: next.line_start } }
    }

    /// The position of `offset`, which lies in the line we are in.
    const fn position(self, offset: u64) -> Position {
        Position { line: self.breaks + 1, column: offset.saturating_sub(self.line_start) + 1 }
    }

    /// Corrects a position that was counted from a piece's start, where `self` is what was counted
    /// before the piece and `piece` the offset it began at.
    #[must_use]
    pub const fn correct(self, position: Position, piece: u64) -> Position {
        let Position { line, column } = position;
        let column = if line == 1 { column + piece.saturating_sub(self.line_start) } else { column };
        Position { line: line + self.breaks, column }
    }
}

/// Finds places in a piece of an object (or in the whole of it).
#[derive(Debug)]
pub struct Placer<'a> {
    bytes: &'a [u8],
    base: u64,
    before: Lines,
    at: usize,
    lines: Lines,
}

impl<'a> Placer<'a> {
    /// Over `bytes`, the first of which lies at `base` in the object; `before` is what was counted up
    /// to there.
    #[must_use]
    pub const fn new(bytes: &'a [u8], base: u64, before: Lines) -> Self {
        Self { bytes, base, before, at: 0, lines: before }
    }

    /// The place of a finding. Findings in order of their credentials' spans cost one pass; any other
    /// order is right too, and slower. Spans that reach outside the piece are cut to it.
    pub fn place(&mut self, finding: &Finding) -> Place {
        let place = self.without_lines(finding);
        Place { lines: self.around(finding.span), ..place }
    }

    /// The same, without the lines around it.
    pub fn without_lines(&mut self, finding: &Finding) -> Place {
        let start = self.position(finding.secret_span.start);
        let (at, lines) = (self.at, self.lines);
        let end = self.position(finding.secret_span.end);
        (self.at, self.lines) = (at, lines);
        Place { start, end, lines: LineContext::default() }
    }

    fn position(&mut self, offset: u64) -> Position {
        let target = self.inside(offset);
        if target < self.at {
            (self.at, self.lines) = (0, self.before);
        }
        self.lines.pass(self.bytes.get(self.at..target).unwrap_or_default(), self.base + self.at as u64);
        self.at = target;
        self.lines.position(offset)
    }

    fn inside(&self, offset: u64) -> usize {
        usize::try_from(offset.saturating_sub(self.base)).unwrap_or(usize::MAX).min(self.bytes.len())
    }

    /// The lines around a match: they depend on the bytes within [`LINE_REACH`] of it.
    #[must_use]
    pub fn around(&self, span: Span) -> LineContext {
        let (start, end) = (self.inside(span.start), self.inside(span.end).max(self.inside(span.start)));
        let head = &self.bytes[start.saturating_sub(LINE_REACH)..start];
        let tail = &self.bytes[end..end.saturating_add(LINE_REACH).min(self.bytes.len())];
        let matched = &self.bytes[start..end];

        let (before, first_head) = match memrchr(b'\n', head) {
            Some(at) => (Some(last_line(&head[..at])), &head[at + 1..]),
            None => (None, head),
        };
        let (last_tail, after) = match memchr(b'\n', tail) {
            Some(at) => (&tail[..at], Some(first_line(&tail[at + 1..]))),
            None => (tail, None),
        };
        let (first, last) = if let (Some(from), Some(to)) = (memchr(b'\n', matched), memrchr(b'\n', matched)) {
            (join(first_head, cut_right(&matched[..from])), join(cut_left(&matched[to + 1..]), last_tail))
        } else {
            let line = [first_head, matched, last_tail].concat();
            (line.clone(), line)
        };
        let lines = [Some(first), Some(last), before.map(<[u8]>::to_vec), after.map(<[u8]>::to_vec)];
        let [first, last, before, after] = lines.map(|line| line.map(without_cr));
        LineContext { before, first: first.unwrap_or_default(), last: last.unwrap_or_default(), after }
    }
}

/// Bytes that the lines around a place take in memory.
#[must_use]
pub fn weight(lines: &LineContext) -> usize {
    let beside = |line: &Option<Vec<u8>>| line.as_ref().map_or(0, Vec::len);
    lines.first.len() + lines.last.len() + beside(&lines.before) + beside(&lines.after)
}

fn join(left: &[u8], right: &[u8]) -> Vec<u8> {
    [left, right].concat()
}

fn cut_right(line: &[u8]) -> &[u8] {
    &line[..line.len().min(LINE_REACH)]
}

fn cut_left(line: &[u8]) -> &[u8] {
    &line[line.len().saturating_sub(LINE_REACH)..]
}

fn first_line(text: &[u8]) -> &[u8] {
    &text[..memchr(b'\n', text).unwrap_or(text.len())]
}

fn last_line(text: &[u8]) -> &[u8] {
    &text[memrchr(b'\n', text).map_or(0, |at| at + 1)..]
}

fn without_cr(mut line: Vec<u8>) -> Vec<u8> {
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, RuleIx, Score, Secret};

    fn finding(span: Span, secret_span: Span) -> Finding {
        let score = Score { points: 60, confidence: Confidence::Medium, reasons: Vec::new() };
        Finding { rule: RuleIx(0), span, secret_span, secret: Secret::new(b"x"), via: Vec::new(), score }
    }

    fn place_of(text: &str, needle: &str) -> Place {
        let start = text.find(needle).unwrap() as u64;
        let span = Span::new(start, start + needle.len() as u64);
        Placer::new(text.as_bytes(), 0, Lines::starting_at(0)).place(&finding(span, span))
    }

    #[test]
    fn lines_and_columns_count_from_one_in_bytes() {
        let place = place_of("KEY", "KEY");
        assert_eq!((place.start, place.end), (Position { line: 1, column: 1 }, Position { line: 1, column: 4 }));
        let place = place_of("a\r\nü KEY # note\r\nnext\r\nfar", "KEY");
        assert_eq!(place.start, Position { line: 2, column: 4 });
        assert_eq!(place.lines.before.as_deref(), Some(&b"a"[..]));
        assert_eq!(place.lines.first, "ü KEY # note".as_bytes());
        assert_eq!(place.lines.last, place.lines.first);
        assert_eq!(place.lines.after.as_deref(), Some(&b"next"[..]));
    }

    #[test]
    fn a_match_over_several_lines_has_a_first_and_a_last_line() {
        let place = place_of("top\nx BEGIN\nmiddle\nEND y\nbottom", "BEGIN\nmiddle\nEND");
        assert_eq!(place.end, Position { line: 4, column: 4 });
        assert_eq!((&place.lines.first[..], &place.lines.last[..]), (&b"x BEGIN"[..], &b"END y"[..]));
        assert_eq!(place.lines.before.as_deref(), Some(&b"top"[..]));
        assert_eq!(place.lines.after.as_deref(), Some(&b"bottom"[..]));
    }

    #[test]
    fn at_the_edges_there_is_no_line_before_or_after() {
        let place = place_of("KEY", "KEY");
        assert_eq!((place.lines.before, place.lines.after), (None, None));
        let place = place_of("\nKEY\n", "KEY");
        assert_eq!((place.lines.before, place.lines.after), (Some(Vec::new()), Some(Vec::new())));
    }

    #[test]
    fn an_endless_line_is_cut_around_the_match() {
        let text = format!("{}KEY{}", "a".repeat(1 << 20), "b".repeat(1 << 20));
        let place = place_of(&text, "KEY");
        assert_eq!(place.start, Position { line: 1, column: (1 << 20) + 1 });
        assert_eq!(place.lines.first.len(), 2 * LINE_REACH + 3);
    }

    #[test]
    fn any_order_and_any_cut_give_the_same_positions() {
        let text = b"one\ntwo three\n\nfour";
        let whole: Vec<Position> =
            (0..text.len() as u64).map(|at| Placer::new(text, 0, Lines::starting_at(0)).position(at)).collect();
        let mut backwards = Placer::new(text, 0, Lines::starting_at(0));
        for (at, expected) in whole.iter().enumerate().rev() {
            assert_eq!(backwards.position(at as u64), *expected);
        }
        for cut in 0..text.len() {
            let mut counted = Lines::starting_at(0);
            counted.pass(&text[..cut], 0);
            let mut known = Placer::new(&text[cut..], cut as u64, counted);
            let mut unknown = Placer::new(&text[cut..], cut as u64, Lines::starting_at(cut as u64));
            for (at, expected) in whole.iter().enumerate().skip(cut) {
                assert_eq!(known.position(at as u64), *expected);
                assert_eq!(counted.correct(unknown.position(at as u64), cut as u64), *expected, "cut {cut} at {at}");
            }
        }
    }
}
