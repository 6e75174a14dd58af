//! Every ref of a repository, of all its work trees, and whatever their reflogs remember.

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::git::env::{bytes_of_name, path_from_bytes};
use crate::git::refs::{Target, is_of_worktree};
use crate::git::reftable::{Named, Refs};
use crate::git::{GitError, Oid, Repo};

/// Directories inside each other that are followed below `refs`.
const MAX_DEPTH: usize = 128;
/// How many symbolic refs may point at each other in a row: git's own limit.
const MAX_LINKS: usize = 5;

/// A name for an object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ref {
    /// The full name as git says it: `refs/heads/main`, `HEAD`, `worktrees/other/HEAD`.
    pub name: Vec<u8>,
    /// The object it names, tags not followed.
    pub target: Oid,
    /// Whether it stands for another ref, and is no name of its own (a `HEAD` on a branch).
    pub symbolic: bool,
}

/// A reflog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The full name of the ref whose log it is.
    pub name: Vec<u8>,
    text: Text,
}

/// Where a reflog's text is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Text {
    /// In a file, each line after two ids of so many digits.
    File(PathBuf, usize),
    /// Here, without the ids.
    Lines(Vec<Vec<u8>>),
}

impl Log {
    /// Its lines, each without the two ids it begins with: who moved the ref, when and why. None where it is gone.
    ///
    /// # Errors
    /// If it cannot be read.
    pub fn lines(&self) -> Result<Vec<Vec<u8>>, GitError> {
        let (path, digits) = match &self.text {
            Text::File(path, digits) => (path, *digits),
            Text::Lines(lines) => return Ok(lines.clone()),
        };
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let text = text.strip_suffix(b"\n").unwrap_or(&text);
        // A line that does not begin with ids is broken, which does not keep it from holding something.
        let is_id = |hex: &[u8]| hex.len() == digits && hex.iter().all(u8::is_ascii_hexdigit);
        let after = |line: &[u8]| {
            let (ids, rest) = line.split_at_checked(2 * digits + 1)?;
            let (old, new) = ids.split_at_checked(digits)?;
            (is_id(old) && new.strip_prefix(b" ").is_some_and(is_id)).then(|| rest.to_vec())
        };
        Ok(text.split(|&b| b == b'\n').map(|line| after(line).unwrap_or_else(|| line.to_vec())).collect())
    }
}

/// What a walk starts from.
#[derive(Clone, Debug, Default)]
pub struct Tips {
    /// All refs, by name.
    pub refs: Vec<Ref>,
    /// The ids that only reflogs name, with the log that does.
    pub logged: Vec<(Vec<u8>, Oid)>,
    /// All reflogs, by name.
    pub logs: Vec<Log>,
    /// Refs and logs that could not be read, with the reason. What they alone reach is not known.
    pub broken: Vec<(Vec<u8>, String)>,
}

impl Repo {
    /// Reads all refs and reflogs: those `git rev-list --all --reflog` starts from.
    ///
    /// # Errors
    /// If there is no way to list them. A single ref that cannot be read is in [`Tips::broken`].
    pub fn tips(&self) -> Result<Tips, GitError> {
        let mut list = List { repo: self, tips: Tips::default(), names: BTreeSet::new(), logged: BTreeSet::new() };
        list.place(&self.git_dir, b"")?;
        if self.git_dir != self.common_dir {
            list.place(&self.common_dir, b"main-worktree/")?;
        }
        if self.format.reftable {
            list.tables(&self.common_dir, b"", false)?;
        } else {
            list.loose(&self.common_dir, b"refs", b"")?;
            list.packed()?;
            list.logs(&self.common_dir.join("logs"), b"")?;
        }
        for (name, dir) in subdirectories(&self.common_dir.join("worktrees"))? {
            list.place(&dir, &[b"worktrees/", name.as_slice(), b"/"].concat())?;
        }
        let mut tips = list.tips;
        tips.refs.sort();
        tips.logs.sort_by(|a, b| (&a.name, &a.text).cmp(&(&b.name, &b.text)));
        tips.logs.dedup();
        tips.broken.sort();
        tips.broken.dedup();
        let named: BTreeSet<Oid> = tips.refs.iter().map(|r| r.target).collect();
        tips.logged =
            list.logged.into_iter().map(|(oid, log)| (log, oid)).filter(|(_, o)| !named.contains(o)).collect();
        tips.logged.dedup_by_key(|(_, oid)| *oid);
        Ok(tips)
    }
}

struct List<'r> {
    repo: &'r Repo,
    tips: Tips,
    names: BTreeSet<Vec<u8>>,
    logged: BTreeSet<(Oid, Vec<u8>)>,
}

impl List<'_> {
    /// What one work tree has for itself: its `HEAD`, its own refs, their logs.
    fn place(&mut self, dir: &Path, prefix: &[u8]) -> Result<(), GitError> {
        if self.repo.format.reftable {
            return self.tables(dir, prefix, true);
        }
        self.one(dir, b"HEAD", prefix);
        if dir != self.repo.common_dir {
            self.loose(dir, b"refs", prefix)?;
        }
        self.logs(&dir.join("logs"), prefix)
    }

    /// The refs and logs of a stack of reftables: what a work tree has for itself, or whatever is in it.
    fn tables(&mut self, dir: &Path, prefix: &[u8], only_own: bool) -> Result<(), GitError> {
        let refs = Refs::read(self.repo, dir)?;
        for Named { name, target, symbolic, .. } in refs.list(only_own)? {
            let is_own = name == b"HEAD" || dir != self.repo.common_dir;
            if (is_own || !only_own) && self.names.insert([prefix, &name].concat()) {
                self.tips.refs.push(Ref { name: [prefix, &name].concat(), target, symbolic });
            }
        }
        for (name, moves) in refs.own().logs() {
            let is_own = is_of_worktree(name) || dir != self.repo.common_dir;
            if !is_own && only_own {
                continue;
            }
            let name = [prefix, name].concat();
            let ids = moves.iter().flat_map(|entry| [entry.old, entry.new]).filter(|oid| !oid.is_null());
            self.logged.extend(ids.map(|oid| (oid, name.clone())));
            let lines = moves.iter().map(|entry| entry.words.clone()).collect();
            self.tips.logs.push(Log { name, text: Text::Lines(lines) });
        }
        Ok(())
    }

    /// The loose refs below `dir/top`.
    fn loose(&mut self, dir: &Path, top: &[u8], prefix: &[u8]) -> Result<(), GitError> {
        let mut left = vec![(top.to_vec(), 0)];
        while let Some((name, depth)) = left.pop() {
            let path = dir.join(path_from_bytes(&name));
            if path.is_dir() {
                if depth == MAX_DEPTH {
                    self.tips.broken.push((name, "directories are nested too deep".to_owned()));
                    continue;
                }
                for child in entries(&path)? {
                    // Git takes no notice of these either: leftovers of editors and of locks.
                    if !child.starts_with(b".") && !child.ends_with(b".lock") {
                        left.push(([name.as_slice(), b"/", &child].concat(), depth + 1));
                    }
                }
            } else {
                self.one(dir, &name, prefix);
            }
        }
        Ok(())
    }

    /// One loose ref, which may be symbolic.
    fn one(&mut self, dir: &Path, name: &[u8], prefix: &[u8]) {
        let shown = [prefix, name].concat();
        let found = self.repo.read_loose_in(dir, name).and_then(|target| match target {
            None => Ok(None),
            Some(Target::Object(oid)) => Ok(Some((oid, false))),
            Some(Target::Symbolic(next)) => Ok(self.follow(dir, next)?.map(|oid| (oid, true))),
        });
        match found {
            Ok(Some((target, symbolic))) => {
                if self.names.insert(shown.clone()) {
                    self.tips.refs.push(Ref { name: shown, target, symbolic });
                }
            }
            // Gone since the directory was read, or it points at a branch that has no commit yet.
            Ok(None) => {}
            Err(error) => {
                self.names.insert(shown.clone());
                self.tips.broken.push((shown, error.to_string()));
            }
        }
    }

    fn follow(&self, dir: &Path, mut name: Vec<u8>) -> Result<Option<Oid>, GitError> {
        for _ in 0..MAX_LINKS {
            match self.repo.read_ref_in(dir, &name)? {
                Some(Target::Object(oid)) => return Ok(Some(oid)),
                Some(Target::Symbolic(next)) => name = next,
                None => return Ok(None),
            }
        }
        Err(crate::git::refs::broken(&name, "too many symbolic refs in a row"))
    }

    /// The packed refs that no loose one stands before.
    fn packed(&mut self) -> Result<(), GitError> {
        let path = self.repo.common_dir.join("packed-refs");
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let digits = self.repo.format.hash.width() * 2;
        for line in text.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
            // A comment, or what the tag above it comes to in the end.
            if line.is_empty() || line.starts_with(b"#") || line.starts_with(b"^") {
                continue;
            }
            let hex = line.get(..digits).and_then(|hex| self.repo.oid_from_hex(hex));
            let name = line.get(digits..).and_then(|rest| rest.strip_prefix(b" ")).filter(|name| !name.is_empty());
            match (hex, name) {
                (Some(target), Some(name)) => {
                    if self.names.insert(name.to_vec()) {
                        self.tips.refs.push(Ref { name: name.to_vec(), target, symbolic: false });
                    }
                }
                _ => self.tips.broken.push((b"packed-refs".to_vec(), "it has a line that is no ref".to_owned())),
            }
        }
        Ok(())
    }

    /// The ids in all logs below `top`.
    fn logs(&mut self, top: &Path, prefix: &[u8]) -> Result<(), GitError> {
        let mut left = vec![(Vec::new(), 0)];
        while let Some((name, depth)) = left.pop() {
            let path = if name.is_empty() { top.to_owned() } else { top.join(path_from_bytes(&name)) };
            if path.is_dir() {
                for child in entries(&path)?.into_iter().filter(|_| depth < MAX_DEPTH) {
                    let below = if name.is_empty() { child } else { [name.as_slice(), b"/", &child].concat() };
                    left.push((below, depth + 1));
                }
            } else if !name.is_empty() {
                self.log(&path, [prefix, &name].concat());
            }
        }
        Ok(())
    }

    fn log(&mut self, path: &Path, name: Vec<u8>) {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return,
            Err(error) => return self.tips.broken.push((name, format!("its reflog cannot be read: {error}"))),
        };
        let digits = self.repo.format.hash.width() * 2;
        self.tips.logs.push(Log { name: name.clone(), text: Text::File(path.to_owned(), digits) });
        let mut bad = 0_u64;
        for line in text.split(|&b| b == b'\n').filter(|line| !line.is_empty()) {
            let pair = [line.get(..digits), line.get(digits + 1..2 * digits + 1)];
            match pair.map(|hex| hex.and_then(|hex| self.repo.oid_from_hex(hex))) {
                [Some(old), Some(new)] => {
                    let real = [old, new].into_iter().filter(|oid| !oid.is_null());
                    self.logged.extend(real.map(|oid| (oid, name.clone())));
                }
                _ => bad += 1,
            }
        }
        if bad > 0 {
            self.tips.broken.push((name, format!("{bad} lines of its reflog make no sense")));
        }
    }
}

fn entries(dir: &Path) -> Result<Vec<Vec<u8>>, GitError> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir).map_err(GitError::io(dir))? {
        names.push(bytes_of_name(&entry.map_err(GitError::io(dir))?.file_name()));
    }
    names.sort();
    Ok(names)
}

fn subdirectories(dir: &Path) -> Result<Vec<(Vec<u8>, PathBuf)>, GitError> {
    if !dir.is_dir() {
        return Ok(Vec::new());
    }
    let all = entries(dir)?.into_iter().map(|name| (name.clone(), dir.join(path_from_bytes(&name))));
    Ok(all.filter(|(_, path)| path.is_dir()).collect())
}
