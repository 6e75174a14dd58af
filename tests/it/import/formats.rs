//! Each format: what it accepts is accepted, what it does not still counts, and what is lost is told.

use std::fmt::Write as _;

use sha1::{Digest, Sha1};

use super::{blocked, import, project, read};
use crate::scan::sandbox::token;
use crate::support::repo::Repo;

fn sha1(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// What is told of a line of the file.
#[track_caller]
fn lost(told: &str, line: usize, why: &str) {
    let start = format!("  line {line}: NOT CARRIED OVER: ");
    assert!(told.lines().any(|line| line.starts_with(&start) && line.contains(why)), "line {line}, {why}: {told}");
}

#[test]
fn gitleaksignore_by_file_and_line() {
    let sandbox = project();
    sandbox.write("two", format!("a = {} b = {}\n", token(1), token(2)));
    sandbox.write(
        ".gitleaksignore",
        "# theirs\n\nsrc/a:github-pat:2\nsrc\\b:github-pat:1\ngone:github-pat:2\na.zip!b:r:1\nwhat\ntwo:x:1\nsrc/b:r:x\n",
    );
    let told = import(&sandbox).stdout();
    assert_eq!(blocked(&sandbox), ["src/b", "tests/c", "two"]);
    assert!(told.contains("  line 3: ") && told.contains("github-pat-classic  src/a:2"), "{told}");
    for (line, why) in [
        (4, "finds no such credential at src/b:1"),
        (5, "there is no file gone"),
        (6, "archive"),
        (7, "1 fields"),
        (8, "more than one credential"),
        (9, "no line"),
    ] {
        lost(&told, line, why);
    }
}

#[test]
fn gitleaksignore_by_commit_means_the_file_as_it_was_then() {
    let repo = Repo::init(&[]);
    repo.stage("a", format!("one = {}\n", token(1)));
    let commit = repo.commit("one");
    repo.stage("a", format!("other = {}\nx\none = {}\n", token(2), token(1)));
    repo.commit("two");
    let gone = "0123456789012345678901234567890123456789";
    repo.write(".gitleaksignore", format!("{commit}:a:github-pat:1\n{gone}:a:github-pat:1\nnocommit:a:r:1\n"));
    let told = repo.portcullis(&["import"]).text();
    lost(&told, 2, "is not in this repository");
    lost(&told, 3, "no commit");
    let scan = repo.portcullis(&["scan", "--format", "jsonl"]);
    let counts: Vec<serde_json::Value> =
        String::from_utf8(scan.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let lines: Vec<_> =
        counts.iter().filter(|line| line["verdict"] == "block").map(|line| line["start_line"].clone()).collect();
    assert_eq!(lines, [1], "the new credential on that line is another one");
}

#[test]
fn reports_of_gitleaks_by_credential_or_where_it_is_redacted_by_line() {
    let sandbox = project();
    let finding = |file: &str, line: u64, secret: &str, whole: &str| {
        serde_json::json!({ "RuleID": "github-pat", "Description": "x", "StartLine": line, "EndLine": line, "File": file,
            "Secret": secret, "Match": whole, "Commit": "", "Entropy": 4.1, "Tags": [] })
    };
    let gone = token(9);
    let findings = [
        finding("src/a", 77, &token(1), &token(1)),
        finding("src/b", 2, "REDACTED", "REDACTED"),
        finding("old/file", 1, &gone, &format!("token = {gone}")),
        finding("tests/c", 1, "REDACTED", ""),
    ];
    sandbox.write("whatever.json", serde_json::to_string_pretty(&findings).unwrap());
    let told = sandbox.run(&["import", "whatever.json"]).exits(0).stdout();
    assert!(told.contains("whatever.json (gitleaks, betterleaks)") && told.contains("3 carried over, 1 not"), "{told}");
    assert!(told.contains("NOT CARRIED OVER: portcullis finds no such credential at tests/c:1"), "{told}");
    assert!(!told.contains(&gone[8..]));
    assert_eq!(blocked(&sandbox), ["tests/c"]);
    // That of the file that is gone holds wherever it comes back.
    sandbox.leak("again", 9);
    assert_eq!(blocked(&sandbox), ["tests/c"]);
}

#[test]
fn detect_secrets_by_the_hash_of_the_credential() {
    let sandbox = project();
    let entry = |kind: &str, file: &str, hash: &str, more: serde_json::Value| {
        let mut entry =
            serde_json::json!({ "type": kind, "filename": file, "hashed_secret": hash, "is_verified": false });
        entry.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        entry
    };
    let none = serde_json::json!({});
    let baseline = serde_json::json!({
        "version": "1.5.0", "plugins_used": [{ "name": "GitHubTokenDetector" }],
        "filters_used": [
            { "path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^tests/", "^x{3}"] },
            { "path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["x"] },
            { "path": "detect_secrets.filters.heuristic.is_sequential_string" },
        ],
        "results": {
            "src/a": [entry("GitHub Token", "src/a", &sha1(&token(1)), serde_json::json!({ "line_number": 40, "is_secret": false }))],
            "src/b": [
                entry("GitHub Token", "src/b", &sha1(&token(2)), serde_json::json!({ "is_secret": true })),
                entry("Secret Keyword", "src/b", &sha1("another"), none.clone()),
                entry("Private Key", "src/b", &sha1("BEGIN"), none),
            ],
        },
        "generated_at": "2026-01-01T00:00:00Z",
    });
    sandbox.write(".secrets.baseline", serde_json::to_string_pretty(&baseline).unwrap());
    let told = import(&sandbox).stdout();
    assert_eq!(blocked(&sandbox), ["src/b"]);
    for why in [
        "audited as a real credential",
        "finds no such credential at src/b",
        "without its line",
        "`^x{3}`: a glob cannot count",
        "lines cannot be excluded",
    ] {
        assert!(told.lines().any(|line| line.contains("NOT CARRIED OVER") && line.contains(why)), "{why}: {told}");
    }
    assert!(read(&sandbox, ".portcullis.baseline").contains("# audited as no secret (from .secrets.baseline)"));
}

#[test]
fn a_configuration_of_gitleaks_with_its_rules_and_allow_lists() {
    let sandbox = project();
    sandbox.write("src/own", format!("key: acme-{}\n", "q7w8e9r1t2y3u4i5".repeat(2)));
    sandbox.write(
        ".gitleaks.toml",
        r#"title = "x"
[extend]
useDefault = true
disabledRules = ["slack-bot-token", "no-such-rule"]
[[rules]]
id = "Acme.Key"
description = "Acme's key"
regex = '''acme-([a-z0-9]{32})'''
keywords = ["acme-"]
entropy = 3.1
[[rules.allowlists]]
paths = ['''^docs/''']
stopwords = ["example"]
[[rules]]
id = "too-wide"
regex = '''[a-z0-9]{32}'''
[[rules]]
id = "endless"
regex = '''ENDLESS_[A-Z]+'''
keywords = ["endless_"]
[allowlist]
description = "what is not looked at"
paths = ['''(^|/)tests/''', '''\.lock$''', '''a(?:b|c)\b''']
regexes = ['''^x+$''', '''(?i)placeholder''']
commits = ["0123456789"]
[[allowlists]]
condition = "AND"
regexTarget = "line"
paths = ['''^src/''']
regexes = ['''nothing''']
[[allowlists]]
targetRules = ["github-pat-classic", "nobody"]
regexes = ["zzz"]
"#,
    );
    let told = import(&sandbox).stdout();
    assert_eq!(blocked(&sandbox), ["src/a", "src/b", "src/own"], "{told}");
    for (line, why) in [
        (4, "no-such-rule"),
        (5, "`entropy`"),
        (14, "no literal of three characters"),
        (17, "end after 256"),
        (21, "1 commits"),
        (23, "stands beside"),
        (26, "regexes on the line"),
        (26, "all of it at once"),
        (31, "`nobody`"),
    ] {
        lost(&told, line, why);
    }
    let config = read(&sandbox, ".portcullis.toml");
    for part in [
        "rules = [\".portcullis/imported.toml\"]",
        "[rule.slack-bot-token]\ndisabled = true",
        "rules = [\"imported-acme-key\"]\nsecrets = [\"(?i)example\"]",
        "paths = [\"/docs/**\"]\nrules = [\"imported-acme-key\"]",
        "\"*.lock\"",
        "reason = \"what is not looked at (from .gitleaks.toml)\"",
        "rules = [\"github-pat-classic\"]\nsecrets = [\"zzz\"]",
    ] {
        assert!(config.contains(part), "{part}: {config}");
    }
    assert!(!config.contains("/src/"), "an allow-list that asks for more is not made broader: {config}");
    sandbox.run(&["rules", "lint", ".portcullis/imported.toml"]).exits(0);
    sandbox.run(&["rules", "test", ".portcullis/imported.toml"]).exits(0);
    sandbox.run(&["config", "check"]).exits(0);
}

#[test]
fn git_secrets_by_its_file_and_by_gits_configuration() {
    let repo = Repo::init(&[]);
    for (name, seed) in [("src/a", 1), ("tests/c", 3)] {
        repo.write(name, format!("first line\ntoken = {}\n", token(seed)));
    }
    repo.write(".gitallowed", format!("# theirs\n{}.*\ntests/c:.*\nsrc/x:[0-9]+:text\n", &token(1)[..9]));
    repo.ok("config --add secrets.patterns ACME_[a-z]{20}");
    repo.ok("config --add secrets.patterns (A3T[A-Z0-9]|AKIA)[A-Z0-9]{16}");
    repo.ok("config --add secrets.allowed zzz-allowed");
    repo.ok("config --add secrets.providers ./some-program");
    let told = repo.portcullis(&["import"]).text();
    lost(&told, 4, "a place and a text at once");
    assert!(told.contains("git config (git-secrets)") && told.contains("is not run"), "{told}");
    assert_eq!(repo.portcullis(&["scan", "src", "tests"]).code, Some(0));
    let config = std::fs::read_to_string(repo.dir.join(".portcullis.toml")).unwrap();
    assert!(config.contains("zzz-allowed") && config.contains("paths = [\"/tests/c\"]"), "{config}");
    repo.write("own", "it is ACME_abcdefghijklmnopqrst here\n");
    assert_eq!(repo.portcullis(&["scan", "own"]).code, Some(1));
}

#[test]
fn talisman_ripsecrets_and_ggshield() {
    let sandbox = project();
    let name = ".talismanrc";
    sandbox.write(
        name,
        "fileignoreconfig:\n- filename: tests/c\n  checksum: 0123\n- filename: big.bin\n  ignore_detectors: [filesize]\n\
         allowed_patterns:\n- zzz[0-9]\nscopeconfig:\n- scope: node\nthreshold: medium\ncustom_patterns:\n- 'ACME_[a-z]{20}'\nversion: \"1.0\"\n",
    );
    let told = import(&sandbox).stdout();
    assert_eq!(blocked(&sandbox), ["src/a", "src/b"]);
    for (line, why) in [(2, "checksum"), (4, "name or size"), (9, "scope `node`"), (10, "min_confidence")] {
        lost(&told, line, why);
    }
    assert!(read(&sandbox, ".portcullis.toml").contains("zzz[0-9]"));

    let sandbox = project();
    sandbox.write(".secretsignore", format!("tests/\n!tests/x\n\n[secrets]\n{}\n^zzz[0-9]+\n", token(1)));
    let told = import(&sandbox).stdout();
    assert_eq!(blocked(&sandbox), ["src/b"]);
    lost(&told, 2, "takes back");

    let sandbox = project();
    sandbox.write(
        ".gitguardian.yaml",
        format!(
            "version: 2\nverbose: true\nsecret:\n  ignored_paths:\n    - '**/tests/**'\n  ignored_matches:\n    - name: made up\n      \
             match: {}\n    - name: hashed\n      match: {}\n  ignored_detectors:\n    - Generic Password\n  show_secrets: false\n",
            token(1),
            "ab".repeat(32)
        ),
    );
    let told = import(&sandbox).stdout();
    assert_eq!(blocked(&sandbox), ["src/b"]);
    for (line, why) in [(9, "told by its hash"), (12, "Generic Password"), (2, "verbose")] {
        lost(&told, line, why);
    }
    assert!(read(&sandbox, ".portcullis.baseline").contains("# made up (from .gitguardian.yaml)"));
}

#[test]
fn kingfisher_by_file_and_line() {
    let sandbox = project();
    sandbox.write(
        "base.yaml",
        "ExactFindings:\n  matches:\n    - filepath: ./src/a\n      fingerprint: 1234567890123456789\n      linenum: 2\n      \
         lastupdated: x\n    - filepath: src/b\n      fingerprint: 12\n",
    );
    let told = sandbox.run(&["import", "base.yaml"]).exits(0).stdout();
    lost(&told, 7, "without file and line");
    assert_eq!(blocked(&sandbox), ["src/b", "tests/c"]);
}

#[test]
fn a_credential_in_plain_text_among_the_patterns_is_not_written_down_again() {
    let sandbox = project();
    sandbox.write(".gitallowed", format!("{}\n", token(1)));
    sandbox.write(".gitleaks.toml", format!("[allowlist]\nregexes = ['''{}''']\n", token(2)));
    import(&sandbox);
    assert_eq!(blocked(&sandbox), ["tests/c"]);
}

/// Regression: with a checksum it was one file that Talisman excused, and files of its name anywhere were accepted.
#[test]
fn a_checksum_of_talisman_excuses_no_other_file_of_that_name() {
    let sandbox = project();
    sandbox.leak("c", 5);
    sandbox.write(".talismanrc", "fileignoreconfig:\n- filename: c\n  checksum: 0123\n");
    import(&sandbox);
    assert_eq!(blocked(&sandbox), ["src/a", "src/b", "tests/c"]);
    assert!(read(&sandbox, ".portcullis.toml").contains("[\"/c\"]"));
    // Without one, and as a pattern, a base name it stays.
    for entry in ["- filename: c\n  ignore_detectors: [filecontent]\n", "- filename: '?'\n  checksum: 0123\n"] {
        let sandbox = project();
        sandbox.write(".talismanrc", format!("fileignoreconfig:\n{entry}"));
        import(&sandbox);
        assert!(!blocked(&sandbox).contains(&"tests/c".to_owned()), "{entry}");
    }
}

/// Nothing is started, whatever stands on the path: commits and configuration are read in process.
#[cfg(unix)]
#[test]
fn no_git_is_run_for_a_commit_or_for_the_configuration() {
    let repo = Repo::init(&[]);
    repo.stage("dir/a", format!("{}\n", token(1)));
    let commit = repo.commit("one");
    repo.ok("rm -q -r dir");
    repo.commit("two");
    repo.ok("config secrets.allowed zzz[0-9]");
    repo.write(".gitleaksignore", format!("{commit}:dir/a:github-pat:1\n{}:dir/a:github-pat:1\n", &commit[..9]));
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("import").current_dir(&repo.dir).env_clear().env("PATH", "/nowhere");
    let told = String::from_utf8(command.output().unwrap().stdout).unwrap();
    assert!(told.contains("3 carried over, 0 not"), "{told}");
}
