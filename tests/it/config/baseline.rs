//! `baseline create`, `update` and `diff`; `allow`; what makes an entry or a whole baseline void.

use std::fs;

use super::{Sandbox, allow as config_allow, blocked, project, scan};
use crate::support::repo::Repo;

fn read(sandbox: &Sandbox) -> String {
    fs::read_to_string(sandbox.path(".portcullis.baseline")).unwrap()
}

#[test]
fn a_baseline_is_made_kept_and_compared() {
    let sandbox = project("");
    let diff = sandbox.run(&["baseline", "diff"]).exits(1).stdout();
    assert!(diff.lines().count() == 2 && diff.contains("  src/a:2") && diff.lines().all(|line| line.starts_with("+ ")));
    sandbox.run(&["baseline", "create"]).exits(0);
    let first = read(&sandbox);
    let entries: Vec<&str> = first.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(entries.len() == 2 && entries.is_sorted(), "{first}");
    assert!(entries.iter().all(|line| line.ends_with("  github-pat-classic")), "{first}");
    sandbox.run(&["scan"]).exits(0);
    assert_eq!(sandbox.run(&["baseline", "diff"]).exits(0).stdout(), "");
    sandbox.run(&["baseline", "create"]).exits(2);
    assert_eq!(read(&sandbox), first);

    // Moved, it is the same credential; a new one at its place is not.
    fs::rename(sandbox.path("tests/b"), sandbox.path("moved")).unwrap();
    sandbox.run(&["baseline", "diff"]).exits(0);
    sandbox.leak("moved", 5);
    let diff = sandbox.run(&["baseline", "diff"]).exits(1).stdout();
    assert_eq!(diff.lines().map(|line| &line[..2]).collect::<Vec<_>>(), ["+ ", "- "], "{diff}");
    assert!(!diff.contains(&super::token(5)[8..]));

    // Comments and reasons stay; what is gone goes only if asked.
    let noted = first.replace("github-pat-classic\n", "github-pat-classic  # ours\n") + "# a remark\n";
    sandbox.write(".portcullis.baseline", &noted);
    sandbox.run(&["baseline", "update"]).exits(0);
    let updated = read(&sandbox);
    assert_eq!(updated.matches("# ours").count(), 2, "{updated}");
    assert_eq!(updated.matches("github-pat-classic").count(), 3);
    assert!(updated.contains("# a remark\n"));
    sandbox.run(&["baseline", "update"]).exits(0);
    assert_eq!(read(&sandbox), updated, "twice is once");
    sandbox.run(&["baseline", "update", "--prune"]).exits(0);
    assert_eq!(read(&sandbox).matches("github-pat-classic").count(), 2);
    sandbox.run(&["scan"]).exits(0);
}

/// The disk ran full: half a baseline is a broken one, which stops every later command.
#[test]
#[cfg(unix)]
fn what_cannot_be_written_whole_stays_as_it_was() {
    let sandbox = project("");
    let limited = |words: &str| {
        // The kernel ends writes at 512 bytes, and the signal that would end the program is ignored.
        let line = format!("trap '' XFSZ; ulimit -f 1; exec '{}' {words}", env!("CARGO_BIN_EXE_portcullis"));
        let mut command = std::process::Command::new("/bin/sh");
        let ran = command.arg("-c").arg(line).current_dir(sandbox.path(".")).env_clear().output().unwrap();
        assert_eq!(ran.status.code(), Some(2), "{words}: {}", String::from_utf8_lossy(&ran.stderr));
        assert!(String::from_utf8_lossy(&ran.stderr).contains("cannot write"), "{words}");
    };
    let old = format!("# {}\n", "x".repeat(490));
    for words in ["allow 0123456789abcdef0123456789abcdef --reason test", "baseline update"] {
        sandbox.write(".portcullis.baseline", &old);
        limited(words);
        assert_eq!(read(&sandbox), old, "{words}");
    }
    fs::remove_file(sandbox.path(".portcullis.baseline")).unwrap();
    limited(&format!("allow 0123456789abcdef0123456789abcdef --reason {}", "x".repeat(600)));
    assert!(!sandbox.path(".portcullis.baseline").exists());
    let left = fs::read_dir(sandbox.path(".")).unwrap();
    assert!(left.flatten().all(|entry| !entry.file_name().to_string_lossy().ends_with(".tmp")));
}

#[test]
fn nothing_is_made_of_a_part_or_of_a_file_with_conflicts() {
    let sandbox = project("");
    sandbox.run(&["baseline", "create", "src", "nowhere"]).exits(2);
    assert!(!sandbox.path(".portcullis.baseline").exists());
    sandbox.write(".portcullis.baseline", "<<<<<<< HEAD\n");
    for command in ["update", "diff"] {
        assert!(sandbox.run(&["baseline", command]).exits(2).stderr().contains("merge conflict"), "{command}");
    }
    assert_eq!(read(&sandbox), "<<<<<<< HEAD\n");
}

/// The fingerprints of the two credentials of a project.
fn prints(sandbox: &Sandbox) -> Vec<String> {
    let lines = scan(sandbox).lines();
    lines.iter().filter_map(|line| line["fingerprint"].as_str().map(str::to_owned)).collect()
}

#[test]
fn an_allow_keeps_what_stands_in_the_baseline_and_gets_its_place() {
    let sandbox = project("");
    let mut prints = prints(&sandbox);
    let [first, second] = [0, 1].map(|at| prints[at].clone());
    let written = format!("# our own words\n\n# about this one\n{first}   github-pat-classic # odd  blanks\n");
    sandbox.write(".portcullis.baseline", &written);
    let told = sandbox.run(&["allow", &second, "--reason", "made up", "--expires", "9000-01-31"]).exits(0).stdout();
    assert!(told.starts_with(&format!("allowed {second} until 9000-01-31 in ")), "{told}");
    let now = read(&sandbox);
    let line = format!("{second}  until:9000-01-31  # made up\n");
    assert_eq!(now.replace(&line, ""), written, "nothing else changes");
    let order: Vec<&str> =
        now.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).map(|l| &l[..32]).collect();
    prints.sort();
    assert_eq!(order, prints);
    assert_eq!(blocked(&scan(&sandbox).exits(0)), Vec::<String>::new());
    // Said again, it is changed.
    let told = sandbox.run(&["allow", &second, "--reason", "made up"]).exits(0).stdout();
    assert!(told.starts_with("changed the allow of "), "{told}");
    assert_eq!(read(&sandbox), now.replace("  until:9000-01-31", ""));
    for (arg, word) in [("2020-01-01", "is over"), ("soon", "not a day")] {
        let ran = sandbox.run(&["allow", &second, "--reason", "x", "--expires", arg]).exits(2);
        assert!(ran.stderr().contains(word), "{}", ran.stderr());
    }
    assert!(sandbox.run(&["allow", &second, "--reason", " "]).exits(2).stderr().contains("the reason is empty"));
}

#[test]
fn an_entry_whose_last_day_is_over_does_not_hold_and_says_so() {
    let sandbox = project("");
    let prints = prints(&sandbox);
    let text = format!("{}  until:2020-02-29  # a fixture\n{}\n", prints[0], prints[1]);
    sandbox.write(".portcullis.baseline", &text);
    let ran = scan(&sandbox).exits(1);
    assert_eq!(blocked(&ran), ["src/a"]);
    let words = "line 1 of the baseline expired on 2020-02-29 and no longer applies (a fixture)";
    assert!(ran.stderr().contains(words), "{}", ran.stderr());
    let diff = sandbox.run(&["baseline", "diff"]).exits(1).stdout();
    assert!(diff.contains(&format!("+ {}", prints[0])) && diff.contains("line 1, expired"), "{diff}");
    // The gates say so when they block.
    let repo = Repo::init(&[]);
    repo.stage("src/a", format!("first line\ntoken = {}\n", super::token(1)));
    repo.stage(".portcullis.baseline", &text);
    let ran = repo.portcullis(&["pre-commit"]);
    assert!(ran.code == Some(1) && ran.stderr.contains(words), "{}", ran.stderr);
    repo.stage(".portcullis.baseline", text.replace("2020", "9000").replace("02-29", "02-28"));
    assert_eq!(repo.portcullis(&["pre-commit"]).code, Some(0));
}

#[test]
fn an_update_accepts_anew_what_has_expired_and_is_still_there() {
    let sandbox = project("");
    let prints = prints(&sandbox);
    let gone = "0123456789abcdef0123456789abcdef  until:2020-02-29  # gone";
    let text = format!("{gone}\n{}  github-pat-classic  until:2020-02-29  # a fixture\n{}\n", prints[0], prints[1]);
    sandbox.write(".portcullis.baseline", &text);
    sandbox.run(&["scan"]).exits(1);
    let said = sandbox.run(&["baseline", "update"]).exits(0).stdout();
    assert!(said.contains("0 added, 1 renewed that had expired, 2 kept, 0 dropped"), "{said}");
    let now = read(&sandbox);
    assert!(now.contains(&format!("{}  github-pat-classic  # a fixture\n", prints[0])), "{now}");
    assert!(now.contains(gone), "what is gone goes only if asked: {now}");
    sandbox.run(&["scan"]).exits(0);
    let diff = sandbox.run(&["baseline", "diff"]).exits(0).stdout();
    assert!(!diff.contains(&prints[0]), "{diff}");
    let said = sandbox.run(&["baseline", "update", "--prune"]).exits(0).stdout();
    assert!(said.contains("0 added, 2 kept, 1 dropped") && !read(&sandbox).contains(gone), "{said}");
}

#[test]
fn a_gate_says_that_what_is_recorded_is_not_staged_yet() {
    let repo = Repo::init(&[]);
    repo.stage("a", format!("token = {}\n", super::token(1)));
    let told = repo.portcullis(&["pre-commit"]).stderr;
    assert!(told.contains("Record it in the baseline, and stage that:"), "{told}");
    let id = told.split("id      ").nth(1).unwrap()[..32].to_owned();
    repo.portcullis(&["allow", &id, "--reason", "a fixture"]).text();
    let ran = repo.portcullis(&["pre-commit"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("Recorded, but not staged"), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("git add :/.portcullis.baseline") && !ran.stderr.contains("Record it"),
        "{}",
        ran.stderr
    );
    // Regression: the command that is told failed in a subdirectory.
    std::fs::create_dir(repo.dir.join("sub")).unwrap();
    repo.ok("-C sub add :/.portcullis.baseline");
    assert_eq!(repo.portcullis(&["pre-commit"]).code, Some(0));
    repo.ok("rm -q --cached .portcullis.baseline");
    // One of two: the other one still has to be judged.
    repo.stage("b", format!("token = {}\n", super::token(2)));
    let told = repo.portcullis(&["pre-commit"]).stderr;
    assert!(told.contains("1 of them stands in the baseline") && told.contains("Record it"), "{told}");
    repo.ok("add .portcullis.baseline");
    repo.ok("rm -q --cached b");
    assert_eq!(repo.portcullis(&["pre-commit"]).code, Some(0));
    // A baseline that makes no sense is no reason to say nothing.
    repo.ok("rm -q --cached .portcullis.baseline");
    repo.write(".portcullis.baseline", "what\n");
    let ran = repo.portcullis(&["pre-commit"]);
    assert!(ran.code == Some(1) && ran.stderr.contains("Record it"), "{}", ran.stderr);
}

#[test]
fn a_baseline_of_another_key_is_an_error_that_names_the_way_out() {
    let sandbox = project("");
    sandbox.write("key", "0123456789abcdef of this project\n");
    sandbox.write("other", "another key of sixteen bytes\n");
    let keyed = |args: &[&str], key: &str| {
        super::Ran(sandbox.command(args).env("PORTCULLIS_KEY_FILE", sandbox.path(key)).output().unwrap())
    };
    keyed(&["baseline", "create"], "key").exits(0);
    assert!(read(&sandbox).starts_with("# portcullis key "));
    keyed(&["scan"], "key").exits(0);
    let whole = read(&sandbox);
    for args in [&["scan"][..], &["baseline", "diff"], &["baseline", "update"], &["explain", "01234567"]] {
        let none = sandbox.run(args).exits(2).stderr();
        assert!(none.contains("made with another key") && none.contains("PORTCULLIS_KEY_FILE"), "{args:?} {none}");
        assert!(keyed(args, "other").exits(2).stderr().contains("make the baseline anew"), "{args:?}");
    }
    assert_eq!(read(&sandbox), whole);
    // One that does not say so is believed, and says so once its key is sure.
    sandbox.write(".portcullis.baseline", whole.split_once('\n').unwrap().1);
    sandbox.run(&["scan"]).exits(1);
    keyed(&["baseline", "update"], "key").exits(0);
    assert_eq!(read(&sandbox), whole);
    sandbox.run(&["scan"]).exits(2);
    let repo = Repo::init(&[]);
    repo.stage("src/a", format!("first line\ntoken = {}\n", super::token(1)));
    repo.stage(".portcullis.baseline", &whole);
    let ran = repo.portcullis(&["pre-commit"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("made with another key"), "{}", ran.stderr);
}

#[test]
fn fingerprints_can_stand_in_both_files_and_only_those_of_the_configuration_are_told_unused() {
    let sandbox = project("");
    let prints = prints(&sandbox);
    sandbox.write(".portcullis.toml", config_allow(&format!("fingerprints = [\"{}\"]", prints[0])));
    sandbox.run(&["allow", &prints[1], "--reason", "made up"]).exits(0);
    sandbox.run(&["scan"]).exits(0);
    let gone = "0".repeat(32);
    sandbox.write(".portcullis.toml", config_allow(&format!("fingerprints = [\"{}\", \"{gone}\"]", prints[0])));
    sandbox.run(&["scan"]).exits(0);
    sandbox.write("src/a", "clean\n");
    assert!(sandbox.run(&["scan"]).exits(0).stdout().contains("1 allow is not needed any more"));
    sandbox.write("tests/b", "clean\n");
    let diff = sandbox.run(&["baseline", "diff"]).exits(0).stdout();
    assert!(diff.starts_with(&format!("- {}", prints[1])), "{diff}");
}

/// Regression: `allow` had no `--key-file`, and a baseline that it began did not tell its key.
#[test]
fn an_allow_is_of_the_key_that_the_gates_have() {
    let sandbox = project("");
    sandbox.write("key", "0123456789abcdef of this project\n");
    sandbox.write("other", "another key of sixteen bytes\n");
    let first = sandbox.run(&["scan", "--format", "jsonl", "--key-file", "key"]).exits(1);
    let print = first.lines()[0]["fingerprint"].as_str().unwrap().to_owned();
    let allow = |more: &[&str]| sandbox.run(&[&["allow", &print, "--reason", "why"], more].concat());
    let told = allow(&["--key-file", "key"]).exits(0).stdout();
    assert!(told.contains("that is GitHub"), "the look has the key too: {told}");
    assert!(read(&sandbox).starts_with("# portcullis key "), "{}", read(&sandbox));
    let left = sandbox.run(&["scan", "--format", "jsonl", "--key-file", "key"]).exits(1);
    assert_eq!(blocked(&left).len() + 1, blocked(&first).len());
    for more in [&[][..], &["--key-file", "other"]] {
        assert!(allow(more).exits(2).stderr().contains("made with another key"));
    }
    // Without any key the line is there as well.
    let told = sandbox.run(&["allow", &print, "--reason", "why", "--baseline", "plain"]).exits(0).stdout();
    assert!(told.contains("nothing that is staged"), "{told}");
    assert!(std::fs::read_to_string(sandbox.path("plain")).unwrap().starts_with("# portcullis key "));
}
