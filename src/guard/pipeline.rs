//! From what the engine found to what people are told: every gate ends here.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::columns;
use super::feed::Found;
use crate::model::{Coverage, Item, LineContext, Report, RuleInfo};
use crate::policy::Policy;
use crate::rules::{Rule, RuleSet};

/// Judges findings: rule, fingerprint, verdict. The lines around a finding are dropped once judged and columns are counted:
/// they are needed for nothing else, and ten thousand of them are megabytes.
#[derive(Clone, Copy, Debug)]
pub struct Judge<'a> {
    rules: &'a RuleSet,
    policy: &'a Policy,
}

impl<'a> Judge<'a> {
    /// By these rules and that policy.
    #[must_use]
    pub const fn new(rules: &'a RuleSet, policy: &'a Policy) -> Self {
        Self { rules, policy }
    }

    /// One finding, judged.
    #[must_use]
    pub fn item(&self, found: Found) -> Item {
        let Found { origin, finding, mut place } = found;
        let rule = self.rules.get(finding.rule);
        let (fingerprint, verdict) = self.policy.judge_at(&rule.id, &finding, &place, &origin);
        let columns = columns::of(&finding, &place);
        place.lines = LineContext::default();
        Item { rule: info(rule, self.policy), finding, origin, place, columns, fingerprint, verdict }
    }

    /// A finished run's report.
    #[must_use]
    pub fn report(&self, command: &'static str, found: Vec<Found>, coverage: Coverage) -> Report {
        assemble(command, found.into_iter().map(|found| self.item(found)).collect(), coverage)
    }
}

/// Puts judged findings and coverage in order, whatever order threads brought them in. A file that was
/// reached twice (`scan a a/b`) is counted twice, and what is in it is told once.
#[must_use]
pub fn assemble(command: &'static str, mut items: Vec<Item>, mut coverage: Coverage) -> Report {
    items.sort_by(|a, b| order(a).cmp(&order(b)));
    items.dedup_by(|a, b| order(a) == order(b));
    coverage.sort();
    Report { command, items, coverage, below: 0, names: Vec::new(), unused_allows: Vec::new() }
}

fn order(item: &Item) -> impl Ord + '_ {
    (&item.origin, item.finding.secret_span, item.finding.span, item.finding.rule, item.fingerprint)
}

/// What people need to know of a rule.
pub(super) fn info(rule: &Rule, policy: &Policy) -> RuleInfo {
    RuleInfo {
        id: rule.id.to_string(),
        title: rule.title.to_string(),
        provider: rule.provider.to_string(),
        severity: policy.configured.severity(&rule.id).unwrap_or(rule.severity),
        revoke: rule.revoke.to_string(),
        revoke_url: rule.revoke_url.to_string(),
    }
}

/// Runs one object's scan so that a bug in it costs that object (a skip, exit 2) and not the run: the
/// other threads would wait for the lost one. The panic's own message is not kept; it could quote content.
///
/// # Errors
/// The words to tell, when it panicked.
pub fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| "an internal error while scanning it; please report it".to_owned())
}
