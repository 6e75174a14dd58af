//! The JSON report of gitleaks and betterleaks, which serves them as a baseline.

use serde::Deserialize;
use serde_json::value::RawValue;

use super::{Broken, Entry, Foreign, Format, Known, Reads, line_of};
use crate::model::Secret;

pub(super) const FORMAT: Format = Format {
    name: "gitleaks-report",
    tool: "gitleaks, betterleaks",
    files: &[".gitleaks-baseline.json", "gitleaks-baseline.json", ".betterleaks-baseline.json"],
    looks_like: |text| text.trim_start().starts_with('[') && text.contains("\"RuleID\""),
    read,
};

/// What is used of a finding.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Finding {
    #[serde(rename = "RuleID")]
    rule_id: String,
    start_line: u64,
    file: String,
    #[serde(default)]
    commit: String,
    #[serde(default)]
    secret: String,
    #[serde(rename = "Match", default)]
    whole: String,
}

fn read(text: &str) -> Result<Foreign, Broken> {
    let mut foreign = Foreign::default();
    let wrong = |from: usize, error: &serde_json::Error| {
        // An error's words may quote what stands there: only its kind is told.
        let what = if error.is_data() { "not a report of gitleaks" } else { "not valid JSON" };
        Broken::new(from + error.line().max(1) - 1, what)
    };
    let findings: Vec<&RawValue> = serde_json::from_str(text).map_err(|error| wrong(1, &error))?;
    for raw in findings {
        let at = line_of(text, raw.get());
        let finding: Finding = serde_json::from_str(raw.get()).map_err(|error| wrong(at, &error))?;
        if finding.file.contains('!') {
            foreign.note(at, format!("{} lies in an archive, which portcullis does not open", finding.file));
            continue;
        }
        let redacted =
            finding.secret.is_empty() || finding.secret.contains("REDACTED") || finding.secret.ends_with("...");
        let told = |text: &str| (!redacted).then(|| Secret::new(text.as_bytes()));
        foreign.entry(
            at,
            Entry::Known(Known {
                path: Some(finding.file.replace('\\', "/")).filter(|path| !path.is_empty()),
                commit: Some(finding.commit).filter(|id| id.len() >= 7 && id.bytes().all(|b| b.is_ascii_hexdigit())),
                // With the credential itself at hand, its line is of no account.
                line: redacted.then_some(finding.start_line),
                reads: told(&finding.secret).map_or(Reads::Untold, Reads::This),
                text: told(&finding.whole),
                reason: format!("gitleaks rule {}", finding.rule_id),
            }),
        );
    }
    Ok(foreign)
}
