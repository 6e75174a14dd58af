//! What a push makes reachable that was in the main store all along, and the commits that bring it.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::known::Known;
use super::lines::Command;
use super::links::{TreeItem, tree_items};
use super::paint::Painter;
use super::tips::Tips;
use super::{Incoming, LINK_LIMIT, OidSet};
use crate::git::{CommitLinks, GitError, ObjectKind, Oid, Repo, tag_target};

/// Tags that name each other in a row.
pub(super) const MAX_TAGS: usize = 64;

/// Most names of directories that are kept to look there first; and the longest, in bytes, that a file system has.
const MOST_DIRS: usize = 1 << 16;
const LONGEST_NAME: usize = 255;
/// Most objects that new trees may name which are not new. Trees that nothing leads to may name what is nowhere.
const MOST_OUTSIDE: usize = 1 << 20;
/// Most parents that the commits of a push may have in all: a commit can name one a million times.
const MOST_PARENTS: usize = 1 << 21;

/// What new objects name, collected while they are read for the first time.
#[derive(Debug, Default)]
pub struct Structure {
    /// The new commits.
    pub commits: Vec<(Oid, CommitLinks)>,
    /// How many parents those have in all.
    parents: usize,
    /// The objects that new tags name.
    targets: Vec<Oid>,
    /// Trees and blobs that new trees name, and that are not new.
    outside: HashMap<Oid, ObjectKind>,
    /// Names under which new trees lie: where to look first for what stayed the same.
    dirs: HashSet<Vec<u8>>,
}

impl Structure {
    /// Takes in a new object other than a blob. `each` is shown every entry of a tree.
    ///
    /// # Errors
    /// If it is malformed, or there is more than can be kept.
    pub fn take(
        &mut self,
        incoming: &Incoming,
        (oid, kind): (Oid, ObjectKind),
        bytes: &[u8],
        each: &mut dyn FnMut(TreeItem<'_>),
    ) -> Result<(), GitError> {
        let hash = incoming.hash_kind();
        match kind {
            ObjectKind::Commit => {
                let links = incoming.links(oid, bytes)?;
                self.parents += links.parents.len();
                self.check()?;
                self.commits.push((oid, links));
            }
            ObjectKind::Tag => {
                let target = tag_target(bytes, hash).ok_or_else(|| GitError::object("tag", oid, "it is malformed"))?;
                self.targets.push(target.0);
            }
            ObjectKind::Tree => {
                for item in tree_items(bytes, hash) {
                    let item = item.map_err(|()| GitError::object("tree", oid, "it is malformed"))?;
                    each(item);
                    let kind = if item.mode.is_tree() { ObjectKind::Tree } else { ObjectKind::Blob };
                    let is_new = !item.mode.is_submodule() && incoming.is_new(item.oid);
                    if is_new && kind == ObjectKind::Tree {
                        self.dir(item.name);
                    } else if !is_new && !item.mode.is_submodule() {
                        self.outside.insert(item.oid, kind);
                    }
                }
                self.check()?;
            }
            ObjectKind::Blob => {}
        }
        Ok(())
    }

    /// Says whether it is as much as can be kept: to be asked once more when all threads' parts are merged.
    ///
    /// # Errors
    /// If it is more.
    pub fn check(&self) -> Result<(), GitError> {
        let words = if self.parents > MOST_PARENTS {
            format!("commits with more than {MOST_PARENTS} parents in all")
        } else if self.outside.len() > MOST_OUTSIDE {
            format!("trees that name more than {MOST_OUTSIDE} objects which are not in it")
        } else {
            return Ok(());
        };
        Err(GitError::TooMany(words))
    }

    /// Keeps the name of a directory. It only says where to look first, so any may be left out.
    fn dir(&mut self, name: &[u8]) {
        if name.len() <= LONGEST_NAME && self.dirs.len() < MOST_DIRS && !self.dirs.contains(name) {
            self.dirs.insert(name.to_vec());
        }
    }

    /// Whether there is so much that it should be handed on: to a list that grows where it is.
    #[must_use]
    pub fn is_heavy(&self) -> bool {
        self.commits.len() >= 4_096
    }

    /// Hands the commits on.
    pub fn hand_on(&mut self, to: &mut Self) {
        to.commits.append(&mut self.commits);
    }

    /// Adds what another thread collected.
    pub fn merge(&mut self, mut other: Self) {
        other.hand_on(self);
        self.parents += other.parents;
        self.targets.extend(other.targets);
        self.outside.extend(other.outside);
        self.dirs.extend(other.dirs);
    }
}

/// What a push brings beside the new objects.
#[derive(Debug, Default)]
pub struct Scope {
    /// Objects that the main store had, but no ref reached, by id.
    pub unlisted: Vec<(Oid, ObjectKind)>,
    /// All commits that are brought, new or not: parents before children.
    pub commits: Vec<(Oid, CommitLinks)>,
    /// What `HEAD` and the refs that are pushed to name now, sorted.
    pub before: Vec<Oid>,
    /// Pushed refs whose names are there already.
    pub existing: HashSet<Vec<u8>>,
}

impl Incoming {
    /// Works out what is brought beside the new objects, of which `structure` tells. Ends early, with less, when
    /// `stopped` says so.
    ///
    /// # Errors
    /// If a tip is not there, or if what has to be followed, or the refs, cannot be read.
    pub fn scope(
        &self,
        repo: &Repo,
        commands: &[Command],
        known: &Known,
        mut structure: Structure,
        stopped: &dyn Fn() -> bool,
    ) -> Result<Scope, GitError> {
        let tips = Tips::read(repo, known)?;
        let mut before = tips.values(commands.iter().map(|command| command.name.as_slice()))?;
        before.sort_unstable();
        before.dedup();
        let mut found = Found::new(self, &tips, &before);
        for command in commands.iter().filter(|command| !command.new.is_null()) {
            if !self.holds(command.new) {
                return Err(GitError::Missing { what: "pushed object", oid: command.new });
            }
            found.start(command.new)?;
        }
        structure.targets.iter().try_for_each(|target| found.start(*target))?;
        let mut parents: BTreeSet<Oid> = BTreeSet::new();
        for (_, links) in &structure.commits {
            parents.extend(links.parents.iter().filter(|parent| !self.is_new(**parent)));
            if !self.is_new(links.tree) {
                found.outside.insert(links.tree, ObjectKind::Tree);
            }
        }
        found.commits.extend(parents.iter().copied());
        let Found { commits: frontier, tags, mut outside, .. } = found;
        outside.extend(std::mem::take(&mut structure.outside));
        let unknown = self.unknown(frontier, &tips, &before, stopped)?;
        let mut scope = Scope { commits: structure.commits, ..Scope::default() };
        for oid in &unknown {
            let links = self.commit(*oid)?;
            parents.extend(links.parents.iter());
            outside.insert(links.tree, ObjectKind::Tree);
            scope.commits.push((*oid, links));
        }
        let is_edge = |oid: &Oid| !self.is_new(*oid) && unknown.binary_search(oid).is_err();
        let edges: Vec<Oid> = parents.into_iter().filter(is_edge).collect();
        let trees: Vec<Oid> =
            edges.iter().map(|edge| self.commit(*edge).map(|links| links.tree)).collect::<Result<_, _>>()?;
        let mut same = OidSet::default();
        self.strike_out(trees, &mut outside, &structure.dirs, &mut same, stopped)?;
        if !outside.is_empty() {
            let (trees, blobs) = self.named(&tips)?;
            for blob in blobs {
                outside.remove(&blob);
                same.insert(blob);
            }
            self.strike_out(trees, &mut outside, &structure.dirs, &mut same, stopped)?;
        }
        scope.unlisted = self.closure(outside, &same, stopped)?;
        scope.unlisted.extend(tags.into_iter().map(|tag| (tag, ObjectKind::Tag)));
        scope.unlisted.extend(unknown.into_iter().map(|commit| (commit, ObjectKind::Commit)));
        scope.unlisted.sort_unstable();
        scope.unlisted.dedup();
        scope.commits = parents_first(scope.commits);
        let names = commands.iter().map(|command| &command.name).filter(|name| tips.exists(name));
        scope.existing = names.cloned().collect();
        scope.before = before;
        Ok(scope)
    }

    /// Which of these commits and their ancestors no ref reached.
    fn unknown(
        &self,
        frontier: HashSet<Oid>,
        tips: &Tips<'_>,
        before: &[Oid],
        stopped: &dyn Fn() -> bool,
    ) -> Result<Vec<Oid>, GitError> {
        let is_open = |oid: &Oid| before.binary_search(oid).is_err() && !tips.packed_names(*oid);
        let mut open: Vec<Oid> = frontier.into_iter().filter(is_open).collect();
        if open.is_empty() {
            return Ok(open);
        }
        open.sort_unstable();
        let mut painter = Painter::new(self, stopped);
        open.iter().try_for_each(|oid| painter.pushed(*oid))?;
        before.iter().filter_map(|oid| self.peel(*oid)).for_each(|oid| painter.known(oid));
        painter.walk(false)?;
        if !painter.is_done() {
            for line in tips.all()? {
                if let Some(oid) = self.peel(line.peeled.unwrap_or(line.target)) {
                    painter.known(oid);
                }
            }
            painter.walk(true)?;
        }
        Ok(painter.unknown())
    }

    /// The commit that a ref's value comes to in the end, if it is one.
    fn peel(&self, mut oid: Oid) -> Option<Oid> {
        for _ in 0..MAX_TAGS {
            match self.main.kind(oid).ok()? {
                ObjectKind::Commit => return Some(oid),
                ObjectKind::Tag => {
                    oid = tag_target(&self.main.read_within(oid, LINK_LIMIT).ok()?.1, self.hash_kind())?.0;
                }
                ObjectKind::Tree | ObjectKind::Blob => return None,
            }
        }
        None
    }

    /// The trees and the blobs that refs name themselves, or by a tag.
    fn named(&self, tips: &Tips<'_>) -> Result<(Vec<Oid>, Vec<Oid>), GitError> {
        let (mut trees, mut blobs) = (Vec::new(), Vec::new());
        for line in tips.all()? {
            let mut oid = line.peeled.unwrap_or(line.target);
            for _ in 0..MAX_TAGS {
                match self.main.kind(oid) {
                    Ok(ObjectKind::Tree) => trees.push(oid),
                    Ok(ObjectKind::Blob) => blobs.push(oid),
                    Ok(ObjectKind::Tag) => {
                        let read = self.main.read_within(oid, LINK_LIMIT);
                        if let Some((target, _)) = read.ok().and_then(|(_, bytes)| tag_target(&bytes, self.hash)) {
                            oid = target;
                            continue;
                        }
                    }
                    // A ref that is broken makes nothing known.
                    Ok(ObjectKind::Commit) | Err(_) => {}
                }
                break;
            }
        }
        Ok((trees, blobs))
    }

    /// What a commit, or a tag of one, has for a tree.
    pub(super) fn tree_of(&self, oid: Oid) -> Option<Oid> {
        self.commit(self.peel(oid)?).ok().map(|links| links.tree)
    }
}

/// What tips lead to in the main store.
struct Found<'a> {
    incoming: &'a Incoming,
    tips: &'a Tips<'a>,
    before: &'a [Oid],
    commits: HashSet<Oid>,
    tags: Vec<Oid>,
    outside: HashMap<Oid, ObjectKind>,
}

impl<'a> Found<'a> {
    fn new(incoming: &'a Incoming, tips: &'a Tips<'a>, before: &'a [Oid]) -> Self {
        Self { incoming, tips, before, commits: HashSet::new(), tags: Vec::new(), outside: HashMap::new() }
    }

    /// Follows an object that a ref or tag is to name, up to the first that is new.
    fn start(&mut self, mut oid: Oid) -> Result<(), GitError> {
        for _ in 0..MAX_TAGS {
            if self.incoming.is_new(oid) {
                return Ok(());
            }
            match self.incoming.main.kind(oid)? {
                ObjectKind::Commit => {
                    self.commits.insert(oid);
                    return Ok(());
                }
                kind @ (ObjectKind::Tree | ObjectKind::Blob) => {
                    if !self.is_named(oid)? {
                        self.outside.insert(oid, kind);
                    }
                    return Ok(());
                }
                ObjectKind::Tag => {
                    if self.tags.contains(&oid) || self.is_named(oid)? {
                        return Ok(());
                    }
                    self.tags.push(oid);
                    let bytes = self.incoming.main.read_within(oid, LINK_LIMIT)?.1;
                    let target = tag_target(&bytes, self.incoming.hash_kind());
                    oid = target.ok_or_else(|| GitError::object("tag", oid, "it is malformed"))?.0;
                }
            }
        }
        Err(GitError::object("tag", oid, "too many tags of tags"))
    }

    /// Whether a ref names that object itself.
    fn is_named(&self, oid: Oid) -> Result<bool, GitError> {
        Ok(self.before.binary_search(&oid).is_ok()
            || self.tips.packed_names(oid)
            || self.tips.all()?.iter().any(|line| line.target == oid || line.peeled == Some(oid)))
    }
}

/// Commits in an order in which parents come before children. There may be a million: so they are sorted, and moved,
/// where they are.
fn parents_first(mut commits: Vec<(Oid, CommitLinks)>) -> Vec<(Oid, CommitLinks)> {
    commits.sort_unstable_by_key(|(oid, _)| *oid);
    commits.dedup_by_key(|(oid, _)| *oid);
    let mut starts: Vec<u32> = (0..commits.len() as u32).collect();
    starts.sort_by_key(|at| commits.get(*at as usize).map(|(_, links)| links.time));
    // Where each commit goes to; `u32::MAX` while that is not known.
    let (mut place, mut placed) = (vec![u32::MAX; commits.len()], 0);
    let mut entered = vec![false; commits.len()];
    for start in starts {
        let mut stack = vec![(start as usize, 0)];
        while let Some((at, next)) = stack.pop() {
            let (true, Some((_, links))) = (next > 0 || !std::mem::replace(&mut entered[at], true), commits.get(at))
            else {
                continue;
            };
            if let Some(parent) = links.parents.get(next) {
                stack.push((at, next + 1));
                let parent = commits.binary_search_by_key(parent, |(oid, _)| *oid).ok();
                stack.extend(parent.filter(|at| !entered[*at]).map(|at| (at, 0)));
            } else {
                place[at] = placed;
                placed += 1;
            }
        }
    }
    for at in 0..commits.len() {
        // Each step puts one commit where it belongs.
        while let to = place[at] as usize
            && to != at
            && to < commits.len()
        {
            commits.swap(at, to);
            place.swap(at, to);
        }
    }
    commits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_first_whatever_clocks_and_order_say() {
        let oid = |n: u8| Oid::from_bytes(&[n; 20]).unwrap();
        let commit = |n: u8, parents: &[u8], time| {
            (oid(n), CommitLinks { tree: oid(0), parents: parents.iter().map(|p| oid(*p)).collect(), time })
        };
        let order =
            parents_first(vec![commit(3, &[1, 2], 0), commit(2, &[1], 5), commit(1, &[9], 9), commit(4, &[4], 1)]);
        let order: Vec<u8> = order.iter().map(|(oid, _)| oid.as_bytes()[0]).collect();
        assert_eq!(order, [1, 2, 3, 4]);
    }

    /// Commits are moved where they are, so that none may get lost or doubled on the way.
    #[test]
    fn none_is_lost_and_every_parent_is_first_in_any_history() {
        let mut state = 7_u64;
        let mut draw = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        for size in 0..200_u64 {
            let oid = |n: u64| {
                Oid::from_bytes(&[&n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()[..], &[1; 12]].concat()).unwrap()
            };
            let mut commits: Vec<(Oid, CommitLinks)> = Vec::new();
            for n in 0..size {
                let parents = (0..draw(4)).filter(|_| n > 0).map(|_| oid(draw(n.max(1)))).collect();
                commits.push((oid(n), CommitLinks { tree: oid(0), parents, time: draw(50).cast_signed() }));
            }
            for at in (1..commits.len()).rev() {
                commits.swap(at, draw(at as u64 + 1) as usize);
            }
            let ordered = parents_first(commits.clone());
            let mut met = HashSet::new();
            for (oid, links) in &ordered {
                assert!(links.parents.iter().all(|parent| met.contains(parent)), "of {size}");
                assert!(met.insert(*oid), "twice");
            }
            assert_eq!(ordered.len(), commits.len());
            assert!(commits.iter().all(|commit| ordered.contains(commit)));
        }
    }
}
