//! Credentials in the names of files and directories, where a gate has paths and no trees.
//!
//! A name is scanned by itself, as `history` scans the entries of trees: what is found does not depend on what it lies in.

use std::collections::HashSet;

use super::feed::{Feed, Found};
use crate::model::{Finding, LineContext, Origin, Place, Position, Secret, Span};

/// Looks at names, and remembers what no path may show.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// The directory that was looked at last: its files mostly follow each other.
    dir: Vec<u8>,
    /// What was found, as it stands in the names.
    hidden: HashSet<Secret>,
}

impl Names {
    /// What stands in the names that a path is made of, but for those of the directory that was looked at just before.
    /// Each finding is at the path up to and with its name, and its spans are places in that path.
    pub(super) fn look(&mut self, feed: &mut Feed<'_>, path: &[u8], staged: bool) -> Vec<Found> {
        let cut = path.iter().rposition(|&byte| byte == b'/').map_or(0, |at| at + 1);
        let mut found = Vec::new();
        if path.get(..cut) != Some(self.dir.as_slice()) {
            self.dir = path.get(..cut).unwrap_or_default().to_vec();
            let mut from = 0;
            for name in self.dir.clone().split_inclusive(|&byte| byte == b'/') {
                let to = from + name.len() - usize::from(name.ends_with(b"/"));
                self.name(feed, path, from..to, staged, &mut found);
                from += name.len();
            }
        }
        self.name(feed, path, cut..path.len(), staged, &mut found);
        found
    }

    fn name(
        &mut self,
        feed: &mut Feed<'_>,
        path: &[u8],
        at: std::ops::Range<usize>,
        staged: bool,
        found: &mut Vec<Found>,
    ) {
        let Some(name) = path.get(at.clone()).filter(|name| !name.is_empty()) else { return };
        for finding in feed.engine.scan(&mut feed.scratch, name) {
            let raw = (finding.secret_span.start as usize, finding.secret_span.end as usize);
            self.hidden.extend(name.get(raw.0..raw.1).map(Secret::new));
            let origin = Origin::Name { path: path.get(..at.end).unwrap_or_default().to_vec(), staged };
            found.push(placed(origin, finding, at.start as u64));
        }
    }

    /// What stands in the names that were looked at: no path may show it.
    pub(super) fn into_hidden(self) -> HashSet<Secret> {
        self.hidden
    }
}

fn placed(origin: Origin, finding: Finding, from: u64) -> Found {
    let moved = |span: Span| Span::new(span.start + from, span.end + from);
    let finding = Finding { span: moved(finding.span), secret_span: moved(finding.secret_span), ..finding };
    let position = |offset: u64| Position { line: 1, column: offset + 1 };
    let place = Place {
        start: position(finding.secret_span.start),
        end: position(finding.secret_span.end),
        lines: LineContext::default(),
    };
    Found { origin, finding, place }
}
