//! Reads git repositories in process: the one room that names `gix`, and nothing of `gix` leaves it.
//!
//! A hook must see what git is about to do, not what a repository usually looks like, so this room
//! honours the variables git sets for its hooks (`GIT_DIR`, `GIT_INDEX_FILE`, ...), never follows
//! replacement refs, writes nothing and runs no child process.

mod config;
mod env;
mod error;
mod incoming;
mod index;
mod map;
mod object;
mod objects;
mod oid;
mod open;
mod pack;
mod refs;
mod reftable;
mod revision;
mod staged;
mod tree;
mod walk;

pub use config::{Cleanup, Comment, MessageConfig};
pub use env::Env;
pub use error::GitError;
pub use incoming::{
    Brought, Command, Gone, Incoming, Known, Lines, LinesError, Scope, Structure, TreeItem, tree_items,
};
pub use index::Index;
pub use objects::{Blob, LongBlob, ObjectKind, Store, Trouble};
pub use oid::{HashKind, Oid};
pub use open::Repo;
pub use pack::{Limits, Object, Op, Parent, Visit};
pub use reftable::reftable_entries;
pub use staged::{Change, Deleted, Mode, Staged};
pub use tree::tree_entries;
pub use walk::{
    Bounds, Child, Commit, CommitLinks, Counts, Entry, Log, Memory, NameMark, Person, Problem, Range, Ref, RefGlob,
    Sight, Tag, Tips, Walked, commit_links, people, tag_target,
};
