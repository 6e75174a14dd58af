//! YAML as the readers of this directory need it: a tree with lines, in which every scalar is text.

use saphyr::{MarkedYaml, Scalar, YamlData, YamlLoader};
use saphyr_parser::{Parser, ScalarStyle};

use super::Broken;

/// Deepest nesting that is read.
const DEEPEST: usize = 32;

/// A node.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// Line, from 1.
    pub(super) line: usize,
    data: Data,
}

#[derive(Clone, Debug)]
enum Data {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
    Nothing,
}

/// Reads the first document of a text.
pub(super) fn read(text: &str) -> Result<Node, Broken> {
    // Scalars stay as they are written: a credential of digits is no number.
    let mut loader = YamlLoader::<MarkedYaml<'_>>::default();
    loader.early_parse(false);
    let result = Parser::new_from_str(text).load(&mut loader, false);
    if let Some(error) = result.err().or_else(|| loader.error().cloned()) {
        return Err(Broken::new(error.marker().line(), format!("not valid YAML: {}", error.info())));
    }
    let documents = loader.into_documents();
    documents.first().map_or(Ok(Node { line: 1, data: Data::Nothing }), |document| node(document, 0))
}

fn node(yaml: &MarkedYaml<'_>, depth: usize) -> Result<Node, Broken> {
    let line = yaml.span.start.line();
    if depth > DEEPEST {
        return Err(Broken::new(line, "it is nested too deeply"));
    }
    let data = match &yaml.data {
        YamlData::Value(scalar) => scalar_text(scalar).map_or(Data::Nothing, Data::Text),
        YamlData::Representation(text, ScalarStyle::Plain, None) if matches!(&**text, "" | "~" | "null") => {
            Data::Nothing
        }
        YamlData::Representation(text, ..) => Data::Text(text.to_string()),
        YamlData::Sequence(list) => {
            Data::List(list.iter().map(|item| node(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        YamlData::Mapping(map) => {
            let mut pairs = Vec::new();
            for (key, value) in map {
                let Data::Text(name) = node(key, depth + 1)?.data else {
                    return Err(Broken::new(key.span.start.line(), "a key that is no text"));
                };
                pairs.push((name, node(value, depth + 1)?));
            }
            Data::Map(pairs)
        }
        YamlData::Tagged(_, inner) => node(inner, depth + 1)?.data,
        YamlData::BadValue => return Err(Broken::new(line, "a value that makes no sense")),
        YamlData::Alias(_) => return Err(Broken::new(line, "an alias of nothing")),
    };
    Ok(Node { line, data })
}

fn scalar_text(scalar: &Scalar<'_>) -> Option<String> {
    Some(match scalar {
        Scalar::Null => return None,
        Scalar::Boolean(value) => value.to_string(),
        Scalar::Integer(value) => value.to_string(),
        Scalar::FloatingPoint(value) => value.to_string(),
        Scalar::String(text) => text.to_string(),
    })
}

impl Node {
    /// Its text, if it is a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        if let Data::Text(text) = &self.data { Some(text) } else { None }
    }

    /// Its items; of nothing there are none.
    ///
    /// # Errors
    /// If it is something else.
    pub(super) fn list(&self, what: &str) -> Result<&[Self], Broken> {
        match &self.data {
            Data::List(list) => Ok(list),
            Data::Nothing => Ok(&[]),
            _ => Err(Broken::new(self.line, format!("`{what}` is no list"))),
        }
    }

    /// Its keys and values; of nothing there are none.
    ///
    /// # Errors
    /// If it is something else.
    pub(super) fn map(&self, what: &str) -> Result<&[(String, Self)], Broken> {
        match &self.data {
            Data::Map(pairs) => Ok(pairs),
            Data::Nothing => Ok(&[]),
            _ => Err(Broken::new(self.line, format!("{what} is no mapping"))),
        }
    }

    /// The value under a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let Data::Map(pairs) = &self.data else { return None };
        pairs.iter().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// The texts of a list, with their lines.
    ///
    /// # Errors
    /// If it is no list of texts.
    pub(super) fn texts(&self, what: &str) -> Result<Vec<(usize, &str)>, Broken> {
        let text = |item: &'_ Self| item.text().is_some();
        let list = self.list(what)?;
        match list.iter().find(|item| !text(item)) {
            Some(odd) => Err(Broken::new(odd.line, format!("an item of `{what}` is no text"))),
            None => Ok(list.iter().filter_map(|item| Some((item.line, item.text()?))).collect()),
        }
    }
}
