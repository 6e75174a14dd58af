//! What other scanners' files say is accepted, read for `portcullis import`: one file of this directory for each format,
//! and one row in [`FORMATS`].
//!
//! A reader says what each entry means, with its line; whether it can be carried over is decided where our own rules and
//! findings are known. What has no meaning here becomes a [`Note`]: nothing is dropped without a word.

mod detect_secrets;
mod gitallowed;
mod gitguardian;
mod gitleaks_ignore;
mod gitleaks_report;
mod gitleaks_toml;
mod glob;
mod kingfisher;
mod pattern;
mod secretsignore;
mod talisman;
mod yaml;

use crate::model::Secret;

pub use pattern::{Anchors, Pattern};

/// A format of another tool.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// What it is called on the command line.
    pub name: &'static str,
    /// Whose it is.
    pub tool: &'static str,
    /// Where it stands in a work tree, if its place is fixed.
    pub files: &'static [&'static str],
    /// Whether a text looks like it: for files whose name is anybody's choice.
    pub looks_like: fn(&str) -> bool,
    /// Reads it.
    pub read: fn(&str) -> Result<Foreign, Broken>,
}

/// Every format.
pub const FORMATS: &[Format] = &[
    gitleaks_toml::FORMAT,
    gitleaks_ignore::FORMAT,
    gitleaks_report::FORMAT,
    detect_secrets::FORMAT,
    gitallowed::FORMAT,
    gitallowed::CONFIG,
    talisman::FORMAT,
    secretsignore::FORMAT,
    gitguardian::FORMAT,
    kingfisher::FORMAT,
];

/// A file that cannot be read as what it is taken for. Says nothing of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Line, from 1.
    pub line: usize,
    /// What is wrong.
    pub message: String,
}

impl Broken {
    fn new(line: usize, message: impl Into<String>) -> Self {
        Self { line: line.max(1), message: message.into() }
    }
}

/// What a file says, in its order.
#[derive(Clone, Debug, Default)]
pub struct Foreign {
    /// What has a meaning here.
    pub entries: Vec<(usize, Entry)>,
    /// What has none, or not the same.
    pub notes: Vec<Note>,
}

/// Something that is not carried over, or not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Line, from 1.
    pub line: usize,
    /// What, and why.
    pub words: String,
}

/// What an entry means.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Whatever fits one of each list is accepted.
    Allow(Allow),
    /// One credential is accepted.
    Known(Known),
    /// A rule of the project's own.
    Rule(Rule),
    /// A rule of the other tool's does not count.
    Disabled(String),
}

/// What is accepted by what it looks like, or where it lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Allow {
    /// Globs of paths.
    pub paths: Vec<String>,
    /// Rule ids of the other tool.
    pub rules: Vec<String>,
    /// Regexes on the credential.
    pub secrets: Vec<String>,
    /// Why, in the file's words; may be empty.
    pub reason: String,
}

/// A credential that is accepted, as far as the file tells which. All that is told must fit.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The file it is in, from the top of the work tree.
    pub path: Option<String>,
    /// The commit that has the file so, in hexadecimal.
    pub commit: Option<String>,
    /// The line it is on, from 1.
    pub line: Option<u64>,
    /// What it reads.
    pub reads: Reads,
    /// Text that it stood in, to be looked at where the file does not have it any more.
    pub text: Option<Secret>,
    /// Why, in the file's words; may be empty.
    pub reason: String,
}

/// What is told of a credential's own bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Reads {
    /// Nothing.
    #[default]
    Untold,
    /// All of them.
    This(Secret),
    /// Their SHA-1.
    Sha1([u8; 20]),
}

/// A rule as another tool has it.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Its id there.
    pub id: String,
    /// What it finds.
    pub title: String,
    /// What it matches.
    pub pattern: Pattern,
    /// The group that holds the credential, if one is named.
    pub group: Option<i64>,
}

impl Foreign {
    fn entry(&mut self, line: usize, entry: Entry) {
        self.entries.push((line.max(1), entry));
    }

    fn note(&mut self, line: usize, words: impl Into<String>) {
        self.notes.push(Note { line: line.max(1), words: words.into() });
    }

    /// Notes an allow, if there is anything in it.
    fn allow(&mut self, line: usize, allow: Allow) {
        if !(allow.paths.is_empty() && allow.secrets.is_empty() && allow.rules.is_empty()) {
            self.entry(line, Entry::Allow(allow));
        }
    }
}

/// The line on which a part of the text begins, from 1.
fn line_of(text: &str, part: &str) -> usize {
    let at = (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize).min(text.len());
    text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
}

/// The lines that are neither blank nor comments, with their numbers, without blanks around them.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.trim_start_matches('\u{feff}').lines().enumerate().map(|(at, line)| (at + 1, line.trim()));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}
