//! A history's lines: `docs/schema/history.v1.schema.json`.

use serde::Deserialize;

use super::scan::{CoverageLine, What, bytes};
use super::{Known, parse};
use crate::model::Span;
use crate::model::history::{
    CommitInfo, History, Introduction, Life, Listed, LiveAt, Part, Reach, Removal, Scope, Spot,
};
use crate::report::history::date;

#[derive(Deserialize)]
struct Name {
    text: String,
    b64: Option<String>,
}

impl Name {
    fn bytes(&self) -> Result<Vec<u8>, String> {
        bytes(&self.text, self.b64.as_deref())
    }
}

#[derive(Deserialize)]
struct Commit {
    id: String,
    author: Name,
    date: String,
    subject: Name,
}

/// An object's id; what else a stranger's file may say there is not shown to a terminal.
fn object_id(text: String) -> Result<String, String> {
    if text.bytes().all(|byte| byte.is_ascii_hexdigit()) { Ok(text) } else { Err("an id is no object's".to_owned()) }
}

impl Commit {
    fn info(self) -> Result<CommitInfo, String> {
        let (time, zone) = date::parse_iso(&self.date).ok_or("a commit's date is none")?;
        Ok(CommitInfo {
            id: object_id(self.id)?,
            author: self.author.bytes()?,
            time,
            zone,
            subject: self.subject.bytes()?,
        })
    }
}

#[derive(Deserialize)]
#[serde(tag = "in", rename_all = "lowercase")]
enum SpotLine {
    File { path: Name, line: u64 },
    Name { path: Name },
    Commit { id: String, line: u64 },
    Tag { line: u64 },
    Ref,
    Log { line: u64 },
}

impl SpotLine {
    fn spot(self) -> Result<Spot, String> {
        Ok(match self {
            Self::File { path, line } => Spot::File { path: path.bytes()?, line },
            Self::Name { path } => Spot::Name { path: path.bytes()? },
            Self::Commit { id, line } => Spot::Commit { id: object_id(id)?, line },
            Self::Tag { line } => Spot::Tag { line },
            Self::Ref => Spot::Ref,
            Self::Log { line } => Spot::Log { line },
        })
    }
}

#[derive(Deserialize)]
struct Came {
    commit: Commit,
    at: SpotLine,
}

#[derive(Deserialize)]
struct Live {
    r#ref: Name,
    at: SpotLine,
}

#[derive(Deserialize)]
struct Gone {
    branch: Name,
    commit: Commit,
}

#[derive(Deserialize)]
struct LifeLine<'a> {
    #[serde(flatten, borrow)]
    what: What<'a>,
    introduced: Vec<Came>,
    introductions: u64,
    live: Vec<Live>,
    live_refs: u64,
    removed: Vec<Gone>,
    removals: u64,
    paths: Vec<Name>,
    path_count: u64,
    blobs: u64,
    commits: u64,
    texts: u64,
}

/// A list whose length in truth is `total`.
fn listed<A, B>(items: Vec<A>, total: u64, read: impl Fn(A) -> Result<B, String>) -> Result<Listed<B>, String> {
    let items = items.into_iter().map(read).collect::<Result<Vec<B>, String>>()?;
    if (items.len() as u64) <= total && (total == 0) == items.is_empty() {
        Ok(Listed { items, total })
    } else {
        Err("a list and its length do not go together".to_owned())
    }
}

/// A credential's line.
pub(super) fn life(text: &[u8], known: &Known<'_>) -> Result<Life, String> {
    let line: LifeLine<'_> = parse(text)?;
    // Where it stands in which version is not told.
    let told = line.what.told(Span::new(0, 0), known)?;
    let came = |one: Came| Ok(Introduction { commit: one.commit.info()?, spot: one.at.spot()? });
    let still = |one: Live| Ok(LiveAt { name: one.r#ref.bytes()?, spot: one.at.spot()? });
    let gone = |one: Gone| Ok(Removal { branch: one.branch.bytes()?, commit: one.commit.info()? });
    Ok(Life {
        finding: told.finding,
        rule: told.rule,
        fingerprint: told.fingerprint,
        verdict: told.verdict,
        introduced: listed(line.introduced, line.introductions, came)?,
        paths: listed(line.paths, line.path_count, |path| path.bytes())?,
        blobs: line.blobs,
        commits: line.commits,
        texts: line.texts,
        live: listed(line.live, line.live_refs, still)?,
        removed: listed(line.removed, line.removals, gone)?,
        forms: Vec::new(),
    })
}

#[derive(Deserialize)]
struct LastLine {
    scope: ScopeLine,
    coverage: CoverageLine,
    summary: Summary,
}

#[derive(Deserialize)]
struct ScopeLine {
    refs: u64,
    commits: u64,
    tags: u64,
    trees: u64,
    blobs: u64,
    unreachable: Option<u64>,
    remembered: Option<u64>,
    part: PartLine,
}

#[derive(Deserialize)]
struct PartLine {
    refs: bool,
    since: Option<i64>,
    range: bool,
}

#[derive(Deserialize)]
struct Summary {
    credentials: u64,
    below_threshold: u64,
}

/// A history's last line, and what stood before it.
pub(super) fn summary(text: &[u8], lives: Vec<Life>) -> Result<History, String> {
    let LastLine { scope, coverage, summary } = parse(text)?;
    let ScopeLine { refs, commits, tags, trees, blobs, unreachable, remembered, part } = scope;
    let part = Part { refs: part.refs, since: part.since, range: part.range };
    let history = History {
        lives,
        below_threshold: summary.below_threshold,
        reach: Reach::default(),
        scope: Scope { refs, commits, tags, trees, blobs, unreachable, remembered, part },
        coverage: coverage.coverage()?,
    };
    if history.blocking().count() as u64 == summary.credentials {
        Ok(history)
    } else {
        Err("it counts other credentials than stand before it: lines were lost, or added".to_owned())
    }
}
