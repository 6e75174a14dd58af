//! Commits in an order in which history reads: parents before children, then the older first.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{Child, Slot, Walked};
use crate::git::Oid;
use crate::model::SkipReason;

/// Puts the commits in order and turns what was an id, or an index into the old order, into an index.
pub(super) fn settle(out: &mut Walked, parents: &[Vec<Oid>], targets: &[Oid]) {
    let index = |oid: &Oid| match out.objects.get(oid) {
        Some(Slot::Known(Child::Commit(at))) => Some(*at),
        _ => None,
    };
    let parents: Vec<Vec<u32>> = parents.iter().map(|list| list.iter().filter_map(index).collect()).collect();
    let keys: Vec<(i64, Oid)> = out.commits.iter().map(|commit| (commit.time, commit.oid)).collect();
    let order = topological(&parents, &keys);
    if order.len() < out.commits.len() {
        // Only objects whose content is not what their name says can do that.
        out.problems.push(super::Problem {
            oid: None,
            what: "commits".to_owned(),
            reason: SkipReason::Unreadable,
            detail: format!("{} commits are their own ancestors", out.commits.len() - order.len()),
        });
    }
    let mut place = vec![u32::MAX; out.commits.len()];
    for (new, old) in order.iter().enumerate() {
        place[*old as usize] = new as u32;
    }
    let place = |old: u32| place.get(old as usize).copied().filter(|new| *new != u32::MAX);
    let renamed = |child: Child| match child {
        Child::Commit(old) => place(old).map_or(Child::Nothing, Child::Commit),
        other => other,
    };
    out.objects.values_mut().for_each(|slot| {
        if let Slot::Known(child) = slot {
            *child = renamed(*child);
        }
    });
    for (tag, target) in out.tags.iter_mut().zip(targets) {
        tag.target = match out.objects.get(target) {
            Some(Slot::Known(child)) => *child,
            _ => Child::Nothing,
        };
    }
    for (_, child) in &mut out.refs {
        *child = renamed(*child);
    }
    let mut commits = Vec::with_capacity(order.len());
    for old in &order {
        let mut commit = out.commits[*old as usize].clone();
        commit.parents = parents[*old as usize].iter().filter_map(|parent| place(*parent)).collect();
        commits.push(commit);
    }
    out.commits = commits;
}

/// Indices, parents first; of those that are ready, the one with the least key. What lies on a cycle is left out.
fn topological<K: Ord + Copy>(parents: &[Vec<u32>], keys: &[K]) -> Vec<u32> {
    let mut waiting: Vec<u32> = parents.iter().map(|list| list.len() as u32).collect();
    // The children of commit c are children[starts[c]..starts[c + 1]].
    let mut starts = vec![0_u32; parents.len() + 1];
    for parent in parents.iter().flatten() {
        starts[*parent as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    let mut fill = starts.clone();
    let mut children = vec![0_u32; starts.last().copied().unwrap_or(0) as usize];
    for (child, list) in parents.iter().enumerate() {
        for parent in list {
            children[fill[*parent as usize] as usize] = child as u32;
            fill[*parent as usize] += 1;
        }
    }
    let mut ready: BinaryHeap<Reverse<(K, u32)>> = BinaryHeap::new();
    ready.extend((0..parents.len()).filter(|at| waiting[*at] == 0).map(|at| Reverse((keys[at], at as u32))));
    let mut order = Vec::with_capacity(parents.len());
    while let Some(Reverse((_, at))) = ready.pop() {
        order.push(at);
        for &child in &children[starts[at as usize] as usize..starts[at as usize + 1] as usize] {
            waiting[child as usize] -= 1;
            if waiting[child as usize] == 0 {
                ready.push(Reverse((keys[child as usize], child)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::topological;

    #[test]
    fn parents_come_first_whatever_the_clocks_say() {
        // 0 <- 1 <- 3, 0 <- 2 <- 3; 4 is another root; clocks run backwards.
        let parents = [vec![], vec![0], vec![0], vec![1, 2], vec![]];
        assert_eq!(topological(&parents, &[9, 8, 7, 1, 5]), [4, 0, 2, 1, 3]);
        // A commit twice among the parents of another.
        assert_eq!(topological(&[vec![], vec![0, 0]], &[1, 1]), [0, 1]);
    }

    #[test]
    fn a_cycle_is_left_out() {
        assert_eq!(topological(&[vec![], vec![2], vec![1]], &[1, 1, 1]), [0]);
    }
}
