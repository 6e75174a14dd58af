//! The standard input of a hook.

use std::io::{self, Read};

/// Most bytes that are read: ten thousand refs with names of six kilobytes.
const MOST: u64 = 64 << 20;

/// Reads all of it.
///
/// # Errors
/// If it cannot be read to its end, or is longer than any honest one.
pub(super) fn read() -> io::Result<Vec<u8>> {
    let mut input = Vec::new();
    io::stdin().lock().take(MOST + 1).read_to_end(&mut input)?;
    if input.len() as u64 > MOST {
        return Err(io::Error::other("it is longer than any honest one"));
    }
    Ok(input)
}
