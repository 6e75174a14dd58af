//! A history in SARIF: one result for each credential, where it still is, or else where it came in.

use std::collections::HashMap;
use std::io::{self, Write};

use super::log::{
    ArtifactLocation, CodeFlow, Driver, Invocation, Location, Log, PhysicalLocation, Region, ResultProperties,
    ResultRecord, Run, Text, ThreadFlow, ThreadFlowLocation, Tool,
};
use super::{descriptor, level, notification, suppressions, uri};
use crate::model::history::{History, Life, Spot};
use crate::report::history::{date, redactor, state};
use crate::report::record::sorted_skips;
use crate::report::redact::Redactor;
use crate::report::sanitize::quote;
use crate::report::{Options, plain_json};

/// Most introductions, removals and refs of one credential that are told as steps, each.
const MOST_STEPS: usize = 20;

pub(in crate::report) fn write(history: &History, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let redactor = redactor(history, options);
    let (mut rules, mut places) = (Vec::new(), HashMap::new());
    let mut results = Vec::new();
    for life in &history.lives {
        let rule_index = *places.entry(life.rule.id.as_str()).or_insert_with(|| {
            rules.push(descriptor(&life.rule));
            rules.len() - 1
        });
        results.push(result(life, rule_index, options, &redactor));
    }
    let skips = sorted_skips(&history.coverage).into_iter();
    let log = Log::of(Run {
        tool: Tool { driver: Driver { name: "portcullis", semantic_version: env!("CARGO_PKG_VERSION"), rules } },
        invocations: [Invocation {
            execution_successful: history.coverage.is_complete(),
            tool_execution_notifications: skips.map(|skip| notification(skip, &redactor)).collect(),
        }],
        results,
        column_kind: "unicodeCodePoints",
    });
    plain_json::pretty(out, &log)?;
    writeln!(out)
}

fn result<'a>(life: &'a Life, rule_index: usize, options: &Options, redactor: &Redactor<'_>) -> ResultRecord<'a> {
    let (finding, shown) = (&life.finding, life.finding.secret.redacted());
    let came = life.introduced.items.first().map_or_else(String::new, |first| {
        format!("; brought in on {} by commit {}", date::day(first.commit.time, first.commit.zone), first.commit.id)
    });
    let spot = life.live.items.first().map(|live| &live.spot);
    let spot = spot.or_else(|| life.introduced.items.first().map(|first| &first.spot));
    ResultRecord {
        rule_id: &life.rule.id,
        rule_index,
        level: level(life.rule.severity),
        message: Text { text: format!("{}: {shown}; {}{came}", life.rule.title, state(life)) },
        locations: [location(spot, redactor)],
        code_flows: flow(life, redactor),
        partial_fingerprints: [("portcullis/v1", life.fingerprint.to_string())].into(),
        suppressions: suppressions(&life.verdict, redactor),
        rank: f64::from(finding.score.points),
        properties: ResultProperties {
            confidence: finding.score.confidence.as_str(),
            reasons: finding.score.reasons.iter().map(|reason| &*reason.text).collect(),
            redacted: shown,
            secret: options.plain(&finding.secret).map(|plain| String::from_utf8_lossy(plain).into_owned()),
            via: &finding.via,
        },
    }
}

/// Lines are told, columns and bytes are not: they differ from version to version.
fn location(spot: Option<&Spot>, redactor: &Redactor<'_>) -> Location {
    let file = |path: &[u8]| ArtifactLocation { uri: Some(uri::from_path(&redactor.name(path))), description: None };
    let other = |text: String| ArtifactLocation { uri: None, description: Some(Text { text }) };
    let (artifact_location, line) = match spot {
        Some(Spot::File { path, line }) => (file(path), Some(*line)),
        Some(Spot::Name { path }) => (file(path), None),
        Some(Spot::Commit { id, line }) => (other(format!("commit {id}")), Some(*line)),
        Some(Spot::Tag { line }) => (other("tag".to_owned()), Some(*line)),
        Some(Spot::Ref) => (other("the name of a ref".to_owned()), None),
        Some(Spot::Log { line }) => (other("reflog".to_owned()), Some(*line)),
        None => (other("an object that no commit holds".to_owned()), None),
    };
    let region = line.map(|line| Region {
        start_line: line,
        start_column: None,
        end_line: line,
        end_column: None,
        byte_offset: None,
        byte_length: None,
    });
    Location { physical_location: PhysicalLocation { artifact_location, region }, message: None }
}

/// A credential's life as a flow from place to place: where it came in, where it went, where it still is.
fn flow(life: &Life, redactor: &Redactor<'_>) -> Vec<CodeFlow> {
    let first = life.introduced.items.first().map(|first| &first.spot);
    let step = |spot: Option<&Spot>, kind, text, time: Option<i64>| {
        let location = Location { message: Some(Text { text }), ..location(spot, redactor) };
        let utc = time.map(|time| date::iso(time, 0).replace("+00:00", "Z"));
        (time, ThreadFlowLocation { location, kinds: [kind], execution_time_utc: utc })
    };
    let came = life.introduced.items.iter().take(MOST_STEPS).map(|came| {
        let text = format!("brought in by commit {}", came.commit.id);
        step(Some(&came.spot), "introduced", text, Some(came.commit.time))
    });
    let gone = life.removed.items.iter().take(MOST_STEPS).map(|gone| {
        let text = format!("taken out of {} by commit {}", quote(&redactor.name(&gone.branch)), gone.commit.id);
        step(first, "removed", text, Some(gone.commit.time))
    });
    let mut steps: Vec<_> = came.chain(gone).collect();
    steps.sort_by_key(|(time, _)| *time);
    steps.extend(life.live.items.iter().take(MOST_STEPS).map(|live| {
        step(Some(&live.spot), "live", format!("still there at {}", quote(&redactor.name(&live.name))), None)
    }));
    let locations: Vec<_> = steps.into_iter().map(|(_, step)| step).collect();
    if locations.is_empty() { Vec::new() } else { vec![CodeFlow { thread_flows: [ThreadFlow { locations }] }] }
}
