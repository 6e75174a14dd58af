//! Reads an inflating stream piece by piece.

use std::io::{Error, ErrorKind, Read};

use super::inflate::Inflater;

/// A reader of the stream at the beginning of `input`, past its first `skip` bytes. It fails unless the stream
/// holds exactly `size` bytes more.
pub(in crate::git) fn stream<'a>(
    inflater: &'a mut Inflater,
    input: &'a [u8],
    skip: usize,
    size: u64,
) -> impl Read + 'a {
    inflater.start();
    Stream { inflater, input, used: 0, skip, left: size, ended: false }
}

struct Stream<'a> {
    inflater: &'a mut Inflater,
    input: &'a [u8],
    used: usize,
    skip: usize,
    left: u64,
    ended: bool,
}

impl Stream<'_> {
    fn some(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if self.ended {
            return Ok(0);
        }
        let (made, ended) = self
            .inflater
            .some(self.input, &mut self.used, out)
            .map_err(|words| Error::new(ErrorKind::InvalidData, words))?;
        self.ended = ended;
        if made == 0 && !ended {
            return Err(Error::new(ErrorKind::UnexpectedEof, "its compressed data is cut short"));
        }
        Ok(made)
    }
}

impl Read for Stream<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        while self.skip > 0 {
            let mut head = [0; 64];
            let room = self.skip.min(head.len());
            match self.some(head.get_mut(..room).unwrap_or_default())? {
                0 => return Err(Error::new(ErrorKind::UnexpectedEof, "its header is cut short")),
                made => self.skip -= made,
            }
        }
        let made = loop {
            let made = self.some(out)?;
            if made > 0 || self.ended {
                break made;
            }
        };
        let short = self.ended && made as u64 != self.left;
        if made as u64 > self.left || short {
            return Err(Error::new(ErrorKind::InvalidData, "it inflates to another size than its own"));
        }
        self.left -= made as u64;
        Ok(made)
    }
}
