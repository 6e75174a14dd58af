//! The program that installed hooks run: whether it is there, and the same as this one.

use std::path::Path;
use std::process::{Command, Stdio};

use super::{INSTALL, Note};
use crate::hook::ask::shown;
use crate::hook::install::is_executable;
use crate::hook::program::on_path;
use crate::report::sanitize;

/// What is wrong with the program at `path`, if anything is. `version` is what ours says of itself.
pub(in crate::hook) fn note(path: &Path, version: &str) -> Option<Note> {
    if !path.is_file() || !is_executable(path) {
        let text = match on_path() {
            Some(other) => format!("the hooks' program {} is gone; they run {} instead", shown(path), shown(&other)),
            None => format!("the hooks' program {} is gone: they block every commit", shown(path)),
        };
        return Some(Note::problem(text, INSTALL));
    }
    let output = match Command::new(path).arg("--version").stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return Some(Note::problem(format!("cannot run {}: {error}", shown(path)), INSTALL)),
    };
    let said = String::from_utf8_lossy(&output.stdout);
    let said = said.trim_end();
    (said != version).then(|| {
        let said = sanitize::clean(said.lines().next().unwrap_or("nothing"));
        Note::problem(format!("the hooks run {} ({said}), and this is {version}", shown(path)), INSTALL)
    })
}
