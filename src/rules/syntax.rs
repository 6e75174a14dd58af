//! A rule file as written: every field where it stands, nothing judged but types and key names.
//!
//! The TOML tree is walked by hand instead of through `Deserialize`, for that stops at its first
//! error, and whoever writes rules wants all of them.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Sink;

/// A rule file.
#[derive(Debug, Default)]
pub(super) struct FileText {
    pub(super) provider: Option<Spanned<String>>,
    pub(super) name: Option<Spanned<String>>,
    pub(super) revoke: Option<RevokeText>,
    pub(super) rules: Vec<RuleText>,
}

/// How to revoke a credential.
#[derive(Clone, Debug, Default)]
pub(super) struct RevokeText {
    pub(super) text: Option<Spanned<String>>,
    pub(super) url: Option<Spanned<String>>,
}

/// One `[[rule]]`.
#[derive(Debug, Default)]
pub(super) struct RuleText {
    pub(super) span: Range<usize>,
    pub(super) id: Option<Spanned<String>>,
    pub(super) title: Option<Spanned<String>>,
    pub(super) severity: Option<Spanned<String>>,
    pub(super) kind: Option<Spanned<String>>,
    pub(super) regex: Option<Spanned<String>>,
    pub(super) anchors: Vec<Spanned<String>>,
    pub(super) fold: Option<Spanned<bool>>,
    pub(super) group: Option<Spanned<i64>>,
    pub(super) left: Option<Spanned<String>>,
    pub(super) right: Option<Spanned<String>>,
    pub(super) check: Option<Spanned<String>>,
    pub(super) extend: Option<Spanned<String>>,
    pub(super) min_entropy: Option<Spanned<i64>>,
    pub(super) files: Vec<Spanned<String>>,
    pub(super) revoke: Option<RevokeText>,
    pub(super) references: Vec<Spanned<String>>,
    pub(super) examples: Vec<Spanned<String>>,
    pub(super) rejects: Vec<Spanned<String>>,
}

const FILE_KEYS: &[&str] = &["provider", "name", "revoke", "rule"];
const REVOKE_KEYS: &[&str] = &["text", "url"];
const RULE_KEYS: &[&str] = &[
    "id",
    "title",
    "severity",
    "kind",
    "regex",
    "anchors",
    "fold",
    "group",
    "left",
    "right",
    "check",
    "extend",
    "min_entropy",
    "files",
    "revoke",
    "references",
    "examples",
    "rejects",
];

type Value<'i> = Spanned<DeValue<'i>>;

/// Reads the TOML of a rule file. Broken TOML, wrong types and unknown keys go to the sink.
pub(super) fn read(sink: &mut Sink<'_>) -> FileText {
    let (root, errors) = DeTable::parse_recoverable(sink.text());
    let mut file = FileText::default();
    for error in &errors {
        let at = error.span().map_or(0, |span| span.start);
        sink.add(at, format!("not valid TOML: {}", error.message()), "");
    }
    if !errors.is_empty() {
        return file; // what the parser guessed after an error would only add noise
    }
    for (key, value) in root.into_inner() {
        match key.get_ref().as_ref() {
            "provider" => file.provider = string(&value, sink),
            "name" => file.name = string(&value, sink),
            "revoke" => file.revoke = revoke(&value, sink),
            "rule" => file.rules = rules(value, sink),
            other => unknown(other, key.span(), FILE_KEYS, sink),
        }
    }
    file
}

fn rules(value: Value<'_>, sink: &mut Sink<'_>) -> Vec<RuleText> {
    let at = value.span().start;
    let DeValue::Array(array) = value.into_inner() else {
        sink.add(at, "`rule` must be a list of tables", "write [[rule]] with two brackets");
        return Vec::new();
    };
    array.into_iter().filter_map(|item| rule(item, sink)).collect()
}

fn rule(value: Value<'_>, sink: &mut Sink<'_>) -> Option<RuleText> {
    let mut rule = RuleText { span: value.span(), ..RuleText::default() };
    let DeValue::Table(table) = value.into_inner() else {
        sink.add(rule.span.start, "a rule must be a table", "write [[rule]] and its fields below it");
        return None;
    };
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "id" => rule.id = string(&value, sink),
            "title" => rule.title = string(&value, sink),
            "severity" => rule.severity = string(&value, sink),
            "kind" => rule.kind = string(&value, sink),
            "regex" => rule.regex = string(&value, sink),
            "anchors" => rule.anchors = strings(&value, sink),
            "fold" => rule.fold = boolean(&value, sink),
            "group" => rule.group = integer(&value, sink),
            "left" => rule.left = string(&value, sink),
            "right" => rule.right = string(&value, sink),
            "check" => rule.check = string(&value, sink),
            "extend" => rule.extend = string(&value, sink),
            "min_entropy" => rule.min_entropy = integer(&value, sink),
            "files" => rule.files = strings(&value, sink),
            "revoke" => rule.revoke = revoke(&value, sink),
            "references" => rule.references = strings(&value, sink),
            "examples" => rule.examples = strings(&value, sink),
            "rejects" => rule.rejects = strings(&value, sink),
            other => unknown(other, key.span(), RULE_KEYS, sink),
        }
    }
    Some(rule)
}

fn revoke(value: &Value<'_>, sink: &mut Sink<'_>) -> Option<RevokeText> {
    let Some(table) = value.get_ref().as_table() else {
        mistyped(value, "a table with `text` and `url`", sink);
        return None;
    };
    let mut revoke = RevokeText::default();
    for (key, value) in table {
        match key.get_ref().as_ref() {
            "text" => revoke.text = string(value, sink),
            "url" => revoke.url = string(value, sink),
            other => unknown(other, key.span(), REVOKE_KEYS, sink),
        }
    }
    Some(revoke)
}

fn string(value: &Value<'_>, sink: &mut Sink<'_>) -> Option<Spanned<String>> {
    let text = value.get_ref().as_str().map(|text| Spanned::new(value.span(), text.to_owned()));
    if text.is_none() {
        mistyped(value, "a string", sink);
    }
    text
}

fn boolean(value: &Value<'_>, sink: &mut Sink<'_>) -> Option<Spanned<bool>> {
    let found = value.get_ref().as_bool().map(|found| Spanned::new(value.span(), found));
    if found.is_none() {
        mistyped(value, "true or false", sink);
    }
    found
}

fn integer(value: &Value<'_>, sink: &mut Sink<'_>) -> Option<Spanned<i64>> {
    let number = value.get_ref().as_integer();
    let found = number.and_then(|number| i64::from_str_radix(number.as_str(), number.radix()).ok());
    if found.is_none() {
        mistyped(value, "a whole number", sink);
    }
    found.map(|found| Spanned::new(value.span(), found))
}

fn strings(value: &Value<'_>, sink: &mut Sink<'_>) -> Vec<Spanned<String>> {
    let Some(items) = value.get_ref().as_array() else {
        mistyped(value, "a list of strings", sink);
        return Vec::new();
    };
    items.iter().filter_map(|item| string(item, sink)).collect()
}

fn mistyped(value: &Value<'_>, wanted: &str, sink: &mut Sink<'_>) {
    let found = value.get_ref().type_str();
    sink.add(value.span().start, format!("expected {wanted}, found a value of type {found}"), "");
}

fn unknown(key: &str, span: Range<usize>, known: &[&str], sink: &mut Sink<'_>) {
    sink.add(span.start, format!("unknown key `{}`", key.escape_debug()), nearest(key, known));
}

/// A hint that names the likeliest of the known names, or all of them.
pub(super) fn nearest(name: &str, known: &[&str]) -> String {
    let close = known.iter().map(|known| (distance(name, known), known)).min();
    match close {
        Some((distance, known)) if distance <= 1 + known.len() / 4 => format!("did you mean `{known}`?"),
        _ => format!("known: {}", known.join(", ")),
    }
}

/// Edit distance; names are short, so the plain table does. Long strangers are not measured.
fn distance(a: &str, b: &str) -> usize {
    if a.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = i;
        let mut left = i + 1;
        for (cell, y) in row.iter_mut().skip(1).zip(b.bytes()) {
            let best = (diagonal + usize::from(x != y)).min(left + 1).min(*cell + 1);
            diagonal = *cell;
            *cell = best;
            left = best;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}
