//! Tree objects: the entries of one, and a walk over all files below one in the order of the index.

use super::index::{CacheTree, Index, NodeIx};
use super::staged::Mode;
use super::{GitError, HashKind, Oid, Repo};

/// Directories inside each other that are followed: git's own `core.maxTreeDepth`.
const MAX_DEPTH: usize = 2048;

/// A tree object being read from front to back.
struct TreeReader {
    oid: Oid,
    bytes: Vec<u8>,
    at: usize,
}

/// One entry of a tree.
struct TreeEntry {
    mode: Mode,
    name: Vec<u8>,
    oid: Oid,
}

impl TreeReader {
    fn next(&mut self) -> Result<Option<TreeEntry>, GitError> {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        if rest.is_empty() {
            return Ok(None);
        }
        let parsed = parse_entry(rest, self.oid.hash_kind().width());
        let (entry, used) = parsed.ok_or_else(|| GitError::object("tree", self.oid, "it is malformed"))?;
        self.at += used;
        Ok(Some(entry))
    }
}

fn parse_entry(bytes: &[u8], id_len: usize) -> Option<(TreeEntry, usize)> {
    raw_entry(bytes, id_len).map(|(mode, name, oid, used)| (TreeEntry { mode, name: name.to_vec(), oid }, used))
}

/// `<octal mode> SP <name> NUL <raw id>` at the start of `bytes`, and how many bytes that took.
pub(super) fn raw_entry(bytes: &[u8], id_len: usize) -> Option<(Mode, &[u8], Oid, usize)> {
    let space = memchr::memchr(b' ', bytes)?;
    let digits = bytes.get(..space).filter(|digits| digits.iter().all(|b| matches!(b, b'0'..=b'7')))?;
    let digits = std::str::from_utf8(digits).ok()?;
    let mode = Mode(u32::from_str_radix(digits, 8).ok()?);
    let nul = space + 1 + memchr::memchr(0, bytes.get(space + 1..)?)?;
    let name = bytes.get(space + 1..nul)?;
    let end = nul + 1 + id_len;
    let oid = Oid::from_bytes(bytes.get(nul + 1..end)?)?;
    (!name.is_empty()).then_some((mode, name, oid, end))
}

/// The entries of a raw tree in order: mode, name and id. The last is `None` if it ends in something else.
pub fn tree_entries(bytes: &[u8], hash: HashKind) -> impl Iterator<Item = Option<(Mode, &[u8], Oid)>> {
    let mut rest = Some(bytes);
    std::iter::from_fn(move || {
        let bytes = rest.take().filter(|bytes| !bytes.is_empty())?;
        let entry = raw_entry(bytes, hash.width());
        rest = entry.and_then(|(.., used)| bytes.get(used..));
        Some(entry.map(|(mode, name, oid, _)| (mode, name, oid)))
    })
}

impl Repo {
    fn tree_reader(&self, oid: Oid) -> Result<TreeReader, GitError> {
        Ok(TreeReader { oid, bytes: self.tree(oid)?, at: 0 })
    }

    /// The entry `name` of a tree.
    pub(super) fn tree_entry(&self, tree: Oid, name: &[u8]) -> Result<Option<(Mode, Oid)>, GitError> {
        let mut reader = self.tree_reader(tree)?;
        while let Some(entry) = reader.next()? {
            if entry.name == name {
                return Ok(Some((entry.mode, entry.oid)));
            }
        }
        Ok(None)
    }
}

/// What a walk stands at. A directory's path ends in a slash, which is also how it sorts.
#[derive(Clone, Copy)]
pub(super) struct Item {
    pub(super) mode: Mode,
    pub(super) oid: Oid,
    node: Option<NodeIx>,
}

/// A directory being walked.
struct Frame<'c> {
    reader: TreeReader,
    /// Length of the path up to and with the slash.
    prefix: usize,
    /// What the index remembers of the directories in it.
    children: Vec<(&'c [u8], NodeIx)>,
}

/// A walk over the files below a tree, in the order an index has them. A directory is read only when
/// the caller enters it.
pub(super) struct TreeWalk<'c> {
    repo: &'c Repo,
    cache: &'c CacheTree,
    frames: Vec<Frame<'c>>,
    path: Vec<u8>,
    item: Option<Item>,
}

impl<'c> TreeWalk<'c> {
    /// Starts at the first entry of `tree`, which stands at `prefix` (empty, or ending in a slash). The
    /// cache tree is of use only if that is the top.
    pub(super) fn new(repo: &'c Repo, tree: Oid, prefix: &[u8], cache: &'c CacheTree) -> Result<Self, GitError> {
        let mut walk = Self { repo, cache, frames: Vec::new(), path: prefix.to_vec(), item: None };
        walk.push(tree, cache.root())?;
        walk.advance()?;
        Ok(walk)
    }

    /// The entry it stands at; `None` at the end.
    pub(super) const fn item(&self) -> Option<Item> {
        self.item
    }

    /// That entry's path.
    pub(super) fn path(&self) -> &[u8] {
        &self.path
    }

    /// Goes on to the next entry, past the directory it stands at.
    pub(super) fn advance(&mut self) -> Result<(), GitError> {
        self.item = None;
        while let Some(frame) = self.frames.last_mut() {
            self.path.truncate(frame.prefix);
            let Some(entry) = frame.reader.next()? else {
                self.frames.pop();
                continue;
            };
            self.path.extend_from_slice(&entry.name);
            let mut node = None;
            if entry.mode.is_tree() {
                self.path.push(b'/');
                let found = frame.children.binary_search_by_key(&entry.name.as_slice(), |(name, _)| name);
                node = found.ok().and_then(|at| frame.children.get(at)).map(|(_, node)| *node);
            }
            self.item = Some(Item { mode: entry.mode, oid: entry.oid, node });
            break;
        }
        Ok(())
    }

    /// Goes on to the first entry of the directory it stands at.
    pub(super) fn enter(&mut self) -> Result<(), GitError> {
        if let Some(item) = self.item {
            self.push(item.oid, item.node)?;
        }
        self.advance()
    }

    /// If the directory it stands at is the same in the index, from entry `at` on: how many entries it has there.
    pub(super) fn unchanged(&self, index: &Index, at: usize) -> Option<usize> {
        let item = self.item?;
        let slots = index.slots();
        let inside = |at: usize| slots.get(at).is_some_and(|slot| index.path(slot).starts_with(&self.path));
        let slot = slots.get(at)?;
        if slot.mode.is_tree() && index.path(slot) == self.path {
            return (slot.oid == item.oid).then_some(1);
        }
        let (count, oid) = self.cache.valid(item.node?)?;
        // The count is only believed if it spans just the entries below this directory.
        let last = at.checked_add(count)?.checked_sub(1).filter(|last| *last >= at)?;
        (oid == item.oid && inside(last) && !inside(last + 1)).then_some(count)
    }

    fn push(&mut self, tree: Oid, node: Option<NodeIx>) -> Result<(), GitError> {
        if self.frames.len() >= MAX_DEPTH {
            return Err(GitError::object("tree", tree, "directories are nested too deep"));
        }
        let reader = self.repo.tree_reader(tree)?;
        let children = node.map_or_else(Vec::new, |node| self.cache.children(node));
        self.frames.push(Frame { reader, prefix: self.path.len(), children });
        Ok(())
    }
}
