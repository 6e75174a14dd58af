//! Which lines must wait for more: those of a key block, and lines that look cut out of something longer.

/// Lines in a row that could not be a key's before a block is taken for mere talk of one.
const TALK: usize = 8;
/// Digits in a row that make a line one of a key's.
const BODY: usize = 40;
/// Digits at a line's end that may go on in the next.
const WRAPPED: usize = 64;
/// Digits before the mark of a block's end that could be a key's last.
const TELLING: usize = 16;
/// The place in [`MARKS`] of the one kind whose end is a secret itself.
const PUTTY: usize = 2;
/// What begins a block, and what ends it.
const MARKS: &[(&[u8], &[&[u8]])] = &[
    (b"PRIVATE KEY", &[b"-----END", b"---- END"]),
    (b"---- BEGIN SSH2 ENCRYPTED", &[b"---- END"]),
    (b"PuTTY-User-Key-File-", &[b"Private-MAC:", b"Private-Hash:"]),
];

/// What to do after a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Keep it.
    Wait,
    /// Let go all that is kept, with that range of it masked.
    Go {
        /// A block, by the pending bytes it takes.
        mask: Option<(usize, usize)>,
    },
}

/// What is being waited for.
#[derive(Debug, Default)]
pub(super) struct Hold(State);

#[derive(Debug, Default)]
enum State {
    #[default]
    Nothing,
    /// The end of a block that began at `start`; its last line that looked like a key's ended at `body`.
    Block { start: usize, body: usize, talk: usize, mark: usize },
    /// The end of wrapped lines.
    Wrapped,
}

impl Hold {
    /// Takes a line that begins at `from` of what is pending.
    pub(super) fn step(&mut self, line: &[u8], from: usize) -> Step {
        if let State::Block { start, body, talk, mark } = &mut self.0 {
            let end = from + line.len() - ending(line);
            if let Some(at) = MARKS[*mark].1.iter().find_map(|end| memchr::memmem::find(line, end)) {
                // What ends the block is known to all, but for PuTTY's; what follows on the line is none of it.
                let close = match *mark {
                    PUTTY => end,
                    _ if longest_run(&line[..at]) >= TELLING => from + at,
                    _ => from.saturating_sub(1),
                };
                let step = Step::Go { mask: (*body > *start).then_some((*start, close)) };
                self.0 = State::Nothing;
                return step;
            }
            if longest_run(line) >= BODY {
                (*body, *talk) = (end, 0);
            } else {
                *talk += 1;
            }
            if *talk <= TALK || *mark == PUTTY && *talk <= 4 * TALK {
                return Step::Wait;
            }
            let mask = (*body > *start).then_some((*start, *body));
            self.0 = State::Nothing;
            return Step::Go { mask };
        }
        if let Some((at, mark)) = opening(line) {
            let start = from + at;
            self.0 = State::Block { start, body: start, talk: 0, mark };
            return Step::Wait;
        }
        if line.trim_ascii_end().iter().rev().take_while(|byte| is_digit(**byte)).count() >= WRAPPED {
            self.0 = State::Wrapped;
            return Step::Wait;
        }
        self.0 = State::Nothing;
        Step::Go { mask: None }
    }

    /// Where the block that is being waited for begins, in what is pending.
    pub(super) fn open(&self) -> Option<usize> {
        if let State::Block { start, .. } = &self.0 { Some(*start) } else { None }
    }

    /// Those first bytes of what was pending are gone.
    pub(super) fn forget(&mut self, gone: usize) {
        if let State::Block { start, body, .. } = &mut self.0 {
            // Of a block that goes on, all that comes is a key's until it ends.
            (*start, *body) = (start.saturating_sub(gone), body.saturating_sub(gone).max(1));
        }
    }
}

/// Where the body of a block would begin that this line opens and does not end, and by which mark.
fn opening(line: &[u8]) -> Option<(usize, usize)> {
    MARKS.iter().enumerate().find_map(|(mark, (begin, ends))| {
        let at = memchr::memmem::rfind(line, begin)?;
        let (before, after) = (&line[..at], &line[at + begin.len()..]);
        // The last word before it that says which end of a block this is.
        let word = |word: &[u8]| memchr::memmem::rfind(before, word);
        let begins = mark != 0 || word(b"BEGIN") > word(b"END");
        if !begins || ends.iter().any(|end| memchr::memmem::find(after, end).is_some()) {
            return None;
        }
        let closing = after.iter().take_while(|byte| b" BLOCK-".contains(byte)).count();
        let body = if after[closing..].trim_ascii().is_empty() { after.len() } else { closing };
        Some((at + begin.len() + body, mark))
    })
}

fn ending(line: &[u8]) -> usize {
    line.iter().rev().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'-' | b'_')
}

fn longest_run(line: &[u8]) -> usize {
    line.split(|byte| !is_digit(*byte)).map(<[u8]>::len).max().unwrap_or(0)
}
