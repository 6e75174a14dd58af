//! One look for all the rules of an anchor: most share their anchors with others, and nearly always none of them matches.
//! Shared with the build script: standard library only.

use std::collections::HashMap;

use super::frequency::Frequency;
use super::tables::{Needle, Target};
use crate::rules::{Anchor, Glance, Rule};

/// Most cells of a gate: what happens in the first bytes behind an anchor.
const MAX_CELLS: usize = 1 << 15;

/// Makes the gates of needles that have several rules, and enters which one is whose.
pub(super) fn gates(rules: &[Rule], needles: &mut [Needle], targets: &[Target]) -> Vec<Glance> {
    let frequency = Frequency::default();
    let (mut known, mut gates) = (HashMap::<(&Anchor, Vec<u16>), Option<u16>>::new(), Vec::new());
    for needle in needles {
        let own = targets.get(needle.targets as usize..).unwrap_or_default();
        let own = own.iter().take(usize::from(needle.target_count));
        let behind: Vec<&Target> = own.filter(|target| is_behind(rules, **target)).collect();
        let anchors: Option<Vec<&Anchor>> = behind.iter().map(|target| anchor(rules, **target)).collect();
        let Some([first, more @ ..]) = anchors.as_deref() else { continue };
        let alike = |other: &&Anchor| other.literal == first.literal && other.fold == first.fold;
        if more.is_empty() || !more.iter().all(alike) {
            continue;
        }
        let of: Vec<u16> = behind.iter().map(|target| target.rule).collect();
        needle.gate = *known.entry((first, of)).or_insert_with_key(|(first, of)| {
            let glances: Vec<&Glance> =
                of.iter().filter_map(|&rule| rules.get(usize::from(rule))).map(|rule| &rule.glance).collect();
            gates.push(Glance::of_all(&glances, (&first.literal, first.fold), MAX_CELLS, |byte| frequency.byte(byte))?);
            u16::try_from(gates.len() - 1).ok()
        });
    }
    gates
}

fn anchor(rules: &[Rule], target: Target) -> Option<&Anchor> {
    rules.get(usize::from(target.rule))?.anchors.get(usize::from(target.anchor))
}

/// Whether a gate speaks for that rule: where its matches begin with the anchor.
#[must_use]
pub(crate) fn is_behind(rules: &[Rule], target: Target) -> bool {
    anchor(rules, target).is_some_and(|anchor| anchor.lead_max == 0)
        && rules.get(usize::from(target.rule)).is_some_and(|rule| rule.extend.is_none() && !rule.glance.is_silent())
}
