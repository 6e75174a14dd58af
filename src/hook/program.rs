//! The program that hooks are to run: this one.

use std::path::PathBuf;

use super::install::is_executable;

/// The program of our name that a shell would find.
pub(super) fn on_path() -> Option<PathBuf> {
    let name = format!("portcullis{}", std::env::consts::EXE_SUFFIX);
    let dirs = std::env::var_os("PATH")?;
    std::env::split_paths(&dirs).map(|dir| dir.join(&name)).find(|file| file.is_file() && is_executable(file))
}

/// The path by which hooks should run this program: one on PATH that is the same file, for that one stays
/// when a package manager puts a new version into another directory; else the file itself.
///
/// # Errors
/// If the system does not tell.
pub fn this_program() -> std::io::Result<PathBuf> {
    let exe = std::env::current_exe()?;
    let real = exe.canonicalize()?;
    let same = on_path().filter(|path| path.is_absolute() && path.canonicalize().is_ok_and(|path| path == real));
    Ok(same.unwrap_or(exe))
}
