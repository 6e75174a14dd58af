//! Which part of history is walked, and what lies just outside of it.
//!
//! What is looked at is what the chosen commits brought in: the objects of a commit that is not chosen itself, but a
//! parent of one that is, are left out, as `git rev-list --objects A..B` leaves them out.

use std::collections::hash_map::Entry;

use super::Walk;
use super::commit::{CommitLinks, commit_links, tag_target};
use super::walked::Slot;
use crate::git::map::{OidMap, OidSet};
use crate::git::tree::raw_entry;
use crate::git::{ObjectKind, Oid};

/// From one commit to another: what the second reaches and the first does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Range {
    /// What is known already, a commit or a tag of one; `None`: nothing.
    pub from: Option<Oid>,
    /// Where to start: a commit, or a tag of one.
    pub to: Oid,
}

/// Which part of what refs reach is walked. By default, all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Only commits that were committed at that second (since 1970) or later, and whatever was made after them,
    /// so that a wrong clock hides nothing.
    pub since: Option<i64>,
    /// Only this range, whatever refs there are.
    pub range: Option<Range>,
    /// Also all objects that neither ref nor reflog reaches.
    pub unreachable: bool,
}

impl Bounds {
    /// Whether commits are left out.
    #[must_use]
    pub const fn are_narrow(&self) -> bool {
        self.since.is_some() || self.range.is_some()
    }
}

/// Adds to a set of commits all that were made after them, unless they are known.
fn with_descendants(chosen: &mut OidSet, heads: &OidMap<Option<CommitLinks>>, known: &OidSet) {
    let mut children: OidMap<Vec<Oid>> = OidMap::default();
    let others = heads.iter().filter(|(oid, _)| !chosen.contains(*oid) && !known.contains(*oid));
    others
        .flat_map(|(oid, head)| head.iter().flat_map(move |head| head.parents.iter().map(move |p| (p, oid))))
        .for_each(|(parent, oid)| children.entry(*parent).or_default().push(*oid));
    let mut left: Vec<Oid> = chosen.iter().copied().collect();
    while let Some(oid) = left.pop() {
        for child in children.remove(&oid).into_iter().flatten() {
            if chosen.insert(child) {
                left.push(child);
            }
        }
    }
}

impl Walk<'_> {
    /// Reads all commits that lead from the starts, chooses, and notes what the others hold next to the border.
    pub(super) fn choose(&mut self, bounds: &Bounds, mut starts: Vec<Oid>) {
        let mut heads: OidMap<Option<CommitLinks>> = OidMap::default();
        let mut known = OidSet::default();
        if let Some(range) = bounds.range {
            starts = vec![range.to];
            let tags = self.commits(range.from.into_iter().collect(), &mut heads);
            known.extend(heads.keys().copied());
            self.out.objects.extend(tags.into_iter().map(|tag| (tag, Slot::Outside)));
        }
        self.commits(starts, &mut heads);
        let is_recent = |head: &CommitLinks| bounds.since.is_none_or(|since| head.time >= since);
        let is_chosen = |(oid, head): (&Oid, &Option<CommitLinks>)| {
            let chosen = head.as_ref().is_none_or(is_recent) && !known.contains(oid);
            chosen.then_some(*oid)
        };
        let mut chosen: OidSet = heads.iter().filter_map(is_chosen).collect();
        if bounds.since.is_some() {
            with_descendants(&mut chosen, &heads, &known);
        }
        let parents = chosen.iter().filter_map(|oid| heads.get(oid)?.as_ref()).flat_map(|head| &head.parents);
        let mut border: Vec<Oid> = parents.filter(|parent| !chosen.contains(*parent)).copied().collect();
        border.sort_unstable();
        border.dedup();
        for head in border.iter().filter_map(|oid| heads.get(oid)?.as_ref()) {
            self.outside(head.tree);
        }
        self.chosen = Some(chosen);
    }

    /// The heads of all commits that lead from these objects; `None` for one that cannot be read, which the walk
    /// tells when it comes there. Gives the tags that were met.
    fn commits(&mut self, mut left: Vec<Oid>, heads: &mut OidMap<Option<CommitLinks>>) -> Vec<Oid> {
        let (mut tags, mut bytes) = (Vec::new(), Vec::new());
        while let Some(oid) = left.pop() {
            let Entry::Vacant(slot) = heads.entry(oid) else { continue };
            let head = match self.reader.read(oid, &mut bytes) {
                Ok(ObjectKind::Commit) => commit_links(&bytes, oid.hash_kind()),
                Ok(ObjectKind::Tag) => {
                    tags.push(oid);
                    left.extend(tag_target(&bytes, oid.hash_kind()).map(|(target, _)| target));
                    continue;
                }
                Ok(_) => continue,
                Err(_) => None,
            };
            let head = head.map(|mut head| {
                if self.shallow.contains(&oid) {
                    head.parents.clear();
                }
                head
            });
            left.extend(head.iter().flat_map(|head| &head.parents));
            slot.insert(head);
        }
        tags
    }

    /// Notes that a tree and all below it are not looked at. One that cannot be read hides nothing: what stands in
    /// it is then looked at wherever else it stands.
    fn outside(&mut self, tree: Oid) {
        let (mut left, mut bytes) = (vec![tree], Vec::new());
        while let Some(tree) = left.pop() {
            if self.out.objects.contains_key(&tree) {
                continue;
            }
            let Ok(ObjectKind::Tree) = self.reader.read(tree, &mut bytes) else { continue };
            self.out.objects.insert(tree, Slot::Outside);
            let mut rest = bytes.as_slice();
            while let Some((mode, _, oid, used)) = raw_entry(rest, tree.hash_kind().width()) {
                rest = rest.get(used..).unwrap_or_default();
                if mode.is_tree() {
                    left.push(oid);
                } else if !mode.is_submodule() {
                    self.out.objects.insert(oid, Slot::Outside);
                }
            }
        }
    }
}
