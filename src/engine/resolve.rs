//! One finding for each credential: of findings that overlap, the best stays.

use std::cmp::Reverse;

use super::Engine;
use crate::model::{Confidence, Finding, RuleIx};
use crate::rules::Kind;

/// How much a kind of rule says by itself: of two findings as confident, the more specific stays.
const fn specificity(kind: Kind) -> u8 {
    match kind {
        Kind::Block => 5,
        Kind::Token | Kind::Identifier => 4,
        Kind::Context => 3,
        Kind::Url | Kind::Place => 2,
        Kind::Hash => 1,
        Kind::Assignment => 0,
    }
}

/// Whether a rule knows its credential by the format it has, and not by what stands around it.
const fn has_own_format(kind: Kind) -> bool {
    matches!(kind, Kind::Token | Kind::Identifier | Kind::Block | Kind::Hash)
}

impl Engine {
    /// Sorts findings by place and keeps one for each credential: where credentials overlap, a format's own
    /// rule before all others, then one that names the provider or the place before the generic family (unless only
    /// the generic one blocks), then the most confident, then the most specific, then the longest. Does not depend
    /// on the order of `findings`.
    pub fn resolve(&self, findings: &mut Vec<Finding>) {
        if findings.len() > 1 {
            findings.sort_by_cached_key(|finding| self.rank(finding));
            let mut kept: std::collections::BTreeMap<u64, u64> = std::collections::BTreeMap::new();
            findings.retain(|finding| {
                let span = finding.secret_span;
                let free =
                    kept.range(..span.end.max(span.start + 1)).next_back().is_none_or(|(_, &end)| end <= span.start);
                if free {
                    kept.insert(span.start, span.end.max(span.start + 1));
                }
                free
            });
        }
        findings.sort_by_key(|finding| (finding.secret_span, finding.rule));
    }

    /// Whether a finding may be left out without changing what [`Engine::resolve`] makes of those that are as sure as
    /// `least`: it is less sure, and ranks behind all of them.
    #[must_use]
    pub fn is_idle(&self, finding: &Finding, least: Confidence) -> bool {
        !has_own_format(self.rules().get(finding.rule).kind) && finding.score.confidence < least.min(Confidence::Medium)
    }

    /// A total order, best first.
    fn rank(&self, finding: &Finding) -> impl Ord + use<> {
        let Finding { rule: RuleIx(rule), span, secret_span, score, via, .. } = finding;
        let kind = self.rules().get(finding.rule).kind;
        // What a format's own rule says of its credential (a checksum that fails, a vendor's sample) stands
        // against the rules that see only the same bytes' name and surroundings.
        let own_format = has_own_format(kind);
        // A rule that knows whose credential it is, or where it stands, says more than its name does; as long as
        // it blocks as the generic family would.
        let known = own_format || kind != Kind::Assignment && score.confidence >= Confidence::Medium;
        (
            !own_format,
            !known,
            Reverse(score.confidence),
            Reverse(specificity(kind)),
            Reverse(score.points),
            Reverse(secret_span.len()),
            via.len(),
            *rule,
            *secret_span,
            *span,
        )
    }
}
