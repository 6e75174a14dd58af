//! `history`, on real repositories: what is walked, what is told of each credential, and how it ends.

mod damage;
mod ends;
#[cfg(unix)]
mod formats;
#[cfg(unix)]
mod ledger;
mod oracle;
mod part;
mod provenance;
mod random;
mod reftable;
mod repacked;
#[cfg(unix)]
mod rewrite;
mod shapes;
mod texts;
mod walk;

use serde_json::Value;

use crate::support::Repo;

/// Runs `history` for machines: the credentials, and the summary.
#[track_caller]
fn run(repo: &Repo, args: &[&str], code: i32) -> (Vec<Value>, Value) {
    let ran = repo.portcullis(&[&["history", "--format", "jsonl"], args].concat());
    assert_eq!(ran.code, Some(code), "{}\n{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
    let text = String::from_utf8(ran.stdout).expect("UTF-8");
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let summary = lines.pop().expect("a summary");
    assert_eq!(summary["type"], "summary");
    (lines, summary)
}

/// The one credential there is.
#[track_caller]
fn only(repo: &Repo) -> Value {
    let (mut lives, _) = run(repo, &[], 1);
    assert_eq!(lives.len(), 1, "{lives:#?}");
    lives.remove(0)
}

/// The commits that brought it in, as `id path:line`.
fn came(life: &Value) -> Vec<String> {
    let told = life["introduced"].as_array().expect("a list").iter().map(|one| {
        let (id, at) = (one["commit"]["id"].as_str().expect("an id"), &one["at"]);
        match at["path"]["text"].as_str() {
            Some(path) => format!("{id} {path}:{}", at["line"]),
            None => format!("{id} {}", at["in"].as_str().expect("a place")),
        }
    });
    told.collect()
}

/// The refs that still have it.
fn live(life: &Value) -> Vec<String> {
    let refs = life["live"].as_array().expect("a list").iter();
    refs.map(|one| one["ref"]["text"].as_str().expect("a name").to_owned()).collect()
}

/// The branches that lost it, as `name id`.
fn gone(life: &Value) -> Vec<String> {
    let all = life["removed"].as_array().expect("a list").iter();
    let told = all.map(|one| {
        let (branch, id) = (one["branch"]["text"].as_str(), one["commit"]["id"].as_str());
        format!("{} {}", branch.expect("a name"), id.expect("an id"))
    });
    told.collect()
}

/// The paths it was at.
fn paths(life: &Value) -> Vec<String> {
    let all = life["paths"].as_array().expect("a list").iter();
    all.map(|path| path["text"].as_str().expect("a path").to_owned()).collect()
}
