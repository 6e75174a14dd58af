//! What was expanded lately, in one buffer of fixed size: what is read next often stands on it.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use crate::git::ObjectKind;
use crate::git::map::Keyed;

/// A pack, by its number in the store, and an entry's offset in it.
pub(in crate::git) type Place = (u32, u64);

/// Expanded objects by place, the latest of them. The buffer is written round and round; what is written over is
/// forgotten. So a million objects are kept and dropped without asking for memory once.
pub(in crate::git) struct Ring {
    buffer: Vec<u8>,
    size: usize,
    at: usize,
    index: HashMap<Place, (ObjectKind, Range<usize>), Keyed>,
    /// What is in the buffer, in the order in which it will be written over.
    order: VecDeque<(Place, Range<usize>)>,
}

impl Ring {
    /// A ring of so many bytes. They are taken as they are needed.
    pub(in crate::git) fn new(size: usize) -> Self {
        Self { buffer: Vec::new(), size, at: 0, index: HashMap::default(), order: VecDeque::new() }
    }

    /// Whether an object is kept.
    pub(in crate::git) fn has(&self, place: Place) -> bool {
        self.index.contains_key(&place)
    }

    /// A kept object.
    pub(in crate::git) fn get(&self, place: Place) -> Option<(ObjectKind, &[u8])> {
        let (kind, range) = self.index.get(&place)?;
        Some((*kind, self.buffer.get(range.clone())?))
    }

    /// Keeps an object, unless it is empty, too large to be worth it, or kept already.
    pub(in crate::git) fn put(&mut self, place: Place, kind: ObjectKind, bytes: &[u8]) {
        if bytes.is_empty() || bytes.len() > self.size / 8 || self.has(place) {
            return;
        }
        if self.at + bytes.len() > self.size {
            // What is left of the buffer stays empty this time round.
            while self.order.front().is_some_and(|(_, range)| range.start >= self.at) {
                self.forget();
            }
            self.at = 0;
        }
        let range = self.at..self.at + bytes.len();
        let is_over = |old: &Range<usize>| old.start < range.end && range.start < old.end;
        while self.order.front().is_some_and(|(_, old)| is_over(old)) {
            self.forget();
        }
        if self.buffer.len() < range.end {
            self.buffer.resize(range.end, 0);
        }
        if let Some(room) = self.buffer.get_mut(range.clone()) {
            room.copy_from_slice(bytes);
        }
        self.at = range.end;
        self.index.insert(place, (kind, range.clone()));
        self.order.push_back((place, range));
    }

    fn forget(&mut self) {
        if let Some((place, _)) = self.order.pop_front() {
            self.index.remove(&place);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_what_was_put_and_the_size_holds() {
        let mut ring = Ring::new(1000);
        let body = |at: u64| vec![at as u8; 1 + (at as usize * 37) % 120];
        for at in 0..5000_u64 {
            ring.put((at as u32 % 3, at), ObjectKind::Tree, &body(at));
            assert!(ring.buffer.len() <= 1000 && ring.index.len() == ring.order.len());
            let mut held = 0;
            for back in 0..=at.min(40) {
                let at = at - back;
                if let Some((_, bytes)) = ring.get((at as u32 % 3, at)) {
                    assert_eq!(bytes, body(at), "{at}");
                    held += bytes.len();
                }
            }
            assert!(held <= 1000 && ring.has((at as u32 % 3, at)));
        }
        ring.put((0, 9999), ObjectKind::Tree, &[0; 126]);
        assert!(!ring.has((0, 9999)));
    }
}
