//! Every object a repository holds: all packs and loose objects of its object directory and its alternates.

mod dirs;
mod long;
mod loose;
mod reader;
mod visit;

use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::OnceLock;

pub use long::{Blob, LongBlob};
use loose::Loose;
pub(super) use reader::Reader;

use super::pack::{Flaw, Inflater, Pack, Workbench};
use super::{GitError, HashKind, Oid, Repo};

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    /// A commit.
    Commit,
    /// A directory.
    Tree,
    /// A file's content.
    Blob,
    /// An annotated tag.
    Tag,
}

impl ObjectKind {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Commit, Self::Tree, Self::Blob, Self::Tag];

    /// Git's name for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Blob => "blob",
            Self::Tag => "tag",
        }
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// An object, or a part of the store, that could not be read.
#[derive(Debug)]
pub struct Trouble {
    /// The object; `None` where a pack or a directory as a whole is the trouble.
    pub oid: Option<Oid>,
    /// Its kind, as far as known.
    pub kind: Option<ObjectKind>,
    /// What is wrong.
    pub error: GitError,
}

/// The objects of a repository, opened for reading all of them, from any number of threads.
pub struct Store {
    hash: HashKind,
    dirs: Vec<PathBuf>,
    packs: Vec<Pack>,
    troubles: Vec<GitError>,
    /// The loose objects, once they are listed: a list costs 256 directories.
    loose: OnceLock<Vec<Oid>>,
}

/// Packs that may name each other's objects as bases in a row. Git itself never stores such a pack.
const MAX_ELSEWHERE: usize = 3;
/// The greatest object that [`Store::read`] gives.
const READ_LIMIT: u64 = 1 << 30;

thread_local! {
    static BENCH: RefCell<Option<Workbench>> = const { RefCell::new(None) };
}

impl Store {
    /// Opens all packs. One that cannot be opened is no error here: see [`Store::troubles`].
    ///
    /// # Errors
    /// If the object directory itself cannot be listed.
    pub fn open(repo: &Repo) -> Result<Self, GitError> {
        Self::open_dirs(repo.hash_kind(), dirs::all(repo)?)
    }

    /// Opens these object directories and their alternates.
    pub(in crate::git) fn at(hash: HashKind, starts: impl IntoIterator<Item = PathBuf>) -> Result<Self, GitError> {
        Self::open_dirs(hash, dirs::of(starts)?)
    }

    /// Opens one object directory alone, whatever alternates it names.
    pub(in crate::git) fn only(hash: HashKind, dir: PathBuf) -> Result<Self, GitError> {
        Self::open_dirs(hash, vec![dir])
    }

    fn open_dirs(hash: HashKind, dirs: Vec<PathBuf>) -> Result<Self, GitError> {
        let (mut packs, mut troubles) = (Vec::new(), Vec::new());
        for dir in &dirs {
            for opened in dirs::packs(dir, hash)? {
                match opened {
                    Ok(pack) => packs.push(pack),
                    Err(error) => troubles.push(error),
                }
            }
        }
        Ok(Self { hash, dirs, packs, troubles, loose: OnceLock::new() })
    }

    /// A store of packs that are in memory, each with its index, and of nothing else.
    #[must_use]
    pub fn in_memory(hash: HashKind, packs: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Self {
        let loose = OnceLock::new();
        let mut store = Self { hash, dirs: Vec::new(), packs: Vec::new(), troubles: Vec::new(), loose };
        for (pack, index) in packs {
            match Pack::held(pack, index, hash) {
                Ok(pack) => store.packs.push(pack),
                Err(error) => store.troubles.push(error),
            }
        }
        store
    }

    /// Packs that could not be opened. Whoever walks the store must tell them: what is in them is not seen.
    #[must_use]
    pub fn troubles(&self) -> &[GitError] {
        &self.troubles
    }

    /// Number of objects in packs, those in several packs counted several times.
    #[must_use]
    pub fn packed(&self) -> usize {
        self.packs.iter().map(Pack::len).sum()
    }

    /// The ids of all objects, sorted, each once.
    ///
    /// # Errors
    /// If a directory of loose objects cannot be listed.
    pub fn ids(&self) -> Result<Vec<Oid>, GitError> {
        let mut ids = self.loose_ids()?.to_vec();
        for pack in &self.packs {
            ids.extend((0..pack.len()).filter_map(|at| pack.oid(at)));
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(ids)
    }

    /// The ids of all loose objects, sorted, each once: those that were there when this was first asked.
    pub(in crate::git) fn loose_ids(&self) -> Result<&[Oid], GitError> {
        if let Some(ids) = self.loose.get() {
            return Ok(ids);
        }
        let mut ids = Vec::new();
        for dir in &self.dirs {
            loose::list(dir, self.hash, &mut ids)?;
        }
        ids.sort_unstable();
        ids.dedup();
        Ok(self.loose.get_or_init(|| ids))
    }

    /// Whether some pack or loose file is there for an object. It may be broken.
    #[must_use]
    pub fn contains(&self, oid: Oid) -> bool {
        self.packs.iter().any(|pack| pack.contains(oid)) || self.dirs.iter().any(|dir| loose::path(dir, oid).is_file())
    }

    /// A lower bound of an object's size in bytes that costs nothing to know: of a delta, its own size; of a loose
    /// object, its file's. 0 if it is not there.
    #[must_use]
    pub fn least_size(&self, oid: Oid) -> u64 {
        let loose = || self.dirs.iter().find_map(|dir| std::fs::metadata(loose::path(dir, oid)).ok());
        let packed = self.packs.iter().find_map(|pack| pack.stored_size(oid));
        packed.or_else(|| loose().map(|file| file.len())).unwrap_or(0)
    }

    /// Whether a pack holds the object.
    pub(in crate::git) fn is_packed(&self, oid: Oid) -> bool {
        self.packs.iter().any(|pack| pack.contains(oid))
    }

    /// The kind of an object, without reading its content.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn kind(&self, oid: Oid) -> Result<ObjectKind, GitError> {
        if let Some(kind) = self.packs.iter().find_map(|pack| pack.kind(oid)) {
            return Ok(kind);
        }
        let mut inflater = Inflater::new();
        for dir in &self.dirs {
            if let Ok(Some(loose)) = Loose::open(dir, oid, &mut inflater) {
                return Ok(loose.kind);
            }
        }
        self.read(oid).map(|(kind, _)| kind)
    }

    /// Reads an object. Where the pack's index has checksums (version 2), every entry it is made from is held to
    /// them, and whatever is inflated to zlib's own; the content is not hashed and held to its name.
    ///
    /// # Errors
    /// [`GitError::Missing`] if the repository does not hold it, [`GitError::TooLarge`] above 1 GiB,
    /// [`GitError::Object`] if every copy of it is corrupt.
    pub fn read(&self, oid: Oid) -> Result<(ObjectKind, Vec<u8>), GitError> {
        self.read_within(oid, READ_LIMIT)
    }

    /// The same, with another limit than 1 GiB, in bytes.
    ///
    /// # Errors
    /// As [`Store::read`].
    pub fn read_within(&self, oid: Oid, limit: u64) -> Result<(ObjectKind, Vec<u8>), GitError> {
        let mut out = Vec::new();
        let kind = BENCH.with_borrow_mut(|bench| {
            self.read_into(oid, limit, bench.get_or_insert_with(Workbench::new), &mut out, MAX_ELSEWHERE)
        })?;
        Ok((kind, out))
    }

    /// Reads an object from whichever pack or loose file has a copy that is whole.
    fn read_into(
        &self,
        oid: Oid,
        limit: u64,
        bench: &mut Workbench,
        out: &mut Vec<u8>,
        depth: usize,
    ) -> Result<ObjectKind, GitError> {
        let mut flaw = None;
        for pack in &self.packs {
            let Some(offset) = pack.find(oid) else { continue };
            let elsewhere = |base: Oid, out: &mut Vec<u8>| {
                let mut bench = Workbench::new();
                self.read_into(base, limit, &mut bench, out, depth.checked_sub(1)?).ok()
            };
            match offset.and_then(|at| pack.expand(at, limit, bench, out, elsewhere)) {
                Ok(kind) => return Ok(kind),
                Err(bad) => flaw = Some(bad),
            }
        }
        let mut unreadable = None;
        for dir in &self.dirs {
            match Loose::open(dir, oid, &mut bench.inflater) {
                Ok(None) => {}
                Ok(Some(loose)) if loose.size > limit => flaw = Some(Flaw::TooLarge(loose.size)),
                Ok(Some(loose)) => match loose.read(&mut bench.inflater, out) {
                    Ok(()) => return Ok(loose.kind),
                    Err(words) => flaw = Some(Flaw::Broken(words)),
                },
                Err(error) => unreadable = Some(error),
            }
        }
        let missing = || unreadable.unwrap_or(GitError::Missing { what: "object", oid });
        Err(flaw.map_or_else(missing, |flaw| error_of(flaw, oid, limit)))
    }

    /// Whether some pack has an object. It may be broken.
    #[must_use]
    pub fn packs_hold(&self, oid: Oid) -> bool {
        self.packs.iter().any(|pack| pack.contains(oid))
    }

    /// Whether another opening of the same repository found the same packs.
    #[must_use]
    pub fn has_same_packs(&self, other: &Self) -> bool {
        self.troubles.len() == other.troubles.len()
            && self.packs.iter().map(|pack| &pack.path).eq(other.packs.iter().map(|pack| &pack.path))
    }

    /// How many copies of an object there are.
    fn copies(&self, oid: Oid) -> usize {
        self.packs.iter().filter(|pack| pack.contains(oid)).count()
            + self.dirs.iter().filter(|dir| loose::path(dir, oid).is_file()).count()
    }
}

fn error_of(flaw: Flaw, oid: Oid, limit: u64) -> GitError {
    match flaw {
        Flaw::Broken(words) => GitError::object("object", oid, words),
        Flaw::TooLarge(size) => {
            GitError::TooLarge { what: "object", oid, detail: format!("{size} bytes, of which {limit} may be held") }
        }
    }
}
