//! From the text of a project's or user's file to its meaning, and everything that is wrong with it.

use toml::de::DeTable;

use super::keys::{ALLOW, PROJECT, RULE, USER};
use super::{Allow, Local, Owner, RuleSay, Setting};
use crate::config::read::{Problem, Sink, Value, document};
use crate::model::{Confidence, Day, Fingerprint, Severity};

/// How words are checked whose meaning lies in another room. Each gives what is wrong.
#[derive(Clone, Copy)]
pub struct Checks {
    /// Of a glob.
    pub glob: fn(&str) -> Result<(), String>,
    /// Of a regex.
    pub regex: fn(&str) -> Result<(), String>,
}

/// Parses a file. What could be read of it, and all that is wrong with it: with any mistake it is not to be used.
#[must_use]
pub fn parse(text: &str, owner: Owner, checks: Checks) -> (Local, Vec<Problem>) {
    let mut local = Local::default();
    let problems = document(text, |root, sink| Reader { local: &mut local, owner, checks }.top(root, sink));
    (local, problems)
}

struct Reader<'a> {
    local: &'a mut Local,
    owner: Owner,
    checks: Checks,
}

impl Reader<'_> {
    fn top(&mut self, root: &DeTable<'_>, sink: &mut Sink<'_>) {
        let user = self.owner == Owner::User;
        let misplaced = root.iter().find(|(key, _)| !user && key.get_ref().as_ref() == "trust_project");
        if let Some((key, _)) = misplaced {
            let at = key.span().start;
            sink.add_with(at, "a project cannot trust itself", "`trust_project` belongs in the user's file");
        }
        sink.keys(root, if user || misplaced.is_some() { USER } else { PROJECT }, |key, value, sink| match key.name {
            "min_confidence" => self.local.min_confidence = level(value, sink),
            "inline_allows" => self.local.inline_allows = flag(value, sink),
            "trust_project" => self.local.trust_project = flag(value, sink),
            "rules" => self.rule_files(value, sink),
            "rule" => self.rules(value, sink),
            "allow" => self.allows(value, sink),
            _ => sink.forgotten(key, value),
        });
    }

    fn rule_files(&mut self, value: &Value<'_>, sink: &mut Sink<'_>) {
        if value.get_ref().is_table() {
            let hint = "`rules` lists files of rules; what is said of one rule stands under [rule.some-rule-id]";
            return sink.add_with(value.span().start, "expected a list", hint);
        }
        for file in words(value, sink) {
            if self.owner == Owner::Project && !is_inside(&file.value) {
                let at = value.span().start;
                sink.add_with(
                    at,
                    "a project's rule files lie in the project",
                    "give a path below the file's directory, with `/` and without `..`",
                );
            }
            self.local.rules.push(file);
        }
    }

    fn rules(&mut self, value: &Value<'_>, sink: &mut Sink<'_>) {
        let hint = "write [rule.some-rule-id]";
        let Some(table) = value.get_ref().as_table() else {
            return sink.add_with(value.span().start, "expected a table", hint);
        };
        for (id, value) in table {
            let mut say = RuleSay::default();
            sink.table(value, RULE, |key, value, sink| match key.name {
                "disabled" => say.disabled = flag(value, sink),
                "severity" => {
                    let read = sink.one_of(value, Severity::NAMES, Severity::parse);
                    say.severity = read.map(|read| placed(read, value, sink));
                }
                "min_confidence" => say.min_confidence = level(value, sink),
                "reason" => say.reason = sink.line(value).unwrap_or_default(),
                _ => sink.forgotten(key, value),
            });
            let (line, column) = sink.place(id.span().start);
            let at = Setting { value: (), line, column };
            self.local.rule.insert(id.get_ref().as_ref().to_owned(), (at, say));
        }
    }

    fn allows(&mut self, value: &Value<'_>, sink: &mut Sink<'_>) {
        let Some(list) = value.get_ref().as_array() else {
            return sink.add_with(
                value.span().start,
                "expected a list of tables",
                "write [[allow]], with two brackets",
            );
        };
        for item in list {
            let allow = self.allow(item, sink);
            self.local.allows.push(allow);
        }
    }

    fn allow(&self, item: &Value<'_>, sink: &mut Sink<'_>) -> Allow {
        let at = item.span().start;
        let mut allow = Allow { line: sink.place(at).0, ..Allow::default() };
        let (mut named, mut has_reason) = (false, false);
        let checks = self.checks;
        sink.table(item, ALLOW, |key, value, sink| {
            named |= matches!(key.name, "paths" | "rules" | "secrets" | "fingerprints");
            match key.name {
                "paths" => allow.paths = checked(value, sink, checks.glob, "not a glob"),
                "rules" => allow.rules = some(words(value, sink), value, sink),
                "secrets" => allow.secrets = checked(value, sink, checks.regex, "not a regex"),
                "fingerprints" => {
                    let read = |sink: &mut Sink<'_>, value: &Value<'_>| {
                        let print = value.get_ref().as_str().and_then(Fingerprint::parse);
                        sink.wanted(value, print, "a fingerprint as reports show it: 32 lower-case hexadecimal digits")
                    };
                    let prints = sink.list(value, read).unwrap_or_default();
                    allow.fingerprints = some(prints, value, sink);
                }
                "reason" => {
                    has_reason = true;
                    allow.reason = sink.line(value).unwrap_or_default();
                    if allow.reason.trim().is_empty() {
                        sink.add_with(value.span().start, "the reason is empty", "say why this is no live credential");
                    }
                }
                "expires" => {
                    let day = value.get_ref().as_str().and_then(Day::parse);
                    if day.is_none() {
                        let hint = "write it in quotes: expires = \"2027-01-31\"";
                        sink.add_with(value.span().start, "expected a day, as YYYY-MM-DD", hint);
                    }
                    allow.expires = day;
                }
                _ => sink.forgotten(key, value),
            }
        });
        if item.get_ref().as_table().is_some() {
            if !has_reason {
                sink.add_with(at, "an allow needs its `reason`", "add reason = \"why this is no live credential\"");
            }
            if !named {
                let hint = "name paths, rules, secrets or fingerprints; a finding must fit each list that is given";
                sink.add_with(at, "an allow of everything", hint);
            }
        }
        allow
    }
}

fn placed<T>(value: T, at: &Value<'_>, sink: &Sink<'_>) -> Setting<T> {
    let (line, column) = sink.place(at.span().start);
    Setting { value, line, column }
}

fn level(value: &Value<'_>, sink: &mut Sink<'_>) -> Option<Setting<Confidence>> {
    let read = sink.one_of(value, Confidence::NAMES, Confidence::parse)?;
    Some(placed(read, value, sink))
}

fn flag(value: &Value<'_>, sink: &mut Sink<'_>) -> Option<Setting<bool>> {
    let read = sink.flag(value)?;
    Some(placed(read, value, sink))
}

fn words(value: &Value<'_>, sink: &mut Sink<'_>) -> Vec<Setting<String>> {
    let one = |sink: &mut Sink<'_>, value: &Value<'_>| {
        let text = sink.line(value)?;
        Some(placed(text, value, sink))
    };
    sink.list(value, one).unwrap_or_default()
}

/// An empty list would fit nothing, or everything, as one reads it.
fn some<T>(list: Vec<T>, value: &Value<'_>, sink: &mut Sink<'_>) -> Vec<T> {
    if value.get_ref().as_array().is_some_and(|list| list.is_empty()) {
        sink.add_with(value.span().start, "the list is empty", "leave it out, or name something");
    }
    list
}

fn checked(value: &Value<'_>, sink: &mut Sink<'_>, check: fn(&str) -> Result<(), String>, what: &str) -> Vec<String> {
    let Some(items) = sink.wanted(value, value.get_ref().as_array(), "a list") else { return Vec::new() };
    let mut read = Vec::new();
    for item in items {
        let Some(text) = sink.text(item) else { continue };
        match check(&text) {
            Ok(()) => read.push(text),
            Err(why) => sink.add(item.span().start, format!("{what}: {why}")),
        }
    }
    some(read, value, sink)
}

fn is_inside(path: &str) -> bool {
    !path.is_empty() && !path.contains(['\\', ':']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
