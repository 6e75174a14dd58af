//! Inflates zlib streams. What a stream claims of its size is believed only as far as it really inflates.

use zlib_rs::{Inflate, InflateFlush, Status};

/// Bytes allocated on a claim alone; past them memory grows with what has been inflated.
const TRUSTED: usize = 1 << 20;
/// Room beyond what is to be made: with less left, the inflater goes byte by byte.
const SLACK: usize = 320;

/// Reusable state of one thread's inflating.
pub(in crate::git) struct Inflater {
    state: Inflate,
    /// Bytes that the last whole stream took.
    taken: usize,
}

impl Inflater {
    pub(in crate::git) fn new() -> Self {
        Self { state: Inflate::new(true, 15), taken: 0 }
    }

    /// Bytes of the input that the last stream took that [`Inflater::whole`] inflated.
    pub(in crate::git) const fn taken(&self) -> usize {
        self.taken
    }

    /// Inflates the stream at the beginning of `input` into `out`. It must hold exactly `size` bytes.
    pub(in crate::git) fn whole(&mut self, input: &[u8], size: usize, out: &mut Vec<u8>) -> Result<(), &'static str> {
        self.state.reset(true);
        let (mut used, mut made) = (0, 0_usize);
        // More than claimed lets the stream end in one call, and shows one that is too long.
        let full = size.checked_add(SLACK).ok_or("its size is absurd")?;
        loop {
            let room = if made == 0 { full.min(TRUSTED) } else { full.min(made.saturating_mul(2)) };
            // What was in there is written over, so that only what it grows by is cleared.
            out.resize(room, 0);
            let ended = self.step(input, &mut used, out, &mut made)?;
            if ended {
                break;
            }
            if made > size {
                return Err("it inflates to more than its size");
            }
            if made < room {
                return Err("its compressed data is cut short");
            }
        }
        out.truncate(made);
        self.taken = used;
        if made == size { Ok(()) } else { Err("it inflates to another size than its own") }
    }

    /// Makes ready for [`Inflater::some`].
    pub(in crate::git) fn start(&mut self) {
        self.state.reset(true);
    }

    /// Goes on inflating: into the whole of `out`, or until the stream ends. `used` counts the input.
    /// Gives the number of bytes made, and whether the stream has ended.
    pub(in crate::git) fn some(
        &mut self,
        input: &[u8],
        used: &mut usize,
        out: &mut [u8],
    ) -> Result<(usize, bool), &'static str> {
        let mut made = 0;
        let ended = self.step(input, used, out, &mut made)?;
        Ok((made, ended))
    }

    fn step(&mut self, input: &[u8], used: &mut usize, out: &mut [u8], made: &mut usize) -> Result<bool, &'static str> {
        while *made < out.len() {
            let (ins, outs) = (self.state.total_in(), self.state.total_out());
            let rest = input.get(*used..).unwrap_or_default();
            let room = out.get_mut(*made..).unwrap_or_default();
            let status = self.state.decompress(rest, room, InflateFlush::Finish);
            let (took, gave) = ((self.state.total_in() - ins) as usize, (self.state.total_out() - outs) as usize);
            *used += took;
            *made += gave;
            match status {
                Ok(Status::StreamEnd) => return Ok(true),
                Ok(_) if took == 0 && gave == 0 => break,
                Ok(_) => {}
                Err(_) => return Err("its compressed data is corrupt"),
            }
        }
        Ok(false)
    }
}
