//! `--ledger`: where the clean ledger lies, and the key that seals it.
//!
//! Both lie in the user's own cache directory, beside no repository: what is pushed, cloned or unpacked cannot
//! bring a ledger along, and one that was not sealed with this user's key is not believed.

use std::env;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::failure::Shown;
use crate::cli::private::{PrivateFile, create_new};
use crate::engine::Engine;
use crate::git::{HashKind, Repo};
use crate::guard::history::Clean;
use crate::model::Secret;
use crate::policy::{Key, fingerprint};

/// Bytes of a key.
const KEY: usize = 32;

/// A ledger, open for one run.
pub(super) struct Ledger {
    pub(super) clean: Clean,
    /// How many objects it knew before.
    knew: usize,
    key: Key,
    path: PathBuf,
    hash: HashKind,
}

impl Ledger {
    /// Opens this repository's ledger. One that is not to be believed counts as none; the words say why.
    ///
    /// # Errors
    /// Why there can be no ledger at all.
    pub(super) fn open(repo: &Repo, engine: &Engine) -> Result<(Self, Option<String>), String> {
        let dir = cache_dir().ok_or("no cache directory: set HOME or XDG_CACHE_HOME")?.join("portcullis");
        let cannot = |error: io::Error| format!("cannot use `{}`: {error}", dir.shown());
        fs::create_dir_all(&dir).map_err(cannot)?;
        let key = key(&dir.join("ledger.key")).map_err(cannot)?;
        let place = repo.git_dir().canonicalize().map_err(cannot)?;
        // Under a name that tells nothing of where the repository lies.
        let name = fingerprint(&key, "ledger", &Secret::new(place.as_os_str().as_encoded_bytes()));
        let (path, hash) = (dir.join(format!("{name}.clean")), repo.hash_kind());
        let (clean, note) = match fs::read(&path) {
            Ok(bytes) => match Clean::read(&bytes, &key, engine, hash) {
                Ok(clean) => (clean, None),
                Err(why) => {
                    let shown = path.shown();
                    (Clean::default(), Some(format!("the clean ledger `{shown}` is not used: {why}")))
                }
            },
            Err(error) if error.kind() == ErrorKind::NotFound => (Clean::default(), None),
            Err(error) => return Err(cannot(error)),
        };
        Ok((Self { knew: clean.len(), clean, key, path, hash }, note))
    }

    /// Keeps what it knows now, if that is more than before.
    ///
    /// # Errors
    /// Why it could not be kept; the run's answer is right all the same.
    pub(super) fn keep(self, engine: &Engine) -> Result<(), String> {
        if self.clean.len() == self.knew {
            return Ok(());
        }
        let write =
            || PrivateFile::create(&self.path)?.write(|out| self.clean.write(&self.key, engine, self.hash, out));
        write().map_err(|error| format!("the clean ledger `{}` could not be kept: {error}", self.path.shown()))
    }
}

/// Where programs keep what they can do without.
fn cache_dir() -> Option<PathBuf> {
    let set = |name| env::var_os(name).map(PathBuf::from).filter(|dir: &PathBuf| dir.is_absolute());
    set("XDG_CACHE_HOME").or_else(|| set("LOCALAPPDATA")).or_else(|| set("HOME").map(|home| home.join(".cache")))
}

/// The user's key; made the first time.
fn key(path: &Path) -> io::Result<Key> {
    match File::open(path) {
        Ok(mut file) => {
            private(&file)?;
            let mut bytes = [0; KEY];
            file.read_exact(&mut bytes)?;
            Ok(Key::from_bytes(bytes))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let mut bytes = [0; KEY];
            getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
            let mut file = create_new(path)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
            Ok(Key::from_bytes(bytes))
        }
        Err(error) => Err(error),
    }
}

/// A key that others can read seals nothing.
#[cfg(unix)]
fn private(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let open = file.metadata()?.permissions().mode() & 0o077 != 0;
    if open { Err(io::Error::other("its `ledger.key` is open to others; delete it")) } else { Ok(()) }
}

#[cfg(not(unix))]
fn private(_: &File) -> io::Result<()> {
    Ok(())
}
