//! The credentials seen in a push, each with every place it was seen at.

use std::collections::{HashMap, HashSet};

use crate::git::Oid;
use crate::guard::place::{Lines, Placer};
use crate::model::{AllowReason, Finding, Fingerprint, LineContext, Place, Position, RuleIx, Secret, Verdict};
use crate::policy::Policy;
use crate::rules::RuleSet;

/// What holds a credential.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Holder {
    Commit(Oid),
    Blob(Oid),
    Tag(Oid),
    Name(Vec<u8>),
    Ref(Vec<u8>),
}

/// One credential.
pub(super) struct Credential {
    /// The finding that is surest.
    pub(super) finding: Finding,
    pub(super) fingerprint: Fingerprint,
    pub(super) holders: Vec<Holder>,
}

/// A credential's identity.
pub(super) type Identity = (RuleIx, Secret);

pub(super) fn identity(finding: &Finding) -> Identity {
    (finding.rule, finding.secret.clone())
}

/// All credentials that count.
pub(super) struct Ledger<'a> {
    rules: &'a RuleSet,
    policy: &'a Policy,
    pub(super) credentials: Vec<Credential>,
    index: HashMap<Identity, usize>,
    /// Those that policy allows, with the words for it.
    pub(super) allowed: HashMap<Fingerprint, String>,
    entered: HashSet<(usize, Holder)>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(rules: &'a RuleSet, policy: &'a Policy) -> Self {
        let (credentials, index, allowed) = (Vec::new(), HashMap::new(), HashMap::new());
        Self { rules, policy, credentials, index, allowed, entered: HashSet::new() }
    }

    /// Enters what one object or name holds. `bytes` gives its content, which is asked for only where the lines
    /// around a credential have a say.
    pub(super) fn enter(&mut self, holder: &Holder, findings: Vec<Finding>, bytes: impl FnOnce() -> Vec<u8>) {
        let content = if self.policy.inline { bytes() } else { Vec::new() };
        let mut placer = Placer::new(&content, 0, Lines::starting_at(0));
        for finding in findings {
            let place = if self.policy.inline { placer.place(&finding) } else { nowhere() };
            let rule = &self.rules.get(finding.rule).id;
            let (fingerprint, verdict) = self.policy.judge(rule, &finding, &place);
            match verdict {
                Verdict::BelowThreshold => {}
                Verdict::Allowed(reason) => {
                    self.allowed.insert(fingerprint, words(&reason));
                }
                Verdict::Block => self.note(finding, fingerprint, holder),
            }
        }
    }

    fn note(&mut self, finding: Finding, fingerprint: Fingerprint, holder: &Holder) {
        let at = *self.index.entry(identity(&finding)).or_insert(self.credentials.len());
        match self.credentials.get_mut(at) {
            None => self.credentials.push(Credential { finding, fingerprint, holders: Vec::new() }),
            Some(known) => {
                let sure = |finding: &Finding| (finding.score.confidence, finding.score.points);
                if sure(&finding) > sure(&known.finding) {
                    known.finding = finding;
                }
            }
        }
        if self.entered.insert((at, holder.clone()))
            && let Some(credential) = self.credentials.get_mut(at)
        {
            credential.holders.push(holder.clone());
        }
    }
}

fn words(reason: &AllowReason) -> String {
    match reason {
        AllowReason::Inline { marker, .. } => format!("inline: {marker}"),
        AllowReason::Baseline { line, .. } => format!("baseline, line {line}"),
        AllowReason::Config { entry, .. } => entry.clone(),
    }
}

fn nowhere() -> Place {
    let start = Position { line: 1, column: 1 };
    Place { start, end: start, lines: LineContext::default() }
}
