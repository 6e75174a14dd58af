//! Writes hooks into a directory and takes them out again, keeping what was there.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::ask::Place;
use super::error::HookError;
use super::script::{self, Author};
use super::{HOOKS, Hook};

/// What was done about one hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Done {
    /// Written; an existing one is kept in the file named, and runs first.
    Installed(Option<PathBuf>),
    /// Ours was there, for another program, of another release or not executable, and was written anew.
    Renewed,
    /// Ours was there, and is as it should be.
    Already,
    /// Ours was taken away.
    Removed,
    /// Ours was taken away, and the kept one is back in its place.
    Restored,
    /// Ours was not there.
    Absent,
    /// It is not ours, so it stays; the kept one too, in the file named.
    NotOurs(PathBuf),
}

/// A hook, and what was done about it.
#[derive(Clone, Debug)]
pub struct Step {
    /// The hook's file.
    pub path: PathBuf,
    /// What was done.
    pub done: Done,
}

/// What is in a hook's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    File(Author),
    /// A link that leads nowhere.
    Dangling,
}

/// Checks that a repository's hooks are its own, so that installing there guards nothing else.
///
/// # Errors
/// [`HookError::Shared`] if not, or [`HookError::NoDirectory`] or [`HookError::FileForHooks`] if git runs none.
pub fn own_dir(place: &Place) -> Result<&Path, HookError> {
    if place.hooks_dir.exists() && !place.hooks_dir.is_dir() {
        let dir = place.hooks_dir.clone();
        return Err(if place.hooks_path.is_some() {
            HookError::NoDirectory(dir)
        } else {
            HookError::FileForHooks(dir)
        });
    }
    match &place.hooks_path {
        Some(path) if path.is_shared() => {
            Err(HookError::Shared { path: place.hooks_dir.clone(), scope: path.scope.clone() })
        }
        _ => Ok(&place.hooks_dir),
    }
}

/// Whether all hooks in `dir` are ours.
#[must_use]
pub fn is_installed(dir: &Path) -> bool {
    HOOKS
        .iter()
        .all(|hook| matches!(look(hook, &hook.path(dir)), Ok(Found::File(Author::Us(_) | Author::UsOtherRelease(_)))))
}

/// Installs the hooks into `dir`, which is made if it is not there, for the program at `guard`. `force`
/// writes over our own hooks where they were changed.
///
/// # Errors
/// If any of them cannot be installed. All are looked at before the first is written.
pub fn install(dir: &Path, guard: &Path, force: bool) -> Result<Vec<Step>, HookError> {
    let mut plan = Vec::with_capacity(HOOKS.len());
    for hook in HOOKS {
        plan.push((hook, plan_one(dir, hook, force)?));
    }
    fs::create_dir_all(dir).map_err(HookError::io("make the directory", dir))?;
    plan.into_iter().map(|(hook, (path, found))| install_one(dir, hook, path, &found, guard)).collect()
}

/// Installs one hook into `dir`, as [`install`] does all of them.
pub(super) fn install_hook(dir: &Path, hook: &Hook, guard: &Path, force: bool) -> Result<Step, HookError> {
    let (path, found) = plan_one(dir, hook, force)?;
    install_one(dir, hook, path, &found, guard)
}

/// The hook's file and what is in its place, if that may be replaced or kept.
fn plan_one(dir: &Path, hook: &Hook, force: bool) -> Result<(PathBuf, Found), HookError> {
    let path = hook.path(dir);
    let found = look(hook, &path)?;
    match found {
        Found::File(Author::UsEdited) if !force => Err(HookError::Edited(path)),
        // What our script would not run must not be moved out of the way: nobody would run it.
        Found::File(Author::Others) | Found::Dangling if !hook.chains() => Err(HookError::Taken(path)),
        Found::File(Author::Others) | Found::Dangling if exists(&hook.kept(dir)) => {
            Err(HookError::KeptAlready { hook: path, kept: hook.kept(dir) })
        }
        found => Ok((path, found)),
    }
}

fn install_one(dir: &Path, hook: &Hook, path: PathBuf, found: &Found, guard: &Path) -> Result<Step, HookError> {
    let done = match found {
        Found::File(Author::Us(old)) if old == guard && is_executable(&path) => Done::Already,
        Found::File(Author::Us(_) | Author::UsOtherRelease(_) | Author::UsEdited) => {
            write(dir, hook, &path, guard)?;
            Done::Renewed
        }
        Found::Nothing => {
            write(dir, hook, &path, guard)?;
            Done::Installed(Some(hook.kept(dir)).filter(|kept| exists(kept)))
        }
        Found::File(Author::Others) | Found::Dangling => {
            let kept = hook.kept(dir);
            fs::rename(&path, &kept).map_err(HookError::io("rename", &path))?;
            if let Err(error) = write(dir, hook, &path, guard) {
                // The first trouble is told; what can be done about it is to put things back.
                let _ = fs::rename(&kept, &path);
                return Err(error);
            }
            Done::Installed(Some(kept))
        }
    };
    Ok(Step { path, done })
}

/// Takes the hooks out of `dir` and puts back what was kept. `force` takes changed ones of ours, too.
///
/// # Errors
/// If any of them cannot be taken out. All are looked at before the first is.
pub fn uninstall(dir: &Path, force: bool) -> Result<Vec<Step>, HookError> {
    let mut plan = Vec::with_capacity(HOOKS.len());
    for hook in HOOKS {
        plan.push(removal(dir, hook, force)?);
    }
    plan.into_iter().map(|(path, kept, found)| uninstall_one(path, &kept, &found)).collect()
}

/// Takes one hook out of `dir`, as [`uninstall`] does all of them.
pub(super) fn uninstall_hook(dir: &Path, hook: &Hook, force: bool) -> Result<Step, HookError> {
    let (path, kept, found) = removal(dir, hook, force)?;
    uninstall_one(path, &kept, &found)
}

/// The hook's file, the one kept beside it, and what is in its place.
fn removal(dir: &Path, hook: &Hook, force: bool) -> Result<(PathBuf, PathBuf, Found), HookError> {
    let path = hook.path(dir);
    match look(hook, &path)? {
        Found::File(Author::UsEdited) if !force => Err(HookError::Edited(path)),
        found => Ok((path, hook.kept(dir), found)),
    }
}

fn uninstall_one(path: PathBuf, kept: &Path, found: &Found) -> Result<Step, HookError> {
    let done = match (found, exists(kept)) {
        (Found::File(Author::Us(_) | Author::UsOtherRelease(_) | Author::UsEdited) | Found::Nothing, true) => {
            fs::rename(kept, &path).map_err(HookError::io("rename", kept))?;
            Done::Restored
        }
        (Found::File(Author::Us(_) | Author::UsOtherRelease(_) | Author::UsEdited), false) => {
            fs::remove_file(&path).map_err(HookError::io("remove", &path))?;
            Done::Removed
        }
        (Found::File(Author::Others) | Found::Dangling, true) => Done::NotOurs(kept.to_owned()),
        _ => Done::Absent,
    };
    Ok(Step { path, done })
}

/// Looks at what is in a hook's place.
pub(super) fn look(hook: &Hook, path: &Path) -> Result<Found, HookError> {
    let link = match fs::symlink_metadata(path) {
        Ok(link) => link,
        // The directory is missing, or (core.hooksPath=/dev/null) is none: no hook is there.
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Found::Nothing);
        }
        Err(error) => return Err(HookError::io("look at", path)(error)),
    };
    match fs::metadata(path) {
        Ok(file) if file.is_file() => {
            let script = fs::read(path).map_err(HookError::io("read", path))?;
            Ok(Found::File(script::author(hook, &script)))
        }
        Ok(_) => Err(HookError::NoFile(path.to_owned())),
        Err(_) if link.is_symlink() => Ok(Found::Dangling),
        Err(error) => Err(HookError::io("look at", path)(error)),
    }
}

/// Writes a hook whole or not at all. An empty file in its place would be run as an empty script, and let
/// everything through: so the content is on the disk before the name is.
fn write(dir: &Path, hook: &Hook, path: &Path, guard: &Path) -> Result<(), HookError> {
    let draft = dir.join(format!(".{}.portcullis-{}", hook.name, std::process::id()));
    let write = || {
        let mut file = create(&draft)?;
        file.write_all(&script::render(hook, guard))?;
        file.sync_all()
    };
    let written = write().map_err(HookError::io("write", &draft));
    let placed = written.and_then(|()| fs::rename(&draft, path).map_err(HookError::io("write", path)));
    if placed.is_err() {
        // What failed is told already.
        let _ = fs::remove_file(&draft);
    }
    placed
}

fn create(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o777);
    options.open(path)
}

/// Whether anything is there, be it a link to nowhere.
fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Whether git would run it: elsewhere than on Unix it runs every hook there is.
#[must_use]
pub fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::metadata(path).is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        path.is_file()
    }
}
