//! The variables by which git tells a hook which repository, index and objects it works on.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// What git's environment says. Dropping any of these makes a guard look at the wrong files: with
/// `git commit -a` the staged content is in `GIT_INDEX_FILE` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Env {
    /// `GIT_DIR`.
    pub git_dir: Option<PathBuf>,
    /// `GIT_WORK_TREE`.
    pub work_tree: Option<PathBuf>,
    /// `GIT_COMMON_DIR`.
    pub common_dir: Option<PathBuf>,
    /// `GIT_INDEX_FILE`.
    pub index_file: Option<PathBuf>,
    /// `GIT_OBJECT_DIRECTORY`.
    pub object_dir: Option<PathBuf>,
    /// `GIT_ALTERNATE_OBJECT_DIRECTORIES`, taken apart.
    pub alternates: Vec<PathBuf>,
    /// Whether git runs no editor for this commit: it then sets `GIT_EDITOR=:` for its hooks.
    pub no_editor: bool,
    /// `GIT_QUARANTINE_PATH`: where git unpacked a push that is being received.
    pub quarantine: Option<PathBuf>,
    /// `GIT_SHALLOW_FILE`: the list of shallow commits that holds instead of the repository's own.
    pub shallow_file: Option<PathBuf>,
    /// `GIT_CONFIG_PARAMETERS`: what `git -c name=value` hands down.
    pub config_parameters: Option<OsString>,
}

impl Env {
    /// What this process was started with.
    #[must_use]
    pub fn from_process() -> Self {
        Self::from_lookup(|name| std::env::var_os(name))
    }

    /// Reads the variables through `lookup`. Empty ones count as unset, as in git.
    pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Self {
        let path = |name| lookup(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        Self {
            git_dir: path("GIT_DIR"),
            work_tree: path("GIT_WORK_TREE"),
            common_dir: path("GIT_COMMON_DIR"),
            index_file: path("GIT_INDEX_FILE"),
            object_dir: path("GIT_OBJECT_DIRECTORY"),
            alternates: lookup("GIT_ALTERNATE_OBJECT_DIRECTORIES").map_or_else(Vec::new, |list| split_list(&list)),
            no_editor: lookup("GIT_EDITOR").is_some_and(|editor| editor == ":"),
            quarantine: path("GIT_QUARANTINE_PATH"),
            shallow_file: path("GIT_SHALLOW_FILE"),
            config_parameters: lookup("GIT_CONFIG_PARAMETERS").filter(|value| !value.is_empty()),
        }
    }
}

/// A path from bytes that git wrote. On Unix any bytes are a path; elsewhere git writes UTF-8.
pub(super) fn path_from_bytes(bytes: &[u8]) -> PathBuf {
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        PathBuf::from(OsStr::from_bytes(bytes))
    }
    #[cfg(not(unix))]
    {
        PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// A file name's bytes, as git would write it.
pub(super) fn bytes_of_name(name: &OsStr) -> Vec<u8> {
    name.as_encoded_bytes().to_vec()
}

/// Takes a list of directories apart. An item that begins with `"` is C-quoted: that is how git writes
/// a path with a separator or a quote in it.
fn split_list(list: &OsStr) -> Vec<PathBuf> {
    const SEPARATOR: u8 = if cfg!(windows) { b';' } else { b':' };
    let mut rest = list.as_encoded_bytes();
    let mut paths = Vec::new();
    while !rest.is_empty() {
        let (item, used) = unquote(rest).unwrap_or_else(|| {
            let end = rest.iter().position(|&b| b == SEPARATOR).unwrap_or(rest.len());
            (rest.get(..end).unwrap_or_default().to_vec(), end)
        });
        if !item.is_empty() {
            paths.push(path_from_bytes(&item));
        }
        rest = rest.get(used..).unwrap_or_default();
        rest = rest.strip_prefix(&[SEPARATOR]).unwrap_or(rest);
    }
    paths
}

/// Undoes git's C-style quoting at the start of `text`: the bytes meant, and how many were used.
pub(super) fn unquote(text: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut bytes = text.strip_prefix(b"\"")?.iter().enumerate();
    let mut out = Vec::new();
    while let Some((at, &byte)) = bytes.next() {
        match byte {
            b'"' => return Some((out, at + 2)),
            b'\\' => {
                let (_, &escape) = bytes.next()?;
                out.push(match escape {
                    b'a' => 7,
                    b'b' => 8,
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'v' => 11,
                    b'f' => 12,
                    b'r' => b'\r',
                    b'0'..=b'3' => {
                        let (_, &middle) = bytes.next()?;
                        let (_, &last) = bytes.next()?;
                        octal(escape)? << 6 | octal(middle)? << 3 | octal(last)?
                    }
                    other => other,
                });
            }
            other => out.push(other),
        }
    }
    None
}

fn octal(digit: u8) -> Option<u8> {
    digit.checked_sub(b'0').filter(|value| *value < 8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn alternates_are_split_and_unquoted_as_git_quotes_them() {
        let list = OsString::from(r#"/a:"/b\"c:\303\266":/d::"#);
        let paths = split_list(&list);
        assert_eq!(paths, [PathBuf::from("/a"), PathBuf::from("/b\"c:ö"), PathBuf::from("/d")]);
    }

    #[test]
    fn empty_variables_are_unset_and_only_a_colon_means_no_editor() {
        let env = Env::from_lookup(|name| match name {
            "GIT_DIR" => Some(OsString::new()),
            "GIT_INDEX_FILE" => Some(OsString::from(".git/index.lock")),
            "GIT_EDITOR" => Some(OsString::from(":")),
            _ => None,
        });
        assert_eq!(env.git_dir, None);
        assert_eq!(env.index_file, Some(PathBuf::from(".git/index.lock")));
        assert!(env.no_editor);
    }
}
