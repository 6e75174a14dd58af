//! Configuration that cannot be used: every mistake told, and nothing let through.

use std::fs;

use super::{Sandbox, allow, project, with_user};

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    for (text, told) in [
        ("min_confidence = \"sure\"\nfoo = 1\n", &[":1:18: expected one of", ":2:1: unknown key `foo`"][..]),
        ("[[allow]]\npaths = [\"a\"]\n", &[":1:1: an allow needs its `reason` (hint: add reason"]),
        ("[[allow]]\nreason = \"x\"\n", &[":1:1: an allow of everything (hint: "]),
        ("[[allow]]\nreason = \" \"\npaths = []\n", &[":2:10: the reason is empty", ":3:9: the list is empty"]),
        (
            "[[allow]]\nreason = \"x\"\npaths = [\"!a\"]\nsecrets = [\"(\", \".*\"]\n",
            &[":3:10: not a glob", ":4:12: not a regex", ":4:17: not a regex: it fits every credential"],
        ),
        (
            "[[allow]]\nreason = \"x\"\nrules = [\"nope\"]\nexpires = 2027-01-31\n",
            &[":3:10: there is no rule `nope` (hint: `portcullis rules list`", ":4:11: expected a day"],
        ),
        (
            "[[allow]]\nreason = \"x\"\nfingerprints = [\"AB\"]\nwhen = 1\n",
            &[":3:17: expected a fing", ":4:1: unknown"],
        ),
        (
            "[rule.nope]\ndisabled = 1\n[rule.github-pat-classic]\nhue = 2\n",
            &[":1:7: there is no", ":2:12: ", ":4:1: "],
        ),
        ("trust_project = true\n", &[":1:1: a project cannot trust itself"]),
        ("rules = [\"../x.toml\"]\n", &[":1:9: a project's rule files lie in the project"]),
        ("rule = 3\nallow = 4\n", &[":1:8: expected a table (hint: write [rule.", ":2:9: expected a list of tables"]),
        ("min_confidence = \n", &[":1:18: not valid TOML"]),
        ("min_confidence = \"low\"\nmin_confidence = \"low\"\n", &[":2:1: not valid TOML"]),
    ] {
        let sandbox = project(text);
        for args in [&["scan"][..], &["config", "check"], &["config", "show"], &["config", "check", ".portcullis.toml"]]
        {
            let ran = sandbox.run(args).exits(2);
            let places = told.iter().filter(|told| ran.stderr().contains(&format!(".portcullis.toml{told}")));
            // A file that is checked by itself has its rules looked for as well.
            assert_eq!(places.count(), told.len(), "{args:?} {text}\n{}", ran.stderr());
            assert_eq!(ran.stdout(), "");
        }
    }
}

#[test]
fn a_file_that_cannot_be_read_is_never_passed_over() {
    let sandbox = project("");
    sandbox.write("tests/b", "clean\n");
    sandbox.write("src/a", "clean\n");
    sandbox.run(&["scan"]).exits(0);
    sandbox.write(".portcullis.toml", b"# \xff\n");
    assert!(sandbox.run(&["scan"]).exits(2).stderr().contains("not UTF-8"));
    fs::remove_file(sandbox.path(".portcullis.toml")).unwrap();
    fs::create_dir(sandbox.path(".portcullis.toml")).unwrap();
    assert!(sandbox.run(&["scan"]).exits(2).stderr().contains("not a regular file"));
    fs::remove_dir(sandbox.path(".portcullis.toml")).unwrap();
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("src/a", sandbox.path(".portcullis.toml")).unwrap();
        assert!(sandbox.run(&["scan"]).exits(2).stderr().contains("not a regular file"));
        fs::remove_file(sandbox.path(".portcullis.toml")).unwrap();
    }
    let ran = with_user(&sandbox, "trust = 1\n", &["scan"]).exits(2);
    assert!(ran.stderr().contains("portcullis/config.toml:1:1: unknown key `trust`"), "{}", ran.stderr());
    for (config, told) in [("rules = [\"none.toml\"]", "none.toml"), ("rules = [\"src/a\"]", "src/a")] {
        sandbox.write(".portcullis.toml", config);
        assert!(sandbox.run(&["scan"]).exits(2).stderr().contains(told), "{config}");
    }
}

#[test]
fn check_says_so_where_nothing_is_wrong() {
    let sandbox = project(&allow("paths = [\"tests/\"]"));
    assert_eq!(
        sandbox.run(&["config", "check", ".portcullis.toml"]).exits(0).stdout(),
        ".portcullis.toml: no mistakes\n"
    );
    let ran = with_user(&sandbox, "min_confidence = \"low\"\n", &["config", "check"]).exits(0);
    assert!(ran.stdout().contains("config.toml: no mistakes\n.portcullis.toml: no mistakes\n"), "{}", ran.stdout());
    sandbox.run(&["config", "check", "nowhere"]).exits(2);
}

#[test]
fn show_tells_each_value_and_who_said_it() {
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path(".git")).unwrap();
    sandbox.write(".portcullis.toml", "inline_allows = false\n[rule.github-pat-classic]\nseverity = \"low\"\n");
    let shown = with_user(&sandbox, "\nmin_confidence = \"high\"\n", &["config", "show"]).exits(0).stdout();
    for (value, whose) in [
        ("min_confidence = \"high\"", "user's file, line 2"),
        ("inline_allows = false", "project's file, line 1"),
        ("trust_project = true", "default"),
        ("severity = \"low\"", "project's file, line 3"),
    ] {
        let told = shown.lines().any(|line| line.starts_with(value) && line.ends_with(&format!("# {whose}")));
        assert!(told, "{value}: {shown}");
    }
}
