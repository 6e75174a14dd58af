//! As much of JSON Schema as our own schemas and SARIF's use; a keyword it does not know fails the test.

use std::path::Path;

use serde_json::Value;

/// A schema file of `docs/schema/`.
pub(crate) fn load(file: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema").join(file);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The published schema of SARIF 2.1.0.
pub(crate) fn sarif() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schemas/sarif-2.1.0.schema.json");
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
            "anyOf" => {
                if !want.as_array().unwrap().iter().any(|part| errors(root, part, value).is_empty()) {
                    wrong("none of the alternatives holds".to_owned());
                }
            }
            "minItems" if value.as_array().is_some_and(|all| (all.len() as u64) < want.as_u64().unwrap()) => {
                wrong(format!("fewer than {want} items"));
            }
            "uniqueItems" if want == true => {
                let all = value.as_array().map(Vec::as_slice).unwrap_or_default();
                if all.iter().enumerate().any(|(at, item)| all[..at].contains(item)) {
                    wrong("an item stands there twice".to_owned());
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
                    "number" => value.is_number(),
                    other => panic!("unknown type {other}"),
                };
                if !is {
                    wrong(format!("{value} is no {want}"));
                }
            }
            "minimum" if value.as_f64() < want.as_f64() => wrong(format!("{value} is less than {want}")),
            "maximum" if value.as_f64() > want.as_f64() => wrong(format!("{value} is more than {want}")),
            "pattern" => {
                let pattern = regex::Regex::new(want.as_str().unwrap()).expect("a pattern");
                if value.as_str().is_some_and(|text| !pattern.is_match(text)) {
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
                for (key, inner) in value.as_object().into_iter().flatten() {
                    let other = schema["properties"].get(key).is_none();
                    match want {
                        Value::Bool(false) if other => wrong(format!("{key} is not in the schema")),
                        Value::Object(_) if other => errors(root, want, inner).into_iter().for_each(&mut wrong),
                        _ => {}
                    }
                }
            }
            // Those that hold; words for people; and what is looked at where it is needed.
            "const" | "enum" | "minimum" | "maximum" | "$schema" | "$id" | "$comment" | "title" | "description"
            | "$defs" | "definitions" | "default" | "format" | "minItems" | "maxItems" | "uniqueItems"
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
