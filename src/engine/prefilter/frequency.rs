//! How frequent a sample is in text, so that windows are chosen whose samples are rare. Shared with the build
//! script: standard library only.

use std::collections::BTreeMap;

/// Counted by `benches/triples.py` over Rust, C, Python, JSON, JavaScript (written, and minified) and prose: see
/// there how to read it.
const TRIPLES: &str = include_str!("triples.txt");

/// The shares of triples of bytes, and of bytes, in text.
pub(super) struct Frequency {
    triples: BTreeMap<[u8; 3], f32>,
    bytes: [f32; 256],
}

impl Default for Frequency {
    fn default() -> Self {
        // What was not counted is rare.
        let (mut triples, mut bytes) = (BTreeMap::new(), [1e-4; 256]);
        for line in TRIPLES.lines() {
            let Some((level, line)) = line.as_bytes().split_first() else { continue };
            let share = (f32::from(level.saturating_sub(b'A')) / 2.0 - 20.0).exp2();
            for &triple in line.as_chunks().0 {
                triples.insert(triple, share);
                bytes[usize::from(triple[0])] += share;
            }
        }
        Self { triples, bytes }
    }
}

impl Frequency {
    /// The share of a sample.
    pub(super) fn sample(&self, sample: [u8; 3]) -> f32 {
        match sample {
            // In binaries: numbers of four bytes. What is zero or eight in the lowest bits is the worst.
            [0, 0, byte] if byte % 32 == 0 => 0.1,
            [0, 0, byte] => {
                if byte % 8 == 0 {
                    0.02
                } else {
                    0.005
                }
            }
            [_, 0, byte] | [0, byte, _] => 0.001 * self.byte(byte),
            _ => {
                let space = |byte| if matches!(byte, b'\t' | b'\r' | b'\n') { b' ' } else { byte };
                // Of the rarest, those of rare bytes are rarer.
                let rare = || sample.iter().map(|&byte| self.byte(byte)).product::<f32>().min(1e-5);
                self.triples.get(&sample.map(space)).copied().unwrap_or_else(rare)
            }
        }
    }

    /// The share of a byte. White space of any kind was counted as a space.
    pub(super) fn byte(&self, byte: u8) -> f32 {
        match byte {
            b'\n' | b'\t' => self.bytes[usize::from(b' ')] / 4.0,
            byte => self.bytes[usize::from(byte)],
        }
    }
}
