//! The checks against the corpus of `../shared/corpus`, where it is present.

use std::path::Path;

use serde_json::Value;

use super::{Outcome, prove_bytes};
use crate::model::Check;

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{} is absent: these checks are judged on generated tokens alone", path.display());
        return Vec::new();
    };
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

fn check_of(rule: &str) -> Check {
    match rule {
        "gho_" | "ghs_" => Check::Crc32Base62,
        "glsa_" => Check::GrafanaCrc32,
        "glpat- routable" => Check::GitlabRoutable,
        "AGE-SECRET-KEY" => Check::AgeBech32,
        "cfut_" | "zpka_" => Check::Crc32HexBody,
        "vcp_" => Check::VercelCrc32,
        "cflt" => Check::ConfluentCrc32,
        "AzCa" => Check::AzureIdentifiable,
        other => panic!("no check for {other}"),
    }
}

/// The token in a line such as `NAME=token`, `name: "token"`: the longest run without quotes or blanks.
fn token(text: &str) -> &str {
    let word = text.split([' ', '"', '\'', ';', '\n']).max_by_key(|word| word.len()).unwrap_or("");
    match word.split_once('=') {
        Some((name, value)) if !value.is_empty() && name.ends_with("_TOKEN") => value,
        _ => word,
    }
}

#[test]
fn pairs_with_one_character_changed_are_told_apart() {
    for case in cases("checksum_pairs.jsonl") {
        let text = |name: &str| case[name].as_str().unwrap_or_default();
        let expected = if text("kind") == "positive" { Outcome::Valid } else { Outcome::Invalid };
        let token = token(text("text"));
        assert_eq!(prove_bytes(check_of(text("rule")), token.as_bytes(), &[]).outcome, expected, "{}", text("id"));
    }
}
