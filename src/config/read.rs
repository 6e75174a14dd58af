//! What every configuration file is read with: strictly, all mistakes at once, each with its place.

use std::fmt;
use std::path::PathBuf;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::shape::{Key, names};

/// Longest file, in bytes.
const MAX_FILE: usize = 1 << 20;

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it; may be empty.
    pub hint: String,
}

/// Everything that is wrong with a file, in order of place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigErrors {
    /// The file, as the caller named it.
    pub file: String,
    /// The mistakes.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, problem) in self.problems.iter().enumerate() {
            let gap = if at > 0 { "\n" } else { "" };
            write!(f, "{gap}{}:{}:{}: {}", self.file, problem.line, problem.column, problem.message)?;
            if !problem.hint.is_empty() {
                write!(f, " (hint: {})", problem.hint)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}

/// Reads a TOML document with `top`, and gives every mistake in it, in order of place.
pub(super) fn document(text: &str, top: impl FnOnce(&DeTable<'_>, &mut Sink<'_>)) -> Vec<Problem> {
    let mut sink = Sink { text, problems: Vec::new() };
    if text.len() > MAX_FILE {
        sink.add(0, format!("the file is longer than {MAX_FILE} bytes"));
    } else {
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            sink.add(error.span().map_or(0, |span| span.start), format!("not valid TOML: {}", error.message()));
        }
        if errors.is_empty() {
            top(root.get_ref(), &mut sink);
        }
    }
    sink.problems.sort();
    sink.problems.dedup();
    sink.problems
}

pub(super) type Value<'i> = Spanned<DeValue<'i>>;

/// Collects problems while a file is read; knows the text, so that a byte offset becomes a place.
pub(super) struct Sink<'t> {
    text: &'t str,
    problems: Vec<Problem>,
}

impl Sink<'_> {
    pub(super) fn add(&mut self, at: usize, message: impl Into<String>) {
        self.add_with(at, message, "");
    }

    pub(super) fn add_with(&mut self, at: usize, message: impl Into<String>, hint: impl Into<String>) {
        let (line, column) = self.place(at);
        self.problems.push(Problem { line, column, message: message.into(), hint: hint.into() });
    }

    /// Line and column of a byte offset, from 1.
    pub(super) fn place(&self, at: usize) -> (usize, usize) {
        let before = (0..=at.min(self.text.len())).rev().find_map(|at| self.text.get(..at)).unwrap_or("");
        let line = before.matches('\n').count() + 1;
        (line, before.rsplit('\n').next().unwrap_or("").chars().count() + 1)
    }

    pub(super) fn wanted<T>(&mut self, value: &Value<'_>, found: Option<T>, wanted: &str) -> Option<T> {
        if found.is_none() {
            self.add(value.span().start, format!("expected {wanted}"));
        }
        found
    }

    pub(super) fn text(&mut self, value: &Value<'_>) -> Option<String> {
        self.wanted(value, value.get_ref().as_str().map(str::to_owned), "a string")
    }

    /// One line for people: it is printed as it stands.
    pub(super) fn line(&mut self, value: &Value<'_>) -> Option<String> {
        let text = value.get_ref().as_str().filter(|text| !text.chars().any(char::is_control));
        self.wanted(value, text.map(str::to_owned), "one line of text, without control characters")
    }

    pub(super) fn flag(&mut self, value: &Value<'_>) -> Option<bool> {
        self.wanted(value, value.get_ref().as_bool(), "true or false")
    }

    pub(super) fn path(&mut self, value: &Value<'_>) -> Option<PathBuf> {
        let path = value.get_ref().as_str().map(PathBuf::from).filter(|path| path.is_absolute());
        self.wanted(value, path, "an absolute path")
    }

    pub(super) fn one_of<T: Copy>(
        &mut self,
        value: &Value<'_>,
        names: &[&str],
        parse: fn(&str) -> Option<T>,
    ) -> Option<T> {
        let found = value.get_ref().as_str().and_then(parse);
        self.wanted(value, found, &format!("one of \"{}\"", names.join("\", \"")))
    }

    pub(super) fn number(&mut self, value: &Value<'_>, key: &Key) -> Option<u64> {
        let (least, most) = key.range();
        let digits = value.get_ref().as_integer();
        let number = digits.and_then(|digits| u64::from_str_radix(digits.as_str(), digits.radix()).ok());
        let number = number.filter(|number| (least..=most).contains(number));
        self.wanted(value, number, &format!("a whole number from {least} to {most}"))
    }

    pub(super) fn list<T>(&mut self, value: &Value<'_>, one: fn(&mut Self, &Value<'_>) -> Option<T>) -> Option<Vec<T>> {
        let items = self.wanted(value, value.get_ref().as_array(), "a list")?;
        let read: Vec<Option<T>> = items.iter().map(|item| one(self, item)).collect();
        read.into_iter().collect()
    }

    /// A key that is listed and read by nobody: nothing that is written down goes unheeded.
    pub(super) fn forgotten(&mut self, key: &Key, value: &Value<'_>) {
        self.add(value.span().start, format!("`{}` is read by nobody: please report it", key.name));
    }

    /// Reads a table: each key that is known is given to `each`, the others are mistakes.
    pub(super) fn table(
        &mut self,
        value: &Value<'_>,
        known: &'static [Key],
        each: impl FnMut(&'static Key, &Value<'_>, &mut Self),
    ) {
        let Some(table) = self.wanted(value, value.get_ref().as_table(), "a table") else { return };
        self.keys(table, known, each);
    }

    /// The same, of a table that is one for sure.
    pub(super) fn keys(
        &mut self,
        table: &DeTable<'_>,
        known: &'static [Key],
        mut each: impl FnMut(&'static Key, &Value<'_>, &mut Self),
    ) {
        for (name, value) in table {
            let (text, at) = (name.get_ref().as_ref(), name.span().start);
            match known.iter().find(|key| key.name == text) {
                Some(key) => each(key, value, self),
                None => self.add(at, format!("unknown key `{}` (known: {})", text.escape_debug(), names(known))),
            }
        }
    }
}
