//! `baseline create`, `update` and `diff`.

use std::fs;

use super::{Sandbox, project};

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
    for words in ["allow 0123456789abcdef0123456789abcdef", "baseline update"] {
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
