//! As much of JSON Schema as our own schemas use; a keyword it does not know fails the test.

use std::path::Path;

use serde_json::Value;

/// A schema file of `docs/schema/`.
pub(crate) fn load(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// Says what is wrong with `value` under `schema`, a part of the file `root`; nothing where it is valid.
pub(crate) fn errors(root: &Value, schema: &Value, value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    check(root, schema, value, "$", &mut found);
    found
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
    let mut wrong = |what: String| found.push(format!("{at}: {what}"));
    for (keyword, want) in schema.as_object().unwrap() {
        match keyword.as_str() {
            "$ref" => {
                let (file, pointer) = want.as_str().unwrap().split_once('#').unwrap();
                let other = if file.is_empty() { root.clone() } else { load(file) };
                let target = other.pointer(pointer).unwrap_or_else(|| panic!("{want} leads nowhere"));
                check(&other, target, value, at, found);
                return;
            }
            "oneOf" => {
                let holds = want.as_array().unwrap().iter().filter(|part| errors(root, part, value).is_empty()).count();
                if holds != 1 {
                    wrong(format!("{holds} of the alternatives hold"));
                }
            }
            "const" if value != want => wrong(format!("{value} is not {want}")),
            "enum" if !want.as_array().unwrap().contains(value) => wrong(format!("{value} is none of {want}")),
            "type" => {
                let is = match want.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "boolean" => value.is_boolean(),
                    other => panic!("unknown type {other}"),
                };
                if !is {
                    wrong(format!("{value} is no {want}"));
                }
            }
            "minimum" if value.as_i64() < want.as_i64() => wrong(format!("{value} is less than {want}")),
            "maximum" if value.as_i64() > want.as_i64() => wrong(format!("{value} is more than {want}")),
            "pattern" => {
                assert_eq!(want, "^[0-9a-f]{32}$", "unknown pattern");
                let text = value.as_str().unwrap_or_default();
                if text.len() != 32 || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
                    wrong(format!("{value} does not match {want}"));
                }
            }
            "required" => {
                for key in want.as_array().unwrap() {
                    if value.get(key.as_str().unwrap()).is_none() {
                        wrong(format!("{key} is missing"));
                    }
                }
            }
            "additionalProperties" => {
                assert_eq!(want, false);
                for key in value.as_object().into_iter().flatten().map(|(key, _)| key) {
                    if schema["properties"].get(key).is_none() {
                        wrong(format!("{key} is not in the schema"));
                    }
                }
            }
            // Those that hold; words for people; and what is looked at where it is needed.
            "const" | "enum" | "minimum" | "maximum" | "$schema" | "$id" | "title" | "description" | "$defs"
            | "properties" | "items" => {}
            other => panic!("unknown keyword {other}"),
        }
    }
    for (key, part) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(inner) = value.get(key) {
            check(root, part, inner, &format!("{at}.{key}"), found);
        }
    }
    if let Some(part) = schema.get("items") {
        for (i, inner) in value.as_array().into_iter().flatten().enumerate() {
            check(root, part, inner, &format!("{at}[{i}]"), found);
        }
    }
}
