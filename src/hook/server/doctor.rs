//! Proves that the gate of a server is alive: it looks at the hook's file as git would, and pushes a made-up
//! credential to a scratch repository that runs that very file.

use std::path::Path;

use super::pair::Pair;
use super::{Host, Recipe};
use crate::hook::ask::{Git, shown, word};
use crate::hook::doctor::{Note, program};
use crate::hook::error::HookError;
use crate::hook::install::{self, Found};
use crate::hook::script::Author;

/// How our gate begins when it finds one credential: where it rejects, and where it only tells.
const REJECTED: &str = "portcullis: push rejected: 1 credential found";
const TOLD: &str = "portcullis: push accepted: 1 credential found";

/// A policy that a trial goes by instead of the server's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trial {
    /// The variable that names the policy's file.
    pub variable: &'static str,
    /// What the policy says.
    pub policy: String,
}

/// Examines the hook of a host below `place`. `version` is what this program's `--version` says.
#[must_use]
pub fn examine(recipe: &Recipe, place: &Path, version: &str, trial: Option<&Trial>) -> Vec<Note> {
    let path = recipe.path(place);
    let install = format!("portcullis install --server {} --host {}", word(place), recipe.host);
    let mut notes = Vec::new();
    if matches!(recipe.host, Host::Bare | Host::Gitea) {
        notes.extend(hooks_path(place));
    }
    let guard = match install::look(&recipe.hook, &path) {
        Err(error) => return [notes, vec![Note::problem(error.to_string(), install)]].concat(),
        Ok(Found::Nothing) => {
            let text = format!("there is no {}: every push is let through", shown(&path));
            return [notes, vec![Note::problem(text, install)]].concat();
        }
        Ok(Found::Dangling) => {
            let text = format!("{} is a link that leads nowhere: every push is let through, in silence", shown(&path));
            return [notes, vec![Note::problem(text, install)]].concat();
        }
        Ok(Found::File(_)) if !install::is_executable(&path) => {
            let text = format!("{} is not executable: every push is let through", shown(&path));
            return [notes, vec![Note::problem(text, format!("chmod +x {}", word(&path)))]].concat();
        }
        Ok(Found::File(author)) => author,
    };
    notes.push(Note::fine(format!("{} is there, and executable", shown(&path))));
    if let Author::Us(guard) | Author::UsOtherRelease(guard) = &guard {
        notes.extend(program::note(guard, version));
    }
    if recipe.host == Host::Gerrit {
        notes.push(Note::unknown("Gerrit's hooks cannot be tried from outside: push a made-up credential", ""));
        return notes;
    }
    let look = format!("ls -l {}", word(&path));
    match canary(&path, trial) {
        Err(error) => notes.push(Note::unknown(format!("the canary could not be pushed: {error}"), look)),
        Ok((clean, bad)) => {
            notes.push(judge_clean(&clean, &look));
            notes.push(judge_bad(&bad, &look));
        }
    }
    notes
}

/// What git is told of hooks in a repository, if that leads elsewhere.
fn hooks_path(place: &Path) -> Option<Note> {
    let at = match Git::only_at(place).place() {
        Ok(at) => at,
        Err(error) => return Some(Note::unknown(format!("{}: {error}", shown(place)), "git rev-parse --git-dir")),
    };
    let elsewhere = at.hooks_path?;
    if at.hooks_dir.canonicalize().is_ok_and(|dir| place.join("hooks").canonicalize().is_ok_and(|own| own == dir)) {
        return None;
    }
    let state = if at.hooks_dir.is_dir() { "" } else { ", which is missing: git runs no hooks at all, in silence" };
    let text = format!("core.hooksPath ({}) leads to {}{state}", elsewhere.scope, shown(&at.hooks_dir));
    Some(Note::problem(text, format!("git -C {} config --show-origin core.hooksPath", word(place))))
}

/// What became of one push: whether it went through, and what was said.
struct Pushed {
    ok: bool,
    said: String,
}

fn judge_clean(pushed: &Pushed, look: &str) -> Note {
    if pushed.ok {
        return Note::fine("a clean push goes through");
    }
    let first = pushed.said.lines().next().unwrap_or("it said nothing").to_owned();
    Note::problem(format!("a clean push is rejected: {}", crate::report::sanitize::clean(&first)), look)
}

fn judge_bad(pushed: &Pushed, look: &str) -> Note {
    if !pushed.ok && pushed.said.contains(REJECTED) {
        return Note::fine("a push with a made-up credential is rejected");
    }
    if pushed.ok && pushed.said.contains(TOLD) {
        return Note::fine("a push with a made-up credential is told and let through: mode is report-only");
    }
    if pushed.ok {
        return Note::problem("a push with a made-up credential went through", look);
    }
    let first = pushed.said.lines().next().unwrap_or("it said nothing");
    Note::problem(
        format!("a push was rejected with other words than ours: {}", crate::report::sanitize::clean(first)),
        look,
    )
}

/// Pushes something clean, then a credential, through the hook's file to a scratch repository.
fn canary(file: &Path, trial: Option<&Trial>) -> Result<(Pushed, Pushed), HookError> {
    let pair = Pair::new(file, trial)?;
    let (clean, bad) = (pair.push_clean()?, pair.push_canary()?);
    let told = |output: std::process::Output| Pushed {
        ok: output.status.success(),
        said: String::from_utf8_lossy(&output.stderr).replace("remote: ", ""),
    };
    Ok((told(clean), told(bad)))
}
