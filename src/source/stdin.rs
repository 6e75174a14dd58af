//! Standard input and open file descriptors: streams of any length that may never end.

use std::io::{self, ErrorKind, Read};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::time::Duration;

/// Bytes asked of the stream at a time.
const BLOCK: usize = 256 * 1024;
/// Blocks read ahead while the last ones are scanned.
const AHEAD: usize = 2;
/// How often a reader that waits for input looks whether it is to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// A stream that is read ahead by a thread of its own, so that a reader waiting for input that does not
/// come (a terminal, a stuck pipe) can still be stopped.
#[derive(Debug)]
pub struct Stream<'s> {
    blocks: Receiver<io::Result<Vec<u8>>>,
    block: Vec<u8>,
    used: usize,
    stop: &'s AtomicBool,
}

/// Standard input.
#[must_use]
pub fn open(stop: &AtomicBool) -> Stream<'_> {
    Stream::new(io::stdin(), stop)
}

impl<'s> Stream<'s> {
    /// Reads ahead from `source` until its end, or until this value is dropped. Where no thread can be
    /// started, the first read says so.
    #[must_use]
    pub fn new(mut source: impl Read + Send + 'static, stop: &'s AtomicBool) -> Self {
        let (sender, blocks) = sync_channel(AHEAD);
        let failed = sender.clone();
        let started = std::thread::Builder::new().spawn(move || {
            loop {
                let mut block = vec![0; BLOCK];
                let read = match source.read(&mut block) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                    Ok(read) => {
                        block.truncate(read);
                        Ok(block)
                    }
                    Err(error) => Err(error),
                };
                let end = read.as_ref().map_or(true, Vec::is_empty);
                if sender.send(read).is_err() || end {
                    return;
                }
            }
        });
        if let Err(error) = started {
            // There is room for it: nothing was sent yet.
            let _ = failed.try_send(Err(error));
        }
        Self { blocks, block: Vec::new(), used: 0, stop }
    }
}

impl Read for Stream<'_> {
    /// An empty read is the stream's end; an error of the kind `TimedOut`, that it was told to stop.
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.used == self.block.len() {
            match self.blocks.recv_timeout(PATIENCE) {
                Ok(block) => (self.block, self.used) = (block?, 0),
                Err(RecvTimeoutError::Timeout) if !self.stop.load(Ordering::Relaxed) => continue,
                Err(RecvTimeoutError::Timeout) => return Err(ErrorKind::TimedOut.into()),
                // The thread ended after its last block.
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
            }
            if self.block.is_empty() {
                return Ok(0);
            }
        }
        let rest = self.block.get(self.used..).unwrap_or_default();
        let taken = rest.len().min(buffer.len());
        buffer[..taken].copy_from_slice(&rest[..taken]);
        self.used += taken;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stream_gives_every_byte_and_then_its_end() {
        let bytes: Vec<u8> = (0..3 * BLOCK + 17).map(|at| at as u8).collect();
        let stop = AtomicBool::new(false);
        let mut read = Vec::new();
        Stream::new(io::Cursor::new(bytes.clone()), &stop).read_to_end(&mut read).unwrap();
        assert!(read == bytes);
    }

    #[test]
    fn an_error_is_told_after_what_came_before_it() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("broken"))
            }
        }
        let stop = AtomicBool::new(false);
        let mut read = Vec::new();
        let error = Stream::new(io::Cursor::new("abc").chain(Broken), &stop).read_to_end(&mut read).unwrap_err();
        assert_eq!((&read[..], error.to_string().as_str()), (&b"abc"[..], "broken"));
    }

    #[test]
    fn a_reader_that_waits_can_be_stopped() {
        struct Silent;
        impl Read for Silent {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                loop {
                    std::thread::park();
                }
            }
        }
        let stop = AtomicBool::new(true);
        let error = Stream::new(Silent, &stop).read(&mut [0; 8]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TimedOut);
    }
}
