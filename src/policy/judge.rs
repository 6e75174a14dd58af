//! The verdict on one finding.

use super::{Baseline, Configured, Key, fingerprint, inline_allow};
use crate::model::{AllowReason, Confidence, Finding, Fingerprint, Origin, Place, Verdict};

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
    /// What configuration files say of rules, and allow.
    pub configured: Configured,
}

impl Default for Policy {
    /// What a gate does where nothing is configured: from medium confidence, inline allows honoured, an
    /// empty baseline and the public key.
    fn default() -> Self {
        Self {
            threshold: Confidence::Medium,
            inline: true,
            baseline: Baseline::default(),
            key: Key::unkeyed(),
            configured: Configured::default(),
        }
    }
}

impl Policy {
    /// As [`Policy::judge_at`], for a place whose path is not known (yet): no allow by path holds.
    #[must_use]
    pub fn judge(&self, rule_id: &str, finding: &Finding, place: &Place) -> (Fingerprint, Verdict) {
        self.verdict(rule_id, finding, place, None)
    }

    /// A finding's identity, and whether it counts.
    ///
    /// The threshold comes first: what is too unsure to count needs nobody's leave. Then the allow that
    /// stands beside the credential, where a reader of the code sees it; then the baseline; then configuration.
    #[must_use]
    pub fn judge_at(&self, rule_id: &str, finding: &Finding, place: &Place, origin: &Origin) -> (Fingerprint, Verdict) {
        self.verdict(rule_id, finding, place, Some(origin))
    }

    fn verdict(
        &self,
        rule_id: &str,
        finding: &Finding,
        place: &Place,
        origin: Option<&Origin>,
    ) -> (Fingerprint, Verdict) {
        let print = fingerprint(&self.key, rule_id, &finding.secret);
        if finding.score.confidence < self.configured.threshold(rule_id).unwrap_or(self.threshold) {
            return (print, Verdict::BelowThreshold);
        }
        let inline = || self.inline.then(|| inline_allow(rule_id, &finding.secret, place)).flatten();
        let baseline = || {
            let entry = self.baseline.lookup(print, rule_id)?;
            Some(AllowReason::Baseline { line: entry.line, reason: entry.reason.clone() })
        };
        let configured = || self.configured.at(rule_id, finding, print, origin);
        (print, inline().or_else(baseline).or_else(configured).map_or(Verdict::Block, Verdict::Allowed))
    }
}
