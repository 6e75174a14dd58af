//! Reads the few objects that a commit's gate needs, by name; whoever reads many opens a [`Store`](super::Store). Replacement refs are never followed: whoever may push `refs/replace/*` could
//! otherwise show the guard a harmless object in place of the one that is committed.

use std::path::{Path, PathBuf};

use gix::objs::{Find as _, FindHeader as _, Kind};

use super::{GitError, HashKind, Oid, Repo};

/// The greatest size of an object that is read into memory. Larger ones are an error (told, not skipped).
const MAX_OBJECT: usize = 4 << 30;

/// The object directories of a repository, in the order git asks them.
pub(super) struct Objects {
    stores: Vec<gix::odb::Handle>,
}

impl Objects {
    /// Opens the object directory `primary` (with what its `info/alternates` names) and the `alternates`
    /// given by environment. Of those, the ones that do not exist are passed over, as git does.
    pub(super) fn open(primary: &Path, alternates: &[PathBuf], hash: HashKind) -> Result<Self, GitError> {
        let mut stores = vec![open_one(primary, hash)?];
        for dir in alternates.iter().filter(|dir| dir.is_dir()) {
            stores.push(open_one(dir, hash)?);
        }
        Ok(Self { stores })
    }

    fn read(&self, oid: Oid, wanted: Kind, what: &'static str) -> Result<Vec<u8>, GitError> {
        let mut buffer = Vec::new();
        let kind = self.find(oid, what, &mut buffer)?;
        if kind != wanted {
            return Err(GitError::object(what, oid, format!("it is a {kind}")));
        }
        Ok(buffer)
    }

    fn find(&self, oid: Oid, what: &'static str, buffer: &mut Vec<u8>) -> Result<Kind, GitError> {
        let id = gix::hash::ObjectId::try_from(oid.as_bytes());
        let id = id.map_err(|_| GitError::object(what, oid, "its name has the wrong length"))?;
        for store in &self.stores {
            let found = store.try_find(&id, buffer).map_err(|e| GitError::object(what, oid, e.to_string()))?;
            if let Some(kind) = found.map(|data| data.kind) {
                return Ok(kind);
            }
        }
        Err(GitError::Missing { what, oid })
    }
}

fn open_one(dir: &Path, hash: HashKind) -> Result<gix::odb::Handle, GitError> {
    let options = gix::odb::store::init::Options { alloc_limit_bytes: Some(MAX_OBJECT), ..Default::default() };
    gix::odb::at_opts(dir, hash.to_gix(), None, options).map_err(GitError::io(dir))
}

impl Repo {
    /// Reads a blob whole.
    ///
    /// # Errors
    /// [`GitError::Missing`] if the repository does not hold it, [`GitError::Object`] if it is corrupt or
    /// no blob.
    pub fn blob(&self, oid: Oid) -> Result<Vec<u8>, GitError> {
        self.objects.read(oid, Kind::Blob, "blob")
    }

    /// The size of an object in bytes, as its header tells; `None` where it has none that can be read.
    pub(super) fn blob_size(&self, oid: Oid) -> Option<u64> {
        let id = gix::hash::ObjectId::try_from(oid.as_bytes()).ok()?;
        self.objects.stores.iter().find_map(|store| store.try_header(&id).ok().flatten()).map(|header| header.size)
    }

    pub(super) fn tree(&self, oid: Oid) -> Result<Vec<u8>, GitError> {
        self.objects.read(oid, Kind::Tree, "tree")
    }

    /// The tree of a commit.
    pub(super) fn tree_of_commit(&self, commit: Oid) -> Result<Oid, GitError> {
        let bytes = self.objects.read(commit, Kind::Commit, "commit")?;
        let line = bytes.split(|&b| b == b'\n').next().unwrap_or_default();
        let tree = line.strip_prefix(b"tree ").and_then(Oid::from_hex);
        tree.filter(|tree| tree.hash_kind() == commit.hash_kind())
            .ok_or_else(|| GitError::object("commit", commit, "it names no tree"))
    }
}
