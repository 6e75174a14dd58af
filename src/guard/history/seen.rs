//! What the bytes of an object tell of what was found in them: told while they are at hand, so that no object is read
//! a second time for it.

use std::collections::HashMap;

use crate::guard::place::{Lines, Placer};
use crate::model::{Finding, Fingerprint, Place, Position, Secret, Span, Verdict};
use crate::policy::Policy;
use crate::rules::RuleSet;

/// How many bytes of a file tools look at to see whether it is text: as `git filter-repo` does.
const BINARY_IF_NUL_IN: usize = 8192;

/// Turns findings and the bytes they were found in into what is told of them.
#[derive(Clone, Copy)]
pub(super) struct Seer<'a> {
    pub(super) rules: &'a RuleSet,
    pub(super) policy: &'a Policy,
}

/// What is told of one object's findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// In order of place.
    pub(super) judged: Vec<Judged>,
    /// Whether tools do not take it for text.
    pub(super) is_binary: bool,
}

/// A finding, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Judged {
    pub(super) finding: Finding,
    pub(super) fingerprint: Fingerprint,
    pub(super) verdict: Verdict,
    /// Where the credential begins.
    pub(super) at: Position,
    /// The credential as it stands there, where that is not how it reads.
    pub(super) form: Option<Secret>,
}

impl Seer<'_> {
    /// Judges what was found in an object, or in a line or a name, by its bytes.
    pub(super) fn see(self, mut findings: Vec<Finding>, bytes: &[u8]) -> Seen {
        findings.sort_by_key(|finding| finding.secret_span);
        let mut placer = Placer::new(bytes, 0, Lines::starting_at(0));
        let judged = findings.into_iter().map(|finding| {
            let (place, form) = (placer.place(&finding), form(&finding, bytes, 0));
            self.judge(finding, &place, form)
        });
        Seen { judged: judged.collect(), is_binary: is_binary(bytes) }
    }

    fn judge(self, finding: Finding, place: &Place, form: Option<Secret>) -> Judged {
        let (fingerprint, verdict) = self.policy.judge(&self.rules.get(finding.rule).id, &finding, place);
        Judged { fingerprint, verdict, at: place.start, form, finding }
    }
}

/// Whether tools do not take an object that begins so for text.
fn is_binary(bytes: &[u8]) -> bool {
    bytes.iter().take(BINARY_IF_NUL_IN).any(|byte| *byte == 0)
}

/// The credential as it stands in the object, where that is not how it reads. `bytes` are of the object, from `base` on.
fn form(finding: &Finding, bytes: &[u8], base: u64) -> Option<Secret> {
    let at = |offset: u64| usize::try_from(offset.checked_sub(base)?).ok();
    let form = bytes.get(at(finding.secret_span.start)?..at(finding.secret_span.end)?)?;
    (!form.is_empty() && form != finding.secret.expose()).then(|| Secret::new(form))
}

/// What the pieces of an object tell that is read once, and not held.
#[derive(Default)]
pub(super) struct Glimpses {
    is_binary: bool,
    forms: HashMap<Span, Secret>,
}

impl Glimpses {
    /// Looks at a piece, which lies at `base`, and what was found in it.
    pub(super) fn look(&mut self, found: &[(Finding, Place)], bytes: &[u8], base: u64) {
        self.is_binary |= base == 0 && is_binary(bytes);
        for (finding, _) in found {
            if let Some(form) = form(finding, bytes, base) {
                self.forms.insert(finding.secret_span, form);
            }
        }
    }

    /// Judges what was found in all of them.
    pub(super) fn see(self, seer: Seer<'_>, findings: Vec<Finding>, places: &[Place]) -> Seen {
        let judged = findings.into_iter().zip(places).map(|(finding, place)| {
            // Others may stand at the same bytes, and read alike.
            let form = self.forms.get(&finding.secret_span).filter(|form| form.expose() != finding.secret.expose());
            let form = form.cloned();
            seer.judge(finding, place, form)
        });
        let mut judged: Vec<Judged> = judged.collect();
        judged.sort_by_key(|judged| judged.finding.secret_span);
        Seen { judged, is_binary: self.is_binary }
    }
}
