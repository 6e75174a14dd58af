//! Regexes of other tools' rules, as ours are written: bounded, with anchors, with an example as a template.

use std::fmt::Write as _;

use regex_syntax::hir::{Hir, HirKind};

use super::glob::bytes;
use super::{Entry, Foreign, Rule};

/// What a repetition without end may come to.
const BOUND: u32 = 256;

/// Classes of templates, the widest first.
const CLASSES: &[(&str, &str)] = &[
    ("base62", "0-9A-Za-z"),
    ("base36", "0-9a-z"),
    ("base36u", "0-9A-Z"),
    ("alpha", "A-Za-z"),
    ("hex", "0-9a-f"),
    ("HEX", "0-9A-F"),
    ("lower", "a-z"),
    ("upper", "A-Z"),
    ("digits", "0-9"),
];

/// A regex and what a rule of ours needs beside it.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The regex.
    pub regex: String,
    /// A template of a text that it matches.
    pub example: String,
    /// Anchors to try, in this order: some may not be in every match.
    pub anchors: Vec<Anchors>,
    /// Whether repetitions without end were given one.
    pub bounded: bool,
}

/// Literals that every match may contain one of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchors {
    /// The literals.
    pub literals: Vec<String>,
    /// Whether letters match in either case.
    pub fold: bool,
}

/// Notes a rule, or why there is none.
pub(super) fn rule(foreign: &mut Foreign, line: usize, id: &str, title: &str, regex: &str, keywords: &[String]) {
    match Pattern::read(regex, keywords) {
        Ok(pattern) => {
            let (id, title) = (id.to_owned(), title.to_owned());
            foreign.entry(line, Entry::Rule(Rule { id, title, pattern, group: None }));
        }
        Err(why) => foreign.note(line, format!("the rule `{id}`: {why}")),
    }
}

impl Pattern {
    /// Reads a regex, and the words that the other tool looks for before it tries the regex.
    ///
    /// # Errors
    /// Why it cannot be a rule here.
    pub fn read(regex: &str, keywords: &[String]) -> Result<Self, String> {
        let parser = || regex_syntax::ParserBuilder::new().unicode(false).utf8(false).nest_limit(64).build();
        let hir = parser().parse(regex).map_err(|_| "its regex cannot be read here".to_owned())?;
        let bounded = hir.properties().maximum_len().is_none();
        let written = if bounded { bound(hir.clone()).to_string() } else { regex.to_owned() };
        let mut example = String::new();
        sample(&hir, 1, &mut example)?;
        let mut literals = Vec::new();
        runs(&hir, &mut String::new(), &mut literals);
        literals
            .retain(|literal| (3..=64).contains(&literal.len()) && literal.bytes().all(|byte| byte.is_ascii_graphic()));
        literals.sort_by_key(|literal| std::cmp::Reverse(literal.len()));
        literals.dedup();
        let lower: Vec<String> =
            keywords.iter().map(|word| word.to_ascii_lowercase()).filter(|word| word.len() >= 3).collect();
        let mut anchors: Vec<Anchors> =
            literals.into_iter().take(8).map(|literal| Anchors { literals: vec![literal], fold: false }).collect();
        if !lower.is_empty() {
            anchors.push(Anchors { literals: lower, fold: true });
        }
        if anchors.is_empty() {
            return Err(
                "no literal of three characters stands in every match, so it would be tried everywhere".to_owned()
            );
        }
        Ok(Self { regex: written, example, anchors, bounded })
    }
}

/// The same with an end to every repetition.
fn bound(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Repetition(mut repetition) => {
            let min = repetition.min;
            repetition.max = repetition.max.or(Some(min.saturating_add(BOUND)));
            repetition.sub = Box::new(bound(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(bound(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(bound).collect()),
        HirKind::Alternation(parts) => Hir::alternation(parts.into_iter().map(bound).collect()),
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Class(class) => Hir::class(class),
        HirKind::Look(look) => Hir::look(look),
    }
}

/// Writes a template of one match.
fn sample(hir: &Hir, times: u32, out: &mut String) -> Result<(), String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            for _ in 0..times {
                for c in String::from_utf8_lossy(&literal.0).chars() {
                    let twice = matches!(c, '{' | '}');
                    (0..=u8::from(twice)).for_each(|_| out.push(c));
                }
            }
        }
        HirKind::Class(class) => {
            let bytes = bytes(class);
            let inside = |set: &str| {
                set.as_bytes().chunks(3).all(|range| (range[0]..=range[2]).all(|byte| bytes.contains(&byte)))
            };
            if let Some((name, _)) = CLASSES.iter().find(|(_, set)| inside(set)) {
                // Writing to a string cannot fail.
                let _ = write!(out, "{{{name}:{times}}}");
            } else {
                let one = bytes.iter().find(|byte| byte.is_ascii_graphic() || **byte == b' ');
                let one = one.ok_or("its regex asks for bytes that are no text")?;
                let twice = usize::from(matches!(one, b'{' | b'}'));
                (0..times as usize * (1 + twice)).for_each(|_| out.push(char::from(*one)));
            }
        }
        HirKind::Repetition(repetition) => {
            // Few where few will do; as many as there may be where that is a number one would write.
            let count = repetition.max.filter(|max| repetition.min > 0 && *max <= 128).unwrap_or(repetition.min);
            if matches!(repetition.sub.kind(), HirKind::Class(_) | HirKind::Literal(_)) {
                sample(&repetition.sub, count, out)?;
            } else {
                for _ in 0..count.min(128) {
                    sample(&repetition.sub, 1, out)?;
                }
            }
        }
        HirKind::Capture(capture) => sample(&capture.sub, times, out)?,
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| sample(part, 1, out))?,
        HirKind::Alternation(parts) => {
            if let Some(first) = parts.first() {
                sample(first, 1, out)?;
            }
        }
    }
    Ok(())
}

/// The literals that stand in a row in it, wherever; some may be in one way through it only.
fn runs(hir: &Hir, run: &mut String, out: &mut Vec<String>) {
    match hir.kind() {
        HirKind::Literal(literal) => run.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Capture(capture) => runs(&capture.sub, run, out),
        HirKind::Concat(parts) => parts.iter().for_each(|part| runs(part, run, out)),
        HirKind::Look(_) | HirKind::Empty => return,
        _ => out.push(std::mem::take(run)),
    }
    if !matches!(hir.kind(), HirKind::Literal(_)) {
        out.push(std::mem::take(run));
    }
}
