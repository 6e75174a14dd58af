//! Walks directories: every file a person could mean, hidden ones too; never into `.git`, never through
//! a symlink, never opening anything that is not a regular file.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use ignore::{DirEntry, ParallelVisitor, ParallelVisitorBuilder, WalkBuilder, WalkState};

use super::file::Trouble;
use crate::model::SkipReason;

/// What a path that the user named turned out to be.
#[derive(Debug)]
pub enum Named {
    /// A directory, to be walked. A symlink to one counts: naming it is asking for it.
    Directory(PathBuf),
    /// A regular file, or a symlink to one.
    File(PathBuf),
    /// An open file descriptor or the null device: read like standard input, until its end.
    Stream(PathBuf),
    /// Nothing that can be scanned.
    Not(PathBuf, Trouble),
}

/// Finds out what a named path is.
#[must_use]
pub fn named(path: PathBuf) -> Named {
    let meta = match fs::metadata(&path) {
        Ok(meta) => meta,
        Err(error) => {
            let reason =
                if error.kind() == io::ErrorKind::NotFound { SkipReason::Missing } else { SkipReason::Unreadable };
            return Named::Not(path, Trouble { reason, detail: error.to_string() });
        }
    };
    if meta.is_dir() {
        Named::Directory(path)
    } else if meta.is_file() {
        Named::File(path)
    } else if is_stream(&path) {
        Named::Stream(path)
    } else {
        // Opening it could wait for ever, and a device has no end.
        let detail = "a FIFO, socket or device; to scan what it gives, pipe it into `portcullis scan -`".to_owned();
        Named::Not(path, Trouble { reason: SkipReason::Unreadable, detail })
    }
}

/// Whether opening the path cannot hang: what a shell puts in place of `<(command)`, and `/dev/null`.
fn is_stream(path: &Path) -> bool {
    ["/dev/fd", "/proc/self/fd"].iter().any(|dir| path.parent() == Some(Path::new(dir)))
        || path == Path::new("/dev/stdin")
        || path == Path::new("/dev/null")
}

/// How to walk.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Leave out what `.gitignore`, `.git/info/exclude` and the global exclude file name.
    pub gitignore: bool,
    /// Number of threads, at least 1.
    pub threads: usize,
}

/// What one thread does with what the walk meets.
pub trait Visit: Send {
    /// A regular file (when the directory was listed).
    fn file(&mut self, path: &Path);
    /// Something that is not to be scanned, or could not be listed.
    fn skip(&mut self, path: &Path, trouble: Trouble);
}

/// Walks directories with one visitor for each thread, and gives the visitors back. Ends early, with what
/// it has, once `stop` is set. The order of visits is not defined.
pub fn walk<V: Visit>(dirs: &[PathBuf], options: Options, stop: &AtomicBool, make: impl Fn() -> V) -> Vec<V> {
    let Some((first, rest)) = dirs.split_first() else { return Vec::new() };
    let mut builder = WalkBuilder::new(root(first));
    for dir in rest {
        builder.add(root(dir));
    }
    builder.standard_filters(false).follow_links(false).threads(options.threads.max(1));
    if options.gitignore {
        builder.git_ignore(true).git_exclude(true).git_global(true).parents(true).require_git(false);
    }
    let done = Mutex::new(Vec::new());
    builder.build_parallel().visit(&mut Visitors { make, stop, done: &done });
    done.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The path as the walker must be given it: a trailing slash makes a named symlink the directory it
/// points to, and the leading `./` keeps a directory called `-` from being taken for standard input.
fn root(dir: &Path) -> PathBuf {
    let dir = if dir.is_relative() { Path::new(".").join(dir) } else { dir.to_owned() };
    dir.join("")
}

struct Visitors<'s, F, V> {
    make: F,
    stop: &'s AtomicBool,
    done: &'s Mutex<Vec<V>>,
}

impl<'s, F: Fn() -> V, V: Visit + 's> ParallelVisitorBuilder<'s> for Visitors<'s, F, V> {
    fn build(&mut self) -> Box<dyn ParallelVisitor + 's> {
        Box::new(Visitor { visit: Some((self.make)()), stop: self.stop, done: self.done })
    }
}

struct Visitor<'s, V> {
    visit: Option<V>,
    stop: &'s AtomicBool,
    done: &'s Mutex<Vec<V>>,
}

impl<V> Drop for Visitor<'_, V> {
    fn drop(&mut self) {
        self.done.lock().unwrap_or_else(PoisonError::into_inner).extend(self.visit.take());
    }
}

impl<V: Visit> ParallelVisitor for Visitor<'_, V> {
    fn visit(&mut self, entry: Result<DirEntry, ignore::Error>) -> WalkState {
        if self.stop.load(Ordering::Relaxed) {
            return WalkState::Quit;
        }
        let Some(visit) = &mut self.visit else { return WalkState::Quit };
        match entry {
            Ok(entry) => meet(visit, &entry),
            Err(error) => {
                let (path, trouble) = failure(&error);
                visit.skip(&path, trouble);
                WalkState::Continue
            }
        }
    }
}

fn meet(visit: &mut impl Visit, entry: &DirEntry) -> WalkState {
    if entry.depth() > 0 && entry.file_name() == OsStr::new(".git") {
        visit.skip(entry.path(), Trouble { reason: SkipReason::GitDir, detail: String::new() });
        return WalkState::Skip;
    }
    match entry.file_type() {
        Some(kind) if kind.is_dir() => {}
        Some(kind) if kind.is_file() => visit.file(entry.path()),
        Some(kind) if kind.is_symlink() => {
            visit.skip(entry.path(), Trouble { reason: SkipReason::Symlink, detail: String::new() });
        }
        _ => visit.skip(entry.path(), Trouble { reason: SkipReason::Special, detail: String::new() }),
    }
    WalkState::Continue
}

/// The path and the trouble in a walker's error, which wraps both in layers.
fn failure(error: &ignore::Error) -> (PathBuf, Trouble) {
    let mut path = PathBuf::new();
    let mut inner = error;
    loop {
        match inner {
            ignore::Error::WithPath { path: at, err } => {
                path.clone_from(at);
                inner = err;
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => inner = err,
            ignore::Error::Io(error) => return (path, Trouble::of(error)),
            other => return (path, Trouble::of(&io::Error::other(other.to_string()))),
        }
    }
}

/// A path as it is reported: as the user named it, without a leading `./`, with `/` between components.
#[must_use]
pub fn reported(path: &Path) -> Vec<u8> {
    let mut bytes = path_bytes(path);
    while let Some(rest) = bytes.strip_prefix(b"./") {
        let slashes = rest.iter().take_while(|&&byte| byte == b'/').count();
        let rest = rest.get(slashes..).unwrap_or_default().to_vec();
        if rest.is_empty() {
            break;
        }
        bytes = rest;
    }
    bytes
}

#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().replace('\\', "/").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_reported_as_named_without_dot_slash() {
        for (path, expected) in [
            ("./a/b", "a/b"),
            ("././/a", "a"),
            ("a/./b", "a/./b"),
            ("../a", "../a"),
            ("/x", "/x"),
            ("./", "./"),
            ("./-", "-"),
        ] {
            assert_eq!(reported(Path::new(path)), expected.as_bytes(), "{path}");
        }
    }

    #[test]
    fn only_paths_that_cannot_hang_are_streams() {
        assert!(is_stream(Path::new("/dev/fd/63")));
        assert!(is_stream(Path::new("/dev/null")));
        assert!(!is_stream(Path::new("/dev/zero")));
        assert!(!is_stream(Path::new("fifo")));
    }
}
