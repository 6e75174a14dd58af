//! Credentials in the names of files and directories: reported at a place of their own, and shown in no path.

use super::sandbox::{Sandbox, token};

/// Every format that a scan has.
fn formats() -> impl Iterator<Item = &'static str> {
    portcullis::report::FORMATS.iter().map(|format| format.name)
}

fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02x}")).collect()
}

/// Regression: `scan` did not look at names, and printed them as they are.
#[test]
fn a_credential_in_a_name_is_told_and_shown_in_no_format() {
    let sandbox = Sandbox::new();
    let (file, dir, link, coded) = (token(1), token(2), token(3), hex(&token(4)));
    sandbox.write(format!("a/{file}.txt"), "nothing\n");
    sandbox.leak(format!("{dir}/one"), 9);
    sandbox.write(format!("{dir}/two"), "nothing\n");
    sandbox.write(format!("{coded}/x"), "nothing\n");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", sandbox.path(&link)).unwrap();
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    let found: Vec<[String; 3]> = ran
        .lines()
        .iter()
        .filter(|line| line["type"] == "finding")
        .map(|line| ["origin", "path", "start_column"].map(|key| line[key].to_string().replace('"', "")))
        .collect();
    for expected in
        [["name", "a/(credential).txt", "3"], ["name", "(credential)", "1"], ["file", "(credential)/one", "9"]]
    {
        assert!(found.iter().any(|found| found == &expected), "{expected:?} in {found:?}");
    }
    let names = |found: &[[String; 3]]| found.iter().filter(|found| found[0] == "name").count();
    assert_eq!(names(&found), if cfg!(unix) { 4 } else { 3 }, "each name once: {found:?}");
    for format in formats() {
        for more in [&["--why"][..], &["--min-confidence", "low"]] {
            let ran = sandbox.run(&[&["scan", "--format", format][..], more].concat()).exits(1);
            for secret in [&file, &dir, &link, &coded] {
                let told = ran.stdout() + &ran.stderr();
                assert!(!told.contains(&secret[8..]), "{format}: {}", told.replace(&secret[8..], "<here>"));
            }
            assert!(ran.stdout().contains("(credential)") || format == "sarif", "{format}: {}", ran.stdout());
        }
    }
    assert!(sandbox.run(&["scan", "--show-secrets"]).exits(1).stdout().contains(&format!("a/{file}.txt")));
}

/// What cannot be read has a name too, and what is told of a name is allowed as anything else is.
#[test]
fn what_is_not_scanned_is_named_without_it_and_a_name_can_be_allowed() {
    let sandbox = Sandbox::new();
    std::fs::create_dir(sandbox.path(".git")).unwrap();
    let secret = token(1);
    for format in formats() {
        let ran = sandbox.run(&["scan", "--format", format, &format!("gone-{secret}")]).exits(2);
        let told = ran.stdout() + &ran.stderr();
        assert!(!told.contains(&secret[8..]), "{format}: {told}");
    }
    sandbox.write(format!("{secret}.txt"), "nothing\n");
    let ran = sandbox.run(&["scan", "--format", "jsonl"]).exits(1);
    let print = ran.lines()[0]["fingerprint"].as_str().unwrap().to_owned();
    let told = sandbox.run(&["explain", &print]).exits(0).stdout();
    assert!(told.contains("the name of (credential).txt"), "{told}");
    let told = sandbox.run(&["allow", &print, "--reason", "a fixture"]).exits(0).stdout();
    assert!(told.contains("(credential).txt") && !told.contains(&secret[8..]), "{told}");
    sandbox.run(&["scan"]).exits(0);
    let told = sandbox.feed(&["baseline", "audit", "--baseline", "new"], b"s\n").exits(1).stdout();
    assert!(told.contains("the name of (credential).txt") && !told.contains(&secret[8..]), "{told}");
}
