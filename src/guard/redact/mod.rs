//! A filter that masks credentials in a stream: line by line, in constant memory.
//!
//! The stream is taken a line at a time however it is cut into writes, so what comes out is a function of its
//! bytes alone. A line is scanned together with what came before it, as far back as any rule looks, and goes out at
//! once; only what may be part of something longer (`hold`) waits for its end, and at most [`HELD`] bytes of it.
//! What is masked once stays masked. Inline allows and baselines are no reason to show a credential here.

mod hold;
mod window;

use std::io::{self, Write};

use hold::{Hold, Step};
use window::Window;

use crate::engine::extend::REACH;
use crate::engine::{Engine, OVERLAP, Scratch};
use crate::model::{Confidence, Finding};

/// Most bytes that wait for the end of a key block, or of wrapped lines: no block that rules know is longer.
pub const HELD: usize = REACH;
/// A line longer than this is scanned in pieces, and all but the last [`OVERLAP`] bytes of each go out.
pub const LINE: usize = 4 * OVERLAP;
/// Bytes before a line in which an anchor for something in the line is looked for, such as the name above a value.
const BEFORE: usize = 1024;
/// What stands for a key block that no rule has named.
const KEY: &str = "***[private-key]";

/// The filter. Nothing is written but by its methods; what it holds is a bounded number of bytes.
#[derive(Debug)]
pub struct Filter<'e> {
    engine: &'e Engine,
    scratch: Scratch,
    threshold: Confidence,
    line: Vec<u8>,
    window: Window,
    hold: Hold,
}

impl<'e> Filter<'e> {
    /// A filter at the beginning of a stream, that masks what `engine` finds with at least that confidence.
    #[must_use]
    pub fn new(engine: &'e Engine, threshold: Confidence) -> Self {
        let (line, window, hold) = (Vec::new(), Window::default(), Hold::default());
        Self { engine, scratch: Scratch::default(), threshold, line, window, hold }
    }

    /// Takes the next bytes of the stream, and writes what is ready to be seen.
    ///
    /// # Errors
    /// The writer's own.
    pub fn feed(&mut self, mut bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        while !bytes.is_empty() {
            let room = LINE.saturating_sub(self.line.len()).max(1).min(bytes.len());
            let end = memchr::memchr(b'\n', &bytes[..room]).map_or(room, |at| at + 1);
            self.line.extend_from_slice(&bytes[..end]);
            bytes = &bytes[end..];
            if self.line.ends_with(b"\n") {
                self.whole_line(out)?;
            } else if self.line.len() >= LINE {
                self.long_line(out)?;
            }
        }
        Ok(())
    }

    /// Takes the stream's end, and writes all that was held back.
    ///
    /// # Errors
    /// The writer's own.
    pub fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        if !self.line.is_empty() {
            self.push(true);
        }
        if self.window.pending() > 0 {
            self.settle_block(self.window.pending());
            self.scan();
            self.window.release(self.window.pending(), out)?;
        }
        Ok(())
    }

    fn whole_line(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let from = self.push(true);
        let mut ready = self.window.pending();
        match self.hold.step(self.window.tail(from), from) {
            Step::Wait if ready < HELD => return Ok(()),
            // It goes on, but not here. What is scanned next is scanned with the other half.
            Step::Wait => {
                self.settle_block(ready);
                ready /= 2;
            }
            Step::Go { mask: Some((start, end)) } => self.window.mask(start, end, KEY),
            Step::Go { mask: None } => {}
        }
        self.scan();
        self.hold.forget(ready);
        self.window.release(ready, out)
    }

    fn long_line(&mut self, out: &mut dyn Write) -> io::Result<()> {
        self.push(false);
        self.settle_block(self.window.pending());
        self.scan();
        let ready = self.window.pending().saturating_sub(OVERLAP);
        self.hold.forget(ready);
        self.window.release(ready, out)
    }

    /// Takes the line as the terminal would show it; says where it begins. Of one that goes on, an escape that is
    /// not yet whole stays behind.
    fn push(&mut self, whole: bool) -> usize {
        let from = self.window.pending();
        let used = self.window.push(&self.line, whole);
        self.line.drain(..used);
        from
    }

    /// Masks what is pending of a block whose end has not come.
    fn settle_block(&mut self, end: usize) {
        if let Some(start) = self.hold.open() {
            self.window.mask(start, end, KEY);
        }
    }

    fn scan(&mut self) {
        let mut findings = Vec::new();
        let (text, core) = self.window.text(BEFORE);
        self.engine.scan_range(&mut self.scratch, text, core, 0, &mut findings);
        self.engine.resolve(&mut findings);
        for finding in findings.iter().filter(|finding| finding.score.confidence >= self.threshold) {
            let text = stand_in(self.engine, finding);
            self.window.mask_at(finding.secret_span, &text);
        }
    }
}

/// What is shown instead: as much as reports show of a credential, and the rule that found it.
fn stand_in(engine: &Engine, finding: &Finding) -> String {
    // Of what is encoded other bytes stand here than the credential's; of a block, the same for all.
    let prefix = Some(finding.secret.prefix()).filter(|prefix| finding.via.is_empty() && !prefix.starts_with('-'));
    let prefix = prefix.unwrap_or_default();
    format!("{prefix}***[{}]", engine.rules().get(finding.rule).id)
}
