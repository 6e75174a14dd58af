//! `.gitguardian.yaml` of ggshield, version 2 (and the keys of version 1 that mean the same).

use super::yaml::{self, Node};
use super::{Allow, Broken, Entry, Foreign, Format, Known, Reads};
use crate::model::Secret;

pub(super) const FORMAT: Format = Format {
    name: "gitguardian",
    tool: "ggshield",
    files: &[".gitguardian.yaml", ".gitguardian.yml"],
    looks_like: |text| text.contains("ignored_matches:") || text.contains("ignored-matches:"),
    read,
};

fn read(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    let root = yaml::read(text)?;
    for (key, value) in root.map("the file")? {
        match key.as_str() {
            "version" => {}
            "secret" => {
                for (key, value) in value.map("`secret`")? {
                    setting(&mut foreign, key, value)?;
                }
            }
            "paths-ignore" | "matches-ignore" => setting(&mut foreign, key, value)?,
            other => foreign.note(value.line, format!("`{other}` is about ggshield, not about what is accepted")),
        }
    }
    Ok(foreign)
}

fn setting(foreign: &mut Foreign, key: &str, value: &Node) -> Result<(), Broken> {
    match key.replace('-', "_").as_str() {
        "ignored_paths" | "paths_ignore" => {
            for (line, glob) in value.texts(key)? {
                foreign.allow(line, Allow { paths: vec![glob.to_owned()], ..Allow::default() });
            }
        }
        "ignored_matches" | "matches_ignore" => {
            for item in value.list(key)? {
                ignored(foreign, item)?;
            }
        }
        "ignored_detectors" => {
            for (line, name) in value.texts(key)? {
                foreign.note(
                    line,
                    format!("the detector `{name}`: disable the rules that are meant, `[rule.ID] disabled = true`"),
                );
            }
        }
        other => foreign.note(value.line, format!("`{other}` is about ggshield, not about what is accepted")),
    }
    Ok(())
}

fn ignored(foreign: &mut Foreign, item: &Node) -> Result<(), Broken> {
    let text = item.text().or_else(|| item.get("match").and_then(Node::text));
    let Some(text) = text else { return Err(Broken::new(item.line, "an ignored match without its `match`")) };
    if text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // Theirs hashes the credential with the name of their detector's match, which nobody else knows.
        foreign.note(item.line, "a match told by its hash: find it with `portcullis scan`, and `portcullis allow` it");
        return Ok(());
    }
    let secret = Secret::new(text.as_bytes());
    let reason = item.get("name").and_then(Node::text).unwrap_or_default().to_owned();
    let known = Known { reads: Reads::This(secret.clone()), text: Some(secret), reason, ..Known::default() };
    foreign.entry(item.line, Entry::Known(known));
    Ok(())
}
