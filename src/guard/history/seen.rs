//! What the bytes of an object tell of what was found in them: told while they are at hand, so that no object is read
//! a second time for it.

use crate::guard::place::{Lines, Placer};
use crate::model::{Finding, Fingerprint, Position, Secret, Verdict};
use crate::policy::Policy;
use crate::rules::RuleSet;

/// How many bytes of a file tools look at to see whether it is text: as `git filter-repo` does.
const BINARY_IF_NUL_IN: usize = 8192;

/// Turns findings and the bytes they were found in into what is told of them.
pub(super) type Seer<'a> = &'a (dyn Fn(Vec<Finding>, &[u8]) -> Seen + Sync);

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

/// Judges what was found in an object, or in a line or a name, by its bytes.
pub(super) fn see(rules: &RuleSet, policy: &Policy, mut findings: Vec<Finding>, bytes: &[u8]) -> Seen {
    findings.sort_by_key(|finding| finding.secret_span);
    let mut placer = Placer::new(bytes, 0, Lines::starting_at(0));
    let judged = findings.into_iter().map(|finding| {
        let place = placer.place(&finding);
        let (fingerprint, verdict) = policy.judge(&rules.get(finding.rule).id, &finding, &place);
        let form = raw(&finding, bytes).filter(|form| *form != finding.secret.expose()).map(Secret::new);
        Judged { fingerprint, verdict, at: place.start, form, finding }
    });
    Seen { judged: judged.collect(), is_binary: bytes.iter().take(BINARY_IF_NUL_IN).any(|byte| *byte == 0) }
}

/// The credential as it stands in the object, which is not in every case how it reads.
fn raw<'a>(finding: &Finding, bytes: &'a [u8]) -> Option<&'a [u8]> {
    let (start, end) =
        (usize::try_from(finding.secret_span.start).ok()?, usize::try_from(finding.secret_span.end).ok()?);
    bytes.get(start..end).filter(|form| !form.is_empty())
}
