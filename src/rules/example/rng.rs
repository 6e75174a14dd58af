//! A small generator of pseudo-random numbers. Not for secrets: the same seed gives the same numbers.

/// `SplitMix64` (Steele, Lea and Flood, 2014).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The generator of that seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from `least` to `greatest`, both included. The bias of the remainder does not matter here.
    pub fn between(&mut self, least: usize, greatest: usize) -> usize {
        let count = greatest.saturating_sub(least) as u64 + 1;
        least + (self.draw() % count) as usize
    }

    /// Random bytes.
    pub fn bytes(&mut self, count: usize) -> Vec<u8> {
        (0..count).map(|_| (self.draw() >> 56) as u8).collect()
    }

    /// Characters drawn from an ASCII alphabet.
    pub fn pick(&mut self, alphabet: &[u8], count: usize) -> String {
        (0..count)
            .filter_map(|_| alphabet.get(self.between(0, alphabet.len() - 1)))
            .map(|&byte| char::from(byte))
            .collect()
    }
}
