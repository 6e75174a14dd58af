//! pre-commit, prek, husky, lefthook and lint-staged, as `hooks/frameworks/` and `.pre-commit-hooks.yaml` tell people
//! to set them up.

use std::fs;
use std::path::{Path, PathBuf};

use super::tools::{Tools, tools};
use crate::support::Repo;
use crate::support::draw::Draw;
use crate::support::repo::Ran;

fn secret(seed: u64) -> String {
    format!("github_token = \"{}\"\n", Draw(seed).token())
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn recipe(name: &str) -> String {
    fs::read_to_string(root().join("hooks/frameworks").join(name)).expect("the recipe")
}

/// A repository with a remote of its own; portcullis and the managers are on its `PATH`.
fn repo(tools: &Tools) -> Repo {
    let mut repo = Repo::init(&[]);
    let ours = Path::new(env!("CARGO_BIN_EXE_portcullis")).parent().expect("a directory");
    let path = [ours, &tools.python, &tools.node.join(".bin")].map(|dir| dir.display().to_string()).join(":");
    repo.set_env("PATH", format!("{path}:{}", std::env::var("PATH").expect("a path")));
    // A developer's own settings of these must not reach the test.
    for name in ["HUSKY", "LEFTHOOK", "SKIP", "PRE_COMMIT", "PRE_COMMIT_HOME", "PREK_HOME"] {
        assert!(std::env::var_os(name).is_none(), "{name} is set here: unset it, or the recipes mean nothing");
    }
    let server = repo.beside("server.git");
    repo.git(["init", "-q", "--bare", server.to_str().expect("UTF-8")]).text();
    repo.git(["remote", "add", "origin", server.to_str().expect("UTF-8")]).text();
    repo
}

fn run(repo: &Repo, program: impl Into<PathBuf>, args: &[&str]) {
    let program = program.into();
    let output = repo.command(&program).args(args).output().expect("the manager runs");
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    assert!(output.status.success(), "{} {args:?}: {said}", program.display());
}

/// What was said on either stream: managers hand on what hooks say as they like.
fn said(ran: &Ran) -> String {
    format!("{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr)
}

#[track_caller]
fn assert_blocked(ran: &Ran, words: &str) {
    assert!(!ran.ok && said(ran).contains(words), "{}", said(ran));
}

/// Files: one with a credential is kept out, one without is let in.
#[track_caller]
fn assert_commits(repo: &Repo) {
    repo.stage("clean.txt", "nothing of worth\n");
    let ran = repo.git(["commit", "-q", "-m", "clean"]);
    assert!(ran.ok, "{}", said(&ran));
    repo.stage("secret.txt", secret(1));
    assert_blocked(&repo.git(["commit", "-q", "-m", "bad"]), "portcullis: commit blocked: 1 credential");
    repo.ok("rm -q -f --cached secret.txt");
}

/// All four stages.
#[track_caller]
fn assert_guarded(repo: &Repo) {
    assert_commits(repo);
    assert_blocked(&repo.git(["commit", "-q", "--allow-empty", "-m", &secret(2)]), "commit message");
    // A clean merge brings in what came by without a hook.
    repo.ok("checkout -q -b side");
    repo.stage("side.txt", secret(3));
    repo.commit("bad");
    repo.ok("checkout -q main");
    repo.stage("other.txt", "other\n");
    repo.commit("other");
    assert_blocked(&repo.git(["merge", "--no-edit", "side"]), "portcullis: commit blocked: 1 credential");
    repo.ok("reset -q --hard");
    // What is pushed: the whole of a new branch, then what is new on it.
    assert_blocked(&repo.git(["push", "origin", "side"]), "portcullis: push blocked: 1 credential");
    let ran = repo.git(["push", "origin", "main"]);
    assert!(ran.ok, "{}", said(&ran));
    repo.stage("later.txt", secret(4));
    repo.commit("bad");
    assert_blocked(&repo.git(["push", "origin", "main"]), "portcullis: push blocked: 1 credential");
    repo.ok("reset -q --hard HEAD~1");
    repo.stage("later.txt", "fine\n");
    repo.commit("fine");
    let ran = repo.git(["push", "origin", "main"]);
    assert!(ran.ok, "{}", said(&ran));
}

#[test]
fn pre_commit_and_prek_with_the_installed_program() {
    let Some(tools) = tools() else { return };
    for program in ["pre-commit", "prek"] {
        let repo = repo(tools);
        repo.stage(".pre-commit-config.yaml", recipe("pre-commit.yaml"));
        repo.commit("configuration");
        run(&repo, tools.python.join(program), &["install"]);
        assert_guarded(&repo);
    }
}

#[test]
fn pre_commit_and_prek_with_the_hooks_of_this_repository() {
    let Some(tools) = tools() else { return };
    // What they clone: a repository that has this one's manifest.
    let ours = Repo::init(&[]);
    let manifest = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the manifest");
    ours.stage(".pre-commit-hooks.yaml", &manifest);
    let revision = ours.commit("manifest");
    run(&repo(tools), tools.python.join("pre-commit"), &["validate-manifest", &path(&ours, ".pre-commit-hooks.yaml")]);
    let config = format!(
        "default_install_hook_types: [pre-commit, pre-merge-commit, commit-msg, pre-push]\nrepos:\n  \
         - repo: {}\n    rev: {revision}\n    hooks:\n      - id: portcullis-system\n      \
         - id: portcullis-message-system\n      - id: portcullis-push-system\n",
        ours.dir.display()
    );
    for program in ["pre-commit", "prek"] {
        let repo = repo(tools);
        repo.stage(".pre-commit-config.yaml", &config);
        repo.commit("configuration");
        run(&repo, tools.python.join(program), &["install", "--install-hooks"]);
        assert_guarded(&repo);
    }
}

fn path(repo: &Repo, name: &str) -> String {
    repo.dir.join(name).display().to_string()
}

/// The hooks that build the program are too slow for a test: they are the others, but for the language.
#[test]
fn each_hook_of_this_repository_is_there_in_both_languages() {
    let manifest = fs::read_to_string(root().join(".pre-commit-hooks.yaml")).expect("the manifest");
    let hooks: Vec<Vec<&str>> = manifest.split("- id: ").skip(1).map(|hook| hook.lines().collect()).collect();
    let is_about =
        |line: &&str| ["entry", "stages", "pass_filenames", "always_run"].iter().any(|key| line.contains(key));
    let about =
        |hook: &[&str]| hook.iter().filter(|line| is_about(line)).map(|line| (*line).to_owned()).collect::<Vec<_>>();
    for name in ["portcullis", "portcullis-message", "portcullis-push"] {
        let find = |id: &str| hooks.iter().find(|hook| hook[0] == id).unwrap_or_else(|| panic!("no hook {id}"));
        let (built, there) = (find(name), find(&format!("{name}-system")));
        assert!(built.contains(&"  language: rust") && there.contains(&"  language: system"), "{name}");
        assert_eq!(about(built), about(there));
    }
    assert_eq!(hooks.len(), 6);
}

/// The packages of npm, where a project has them.
fn with_packages(tools: &Tools) -> Repo {
    let repo = repo(tools);
    std::os::unix::fs::symlink(&tools.node, repo.dir.join("node_modules")).expect("linked");
    repo.stage(".gitignore", "node_modules\n");
    repo.stage("package.json", "{\"name\": \"a\", \"private\": true}\n");
    repo.commit("packages");
    repo
}

#[test]
fn husky() {
    let Some(tools) = tools() else { return };
    let repo = with_packages(tools);
    run(&repo, "husky", &[]);
    run(&repo, "sh", &["-c", &recipe("husky.sh")]);
    repo.ok("add .husky");
    repo.commit("hooks");
    assert_guarded(&repo);
}

#[test]
fn lefthook() {
    let Some(tools) = tools() else { return };
    let repo = with_packages(tools);
    repo.stage("lefthook.yml", recipe("lefthook.yml"));
    repo.commit("configuration");
    run(&repo, "lefthook", &["install"]);
    assert_guarded(&repo);
}

/// lint-staged runs before a commit and at no other time, and hooks call it: here husky's.
#[test]
fn lint_staged() {
    let Some(tools) = tools() else { return };
    let repo = with_packages(tools);
    run(&repo, "husky", &[]);
    repo.stage(".husky/pre-commit", "lint-staged\n");
    repo.stage("lint-staged.config.mjs", recipe("lint-staged.config.mjs"));
    repo.commit("configuration");
    assert_commits(&repo);
}

/// Without what git says on standard input, and without what the framework says instead, nobody knows what is pushed.
#[test]
fn a_framework_that_does_not_say_what_is_pushed_is_no_empty_push() {
    let mut repo = Repo::init(&[]);
    repo.commit("first");
    assert_eq!(repo.portcullis(&["pre-push", "origin", "elsewhere"]).code, Some(0), "git pushes nothing");
    repo.set_env("PRE_COMMIT", "1");
    let ran = repo.portcullis(&["pre-push"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("error: the pre-commit framework does not say what is pushed\nhint: "),
        "{}",
        ran.stderr
    );
    repo.stage("s", secret(9));
    repo.commit("bad");
    repo.set_env("PRE_COMMIT_TO_REF", "HEAD");
    assert_eq!(repo.portcullis(&["pre-push"]).code, Some(1));
    repo.set_env("PRE_COMMIT_FROM_REF", "HEAD");
    assert_eq!(repo.portcullis(&["pre-push"]).code, Some(0));
    repo.set_env("PRE_COMMIT_TO_REF", "nowhere");
    assert_eq!(repo.portcullis(&["pre-push"]).code, Some(2));
}
