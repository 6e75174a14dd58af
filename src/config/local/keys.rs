//! The keys of a project's and a user's file.

use crate::config::shape::{Key, Shape, key, needed};
use crate::model::{Confidence, Severity};

const MIN_CONFIDENCE: Key = key(
    "min_confidence",
    Shape::Word(Confidence::NAMES),
    "Findings of at least this confidence count. Default: medium.",
);

/// What may be said of a rule.
pub(super) const RULE: &[Key] = &[
    key("disabled", Shape::Flag, "Whether its findings do not count."),
    key("severity", Shape::Word(Severity::NAMES), "What its credentials would open."),
    key(
        "min_confidence",
        Shape::Word(Confidence::NAMES),
        "Its findings count from that confidence on, whatever holds for others.",
    ),
    key("reason", Shape::Line, "Why."),
];

/// What an allow may say; it needs one of the first four.
pub(super) const ALLOW: &[Key] = &[
    key(
        "paths",
        Shape::Some(&Shape::Text),
        "Globs of paths, as in a .gitignore, from the top of the work tree; without `!`.",
    ),
    key("rules", Shape::Some(&Shape::Line), "Ids of rules."),
    key("secrets", Shape::Some(&Shape::Text), "Regexes on the credential, unanchored, without Unicode classes."),
    key("fingerprints", Shape::Some(&Shape::Fingerprint), "Fingerprints, as reports show them."),
    needed("reason", Shape::Reason, "Why this is no live credential."),
    key("expires", Shape::Day, "The last day (UTC) on which it holds."),
];

/// The file at the top of a work tree.
pub const PROJECT: &[Key] = &[MIN_CONFIDENCE, INLINE_ALLOWS, OWN_RULES, RULE_TABLES, ALLOWS];

/// The user's own file.
pub const USER: &[Key] = &[MIN_CONFIDENCE, INLINE_ALLOWS, TRUST_PROJECT, RULES, RULE_TABLES, ALLOWS];

const INLINE_ALLOWS: Key =
    key("inline_allows", Shape::Flag, "Whether comments such as `portcullis:allow` are honoured. Default: true.");
const TRUST_PROJECT: Key =
    key("trust_project", Shape::Flag, "Whether what lies in a repository may loosen anything. Default: true.");
const RULES: Key = key("rules", Shape::List(&Shape::Line), "Rule files, relative to this file's directory.");
const OWN_RULES: Key =
    key("rules", Shape::List(&Shape::Inside), "Rule files, below this file's directory, with `/` and without `..`.");
const RULE_TABLES: Key = key("rule", Shape::Named(RULE), "What holds for one rule, by its id.");
const ALLOWS: Key =
    key("allow", Shape::AnyOf(4, ALLOW), "What is accepted: a finding that fits one of each list that is given.");
