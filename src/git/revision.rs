//! Names of commits as people write them: a ref, an id or the beginning of one, and steps back from there.
//!
//! Of git's notation this reads what a range needs: `main`, `v1.2`, `origin/main`, `HEAD`, `@`, `0123abc`, and after
//! any of them `~3`, `^`, `^2`.

use super::refs::{Target, broken};
use super::walk::{commit_links, tag_target};
use super::{GitError, ObjectKind, Oid, Range, Repo, Store};

/// Where git looks for a name, in its order.
const PLACES: [(&str, &str); 6] = [
    ("", ""),
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];
/// Fewest digits that stand for an id.
const MIN_DIGITS: usize = 4;
/// How many symbolic refs, or tags of tags, are followed.
const MAX_LINKS: usize = 16;

impl Repo {
    /// The range that `A..B` names: what B reaches and A does not. Without A, nothing is known already; without B, it
    /// is `HEAD`. A single revision is all that it reaches.
    ///
    /// # Errors
    /// If either is no commit of this repository, or is not clear.
    pub fn range(&self, store: &Store, text: &str) -> Result<Range, GitError> {
        let Some((from, to)) = text.split_once("..") else {
            return Ok(Range { from: None, to: self.revision(store, text)? });
        };
        if to.starts_with('.') {
            return Err(broken(text.as_bytes(), "a symmetric difference (...) is no range; give A..B"));
        }
        let from = if from.is_empty() { None } else { Some(self.revision(store, from)?) };
        let to = self.revision(store, if to.is_empty() { "HEAD" } else { to })?;
        Ok(Range { from, to })
    }

    /// A file as a commit has it, the commit named by its id or by the beginning of it; `None` where the commit has no
    /// such file.
    ///
    /// # Errors
    /// If there is no such commit, or it, a tree or the blob cannot be read.
    pub fn commit_blob(&self, commit: &str, path: &[u8]) -> Result<Option<Vec<u8>>, GitError> {
        let id = match self.oid_from_hex(commit.as_bytes()) {
            Some(id) => id,
            None => by_digits(&Store::open(self)?, commit).map_err(|detail| broken(commit.as_bytes(), detail))?,
        };
        let mut tree = self.tree_of_commit(id)?;
        let mut names = path.split(|&byte| byte == b'/').peekable();
        while let Some(name) = names.next() {
            match self.tree_entry(tree, name)? {
                Some((mode, next)) if names.peek().is_some() && mode.is_tree() => tree = next,
                Some((mode, blob)) if names.peek().is_none() && mode.is_file() => return self.blob(blob).map(Some),
                _ => return Ok(None),
            }
        }
        Ok(None)
    }

    /// The commit that a revision names, or the tag of one.
    fn revision(&self, store: &Store, text: &str) -> Result<Oid, GitError> {
        let wrong = |detail: &str| broken(text.as_bytes(), detail);
        let end = text.find(['~', '^']).unwrap_or(text.len());
        let (name, mut steps) = text.split_at(end);
        let name = if name == "@" { "HEAD" } else { name };
        let start = match self.named_object(name) {
            Some(oid) => oid,
            None => by_digits(store, name).map_err(wrong)?,
        };
        let mut at = peeled(store, start)?;
        if steps.is_empty() {
            return Ok(start);
        }
        while let Some(sign) = steps.chars().next() {
            let rest = steps.get(1..).unwrap_or_default();
            let digits = rest.find(['~', '^']).unwrap_or(rest.len());
            let (count, rest) = rest.split_at(digits);
            let count: usize = if count.is_empty() { 1 } else { count.parse().map_err(|_| wrong("not a number"))? };
            let (times, which) = if sign == '~' { (count, 1) } else { (usize::from(count > 0), count) };
            for _ in 0..times {
                let (_, bytes) = store.read(at)?;
                let parents = commit_links(&bytes, at.hash_kind()).map(|head| head.parents).unwrap_or_default();
                at = *parents.get(which - 1).ok_or_else(|| wrong("there is no such parent"))?;
            }
            steps = rest;
        }
        Ok(at)
    }

    /// The object that a ref of that name, or of a longer one, names.
    fn named_object(&self, name: &str) -> Option<Oid> {
        for (front, back) in PLACES {
            let mut full = format!("{front}{name}{back}").into_bytes();
            for _ in 0..MAX_LINKS {
                // A name that no ref can have is none.
                match self.read_ref(&full).unwrap_or_default() {
                    Some(Target::Object(oid)) => return Some(oid),
                    Some(Target::Symbolic(next)) => full = next,
                    None => break,
                }
            }
        }
        None
    }
}

/// The one object whose id begins with these digits.
fn by_digits(store: &Store, digits: &str) -> Result<Oid, &'static str> {
    let none = "there is no such ref, and no object of that name";
    if digits.len() < MIN_DIGITS || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return Err(none);
    }
    let digits = digits.to_ascii_lowercase();
    let ids = store.ids().map_err(|_| none)?;
    let mut fitting = ids
        .into_iter()
        .filter(|oid| oid.to_string().starts_with(&digits))
        .filter(|oid| matches!(store.kind(*oid), Ok(ObjectKind::Commit | ObjectKind::Tag)));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) => Ok(only),
        (Some(_), Some(_)) => Err("several commits' names begin so"),
        _ => Err(none),
    }
}

/// The commit that an object is, or that a tag names.
fn peeled(store: &Store, mut at: Oid) -> Result<Oid, GitError> {
    for _ in 0..MAX_LINKS {
        let (kind, bytes) = store.read(at)?;
        match kind {
            ObjectKind::Commit => return Ok(at),
            ObjectKind::Tag => {
                let target = tag_target(&bytes, at.hash_kind()).map(|(target, _)| target);
                at = target.ok_or_else(|| GitError::object("tag", at, "it names no object"))?;
            }
            _ => break,
        }
    }
    Err(GitError::object("commit", at, "it is none"))
}
