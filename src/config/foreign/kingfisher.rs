//! The baseline of kingfisher: `ExactFindings.matches` in YAML, by file and line (its hash is of its own making).

use super::yaml::{self, Node};
use super::{Broken, Entry, Foreign, Format, Known};

pub(super) const FORMAT: Format = Format {
    name: "kingfisher",
    tool: "kingfisher",
    files: &["kingfisher-baseline.yml", "kingfisher-baseline.yaml", "baseline-file.yml"],
    looks_like: |text| text.contains("ExactFindings:"),
    read,
};

fn read(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    let root = yaml::read(text)?;
    let Some(found) = root.get("ExactFindings") else {
        return Err(Broken::new(1, "not a baseline of kingfisher: there is no `ExactFindings`"));
    };
    let none = [];
    let matches = found.get("matches").map_or(Ok(&none[..]), |list| list.list("matches"))?;
    for item in matches {
        let path = item.get("filepath").and_then(Node::text);
        let line = item.get("linenum").and_then(Node::text).and_then(|line| line.parse().ok());
        match (path, line) {
            (Some(path), Some(line)) => {
                let path = Some(path.trim_start_matches("./").to_owned());
                foreign.entry(item.line, Entry::Known(Known { path, line: Some(line), ..Known::default() }));
            }
            _ => foreign
                .note(item.line, "without file and line: its hash alone tells nobody else which credential is meant"),
        }
    }
    Ok(foreign)
}
