//! What a stretch of a stream shows, and where in the stream each byte of that is.

use super::super::ansi::{self, Escape};
use crate::model::{Position, Span};

/// A line must be this wide to have been broken by a terminal; the narrowest in use are wider.
const LEAST_WIDTH: usize = 40;

/// What is taken away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum View {
    /// Escapes of a terminal.
    Plain,
    /// Those, and the line breaks inside words.
    Joined,
}

/// A stretch of text as it is shown: as long as its owner lets it grow.
#[derive(Debug)]
pub(super) struct Shown {
    view: View,
    text: Vec<u8>,
    /// The raw offset of each byte of text.
    at: Vec<u64>,
    /// Where in the text something was taken away: before that byte.
    gaps: Vec<usize>,
    /// Where in the text a line break was taken away.
    joins: Vec<usize>,
    /// The offset of the next raw byte.
    next: u64,
    /// Raw bytes that begin an escape.
    begun: Vec<u8>,
    /// A line break that is not decided upon: its offset, and that of a carriage return before it.
    break_at: Option<(u64, Option<u64>)>,
    /// Bytes shown since the last line break.
    width: usize,
    /// Raw line breaks before the stretch, and the offset of the line in which it begins.
    breaks: u64,
    line_start: u64,
    /// The raw offsets of the line breaks in it.
    newlines: Vec<u64>,
}

impl Shown {
    pub(super) const fn new(view: View) -> Self {
        Self {
            view,
            text: Vec::new(),
            at: Vec::new(),
            gaps: Vec::new(),
            joins: Vec::new(),
            next: 0,
            begun: Vec::new(),
            break_at: None,
            width: 0,
            breaks: 0,
            line_start: 0,
            newlines: Vec::new(),
        }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Whether the text is another than the raw bytes.
    pub(super) fn differs(&self) -> bool {
        let gaps = if self.is_joined() { &self.joins } else { &self.gaps };
        !gaps.is_empty()
    }

    pub(super) const fn is_joined(&self) -> bool {
        matches!(self.view, View::Joined)
    }

    /// Whether a line break was taken out of that range of the text.
    pub(super) fn crosses(&self, span: Span) -> bool {
        let first = self.joins.partition_point(|join| *join as u64 <= span.start);
        self.joins.get(first).is_some_and(|join| (*join as u64) < span.end)
    }

    /// The raw bytes that show that range of the text.
    pub(super) fn raw(&self, span: Span) -> Span {
        let at = |place: u64| usize::try_from(place).ok().and_then(|place| self.at.get(place)).copied();
        let start = at(span.start).unwrap_or(self.next);
        let end = if span.end > span.start { at(span.end - 1).map_or(self.next, |last| last + 1) } else { start };
        Span::new(start, end)
    }

    /// The line and column of a raw offset in the stretch.
    pub(super) fn position(&self, offset: u64) -> Position {
        let before = self.newlines.partition_point(|newline| *newline < offset);
        let start = before.checked_sub(1).and_then(|last| self.newlines.get(last)).map_or(self.line_start, |at| at + 1);
        Position { line: self.breaks + before as u64 + 1, column: offset.saturating_sub(start) + 1 }
    }

    /// How much is kept.
    #[cfg(test)]
    pub(super) fn held(&self) -> usize {
        let lists = self.gaps.len() + self.joins.len() + self.newlines.len();
        self.text.len() + self.at.len() + self.begun.len() + lists
    }

    /// Takes the next raw bytes.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.begun.is_empty() {
            return self.take(bytes);
        }
        // An escape that was cut: it is short, and so is what is copied here.
        let mut begun = std::mem::take(&mut self.begun);
        self.next -= begun.len() as u64;
        begun.extend_from_slice(bytes);
        self.take(&begun);
    }

    /// There are no more.
    pub(super) fn end(&mut self) {
        let begun = std::mem::take(&mut self.begun);
        self.next -= begun.len() as u64;
        self.show(&begun);
        self.decide(None);
    }

    fn take(&mut self, bytes: &[u8]) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match ansi::at(rest) {
                Some(Escape::Cut) => {
                    self.begun = rest.to_vec();
                    self.next += rest.len() as u64;
                    return;
                }
                Some(Escape::Of(length)) => {
                    if self.gaps.last() != Some(&self.text.len()) {
                        self.gaps.push(self.text.len());
                    }
                    self.next += length as u64;
                    at += length;
                }
                None => {
                    let length = memchr::memchr(0x1b, rest).unwrap_or(rest.len());
                    self.show(rest.get(..length).unwrap_or_default());
                    at += length;
                }
            }
        }
    }

    /// Bytes without escapes.
    fn show(&mut self, mut bytes: &[u8]) {
        while let Some(first) = bytes.first() {
            self.decide(Some(*first));
            let end = memchr::memchr(b'\n', bytes);
            let line = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or_default();
            self.width += line.len();
            self.add(line);
            let Some(end) = end else { return };
            self.newlines.push(self.next);
            if self.is_joined() {
                self.hold_break();
            } else {
                self.add(b"\n");
            }
            bytes = bytes.get(end + 1..).unwrap_or_default();
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        self.at.extend(self.next..self.next + bytes.len() as u64);
        self.text.extend_from_slice(bytes);
        self.next += bytes.len() as u64;
    }

    /// Keeps a line break back until what follows it is known. A carriage return before it goes with it.
    fn hold_break(&mut self) {
        let mut returns = None;
        if self.text.last() == Some(&b'\r') && self.width > 0 {
            self.text.pop();
            returns = self.at.pop();
        }
        self.break_at = Some((self.next, returns));
        self.next += 1;
    }

    /// Drops the line break that is held, if it stands inside a word that a terminal broke, or shows it.
    fn decide(&mut self, next: Option<u8>) {
        let Some((at, returns)) = self.break_at.take() else { return };
        let width = std::mem::take(&mut self.width) - usize::from(returns.is_some());
        let last = self.text.last().copied();
        if width >= LEAST_WIDTH && last.is_some_and(goes_on) && next.is_some_and(continues) {
            self.joins.push(self.text.len());
            return;
        }
        if let Some(returns) = returns {
            self.text.push(b'\r');
            self.at.push(returns);
        }
        self.text.push(b'\n');
        self.at.push(at);
    }

    /// Forgets the first `passed` bytes of the text.
    pub(super) fn pass(&mut self, passed: usize) {
        let raw = self.at.get(passed).copied().unwrap_or(self.next);
        let lines = self.newlines.partition_point(|newline| *newline < raw);
        if let Some(last) = lines.checked_sub(1).and_then(|last| self.newlines.get(last)) {
            (self.breaks, self.line_start) = (self.breaks + lines as u64, last + 1);
        }
        self.newlines.drain(..lines);
        self.text.drain(..passed);
        self.at.drain(..passed);
        for gaps in [&mut self.gaps, &mut self.joins] {
            let gone = gaps.partition_point(|gap| *gap < passed);
            gaps.drain(..gone);
            for gap in gaps {
                *gap -= passed;
            }
        }
    }
}

/// Whether a word may go on after that byte.
fn goes_on(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-+/=.:".contains(&byte)
}

/// Whether a word may go on with it. The signs of a diff begin a line.
fn continues(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_/=.".contains(&byte)
}
