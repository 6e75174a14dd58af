//! What a tree has that a known one has not, found out without looking at what they have in common.

use super::{Child, Entry, Todo, Walked};
use crate::git::Oid;
use crate::git::map::OidMap;
use crate::git::pack::Place;
use crate::git::tree::raw_entry;

/// Bytes of a tree from which on it is worth to remember where its entries begin.
const LARGE: usize = 512;
/// Most entries of which that is remembered: 4 MB. Past them all is forgotten, and found out again.
const MOST: usize = 1 << 20;

/// Where a tree's entries begin.
#[derive(Debug, Default)]
pub(super) struct Shape {
    starts: Vec<u32>,
    /// Those that were kept, in the order in which they were kept.
    pub(super) kept: Vec<u32>,
    /// Where the tree lies.
    pub(super) place: Option<Place>,
}

impl Shape {
    /// The shape of a tree that is worth it and well formed.
    pub(super) fn of(tree: &[u8], width: usize) -> Option<Self> {
        if tree.len() < LARGE {
            return None;
        }
        let mut starts = Vec::new();
        entries(tree, 0, tree.len(), width, &mut starts)?;
        Some(Self { starts, ..Self::default() })
    }
}

/// Notes where the entries of a part of a tree begin; `None` unless it is made of whole ones.
fn entries(tree: &[u8], mut at: usize, end: usize, width: usize, starts: &mut Vec<u32>) -> Option<()> {
    while at < end {
        starts.push(u32::try_from(at).ok()?);
        at += first_entry(tree.get(at..end)?, width)?.len();
    }
    (at == end).then_some(())
}

/// The shapes of trees that were read, of the latest of them.
#[derive(Default)]
pub(super) struct Shapes {
    known: OidMap<Shape>,
    entries: usize,
}

impl Shapes {
    pub(super) fn get(&self, tree: Oid) -> Option<&Shape> {
        self.known.get(&tree)
    }

    pub(super) fn put(&mut self, tree: Oid, shape: Shape) {
        self.entries += shape.starts.len() + shape.kept.len();
        if self.entries > MOST {
            self.entries = shape.starts.len() + shape.kept.len();
            self.known.clear();
        }
        self.known.insert(tree, shape);
    }
}

/// How many bytes two texts begin with that are the same.
fn same_start(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.as_chunks::<32>().0.iter().zip(b.as_chunks::<32>().0);
    let at = 32 * blocks.take_while(|(a, b)| a == b).count();
    let rest = a.get(at..).unwrap_or_default().iter().zip(b.get(at..).unwrap_or_default());
    at + rest.take_while(|(a, b)| a == b).count()
}

/// How many bytes two texts end with that are the same.
fn same_end(a: &[u8], b: &[u8]) -> usize {
    let blocks = a.as_rchunks::<32>().1.iter().rev().zip(b.as_rchunks::<32>().1.iter().rev());
    let at = 32 * blocks.take_while(|(a, b)| a == b).count();
    let left = |text: &[u8]| text.len() - at;
    let rest = a[..left(a)].iter().rev().zip(b[..left(b)].iter().rev());
    at + rest.take_while(|(a, b)| a == b).count()
}

/// What stands under an entry's name in a known tree.
enum Passed {
    /// The same entry.
    Same,
    /// Another one, or none: the tree it names, if it is one.
    Other(Option<Oid>),
}

/// What is to be done for a tree.
pub(super) struct Listing<'l> {
    pub(super) out: &'l Walked,
    pub(super) todo: &'l mut Vec<Todo>,
    pub(super) kept: &'l mut Vec<(u32, Entry)>,
}

impl Listing<'_> {
    /// The same as [`Listing::differences`], with a known tree whose shape is known: only what lies between the first
    /// and the last difference is looked at. Gives the shape of the tree; `None` if nothing was done, because it is
    /// not the like of the known one.
    pub(super) fn between(
        &mut self,
        ours: &[u8],
        (theirs, kept): (&[u8], &[Entry]),
        shape: &Shape,
        width: usize,
    ) -> Option<Shape> {
        let Shape { starts, kept: kept_at, .. } = shape;
        if kept.len() != kept_at.len() {
            return None;
        }
        let begins = |entry: usize| starts.get(entry).map_or(theirs.len(), |at| *at as usize);
        // What lies before the first difference is made of the same whole entries in both.
        let same = same_start(ours, theirs);
        let first = match starts.partition_point(|at| *at as usize <= same) {
            all if same == theirs.len() => all,
            past => past.checked_sub(1)?,
        };
        let start = begins(first);
        let same = same_end(ours.get(start..)?, theirs.get(start..)?);
        let last = starts.partition_point(|at| (*at as usize) < theirs.len() - same).max(first);
        let end = begins(last);
        let our_end = ours.len().checked_sub(theirs.len() - end).filter(|at| *at >= start)?;
        let mut our_starts = Vec::with_capacity(starts.len() + 4);
        our_starts.extend_from_slice(starts.get(..first)?);
        // So does what follows the last one, if the bytes before it are whole entries.
        entries(ours, start, our_end, width, &mut our_starts)?;
        u32::try_from(ours.len()).ok()?;
        let moved = |at: &u32| (*at as usize - end + our_end) as u32;
        our_starts.extend(starts.get(last..)?.iter().map(moved));

        let (before, after) =
            (kept_at.partition_point(|at| (*at as usize) < start), kept_at.partition_point(|at| (*at as usize) < end));
        self.kept.extend(kept_at.iter().copied().zip(kept.iter().copied()).take(before));
        let (todo, from) = (self.todo.len(), self.kept.len());
        self.differences(&ours[start..our_end], (&theirs[start..end], &kept[before..after]), width);
        self.todo[todo..].iter_mut().for_each(|(at, _)| *at += start as u32);
        self.kept[from..].iter_mut().for_each(|(at, _)| *at += start as u32);
        self.kept.extend(kept_at[after..].iter().map(moved).zip(kept[after..].iter().copied()));
        Some(Shape { starts: our_starts, ..Shape::default() })
    }

    /// Lists the entries of a tree that a known one (its bytes, and those of its entries that were kept) does not
    /// have, and takes over what was kept of the others. Whatever cannot be read as an entry is listed, too.
    pub(super) fn differences(&mut self, ours: &[u8], (theirs, mut kept): (&[u8], &[Entry]), width: usize) {
        let (mut at, mut other, mut may_end_alike) = (0, 0, true);
        while at < ours.len() {
            let rest = theirs.get(other..).unwrap_or_default();
            if may_end_alike && kept.is_empty() && ours.get(at..) == Some(rest) {
                return;
            }
            may_end_alike = false;
            let Some(entry) = first_entry(&ours[at..], width) else {
                return self.todo.push((at as u32, None));
            };
            let passed = if rest.starts_with(entry) {
                other += entry.len();
                Passed::Same
            } else {
                self.pass(entry, theirs, &mut other, &mut kept, width)
            };
            match passed {
                Passed::Same => self.take_over(at, entry, &mut kept, width),
                Passed::Other(like) => {
                    self.todo.push((at as u32, like));
                    may_end_alike = true;
                }
            }
            at += entry.len();
        }
    }

    /// Goes on in the known tree past the entry of the same name; says what stands there.
    fn pass(&self, entry: &[u8], theirs: &[u8], other: &mut usize, kept: &mut &[Entry], width: usize) -> Passed {
        let name = name_of(entry, width);
        while let Some(next) = theirs.get(*other..).and_then(|rest| first_entry(rest, width)) {
            let their_name = name_of(next, width);
            if their_name > name {
                break;
            }
            if next == entry {
                *other += next.len();
                return Passed::Same;
            }
            *other += next.len();
            if self.is_kept(kept, next, width) {
                *kept = kept.get(1..).unwrap_or_default();
            }
            if their_name == name {
                let tree = raw_entry(next, width).filter(|(mode, ..)| mode.is_tree());
                return Passed::Other(tree.map(|(_, _, oid, _)| oid));
            }
        }
        Passed::Other(None)
    }

    /// An entry that both have: what was kept of the known tree's is kept of this one's.
    fn take_over(&mut self, at: usize, entry: &[u8], kept: &mut &[Entry], width: usize) {
        if let Some((first, rest)) = kept.split_first()
            && self.is_kept(kept, entry, width)
        {
            self.kept.push((at as u32, *first));
            *kept = rest;
        }
    }

    /// Whether an entry is the next of those that were kept.
    fn is_kept(&self, kept: &[Entry], entry: &[u8], width: usize) -> bool {
        let Some(next) = kept.first() else { return false };
        let oid = match next.child {
            Child::Blob(at) => self.out.blobs.get(at as usize),
            Child::Tree(at) => self.out.trees.get(at as usize).map(|(oid, _)| oid),
            _ => None,
        };
        let name = self.out.names.get(next.name as usize);
        name.is_some_and(|name| **name == *name_of(entry, width))
            && oid.is_none_or(|oid| entry.ends_with(oid.as_bytes()))
    }
}

/// The bytes of the entry that a tree begins with: `<mode> SP <name> NUL <id>`.
fn first_entry(tree: &[u8], width: usize) -> Option<&[u8]> {
    tree.get(..memchr::memchr(0, tree)? + 1 + width)
}

/// The name in an entry.
fn name_of(entry: &[u8], width: usize) -> &[u8] {
    let text = entry.get(..entry.len().saturating_sub(width + 1)).unwrap_or_default();
    text.iter().position(|b| *b == b' ').and_then(|space| text.get(space + 1..)).unwrap_or_default()
}
