//! What a page about a history knows, and what every page does: as little as it shows, names made harmless, commits and
//! rules told once.

use std::collections::HashMap;

use serde::Serialize;

use super::About;
use crate::model::history::{CommitInfo, History, Life, Spot};
use crate::model::{Coverage, Finding, Fingerprint, RuleInfo, Verdict};
use crate::report::Options;
use crate::report::history::redactor;
use crate::report::record::sorted_skips;
use crate::report::redact::Redactor;
use crate::report::sanitize::{clean, quote};

/// Most commits, refs, branches and paths that are told of one credential, each.
const MOST: usize = 25;
/// Most skips that are named.
const MOST_SKIPS: usize = 100;

/// What every page says.
#[derive(Serialize)]
pub(super) struct Head {
    kind: &'static str,
    version: &'static str,
    repository: String,
    at: i64,
    below: u64,
    skips: Vec<[String; 3]>,
    skipped: usize,
}

impl Head {
    /// `kind` is what the scripts draw by.
    pub(super) fn new(
        kind: &'static str,
        about: About<'_>,
        below: u64,
        coverage: &Coverage,
        redactor: &Redactor<'_>,
    ) -> Self {
        let skips = sorted_skips(coverage).into_iter().take(MOST_SKIPS).map(|skip| {
            [skip.reason.as_str().to_owned(), redactor.label(&skip.origin), clean(redactor.text(&skip.detail))]
        });
        let unnamed = about.repository.is_empty();
        Self {
            kind,
            version: env!("CARGO_PKG_VERSION"),
            repository: if unnamed { String::new() } else { quote(&redactor.name(about.repository)) },
            at: about.at,
            below,
            skips: skips.collect(),
            skipped: coverage.skips.len(),
        }
    }
}

#[derive(Serialize)]
pub(super) struct Page<'a> {
    #[serde(flatten)]
    head: Head,
    scope: ScopeData,
    rules: Vec<RuleData<'a>>,
    commits: Vec<CommitData>,
    lives: Vec<LifeData<'a>>,
}

#[derive(Serialize)]
struct ScopeData {
    refs: u64,
    commits: u64,
    tags: u64,
    trees: u64,
    blobs: u64,
    bytes: u64,
    unreachable: Option<u64>,
}

/// A rule, as far as people need it to act.
#[derive(Serialize)]
pub(super) struct RuleData<'a> {
    id: &'a str,
    title: &'a str,
    provider: &'a str,
    severity: &'static str,
    revoke: &'a str,
    url: &'a str,
}

#[derive(Serialize)]
struct CommitData {
    id: String,
    author: String,
    /// Seconds since 1970, and minutes east of Greenwich.
    time: i64,
    zone: i32,
    subject: String,
}

/// What is said of a credential wherever it stands. `rule` is a place in the page's rules.
#[derive(Serialize)]
pub(super) struct WhatData<'a> {
    rule: usize,
    confidence: &'static str,
    score: u8,
    shown: String,
    id: String,
    verdict: &'static str,
    why: Vec<(i16, &'a str)>,
    via: &'a [&'static str],
}

impl<'a> WhatData<'a> {
    pub(super) fn new(
        rule: usize,
        finding: &'a Finding,
        fingerprint: Fingerprint,
        verdict: &Verdict,
        options: &Options,
    ) -> Self {
        let score = &finding.score;
        Self {
            rule,
            confidence: score.confidence.as_str(),
            score: score.points,
            shown: options.shown(&finding.secret),
            id: fingerprint.to_string(),
            verdict: match verdict {
                Verdict::Allowed(_) => "allowed",
                Verdict::Block | Verdict::BelowThreshold => "block",
            },
            why: score.reasons.iter().map(|reason| (reason.points, &*reason.text)).collect(),
            via: &finding.via,
        }
    }
}

#[derive(Serialize)]
struct LifeData<'a> {
    #[serde(flatten)]
    what: WhatData<'a>,
    /// Commits, and where in them.
    came: Vec<(usize, String)>,
    came_total: u64,
    /// Refs, and where in them.
    live: Vec<(String, String)>,
    live_total: u64,
    /// Branches and commits.
    gone: Vec<(String, usize)>,
    gone_total: u64,
    paths: Vec<String>,
    paths_total: u64,
    blobs: u64,
    commits: u64,
    texts: u64,
}

impl<'a> Page<'a> {
    pub(super) fn new(history: &'a History, about: About<'_>, options: &Options) -> Self {
        let redactor = redactor(history, options);
        let mut told = Teller { redactor: &redactor, options, rules: Told::default(), commits: Told::default() };
        let lives = history.lives.iter().map(|life| told.life(life)).collect();
        let scope = history.scope;
        Self {
            head: Head::new("history", about, history.below_threshold, &history.coverage, &redactor),
            scope: ScopeData {
                refs: scope.refs,
                commits: scope.commits,
                tags: scope.tags,
                trees: scope.trees,
                blobs: scope.blobs,
                bytes: history.coverage.bytes,
                unreachable: scope.unreachable,
            },
            lives,
            rules: told.rules.items,
            commits: told.commits.items,
        }
    }
}

/// Things told once, by what names them.
pub(super) struct Told<'a, T> {
    pub(super) items: Vec<T>,
    index: HashMap<&'a str, usize>,
}

impl<T> Default for Told<'_, T> {
    fn default() -> Self {
        Self { items: Vec::new(), index: HashMap::new() }
    }
}

impl<'a, T> Told<'a, T> {
    pub(super) fn place(&mut self, name: &'a str, make: impl FnOnce() -> T) -> usize {
        *self.index.entry(name).or_insert_with(|| {
            self.items.push(make());
            self.items.len() - 1
        })
    }
}

struct Teller<'a, 'r> {
    redactor: &'r Redactor<'r>,
    options: &'r Options,
    rules: Told<'a, RuleData<'a>>,
    commits: Told<'a, CommitData>,
}

impl<'a> Teller<'a, '_> {
    fn life(&mut self, life: &'a Life) -> LifeData<'a> {
        let rule = self.rules.place(&life.rule.id, || rule(&life.rule));
        let came = life.introduced.items.iter().take(MOST);
        let gone = life.removed.items.iter().take(MOST);
        LifeData {
            what: WhatData::new(rule, &life.finding, life.fingerprint, &life.verdict, self.options),
            came: came.map(|one| (self.commit(&one.commit), self.spot(&one.spot))).collect(),
            came_total: life.introduced.total,
            live: life.live.items.iter().take(MOST).map(|one| (self.name(&one.name), self.spot(&one.spot))).collect(),
            live_total: life.live.total,
            gone: gone.map(|one| (self.name(&one.branch), self.commit(&one.commit))).collect(),
            gone_total: life.removed.total,
            paths: life.paths.items.iter().take(MOST).map(|path| self.name(path)).collect(),
            paths_total: life.paths.total,
            blobs: life.blobs,
            commits: life.commits,
            texts: life.texts,
        }
    }

    fn commit(&mut self, commit: &'a CommitInfo) -> usize {
        let redactor = self.redactor;
        let text = |bytes: &[u8]| clean(&String::from_utf8_lossy(&redactor.name(bytes)));
        self.commits.place(&commit.id, || CommitData {
            id: commit.id.clone(),
            author: text(&commit.author),
            time: commit.time,
            zone: commit.zone,
            subject: text(&commit.subject),
        })
    }

    fn name(&self, name: &[u8]) -> String {
        quote(&self.redactor.name(name))
    }

    fn spot(&self, spot: &Spot) -> String {
        match spot {
            Spot::File { path, line } => format!("{}:{line}", self.name(path)),
            Spot::Name { path } => format!("the name of {}", self.name(path)),
            Spot::Commit { line, .. } => format!("line {line} of the commit itself"),
            Spot::Tag { line } => format!("line {line} of the tag itself"),
            Spot::Ref => "the ref's own name".to_owned(),
            Spot::Log { line } => format!("line {line} of its reflog"),
        }
    }
}

pub(super) fn rule(rule: &RuleInfo) -> RuleData<'_> {
    RuleData {
        id: &rule.id,
        title: &rule.title,
        provider: &rule.provider,
        severity: rule.severity.as_str(),
        revoke: &rule.revoke,
        url: if rule.revoke_url.starts_with("https://") { &rule.revoke_url } else { "" },
    }
}
