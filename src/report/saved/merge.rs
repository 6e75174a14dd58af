//! Several reports as one.

use std::collections::HashMap;

use super::Saved;
use crate::model::history::{History, Life, Listed, Part, Scope};
use crate::model::{Coverage, Fingerprint, Report, Verdict};

/// A scan and a history: one tells places, the other lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a report of a scan and one of a history do not go together")]
pub struct Unlike;

impl Saved {
    /// Both together. A credential that stands in both is told once; what counts in either counts.
    ///
    /// # Errors
    /// If one is of a scan and the other of a history.
    pub fn merge(self, other: Self) -> Result<Self, Unlike> {
        match (self, other) {
            (Self::Scan(a), Self::Scan(b)) => Ok(Self::Scan(scans(a, b))),
            (Self::History(a), Self::History(b)) => Ok(Self::History(histories(a, b))),
            _ => Err(Unlike),
        }
    }
}

fn scans(mut a: Report, b: Report) -> Report {
    let command = if a.command == b.command { a.command } else { "report" };
    a.items.extend(b.items);
    // The one that counts comes first, and the other is dropped.
    a.items.sort_by(|a, b| {
        let key = |item: &crate::model::Item| item.finding.secret_span;
        (&a.origin, key(a), &a.rule.id, a.fingerprint, a.verdict != Verdict::Block).cmp(&(
            &b.origin,
            key(b),
            &b.rule.id,
            b.fingerprint,
            b.verdict != Verdict::Block,
        ))
    });
    a.items.dedup_by(|b, a| {
        (&a.origin, a.finding.secret_span, &a.rule.id, a.fingerprint)
            == (&b.origin, b.finding.secret_span, &b.rule.id, b.fingerprint)
    });
    a.unused_allows.extend(b.unused_allows);
    a.unused_allows.sort_by(|a, b| (&a.entry, &a.reason).cmp(&(&b.entry, &b.reason)));
    a.unused_allows.dedup();
    Report { command, coverage: together(a.coverage, b.coverage), below: a.below + b.below, ..a }
}

fn together(mut a: Coverage, b: Coverage) -> Coverage {
    a.merge(b);
    a.sort();
    a
}

fn histories(a: History, b: History) -> History {
    let mut lives: Vec<Life> = Vec::with_capacity(a.lives.len() + b.lives.len());
    let mut at: HashMap<Fingerprint, usize> = HashMap::new();
    for life in a.lives.into_iter().chain(b.lives) {
        if let Some(known) = at.get(&life.fingerprint).and_then(|at| lives.get_mut(*at)) {
            join(known, life);
        } else {
            at.insert(life.fingerprint, lives.len());
            lives.push(life);
        }
    }
    lives.sort_by_cached_key(Life::order);
    let sum = |a: Option<u64>, b: Option<u64>| {
        if a.is_none() && b.is_none() { None } else { Some(a.unwrap_or(0) + b.unwrap_or(0)) }
    };
    let (x, y) = (a.scope, b.scope);
    History {
        lives,
        below_threshold: a.below_threshold + b.below_threshold,
        scope: Scope {
            refs: x.refs + y.refs,
            commits: x.commits + y.commits,
            tags: x.tags + y.tags,
            trees: x.trees + y.trees,
            blobs: x.blobs + y.blobs,
            unreachable: sum(x.unreachable, y.unreachable),
            remembered: sum(x.remembered, y.remembered),
            // Nobody asked for all of what only one of them covers.
            part: Part {
                refs: x.part.refs || y.part.refs,
                since: x.part.since.max(y.part.since),
                range: x.part.range || y.part.range,
            },
        },
        coverage: together(a.coverage, b.coverage),
        ..History::default()
    }
}

/// One credential in two histories. Where both are of one repository, what both tell is told once; how many versions
/// and commits there are in all cannot be known, and the greater number is kept.
fn join(life: &mut Life, other: Life) {
    if other.verdict == Verdict::Block {
        life.verdict = Verdict::Block;
    }
    unite(&mut life.introduced, other.introduced);
    life.introduced.items.sort_by_key(|one| one.commit.time);
    unite(&mut life.paths, other.paths);
    unite(&mut life.live, other.live);
    unite(&mut life.removed, other.removed);
    life.blobs = life.blobs.max(other.blobs);
    life.commits = life.commits.max(other.commits);
    life.texts = life.texts.max(other.texts);
}

fn unite<T: PartialEq>(list: &mut Listed<T>, other: Listed<T>) {
    let untold = |list: &Listed<T>| list.total.saturating_sub(list.items.len() as u64);
    let rest = untold(list).max(untold(&other));
    for item in other.items {
        if !list.items.contains(&item) {
            list.items.push(item);
        }
    }
    list.total = list.items.len() as u64 + rest;
}
