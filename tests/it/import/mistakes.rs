//! What makes no sense is told with file and line, and nothing is written.

use std::fs;

use super::{project, read};
use crate::scan::sandbox::{Sandbox, token};

#[test]
fn a_malformed_file_is_an_error_with_its_line_and_leaves_everything_as_it_is() {
    let secret = token(1);
    for (name, text, told) in [
        (".gitleaks.toml", "title = \"x\"\n[allowlist\n".to_owned(), ".gitleaks.toml:2: not valid TOML"),
        (".gitleaks.toml", "[allowlist]\npaths = \"x\"\n".to_owned(), ".gitleaks.toml:2: expected a list of strings"),
        (".gitleaks.toml", "\n[[rules]]\nregex = \"x\"\n".to_owned(), ".gitleaks.toml:2: a rule without its `id`"),
        (".gitleaks-baseline.json", "[\n{\"RuleID\": \"x\",\n".to_owned(), ".gitleaks-baseline.json:"),
        (
            ".gitleaks-baseline.json",
            format!("[\n\n {{ \"Secret\": \"{secret}\" }}\n]"),
            ".gitleaks-baseline.json:3: not a report",
        ),
        (
            ".secrets.baseline",
            "{\n\"results\": 1\n}".to_owned(),
            ".secrets.baseline:2: not a baseline of detect-secrets",
        ),
        (
            ".secrets.baseline",
            "{\"results\": {\"a\": [\n{\"type\": \"x\", \"hashed_secret\": \"y\"}]}}".to_owned(),
            ".secrets.baseline:2: `hashed_secret`",
        ),
        (".secrets.baseline", "<<<<<<< HEAD\n{}\n".to_owned(), ".secrets.baseline:1: not valid JSON"),
        (
            ".talismanrc",
            "fileignoreconfig:\n- checksum: x\n".to_owned(),
            ".talismanrc:2: an entry of `fileignoreconfig` without",
        ),
        (".talismanrc", "a: [\nb: }\n".to_owned(), ".talismanrc:2: not valid YAML"),
        (
            ".gitguardian.yaml",
            "secret:\n  ignored_paths: 3\n".to_owned(),
            ".gitguardian.yaml:2: `ignored_paths` is no list",
        ),
        ("kingfisher-baseline.yml", "x: 1\n".to_owned(), "kingfisher-baseline.yml:1: not a baseline of kingfisher"),
    ] {
        let sandbox = project();
        sandbox.write(name, &text);
        // A good one beside it is not taken in either.
        sandbox.write(".gitleaksignore", "src/a:x:2\n");
        let ran = sandbox.run(&["import"]).exits(2);
        assert!(ran.stderr().contains(told) && !ran.stderr().contains(&secret[8..]), "{told}: {}", ran.stderr());
        assert!(!sandbox.path(".portcullis.toml").exists() && !sandbox.path(".portcullis.baseline").exists());
    }
    let sandbox = project();
    sandbox.write(".gitallowed", b"a\n\xff\n");
    assert!(sandbox.run(&["import"]).exits(2).stderr().contains(".gitallowed:2: not UTF-8"));
}

#[test]
fn nothing_to_import_and_nothing_known_are_errors() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    assert!(sandbox.run(&["import"]).exits(2).stderr().contains(".gitleaks.toml"));
    sandbox.write("what", "ever\n");
    assert!(sandbox.run(&["import", "what"]).exits(2).stderr().contains("--from"));
    sandbox.run(&["import", "--from", "gitallowed", "what"]).exits(0);
    sandbox.run(&["import", "nowhere"]).exits(2);
}

#[test]
fn what_is_in_the_way_is_never_overwritten() {
    let sandbox = project();
    sandbox.write(".gitleaks.toml", "[[rules]]\nid = \"acme\"\nregex = '''acme-[a-z]{9}'''\n");
    sandbox.write(".portcullis/imported.toml", "# mine\n");
    assert!(sandbox.run(&["import"]).exits(2).stderr().contains("is there already"));
    assert_eq!(read(&sandbox, ".portcullis/imported.toml"), "# mine\n");
    assert!(!sandbox.path(".portcullis.toml").exists());
    for (name, text) in [(".portcullis.toml", "what = 1\n"), (".portcullis.baseline", "=======\n")] {
        let sandbox = project();
        sandbox.write(".secretsignore", format!("tests/\n[secrets]\n{}\n", token(1)));
        sandbox.write(name, text);
        sandbox.run(&["import"]).exits(2);
        assert_eq!(read(&sandbox, name), text);
    }
}

/// A good file of every format, cut and changed at every few bytes: an answer or an error, never a panic.
#[test]
fn readers_stand_whatever_they_are_given() {
    use portcullis::config::foreign::FORMATS;
    let samples = [
        "[extend]\nuseDefault=true\ndisabledRules=['a']\n[[rules]]\nid='x'\nregex='''acme-([a-z]+|b{3,})\\.'''\n\
         keywords=['acme']\n[[rules.allowlists]]\npaths=['''(^|/)a.*b$''']\n",
        "0123456:a/b:rule:12\na:r:1\n",
        "[{\"RuleID\":\"x\",\"StartLine\":1,\"File\":\"a\",\"Secret\":\"s\",\"Match\":\"m\",\"Commit\":\"\"}]",
        "{\"results\":{\"a\":[{\"type\":\"Private Key\",\"hashed_secret\":\"da39a3ee5e6b4b0d3255bfef95601890afd80709\",\"line_number\":3}]}}",
        "a/b:.*\n^x[0-9]+$\n",
        "secrets.patterns\nACME_[a-z]{20}\0secrets.allowed\nx/y\0",
        "fileignoreconfig:\n- filename: a/*\n  ignore_detectors: [filecontent]\nallowed_patterns: ['x']\n",
        "a/\n[secrets]\nxyz\n^x\n",
        "version: 2\nsecret:\n  ignored_matches:\n    - name: n\n      match: m\n  ignored_paths: ['a']\n",
        "ExactFindings:\n  matches:\n    - filepath: a\n      linenum: 3\n",
    ];
    assert_eq!(samples.len(), FORMATS.len(), "a sample for each format, in their order");
    let mut draw = crate::support::draw::Draw(7);
    let odd = b"\"'[]{}()*+?|\\:,-#&<>\n\0 ax9\xc3";
    for (format, sample) in FORMATS.iter().zip(samples) {
        assert!((format.read)(sample).is_ok_and(|foreign| !foreign.entries.is_empty()), "{}", format.name);
        for at in 0..sample.len() {
            let _ = sample.get(..at).map(format.read);
            let mut bytes = sample.as_bytes().to_vec();
            for _ in 0..=draw.below(3) {
                let place = draw.below(bytes.len());
                bytes[place] = odd[draw.below(odd.len())];
            }
            let _ = (format.read)(&String::from_utf8_lossy(&bytes));
        }
        for other in samples {
            let _ = (format.read)(other);
        }
    }
}

#[cfg(unix)]
#[test]
fn a_path_in_a_foreign_file_leads_nowhere_else() {
    let sandbox = project();
    let outside = Sandbox::new();
    outside.leak("x", 4);
    std::os::unix::fs::symlink(outside.path("x"), sandbox.path("link")).unwrap();
    sandbox.write(".gitleaksignore", format!("link:r:2\n../x:r:2\n{}:r:2\n", outside.path("x").display()));
    let told = sandbox.run(&["import"]).exits(0).stdout();
    assert!(told.contains("0 carried over, 3 not"), "{told}");
}

/// Regression: only the last part of a path was looked at, and a directory could be a link out of the work tree.
#[cfg(unix)]
#[test]
fn a_directory_that_is_a_link_leads_nowhere_else() {
    let sandbox = project();
    let outside = Sandbox::new();
    outside.leak("x", 4);
    std::os::unix::fs::symlink(outside.path("."), sandbox.path("dir")).unwrap();
    sandbox.write(".gitleaksignore", "dir/x:r:2\nsrc/a:r:2\n");
    let told = sandbox.run(&["import"]).exits(0).stdout();
    assert!(told.contains("1 carried over, 1 not") && told.contains("there is no file dir/x here"), "{told}");
}

/// Lint accepts this regex; compiled it is too large, and a rule with it would find nothing, in silence.
#[test]
fn a_rule_whose_regex_cannot_be_compiled_is_not_carried_over() {
    for (count, told) in [(40, "line 1: the rule `big`, as `imported-big`"), (6000, "takes too much memory")] {
        let sandbox = project();
        let regex = format!("zq_(?:[a-f][0-9]|[g-m][0-9]|[n-z][0-9]|[A-F]x|[G-Z]y){{4,{count}}}");
        sandbox.write(".gitleaks.toml", format!("[[rules]]\nid = \"big\"\nregex = '''{regex}'''\n"));
        let ran = sandbox.run(&["import"]).exits(0);
        assert!(ran.stdout().contains(told), "{count}: {}", ran.stdout());
        assert_eq!(sandbox.path(".portcullis/imported.toml").exists(), count == 40);
    }
}
