//! From the text of a server configuration to its meaning, or to everything that is wrong with it.

use toml::de::DeTable;

use super::{Counts, Layer, Mode, OnTimeout, ServerConfig, TrustRepo};
use crate::config::read::{self, ConfigErrors, Sink, Value};
use crate::model::Confidence;

/// Parses a server configuration. `file` is the name used in errors.
///
/// # Errors
/// All mistakes: what is half understood would be half a policy.
pub fn parse(text: &str, file: &str) -> Result<ServerConfig, ConfigErrors> {
    let mut config = ServerConfig::default();
    let problems = read::document(text, |root, sink| top(root, &mut config, sink));
    if problems.is_empty() { Ok(config) } else { Err(ConfigErrors { file: file.to_owned(), problems }) }
}

const KEYS: &[&str] = &[
    "mode",
    "counts",
    "min_confidence",
    "inline_allows",
    "baseline",
    "rules",
    "key_file",
    "on_timeout",
    "queue",
    "trust_repo_config",
    "help",
    "threads",
    "enough",
    "audit",
    "bypass",
    "limits",
    "repository",
];

fn top(root: &DeTable<'_>, config: &mut ServerConfig, sink: &mut Sink<'_>) {
    for (key, value) in root {
        let name = key.get_ref().as_ref();
        if name == "repository" {
            repositories(value, config, sink);
        } else if !setting(name, value, &mut config.top, sink) {
            sink.unknown(name, key.span().start, KEYS);
        }
    }
}

fn repositories(value: &Value<'_>, config: &mut ServerConfig, sink: &mut Sink<'_>) {
    let Some(list) = sink.wanted(value, value.get_ref().as_array(), "[[repository]], with two brackets") else {
        return;
    };
    for item in list {
        let (mut path, mut layer) = (None, Layer::default());
        sink.table(item, &[&["path"], KEYS].concat(), |key, value, sink| match key {
            "path" => {
                path = sink.path(value);
                true
            }
            "repository" => false,
            _ => setting(key, value, &mut layer, sink),
        });
        match path {
            Some(path) => config.repositories.push((path, layer)),
            None => sink.add(item.span().start, "a repository needs its `path`"),
        }
    }
}

/// Reads one setting; whether there is one of that name.
fn setting(key: &str, value: &Value<'_>, layer: &mut Layer, sink: &mut Sink<'_>) -> bool {
    match key {
        "mode" => layer.mode = sink.one_of(value, Mode::NAMES, Mode::parse),
        "counts" => layer.counts = sink.one_of(value, Counts::NAMES, Counts::parse),
        "min_confidence" => layer.min_confidence = sink.one_of(value, Confidence::NAMES, Confidence::parse),
        "inline_allows" => layer.inline_allows = sink.flag(value),
        "baseline" => layer.baseline = sink.path(value),
        "rules" => layer.rules = sink.list(value, Sink::path),
        "key_file" => layer.key_file = sink.path(value),
        "on_timeout" => layer.on_timeout = sink.one_of(value, OnTimeout::NAMES, OnTimeout::parse),
        "queue" => layer.queue = sink.path(value),
        "trust_repo_config" => layer.trust_repo_config = sink.one_of(value, TrustRepo::NAMES, TrustRepo::parse),
        "help" => layer.help = sink.line(value),
        "threads" => layer.threads = sink.number(value, 1, 64).map(|threads| threads as usize),
        "enough" => layer.enough = sink.number(value, 0, 10_000),
        "audit" => sink.table(value, &["file", "required"], |key, value, sink| {
            match key {
                "file" => layer.audit_file = sink.path(value),
                "required" => layer.audit_required = sink.flag(value),
                _ => return false,
            }
            true
        }),
        "bypass" => sink.table(value, &["enabled", "identities"], |key, value, sink| {
            match key {
                "enabled" => layer.bypass = sink.flag(value),
                "identities" => {
                    layer.bypass_identities = sink.list(value, Sink::text).map(|list| list.into_iter().collect());
                }
                _ => return false,
            }
            true
        }),
        "limits" => sink.table(
            value,
            &["deadline_ms", "objects", "refs", "inflated_bytes", "object_bytes"],
            |key, value, sink| {
                match key {
                    "deadline_ms" => layer.deadline_ms = sink.number(value, 1, 3_600_000),
                    "objects" => layer.objects = sink.number(value, 1, 100_000_000),
                    "refs" => layer.refs = sink.number(value, 1, 1_000_000),
                    "inflated_bytes" => layer.inflated_bytes = sink.number(value, 1, 1 << 50),
                    "object_bytes" => layer.object_bytes = sink.number(value, 1 << 20, 1 << 32),
                    _ => return false,
                }
                true
            },
        ),
        _ => return false,
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_told_with_its_place() {
        for (text, line, column, said) in [
            ("mode = \"soft\"", 1, 8, "expected one of \"enforce\", \"report-only\", \"off\""),
            ("mode = 1", 1, 8, "expected one of"),
            ("\nmodes = 1", 2, 1, "unknown key `modes`"),
            ("baseline = \"here\"", 1, 12, "expected an absolute path"),
            ("threads = 0", 1, 11, "expected a whole number from 1 to 64"),
            ("threads = -1", 1, 11, "expected a whole number"),
            (
                "[limits]\nref = 1",
                2,
                1,
                "unknown key `ref` (known: deadline_ms, objects, refs, inflated_bytes, object_bytes)",
            ),
            ("[bypass]\nidentities = \"alice\"", 2, 14, "expected a list"),
            ("help = \"a\\u001bb\"", 1, 8, "without control characters"),
            ("[[repository]]\nmode = \"off\"", 1, 1, "needs its `path`"),
            ("[repository]\npath = \"/x\"", 1, 1, "two brackets"),
            ("mode = ", 1, 8, "not valid TOML"),
            ("mode = \"off\"\nmode = \"off\"", 2, 1, "not valid TOML"),
        ] {
            let errors = parse(text, "f.toml").unwrap_err();
            let first = &errors.problems[0];
            assert!(first.message.contains(said), "{text}: {errors}");
            assert_eq!((first.line, first.column), (line, column), "{text}: {errors}");
            assert!(errors.to_string().starts_with(&format!("f.toml:{line}:{column}: ")));
        }
    }
}
