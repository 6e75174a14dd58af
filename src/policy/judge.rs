//! The verdict on one finding.

use super::{Baseline, Key, fingerprint, inline_allow};
use crate::model::{AllowReason, Confidence, Finding, Fingerprint, Place, Verdict};

/// What counts and what is allowed.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Findings less sure than this are counted only.
    pub threshold: Confidence,
    /// Whether allows written beside a credential are honoured.
    pub inline: bool,
    /// Credentials that are known and accepted.
    pub baseline: Baseline,
    /// The key of the repository's fingerprints.
    pub key: Key,
}

impl Default for Policy {
    /// What a gate does where nothing is configured: from medium confidence, inline allows honoured, an
    /// empty baseline and the public key.
    fn default() -> Self {
        Self { threshold: Confidence::Medium, inline: true, baseline: Baseline::default(), key: Key::unkeyed() }
    }
}

impl Policy {
    /// A finding's identity, and whether it counts.
    ///
    /// The threshold comes first: what is too unsure to count needs nobody's leave. Then the allow that
    /// stands beside the credential, where a reader of the code sees it; then the baseline.
    #[must_use]
    pub fn judge(&self, rule_id: &str, finding: &Finding, place: &Place) -> (Fingerprint, Verdict) {
        let print = fingerprint(&self.key, rule_id, &finding.secret);
        if finding.score.confidence < self.threshold {
            return (print, Verdict::BelowThreshold);
        }
        let inline = || self.inline.then(|| inline_allow(rule_id, &finding.secret, place)).flatten();
        let baseline = || {
            let entry = self.baseline.lookup(print, rule_id)?;
            Some(AllowReason::Baseline { line: entry.line, reason: entry.reason.clone() })
        };
        (print, inline().or_else(baseline).map_or(Verdict::Block, Verdict::Allowed))
    }
}
