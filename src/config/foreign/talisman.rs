//! `.talismanrc`: files by name (with the checksum of their content), patterns, scopes.

use super::yaml;
use super::{Allow, Broken, Foreign, Format};

pub(super) const FORMAT: Format = Format {
    name: "talisman",
    tool: "talisman",
    files: &[".talismanrc"],
    looks_like: |text| text.contains("fileignoreconfig:"),
    read,
};

fn read(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    for (key, value) in yaml::read(text)?.map("the file")? {
        match key.as_str() {
            "fileignoreconfig" => {
                for file in value.list(key)? {
                    ignored(&mut foreign, file)?;
                }
            }
            "allowed_patterns" => {
                for (line, pattern) in value.texts(key)? {
                    let secrets = vec![pattern.to_owned()];
                    foreign.allow(line, Allow { secrets, ..Allow::default() });
                }
            }
            "custom_patterns" => {
                for (line, pattern) in value.texts(key)? {
                    super::pattern::rule(
                        &mut foreign,
                        line,
                        &format!("talisman-{line}"),
                        "A pattern of talisman",
                        pattern,
                        &[],
                    );
                }
            }
            "scopeconfig" => {
                for scope in value.list(key)? {
                    let name = scope.get("scope").and_then(yaml::Node::text).unwrap_or("?");
                    foreign.note(
                        scope.line,
                        format!("the scope `{name}`: name the lock files in `paths` if they are in the way"),
                    );
                }
            }
            "threshold" | "custom_severities" => {
                foreign.note(value.line, format!("`{key}`: portcullis weighs confidence, see `min_confidence`"));
            }
            "experimental" | "version" => {}
            other => foreign.note(value.line, format!("`{other}` is not known")),
        }
    }
    Ok(foreign)
}

fn ignored(foreign: &mut Foreign, file: &yaml::Node) -> Result<(), Broken> {
    let Some(name) = file.get("filename").and_then(yaml::Node::text) else {
        return Err(Broken::new(file.line, "an entry of `fileignoreconfig` without its `filename`"));
    };
    let detectors = file.get("ignore_detectors").map(|list| list.texts("ignore_detectors")).transpose()?;
    let about_content =
        detectors.is_none_or(|list| list.is_empty() || list.iter().any(|(_, name)| *name == "filecontent"));
    if !about_content {
        foreign.note(file.line, format!("{name}: it is excused for its name or size, which portcullis does not judge"));
        return Ok(());
    }
    // Theirs are matched whole; a name without a slash is a base name, as in a .gitignore. With a checksum it is one
    // file, which talisman names by its path from the top: others of that name were never excused.
    let summed = file.get("checksum").is_some();
    let one = summed && !name.contains(['*', '?', '[']);
    let glob = if !name.starts_with('/') && (one || name.contains('/')) { format!("/{name}") } else { name.to_owned() };
    let allowed = file.get("allowed_patterns").map(|list| list.texts("allowed_patterns")).transpose()?;
    let secrets = allowed.unwrap_or_default().into_iter().map(|(_, text)| text.to_owned()).collect();
    if summed {
        let words =
            format!("{name}: its checksum; the allow holds for the file whatever is in it: prefer `portcullis allow`");
        foreign.note(file.line, words);
    }
    foreign.allow(file.line, Allow { paths: vec![glob], secrets, ..Allow::default() });
    Ok(())
}
