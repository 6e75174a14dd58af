//! What has been read and not yet written, with what came before it, and what of it is masked.

use std::io::{self, Write};
use std::ops::Range;

use super::super::ansi::{self, Escape};
use crate::engine::OVERLAP;
use crate::model::Span;

/// Raw bytes that wait to be written; beside them the text they show, which is what is scanned, preceded by the text
/// that was shown before.
#[derive(Debug, Default)]
pub(super) struct Window {
    /// Text: first what is written already, then from `start` on what is pending.
    text: Vec<u8>,
    start: usize,
    raw: Vec<u8>,
    /// For each pending byte of text, where it is in `raw`.
    at: Vec<usize>,
    /// Sorted, apart from one another, in pending text.
    masks: Vec<Mask>,
}

#[derive(Debug)]
struct Mask {
    start: usize,
    end: usize,
    shown: String,
}

impl Window {
    /// Bytes of text that are pending.
    pub(super) fn pending(&self) -> usize {
        self.text.len() - self.start
    }

    /// Pending text from there on.
    pub(super) fn tail(&self, from: usize) -> &[u8] {
        &self.text[self.start + from..]
    }

    /// All text that is known, and the part of it in which anchors are looked for: all that is pending, and
    /// `before` bytes before it.
    pub(super) fn text(&self, before: usize) -> (&[u8], Range<usize>) {
        (&self.text, self.start.saturating_sub(before)..self.text.len())
    }

    /// Appends bytes, and says how many: all of them, but for an escape that is cut where `whole` is not set.
    pub(super) fn push(&mut self, bytes: &[u8], whole: bool) -> usize {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match ansi::at(rest) {
                Some(Escape::Cut) if !whole => break,
                Some(Escape::Cut) => {
                    self.raw.extend_from_slice(rest);
                    at = bytes.len();
                }
                Some(Escape::Of(length)) => {
                    self.raw.extend_from_slice(&rest[..length]);
                    at += length;
                }
                None => {
                    let length = memchr::memchr(0x1b, rest).unwrap_or(rest.len());
                    self.at.extend(self.raw.len()..self.raw.len() + length);
                    self.raw.extend_from_slice(&rest[..length]);
                    self.text.extend_from_slice(&rest[..length]);
                    at += length;
                }
            }
        }
        at
    }

    /// Masks a range of pending text. Where it meets others they become one, which shows what the first showed.
    pub(super) fn mask(&mut self, start: usize, end: usize, shown: &str) {
        let mut new = Mask { start, end: end.min(self.pending()), shown: shown.to_owned() };
        if new.start >= new.end {
            return;
        }
        let first = self.masks.partition_point(|mask| mask.end <= new.start);
        let last = self.masks.partition_point(|mask| mask.start < new.end);
        for old in self.masks.drain(first..last) {
            if old.start <= new.start {
                new.start = old.start;
                new.shown = old.shown;
            }
            new.end = new.end.max(old.end);
        }
        self.masks.insert(first, new);
    }

    /// Masks a range of all text, as far as it is pending.
    pub(super) fn mask_at(&mut self, span: Span, shown: &str) {
        let place = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
        let (start, end) = (place(span.start), place(span.end).saturating_sub(self.start));
        // Of one that began in what is written, what was to be shown is shown.
        let shown = if start < self.start { "***" } else { shown };
        self.mask(start.saturating_sub(self.start), end, shown);
    }

    /// Writes that much of the pending text, with its escapes, and everything masked that is to be.
    pub(super) fn release(&mut self, upto: usize, out: &mut dyn Write) -> io::Result<()> {
        let cut = self.at.get(upto).copied().unwrap_or(self.raw.len());
        let mut from = 0;
        for mask in self.masks.iter_mut().filter(|mask| mask.start < upto) {
            out.write_all(&self.raw[from..self.at[mask.start]])?;
            out.write_all(mask.shown.as_bytes())?;
            // What goes on beyond is shown no second time.
            mask.shown.clear();
            from = if mask.end > upto { cut } else { self.at[mask.end - 1] + 1 };
        }
        out.write_all(&self.raw[from..cut])?;
        out.flush()?;
        self.forget(upto, cut);
        Ok(())
    }

    fn forget(&mut self, upto: usize, cut: usize) {
        self.masks.retain(|mask| mask.end > upto);
        for mask in &mut self.masks {
            (mask.start, mask.end) = (mask.start.saturating_sub(upto), mask.end - upto);
        }
        self.raw.drain(..cut);
        self.at.drain(..upto);
        for at in &mut self.at {
            *at -= cut;
        }
        self.start += upto;
        // Moved rarely, so that a short line costs little.
        if self.start > 4 * OVERLAP {
            let gone = self.start - OVERLAP;
            self.text.drain(..gone);
            self.start = OVERLAP;
        }
    }
}
