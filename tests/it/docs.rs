//! The generated documents under `docs/` are what the code says. `UPDATE_DOCS=1 cargo test docs::` rewrites
//! them.

mod schemas;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use portcullis::cli::args::Cli;
use portcullis::cli::exit::ExitStatus;
use portcullis::model::SkipReason;
use portcullis::rules::{BY_NAME, Rule, RuleSet};

/// Every reason: [`is_told`] does not compile where one is new, and this list is where to add it.
const SKIPS: [SkipReason; 10] = [
    SkipReason::Symlink,
    SkipReason::Submodule,
    SkipReason::GitDir,
    SkipReason::Special,
    SkipReason::Unreadable,
    SkipReason::Vanished,
    SkipReason::Changed,
    SkipReason::Missing,
    SkipReason::Budget,
    SkipReason::Interrupted,
];

const fn is_told(reason: SkipReason) -> bool {
    match reason {
        SkipReason::Symlink
        | SkipReason::Submodule
        | SkipReason::GitDir
        | SkipReason::Special
        | SkipReason::Unreadable
        | SkipReason::Vanished
        | SkipReason::Changed
        | SkipReason::Missing
        | SkipReason::Budget
        | SkipReason::Interrupted => true,
    }
}

/// Columns of help texts.
const COLUMNS: &str = "100";

fn compare(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, wanted).expect("docs/ can be written");
    }
    let found = fs::read_to_string(&path).unwrap_or_default();
    if found == wanted {
        return;
    }
    let line = found.lines().zip(wanted.lines()).take_while(|(a, b)| a == b).count();
    panic!(
        "docs/{name} is not what the code says, from line {} on:\n  there: {}\n  wanted: {}\nUPDATE_DOCS=1 cargo test docs:: rewrites it",
        line + 1,
        found.lines().nth(line).unwrap_or("(the end)"),
        wanted.lines().nth(line).unwrap_or("(the end)")
    );
}

fn generated(title: &str, by: &str) -> String {
    format!("# {title}\n\n<!-- Made by tests/it/docs.rs from {by}: UPDATE_DOCS=1 cargo test docs:: -->\n\n")
}

/// Text for a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('<', "&lt;")
}

#[test]
fn rules() {
    let set = RuleSet::builtin();
    let mut providers: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    for rule in set.as_slice() {
        providers.entry(&rule.provider).or_default().push(rule);
    }
    let mut text = generated("Rules", "patterns/*.toml");
    let (rules, many) = (set.as_slice().len(), providers.len());
    let proven = set.as_slice().iter().filter(|rule| rule.check.is_some()).count();
    writeln!(
        text,
        "{rules} rules of {many} providers; {proven} have an offline proof (a checksum or a parsed structure)."
    )
    .unwrap();
    text += "`portcullis rules show ID` tells everything about one. `kind` and `check` are explained in\n\
             [patterns/README.md](../patterns/README.md).\n";
    for (provider, rules) in providers {
        write!(
            text,
            "\n## {provider}\n\n| id | finds | severity | kind | check | anchors |\n|---|---|---|---|---|---|\n"
        )
        .unwrap();
        for rule in rules {
            let anchors = match &*rule.files {
                [] => rule.anchors.len().to_string(),
                files => format!("file {}", cell(&files.join(", "))),
            };
            let (id, title, check) = (&rule.id, cell(&rule.title), rule.check.map_or("", |check| check.as_str()));
            writeln!(text, "| `{id}` | {title} | {} | {} | {check} | {anchors} |", rule.severity, rule.kind.as_str())
                .unwrap();
        }
    }
    by_name(&mut text);
    compare("rules.md", &text);
}

/// The providers that are known by name alone.
fn by_name(text: &mut String) {
    let mut rows: BTreeMap<&str, (Vec<&str>, String)> = BTreeMap::new();
    for row in &BY_NAME {
        let form = format!("{} of {} to {}", row.charset, row.least, row.most);
        rows.entry(&row.name).or_insert_with(|| (Vec::new(), form)).0.push(&row.stem);
    }
    write!(
        text,
        "\n## Known by name\n\n{} providers whose credentials have no mark of their own. The family `generic` finds a value\n\
         that is assigned to a name; where that name holds one of these and the value has the form, it is scored higher\n\
         and told (`patterns/by_name.toml`).\n\n| provider | in names | form |\n|---|---|---|\n",
        rows.len()
    )
    .unwrap();
    for (name, (stems, form)) in rows {
        writeln!(text, "| {} | {} | {form} |", cell(name), stems.join(", ")).unwrap();
    }
}

fn help(path: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_portcullis"))
        .args(path)
        .arg("--help")
        .env("COLUMNS", COLUMNS)
        .env_remove("CLICOLOR_FORCE")
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    assert!(output.status.success(), "{path:?} --help: {:?}", output.status);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim_end().to_owned()
}

fn section(command: &clap::Command, path: &[&str], text: &mut String) {
    let name = [&["portcullis"], path].concat().join(" ");
    write!(text, "\n## `{name}`\n\n```text\n{}\n```\n", help(path)).expect("a string takes it");
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        section(sub, &[path, &[sub.get_name()]].concat(), text);
    }
}

#[test]
fn command_line() {
    let mut text = generated("Command line", "the program's own help");
    text += "What each command's `--help` says.\n";
    section(&Cli::command(), &[], &mut text);
    compare("cli.md", &text);
}

#[test]
fn exit_codes() {
    let mut text = generated("Exit status", "src/cli/exit.rs and src/model/coverage.rs");
    let (clean, found, unknown) = (ExitStatus::Clean, ExitStatus::Findings, ExitStatus::Unknown);
    writeln!(text, "| status | meaning |\n|---|---|").unwrap();
    writeln!(text, "| {} | everything asked for was scanned, and nothing was found that counts |", clean.code())
        .unwrap();
    writeln!(text, "| {} | everything asked for was scanned, and something was found that counts |", found.code())
        .unwrap();
    writeln!(text, "| {} | could not tell: wrong usage, an error, or an incomplete scan |", unknown.code()).unwrap();
    text += "\nA hook blocks on anything but 0. Where both hold, the greater one is the status.\n\n\
             What could not be scanned is told with its reason. These are all the reasons:\n\n\
             | reason | makes the scan incomplete |\n|---|---|\n";
    for reason in SKIPS {
        assert!(is_told(reason));
        writeln!(
            text,
            "| {} | {} |",
            reason.as_str(),
            if reason.is_by_design() { "no: passed over by design" } else { "yes" }
        )
        .unwrap();
    }
    compare("exit-codes.md", &text);
}

/// What makes a finding quiet must be found in the documentation, and not in the code alone.
#[test]
fn every_comment_that_is_honoured_is_documented() {
    let text = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md")).unwrap();
    for marker in portcullis::policy::MARKERS {
        let row = |line: &&str| line.contains(&format!("`{}`", marker.name)) && line.contains(marker.tool);
        assert!(
            marker.tool == "portcullis" || text.lines().any(|line| row(&line)),
            "{} of {}",
            marker.name,
            marker.tool
        );
    }
    assert!(text.contains("`portcullis:allow`") && text.contains("--no-inline-allow"));
}
