//! The `TREE` extension: ids of directories whose entries in the index have not changed since they were
//! last written as a tree. Git commits these ids as they stand, so a directory whose id equals the
//! parent's has nothing new in it, and its entries need not be looked at.

use super::super::{HashKind, Oid};
use super::Broken;

/// Node of a directory, in the order of the file: each directory before those in it.
#[derive(Debug)]
struct Node {
    name: Vec<u8>,
    /// Number of index entries below it and its tree; `None` if it changed since.
    valid: Option<(usize, Oid)>,
    /// Where the next node that is not below this one stands.
    next: usize,
}

/// A directory in the cache tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct NodeIx(usize);

/// All directories git has remembered the tree of. Empty if it has none.
#[derive(Debug, Default)]
pub(in super::super) struct CacheTree {
    nodes: Vec<Node>,
}

impl CacheTree {
    /// The top directory.
    pub(in super::super) fn root(&self) -> Option<NodeIx> {
        (!self.nodes.is_empty()).then_some(NodeIx(0))
    }

    /// Number of entries below a directory and its tree, if that is still valid.
    pub(in super::super) fn valid(&self, node: NodeIx) -> Option<(usize, Oid)> {
        self.nodes.get(node.0)?.valid
    }

    /// The directories directly below one, by name, sorted.
    pub(in super::super) fn children(&self, node: NodeIx) -> Vec<(&[u8], NodeIx)> {
        let end = self.nodes.get(node.0).map_or(0, |node| node.next);
        let mut children = Vec::new();
        let mut at = node.0 + 1;
        while let Some(child) = self.nodes.get(at).filter(|_| at < end) {
            children.push((child.name.as_slice(), NodeIx(at)));
            at = child.next;
        }
        children.sort_unstable_by_key(|(name, _)| *name);
        children
    }

    /// `<name> NUL <entries or -1> SP <subtrees> LF [<id>]`, depth first.
    pub(super) fn parse(mut data: &[u8], hash: HashKind) -> Result<Self, Broken> {
        const MALFORMED: Broken = "its TREE extension is malformed";
        let mut nodes: Vec<Node> = Vec::new();
        // Directories not yet complete, with the number of subtrees still to come.
        let mut open: Vec<(usize, usize)> = Vec::new();
        while !data.is_empty() {
            let (name, rest) = split_at_byte(data, 0).ok_or(MALFORMED)?;
            let (entries, rest) = split_at_byte(rest, b' ').ok_or(MALFORMED)?;
            let (subtrees, rest) = split_at_byte(rest, b'\n').ok_or(MALFORMED)?;
            let entries: i64 = number(entries).ok_or(MALFORMED)?;
            let subtrees: usize = number(subtrees).ok_or(MALFORMED)?;
            data = rest;
            let valid = match usize::try_from(entries) {
                Ok(count) => {
                    let (id, rest) = data.split_at_checked(hash.width()).ok_or(MALFORMED)?;
                    data = rest;
                    Some((count, Oid::from_bytes(id).ok_or(MALFORMED)?))
                }
                Err(_) => None,
            };
            match open.last_mut() {
                Some((_, left)) => *left -= 1,
                None if nodes.is_empty() => {}
                None => return Err(MALFORMED),
            }
            open.push((nodes.len(), subtrees));
            nodes.push(Node { name: name.to_vec(), valid, next: 0 });
            while let Some((at, _)) = open.pop_if(|(_, left)| *left == 0) {
                let next = nodes.len();
                nodes.get_mut(at).ok_or(MALFORMED)?.next = next;
            }
        }
        if open.is_empty() { Ok(Self { nodes }) } else { Err(MALFORMED) }
    }
}

fn split_at_byte(data: &[u8], byte: u8) -> Option<(&[u8], &[u8])> {
    let at = memchr::memchr(byte, data)?;
    Some((data.get(..at)?, data.get(at + 1..)?))
}

fn number<N: std::str::FromStr>(digits: &[u8]) -> Option<N> {
    std::str::from_utf8(digits).ok()?.parse().ok()
}
