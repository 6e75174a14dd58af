//! `.gitleaks.toml` (and `.betterleaks.toml`): rules, and allow-lists of the whole and of single rules.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Allow, Broken, Entry, Foreign, Format, Rule, glob};
use crate::config::foreign::pattern::Pattern;

pub(super) const FORMAT: Format = Format {
    name: "gitleaks",
    tool: "gitleaks, betterleaks",
    files: &[".gitleaks.toml", "gitleaks.toml", ".betterleaks.toml"],
    looks_like: |text| text.contains("[[rules]]") || text.contains("[allowlist]") || text.contains("[[allowlists]]"),
    read,
};

type Value<'i> = Spanned<DeValue<'i>>;

struct Reader<'t> {
    text: &'t str,
    foreign: Foreign,
}

fn read(text: &str) -> Result<Foreign, Broken> {
    let mut reader = Reader { text, foreign: Foreign::default() };
    let root = DeTable::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        Broken::new(reader.line(at), format!("not valid TOML: {}", error.message()))
    })?;
    for (key, value) in root.get_ref() {
        let line = reader.line(key.span().start);
        match key.get_ref().as_ref() {
            "title" | "description" | "minVersion" | "betterleaksMinVersion" => {}
            "extend" => reader.extend(value, line)?,
            "allowlist" => reader.allowlist(value, &[])?,
            "allowlists" => {
                for list in reader.tables(value, "allowlists")? {
                    reader.allowlist(list, &[])?;
                }
            }
            "rules" => {
                for rule in reader.tables(value, "rules")? {
                    reader.rule(rule)?;
                }
            }
            other => reader.foreign.note(line, format!("`{other}` is not known")),
        }
    }
    reader.foreign.entries.sort_by_key(|(line, _)| *line);
    reader.foreign.notes.sort_by_key(|note| note.line);
    Ok(reader.foreign)
}

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        self.text.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count() + 1
    }

    fn wrong(&self, value: &Value<'_>, wanted: &str) -> Broken {
        Broken::new(self.line(value.span().start), format!("expected {wanted}"))
    }

    fn tables<'v, 'i>(&self, value: &'v Value<'i>, name: &str) -> Result<&'v [Value<'i>], Broken> {
        let list =
            value.get_ref().as_array().ok_or_else(|| self.wrong(value, &format!("[[{name}]], with two brackets")))?;
        Ok(list)
    }

    fn words(&self, value: &Value<'_>) -> Result<Vec<String>, Broken> {
        Ok(self.lines(value)?.into_iter().map(|(_, text)| text).collect())
    }

    /// The strings of a list, with their lines.
    fn lines(&self, value: &Value<'_>) -> Result<Vec<(usize, String)>, Broken> {
        let list = value.get_ref().as_array().ok_or_else(|| self.wrong(value, "a list of strings"))?;
        let text = |item: &Value<'_>| match item.get_ref().as_str() {
            Some(text) => Ok((self.line(item.span().start), text.to_owned())),
            None => Err(self.wrong(item, "a string")),
        };
        list.iter().map(text).collect()
    }

    fn extend(&mut self, value: &Value<'_>, line: usize) -> Result<(), Broken> {
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong(value, "a table"))?;
        for (key, value) in table {
            match key.get_ref().as_ref() {
                // Our built-in rules are always there.
                "useDefault" => {}
                "disabledRules" => {
                    for (line, id) in self.lines(value)? {
                        self.foreign.entry(line, Entry::Disabled(id));
                    }
                }
                "path" => {
                    let path = value.get_ref().as_str().unwrap_or("?");
                    self.foreign.note(line, format!("it extends `{path}`: import that file, too"));
                }
                other => self.foreign.note(line, format!("extend.{other} is not carried over")),
            }
        }
        Ok(())
    }

    /// One allow-list; `rules` are those it is for, none where it is for all.
    fn allowlist(&mut self, value: &Value<'_>, rules: &[String]) -> Result<(), Broken> {
        let line = self.line(value.span().start);
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong(value, "a table"))?;
        let text = |name: &str| table.get(name).and_then(|value| value.get_ref().as_str());
        let list = |name: &str| table.get(name).map_or(Ok(Vec::new()), |value| self.words(value));
        let (regexes, stopwords, commits) = (list("regexes")?, list("stopwords")?, list("commits")?);
        let paths = table.get("paths").map_or(Ok(Vec::new()), |value| self.lines(value))?;
        let mut rules = rules.to_vec();
        rules.extend(list("targetRules")?);
        let reason = text("description").unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        let all = text("condition").is_some_and(|word| matches!(word, "AND" | "and" | "&&"));
        let target = text("regexTarget").unwrap_or("secret");
        if !commits.is_empty() {
            let words = format!("{} commits: portcullis accepts credentials, not commits", commits.len());
            self.foreign.note(line, words);
        }
        let mut secrets: Vec<String> =
            stopwords.iter().map(|word| format!("(?i){}", regex_syntax::escape(word))).collect();
        let on_credential = target == "secret" || target.is_empty();
        if on_credential {
            secrets.extend(regexes.iter().cloned());
        } else if !regexes.is_empty() {
            let words = format!("{} regexes on the {target}: portcullis looks at the credential itself", regexes.len());
            self.foreign.note(line, words);
        }
        let unsaid = !commits.is_empty() || (!on_credential && !regexes.is_empty())
            // Of several secrets one is enough.
            || (!stopwords.is_empty() && !regexes.is_empty());
        let mut globs = Vec::new();
        for (line, path) in &paths {
            match glob::globs(path) {
                Ok(found) => globs.extend(found),
                Err(why) => self.foreign.note(*line, format!("the path `{path}`: {why}; write globs under `paths`")),
            }
        }
        if all {
            // Everything that was asked for together must be asked for here.
            if unsaid || (globs.is_empty() && !paths.is_empty()) {
                self.foreign.note(line, "the allow-list asks for all of it at once, so none of it is carried over");
            } else {
                self.foreign.allow(line, Allow { paths: globs, rules, secrets, reason });
            }
            return Ok(());
        }
        if !globs.is_empty() {
            self.foreign
                .allow(line, Allow { paths: globs, rules: rules.clone(), secrets: Vec::new(), reason: reason.clone() });
        }
        if !secrets.is_empty() {
            self.foreign.allow(line, Allow { paths: Vec::new(), rules, secrets, reason });
        }
        Ok(())
    }

    fn rule(&mut self, value: &Value<'_>) -> Result<(), Broken> {
        let line = self.line(value.span().start);
        let table = value.get_ref().as_table().ok_or_else(|| self.wrong(value, "a table"))?;
        let text = |name: &str| table.get(name).and_then(|value| value.get_ref().as_str());
        let Some(id) = text("id").map(str::to_owned) else { return Err(Broken::new(line, "a rule without its `id`")) };
        for name in ["allowlist", "allowlists"] {
            match table.get(name).map(|value| (value, value.get_ref().as_array())) {
                Some((_, Some(lists))) => {
                    lists.iter().try_for_each(|list| self.allowlist(list, std::slice::from_ref(&id)))?;
                }
                Some((value, None)) => self.allowlist(value, std::slice::from_ref(&id))?,
                None => {}
            }
        }
        for (name, why) in [
            ("entropy", "portcullis weighs randomness by itself"),
            ("path", "rules look everywhere; `paths` of an [[allow]] narrow down"),
            ("tags", "there are none here"),
            ("required", "rules stand by themselves"),
            ("validate", "nothing is asked over the network"),
            ("filter", "expressions are not read"),
        ] {
            if table.get(name).is_some() {
                self.foreign.note(line, format!("the rule `{id}`: `{name}` is not carried over: {why}"));
            }
        }
        // Without a regex it changes one of theirs, by its id.
        let Some(regex) = text("regex").map(str::to_owned) else { return Ok(()) };
        let keywords = table.get("keywords").map_or(Ok(Vec::new()), |value| self.words(value))?;
        let group = table.get("secretGroup").and_then(|group| group.get_ref().as_integer()?.as_str().parse().ok());
        match Pattern::read(&regex, &keywords) {
            Ok(pattern) => {
                let title = text("description").map_or_else(|| id.clone(), str::to_owned);
                self.foreign.entry(line, Entry::Rule(Rule { id, title, pattern, group }));
            }
            Err(why) => self.foreign.note(line, format!("the rule `{id}`: {why}")),
        }
        Ok(())
    }
}
