//! The canary: a made-up credential, brought to the real hooks in a scratch repository.

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use crate::hook::ask::Git;
use crate::hook::error::HookError;
use crate::hook::managers::{self, Manager};
use crate::hook::scratch::{self, Scratch, link};
use crate::hook::{Canary, Hook};
use crate::report::sanitize;

/// How our gates begin when they find one credential in a commit, and in a push.
const SIGN: &str = "portcullis: commit blocked: 1 credential found";
const PUSH_SIGN: &str = "portcullis: push blocked: 1 credential found";

/// Which hooks the scratch repository runs.
pub(super) enum Run {
    /// These files only, linked to: what is wrong with a file is wrong with a link to it, and the hooks that
    /// ours have kept, which know nothing of scratch repositories, stay out of it.
    Linked(Vec<PathBuf>),
    /// All in this directory, and the configuration of a manager in that work tree.
    InPlace(PathBuf, Option<(&'static Manager, PathBuf)>),
}

/// What came of one trial.
#[derive(Debug)]
pub(super) enum Proof {
    /// A commit without credentials was made.
    CleanPassed,
    /// The canary was blocked, with our words.
    Blocked,
    /// The canary was committed.
    LetThrough,
    /// The commit failed with other words than ours: the first line of them.
    Refused(String),
}

/// Tries a clean commit, and a canary with each of these hooks.
///
/// # Errors
/// If there can be no scratch repository.
pub(super) fn prove(run: &Run, which: &[&'static Hook]) -> Result<Vec<(&'static str, Proof)>, HookError> {
    let trials = Trials::new(run)?;
    let mut proofs = Vec::with_capacity(1 + which.len());
    let refused = trials.clean()?;
    let is_refused = refused.is_some();
    match refused {
        None => proofs.push(("clean commit", Proof::CleanPassed)),
        Some(said) => {
            proofs.push(("a clean commit's hook", Proof::Refused(said)));
            // The trials below need a commit to stand on.
            trials.git.run(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "clean"])?;
        }
    }
    // Whatever a trial leaves behind, the next begins here.
    trials.git.run(&["tag", "base"])?;
    for hook in which {
        let output = match hook.canary {
            Canary::Staged => trials.staged()?,
            Canary::Message => trials.message()?,
            Canary::Merged => trials.merged()?,
            Canary::Pushed => trials.pushed()?,
        };
        let proof = proof(&output, if hook.canary == Canary::Pushed { PUSH_SIGN } else { SIGN });
        // What refuses every commit is told once.
        if !(is_refused && matches!(proof, Proof::Refused(_))) {
            proofs.push((hook.name, proof));
        }
        trials.git.run(&["reset", "-q", "--hard", "base"])?;
    }
    Ok(proofs)
}

fn proof(output: &Output, sign: &str) -> Proof {
    let said = String::from_utf8_lossy(&output.stderr);
    if output.status.success() {
        Proof::LetThrough
    } else if said.contains(sign) || String::from_utf8_lossy(&output.stdout).contains(sign) {
        // What a hook prints goes to standard error, but in a push: there it is passed on as it is.
        Proof::Blocked
    } else {
        Proof::Refused(first_line(&said))
    }
}

fn first_line(said: &str) -> String {
    sanitize::clean(said.lines().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing"))
}

/// A repository in a temporary directory of its own, removed with it.
struct Trials {
    scratch: Scratch,
    tree: PathBuf,
    git: Git,
}

impl Trials {
    fn new(run: &Run) -> Result<Self, HookError> {
        let scratch = Scratch::new()?;
        let tree = scratch.dir("repository")?;
        let trials = Self { git: Git::only_at(&tree), scratch, tree };
        trials.fill(run)?;
        scratch::init(&trials.git)?;
        let dir = match run {
            Run::Linked(_) => &trials.scratch.path("hooks"),
            Run::InPlace(dir, _) => dir,
        };
        trials.git.run(&["config".as_ref(), "core.hooksPath".as_ref(), dir.as_os_str()])?;
        Ok(trials)
    }

    fn fill(&self, run: &Run) -> Result<(), HookError> {
        match run {
            Run::Linked(files) => {
                let dir = self.scratch.dir("hooks")?;
                for (file, name) in files.iter().filter_map(|file| Some((file, file.file_name()?))) {
                    link(file, &dir.join(name)).map_err(HookError::io("link to", file))?;
                }
            }
            Run::InPlace(_, Some((manager, top))) => {
                managers::copy_configs(manager, top, &self.tree).map_err(HookError::io("write in", &self.tree))?;
            }
            Run::InPlace(_, None) => {}
        }
        Ok(())
    }

    /// What refused a clean commit, if anything did.
    fn clean(&self) -> Result<Option<String>, HookError> {
        self.stage("clean.txt", "nothing of worth\n")?;
        let output = self.git.output(&["commit", "-q", "-m", "clean"])?;
        Ok((!output.status.success()).then(|| first_line(&String::from_utf8_lossy(&output.stderr))))
    }

    fn staged(&self) -> Result<Output, HookError> {
        self.stage_canary()?;
        self.git.output(&["commit", "-q", "-m", "canary"])
    }

    fn message(&self) -> Result<Output, HookError> {
        self.stage("clean.txt", "still nothing of worth\n")?;
        self.git.output(&["commit", "-q", "-m", &format!("canary\n\n{}", self.scratch.canary())])
    }

    fn merged(&self) -> Result<Output, HookError> {
        let quiet = |message: &str| self.git.run(&["commit", "-q", "--no-verify", "-m", message]).map(drop);
        self.git.run(&["checkout", "-q", "-b", "side"])?;
        self.stage_canary()?;
        quiet("canary")?;
        self.git.run(&["checkout", "-q", "main"])?;
        self.stage("other.txt", "nothing of worth\n")?;
        quiet("other")?;
        self.git.output(&["merge", "-q", "--no-edit", "--no-ff", "side"])
    }

    /// A push to an empty repository beside the scratch one.
    fn pushed(&self) -> Result<Output, HookError> {
        let remote = self.scratch.dir("remote")?;
        Git::only_at(&remote).run(&["init", "-q", "--bare", "--template="])?;
        self.stage_canary()?;
        self.git.run(&["commit", "-q", "--no-verify", "-m", "canary"])?;
        self.git.output(&["push".as_ref(), "-q".as_ref(), remote.as_os_str(), "HEAD:refs/heads/main".as_ref()])
    }

    fn stage_canary(&self) -> Result<(), HookError> {
        self.stage("canary.txt", &self.scratch.canary())
    }

    fn stage(&self, name: &str, text: &str) -> Result<(), HookError> {
        let path = self.tree.join(name);
        fs::write(&path, text).map_err(HookError::io("write", &path))?;
        self.git.run(&["add", "-f", "-A"]).map(drop)
    }
}
