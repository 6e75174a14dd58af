//! Getting the gate onto a server, and proving that it works there.

use std::fs;
use std::path::Path;

use portcullis::hook::server::RECIPES;

use super::pair::{Pair, blocked, token};
use crate::support::repo::Ran;

fn install(pair: &Pair, place: &Path, host: &str) -> Ran {
    pair.server.portcullis(&["install", "--server", place.to_str().unwrap(), "--host", host])
}

fn doctor(pair: &Pair, place: &Path, host: &str) -> Ran {
    pair.server.portcullis(&["doctor", "--server", place.to_str().unwrap(), "--host", host])
}

#[test]
fn every_host_gets_a_real_executable_file_that_rejects_a_canary() {
    let mut pair = Pair::new();
    pair.unguard();
    let policy = pair.policy_file().display().to_string();
    pair.server.set_env("PORTCULLIS_SERVER_CONFIG", policy);
    for recipe in RECIPES {
        let host = recipe.host.as_str();
        let place = if host == "bare" || host == "gitea" { pair.server.dir.clone() } else { pair.server.beside(host) };
        fs::create_dir_all(&place).unwrap();
        let ran = install(&pair, &place, host);
        assert!(ran.ok, "{host}: {}", ran.stderr);
        let path = recipe.path(&place);
        assert!(fs::symlink_metadata(&path).unwrap().is_file(), "{host}");
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert!(said.contains(path.file_name().unwrap().to_str().unwrap()), "{host}: {said}");
        let ran = doctor(&pair, &place, host);
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        if host == "gerrit" {
            assert_eq!(ran.code, Some(2), "{said}");
        } else {
            assert_eq!(ran.code, Some(0), "{host}: {said}");
            assert!(said.contains("a push with a made-up credential is rejected"), "{host}: {said}");
        }
        assert!(install(&pair, &place, host).ok, "{host}: once more changes nothing");
    }
}

#[test]
fn a_hook_that_was_there_runs_first_and_sees_every_line() {
    let pair = Pair::new();
    let seen = pair.server.beside("seen");
    pair.server.hook("pre-receive", &format!("#!/bin/sh\ncat > '{}'\n[ ! -e '{0}.no' ]\n", seen.display()));
    assert!(install(&pair, &pair.server.dir, "bare").ok);
    pair.client.stage("a", "clean");
    pair.client.commit("clean");
    assert!(pair.push("main main:refs/heads/b").ok);
    assert_eq!(fs::read_to_string(&seen).unwrap().lines().count(), 2);
    let secret = token(700);
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    blocked("ours", &pair.push("main"), &secret);
    pair.client.ok("reset -q --hard HEAD~1");
    pair.client.commit("clean");
    fs::write(format!("{}.no", seen.display()), "").unwrap();
    assert!(!pair.push("main").ok, "theirs");
}

fn uninstall(pair: &Pair, place: &Path, host: &str) -> Ran {
    pair.server.portcullis(&["uninstall", "--server", place.to_str().unwrap(), "--host", host])
}

#[test]
fn uninstall_takes_it_from_every_host_and_puts_back_what_was_there() {
    let pair = Pair::new();
    pair.unguard();
    for recipe in RECIPES {
        let host = recipe.host.as_str();
        let place = if host == "bare" || host == "gitea" { pair.server.dir.clone() } else { pair.server.beside(host) };
        let path = recipe.path(&place);
        let dir = path.parent().unwrap();
        fs::create_dir_all(dir).unwrap();
        let files = || fs::read_dir(dir).unwrap().count();
        let before = files();
        let ran = uninstall(&pair, &place, host);
        assert_eq!(ran.code, Some(0), "{host}: {}", ran.stderr);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("was not installed"), "{host}");

        let theirs = format!("#!/bin/sh\n# of {host}\nexit 0\n");
        fs::write(&path, &theirs).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o750)).unwrap();
        let ran = install(&pair, &place, host);
        if recipe.hook.name == "portcullis" {
            // One file among others: nothing is chained, so nothing may be pushed aside.
            assert_eq!(ran.code, Some(2), "{host}");
            assert!(ran.stderr.contains("was not written by portcullis"), "{host}: {}", ran.stderr);
            assert_eq!(fs::read_to_string(&path).unwrap(), theirs, "{host}");
            fs::remove_file(&path).unwrap();
            assert!(install(&pair, &place, host).ok, "{host}");
            assert!(uninstall(&pair, &place, host).ok, "{host}");
            assert!(!path.exists(), "{host}");
            continue;
        }
        assert!(ran.ok, "{host}: {}", ran.stderr);
        let ran = uninstall(&pair, &place, host);
        assert!(String::from_utf8_lossy(&ran.stdout).contains("put the hook that was there before back"), "{host}");
        assert_eq!(fs::read_to_string(&path).unwrap(), theirs, "{host}");
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&path).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o750, "{host}");
        assert_eq!(files(), before + 1, "{host}");
        fs::remove_file(&path).unwrap();
    }
    // Without a hook, a push goes through again.
    let secret = token(701);
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    assert!(pair.push("main").ok);
}

#[test]
fn gerrits_own_hook_is_still_run() {
    let pair = Pair::new();
    let place = pair.server.beside("gerrit");
    let ran = pair.server.beside("ran");
    fs::create_dir_all(place.join("hooks")).unwrap();
    let hook = place.join("hooks/ref-update");
    fs::write(&hook, format!("#!/bin/sh\necho \"$2\" > '{}'\nexit 5\n", ran.display())).unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    assert!(install(&pair, &place, "gerrit").ok);
    let status = pair.server.command(&hook).args(["--refname", "refs/heads/x"]).status().unwrap();
    assert_eq!(status.code(), Some(5));
    assert_eq!(fs::read_to_string(&ran).unwrap(), "refs/heads/x\n");
}

#[test]
fn r46_the_doctor_sees_what_git_is_silent_about() {
    let pair = Pair::new();
    let hook = pair.server.dir.join("hooks/pre-receive");
    let see = |said: &str| {
        let ran = doctor(&pair, &pair.server.dir, "bare");
        let text = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert_eq!(ran.code, Some(1), "{said}: {text}");
        assert!(text.contains(said), "{said}: {text}");
    };
    fs::remove_file(&hook).unwrap();
    see("every push is let through");
    std::os::unix::fs::symlink("/nowhere", &hook).unwrap();
    see("a link that leads nowhere");
    fs::remove_file(&hook).unwrap();
    assert!(install(&pair, &pair.server.dir, "bare").ok);
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o644)).unwrap();
    see("is not executable");
    fs::write(&hook, "#!/bin/sh\nexit 0\n").unwrap();
    std::fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    see("a push with a made-up credential went through");
    pair.server.ok("config core.hooksPath /nowhere");
    see("which is missing");
}

#[test]
fn every_host_has_its_files_and_no_file_is_unlisted() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/hosts");
    let mut files: Vec<String> =
        fs::read_dir(dir).unwrap().map(|f| f.unwrap().file_name().into_string().unwrap()).collect();
    files.sort();
    let mut wanted: Vec<String> = RECIPES.iter().map(|recipe| format!("{}.md", recipe.host)).collect();
    wanted.extend(RECIPES.iter().map(|recipe| recipe.hook.name.to_owned()));
    wanted.sort();
    wanted.dedup();
    assert_eq!(files, wanted);
    let repo = crate::support::Repo::init(&[]);
    for recipe in RECIPES {
        fs::write(repo.dir.join("script"), recipe.hook.script).unwrap();
        assert!(repo.command("sh").args(["-n", "script"]).status().unwrap().success());
        assert!(recipe.hook.script.is_ascii() && recipe.text.lines().all(|line| line.len() <= 120));
    }
}

/// Regression: the doctor did not look at the policy, and wrote its trial into the server's audit log.
#[test]
fn the_doctor_reads_the_policy_tries_the_log_and_leaves_nothing_in_it() {
    let mut pair = Pair::new();
    let policy = pair.policy_file().display().to_string();
    pair.server.set_env("PORTCULLIS_SERVER_CONFIG", policy);
    let place = pair.server.dir.clone();
    pair.unguard();
    assert!(install(&pair, &place, "bare").ok);
    let log = pair.server.beside("audit.jsonl");
    let see = |pair: &Pair, text: &str, code: i32, said: &[&str]| {
        pair.policy(text);
        let ran = doctor(pair, &place, "bare");
        let told = String::from_utf8_lossy(&ran.stdout).into_owned();
        assert_eq!(ran.code, Some(code), "{told}");
        for said in said {
            assert!(told.contains(said), "{said}: {told}");
        }
        let check = pair.server.portcullis(&["config", "check", "--server"]);
        (told, check)
    };
    let audited = format!("[audit]\nfile = {log:?}\n");
    let (_, check) = see(&pair, &audited, 0, &["can be written", "is rejected"]);
    assert!(check.ok, "{}", check.stderr);
    assert!(!log.exists(), "neither a line nor a file");
    fs::write(&log, "one line\n").unwrap();
    // What is said of this very repository holds in the trial, and nothing of another.
    let own = format!(
        "{audited}[[repository]]\npath = \"/elsewhere\"\nmode = \"off\"\n[[repository]]\npath = {place:?}\nmode = \"report-only\"\n[repository.audit]\nfile = {log:?}\n"
    );
    let _ = see(&pair, &own, 0, &["told and let through: mode is report-only"]);
    assert_eq!(fs::read_to_string(&log).unwrap(), "one line\n");
    let _ = see(&pair, "mode = \"off\"\n", 1, &["mode = \"off\" here", "let through"]);
    let (_, check) = see(
        &pair,
        "mode = \"loud\"\n",
        1,
        &["problem  the server's policy makes no sense", "a clean push is rejected"],
    );
    assert!(!check.ok && check.stderr.contains(":1:8: "), "{}", check.stderr);
    let (_, check) = see(&pair, "rules = [\"/no/such/file.toml\"]\n", 1, &["problem  cannot read the rule file"]);
    assert!(!check.ok && check.stderr.contains("/no/such/file.toml"), "{}", check.stderr);
    let nowhere = pair.server.beside("no/such/dir/log");
    let _ = see(
        &pair,
        &format!("[audit]\nfile = {nowhere:?}\n"),
        1,
        &["cannot be written, so pushes that are to be noted"],
    );
}
