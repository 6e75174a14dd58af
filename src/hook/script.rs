//! The hook scripts: written for one program, and known again when met.

use std::path::{Path, PathBuf};

use super::Hook;

/// The place in a script where the program's path is put, quotes and all.
const GUARD: &str = "'@PORTCULLIS@'";
/// The place in a script where its sum is put.
const SUM: &str = "@SUM@";
/// What stands before a script's sum, and what behind it.
const AROUND_SUM: (&[u8], &[u8]) = (b" (script ", b"): ");
/// What stands before the program's path.
const BEFORE_GUARD: &[u8] = b"\nguard=";
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
    /// Ours, for this program, as another release wrote it, and not changed since.
    UsOtherRelease(PathBuf),
    /// Ours, but changed.
    UsEdited,
    /// Somebody else's.
    Others,
}

/// The hook's script for the program at `guard`.
#[must_use]
pub fn render(hook: &Hook, guard: &Path) -> Vec<u8> {
    fill(&summed(hook), guard)
}

/// The hook's template with its sum. A script says what it was made from, so that any later release can tell whether
/// somebody changed it.
fn summed(hook: &Hook) -> String {
    hook.script.replace(SUM, &sum(hook, hook.script.as_bytes()))
}

/// A template's sum, which is that of its hook too: 64-bit FNV-1a. It tells accidents, and nobody's intent.
fn sum(hook: &Hook, template: &[u8]) -> String {
    let bytes = hook.name.bytes().chain([0]).chain(template.iter().copied());
    let sum = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("{sum:016x}")
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
    if let Some(guard) = guard_in(&summed(hook), script) {
        return Author::Us(guard);
    }
    // Before scripts had sums, that was all they had not.
    let without = [AROUND_SUM.0, SUM.as_bytes(), AROUND_SUM.1].concat();
    let without = hook.script.replace(&*String::from_utf8_lossy(&without), ": ");
    if let Some(guard) = guard_in(&without, script).or_else(|| unchanged(hook, script)) {
        return Author::UsOtherRelease(guard);
    }
    if memchr::memmem::find(script, MARK).is_some() { Author::UsEdited } else { Author::Others }
}

/// The program that a script made from this very template is for.
fn guard_in(template: &str, script: &[u8]) -> Option<PathBuf> {
    let (before, after) = template.split_once(GUARD)?;
    let middle = script.strip_prefix(before.as_bytes())?.strip_suffix(after.as_bytes())?;
    unquote(middle).map(|guard| path(&guard))
}

/// The program that a script is for which has the sum of what it was made from.
fn unchanged(hook: &Hook, script: &[u8]) -> Option<PathBuf> {
    let at = memchr::memmem::find(script, AROUND_SUM.0)? + AROUND_SUM.0.len();
    let (head, rest) = script.split_at_checked(at)?;
    let (told, rest) = rest.split_at_checked(memchr::memmem::find(rest, AROUND_SUM.1)?)?;
    let at = memchr::memmem::find(rest, BEFORE_GUARD)? + BEFORE_GUARD.len();
    let (between, rest) = rest.split_at_checked(at)?;
    let word = word_end(rest)?;
    let (guard, tail) = (unquote(rest.get(..word)?)?, rest.get(word..)?);
    let template = [head, SUM.as_bytes(), between, GUARD.as_bytes(), tail].concat();
    (sum(hook, &template).as_bytes() == told).then(|| path(&guard))
}

/// Where the word of the shell ends that a text begins with.
fn word_end(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        at += memchr::memchr(b'\'', text.get(at..)?)?;
        if !text.get(at..)?.starts_with(br"'\''") {
            return Some(at + 1);
        }
        at += br"'\''".len();
    }
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
            let script = summed(&HOOKS[0]).replace(GUARD, middle);
            assert_eq!(author(&HOOKS[0], script.as_bytes()), Author::UsEdited, "{middle}");
        }
        assert_eq!(author(&HOOKS[0], b"#!/bin/sh\nexec make lint\n"), Author::Others);
    }

    #[test]
    fn one_hook_is_not_taken_for_another() {
        let script = render(&HOOKS[0], Path::new("/p"));
        assert_eq!(author(&HOOKS[2], &script), Author::UsEdited);
    }

    /// Regression: a release whose scripts differ told those of the one before as changed, and would not renew them.
    #[test]
    fn a_script_of_another_release_is_known_as_unchanged() {
        let then: String = HOOKS[0].script.replace("portcullis doctor", "portcullis examine") + "# one more line\n";
        let old = Hook { script: Box::leak(then.into_boxed_str()), ..HOOKS[0] };
        for guard in ["/usr/bin/portcullis", "/a b/it's 'here'/p", "/new\nguard='/x'", "''", "/@SUM@/@PORTCULLIS@"] {
            let script = render(&old, Path::new(guard));
            assert_eq!(author(&HOOKS[0], &script), Author::UsOtherRelease(guard.into()), "{guard:?}");
            assert_eq!(author(&HOOKS[2], &script), Author::UsEdited, "it is another hook's");
            let edited = String::from_utf8(script).unwrap().replace("one more line", "one more");
            assert_eq!(author(&HOOKS[0], edited.as_bytes()), Author::UsEdited, "{guard:?}");
        }
        let unsummed = HOOKS[0].script.replace(" (script @SUM@)", "").replace(GUARD, "'/p'");
        assert_eq!(author(&HOOKS[0], unsummed.as_bytes()), Author::UsOtherRelease("/p".into()));
    }
}
