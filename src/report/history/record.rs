//! What the machine formats say of a history, field by field: the Rust side of
//! `docs/schema/history.v1.schema.json`.

use serde::Serialize;

use super::{date, state};
use crate::model::history::{CommitInfo, History, Introduction, Life, LiveAt, Part, Removal, Spot};
use crate::model::{AllowReason, Confidence, Verdict};
use crate::report::record::{SecretRecord, WhatRecord, text_or_base64};
use crate::report::redact::Redactor;
use crate::report::{Options, SCHEMA_VERSION};

/// A name that may be no UTF-8: then its exact bytes stand beside it in base64.
#[derive(Serialize)]
pub(super) struct Name {
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    b64: Option<String>,
}

impl Name {
    fn new(bytes: &[u8], redactor: &Redactor<'_>) -> Self {
        let (text, b64) = text_or_base64(&redactor.name(bytes));
        Self { text, b64 }
    }
}

#[derive(Serialize)]
struct CommitRecord {
    id: String,
    author: Name,
    date: String,
    subject: Name,
}

impl CommitRecord {
    fn new(commit: &CommitInfo, redactor: &Redactor<'_>) -> Self {
        Self {
            id: commit.id.clone(),
            author: Name::new(&commit.author, redactor),
            date: date::iso(commit.time, commit.zone),
            subject: Name::new(&commit.subject, redactor),
        }
    }
}

#[derive(Serialize)]
#[serde(tag = "in", rename_all = "lowercase")]
enum SpotRecord {
    File { path: Name, line: u64 },
    Name { path: Name },
    Commit { id: String, line: u64 },
    Tag { line: u64 },
    Ref,
    Log { line: u64 },
}

impl SpotRecord {
    fn new(spot: &Spot, redactor: &Redactor<'_>) -> Self {
        match spot {
            Spot::File { path, line } => Self::File { path: Name::new(path, redactor), line: *line },
            Spot::Name { path } => Self::Name { path: Name::new(path, redactor) },
            Spot::Commit { id, line } => Self::Commit { id: id.clone(), line: *line },
            Spot::Tag { line } => Self::Tag { line: *line },
            Spot::Ref => Self::Ref,
            Spot::Log { line } => Self::Log { line: *line },
        }
    }
}

#[derive(Serialize)]
struct IntroductionRecord {
    commit: CommitRecord,
    at: SpotRecord,
}

#[derive(Serialize)]
struct LiveRecord {
    r#ref: Name,
    at: SpotRecord,
}

#[derive(Serialize)]
struct RemovalRecord {
    branch: Name,
    commit: CommitRecord,
}

/// One credential.
#[derive(Serialize)]
pub(super) struct LifeRecord<'a> {
    r#type: &'static str,
    schema_version: u32,
    #[serde(flatten)]
    what: WhatRecord<'a>,
    #[serde(flatten)]
    secret: SecretRecord<'a>,
    state: &'static str,
    introduced: Vec<IntroductionRecord>,
    introductions: u64,
    live: Vec<LiveRecord>,
    live_refs: u64,
    removed: Vec<RemovalRecord>,
    removals: u64,
    paths: Vec<Name>,
    path_count: u64,
    blobs: u64,
    commits: u64,
    texts: u64,
}

impl<'a> LifeRecord<'a> {
    pub(super) fn new(life: &'a Life, options: &Options, redactor: &Redactor<'_>) -> Self {
        let introduced = |Introduction { commit, spot }: &Introduction| IntroductionRecord {
            commit: CommitRecord::new(commit, redactor),
            at: SpotRecord::new(spot, redactor),
        };
        let still = |LiveAt { name, spot }: &LiveAt| LiveRecord {
            r#ref: Name::new(name, redactor),
            at: SpotRecord::new(spot, redactor),
        };
        let removed = |Removal { branch, commit }: &Removal| RemovalRecord {
            branch: Name::new(branch, redactor),
            commit: CommitRecord::new(commit, redactor),
        };
        Self {
            r#type: "credential",
            schema_version: SCHEMA_VERSION,
            what: WhatRecord::new(&life.finding, &life.rule),
            secret: SecretRecord::new(&life.finding, life.fingerprint, &life.verdict, options, redactor),
            state: state(life),
            introduced: life.introduced.items.iter().map(introduced).collect(),
            introductions: life.introduced.total,
            live: life.live.items.iter().map(still).collect(),
            live_refs: life.live.total,
            removed: life.removed.items.iter().map(removed).collect(),
            removals: life.removed.total,
            paths: life.paths.items.iter().map(|path| Name::new(path, redactor)).collect(),
            path_count: life.paths.total,
            blobs: life.blobs,
            commits: life.commits,
            texts: life.texts,
        }
    }
}

/// How much was looked at.
#[derive(Serialize)]
pub(super) struct ScopeRecord {
    refs: u64,
    commits: u64,
    tags: u64,
    trees: u64,
    blobs: u64,
    unreachable: Option<u64>,
    remembered: Option<u64>,
    part: PartRecord,
}

/// Which part of a history was asked for.
#[derive(Serialize)]
struct PartRecord {
    refs: bool,
    since: Option<i64>,
    range: bool,
}

impl ScopeRecord {
    pub(super) const fn new(history: &History) -> Self {
        let scope = history.scope;
        let Part { refs, since, range } = scope.part;
        Self {
            refs: scope.refs,
            commits: scope.commits,
            tags: scope.tags,
            trees: scope.trees,
            blobs: scope.blobs,
            unreachable: scope.unreachable,
            remembered: scope.remembered,
            part: PartRecord { refs, since, range },
        }
    }
}

/// How many there are of each sort.
#[derive(Serialize)]
pub(super) struct SummaryRecord {
    credentials: usize,
    live: usize,
    certain: usize,
    high: usize,
    medium: usize,
    low: usize,
    below_threshold: u64,
    allowed_inline: usize,
    allowed_by_baseline: usize,
    allowed_by_config: usize,
}

impl SummaryRecord {
    pub(super) fn new(history: &History) -> Self {
        let band = |band| history.blocking().filter(|life| life.finding.score.confidence == band).count();
        let allowed = |is: fn(&AllowReason) -> bool| {
            let by = |life: &&Life| matches!(&life.verdict, Verdict::Allowed(by) if is(by));
            history.lives.iter().filter(by).count()
        };
        Self {
            credentials: history.blocking().count(),
            live: history.blocking().filter(|life| life.is_live()).count(),
            certain: band(Confidence::Certain),
            high: band(Confidence::High),
            medium: band(Confidence::Medium),
            low: band(Confidence::Low),
            below_threshold: history.below_threshold,
            allowed_inline: allowed(|by| matches!(by, AllowReason::Inline { .. })),
            allowed_by_baseline: allowed(|by| matches!(by, AllowReason::Baseline { .. })),
            allowed_by_config: allowed(|by| matches!(by, AllowReason::Config { .. })),
        }
    }
}
