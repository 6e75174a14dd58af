//! All findings of a history by credential: a credential in 900 versions of a file is one entry.

use std::collections::{HashMap, HashSet};

use super::seen::{Judged, Seen, Seer};
use crate::model::{AllowReason, Finding, Fingerprint, Position, RuleIx, Secret, Verdict};
use crate::policy::Policy;
use crate::rules::RuleSet;

/// One credential.
#[derive(Debug)]
pub(super) struct Entry {
    /// The finding that is surest.
    pub(super) finding: Finding,
    pub(super) fingerprint: Fingerprint,
    /// `Block` if any occurrence counts; an allow if all that count have one.
    pub(super) verdict: Verdict,
    /// In which other forms than its own it stands in objects' raw bytes.
    pub(super) forms: HashSet<Secret>,
}

/// A credential in some object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Held {
    /// Index of the credential.
    pub(super) secret: u32,
    /// Where its first occurrence in the object begins.
    pub(super) at: Position,
}

/// All credentials.
pub(super) struct Ledger<'a> {
    rules: &'a RuleSet,
    policy: &'a Policy,
    pub(super) entries: Vec<Entry>,
    index: HashMap<(RuleIx, Secret), u32>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(rules: &'a RuleSet, policy: &'a Policy) -> Self {
        Self { rules, policy, entries: Vec::new(), index: HashMap::new() }
    }

    pub(super) const fn policy(&self) -> &'a Policy {
        self.policy
    }

    pub(super) const fn rules(&self) -> &'a RuleSet {
        self.rules
    }

    /// Enters what was found in one object, whose bytes tell lines and allows. Each credential once, in order.
    pub(super) fn enter(&mut self, findings: Vec<Finding>, bytes: &[u8]) -> Vec<Held> {
        let Self { rules, policy, .. } = *self;
        self.enter_seen(Seer { rules, policy }.see(findings, bytes))
    }

    /// The same, of what was judged before.
    pub(super) fn enter_seen(&mut self, seen: Seen) -> Vec<Held> {
        let mut held: Vec<Held> = Vec::new();
        for Judged { finding, fingerprint, verdict, at, form } in seen.judged {
            let secret = self.note(finding, fingerprint, verdict);
            if let (Some(form), Some(entry)) = (form, self.entries.get_mut(secret as usize)) {
                entry.forms.insert(form);
            }
            held.push(Held { secret, at });
        }
        held.sort_by_key(|held| (held.secret, held.at));
        held.dedup_by_key(|held| held.secret);
        held
    }

    fn note(&mut self, finding: Finding, fingerprint: Fingerprint, verdict: Verdict) -> u32 {
        let key = (finding.rule, finding.secret.clone());
        let Some(&at) = self.index.get(&key) else {
            let at = self.entries.len() as u32;
            self.index.insert(key, at);
            self.entries.push(Entry { finding, fingerprint, verdict, forms: HashSet::new() });
            return at;
        };
        if let Some(entry) = self.entries.get_mut(at as usize) {
            let sure = |finding: &Finding| (finding.score.confidence, finding.score.points);
            if sure(&finding) > sure(&entry.finding) {
                entry.finding = finding;
            }
            if weight(&verdict) > weight(&entry.verdict) {
                entry.verdict = verdict;
            }
        }
        at
    }
}

/// Which of two verdicts on one credential stands. An allow beside one version does not excuse another.
const fn weight(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::BelowThreshold => 0,
        Verdict::Allowed(AllowReason::Inline { .. }) => 1,
        Verdict::Allowed(AllowReason::Baseline { .. }) => 2,
        Verdict::Allowed(AllowReason::Config { .. }) => 3,
        Verdict::Block => 4,
    }
}
