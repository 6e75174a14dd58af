//! What a push brings: the quarantine that git unpacked it into, beside the store that was there before.
//!
//! Git (2.11 and later) unpacks a push into a directory of its own, tells its hooks so by
//! `GIT_OBJECT_DIRECTORY` and `GIT_ALTERNATE_OBJECT_DIRECTORIES`, and moves everything in it to the repository
//! when pre-receive lets the push through: also what no ref reaches. So what a push brings is
//!
//! - every object of the quarantine that the main store lacks, and
//! - whatever else the new tips reach and no ref did before: objects the main store has, but that were never let
//!   through (a push that failed later, a branch that was deleted).
//!
//! What the client says the refs were before plays no part in it.

mod diff;
mod edges;
mod known;
mod lines;
mod links;
mod paint;
mod reftable;
mod scope;
mod tips;

use std::path::{Path, PathBuf};

pub use diff::{Brought, Gone};
pub use known::Known;
pub use lines::{Command, Lines, LinesError};
pub use links::{TreeItem, tree_items};
pub use scope::{Scope, Structure};

use super::map::OidSet;
use super::{CommitLinks, GitError, HashKind, ObjectKind, Oid, Repo, Store, commit_links, tag_target};

/// Greatest commit, tree or tag that is read while following what objects name, in bytes.
pub(super) const LINK_LIMIT: u64 = 64 << 20;
/// From how many new objects on the main store's loose ones are listed, instead of looked for one by one.
const MANY: usize = 2_000;

/// A push being received.
pub struct Incoming {
    hash: HashKind,
    main: Store,
    fresh: Option<Store>,
    /// The quarantine's objects that the main store lacks, sorted.
    new: Vec<Oid>,
    shallow: OidSet,
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("new", &self.new.len()).finish_non_exhaustive()
    }
}

impl Incoming {
    /// Opens the quarantine that the repository's environment names, if it names one, and the main store.
    ///
    /// # Errors
    /// [`GitError::Quarantine`] if the environment contradicts itself, or names a quarantine that is not there or
    /// cannot be read whole; otherwise whatever keeps a store from being listed.
    pub fn open(repo: &Repo) -> Result<Self, GitError> {
        let hash = repo.hash_kind();
        let own = repo.common_dir.join("objects");
        let own = own.canonicalize().map_err(GitError::io(own))?;
        let quarantine = quarantine(repo, &own)?;
        let others = repo.env().alternates.iter().map(|dir| repo.start_dir().join(dir));
        let main = Store::at(hash, [own].into_iter().chain(others))?;
        let fresh = quarantine.map(|dir| Store::only(hash, dir)).transpose()?;
        let mut new = Vec::new();
        if let Some(fresh) = &fresh {
            if let Some(trouble) = fresh.troubles().first() {
                return Err(GitError::Quarantine(trouble.to_string()));
            }
            new = fresh.ids()?;
            let loose = if new.len() > MANY { Some(main.loose_ids()?) } else { None };
            new.retain(|oid| match &loose {
                Some(loose) => !main.is_packed(*oid) && loose.binary_search(oid).is_err(),
                None => !main.contains(*oid),
            });
        }
        let shallow = shallow(repo)?;
        Ok(Self { hash, main, fresh, new, shallow })
    }

    /// The quarantine's objects that the main store lacks, sorted.
    #[must_use]
    pub fn new_objects(&self) -> &[Oid] {
        &self.new
    }

    /// Whether an object is one of those.
    #[must_use]
    pub fn is_new(&self, oid: Oid) -> bool {
        self.new.binary_search(&oid).is_ok()
    }

    /// The quarantine; `None` where the push brought no objects (a deletion), or has been let through already.
    #[must_use]
    pub const fn fresh(&self) -> Option<&Store> {
        self.fresh.as_ref()
    }

    /// What was there before.
    #[must_use]
    pub const fn main(&self) -> &Store {
        &self.main
    }

    /// The repository's hash function.
    #[must_use]
    pub const fn hash_kind(&self) -> HashKind {
        self.hash
    }

    /// Whether an object is anywhere.
    #[must_use]
    pub fn holds(&self, oid: Oid) -> bool {
        self.is_new(oid) || self.main.contains(oid)
    }

    /// Reads an object of at most `limit` bytes from wherever it is.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read(&self, oid: Oid, limit: u64) -> Result<(ObjectKind, Vec<u8>), GitError> {
        match &self.fresh {
            Some(fresh) if self.is_new(oid) => fresh.read_within(oid, limit),
            _ => self.main.read_within(oid, limit),
        }
    }

    /// Reads a tree.
    fn tree(&self, oid: Oid) -> Result<Vec<u8>, GitError> {
        self.of_kind(oid, ObjectKind::Tree)
    }

    /// The commit that an object comes to in the end, through annotated tags; `None` if it is none, or is not there.
    #[must_use]
    pub fn commit_of(&self, mut oid: Oid) -> Option<Oid> {
        for _ in 0..scope::MAX_TAGS {
            let store = self.fresh.as_ref().filter(|_| self.is_new(oid)).unwrap_or(&self.main);
            match store.kind(oid).ok()? {
                ObjectKind::Commit => return Some(oid),
                ObjectKind::Tag => oid = tag_target(&self.read(oid, LINK_LIMIT).ok()?.1, self.hash)?.0,
                ObjectKind::Tree | ObjectKind::Blob => return None,
            }
        }
        None
    }

    /// Reads what a commit names. A shallow one's parents are named only where they are there all the same: what a
    /// client calls shallow must not end a walk.
    ///
    /// # Errors
    /// If it is not there, cannot be read, or is no commit.
    pub fn commit(&self, oid: Oid) -> Result<CommitLinks, GitError> {
        let bytes = self.of_kind(oid, ObjectKind::Commit)?;
        self.links(oid, &bytes)
    }

    /// The same of a commit's bytes.
    ///
    /// # Errors
    /// If they are none.
    pub fn links(&self, oid: Oid, bytes: &[u8]) -> Result<CommitLinks, GitError> {
        let links = commit_links(bytes, self.hash_kind());
        let mut links = links.ok_or_else(|| GitError::object("commit", oid, "it is malformed"))?;
        if self.shallow.contains(&oid) {
            links.parents.retain(|parent| self.holds(*parent));
        }
        // A push may bring a million of them: what a list has in reserve would be half of it.
        links.parents.shrink_to_fit();
        Ok(links)
    }

    fn of_kind(&self, oid: Oid, wanted: ObjectKind) -> Result<Vec<u8>, GitError> {
        let (kind, bytes) = self.read(oid, LINK_LIMIT)?;
        if kind != wanted {
            return Err(GitError::object(wanted.as_str(), oid, format!("it is a {}", kind.as_str())));
        }
        Ok(bytes)
    }
}

/// The quarantine the environment names. It goes by where git would write objects: not every host sets
/// `GIT_QUARANTINE_PATH`.
fn quarantine(repo: &Repo, own: &Path) -> Result<Option<PathBuf>, GitError> {
    let env = repo.env();
    let resolve = |dir: &Path| {
        let at = repo.start_dir().join(dir);
        at.canonicalize().map_err(|error| GitError::Quarantine(format!("the quarantine {}: {error}", at.display())))
    };
    let named = env.quarantine.as_deref().map(resolve).transpose()?;
    let Some(dir) = &env.object_dir else {
        return match named {
            None => Ok(None),
            Some(_) => Err(GitError::Quarantine("GIT_QUARANTINE_PATH without GIT_OBJECT_DIRECTORY".to_owned())),
        };
    };
    let dir = resolve(dir)?;
    if named.is_some_and(|named| named != dir) {
        let words = "GIT_QUARANTINE_PATH and GIT_OBJECT_DIRECTORY are not the same";
        return Err(GitError::Quarantine(words.to_owned()));
    }
    if !dir.is_dir() {
        return Err(GitError::Quarantine(format!("the quarantine {} is no directory", dir.display())));
    }
    Ok((dir != own).then_some(dir))
}

/// The commits whose parents are cut off.
fn shallow(repo: &Repo) -> Result<OidSet, GitError> {
    let own = repo.common_dir.join("shallow");
    let path = repo.env().shallow_file.as_ref().map_or(own, |file| repo.start_dir().join(file));
    match std::fs::read(&path) {
        Ok(text) => {
            let lines = text.split(|&b| b == b'\n').filter_map(|line| repo.oid_from_hex(line.trim_ascii()));
            Ok(lines.collect())
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(OidSet::default()),
        Err(error) => Err(GitError::io(path)(error)),
    }
}
