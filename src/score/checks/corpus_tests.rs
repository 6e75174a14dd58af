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

/// What a check says of every run in the corpus that has its shape: how often each outcome came.
fn outcomes(check: Check, shape: &str) -> [usize; 3] {
    let shape = regex::bytes::Regex::new(&format!("(?-u){shape}")).unwrap();
    let mut counts = [0; 3];
    for file in ["credsweeper", "creddata", "detect_secrets", "mssec", "noseyparker", "scalibr", "secretlint"] {
        for case in cases(&format!("{file}.jsonl")) {
            for found in shape.find_iter(case["text"].as_str().unwrap_or_default().as_bytes()) {
                counts[prove_bytes(check, found.as_bytes(), found.as_bytes()).outcome as usize] += 1;
            }
        }
    }
    counts
}

/// Real credentials are among the corpus' positives for each of these, so a check that never holds there
/// is wrong, whatever its own generator says.
#[test]
fn public_samples_hold() {
    if cases("secretlint.jsonl").is_empty() {
        return;
    }
    let block = "-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----[^-]{64,9000}-----END [A-Z ]*-----";
    for (check, shape, least) in [
        (Check::Jwt, r"eyJ[\w-]{10,}\.eyJ[\w-]{8,}\.[\w-]{40,}", 30),
        (Check::PemPrivateKey, block, 20),
        (Check::AzureCask, r"\b[A-Za-z0-9]{52}JQQJ99[A-Za-z0-9]{26}\b", 1),
        (Check::DiscordBot, r"\b[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}", 2),
        (Check::PypiMacaroon, r"pypi-AgE[\w-]{50,}", 1),
        (Check::GrafanaJson, r"glc_eyJ[\w+/]+=*", 1),
        (Check::OnePasswordService, r"ops_eyJ[\w-]{250,}", 1),
        (Check::AtlassianCrc32, r"ATATT3[\w=-]{177}=[A-F0-9]{8}", 1),
        (Check::PasswordHash, r"\$2[aby]\$\d\d\$[./A-Za-z0-9]{53}", 1),
        (Check::Crc32Base62, "(?:gh[pousr]|npm)_[A-Za-z0-9]{36}", 3),
    ] {
        let [valid, invalid, unknown] = outcomes(check, shape);
        println!("{}: {valid} valid, {invalid} invalid, {unknown} unknown", check.as_str());
        assert!(valid >= least, "{}: {valid} valid, {invalid} invalid, {unknown} unknown", check.as_str());
    }
}
