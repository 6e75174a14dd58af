//! From the text of a rule file to rules, or to everything that is wrong with it.

use toml::Spanned;

use super::Rule;
use super::lint::{self, Defaults};
use super::problem::{Problem, RuleErrors, Sink, place};
use super::syntax::{self, FileText};

/// Longest rule file, in bytes. The largest of ours is a tenth of it.
pub const MAX_FILE: usize = 1 << 20;

/// Whose rules a file holds. Ours must name their sources and how to revoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Author {
    /// `patterns/*.toml`, at build time.
    House,
    /// A file of a user's, at run time.
    User,
}

/// A rule, and where its id stands: line and column, for whoever compares files.
pub type Placed = (Rule, (usize, usize));

/// Parses and lints a rule file. `file` is the name used in errors; its stem is the provider of the
/// house's rules.
///
/// # Errors
/// All mistakes, in the order of their places.
pub fn parse(text: &str, file: &str, author: Author) -> Result<Vec<Placed>, RuleErrors> {
    let mut sink = Sink::new(file, text);
    if text.len() > MAX_FILE {
        sink.add(0, format!("the file is longer than {MAX_FILE} bytes"), "split it");
        return Err(sink.finish());
    }
    let written = syntax::read(&mut sink);
    if !sink.is_clean() {
        return Err(sink.finish());
    }
    let defaults = header(&written, file, author, &mut sink);
    let mut placed: Vec<Placed> = Vec::new();
    for rule in &written.rules {
        let at = rule.id.as_ref().map_or(rule.span.start, |id| id.span().start);
        let Some(rule) = lint::rule(rule, &defaults, &mut sink) else { continue };
        if let Some((_, (line, _))) = placed.iter().find(|(other, _)| other.id == rule.id) {
            sink.add(at, format!("the id `{}` is taken by the rule in line {line}", rule.id), "ids are unique");
        }
        placed.push((rule, place(text, at)));
    }
    if sink.is_clean() { Ok(placed) } else { Err(sink.finish()) }
}

/// The problem of an id that two files use.
#[must_use]
pub fn duplicate(id: &str, file: &str, at: (usize, usize), other_file: &str) -> Problem {
    let message = format!("the id `{id}` is taken by a rule in {other_file}");
    Problem {
        file: file.to_owned(),
        line: at.0,
        column: at.1,
        message,
        hint: "ids are unique over all files".to_owned(),
    }
}

fn header<'f>(written: &'f FileText, file: &str, author: Author, sink: &mut Sink<'_>) -> Defaults<'f> {
    let provider = written.provider.as_ref().map_or("", |provider| provider.get_ref().as_str());
    let at = written.provider.as_ref().map_or(0, |provider| provider.span().start);
    let stem = file.rsplit(['/', '\\']).next().unwrap_or(file).trim_end_matches(".toml");
    if written.provider.is_none() {
        sink.add(0, "`provider` is missing", "begin the file with provider = \"...\"");
    } else if !lint::is_slug(provider) {
        sink.add(at, "a provider is written in lower case letters, digits and dashes", "");
    } else if author == Author::House && provider != stem {
        sink.add(at, format!("the provider is `{provider}`, but the file is `{stem}.toml`"), "they must be the same");
    }
    if author == Author::House && written.name.as_ref().is_none_or(|name| name.get_ref().trim().is_empty()) {
        sink.add(0, "`name` is missing", "add name = \"...\", as people write the provider");
    }
    if written.rules.is_empty() {
        sink.add(0, "the file holds no rule", "add a [[rule]]");
    }
    let (text, url) =
        written.revoke.as_ref().map_or((None, None), |revoke| (revoke.text.as_ref(), revoke.url.as_ref()));
    Defaults { provider, author, revoke: text.map(Spanned::get_ref), revoke_url: url.map(Spanned::get_ref) }
}
