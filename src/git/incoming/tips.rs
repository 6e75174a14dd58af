//! The refs of a repository as a push meets them: looked up one by one as long as that will do.
//!
//! A server may have a hundred thousand refs, and most pushes add to a branch's tip: then one look at
//! `packed-refs`, without taking it apart, says that the tip is known.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::fs;
use std::io::ErrorKind;

use super::known::Known;
use super::reftable;
use crate::git::env::{bytes_of_name, path_from_bytes};
use crate::git::refs::Target;
use crate::git::{GitError, Oid, Repo};

/// Directories inside each other that are followed below `refs`.
const MAX_DEPTH: usize = 128;
/// Symbolic refs that are followed in a row: git's own limit.
const MAX_LINKS: usize = 5;
/// Lookups by name from which on `packed-refs` is taken apart.
const FEW: usize = 8;

/// A ref: its name, and the objects it names, a tag's target included where that is known.
#[derive(Clone, Debug)]
pub(super) struct RefLine {
    pub(super) name: Vec<u8>,
    pub(super) target: Oid,
    pub(super) peeled: Option<Oid>,
}

/// The refs.
pub(super) struct Tips<'r> {
    repo: &'r Repo,
    known: &'r Known,
    packed: Vec<u8>,
    all: OnceCell<Vec<RefLine>>,
    by_name: OnceCell<HashMap<Vec<u8>, Oid>>,
}

impl<'r> Tips<'r> {
    pub(super) fn read(repo: &'r Repo, known: &'r Known) -> Result<Self, GitError> {
        let path = repo.common_dir.join("packed-refs");
        let packed = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        let tips = Self { repo, known, packed, all: OnceCell::new(), by_name: OnceCell::new() };
        if repo.format.reftable {
            let lines = reftable::list(repo)?;
            let _ = tips.all.set(lines.into_iter().filter(|line| known.counts(&line.name)).collect());
        }
        Ok(tips)
    }

    /// The objects that `HEAD` and these refs name now; nothing for those that are not there, cannot be read, or do
    /// not count.
    pub(super) fn values<'n>(&self, names: impl ExactSizeIterator<Item = &'n [u8]>) -> Result<Vec<Oid>, GitError> {
        let many = names.len() > FEW || self.repo.format.reftable;
        let mut values = self.known.also();
        for name in names.chain([&b"HEAD"[..]]).filter(|name| self.known.counts(name)) {
            values.extend(if many { self.by_name()?.get(name).copied() } else { self.one(name) });
        }
        Ok(values)
    }

    /// Whether the repository has a ref of that name.
    pub(super) fn exists(&self, name: &[u8]) -> bool {
        match self.by_name.get() {
            Some(map) => map.contains_key(name),
            None if self.all.get().is_some() => self.by_name().is_ok_and(|map| map.contains_key(name)),
            None => self.one(name).is_some(),
        }
    }

    fn one(&self, name: &[u8]) -> Option<Oid> {
        let mut name = name.to_vec();
        for _ in 0..=MAX_LINKS {
            match self.repo.read_ref_in(&self.repo.common_dir, &name).ok()?? {
                Target::Object(oid) => return Some(oid),
                Target::Symbolic(next) => name = next,
            }
        }
        None
    }

    fn by_name(&self) -> Result<&HashMap<Vec<u8>, Oid>, GitError> {
        if let Some(map) = self.by_name.get() {
            return Ok(map);
        }
        let map = self.all()?.iter().map(|line| (line.name.clone(), line.target)).collect();
        Ok(self.by_name.get_or_init(|| map))
    }

    /// Whether a packed ref names that very object. `false` says nothing.
    pub(super) fn packed_names(&self, oid: Oid) -> bool {
        let hex = oid.to_string();
        *self.known == Known::Refs
            && memchr::memmem::find_iter(&self.packed, hex.as_bytes()).any(|at| {
                let before = at.checked_sub(1).and_then(|at| self.packed.get(at)).copied().unwrap_or(b'\n');
                let starts_line = |at: usize| at == 0 || self.packed.get(at - 1) == Some(&b'\n');
                let after = self.packed.get(at + hex.len()).copied().unwrap_or(b'\n');
                (before == b'\n' && after == b' ')
                    || (before == b'^' && starts_line(at - 1) && matches!(after, b'\n' | b'\r'))
            })
    }

    /// All refs that count. One that is broken names nothing: what only it reaches is then taken for new.
    pub(super) fn all(&self) -> Result<&[RefLine], GitError> {
        if let Some(all) = self.all.get() {
            return Ok(all);
        }
        let mut lines: HashMap<Vec<u8>, RefLine> = HashMap::new();
        self.parse_packed(&mut lines);
        self.loose(&mut lines)?;
        if let Some(target) = self.one(b"HEAD") {
            lines.insert(b"HEAD".to_vec(), RefLine { name: b"HEAD".to_vec(), target, peeled: None });
        }
        let mut all: Vec<RefLine> = lines.into_values().filter(|line| self.known.counts(&line.name)).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(self.all.get_or_init(|| all))
    }

    fn parse_packed(&self, lines: &mut HashMap<Vec<u8>, RefLine>) {
        let digits = self.repo.format.hash.width() * 2;
        let mut last: Option<Vec<u8>> = None;
        for line in self.packed.split(|&b| b == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line)) {
            if let Some(hex) = line.strip_prefix(b"^") {
                let peeled = self.repo.oid_from_hex(hex);
                if let Some(line) = last.as_ref().and_then(|name| lines.get_mut(name)) {
                    line.peeled = peeled;
                }
                continue;
            }
            last = None;
            let target = line.get(..digits).and_then(|hex| self.repo.oid_from_hex(hex));
            let name = line.get(digits..).and_then(|rest| rest.strip_prefix(b" ")).filter(|name| !name.is_empty());
            if let (Some(target), Some(name)) = (target, name) {
                lines.insert(name.to_vec(), RefLine { name: name.to_vec(), target, peeled: None });
                last = Some(name.to_vec());
            }
        }
    }

    fn loose(&self, lines: &mut HashMap<Vec<u8>, RefLine>) -> Result<(), GitError> {
        let dir = &self.repo.common_dir;
        let mut left = vec![(b"refs".to_vec(), 0)];
        while let Some((name, depth)) = left.pop() {
            let path = dir.join(path_from_bytes(&name));
            let entries = match fs::read_dir(&path) {
                Ok(entries) if depth < MAX_DEPTH => entries,
                Ok(_) => continue,
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(GitError::io(path)(error)),
            };
            for entry in entries {
                let entry = entry.map_err(GitError::io(&path))?;
                let below = [name.as_slice(), b"/", &bytes_of_name(&entry.file_name())].concat();
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    left.push((below, depth + 1));
                } else if let Ok(Some(Target::Object(target))) = self.repo.read_loose_in(dir, &below) {
                    lines.insert(below.clone(), RefLine { name: below, target, peeled: None });
                }
            }
        }
        Ok(())
    }
}
