//! Configuration, from files to what a gate goes by.

mod files;
mod show;

use std::io::Write as _;
use std::path::Path;

pub(super) use files::{PROJECT, sound, top};
pub(super) use show::{check, show};

use super::args::{KnownArgs, PolicyArgs};
use super::failure::Failure;
use super::plan;
use crate::config::local::{self, Flags, Merged, Owner, Source};
use crate::git::Repo;
use crate::guard::scan::Target;
use crate::model::{Confidence, Report, UnusedAllow};
use crate::policy::{Allow, Base, Baseline, Configured, Globs, Key, Policy, RulePolicy, secret_regex};
use crate::report::sanitize::clean;
use crate::rules::RuleSet;
use files::File;

/// Where the project's word is read.
#[derive(Clone, Copy)]
pub(super) enum Place<'a> {
    /// In the work tree around that path.
    Disk(&'a Path),
    /// As it is staged: what only lies in the work tree is not what others will have.
    Staged(&'a Repo),
}

/// What holds.
pub(super) struct Settled {
    pub(super) rules: RuleSet,
    /// With no baseline, and the public key.
    pub(super) policy: Policy,
    /// Whether what lies in the repository may loosen anything: its baseline too.
    pub(super) trusted: bool,
    /// The allows that have expired, for people.
    expired: Vec<String>,
    merged: Merged,
    files: [File; 2],
}

/// What the command line says.
pub(super) fn flags(args: &PolicyArgs) -> Flags {
    // The parser lets no other word through; were one to come, everything would count.
    let level = args.min_confidence.as_deref().map(|level| Confidence::parse(level).unwrap_or(Confidence::Low));
    Flags { min_confidence: level, no_inline: args.no_inline_allow }
}

/// Reads the configuration, and puts it together with the flags.
///
/// # Errors
/// If anything of it cannot be read or makes no sense: every mistake.
pub(super) fn settle(place: &Place<'_>, known: &KnownArgs, flags: Flags) -> Result<Settled, Failure> {
    let (mut user, mut project) = (files::user()?, files::project(place)?);
    let merged = local::merge(&user.local, &project.local, flags);
    let rules = rules(place, known, &merged);
    if let Ok(rules) = &rules {
        user.check_rules(rules);
        project.check_rules(rules);
    }
    let errors: Vec<String> = [&user, &project].iter().filter_map(|file| file.errors()).collect();
    if !errors.is_empty() {
        return Err(Failure::new(format_args!("the configuration makes no sense\n{}", errors.join("\n")))
            .hint("nothing was looked at: half a configuration is none; docs/configuration.md is the reference"));
    }
    let (configured, expired) = configured(place, &merged, [&user.name, &project.name])?;
    let policy =
        Policy { threshold: merged.min_confidence.0, inline: merged.inline_allows.0, configured, ..Policy::default() };
    Ok(Settled { rules: rules?, policy, trusted: merged.trust_project.0, expired, merged, files: [user, project] })
}

impl Settled {
    /// The policy with the baseline and key for files on disk near that path.
    ///
    /// # Errors
    /// If the baseline or key cannot be read.
    pub(super) fn on_disk(&mut self, known: &KnownArgs, near: &Path) -> Result<Policy, Failure> {
        let mut policy = self.policy.clone();
        policy.key = plan::fingerprint_key(known.key_file.as_deref())?;
        if self.trusted || known.baseline.is_some() {
            policy.baseline = self.heed(plan::baseline(known.baseline.as_deref(), near)?, &policy.key)?;
        }
        Ok(policy)
    }

    /// What holds of a baseline: without entries whose last day is over, which are told as allows are.
    ///
    /// # Errors
    /// If it was made with another key.
    pub(super) fn heed(&mut self, baseline: Baseline, key: &Key) -> Result<Baseline, Failure> {
        let (baseline, expired) = plan::heed(baseline, "the", key)?;
        self.expired.extend(expired);
        Ok(baseline)
    }

    /// The paths, rules and regexes of the project's own allows that say no more than these.
    pub(super) fn project_allows(&self) -> Vec<(Vec<String>, Vec<String>, Vec<String>)> {
        let [_, project] = &self.files;
        let plain =
            project.local.allows.iter().filter(|allow| allow.fingerprints.is_empty() && allow.expires.is_none());
        let rules = |allow: &local::Allow| allow.rules.iter().map(|rule| rule.value.clone()).collect();
        plain.map(|allow| (allow.paths.clone(), rules(allow), allow.secrets.clone())).collect()
    }

    /// Tells which allows have expired.
    pub(super) fn tell_expired(&self) {
        for words in &self.expired {
            // That nobody reads it changes nothing.
            let _ = writeln!(std::io::stderr().lock(), "note: {}", clean(words));
        }
    }

    /// The project's allows that nothing needed, if the whole project was looked at.
    pub(super) fn unused(&self, report: &Report, targets: &[Target]) -> Vec<UnusedAllow> {
        let top = &self.policy.configured.base.top;
        let covers = |target: &Target| match target {
            Target::Path(path) => path.canonicalize().is_ok_and(|path| path.is_dir() && top.starts_with(path)),
            Target::Stdin => false,
        };
        let whole = report.coverage.is_complete() && targets.iter().any(covers);
        if whole { self.policy.configured.unused(report) } else { Vec::new() }
    }
}

fn rules(place: &Place<'_>, known: &KnownArgs, merged: &Merged) -> Result<RuleSet, Failure> {
    let mut set = plan::rules(&known.rules)?;
    for (file, source) in &merged.rules {
        let Some(more) = files::rules_of(place, file, *source, &known.rules)? else { continue };
        set = set
            .with_user(more)
            .map_err(|taken| Failure::because(format_args!("cannot add the rules of `{file}`"), &taken))?;
    }
    Ok(set)
}

/// What policy is to know of it, and which allows have expired.
fn configured(place: &Place<'_>, merged: &Merged, names: [&str; 2]) -> Result<(Configured, Vec<String>), Failure> {
    let name = |source: Source| match source {
        Source::File(Owner::User, line) => format!("{}:{line}", names[0]),
        Source::File(Owner::Project, line) => format!("{}:{line}", names[1]),
        other => other.to_string(),
    };
    let mut configured = Configured::default();
    for (id, rule) in &merged.rule {
        let disabled = rule.disabled.as_ref().filter(|(disabled, ..)| *disabled);
        let policy = RulePolicy {
            disabled: disabled.map(|(_, reason, source)| (name(*source), reason.clone())),
            threshold: rule.min_confidence.map(|(level, _)| level),
            severity: rule.severity.map(|(severity, _)| severity),
        };
        configured.rules.insert(id.clone(), policy);
    }
    let (today, mut expired) = (plan::today(), Vec::new());
    for (allow, owner) in &merged.allows {
        let entry = name(Source::File(*owner, allow.line));
        if let Some(day) = allow.expires.filter(|day| *day < today) {
            expired.push(format!("the allow at {entry} expired on {day} and no longer applies ({})", allow.reason));
            continue;
        }
        // What was checked when it was read is checked once more here, and never left out in silence.
        let wrong = |why: String| Failure::new(format_args!("the allow at {entry} makes no sense: {why}"));
        let paths = if allow.paths.is_empty() { None } else { Some(Globs::new(&allow.paths).map_err(wrong)?) };
        let secrets = allow.secrets.iter().map(|text| secret_regex(text)).collect::<Result<_, _>>().map_err(wrong)?;
        configured.allows.push(Allow {
            paths,
            secrets,
            rules: allow.rules.iter().map(|rule| rule.value.clone()).collect(),
            fingerprints: allow.fingerprints.clone(),
            reason: allow.reason.clone(),
            tell_unused: *owner == Owner::Project,
            entry,
        });
    }
    if let Place::Disk(near) = place {
        let top = files::top(near);
        // Without them no path fits, and nothing is allowed by path.
        let cwd = std::env::current_dir().and_then(|cwd| cwd.canonicalize()).unwrap_or_default();
        configured.base = Base { cwd, top: top.canonicalize().unwrap_or(top) };
    }
    Ok((configured, expired))
}
