//! Where git looks for hooks: worktrees, `core.hooksPath`, strange and forbidden directories.

use std::fs;

use super::*;

#[test]
fn linked_worktrees_share_the_hooks_whichever_one_installs_them() {
    let mut repo = Repo::init(&[]);
    repo.commit("first");
    let (main, linked) = (repo.dir.clone(), repo.beside("linked"));
    repo.git(["worktree", "add", "-q", "-b", "other", linked.to_str().unwrap()]).text();
    repo.dir.clone_from(&linked);
    repo.portcullis(&["install"]).text();
    assert!(main.join(".git/hooks/pre-commit").exists());
    assert_guarded(&repo);
    repo.dir = main;
    assert_guarded(&repo);
}

#[test]
fn an_absolute_hooks_path_is_where_they_go() {
    let repo = Repo::init(&[]);
    let dir = repo.beside("the hooks");
    repo.git(["config", "core.hooksPath", dir.to_str().unwrap()]).text();
    // It is not there yet: git says nothing about that, and runs no hooks.
    commit_secret(&repo, 1).text();
    repo.portcullis(&["install"]).text();
    assert!(dir.join("pre-commit").exists() && !hooks_dir(&repo).join("pre-commit").exists());
    assert_guarded(&repo);
    repo.portcullis(&["uninstall"]).text();
    assert_eq!(fs::read_dir(&dir).unwrap().count(), 0);
}

#[test]
fn a_relative_hooks_path_is_relative_to_the_work_tree_and_not_to_where_we_are() {
    let mut repo = Repo::init(&[]);
    let top = repo.dir.clone();
    repo.ok("config core.hooksPath .githooks");
    repo.write("deep/down/file", "");
    repo.dir = top.join("deep/down");
    let said = repo.portcullis(&["install"]).text();
    assert!(said.contains("core.hooksPath is relative"), "{said}");
    assert!(top.join(".githooks/pre-commit").exists());
    assert_guarded(&repo);
}

#[test]
fn git_dir_and_work_tree_are_honoured() {
    let mut repo = Repo::init(&[]);
    let (git_dir, tree) = (repo.git_dir(), repo.dir.clone());
    repo.dir = repo.beside("home");
    repo.set_env("GIT_DIR", git_dir.to_str().unwrap());
    repo.set_env("GIT_WORK_TREE", tree.to_str().unwrap());
    repo.portcullis(&["install"]).text();
    assert!(git_dir.join("hooks/pre-commit").exists());
    assert_eq!(repo.portcullis(&["doctor"]).code, Some(0));
}

#[test]
fn a_hooks_path_that_switches_hooks_off_is_an_error() {
    let repo = Repo::init(&[]);
    repo.ok("config core.hooksPath /dev/null");
    let ran = repo.portcullis(&["install"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("/dev/null") && ran.stderr.contains("unset"), "{}", ran.stderr);
}

#[test]
fn what_keeps_git_from_running_hooks_is_told_with_its_own_remedy() {
    let repo = Repo::init(&[]);
    repo.git(["config", "core.hooksPath", ""]).text();
    let ran = repo.portcullis(&["install"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("git config --unset core.hooksPath"), "{}", ran.stderr);
    let ran = repo.portcullis(&["doctor"]);
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.code == Some(1) && said.contains("-> git config --local --unset core.hooksPath"), "{said}");
    repo.ok("config --unset core.hooksPath");
    // Nobody has set core.hooksPath: nothing is to be unset.
    let hooks = repo.git_dir().join("hooks");
    let _ = fs::remove_dir_all(&hooks);
    fs::write(&hooks, "").unwrap();
    let ran = repo.portcullis(&["install"]);
    assert!(ran.code == Some(2) && ran.stderr.contains("is a file and no directory"), "{}", ran.stderr);
    assert!(ran.stderr.contains("move it away") && !ran.stderr.contains("unset"), "{}", ran.stderr);
}

#[test]
fn a_repository_of_somebody_else_is_told_with_gits_remedy() {
    let mut repo = Repo::init(&[]);
    repo.set_env("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1");
    for command in ["install", "doctor"] {
        let ran = repo.portcullis(&[command]);
        let said = format!("{}{}", ran.stderr, String::from_utf8_lossy(&ran.stdout));
        assert!(ran.code == Some(2) && said.contains("--add safe.directory"), "{command}: {said}");
    }
}

#[test]
fn hooks_for_all_repositories_are_not_installed_by_accident() {
    let repo = Repo::init(&[]);
    let dir = repo.beside("everybodys");
    repo.git(["config", "--global", "core.hooksPath", dir.to_str().unwrap()]).text();
    let ran = repo.portcullis(&["install"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.contains("global") && ran.stderr.contains("--global"), "{}", ran.stderr);
    assert!(!dir.exists());
    repo.portcullis(&["install", "--force"]).text();
    assert_guarded(&repo);
    let said = repo.portcullis(&["install"]).text();
    assert!(said.contains("Nothing to do: core.hooksPath (global configuration)"), "{said}");
}

#[test]
fn strange_names_are_no_trouble() {
    for name in ["with space", "it's", "say \"hi\"", "new\nline", "$HOME `id`;", "-n", "\u{1b}[31m"] {
        let mut repo = Repo::init(&[]);
        let top = repo.beside(name);
        repo.git(["init", "-q", "-b", "main", top.to_str().unwrap()]).text();
        repo.dir.clone_from(&top);
        let program = top.join("portcullis");
        place_program(&program);
        let ran = repo.command(&program).arg("install").output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(ran.status.success(), "{name:?}: {}", String::from_utf8_lossy(&ran.stderr));
        assert_eq!(said.lines().count(), 5, "{said}");
        assert!(!said.contains('\u{1b}'), "{said:?}");
        let script = fs::read(top.join(".git/hooks/pre-commit")).unwrap();
        let quoted = format!("'{}'", program.to_str().unwrap().replace('\'', r"'\''"));
        assert!(String::from_utf8(script).unwrap().contains(&quoted), "{name:?}");
        assert_guarded(&repo);
        let doctor = repo.portcullis(&["doctor"]);
        assert_eq!(doctor.code, Some(0), "{name:?}: {}", String::from_utf8_lossy(&doctor.stdout));
        repo.portcullis(&["uninstall"]).text();
        commit_secret(&repo, 9).text();
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let repo = Repo::init(&[]);
    let dir = repo.beside("locked");
    fs::create_dir(&dir).unwrap();
    set_mode(&dir, 0o555);
    // Modes do not keep root out; the kernel's own file system does.
    let dir = if fs::write(dir.join("x"), "").is_ok() { PathBuf::from("/proc/sys/kernel") } else { dir };
    if !dir.is_dir() {
        eprintln!("not tested: no directory here that cannot be written");
        return;
    }
    repo.git(["config", "core.hooksPath", dir.to_str().unwrap()]).text();
    let ran = repo.portcullis(&["install"]);
    assert_eq!(ran.code, Some(2));
    assert!(ran.stderr.starts_with("error: not installed: cannot write"), "{}", ran.stderr);
    assert!(ran.stderr.contains(dir.to_str().unwrap()), "{}", ran.stderr);
}

#[test]
fn outside_of_a_repository_there_is_nothing_to_do() {
    let mut repo = Repo::init(&[]);
    repo.dir = repo.beside("home");
    let top = repo.beside("");
    repo.set_env("GIT_CEILING_DIRECTORIES", top.to_str().unwrap());
    for command in ["install", "uninstall", "doctor"] {
        let ran = repo.portcullis(&[command]);
        assert_eq!(ran.code, Some(2), "{command}");
        let said = format!("{}{}", ran.stderr, String::from_utf8_lossy(&ran.stdout));
        assert!(said.contains("this directory is in no git repository"), "{said}");
        assert!(!said.contains("rev-parse") && said.contains("git init"), "{said}");
    }
}
