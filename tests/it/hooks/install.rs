//! What is written, kept and restored in one directory.

use std::fs;
use std::os::unix::fs::symlink;

use super::*;

#[test]
fn a_fresh_repository_is_guarded_by_one_command() {
    let repo = Repo::init(&[]);
    let said = repo.portcullis(&["install"]).text();
    for hook in HOOKS {
        assert!(said.contains(&format!("Installed {hook} in {}.", hooks_dir(&repo).display())), "{said}");
        assert_eq!(mode(&hooks_dir(&repo).join(hook)) & 0o111, 0o111);
    }
    assert_guarded(&repo);
    // A clean merge runs neither pre-commit nor a scan of its own.
    repo.aside("side", "side.txt", secret(1));
    repo.stage("main.txt", "nothing\n");
    repo.commit("main");
    let merge = repo.git(["merge", "-q", "--no-edit", "side"]);
    assert!(!merge.ok && merge.stderr.contains("commit blocked"), "{}", merge.stderr);
}

#[test]
fn an_existing_hook_runs_first_and_its_exit_status_counts() {
    let repo = Repo::init(&[]);
    let log = repo.beside("log");
    let noted = |status: u8| format!("#!/bin/sh\necho \"$0 $#\" >> '{}'\nexit {status}\n", log.display());
    repo.hook("pre-commit", &noted(0));
    repo.hook("commit-msg", &noted(0));
    let said = repo.portcullis(&["install"]).text();
    assert!(said.contains("an existing hook was kept as pre-commit.portcullis-chained and runs first"), "{said}");
    assert_guarded(&repo);
    let log_text = fs::read_to_string(&log).unwrap();
    assert!(log_text.contains("pre-commit.portcullis-chained 0\n"), "{log_text}");
    assert!(log_text.contains("commit-msg.portcullis-chained 1\n"), "{log_text}");
    repo.hook("pre-commit.portcullis-chained", &noted(3));
    let refused = commit_clean(&repo, 1);
    assert!(!refused.ok && refused.stderr.is_empty(), "{}", refused.stderr);
}

#[test]
fn uninstall_puts_back_exactly_what_was_there() {
    let repo = Repo::init(&[]);
    let dir = hooks_dir(&repo);
    repo.hook("pre-commit", "#!/bin/sh\n# \u{fc}\nexit 0");
    set_mode(&dir.join("pre-commit"), 0o750);
    fs::write(dir.join("pre-merge-commit"), b"\xff\x00 not executable\r\n").unwrap();
    set_mode(&dir.join("pre-merge-commit"), 0o604);
    symlink("nowhere/at all", dir.join("commit-msg")).unwrap();
    let before = snapshot(&dir);
    let said = repo.portcullis(&["install"]).text();
    assert!(said.contains("kept as pre-commit.portcullis-chained and runs first."), "{said}");
    for hook in ["pre-merge-commit", "commit-msg"] {
        assert!(said.contains(&format!("kept as {hook}.portcullis-chained and does not run, as before")), "{said}");
    }
    assert_ne!(snapshot(&dir), before);
    assert_guarded(&repo);
    let said = repo.portcullis(&["uninstall"]).text();
    assert!(said.contains("put the hook that was there before back"), "{said}");
    assert_eq!(snapshot(&dir), before);
    // Once more: there is nothing of ours any more.
    let said = repo.portcullis(&["uninstall"]).text();
    assert!(said.contains("pre-commit was not installed in"), "{said}");
    assert_eq!(snapshot(&dir), before);
}

#[test]
fn a_pre_push_hook_that_was_there_sees_every_line_and_comes_back() {
    // The first reads what git says, the second does not care: neither takes it from ours.
    for theirs in ["#!/bin/sh\ncat >> \"$HOME/seen\"\n", "#!/bin/sh\nexit 0\n"] {
        let repo = Repo::init(&[]);
        repo.hook("pre-push", theirs);
        repo.portcullis(&["install"]).text();
        assert_guarded(&repo);
        repo.portcullis(&["uninstall"]).text();
        assert_eq!(fs::read_to_string(hooks_dir(&repo).join("pre-push")).unwrap(), theirs);
        if theirs.contains("seen") {
            assert_eq!(fs::read_to_string(repo.beside("home/seen")).unwrap().lines().count(), 2);
        }
    }
    let repo = Repo::init(&[]);
    repo.hook("pre-push", "#!/bin/sh\nexit 3\n");
    repo.portcullis(&["install"]).text();
    repo.commit("more");
    let refused = push(&repo, "HEAD");
    assert!(!refused.ok && !refused.stderr.contains("portcullis"), "{}", refused.stderr);
}

#[test]
fn a_linked_hook_still_works_when_it_is_kept() {
    let repo = Repo::init(&[]);
    let ran = repo.beside("ran");
    write_script(&repo.dir.join("tools/check"), &format!("#!/bin/sh\ntouch '{}'\n", ran.display()));
    fs::create_dir_all(hooks_dir(&repo)).unwrap();
    symlink("../../tools/check", hooks_dir(&repo).join("pre-commit")).unwrap();
    repo.portcullis(&["install"]).text();
    commit_clean(&repo, 1).text();
    assert!(ran.exists());
    assert!(fs::symlink_metadata(hooks_dir(&repo).join("pre-commit.portcullis-chained")).unwrap().is_symlink());
}

#[test]
fn installing_twice_changes_nothing() {
    let repo = Repo::init(&[]);
    repo.hook("pre-commit", "#!/bin/sh\nexit 0\n");
    repo.portcullis(&["install"]).text();
    let once = snapshot(&hooks_dir(&repo));
    let said = repo.portcullis(&["install"]).text();
    assert!(said.contains("pre-commit is installed in") && !said.contains("Installed"), "{said}");
    assert_eq!(snapshot(&hooks_dir(&repo)), once);
}

#[test]
fn installing_again_mends_what_has_rotted() {
    let repo = Repo::init(&[]);
    repo.portcullis(&["install"]).text();
    let once = snapshot(&hooks_dir(&repo));
    set_mode(&hooks_dir(&repo).join("pre-commit"), 0o644);
    fs::remove_file(hooks_dir(&repo).join("commit-msg")).unwrap();
    let said = repo.portcullis(&["install"]).text();
    assert!(said.contains("Renewed pre-commit") && said.contains("Installed commit-msg"), "{said}");
    assert_eq!(snapshot(&hooks_dir(&repo)), once);
}

#[test]
fn changes_made_to_our_hook_are_not_lost_unasked() {
    let repo = Repo::init(&[]);
    repo.portcullis(&["install"]).text();
    let path = hooks_dir(&repo).join("pre-commit");
    let changed = fs::read_to_string(&path).unwrap().replace("exec ", "echo mine; exec ");
    fs::write(&path, &changed).unwrap();
    for command in ["install", "uninstall"] {
        let ran = repo.portcullis(&[command]);
        assert_eq!(ran.code, Some(2));
        assert!(ran.stderr.contains("changed since") && ran.stderr.contains("--force"), "{}", ran.stderr);
        assert_eq!(fs::read_to_string(&path).unwrap(), changed);
        assert!(hooks_dir(&repo).join("commit-msg").exists(), "all or nothing");
    }
    // Regression: the doctor called that "ok", which install and uninstall refuse to touch.
    let doctor = repo.portcullis(&["doctor"]);
    let told = String::from_utf8(doctor.stdout).unwrap();
    assert!(doctor.code == Some(1) && told.contains("pre-commit was changed since it was installed"), "{told}");
    assert!(told.contains("pre-commit blocks a made-up credential") && told.contains("install --force"), "{told}");
    repo.portcullis(&["install", "--force"]).text();
    assert_guarded(&repo);
    fs::write(&path, &changed).unwrap();
    repo.portcullis(&["uninstall", "--force"]).text();
    assert!(!path.exists());
}

#[test]
fn a_hook_that_somebody_wrote_over_ours_is_left_alone() {
    let repo = Repo::init(&[]);
    repo.hook("pre-commit", "#!/bin/sh\n# first\n");
    repo.portcullis(&["install"]).text();
    repo.hook("pre-commit", "#!/bin/sh\n# second\n");
    let before = snapshot(&hooks_dir(&repo));
    let ran = repo.portcullis(&["install"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("an earlier hook is kept in"), "{}", ran.stderr);
    assert_eq!(snapshot(&hooks_dir(&repo)), before);
    let ran = repo.portcullis(&["uninstall"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    let left = snapshot(&hooks_dir(&repo));
    assert!(left.iter().any(|(path, ..)| path.ends_with("pre-commit")));
    assert!(left.iter().any(|(path, ..)| path.ends_with("pre-commit.portcullis-chained")));
}

#[test]
fn all_is_looked_at_before_anything_is_written() {
    let repo = Repo::init(&[]);
    fs::create_dir_all(hooks_dir(&repo).join("commit-msg")).unwrap();
    let before = snapshot(&hooks_dir(&repo));
    let ran = repo.portcullis(&["install"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("commit-msg is no file"), "{}", ran.stderr);
    assert_eq!(snapshot(&hooks_dir(&repo)), before);
}

/// C38 of the project's notes on git.
#[test]
fn a_missing_program_blocks_the_commit_and_says_in_one_line_what_to_do() {
    let repo = Repo::init(&[]);
    let program = repo.beside("it's here/portcullis");
    fs::create_dir(program.parent().unwrap()).unwrap();
    place_program(&program);
    let ran = repo.command(&program).arg("install").output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    assert_guarded(&repo);

    fs::remove_file(&program).unwrap();
    let git = repo.command("sh").args(["-c", "command -v git"]).output().unwrap().stdout;
    let git = String::from_utf8(git).unwrap().trim().to_owned();
    repo.stage("clean.txt", "nothing\n");
    let commit = |path: &str| {
        let out = repo.command(&git).args(["commit", "-q", "-m", "x"]).env("PATH", path).output().unwrap();
        (out.status.success(), String::from_utf8(out.stderr).unwrap())
    };
    let (ok, said) = commit("/nowhere");
    assert!(!ok);
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("put portcullis on PATH"), "{said}");
    // One on PATH will do.
    let bin = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().unwrap();
    assert_eq!(commit(bin.to_str().unwrap()), (true, String::new()));
}

/// Regression: `install` of a release whose scripts differ refused to renew those of the one before, as if somebody had
/// changed them.
#[test]
fn scripts_of_another_release_are_renewed_and_taken_out() {
    let repo = Repo::init(&[]);
    repo.commit("first");
    repo.portcullis(&["install"]).text();
    let now = snapshot(&hooks_dir(&repo));
    let then = |hook: &portcullis::hook::Hook| {
        let script = Box::leak(format!("{}# its last line\n", hook.script).into_boxed_str());
        let old = portcullis::hook::Hook { script, name: hook.name, gate: hook.gate, canary: hook.canary };
        let text = portcullis::hook::script::render(&old, Path::new("/nowhere/portcullis"));
        repo.hook(hook.name, &String::from_utf8(text).unwrap());
    };
    portcullis::hook::HOOKS.iter().for_each(then);
    let said = repo.portcullis(&["install"]).text();
    assert_eq!(said.matches("Renewed ").count(), HOOKS.len(), "{said}");
    assert_eq!(snapshot(&hooks_dir(&repo)), now);
    portcullis::hook::HOOKS.iter().for_each(then);
    let said = repo.portcullis(&["uninstall"]).text();
    assert_eq!(said.matches("Removed ").count(), HOOKS.len(), "{said}");
}
