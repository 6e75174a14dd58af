//! From the text of a server configuration to its meaning, or to everything that is wrong with it.

use toml::de::DeTable;

use super::keys::{AUDIT, BYPASS, LIMITS, POLICY, REPOSITORY};
use super::{Counts, Layer, Mode, OnTimeout, ServerConfig, TrustRepo};
use crate::config::read::{self, ConfigErrors, Sink, Value};
use crate::config::shape::Key;
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

fn top(root: &DeTable<'_>, config: &mut ServerConfig, sink: &mut Sink<'_>) {
    sink.keys(root, POLICY, |key, value, sink| match key.name {
        "repository" => repositories(value, config, sink),
        _ => setting(key, value, &mut config.top, sink),
    });
}

fn repositories(value: &Value<'_>, config: &mut ServerConfig, sink: &mut Sink<'_>) {
    let Some(list) = sink.wanted(value, value.get_ref().as_array(), "[[repository]], with two brackets") else {
        return;
    };
    for item in list {
        let (mut path, mut layer) = (None, Layer::default());
        sink.table(item, REPOSITORY, |key, value, sink| match key.name {
            "path" => path = sink.path(value),
            _ => setting(key, value, &mut layer, sink),
        });
        match path {
            Some(path) => config.repositories.push((path, layer)),
            None => sink.add(item.span().start, "a repository needs its `path`"),
        }
    }
}

/// Reads one setting.
fn setting(key: &'static Key, value: &Value<'_>, layer: &mut Layer, sink: &mut Sink<'_>) {
    match key.name {
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
        "threads" => layer.threads = sink.number(value, key).map(|threads| threads as usize),
        "enough" => layer.enough = sink.number(value, key),
        "audit" => sink.table(value, AUDIT, |key, value, sink| match key.name {
            "file" => layer.audit_file = sink.path(value),
            "required" => layer.audit_required = sink.flag(value),
            _ => sink.forgotten(key, value),
        }),
        "bypass" => sink.table(value, BYPASS, |key, value, sink| match key.name {
            "enabled" => layer.bypass = sink.flag(value),
            "identities" => {
                layer.bypass_identities = sink.list(value, Sink::text).map(|list| list.into_iter().collect());
            }
            _ => sink.forgotten(key, value),
        }),
        "limits" => sink.table(value, LIMITS, |key, value, sink| match key.name {
            "deadline_ms" => layer.deadline_ms = sink.number(value, key),
            "objects" => layer.objects = sink.number(value, key),
            "refs" => layer.refs = sink.number(value, key),
            "inflated_bytes" => layer.inflated_bytes = sink.number(value, key),
            "object_bytes" => layer.object_bytes = sink.number(value, key),
            _ => sink.forgotten(key, value),
        }),
        _ => sink.forgotten(key, value),
    }
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
