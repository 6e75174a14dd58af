//! What a rule must be before it may run: one function for each demand.

use std::borrow::Cow;

use regex_syntax::hir::{Hir, Look};
use toml::Spanned;

use super::nfa::{Nfa, Refusal};
use super::parse::Author;
use super::problem::Sink;
use super::prove::{self, Failure};
use super::shape;
use super::syntax::{RuleText, nearest};
use super::template;
use super::{Anchor, Boundary, CONTEXT, Extend, Glance, Kind, LONG_REACH, Rule, Text};
use crate::model::{Check, Severity};

/// Most anchors a rule may have, and longest of them.
const MAX_ANCHORS: usize = 512;
const MAX_ANCHOR_LEN: usize = 64;

/// What the head of a file says for all its rules.
#[derive(Debug)]
pub(super) struct Defaults<'f> {
    pub(super) provider: &'f str,
    pub(super) author: Author,
    pub(super) revoke: Option<&'f String>,
    pub(super) revoke_url: Option<&'f String>,
}

/// Turns a rule as written into a rule, or says why not.
pub(super) fn rule(written: &RuleText, defaults: &Defaults<'_>, sink: &mut Sink<'_>) -> Option<Rule> {
    let start = written.span.start;
    let id = id(written, defaults, sink);
    let title = required(written.title.as_ref(), "title", start, sink);
    let severity = choice(written.severity.as_ref(), &severities(), Severity::parse, "severity", sink);
    if written.severity.is_none() {
        sink.add(start, "`severity` is missing", "one of low, medium, high, critical");
    }
    let kind = choice(written.kind.as_ref(), Kind::NAMES, Kind::parse, "kind", sink).unwrap_or(Kind::Token);
    let left = choice(written.left.as_ref(), Boundary::NAMES, Boundary::parse, "boundary", sink);
    let right = choice(written.right.as_ref(), Boundary::NAMES, Boundary::parse, "boundary", sink);
    let extend = choice(written.extend.as_ref(), Extend::NAMES, Extend::parse, "extend", sink);
    let checks: Vec<&str> = Check::ALL.iter().map(|check| check.as_str()).collect();
    let check = choice(written.check.as_ref(), &checks, Check::parse, "check", sink);
    let min_entropy = percent(written.min_entropy.as_ref(), sink);
    let (revoke, revoke_url) = revoke(written, defaults, sink);
    sources(written, defaults, sink);
    templates(written, sink);
    files(written, sink);
    let (regex, hir) = regex(written, sink)?;
    let max_len = length(&hir, regex, sink)?;
    let group = group(written, &hir, sink);
    assertions(&hir, regex, !written.files.is_empty(), sink);
    let anchors = anchors(written, &hir, regex, sink);
    Some(Rule {
        id: owned(id?),
        title: owned(title?),
        provider: owned(defaults.provider),
        severity: severity?,
        kind,
        regex: owned(regex.get_ref()),
        glance: if written.files.is_empty() { Glance::of(&hir, kind, group?) } else { Glance::default() },
        anchors: Cow::Owned(anchors?),
        max_len,
        group: group?,
        left: left.unwrap_or(Boundary::Alnum),
        right: right.unwrap_or(Boundary::Alnum),
        extend,
        check,
        min_entropy: min_entropy?,
        files: texts(&written.files),
        revoke: owned(revoke),
        revoke_url: owned(revoke_url),
        references: texts(&written.references),
        examples: texts(&written.examples),
        rejects: texts(&written.rejects),
    })
}

/// Whether a text is lower case letters, digits and single dashes, beginning with a letter or digit.
pub(super) fn is_slug(text: &str) -> bool {
    let fine = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.len() <= 64 && text.split('-').all(fine)
}

fn owned(text: &str) -> Text {
    Cow::Owned(text.to_owned())
}

fn texts(written: &[Spanned<String>]) -> Cow<'static, [Text]> {
    written.iter().map(|text| owned(text.get_ref())).collect()
}

fn severities() -> Vec<&'static str> {
    Severity::ALL.iter().map(|severity| severity.as_str()).collect()
}

fn required<'w>(value: Option<&'w Spanned<String>>, key: &str, at: usize, sink: &mut Sink<'_>) -> Option<&'w str> {
    let Some(value) = value else {
        sink.add(at, format!("`{key}` is missing"), "");
        return None;
    };
    if value.get_ref().trim().is_empty() {
        sink.add(value.span().start, format!("`{key}` is empty"), "");
        return None;
    }
    Some(value.get_ref())
}

fn choice<T>(
    value: Option<&Spanned<String>>,
    known: &[&str],
    parse: fn(&str) -> Option<T>,
    what: &str,
    sink: &mut Sink<'_>,
) -> Option<T> {
    let value = value?;
    let found = parse(value.get_ref());
    if found.is_none() {
        let message = format!("unknown {what} `{}`", value.get_ref().escape_debug());
        sink.add(value.span().start, message, nearest(value.get_ref(), known));
    }
    found
}

fn id<'w>(written: &'w RuleText, defaults: &Defaults<'_>, sink: &mut Sink<'_>) -> Option<&'w str> {
    let id = required(written.id.as_ref(), "id", written.span.start, sink)?;
    let at = written.id.as_ref().map_or(0, |id| id.span().start);
    if !is_slug(id) {
        sink.add(at, "an id is lower case letters, digits and dashes, at most 64", "");
        return None;
    }
    if !id.strip_prefix(defaults.provider).is_some_and(|rest| rest.starts_with('-')) {
        sink.add(at, format!("an id begins with the provider, `{}-`", defaults.provider), "");
    }
    Some(id)
}

fn percent(value: Option<&Spanned<i64>>, sink: &mut Sink<'_>) -> Option<u8> {
    let Some(value) = value else { return Some(0) };
    let found = u8::try_from(*value.get_ref()).ok().filter(|percent| *percent <= 100);
    if found.is_none() {
        sink.add(value.span().start, "`min_entropy` is a percentage, 0 to 100", "");
    }
    found
}

fn revoke<'w>(written: &'w RuleText, defaults: &Defaults<'w>, sink: &mut Sink<'_>) -> (&'w str, &'w str) {
    let own = written.revoke.as_ref();
    let text = own.and_then(|own| own.text.as_ref()).map(Spanned::get_ref).or(defaults.revoke);
    let url = own.and_then(|own| own.url.as_ref()).map(Spanned::get_ref).or(defaults.revoke_url);
    if defaults.author == Author::House && text.is_none_or(|text| text.trim().is_empty()) {
        sink.add(written.span.start, "nothing says how to revoke it", "add [revoke] to the file or revoke to the rule");
    }
    if let Some(url) = url.filter(|url| !url.is_empty() && !url.starts_with("https://")) {
        let message = format!("the address to revoke it at is no https:// URL: `{}`", url.escape_debug());
        sink.add(written.span.start, message, "");
    }
    (text.map_or("", String::as_str), url.map_or("", String::as_str))
}

fn sources(written: &RuleText, defaults: &Defaults<'_>, sink: &mut Sink<'_>) {
    if defaults.author == Author::House && written.references.is_empty() {
        sink.add(written.span.start, "`references` is missing", "name the vendor's page, or where the facts are from");
    }
    for reference in written.references.iter().filter(|reference| reference.get_ref().trim().is_empty()) {
        sink.add(reference.span().start, "an empty reference", "");
    }
}

fn templates(written: &RuleText, sink: &mut Sink<'_>) {
    for (key, list) in [("examples", &written.examples), ("rejects", &written.rejects)] {
        if list.is_empty() {
            sink.add(written.span.start, format!("`{key}` is missing"), "give at least one template");
        }
        for text in list {
            if let Err(error) = template::parse(text.get_ref()) {
                sink.add(
                    inside(text, error.at, sink.text()),
                    format!("in the template: {}", error.message),
                    error.hint,
                );
            }
        }
    }
}

fn files(written: &RuleText, sink: &mut Sink<'_>) {
    for name in &written.files {
        if name.get_ref().is_empty() || name.get_ref().contains(['/', '\\']) {
            sink.add(name.span().start, "`files` are names without directories", "such as \".pgpass\" or \"*.netrc\"");
        }
    }
}

/// The place of a byte of a string's value in the file: exact where the string is written as it is.
fn inside(value: &Spanned<String>, offset: usize, text: &str) -> usize {
    let written = text.get(value.span()).unwrap_or("");
    match written.find(value.get_ref().as_str()) {
        Some(quote) => value.span().start + quote + offset,
        None => value.span().start,
    }
}

fn regex<'w>(written: &'w RuleText, sink: &mut Sink<'_>) -> Option<(&'w Spanned<String>, Hir)> {
    required(written.regex.as_ref(), "regex", written.span.start, sink)?;
    let regex = written.regex.as_ref()?;
    let parsed =
        regex_syntax::ParserBuilder::new().unicode(false).utf8(false).nest_limit(64).build().parse(regex.get_ref());
    match parsed {
        Ok(hir) => Some((regex, hir)),
        Err(error) => {
            let (offset, message) = match &error {
                regex_syntax::Error::Parse(error) => (error.span().start.offset, error.kind().to_string()),
                regex_syntax::Error::Translate(error) => (error.span().start.offset, error.kind().to_string()),
                other => (0, other.to_string()),
            };
            sink.add(inside(regex, offset, sink.text()), format!("in the regex: {message}"), "");
            None
        }
    }
}

fn length(hir: &Hir, regex: &Spanned<String>, sink: &mut Sink<'_>) -> Option<u32> {
    let at = regex.span().start;
    let limit = LONG_REACH - CONTEXT;
    match (hir.properties().minimum_len(), hir.properties().maximum_len()) {
        (None, _) => sink.add(at, "the regex matches nothing", ""),
        (Some(0), _) => sink.add(at, "the regex matches the empty text", "ask for at least one character"),
        (_, None) => sink.add(at, "matches have no longest length", "write {n,m} instead of * and + (and no {n,})"),
        (_, Some(max)) if max > limit => {
            let message = format!("matches can be {max} bytes long; the engine looks {limit} bytes far");
            sink.add(at, message, "lower the upper counts");
        }
        (_, Some(max)) => return u32::try_from(max).ok(),
    }
    None
}

fn group(written: &RuleText, hir: &Hir, sink: &mut Sink<'_>) -> Option<u8> {
    let groups = hir.properties().explicit_captures_len();
    let at = written.group.as_ref().or(None).map_or(written.span.start, |group| group.span().start);
    let group = match &written.group {
        Some(group) => *group.get_ref(),
        None => i64::from(groups > 0),
    };
    let Some(found) = u8::try_from(group).ok().filter(|&found| usize::from(found) <= groups) else {
        sink.add(
            at,
            format!("there is no group {group}; the regex has {groups}"),
            "groups count from 1, 0 is the match",
        );
        return None;
    };
    if found > 0 && !shape::always_captures(hir, u32::from(found)) {
        let message = format!("group {found} is not part of every match, or may be empty");
        sink.add(at, message, "use (?:...) for groups that hold no credential");
    }
    Some(found)
}

fn assertions(hir: &Hir, regex: &Spanned<String>, named: bool, sink: &mut Sink<'_>) {
    let looks = hir.properties().look_set();
    if !named && (looks.contains(Look::Start) || looks.contains(Look::End)) {
        let message = "the regex asks for the beginning or end of the whole text";
        sink.add(regex.span().start, message, "rules see a window of it; write (?m) for lines");
    }
    if looks.contains_word_unicode() {
        sink.add(regex.span().start, "the regex asks for a Unicode word boundary", "leave out (?u)");
    }
}

fn anchors(written: &RuleText, hir: &Hir, regex: &Spanned<String>, sink: &mut Sink<'_>) -> Option<Vec<Anchor>> {
    let nfa = match Nfa::new(hir) {
        Ok(nfa) => nfa,
        Err(Refusal::TooLarge) => {
            sink.add(regex.span().start, "the regex is too large when compiled", "lower its counts");
            return None;
        }
        Err(Refusal::Unicode) => {
            sink.add(
                regex.span().start,
                "the regex has characters beyond ASCII",
                "rules work on bytes; leave out (?u)",
            );
            return None;
        }
    };
    let fold = written.fold.as_ref().is_some_and(|fold| *fold.get_ref());
    if written.anchors.is_empty() {
        if written.files.is_empty() {
            sink.add(written.span.start, "`anchors` is missing", "give literals that every match contains");
            return None;
        }
        return Some(Vec::new());
    }
    if !spelling(&written.anchors, fold, sink) {
        return None;
    }
    let literals: Vec<&[u8]> = written.anchors.iter().map(|anchor| anchor.get_ref().as_bytes()).collect();
    match prove::leads(&nfa, &literals, fold) {
        Ok(leads) => {
            let anchor = |(literal, lead): (&&[u8], prove::Lead)| {
                let (lead_min, lead_max) = (u16::try_from(lead.min).ok()?, u16::try_from(lead.max).ok()?);
                Some(Anchor { literal: Cow::Owned(literal.to_vec()), fold, lead_min, lead_max })
            };
            literals.iter().zip(leads).map(anchor).collect()
        }
        Err(failure) => {
            unproven(&failure, written, sink);
            None
        }
    }
}

fn spelling(anchors: &[Spanned<String>], fold: bool, sink: &mut Sink<'_>) -> bool {
    if anchors.len() > MAX_ANCHORS {
        let at = anchors.first().map_or(0, |anchor| anchor.span().start);
        sink.add(at, format!("more than {MAX_ANCHORS} anchors"), "");
        return false;
    }
    let mut fine = true;
    for (at, anchor) in anchors.iter().enumerate() {
        let text = anchor.get_ref();
        let (message, hint) = if fold && !text.is_ascii() {
            ("with `fold`, an anchor must be ASCII", "write each case of it as an anchor of its own")
        } else if text.contains('\0') {
            ("an anchor must not contain a zero byte", "")
        } else if text.len() < 3 || text.len() > MAX_ANCHOR_LEN {
            ("an anchor has 3 to 64 bytes", "rarer is faster")
        } else if fold && text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            ("with `fold`, anchors are written in lower case", "")
        } else if anchors.iter().take(at).any(|other| other.get_ref() == text) {
            ("the anchor stands here twice", "")
        } else {
            continue;
        };
        sink.add(anchor.span().start, message, hint);
        fine = false;
    }
    fine
}

fn unproven(failure: &Failure, written: &RuleText, sink: &mut Sink<'_>) {
    let at = |index: usize| written.anchors.get(index).map_or(written.span.start, |anchor| anchor.span().start);
    match failure {
        Failure::Without(example) => {
            let shown: String =
                String::from_utf8_lossy(example).chars().take(80).flat_map(char::escape_debug).collect();
            let message = format!("not every match contains an anchor; without one: `{shown}`");
            sink.add(at(0), message, "add the missing literal, or set fold = true if the regex folds case");
        }
        Failure::Unused(index) => {
            sink.add(at(*index), "no match needs this anchor", "another one comes first wherever it stands; remove it");
        }
        Failure::Budget => {
            sink.add(
                at(0),
                "it takes too long to prove that matches contain an anchor",
                "make the regex before it shorter",
            );
        }
    }
}
