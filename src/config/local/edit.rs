//! Adding to a project's file, with everything in it left as it stands: comments, order, blanks.

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, Value, value};

/// What is added.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Additions {
    /// Rule files.
    pub rules: Vec<String>,
    /// Rules that do not count: the id and why.
    pub disabled: Vec<(String, String)>,
    /// Allows.
    pub allows: Vec<NewAllow>,
}

/// An allow to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewAllow {
    /// A comment above it; may be empty.
    pub comment: String,
    /// Globs of paths.
    pub paths: Vec<String>,
    /// Rule ids.
    pub rules: Vec<String>,
    /// Regexes on the credential.
    pub secrets: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Why nothing could be added.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text is no TOML.
    #[error("it is not valid TOML")]
    NotToml,
    /// A key holds something else than it should.
    #[error("`{0}` does not hold what it should")]
    Shape(&'static str),
}

/// A text as a string of TOML.
#[must_use]
pub fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

impl Additions {
    /// The file's text with these in it.
    ///
    /// # Errors
    /// If the text is no configuration.
    pub fn apply(&self, text: &str) -> Result<String, EditError> {
        let mut document: DocumentMut = text.parse().map_err(|_| EditError::NotToml)?;
        if !self.rules.is_empty() {
            let rules = document.entry("rules").or_insert_with(|| value(Array::new()));
            let rules = rules.as_array_mut().ok_or(EditError::Shape("rules"))?;
            for file in &self.rules {
                if !rules.iter().any(|own| own.as_str() == Some(file)) {
                    rules.push(file.as_str());
                }
            }
        }
        for (id, reason) in &self.disabled {
            let rules = document.entry("rule").or_insert_with(|| {
                let mut table = Table::new();
                table.set_implicit(true);
                Item::Table(table)
            });
            let rules = rules.as_table_like_mut().ok_or(EditError::Shape("rule"))?;
            let rule = rules.entry(id).or_insert_with(toml_edit::table);
            let rule = rule.as_table_like_mut().ok_or(EditError::Shape("rule"))?;
            rule.insert("disabled", value(true));
            rule.insert("reason", value(reason.as_str()));
        }
        if !self.allows.is_empty() {
            let allows = document.entry("allow").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
            for allow in &self.allows {
                match allows {
                    Item::ArrayOfTables(tables) => tables.push(allow.table()),
                    Item::Value(Value::Array(list)) => list.push(allow.inline()),
                    _ => return Err(EditError::Shape("allow")),
                }
            }
        }
        Ok(document.to_string())
    }
}

impl NewAllow {
    fn pairs(&self) -> impl Iterator<Item = (&'static str, Value)> + '_ {
        let lists = [("paths", &self.paths), ("rules", &self.rules), ("secrets", &self.secrets)];
        let lists = lists.into_iter().filter(|(_, list)| !list.is_empty());
        lists
            .map(|(name, list)| (name, Value::from(list.iter().map(String::as_str).collect::<Array>())))
            .chain(std::iter::once(("reason", Value::from(self.reason.as_str()))))
    }

    fn table(&self) -> Table {
        let mut table = Table::new();
        for (name, item) in self.pairs() {
            table.insert(name, Item::Value(item));
        }
        let comment = if self.comment.is_empty() { String::new() } else { format!("# {}\n", self.comment) };
        table.decor_mut().set_prefix(format!("\n{comment}"));
        table
    }

    fn inline(&self) -> InlineTable {
        let mut table = InlineTable::new();
        for (name, item) in self.pairs() {
            table.insert(name, item);
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allow() -> NewAllow {
        NewAllow {
            comment: "from x:1".into(),
            paths: vec!["a/".into()],
            secrets: vec![r"^x\d'".into()],
            reason: "why \"not\"".into(),
            ..NewAllow::default()
        }
    }

    #[test]
    fn what_stands_there_stays() {
        let text = "# ours\nmin_confidence  =  'high' # so\n\n[[allow]] # first\npaths = [ \"b\" ]\nreason = 'r'\n\n# at the end\n";
        let more = Additions {
            rules: vec!["more.toml".into()],
            disabled: vec![("some-rule".into(), "no".into())],
            allows: vec![allow()],
        };
        let written = more.apply(text).unwrap();
        for part in [
            "# ours\nmin_confidence  =  'high' # so\n",
            "[[allow]] # first\npaths = [ \"b\" ]\nreason = 'r'\n",
            "# at the end\n",
        ] {
            assert!(written.contains(part), "{written}");
        }
        let read: toml::Table = written.parse().unwrap();
        assert_eq!(read["allow"].as_array().unwrap().len(), 2, "{written}");
        assert_eq!(read["allow"][1]["secrets"][0].as_str(), Some(r"^x\d'"));
        assert_eq!(read["allow"][1]["reason"].as_str(), Some("why \"not\""));
        assert_eq!(read["rules"][0].as_str(), Some("more.toml"));
        assert_eq!(read["rule"]["some-rule"]["disabled"].as_bool(), Some(true));
        assert!(written.contains("# from x:1\n[[allow]]\n"), "{written}");
        assert_eq!(Additions::default().apply(text).unwrap(), text, "nothing is nothing");
    }

    #[test]
    fn other_ways_to_write_lists_are_kept_and_nonsense_is_refused() {
        let more = Additions { allows: vec![allow()], ..Additions::default() };
        let written = more.apply("allow = [{ paths = [\"b\"], reason = \"r\" }]\n").unwrap();
        assert_eq!(written.parse::<toml::Table>().unwrap()["allow"].as_array().unwrap().len(), 2);
        assert_eq!(more.apply("allow = 1\n"), Err(EditError::Shape("allow")));
        assert_eq!(more.apply("allow = \n"), Err(EditError::NotToml));
        assert!(more.apply("").unwrap().trim_start().starts_with("# from x:1\n[[allow]]"));
    }
}
