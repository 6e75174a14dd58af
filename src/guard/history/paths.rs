//! Every path that anything looked for was ever at.
//!
//! A tree may stand at many places of many commits, and a hostile one at more than could ever be listed
//! (ten levels of ten equal directories are ten thousand million paths), so there is a limit for each object.

use std::collections::HashMap;

use crate::git::{Child, Walked};

/// Most paths that are told of one object.
const MOST: usize = 256;

/// A path: the index of its last step; 0 is the top.
type PathIx = u32;

/// All paths, as steps from the top.
pub(super) struct Paths {
    /// Of each step: the one before it, and the name's index. The first stands for the top.
    steps: Vec<(PathIx, u32)>,
    blobs: Vec<Vec<PathIx>>,
    names: HashMap<u32, Vec<PathIx>>,
}

impl Paths {
    /// Follows all kept trees down from the commits. Of names, the `telling` ones are noted.
    pub(super) fn of(walked: &Walked, telling: &HashMap<u32, Vec<u32>>) -> Self {
        let mut paths =
            Self { steps: vec![(0, 0)], blobs: vec![Vec::new(); walked.blobs.len()], names: HashMap::new() };
        let mut known: HashMap<(PathIx, u32), PathIx> = HashMap::new();
        let mut trees: Vec<Vec<PathIx>> = vec![Vec::new(); walked.trees.len()];
        let roots = walked.commits.iter().map(|commit| commit.tree).chain(walked.loose_ends.iter().map(|end| end.1));
        for root in roots {
            if let Child::Tree(at) = root
                && let Some(list) = trees.get_mut(at as usize)
            {
                add(list, 0);
            }
        }
        // Children come before their parents in the list, so the parents are met first from its end.
        for at in (0..walked.trees.len()).rev() {
            let above = std::mem::take(&mut trees[at]);
            let Some((_, entries)) = walked.trees.get(at) else { continue };
            for entry in entries {
                for &parent in &above {
                    let path = *known.entry((parent, entry.name)).or_insert_with(|| {
                        paths.steps.push((parent, entry.name));
                        paths.steps.len() as u32 - 1
                    });
                    let list = match entry.child {
                        Child::Blob(blob) => paths.blobs.get_mut(blob as usize),
                        Child::Tree(tree) => trees.get_mut(tree as usize),
                        _ => None,
                    };
                    if let Some(list) = list {
                        add(list, path);
                    }
                    if telling.contains_key(&entry.name) {
                        add(paths.names.entry(entry.name).or_default(), path);
                    }
                }
            }
        }
        paths
    }

    /// The paths of a kept blob.
    pub(super) fn blob(&self, blob: u32) -> &[PathIx] {
        self.blobs.get(blob as usize).map_or(&[], Vec::as_slice)
    }

    /// The paths that end in that name.
    pub(super) fn name(&self, name: u32) -> &[PathIx] {
        self.names.get(&name).map_or(&[], Vec::as_slice)
    }

    /// A path's bytes.
    pub(super) fn bytes(&self, walked: &Walked, path: PathIx) -> Vec<u8> {
        let mut names = Vec::new();
        let mut at = path;
        while at != 0 {
            let Some(&(parent, name)) = self.steps.get(at as usize) else { break };
            names.push(walked.names.get(name as usize).map_or(&b""[..], |name| name));
            at = parent;
        }
        names.reverse();
        names.join(&b'/')
    }
}

fn add(list: &mut Vec<PathIx>, path: PathIx) {
    if list.len() < MOST && !list.contains(&path) {
        list.push(path);
    }
}
