//! The delta forest of a pack: which entry stands on which, and what of it is wanted.

use super::entry::Base;
use super::file::{Flaw, Pack};
use crate::git::{ObjectKind, Oid};

/// No entry: the root of a family.
const NONE: u32 = u32::MAX;

/// What a pack entry turned out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::git) enum Root {
    /// The family stands on a whole object of that kind.
    Kind(ObjectKind),
    /// It stands on an object that is not in this pack, of that kind.
    Elsewhere(ObjectKind),
    /// Not known: its header, or its base's, is broken, or its deltas go round in a circle.
    Broken,
}

impl Root {
    /// Whether something holds of the family's kind, or of any where it is not known.
    fn any(self, holds: impl Fn(ObjectKind) -> bool) -> bool {
        match self {
            Self::Kind(kind) | Self::Elsewhere(kind) => holds(kind),
            Self::Broken => ObjectKind::ALL.into_iter().any(holds),
        }
    }
}

/// The entries of a pack in order of their offsets, as a forest. 17 bytes an entry, and 16 for their order.
pub(super) struct Forest<'p> {
    /// Offset and place in the index.
    order: &'p [(u64, u32)],
    parents: Vec<u32>,
    /// Where each entry's children begin in `children`; one more than entries.
    firsts: Vec<u32>,
    children: Vec<u32>,
    /// How many wanted entries the subtree holds.
    weights: Vec<u32>,
    wanted: Vec<bool>,
    /// What the whole pack's roots are, in order.
    pub(super) roots: Vec<(u32, Root)>,
    /// Wanted entries that no root leads to.
    pub(super) lost: Vec<u32>,
}

impl<'p> Forest<'p> {
    /// Reads every entry's header.
    ///
    /// `kind_elsewhere` tells the kind of an object that the pack names as a base but does not hold. Where a kind
    /// cannot be known, it may be any that is wanted.
    pub(super) fn new(
        pack: &'p Pack,
        is_wanted: impl Fn(Oid, ObjectKind) -> bool,
        kind_elsewhere: impl Fn(Oid) -> Option<ObjectKind>,
    ) -> Result<Self, Flaw> {
        let order = pack.order()?;
        let mut forest = Self {
            parents: vec![NONE; order.len()],
            firsts: Vec::new(),
            children: Vec::new(),
            weights: vec![0; order.len()],
            wanted: vec![false; order.len()],
            roots: Vec::new(),
            lost: Vec::new(),
            order,
        };
        forest.find_parents(pack, kind_elsewhere);
        forest.list_children();
        forest.weigh(pack, is_wanted);
        Ok(forest)
    }

    fn find_parents(&mut self, pack: &Pack, kind_elsewhere: impl Fn(Oid) -> Option<ObjectKind>) {
        for at in 0..self.order.len() {
            let parent = match pack.entry(self.order[at].0) {
                Ok(entry) => match entry.base {
                    Base::Whole(kind) => Err(Root::Kind(kind)),
                    Base::Offset(offset) => self.at_offset(offset).ok_or(Root::Broken),
                    Base::Id(oid) => match pack.find(oid) {
                        Some(Ok(offset)) => self.at_offset(offset).ok_or(Root::Broken),
                        Some(Err(_)) => Err(Root::Broken),
                        None => Err(kind_elsewhere(oid).map_or(Root::Broken, Root::Elsewhere)),
                    },
                },
                Err(_) => Err(Root::Broken),
            };
            match parent {
                Ok(parent) => self.parents[at] = parent,
                Err(root) => self.roots.push((at as u32, root)),
            }
        }
    }

    fn at_offset(&self, offset: u64) -> Option<u32> {
        let found = self.order.binary_search_by_key(&offset, |(offset, _)| *offset).ok()?;
        Some(found as u32)
    }

    fn list_children(&mut self) {
        let mut firsts = vec![0_u32; self.order.len() + 1];
        for &parent in self.parents.iter().filter(|parent| **parent != NONE) {
            firsts[parent as usize + 1] += 1;
        }
        for at in 1..firsts.len() {
            firsts[at] += firsts[at - 1];
        }
        let mut next = firsts.clone();
        self.children = vec![0; firsts.last().map_or(0, |end| *end as usize)];
        for (at, &parent) in self.parents.iter().enumerate().filter(|(_, parent)| **parent != NONE) {
            let slot = &mut next[parent as usize];
            self.children[*slot as usize] = at as u32;
            *slot += 1;
        }
        self.firsts = firsts;
    }

    /// Walks down from the roots, then sums up what is wanted, from the leaves.
    fn weigh(&mut self, pack: &Pack, is_wanted: impl Fn(Oid, ObjectKind) -> bool) {
        let mut seen = vec![false; self.order.len()];
        let mut family = Vec::new();
        for &(root, kind) in &self.roots {
            family.clear();
            family.push(root);
            let mut at = 0;
            while let Some(&node) = family.get(at) {
                at += 1;
                seen[node as usize] = true;
                family.extend(children(&self.firsts, &self.children, node));
            }
            for &node in family.iter().rev() {
                let oid = pack.oid(self.order[node as usize].1 as usize);
                let wanted = oid.is_some_and(|oid| kind.any(|kind| is_wanted(oid, kind)));
                self.wanted[node as usize] = wanted;
                let sum = self.weights[node as usize] + u32::from(wanted);
                self.weights[node as usize] = sum;
                let parent = self.parents[node as usize];
                if parent != NONE {
                    self.weights[parent as usize] += sum;
                }
            }
        }
        let circling = (0..self.order.len() as u32).filter(|&at| !seen[at as usize]);
        let oid = |at: u32| pack.oid(self.order[at as usize].1 as usize);
        let wanted = |at: &u32| oid(*at).is_some_and(|oid| Root::Broken.any(|kind| is_wanted(oid, kind)));
        self.lost = circling.filter(wanted).collect();
        let weights = &self.weights;
        self.roots.retain(|(root, _)| weights[*root as usize] > 0);
    }

    /// Offset of an entry in the pack.
    pub(super) fn offset(&self, node: u32) -> u64 {
        self.order[node as usize].0
    }

    /// Its object's name.
    pub(super) fn oid(&self, pack: &Pack, node: u32) -> Option<Oid> {
        pack.oid(self.order[node as usize].1 as usize)
    }

    pub(super) fn is_wanted(&self, node: u32) -> bool {
        self.wanted[node as usize]
    }

    pub(super) fn weight(&self, node: u32) -> u32 {
        self.weights[node as usize]
    }

    /// The children in whose subtrees something is wanted, the heaviest first.
    ///
    /// Walked from the back, with the heaviest last, no more than log2(n) ancestors are ever needed again.
    pub(super) fn children(&self, node: u32) -> Vec<u32> {
        let mut children: Vec<u32> = children(&self.firsts, &self.children, node).collect();
        children.retain(|child| self.weight(*child) > 0);
        children.sort_by_key(|child| std::cmp::Reverse(self.weight(*child)));
        children
    }

    /// All wanted entries of a subtree.
    pub(super) fn subtree(&self, node: u32) -> Vec<u32> {
        let mut nodes = vec![node];
        let mut at = 0;
        while let Some(&node) = nodes.get(at) {
            at += 1;
            nodes.extend(children(&self.firsts, &self.children, node));
        }
        nodes.retain(|node| self.is_wanted(*node));
        nodes
    }
}

fn children<'a>(firsts: &[u32], children: &'a [u32], node: u32) -> impl Iterator<Item = u32> + 'a {
    children[firsts[node as usize] as usize..firsts[node as usize + 1] as usize].iter().copied()
}
