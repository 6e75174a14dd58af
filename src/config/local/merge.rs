//! Flags, project and user together: what holds, and who said so.

use std::collections::BTreeMap;

use super::{Allow, Local, Owner, RuleSay, Setting, Source};
use crate::model::{Confidence, Severity};

/// What the command line says.
#[derive(Clone, Copy, Debug, Default)]
pub struct Flags {
    /// The confidence asked for.
    pub min_confidence: Option<Confidence>,
    /// Whether inline allows are not honoured.
    pub no_inline: bool,
}

/// What holds for one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleMerged {
    /// Whether its findings do not count, and why (may be empty).
    pub disabled: Option<(bool, String, Source)>,
    /// What its credentials would open.
    pub severity: Option<(Severity, Source)>,
    /// Its findings count from that confidence on.
    pub min_confidence: Option<(Confidence, Source)>,
}

/// What holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// Findings count from that confidence on.
    pub min_confidence: (Confidence, Source),
    /// Whether allows beside a credential are honoured.
    pub inline_allows: (bool, Source),
    /// Whether the repository's own files may loosen anything.
    pub trust_project: (bool, Source),
    /// Rule files, as they stand in the files that name them.
    pub rules: Vec<(String, Source)>,
    /// What holds for rules, by id.
    pub rule: BTreeMap<String, RuleMerged>,
    /// Allows, the user's first.
    pub allows: Vec<(Allow, Owner)>,
    /// What the project says and is not heeded.
    pub unheeded: Vec<(&'static str, Source)>,
}

/// Puts them together: flags go before the project, the project before the user. Where the user does not trust
/// projects, theirs is heeded only where it lets less through.
#[must_use]
pub fn merge(user: &Local, project: &Local, flags: Flags) -> Merged {
    let trust = user.trust_project.map_or((true, Source::Default), |own| (own.value, source(&own, Owner::User)));
    let mut merged = Merged {
        min_confidence: (Confidence::Medium, Source::Default),
        inline_allows: (trust.0, if trust.0 { Source::Default } else { trust.1 }),
        trust_project: trust,
        rules: Vec::new(),
        rule: BTreeMap::new(),
        allows: user.allows.iter().map(|allow| (allow.clone(), Owner::User)).collect(),
        unheeded: Vec::new(),
    };
    merged.settings(user, Owner::User);
    merged.settings(project, Owner::Project);
    for allow in &project.allows {
        if trust.0 {
            merged.allows.push((allow.clone(), Owner::Project));
        } else {
            merged.unheeded.push(("allow", Source::File(Owner::Project, allow.line)));
        }
    }
    if let Some(level) = flags.min_confidence {
        merged.min_confidence = (level, Source::Flag);
        // The command line goes before what files say of single rules, too.
        for rule in merged.rule.values_mut() {
            rule.min_confidence = None;
        }
    }
    if flags.no_inline {
        merged.inline_allows = (false, Source::Flag);
    }
    merged
}

impl Merged {
    fn settings(&mut self, from: &Local, owner: Owner) {
        if let Some(level) = &from.min_confidence
            && self.heeds(owner, level.value <= self.min_confidence.0, "min_confidence", level)
        {
            self.min_confidence = (level.value, source(level, owner));
        }
        if let Some(inline) = &from.inline_allows
            && self.heeds(owner, !inline.value, "inline_allows", inline)
        {
            self.inline_allows = (inline.value, source(inline, owner));
        }
        self.rules.extend(from.rules.iter().map(|file| (file.value.clone(), source(file, owner))));
        for (id, (_, say)) in &from.rule {
            self.rule(id, say, owner);
        }
    }

    fn rule(&mut self, id: &str, say: &RuleSay, owner: Owner) {
        let mut rule = self.rule.remove(id).unwrap_or_default();
        if let Some(disabled) = &say.disabled
            && self.heeds(owner, !disabled.value, "disabled", disabled)
        {
            rule.disabled = Some((disabled.value, say.reason.clone(), source(disabled, owner)));
        }
        // A severity lets nothing through, but a lower one makes people look away.
        if let Some(severity) = &say.severity
            && self.heeds(owner, false, "severity", severity)
        {
            rule.severity = Some((severity.value, source(severity, owner)));
        }
        let now = rule.min_confidence.map_or(self.min_confidence.0, |(level, _)| level);
        if let Some(level) = &say.min_confidence
            && self.heeds(owner, level.value <= now, "min_confidence", level)
        {
            rule.min_confidence = Some((level.value, source(level, owner)));
        }
        self.rule.insert(id.to_owned(), rule);
    }

    /// Whether that is heeded; if not, it is noted.
    fn heeds<T>(&mut self, owner: Owner, tightens: bool, what: &'static str, setting: &Setting<T>) -> bool {
        let heeded = owner == Owner::User || self.trust_project.0 || tightens;
        if !heeded {
            self.unheeded.push((what, source(setting, owner)));
        }
        heeded
    }
}

const fn source<T>(setting: &Setting<T>, owner: Owner) -> Source {
    Source::File(owner, setting.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "every setting is optional")]
    fn said<T>(value: T) -> Option<Setting<T>> {
        Some(Setting { value, line: 1, column: 1 })
    }

    #[test]
    fn flags_go_before_the_project_and_that_before_the_user() {
        let user = Local { min_confidence: said(Confidence::Low), ..Local::default() };
        let project = Local { min_confidence: said(Confidence::High), ..Local::default() };
        let none = Flags::default();
        let level = |user: &Local, project: &Local, flags| merge(user, project, flags).min_confidence.0;
        assert_eq!(level(&Local::default(), &Local::default(), none), Confidence::Medium);
        assert_eq!(level(&user, &Local::default(), none), Confidence::Low);
        assert_eq!(level(&user, &project, none), Confidence::High);
        let flags = Flags { min_confidence: Some(Confidence::Certain), no_inline: false };
        assert_eq!(level(&user, &project, flags), Confidence::Certain);
    }

    #[test]
    fn an_untrusted_project_only_tightens() {
        let user = Local { trust_project: said(false), ..Local::default() };
        let say = |disabled, level| RuleSay {
            disabled: said(disabled),
            min_confidence: said(level),
            severity: said(Severity::Low),
            reason: String::new(),
        };
        let at = Setting { value: (), line: 1, column: 1 };
        let mut project =
            Local { min_confidence: said(Confidence::High), inline_allows: said(true), ..Local::default() };
        project.allows.push(Allow::default());
        project.rule.insert("a".into(), (at, say(true, Confidence::Certain)));
        let merged = merge(&user, &project, Flags::default());
        assert_eq!(merged.min_confidence.0, Confidence::Medium);
        assert!(!merged.inline_allows.0 && merged.allows.is_empty());
        assert_eq!(merged.rule["a"], RuleMerged::default());
        assert_eq!(merged.unheeded.len(), 6);

        project.min_confidence = said(Confidence::Low);
        project.rule.insert("a".into(), (at, say(false, Confidence::Low)));
        let merged = merge(&user, &project, Flags::default());
        assert_eq!(merged.min_confidence.0, Confidence::Low);
        assert_eq!(merged.rule["a"].min_confidence.map(|(level, _)| level), Some(Confidence::Low));
    }
}
