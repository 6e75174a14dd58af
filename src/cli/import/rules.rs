//! Rules of other tools as rules of ours: what our own lint accepts.

use std::fmt::Write as _;

use crate::config::foreign::Rule;
use crate::config::local::edit::quoted;
use crate::engine::is_too_large;
use crate::rules;

/// The file they are written to, from the top of the work tree. Its stem is their provider.
pub(super) const FILE: &str = ".portcullis/imported.toml";

const HEAD: &str = "# Rules of other tools, written by `portcullis import`. They are yours now: patterns/README.md of portcullis says\n\
    # how rules are written. Their titles, severities and counter-examples are worth a look.\nprovider = \"imported\"\n\
    name = \"Imported\"\n";

/// Rules that were taken over.
#[derive(Debug, Default)]
pub(super) struct Imported {
    /// The other tool's id, ours, and the text.
    rules: Vec<(String, String, String)>,
}

impl Imported {
    /// Takes one over, and gives its id.
    ///
    /// # Errors
    /// What our lint has against every way of writing it.
    pub(super) fn add(&mut self, rule: &Rule) -> Result<String, String> {
        let slug: String =
            rule.id.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
        let id = format!("imported-{}", slug.trim_matches('-'));
        if self.rules.iter().any(|(_, own, _)| *own == id) {
            return Err("its id is taken already".to_owned());
        }
        let mut why = None;
        let groups = [rule.group.filter(|group| *group > 0), None, Some(0)];
        for group in groups {
            for anchors in &rule.pattern.anchors {
                let text = text(rule, &id, group, anchors);
                match rules::load(&format!("{HEAD}{text}"), "imported.toml") {
                    Ok(ours) if ours.iter().any(is_too_large) => {
                        return Err("its regex takes too much memory".to_owned());
                    }
                    Ok(_) => {
                        self.rules.push((rule.id.clone(), id.clone(), text));
                        return Ok(id);
                    }
                    Err(errors) => why = why.or_else(|| errors.0.into_iter().next().map(|problem| problem.message)),
                }
            }
        }
        Err(why.unwrap_or_else(|| "it has no anchor".to_owned()))
    }

    /// Our id for a rule of that id.
    pub(super) fn id(&self, theirs: &str) -> Option<String> {
        self.rules.iter().find(|(id, ..)| id == theirs).map(|(_, own, _)| own.clone())
    }

    /// The rule file; none where there is no rule.
    pub(super) fn file(&self) -> Option<String> {
        let all: String = self.rules.iter().map(|(_, _, text)| text.as_str()).collect();
        (!all.is_empty()).then(|| format!("{HEAD}{all}"))
    }
}

fn text(rule: &Rule, id: &str, group: Option<i64>, anchors: &crate::config::foreign::Anchors) -> String {
    let literals: Vec<String> = anchors.literals.iter().map(|literal| quoted(literal)).collect();
    let mut text = String::from("\n[[rule]]\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "id = {}\ntitle = {}\nseverity = \"high\"",
        quoted(id),
        quoted(rule.title.lines().next().unwrap_or_default())
    );
    let _ = writeln!(text, "regex = {}\nanchors = [{}]", quoted(&rule.pattern.regex), literals.join(", "));
    if anchors.fold {
        text.push_str("fold = true\n");
    }
    if let Some(group) = group {
        let _ = writeln!(text, "group = {group}");
    }
    text.push_str("left = \"none\"\nright = \"none\"\n");
    let _ = writeln!(text, "examples = [{}]\nrejects = [\"nothing of the kind\"]", quoted(&rule.pattern.example));
    text
}
