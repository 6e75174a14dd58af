//! The last look at free text before it is written: it must not hold a credential this report is about.
//!
//! A reason given beside an allow is a piece of a line of the repository, and an error's words may repeat
//! one; either may hold another finding's credential.

use std::collections::HashMap;

use super::Options;
use super::sanitize::quote;
use crate::model::{Item, Origin, Report, Secret};

/// Length of the pieces that texts are searched by; shorter credentials are not looked for.
const PIECE: usize = 4;
/// What stands for a text that held a credential.
const WITHHELD: &str = "(withheld: it holds a credential)";

/// What stands for a credential in a name.
const HIDDEN: &[u8] = b"(credential)";

/// Knows all credentials of a report by how they begin.
#[derive(Debug)]
pub struct Redactor<'a>(HashMap<[u8; PIECE], Vec<&'a [u8]>>);

impl<'a> Redactor<'a> {
    /// Knows the credentials of the report; none where they may be shown.
    #[must_use]
    pub fn new(report: &'a Report, options: &Options) -> Self {
        Self::of(report.items.iter().map(|item| &item.finding.secret).chain(&report.names), options)
    }

    /// What an object is called, safe to show.
    #[must_use]
    pub fn label(&self, origin: &Origin) -> String {
        quote(&self.name(origin.label()))
    }

    /// Where a finding is, in short and safe to show: `path:line`, or the name it stands in.
    #[must_use]
    pub fn place(&self, item: &Item) -> String {
        match &item.origin {
            origin @ Origin::Name { .. } => format!("the name of {}", self.label(origin)),
            origin => format!("{}:{}", self.label(origin), item.place.start.line),
        }
    }

    /// Knows these credentials; none where they may be shown.
    pub(super) fn of(secrets: impl Iterator<Item = &'a Secret>, options: &Options) -> Self {
        let mut known: HashMap<_, Vec<&[u8]>> = HashMap::new();
        if !options.show_secrets {
            for secret in secrets.map(Secret::expose) {
                if let Some(begin) = secret.first_chunk() {
                    known.entry(*begin).or_default().push(secret);
                }
            }
        }
        Self(known)
    }

    /// The bytes, with something else in the place of every credential: for names, of which the rest must
    /// stay readable.
    pub(super) fn name(&self, bytes: &[u8]) -> Vec<u8> {
        let (mut shown, mut at) = (Vec::with_capacity(bytes.len()), 0);
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let known = rest.first_chunk().and_then(|begin| self.0.get(begin));
            let found = known.into_iter().flatten().filter(|secret| rest.starts_with(secret)).map(|s| s.len()).max();
            if found.is_some() {
                shown.extend_from_slice(HIDDEN);
            } else {
                shown.extend(rest.first());
            }
            at += found.unwrap_or(1);
        }
        shown
    }

    /// The text, or what stands for it where it holds a credential.
    pub(super) fn text<'t>(&self, text: &'t str) -> &'t str {
        let bytes = text.as_bytes();
        let holds_one = (0..bytes.len()).any(|at| {
            let rest = bytes.get(at..).unwrap_or_default();
            let known = rest.first_chunk().and_then(|begin| self.0.get(begin));
            known.is_some_and(|secrets| secrets.iter().any(|secret| rest.starts_with(secret)))
        });
        if holds_one { WITHHELD } else { text }
    }
}
