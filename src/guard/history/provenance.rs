//! When each credential came, where it is, and when it went.
//!
//! Credentials are followed 64 at a time, one bit each: the bits of a tree are those of its entries, and one
//! pass over the commits, parents first, settles all that is asked. So the cost is that of a few passes over
//! numbers, however many versions and credentials there are, and nothing is read.
//!
//! The words, made exact:
//! - a commit *holds* a credential if it is anywhere in the commit's tree;
//! - a commit *introduces* it if it holds it and none of its parents does: a moved, copied or renamed file
//!   introduces nothing, nor does a merge of a branch that holds it, but a merge that adds it does;
//! - a commit *removes* it if it does not hold it, a parent does, and no parent had lost it before: a merge
//!   that takes the side on which it was removed removes nothing, a merge that drops it does.

use std::collections::HashMap;

use super::ledger::Held;
use crate::git::{Child, Walked};

/// Credentials followed at a time.
pub(super) const BATCH: usize = 64;

/// Where credentials were found, by credential.
#[derive(Debug, Default)]
pub(super) struct Holders {
    /// In blobs.
    pub(super) blobs: Vec<Vec<(u32, Held)>>,
    /// In names of tree entries.
    pub(super) names: Vec<Vec<u32>>,
    /// In commits' own text.
    pub(super) commits: Vec<Vec<(u32, Held)>>,
    /// In tags' own text.
    pub(super) tags: Vec<Vec<(u32, Held)>>,
    /// In names of refs, by place in the list of refs.
    pub(super) refs: Vec<Vec<u32>>,
}

/// What one pass says of one credential.
#[derive(Debug, Default)]
pub(super) struct Course {
    /// The commits that introduce it, in order.
    pub(super) introduced: Vec<u32>,
    /// How many commits hold it.
    pub(super) commits: u64,
    /// The refs, by place in the list, that have it at their tip or tell it in their history.
    pub(super) live: Vec<u32>,
    /// Branches, by place in the list, with the commits that removed it.
    pub(super) removed: Vec<(u32, u32)>,
}

/// Where something is: the way through trees, and what is at its end.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// In a blob, at the end of these names.
    Blob(Vec<u32>, u32),
    /// In the last of these names.
    Name(Vec<u32>),
    /// In the text of a commit.
    Commit(u32),
    /// In the text of a tag.
    Tag(u32),
    /// In the name of the ref.
    Ref,
}

/// Up to 64 credentials, followed.
pub(super) struct Pass<'a> {
    walked: &'a Walked,
    names: HashMap<u32, u64>,
    blobs: Vec<u64>,
    trees: Vec<u64>,
    refs: HashMap<u32, u64>,
    tags: HashMap<u32, u64>,
    /// What a commit's own text tells.
    own: HashMap<u32, u64>,
    /// What a commit's tree holds.
    has: Vec<u64>,
    /// What its text, or that of a commit before it, tells.
    told: Vec<u64>,
    /// What its tree, or that of a commit before it, holds.
    ever: Vec<u64>,
}

impl<'a> Pass<'a> {
    /// Follows the credentials `first..first + count`.
    pub(super) fn over(walked: &'a Walked, holders: &Holders, secrets: &[u32]) -> Self {
        let mut pass = Self {
            walked,
            names: HashMap::new(),
            blobs: vec![0; walked.blobs.len()],
            trees: Vec::with_capacity(walked.trees.len()),
            refs: HashMap::new(),
            tags: HashMap::new(),
            own: HashMap::new(),
            has: Vec::with_capacity(walked.commits.len()),
            told: Vec::with_capacity(walked.commits.len()),
            ever: Vec::with_capacity(walked.commits.len()),
        };
        for (at, &secret) in secrets.iter().take(BATCH).enumerate() {
            let (bit, secret) = (1_u64 << at, secret as usize);
            for (blob, _) in holders.blobs.get(secret).into_iter().flatten() {
                pass.blobs[*blob as usize] |= bit;
            }
            for (commit, _) in holders.commits.get(secret).into_iter().flatten() {
                *pass.own.entry(*commit).or_default() |= bit;
            }
            for (tag, _) in holders.tags.get(secret).into_iter().flatten() {
                *pass.tags.entry(*tag).or_default() |= bit;
            }
            for name in holders.names.get(secret).into_iter().flatten() {
                *pass.names.entry(*name).or_default() |= bit;
            }
            for name in holders.refs.get(secret).into_iter().flatten() {
                *pass.refs.entry(*name).or_default() |= bit;
            }
        }
        pass.fill();
        pass
    }

    fn fill(&mut self) {
        for (_, entries) in &self.walked.trees {
            let mask = entries.iter().fold(0, |mask, entry| mask | self.entry(entry.name, entry.child));
            self.trees.push(mask);
        }
        for (at, commit) in self.walked.commits.iter().enumerate() {
            let has = self.below(commit.tree);
            let (mut told, mut ever) = (self.own.get(&(at as u32)).copied().unwrap_or(0), has);
            for &parent in &commit.parents {
                told |= self.told[parent as usize];
                ever |= self.ever[parent as usize];
            }
            self.has.push(has);
            self.told.push(told);
            self.ever.push(ever);
        }
    }

    fn entry(&self, name: u32, child: Child) -> u64 {
        self.below(child) | self.names.get(&name).copied().unwrap_or(0)
    }

    fn below(&self, child: Child) -> u64 {
        match child {
            Child::Tree(at) => self.trees.get(at as usize).copied().unwrap_or(0),
            Child::Blob(at) => self.blobs.get(at as usize).copied().unwrap_or(0),
            _ => 0,
        }
    }

    /// What is told of each credential.
    pub(super) fn courses(&self, count: usize) -> Vec<Course> {
        let mut courses: Vec<Course> = (0..count).map(|_| Course::default()).collect();
        // Commits in a row mostly hold the same: they are counted together.
        let (mut run, mut length) = (0, 0);
        for (at, &has) in self.has.iter().enumerate() {
            if has != run {
                each(run, |bit| courses[bit].commits += length);
                (run, length) = (has, 0);
            }
            length += 1;
            each(self.introduces(at), |bit| courses[bit].introduced.push(at as u32));
        }
        each(run, |bit| courses[bit].commits += length);
        self.refs(&mut courses);
        courses
    }

    fn introduces(&self, at: usize) -> u64 {
        let parents = &self.walked.commits[at].parents;
        let (mut has, mut told) = (0, 0);
        for &parent in parents {
            has |= self.has[parent as usize];
            told |= self.told[parent as usize];
        }
        let own = self.own.get(&(at as u32)).copied().unwrap_or(0);
        (self.has[at] & !has) | (own & !told)
    }

    /// The bits that commit removes.
    fn removes(&self, at: usize) -> u64 {
        let (mut held, mut lost) = (0, 0);
        for &parent in &self.walked.commits[at].parents {
            let parent = parent as usize;
            held |= self.has[parent];
            lost |= self.ever[parent] & !self.has[parent];
        }
        held & !lost & !self.has[at]
    }

    fn refs(&self, courses: &mut [Course]) {
        let skip = self.uneventful();
        let mut known: HashMap<(u32, usize), Option<u32>> = HashMap::new();
        for (place, (name, target)) in self.walked.refs.iter().enumerate() {
            if name.symbolic {
                continue;
            }
            let live = self.tip(place as u32, *target);
            each(live, |bit| courses[bit].live.push(place as u32));
            let branch = [&b"refs/heads/"[..], b"refs/remotes/"].iter().any(|area| name.name.starts_with(area));
            if let Child::Commit(tip) = *target
                && branch
            {
                each(self.ever[tip as usize] & !self.has[tip as usize], |bit| {
                    let removal = *known.entry((tip, bit)).or_insert_with(|| self.removal(&skip, tip, 1 << bit));
                    courses[bit].removed.extend(removal.map(|commit| (place as u32, commit)));
                });
            }
        }
    }

    /// For each commit, the first one on its way back at which anything changes.
    fn uneventful(&self) -> Vec<u32> {
        let mut skip: Vec<u32> = Vec::with_capacity(self.has.len());
        for (at, commit) in self.walked.commits.iter().enumerate() {
            let same = |parent: &u32| {
                let parent = *parent as usize;
                (self.has[parent], self.ever[parent]) == (self.has[at], self.ever[at])
            };
            let quiet = commit.parents.first().filter(|_| commit.parents.iter().all(same));
            skip.push(quiet.map_or(at as u32, |parent| skip[*parent as usize]));
        }
        skip
    }

    /// The last commit that removes the bit on the way to `tip`, which has lost it.
    fn removal(&self, skip: &[u32], tip: u32, bit: u64) -> Option<u32> {
        let mut at = tip;
        loop {
            at = skip[at as usize];
            if self.removes(at as usize) & bit != 0 {
                return Some(at);
            }
            let lost = |parent: &&u32| (self.ever[**parent as usize] & !self.has[**parent as usize]) & bit != 0;
            at = *self.walked.commits[at as usize].parents.iter().find(lost)?;
        }
    }

    /// What a ref has: its name, the tags it goes through, and what they name.
    fn tip(&self, place: u32, target: Child) -> u64 {
        let mut mask = self.refs.get(&place).copied().unwrap_or(0);
        let mut at = target;
        // Tags can name each other in a circle only where objects are not what their names say.
        for _ in 0..=self.walked.tags.len() {
            let Child::Tag(tag) = at else { break };
            mask |= self.tags.get(&tag).copied().unwrap_or(0);
            at = self.walked.tags.get(tag as usize).map_or(Child::Nothing, |tag| tag.target);
        }
        mask | match at {
            Child::Commit(at) => self.has[at as usize] | self.told[at as usize],
            other => self.below(other),
        }
    }

    /// The refs, by place in the list, that tell any of these credentials, at their tip or in their history.
    pub(super) fn telling(&self, bits: u64) -> impl Iterator<Item = u32> + '_ {
        let tells = move |(place, (name, target)): (usize, &(crate::git::Ref, Child))| {
            let mask = self.tip(place as u32, *target) | self.peel(*target).map_or(0, |at| self.ever[at as usize]);
            (!name.symbolic && mask & bits != 0).then_some(place as u32)
        };
        self.walked.refs.iter().enumerate().filter_map(tells)
    }

    /// The commit that something names in the end.
    fn peel(&self, mut at: Child) -> Option<u32> {
        for _ in 0..=self.walked.tags.len() {
            match at {
                Child::Commit(commit) => return Some(commit),
                Child::Tag(tag) => at = self.walked.tags.get(tag as usize)?.target,
                _ => return None,
            }
        }
        None
    }

    /// Where a ref has the bit.
    pub(super) fn locate_ref(&self, place: u32, bit: usize) -> Option<Found> {
        let bit = 1 << bit;
        if self.refs.get(&place).is_some_and(|mask| mask & bit != 0) {
            return Some(Found::Ref);
        }
        let mut at = self.walked.refs.get(place as usize)?.1;
        for _ in 0..=self.walked.tags.len() {
            let Child::Tag(tag) = at else { break };
            if self.tags.get(&tag).is_some_and(|mask| mask & bit != 0) {
                return Some(Found::Tag(tag));
            }
            at = self.walked.tags.get(tag as usize)?.target;
        }
        match at {
            Child::Commit(commit) => self.locate(commit, bit.trailing_zeros() as usize),
            other => self.descend(other, bit),
        }
    }

    /// Where a commit, or one before it, has the bit.
    pub(super) fn locate(&self, commit: u32, bit: usize) -> Option<Found> {
        let bit = 1 << bit;
        let mut at = commit;
        if self.has[at as usize] & bit != 0 {
            return self.descend(self.walked.commits[at as usize].tree, bit);
        }
        loop {
            if self.own.get(&at).is_some_and(|mask| mask & bit != 0) {
                return Some(Found::Commit(at));
            }
            at = *self.walked.commits[at as usize].parents.iter().find(|p| self.told[**p as usize] & bit != 0)?;
        }
    }

    /// The first place in a tree that has the bit, in the order of its entries.
    fn descend(&self, top: Child, bit: u64) -> Option<Found> {
        let (mut at, mut way) = (top, Vec::new());
        loop {
            match at {
                Child::Blob(blob) => return Some(Found::Blob(way, blob)),
                Child::Tree(tree) => {
                    let (_, entries) = self.walked.trees.get(tree as usize)?;
                    let entry = entries.iter().find(|entry| self.entry(entry.name, entry.child) & bit != 0)?;
                    way.push(entry.name);
                    if self.below(entry.child) & bit == 0 {
                        return Some(Found::Name(way));
                    }
                    at = entry.child;
                }
                _ => return None,
            }
        }
    }
}

/// Calls for each bit that is set.
fn each(mut mask: u64, mut call: impl FnMut(usize)) {
    while mask != 0 {
        call(mask.trailing_zeros() as usize);
        mask &= mask - 1;
    }
}
