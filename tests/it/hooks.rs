//! `install`, `uninstall` and `doctor` with real git: git itself is asked whether a commit goes through.

mod doctor;
mod files;
mod global;
mod install;
mod managers;
mod places;

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Repo;
use crate::support::draw::Draw;
use crate::support::repo::Ran;

const HOOKS: [&str; 4] = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];

/// A line with a credential that was never seen before.
fn secret(seed: u64) -> String {
    format!("github_token = \"{}\"\n", Draw(seed).token())
}

/// Commits a credential through the hooks.
fn commit_secret(repo: &Repo, seed: u64) -> Ran {
    repo.stage(&format!("secret-{seed}.txt"), secret(seed));
    let ran = repo.git(["commit", "-q", "-m", "a change"]);
    repo.git(["rm", "-q", "-f", "--cached", &format!("secret-{seed}.txt")]).text();
    ran
}

/// Commits something harmless through the hooks.
fn commit_clean(repo: &Repo, seed: u64) -> Ran {
    repo.stage(&format!("clean-{seed}.txt"), "nothing of worth\n");
    repo.git(["commit", "-q", "-m", "a change"])
}

/// Demands that the gates block credentials, and nothing else.
#[track_caller]
fn assert_guarded(repo: &Repo) {
    let blocked = commit_secret(repo, 7);
    assert!(!blocked.ok && blocked.stderr.contains("portcullis: commit blocked: 1 credential"), "{}", blocked.stderr);
    commit_clean(repo, 7).text();
    let message = repo.git(["commit", "-q", "--allow-empty", "-m", &secret(8)]);
    assert!(!message.ok && message.stderr.contains("commit message"), "{}", message.stderr);
    // What no other hook sees: commits made without any.
    let clean = repo.ok("commit-tree -m clean HEAD^{tree}");
    let unseen = repo.git(["commit-tree", "-m", &secret(9), "HEAD^{tree}"]).text();
    let pushed = push(repo, &unseen);
    assert!(!pushed.ok && pushed.stderr.contains("push blocked: 1 credential"), "{}", pushed.stderr);
    push(repo, &clean).text();
}

/// Pushes that to a branch of a repository beside this one.
fn push(repo: &Repo, what: &str) -> Ran {
    let remote = repo.beside("remote.git");
    if !remote.exists() {
        repo.git(["init", "-q", "--bare", remote.to_str().expect("UTF-8")]).text();
    }
    repo.git(["push", "-q", remote.to_str().expect("UTF-8"), &format!("+{what}:refs/heads/main")])
}

/// Makes a file executable, or not.
#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("mode set");
}

#[cfg(unix)]
fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    fs::symlink_metadata(path).expect("there").permissions().mode() & 0o7777
}

/// Writes an executable file.
fn write_script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
    fs::write(path, text).expect("written");
    set_mode(path, 0o755);
}

/// Puts the program under test there, too. (A copy that this process writes could be open in a child of another test,
/// and what is open for writing cannot be run.)
fn place_program(at: &Path) {
    let program = env!("CARGO_BIN_EXE_portcullis");
    fs::hard_link(program, at).or_else(|_| fs::copy(program, at).map(drop)).expect("the program");
}

fn hooks_dir(repo: &Repo) -> PathBuf {
    repo.git_dir().join("hooks")
}

/// Everything in a directory: names, modes, contents and targets of links.
fn snapshot(dir: &Path) -> Vec<(PathBuf, u32, Vec<u8>)> {
    let mut found: Vec<_> = fs::read_dir(dir)
        .expect("listed")
        .map(|entry| {
            let path = entry.expect("entry").path();
            let content = match fs::read_link(&path) {
                Ok(target) => target.into_os_string().into_encoded_bytes(),
                Err(_) => fs::read(&path).unwrap_or_default(),
            };
            (path.clone(), mode(&path), content)
        })
        .collect();
    found.sort();
    found
}
