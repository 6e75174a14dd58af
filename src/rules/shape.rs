//! Small facts about a regex's structure.

use regex_syntax::hir::{Hir, HirKind};

/// Whether group `index` takes part in every match, with at least one byte.
pub(super) fn always_captures(hir: &Hir, index: u32) -> bool {
    match hir.kind() {
        HirKind::Capture(capture) if capture.index == index => capture.sub.properties().minimum_len() > Some(0),
        HirKind::Capture(capture) => always_captures(&capture.sub, index),
        HirKind::Concat(parts) => parts.iter().any(|part| always_captures(part, index)),
        HirKind::Alternation(branches) => branches.iter().all(|branch| always_captures(branch, index)),
        HirKind::Repetition(repetition) => repetition.min > 0 && always_captures(&repetition.sub, index),
        _ => false,
    }
}
