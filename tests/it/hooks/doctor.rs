//! `doctor`: the silent failures, each made for real, and the canary.

use std::fs;
use std::os::unix::fs::symlink;

use portcullis::hook;

use super::*;

fn installed() -> Repo {
    let repo = Repo::init(&[]);
    repo.commit("first");
    repo.portcullis(&["install"]).text();
    repo
}

/// Demands that doctor finds a problem, and names it and its remedy on one line.
#[track_caller]
fn assert_problem(repo: &Repo, text: &str, mend: &str) {
    let ran = repo.portcullis(&["doctor"]);
    let said = String::from_utf8(ran.stdout).expect("UTF-8");
    assert_eq!(ran.code, Some(1), "{said}{}", ran.stderr);
    let fits = |line: &str| {
        line.starts_with("problem ")
            && line.contains(text)
            && line.split_once(" -> ").is_some_and(|(_, end)| end.contains(mend))
    };
    assert!(said.lines().any(fits), "{said}");
}

#[test]
fn a_healthy_guard_is_proven_and_nothing_is_left_behind() {
    let mut repo = installed();
    let tmp = repo.beside("tmp");
    fs::create_dir(&tmp).unwrap();
    repo.set_env("TMPDIR", tmp.to_str().unwrap());
    // What the user works on must not be touched, and hooks that were kept know only this repository.
    repo.stage("staged.txt", "staged\n");
    repo.write("staged.txt", "and changed\n");
    repo.hook("pre-commit.portcullis-chained", "#!/bin/sh\ntest -f staged.txt\n");
    let before =
        (snapshot(&hooks_dir(&repo)), fs::read(repo.git_dir().join("index")).unwrap(), repo.ok("rev-parse HEAD"));
    let ran = repo.portcullis(&["doctor"]);
    let said = String::from_utf8(ran.stdout).unwrap();
    assert_eq!(ran.code, Some(0), "{said}{}", ran.stderr);
    assert!(said.contains("a clean commit goes through"), "{said}");
    for hook in HOOKS {
        assert!(said.contains(&format!("{hook} blocks a made-up credential")), "{said}");
    }
    let after =
        (snapshot(&hooks_dir(&repo)), fs::read(repo.git_dir().join("index")).unwrap(), repo.ok("rev-parse HEAD"));
    assert_eq!(after, before);
    assert_eq!(fs::read_dir(&tmp).unwrap().count(), 0);
}

#[test]
fn no_hooks_at_all() {
    let repo = Repo::init(&[]);
    assert_problem(&repo, "there is no pre-commit hook in", "portcullis install");
}

#[test]
fn a_hook_that_is_not_executable() {
    let repo = installed();
    let path = hooks_dir(&repo).join("pre-commit");
    set_mode(&path, 0o644);
    assert!(commit_secret(&repo, 1).ok, "git ignores it");
    assert_problem(&repo, "is not executable", &format!("chmod +x {}", path.display()));
}

#[test]
fn a_hook_that_its_owner_switched_off_is_not_to_be_switched_on() {
    let repo = installed();
    let path = hooks_dir(&repo).join("commit-msg");
    fs::write(&path, "#!/bin/sh\nexit 1\n").unwrap();
    set_mode(&path, 0o644);
    assert_problem(&repo, "was not written by portcullis and is not executable", "portcullis install");
    let said = repo.portcullis(&["doctor"]).stdout;
    assert!(!String::from_utf8_lossy(&said).contains("chmod"), "it would be switched on");
}

#[test]
fn a_configuration_or_baseline_that_stops_every_commit() {
    for (file, staged) in [(".portcullis.toml", true), (".portcullis.toml", false), (".portcullis.baseline", true)] {
        let repo = installed();
        assert_eq!(repo.portcullis(&["doctor"]).code, Some(0));
        if staged {
            repo.stage(file, "what = 1\n");
            assert!(!commit_clean(&repo, 1).ok, "{file} stops it");
            assert_problem(&repo, "as staged: ", "git add");
        } else {
            repo.write(file, "what = 1\n");
            assert_problem(&repo, "in the work tree: ", "portcullis config check");
        }
    }
}

#[test]
fn in_a_bare_repository_it_is_the_gate_of_a_server_that_is_looked_at() {
    let mut repo = Repo::init(&["--bare"]);
    assert_problem(&repo, "every push is let through", "portcullis install --server");
    let ran = repo.portcullis(&["install"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("portcullis install --server ."), "{}", ran.stderr);
    assert!(!repo.dir.join("hooks/pre-commit").exists());
    repo.portcullis(&["install", "--server", "."]).text();
    assert_eq!(repo.portcullis(&["doctor"]).code, Some(0));
    // Where work trees are linked to it, people commit.
    let tree = repo.beside("tree");
    repo.git(["worktree", "add", "-q", "--orphan", "-b", "main", tree.to_str().unwrap()]).text();
    repo.portcullis(&["install"]).text();
    repo.dir = tree;
    assert_guarded(&repo);
}

#[test]
fn a_link_that_leads_nowhere() {
    let repo = installed();
    let path = hooks_dir(&repo).join("commit-msg");
    fs::remove_file(&path).unwrap();
    symlink("/nowhere/commit-msg", &path).unwrap();
    assert_problem(&repo, "is a link that leads nowhere", "portcullis install");
}

#[test]
fn a_hook_of_somebody_else() {
    let repo = installed();
    repo.hook("pre-commit", "#!/bin/sh\nexit 0\n");
    assert_problem(&repo, "does not run portcullis", "portcullis install");
}

#[test]
fn a_hook_that_looks_right_and_is_gutted() {
    let repo = installed();
    let path = hooks_dir(&repo).join("pre-commit");
    let gutted = fs::read_to_string(&path).unwrap().replacen("guard=", "exit 0\nguard=", 1);
    fs::write(&path, gutted).unwrap();
    assert_problem(&repo, "pre-commit let a made-up credential through", "");
}

#[test]
fn a_hooks_path_that_leads_elsewhere() {
    let repo = installed();
    repo.git(["config", "--global", "core.hooksPath", repo.beside("home").to_str().unwrap()]).text();
    assert!(commit_secret(&repo, 1).ok, "git does not run ours");
    assert_problem(&repo, "instead of", "git config --global --unset core.hooksPath");
}

#[test]
fn a_hooks_path_that_leads_nowhere() {
    let repo = installed();
    repo.ok("config core.hooksPath .missing");
    assert_problem(&repo, "which is not there", "portcullis install");
    repo.ok("config core.hooksPath /dev/null");
    assert_problem(&repo, "which is no directory", "git config --local --unset core.hooksPath");
}

/// Regression: the remedy told was `portcullis install`, which refuses there.
#[test]
fn a_hooks_path_of_all_repositories_that_leads_nowhere() {
    let repo = Repo::init(&[]);
    repo.commit("first");
    let missing = repo.beside("missing hooks");
    repo.git(["config", "--global", "core.hooksPath", missing.to_str().unwrap()]).text();
    assert_problem(&repo, "which is not there", "portcullis install --global");
    assert_problem(&repo, "there is no pre-commit hook", "portcullis install --global");
    assert!(!repo.portcullis(&["install"]).ok);
    repo.portcullis(&["install", "--global"]).text();
    assert_eq!(repo.portcullis(&["doctor"]).code, Some(0));
    assert_guarded(&repo);
}

#[test]
fn a_relative_hooks_path_that_another_work_tree_has_not() {
    let repo = Repo::init(&[]);
    repo.commit("first");
    repo.ok("config core.hooksPath .githooks");
    repo.portcullis(&["install"]).text();
    assert_eq!(repo.portcullis(&["doctor"]).code, Some(0));
    let linked = repo.beside("linked tree");
    repo.git(["worktree", "add", "-q", "-b", "other", linked.to_str().unwrap()]).text();
    assert_problem(&repo, "has no such hooks", &format!("cd '{}' && portcullis install", linked.display()));
}

#[test]
fn a_program_that_is_gone_or_of_another_version() {
    let repo = installed();
    let old = repo.beside("old/portcullis");
    write_script(&old, "#!/bin/sh\necho portcullis 0.0.1\n");
    for each in hook::HOOKS {
        fs::write(each.path(&hooks_dir(&repo)), hook::script::render(each, &old)).unwrap();
    }
    assert_problem(&repo, "(portcullis 0.0.1)", "portcullis install");
    fs::remove_file(&old).unwrap();
    assert_problem(&repo, "is gone", "portcullis install");
}
