//! What reflogs say: who moved a ref, when and why. No object holds those words.

use std::collections::HashMap;

use super::ledger::Ledger;
use crate::engine::{Engine, Scratch};
use crate::git::Log;
use crate::model::{Coverage, Origin, SkipReason};

/// Where in reflogs each credential stands, by its index: the log's place in the list, and the line from 1.
pub(super) type LogLines = HashMap<u32, Vec<(usize, u64)>>;

/// Scans all logs, line by line: a line says nothing of the next one.
pub(super) fn scan(logs: &[Log], engine: &Engine, ledger: &mut Ledger<'_>, coverage: &mut Coverage) -> LogLines {
    let (mut scratch, mut found) = (Scratch::default(), LogLines::new());
    for (at, log) in logs.iter().enumerate() {
        let lines = match log.lines() {
            Ok(lines) => lines,
            Err(error) => {
                let origin = Origin::Object([b"reflog ", log.name.as_slice()].concat());
                coverage.skip(origin, SkipReason::Unreadable, error.to_string());
                continue;
            }
        };
        for (number, line) in (1..).zip(lines) {
            let findings = engine.scan(&mut scratch, &line);
            if findings.is_empty() {
                continue;
            }
            for held in ledger.enter(findings, &line) {
                found.entry(held.secret).or_default().push((at, number));
            }
        }
    }
    found
}
