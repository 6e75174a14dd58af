//! Refs kept in reftables: a stack of tables for each work tree and one that all share, younger tables before older.

mod table;

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

pub(super) use table::Move;
use table::{Table, Value};

use super::env::path_from_bytes;
use super::refs::{Target, broken, is_of_worktree};
use super::{GitError, HashKind, Oid, Repo};

/// How often the list of tables is read anew where git has put some of them together meanwhile.
const RETRIES: usize = 10;
/// How many symbolic refs may point at each other in a row: git's own limit.
const MAX_LINKS: usize = 5;

/// All refs and logs of a stack.
#[derive(Default)]
pub(super) struct Stack {
    /// What each ref says, by name; never [`Value::Gone`].
    refs: BTreeMap<Vec<u8>, Value>,
    /// Entries of reflogs, by ref and number of the update.
    logs: BTreeMap<(Vec<u8>, u64), Move>,
}

impl Stack {
    /// Reads the stack of the work tree whose repository directory is `dir`, or the shared one of the common directory.
    ///
    /// # Errors
    /// If it cannot be read, or is broken: refs that are not known must not look like none.
    pub(super) fn read(dir: &Path, hash: HashKind) -> Result<Self, GitError> {
        let dir = dir.join("reftable");
        let list = dir.join("tables.list");
        let mut gone = None;
        for _ in 0..RETRIES {
            let names = fs::read(&list).map_err(GitError::io(&list))?;
            match Self::of(&dir, &names, hash) {
                Err(GitError::Io { path, source }) if source.kind() == ErrorKind::NotFound && path != list => {
                    gone = Some(GitError::Io { path, source });
                }
                done => return done,
            }
        }
        Err(gone.unwrap_or_else(|| wrong("its tables change too often")))
    }

    /// The tables of these names, the oldest first.
    fn of(dir: &Path, names: &[u8], hash: HashKind) -> Result<Self, GitError> {
        let mut stack = Self::default();
        for name in names.split(|&b| b == b'\n').filter(|name| !name.is_empty()) {
            if name.contains(&b'/') || name.contains(&0) {
                return Err(wrong("their list names what is no file beside it"));
            }
            let path = dir.join(path_from_bytes(name));
            let bytes = fs::read(&path).map_err(GitError::io(&path))?;
            stack.put(Table::parse(&bytes, hash).map_err(wrong)?);
        }
        Ok(stack)
    }

    /// Lays a younger table over those there are.
    fn put(&mut self, table: Table) {
        for (name, value) in table.refs {
            match value {
                Value::Gone => drop(self.refs.remove(&name)),
                value => drop(self.refs.insert(name, value)),
            }
        }
        for (key, entry) in table.logs {
            match entry {
                None => drop(self.logs.remove(&key)),
                Some(entry) => drop(self.logs.insert(key, entry)),
            }
        }
    }

    /// What a ref says.
    fn target(&self, name: &[u8]) -> Option<Target> {
        match self.refs.get(name)? {
            Value::Object { target, .. } => Some(Target::Object(*target)),
            Value::Symbolic(next) => Some(Target::Symbolic(next.clone())),
            Value::Gone => None,
        }
    }

    /// The reflogs, by name, each with its entries, the oldest first.
    pub(super) fn logs(&self) -> BTreeMap<&[u8], Vec<&Move>> {
        let mut logs: BTreeMap<&[u8], Vec<&Move>> = BTreeMap::new();
        for ((name, _), entry) in &self.logs {
            logs.entry(name).or_default().push(entry);
        }
        logs
    }
}

/// A ref: its name, and what it comes to.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) name: Vec<u8>,
    pub(super) target: Oid,
    /// What a tag comes to in the end, where git noted it.
    pub(super) peeled: Option<Oid>,
    /// Whether it stands for another ref.
    pub(super) symbolic: bool,
}

/// What a work tree sees: its own stack, and the shared one behind it.
pub(super) struct Refs {
    own: Option<Stack>,
    shared: Stack,
}

impl Refs {
    /// Those that the work tree whose repository directory is `dir` sees.
    ///
    /// # Errors
    /// As [`Stack::read`].
    pub(super) fn read(repo: &Repo, dir: &Path) -> Result<Self, GitError> {
        let hash = repo.hash_kind();
        let own = (dir != repo.common_dir).then(|| Stack::read(dir, hash)).transpose()?;
        Ok(Self { own, shared: Stack::read(&repo.common_dir, hash)? })
    }

    fn target(&self, name: &[u8]) -> Option<Target> {
        match &self.own {
            Some(own) if is_of_worktree(name) => own.target(name),
            _ => self.shared.target(name),
        }
    }

    /// `HEAD` and all refs below `refs/`: those of the work tree alone, or all that it sees. A symbolic ref is followed;
    /// one that ends nowhere is not there.
    pub(super) fn list(&self, only_own: bool) -> Result<Vec<Named>, GitError> {
        let own = self.own.iter().flat_map(|own| own.refs.keys()).filter(|name| is_of_worktree(name));
        let of_shared = |name: &&Vec<u8>| !only_own && (self.own.is_none() || !is_of_worktree(name));
        let shared = self.shared.refs.keys().filter(of_shared);
        let names = own.chain(shared).filter(|name| *name == b"HEAD" || name.starts_with(b"refs/"));
        let mut list = Vec::new();
        for name in names {
            list.extend(self.follow(name)?);
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(list)
    }

    fn follow(&self, name: &[u8]) -> Result<Option<Named>, GitError> {
        let mut at = name.to_vec();
        for links in 0..=MAX_LINKS {
            match self.target(&at) {
                None => return Ok(None),
                Some(Target::Symbolic(next)) => at = next,
                Some(Target::Object(target)) => {
                    let stack = self.own.as_ref().filter(|_| is_of_worktree(&at)).unwrap_or(&self.shared);
                    let peeled = match stack.refs.get(&at) {
                        Some(Value::Object { peeled, .. }) => *peeled,
                        _ => None,
                    };
                    return Ok(Some(Named { name: name.to_vec(), target, peeled, symbolic: links > 0 }));
                }
            }
        }
        Err(broken(name, "too many symbolic refs in a row"))
    }

    /// The work tree's own stack, or the only one.
    pub(super) fn own(&self) -> &Stack {
        self.own.as_ref().unwrap_or(&self.shared)
    }
}

/// What a ref says: `HEAD`, or one below `refs/`.
///
/// # Errors
/// If the tables cannot be read: a broken ref is not an unborn one.
pub(super) fn read(repo: &Repo, name: &[u8]) -> Result<Option<Target>, GitError> {
    Ok(Refs::read(repo, &repo.git_dir)?.target(name))
}

/// How many refs and entries of logs a table of a repository of that hash function holds.
///
/// # Errors
/// What is wrong with it.
pub fn reftable_entries(bytes: &[u8], hash: HashKind) -> Result<(usize, usize), &'static str> {
    let table = Table::parse(bytes, hash)?;
    Ok((table.refs.len(), table.logs.len()))
}

fn wrong(detail: &str) -> GitError {
    broken(b"refs", &format!("kept in reftables; {detail}"))
}
