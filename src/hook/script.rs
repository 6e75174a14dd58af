//! The hook scripts: written for one program, and known again when met.

use std::path::{Path, PathBuf};

use super::Hook;

/// The place in a script where the program's path is put, quotes and all.
const GUARD: &str = "'@PORTCULLIS@'";
/// In a configured command: the gate's name.
const GATE: &str = "@GATE@";
/// What only our scripts say.
const MARK: &[u8] = b"Written by portcullis";
/// The command of a configured hook.
const COMMAND: &str = include_str!("../../hooks/config/command");

/// Whose script a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Author {
    /// Ours, for this program, not changed.
    Us(PathBuf),
    /// Ours, but changed.
    UsEdited,
    /// Somebody else's.
    Others,
}

/// The hook's script for the program at `guard`.
#[must_use]
pub fn render(hook: &Hook, guard: &Path) -> Vec<u8> {
    fill(hook.script, guard)
}

/// The command of a configured hook for the program at `guard`. Git gives it to the shell and appends the
/// hook's arguments.
#[must_use]
pub fn command(hook: &Hook, guard: &Path) -> Vec<u8> {
    fill(&COMMAND.trim_end().replace(GATE, hook.gate), guard)
}

/// Says whose script this is.
#[must_use]
pub fn author(hook: &Hook, script: &[u8]) -> Author {
    if let Some((before, after)) = hook.script.split_once(GUARD) {
        let middle = script.strip_prefix(before.as_bytes()).and_then(|rest| rest.strip_suffix(after.as_bytes()));
        if let Some(guard) = middle.and_then(unquote) {
            return Author::Us(path(&guard));
        }
    }
    if memchr::memmem::find(script, MARK).is_some() { Author::UsEdited } else { Author::Others }
}

fn fill(template: &str, guard: &Path) -> Vec<u8> {
    let (before, after) = template.split_once(GUARD).unwrap_or((template, ""));
    [before.as_bytes(), &quote(&bytes(guard)), after.as_bytes()].concat()
}

/// A word of the shell, whatever is in it.
fn quote(word: &[u8]) -> Vec<u8> {
    let mut quoted = vec![b'\''];
    for &byte in word {
        match byte {
            b'\'' => quoted.extend_from_slice(br"'\''"),
            _ => quoted.push(byte),
        }
    }
    quoted.push(b'\'');
    quoted
}

/// Undoes [`quote`]; `None` for anything else than one word that it wrote.
fn unquote(word: &[u8]) -> Option<Vec<u8>> {
    let mut rest = word.strip_prefix(b"'")?.strip_suffix(b"'")?;
    let mut plain = Vec::new();
    while let Some((&first, tail)) = rest.split_first() {
        rest = if first == b'\'' { rest.strip_prefix(br"'\''")? } else { tail };
        plain.push(first);
    }
    Some(plain)
}

#[cfg(unix)]
fn bytes(path: &Path) -> Vec<u8> {
    std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec()
}

/// The shell that runs hooks on Windows wants forward slashes.
#[cfg(not(unix))]
fn bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(unix)]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(bytes))
}

#[cfg(not(unix))]
pub(super) fn path(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hook::HOOKS;

    #[test]
    fn what_was_rendered_is_known_again_whatever_the_path() {
        for guard in ["/usr/bin/portcullis", "/a b/it's 'here'/p", "/new\nline/$x`y`\"", "''", "/@PORTCULLIS@"] {
            for hook in HOOKS {
                let mut script = render(hook, Path::new(guard));
                assert_eq!(author(hook, &script), Author::Us(guard.into()), "{guard:?}");
                script.extend_from_slice(b"echo done\n");
                assert_eq!(author(hook, &script), Author::UsEdited, "{guard:?}");
            }
        }
    }

    #[test]
    fn code_where_the_path_belongs_is_an_edit() {
        for middle in ["'/x'; rm -rf '/'", "/x", "'/x", "'a'b'", ""] {
            let script = HOOKS[0].script.replace(GUARD, middle);
            assert_eq!(author(&HOOKS[0], script.as_bytes()), Author::UsEdited, "{middle}");
        }
        assert_eq!(author(&HOOKS[0], b"#!/bin/sh\nexec make lint\n"), Author::Others);
    }

    #[test]
    fn one_hook_is_not_taken_for_another() {
        let script = render(&HOOKS[0], Path::new("/p"));
        assert_eq!(author(&HOOKS[2], &script), Author::UsEdited);
    }
}
