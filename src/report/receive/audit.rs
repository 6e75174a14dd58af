//! One line of the audit log: a JSON object, without any credential.

use serde::Serialize;

use super::message::secrets;
use crate::model::push::{Leak, Push, Spot};
use crate::report::Options;
use crate::report::history::date::iso;
use crate::report::redact::Redactor;
use crate::report::sanitize::{clean, quote};

/// Most refs, and most credentials, that a line names.
const MOST: usize = 50;

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// A push was rejected for what it would bring in.
    Block,
    /// A push went through with credentials that its pusher named, and may.
    Bypass,
    /// A push went through in report-only mode, and would not have in the other.
    Report,
    /// A push was not looked at in time.
    Timeout,
    /// A push could not be looked at.
    Error,
    /// Found after a push had gone through.
    Found,
    /// A push that had gone through unseen was looked at, and nothing that counts was found.
    Cleared,
}

impl Event {
    /// Its name in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Bypass => "bypass",
            Self::Report => "report",
            Self::Timeout => "timeout",
            Self::Error => "error",
            Self::Found => "found",
            Self::Cleared => "cleared",
        }
    }
}

/// Who pushed, as the host says.
#[derive(Clone, Copy, Debug)]
pub struct Identity<'a> {
    /// The host.
    pub host: &'static str,
    /// The account.
    pub name: Option<&'a [u8]>,
    /// The variable that said so.
    pub source: Option<&'static str>,
    /// Where from.
    pub address: Option<&'a [u8]>,
    /// The host's name for the repository.
    pub repository: Option<&'a [u8]>,
}

/// What is noted.
#[derive(Clone, Copy, Debug)]
pub struct Record<'a> {
    /// What happened.
    pub event: Event,
    /// Seconds since 1970.
    pub time: i64,
    /// Whether the push was let through.
    pub accepted: bool,
    /// Who pushed.
    pub identity: Identity<'a>,
    /// The repository's directory.
    pub directory: &'a [u8],
    /// The refs: name, what the pusher says it was, what it was to be.
    pub refs: &'a [(Vec<u8>, String, String)],
    /// What was seen, where anything was.
    pub push: Option<&'a Push>,
    /// The reason that came with a bypass, or the error's words.
    pub detail: &'a str,
    /// How long it took, in milliseconds.
    pub milliseconds: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    schema_version: u32,
    time: String,
    event: &'static str,
    accepted: bool,
    host: &'static str,
    identity: Option<String>,
    identity_source: Option<&'static str>,
    address: Option<String>,
    repository: Option<String>,
    directory: String,
    refs: Vec<RefLine<'a>>,
    refs_total: usize,
    credentials: Vec<CredentialLine>,
    credentials_total: usize,
    more: bool,
    not_scanned: usize,
    objects: u64,
    bytes: u64,
    milliseconds: u64,
    detail: String,
}

#[derive(Serialize)]
struct RefLine<'a> {
    name: String,
    old: &'a str,
    new: &'a str,
}

#[derive(Serialize)]
struct CredentialLine {
    fingerprint: String,
    rule: String,
    severity: &'static str,
    confidence: &'static str,
    place: String,
    line: Option<u64>,
    commit: Option<String>,
    bypassed: bool,
}

/// The line, with its line end. Hostile bytes are escaped as git does, and credentials stand nowhere in it.
#[must_use]
pub fn record(record: &Record<'_>) -> Vec<u8> {
    let none = Push::default();
    let push = record.push.unwrap_or(&none);
    let redactor = Redactor::of(secrets(push), &Options::default());
    let safe = |bytes: &[u8]| quote(&redactor.name(bytes));
    let identity = record.identity;
    let line = Line {
        schema_version: 1,
        time: iso(record.time, 0),
        event: record.event.as_str(),
        accepted: record.accepted,
        host: identity.host,
        identity: identity.name.map(safe),
        identity_source: identity.source,
        address: identity.address.map(safe),
        repository: identity.repository.map(safe),
        directory: safe(record.directory),
        refs: record.refs.iter().take(MOST).map(|(name, old, new)| RefLine { name: safe(name), old, new }).collect(),
        refs_total: record.refs.len(),
        credentials: push.leaks.iter().take(MOST).map(|leak| credential(leak, &safe)).collect(),
        credentials_total: push.leaks.len(),
        more: push.more,
        not_scanned: push.coverage.skips.len(),
        objects: push.coverage.objects,
        bytes: push.coverage.bytes,
        milliseconds: record.milliseconds,
        detail: clean(redactor.text(record.detail)),
    };
    // Nothing in it can fail to be written.
    let mut bytes = serde_json::to_vec(&line).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

fn credential(leak: &Leak, safe: &impl Fn(&[u8]) -> String) -> CredentialLine {
    let (place, line) = match &leak.spot {
        Spot::File { path, line } => (safe(path), Some(*line)),
        Spot::Name(path) => (format!("name {}", safe(path)), None),
        Spot::Commit { part, line } => (format!("commit {}", part.as_str()), Some(*line)),
        Spot::Tag { id, part, line } => (format!("tag {id} {}", part.as_str()), Some(*line)),
        Spot::Ref(name) => (format!("ref {}", safe(name)), None),
        Spot::Object { kind, id, line } => (format!("{kind} {id}"), Some(*line)),
    };
    CredentialLine {
        fingerprint: leak.fingerprint.to_string(),
        rule: clean(&leak.rule.id),
        severity: leak.rule.severity.as_str(),
        confidence: leak.finding.score.confidence.as_str(),
        place,
        line,
        commit: leak.culprit.as_ref().map(|culprit| culprit.id.clone()),
        bypassed: leak.excuse.is_some(),
    }
}
