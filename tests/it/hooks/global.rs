//! `--global`, each time in a home of its own.

use std::fs;

use super::*;

fn home() -> Repo {
    let mut repo = Repo::init(&[]);
    let data = repo.beside("data dir");
    repo.set_env("XDG_DATA_HOME", data.to_str().expect("UTF-8"));
    repo
}

/// Whether this git runs hooks that its configuration names: then they go there, wherever else they could.
fn has_configured_hooks(repo: &Repo) -> bool {
    let version = repo.ok("version");
    let mut numbers = version.trim_start_matches("git version ").split('.').map(str::parse::<u32>);
    let (Some(Ok(major)), Some(Ok(minor))) = (numbers.next(), numbers.next()) else { panic!("{version}") };
    (major, minor) >= (2, 54)
}

/// Makes another repository in the same home.
fn another(repo: &mut Repo, name: &str) {
    let dir = repo.beside(name);
    repo.git(["init", "-q", "-b", "main", dir.to_str().expect("UTF-8")]).text();
    repo.dir = dir;
}

#[test]
fn repositories_made_afterwards_are_guarded_and_uninstall_leaves_no_trace() {
    let mut repo = home();
    let said = repo.portcullis(&["install", "--global"]).text();
    assert!(said.contains("git configuration"), "{said}");
    let again = repo.portcullis(&["install", "--global"]).text();
    assert!(!again.contains("Installed"), "{again}");
    another(&mut repo, "second");
    assert_guarded(&repo);
    let doctor = repo.portcullis(&["doctor"]);
    assert_eq!(doctor.code, Some(0), "{}", String::from_utf8_lossy(&doctor.stdout));
    if !has_configured_hooks(&repo) {
        // Git's own template has this file, and tools count on its directory.
        assert!(repo.git_dir().join("info/exclude").exists());
    }
    repo.portcullis(&["uninstall", "--global"]).text();
    let config = fs::read_to_string(repo.beside("home/.gitconfig")).unwrap_or_default();
    assert!(!config.contains("portcullis"), "{config}");
    assert!(!repo.beside("data dir/portcullis/git-template").exists());
    another(&mut repo, "third");
    commit_secret(&repo, 1).text();
    let said = repo.portcullis(&["uninstall", "--global"]).text();
    assert!(said.contains("Nothing was installed"), "{said}");
}

#[test]
fn a_global_hooks_path_is_used_and_not_fought() {
    let mut repo = home();
    if has_configured_hooks(&repo) {
        eprintln!("not tested: this git has configured hooks");
        return;
    }
    let dir = repo.beside("my hooks");
    write_script(&dir.join("pre-commit"), "#!/bin/sh\nexit 0\n");
    let before = snapshot(&dir);
    repo.git(["config", "--global", "core.hooksPath", dir.to_str().unwrap()]).text();
    let said = repo.portcullis(&["install", "--global"]).text();
    assert!(said.contains("kept as pre-commit.portcullis-chained"), "{said}");
    assert_eq!(repo.ok("config --global core.hooksPath"), dir.to_str().unwrap());
    another(&mut repo, "second");
    assert_guarded(&repo);
    repo.portcullis(&["uninstall", "--global"]).text();
    assert_eq!(snapshot(&dir), before);
}

#[test]
fn a_template_of_ones_own_is_added_to_and_stays() {
    let mut repo = home();
    if has_configured_hooks(&repo) {
        eprintln!("not tested: this git has configured hooks");
        return;
    }
    let dir = repo.beside("template");
    write_script(&dir.join("hooks/commit-msg"), "#!/bin/sh\nexit 0\n");
    fs::write(dir.join("description"), "mine\n").unwrap();
    let before = snapshot(&dir.join("hooks"));
    repo.git(["config", "--global", "init.templateDir", dir.to_str().unwrap()]).text();
    repo.portcullis(&["install", "--global"]).text();
    another(&mut repo, "second");
    assert_eq!(fs::read_to_string(repo.git_dir().join("description")).unwrap(), "mine\n");
    assert_guarded(&repo);
    repo.portcullis(&["uninstall", "--global"]).text();
    assert_eq!(snapshot(&dir.join("hooks")), before);
    assert_eq!(repo.ok("config --global init.templateDir"), dir.to_str().unwrap());
}
