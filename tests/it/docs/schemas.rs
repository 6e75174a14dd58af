//! The JSON schemas of the configuration files, made of the keys that the readers go by; and that the two agree.

use portcullis::config::local::{self, Checks, Owner, PROJECT, USER};
use portcullis::config::server::{self, POLICY};
use portcullis::config::shape::{Key, Shape};
use serde_json::{Map, Value, json};

use crate::report::schema::{errors, load};

/// Control characters, as one class of a pattern.
const CONTROL: &str = r"\u0000-\u001f\u007f-\u009f";

fn value(shape: Shape) -> Value {
    match shape {
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Text => json!({ "type": "string" }),
        Shape::Line => json!({ "type": "string", "pattern": format!("^[^{CONTROL}]*$") }),
        Shape::Reason => {
            json!({ "type": "string", "pattern": format!("^[^{CONTROL}]*[^{CONTROL}\\s][^{CONTROL}]*$") })
        }
        Shape::Inside => {
            let char = format!("[^/\\\\:{CONTROL}]");
            let part = format!("([^./\\\\:{CONTROL}]{char}*|\\.[^./\\\\:{CONTROL}]{char}*|\\.\\.{char}+)");
            json!({ "type": "string", "pattern": format!("^{part}(/{part})*$") })
        }
        Shape::AbsolutePath => json!({ "type": "string", "pattern": "^/" }),
        Shape::Day => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
        Shape::Fingerprint => json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" }),
        Shape::Word(words) => json!({ "enum": words }),
        Shape::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Shape::List(item) => json!({ "type": "array", "items": value(*item) }),
        Shape::Some(item) => json!({ "type": "array", "items": value(*item), "minItems": 1 }),
        Shape::Table(keys) => table(keys),
        Shape::Tables(keys) => json!({ "type": "array", "items": table(keys) }),
        Shape::Named(keys) => json!({ "type": "object", "additionalProperties": table(keys) }),
        Shape::AnyOf(first, keys) => {
            let mut item = table(keys);
            item["anyOf"] = keys[..first].iter().map(|key| json!({ "required": [key.name] })).collect();
            json!({ "type": "array", "items": item })
        }
    }
}

fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut property = value(key.shape);
        property["description"] = key.about.into();
        properties.insert(key.name.to_owned(), property);
    }
    let mut table = json!({ "type": "object", "additionalProperties": false, "properties": properties });
    let needed: Vec<&str> = keys.iter().filter(|key| key.needed).map(|key| key.name).collect();
    if !needed.is_empty() {
        table["required"] = needed.into();
    }
    table
}

/// The schemas: the file's name, its title, the keys.
const SCHEMAS: [(&str, &str, &[Key]); 3] = [
    ("config-project.v1.schema.json", "A project's .portcullis.toml", PROJECT),
    ("config-user.v1.schema.json", "A user's portcullis/config.toml", USER),
    ("config-server.v1.schema.json", "A server's policy, /etc/portcullis/server.toml", POLICY),
];

#[test]
fn schemas_of_the_configuration() {
    for (file, title, keys) in SCHEMAS {
        let mut schema = table(keys);
        // The version of JSON Schema that the editors' TOML extensions know best.
        schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
        schema["$id"] = format!("https://portcullis.invalid/schema/{file}").into();
        schema["$comment"] =
            "Made by tests/it/docs/schemas.rs from src/config/: UPDATE_DOCS=1 cargo test docs::".into();
        schema["title"] = title.into();
        super::compare(&format!("schema/{file}"), &(serde_json::to_string_pretty(&schema).unwrap() + "\n"));
    }
}

/// What is wrong with a file, by the schema and by the reader.
fn judged(file: &str, text: &str) -> (Vec<String>, Vec<String>) {
    let schema = load(file);
    let document: Value = toml::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    let fine = Checks { glob: |_| Ok(()), regex: |_| Ok(()) };
    let read = |owner| local::parse(text, owner, fine).1.iter().map(|problem| problem.message.clone()).collect();
    let by_reader = match file {
        "config-project.v1.schema.json" => read(Owner::Project),
        "config-user.v1.schema.json" => read(Owner::User),
        _ => server::parse(text, "x").map_or_else(|errors| vec![errors.to_string()], |_| Vec::new()),
    };
    (errors(&schema, &schema, &document), by_reader)
}

#[track_caller]
fn agree(file: &str, text: &str, good: bool) {
    let (schema, reader) = judged(file, text);
    assert_eq!(schema.is_empty(), good, "the schema of {file}: {text}: {schema:?}");
    assert_eq!(reader.is_empty(), good, "the reader of {file}: {text}: {reader:?}");
}

/// Values that fit the shape, and values that do not.
fn samples(shape: Shape) -> (Vec<String>, Vec<String>) {
    let strings = |list: &[&str]| list.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>();
    let mut wrong = vec!["1.5".to_owned(), "2027-01-31".to_owned()];
    let right = match shape {
        Shape::Flag => {
            wrong.extend(strings(&["true"]));
            vec!["true".to_owned(), "false".to_owned()]
        }
        Shape::Text => strings(&["", "a", "two\nlines"]),
        Shape::Line => {
            wrong.extend(strings(&["two\nlines"]));
            strings(&["", "a b"])
        }
        Shape::Reason => {
            wrong.extend(strings(&["", "  ", "two\nlines"]));
            strings(&["a", " ä b "])
        }
        Shape::Inside => {
            wrong.extend(strings(&["", "/a", "a//b", "../a", "a/..", "./a", "a/./b", "C:a", "a\\b", "a/", "a\nb"]));
            strings(&["a", "a/b.toml", ".a/..b", ".../c"])
        }
        Shape::AbsolutePath => {
            wrong.extend(strings(&["", "a/b", "./a"]));
            strings(&["/", "/a/b"])
        }
        Shape::Day => {
            wrong.extend(strings(&["", "tomorrow", "2027-1-31"]));
            strings(&["2027-01-31"])
        }
        Shape::Fingerprint => {
            wrong.extend([format!("{:?}", "A".repeat(32)), format!("{:?}", "0".repeat(31))]);
            vec![format!("{:?}", "a0".repeat(16))]
        }
        Shape::Word(words) => {
            wrong.extend(strings(&["", "none of them", &words[0].to_uppercase()]));
            strings(words)
        }
        Shape::Number(least, most) => {
            wrong.extend([(most + 1).to_string(), "-1".to_owned(), "\"7\"".to_owned()]);
            wrong.extend((least > 0).then(|| (least - 1).to_string()));
            vec![least.to_string(), most.to_string()]
        }
        Shape::List(item) | Shape::Some(item) => {
            let (right, bad) = samples(*item);
            wrong.extend(bad.iter().map(|bad| format!("[{bad}]")));
            wrong.push(right[0].clone());
            let empty = "[]".to_owned();
            let mut lists = vec![format!("[{}]", right.join(", "))];
            if matches!(shape, Shape::Some(_)) {
                wrong.push(empty);
            } else {
                lists.push(empty);
            }
            lists
        }
        Shape::Table(_) | Shape::Tables(_) | Shape::Named(_) | Shape::AnyOf(..) => unreachable!("walked into"),
    };
    (right, wrong)
}

/// Tries every key under `head`, which opens a table, beside what else that table needs.
fn walk(file: &str, head: &str, keys: &[Key], beside: &str) {
    agree(file, &format!("{head}no_such_key = 1\n{beside}"), false);
    for Key { name, shape, .. } in keys {
        let inner = |open: &str, path: &str| match head.trim_end() {
            "" => format!("{open}{path}{}\n", if open == "[" { "]" } else { "]]" }),
            head => {
                let outer = head.trim_matches(['[', ']']);
                format!("{head}\n{beside}\n{open}{outer}.{path}{}\n", if open == "[" { "]" } else { "]]" })
            }
        };
        match shape {
            Shape::Table(keys) => walk(file, &inner("[", name), keys, ""),
            Shape::Named(keys) => walk(file, &inner("[", &format!("{name}.some-rule")), keys, ""),
            Shape::Tables(keys) => walk(file, &inner("[[", name), keys, "path = \"/srv\"\n"),
            Shape::AnyOf(_, keys) => {
                walk(file, &inner("[[", name), keys, "reason = \"why\"\npaths = [\"x\"]\n");
                agree(file, &format!("[[{name}]]\nreason = \"why\"\n"), false);
                agree(file, &format!("[[{name}]]\npaths = [\"x\"]\n"), false);
                agree(file, &format!("[{name}]\nreason = \"why\"\npaths = [\"x\"]\n"), false);
            }
            _ => {
                let beside: String = beside
                    .lines()
                    .filter(|line| !line.starts_with(&format!("{name} ")))
                    .map(|line| format!("{line}\n"))
                    .collect();
                let (right, wrong) = samples(*shape);
                for (values, good) in [(right, true), (wrong, false)] {
                    for value in values {
                        agree(file, &format!("{head}{beside}{name} = {value}\n"), good);
                    }
                }
            }
        }
    }
}

#[test]
fn readers_and_schemas_agree_on_every_key() {
    for (file, _, keys) in SCHEMAS {
        agree(file, "", true);
        walk(file, "", keys, "");
    }
    let [project, user, server] = SCHEMAS.map(|(file, ..)| file);
    agree(project, "trust_project = true\n", false);
    agree(user, "trust_project = true\n", true);
    agree(server, "[[repository]]\nmode = \"off\"\n", false);
    agree(server, "[[repository]]\npath = \"/a\"\n[[repository.repository]]\npath = \"/b\"\n", false);
}

#[test]
fn the_documents_own_examples_are_good_configuration() {
    for (file, document) in
        [("config-project.v1.schema.json", "configuration.md"), ("config-server.v1.schema.json", "server.md")]
    {
        let text =
            std::fs::read_to_string(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(document))
                .unwrap();
        let example = text.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
        agree(file, example, true);
    }
}
