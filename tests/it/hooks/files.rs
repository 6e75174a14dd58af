//! The files under `hooks/` and those of the frameworks: none is unlisted, and what they run there is.

use std::collections::BTreeSet;
use std::fs;

use portcullis::hook;

use super::*;

fn names(dir: &str) -> BTreeSet<String> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(dir);
    let name = |entry: std::io::Result<fs::DirEntry>| entry.expect("listed").file_name().into_string().expect("UTF-8");
    fs::read_dir(dir).expect("it works").map(name).collect()
}

#[test]
fn every_script_and_snippet_is_one_that_the_program_has() {
    assert_eq!(names("hooks/git"), hook::HOOKS.iter().map(|hook| hook.name.to_owned()).collect());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/frameworks");
    // It has no hooks that `install` could meet: others' hooks call it.
    let others = BTreeSet::from(["lint-staged.config.mjs".to_owned()]);
    let snippets = names("hooks/frameworks");
    assert!(snippets.is_superset(&others));
    let texts: Vec<String> = snippets.difference(&others).map(|n| fs::read_to_string(root.join(n)).unwrap()).collect();
    assert_eq!(texts.len(), hook::managers::MANAGERS.len());
    for manager in hook::managers::MANAGERS {
        assert!(texts.iter().any(|text| text == manager.snippet), "{}", manager.name);
    }
}

#[test]
fn what_scripts_and_snippets_run_are_commands_that_there_are() {
    let repo = Repo::init(&[]);
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml")).unwrap();
    let mut commands: BTreeSet<&str> = hook::HOOKS.iter().map(|hook| hook.gate).collect();
    for text in hook::managers::MANAGERS.iter().map(|manager| manager.snippet).chain([manifest.as_str()]) {
        let after = text.split("portcullis ").skip(1).filter_map(|rest| rest.split([' ', '\n', '\\']).next());
        commands.extend(after.filter(|word| word.starts_with(|c: char| c.is_ascii_lowercase()) && word.contains('-')));
    }
    assert_eq!(commands, BTreeSet::from(["commit-msg", "pre-commit", "pre-push"]));
    for command in commands {
        repo.portcullis(&[command, "--help"]).text();
    }
}

/// The scripts are plain sh: a shell that knows nothing else reads them.
#[test]
fn the_shell_reads_the_scripts() {
    let repo = Repo::init(&[]);
    for name in names("hooks/git") {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("hooks/git").join(name);
        assert!(repo.command("sh").arg("-n").arg(path).status().unwrap().success());
    }
}
