//! Reads packs: memory-mapped, every object once, along their deltas.
//!
//! Everything in a pack is taken for hostile: sizes lie, deltas go round in circles, bases are missing. Whatever
//! cannot be read is told object by object; memory is only taken as far as data really inflates, and never past
//! [`Limits`]. A multi-pack-index is not read: every pack it covers has an index of its own.

mod delta;
mod entry;
mod file;
mod forest;
mod index;
mod inflate;
mod map;
mod ring;
mod stream;
mod walk;

pub use delta::Op;
pub(super) use file::{Flaw, Pack, WholeEntry, Workbench};
pub(super) use inflate::Inflater;
pub(super) use map::Map;
pub(super) use ring::{Place, Ring};
pub(super) use stream::stream;
pub use walk::{Limits, Object, Parent, Visit};
pub(super) use walk::{Planted, Shared, Task, Walk};
