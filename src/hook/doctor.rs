//! Finds why a guard would be silent, and proves by a canary that it is not.
//!
//! Git says nothing when it runs no hook: a file that is not executable, a link that leads nowhere or a
//! `core.hooksPath` that leads elsewhere all look like a commit without credentials.

pub(super) mod canary;
pub(super) mod program;

use std::path::{Path, PathBuf};

use super::ask::{Git, HooksPath, Place, shown, word};
use super::error::HookError;
use super::install::{self, Found};
use super::managers::{self, Managed};
use super::script::Author;
use super::{HOOKS, Hook, global};
use canary::{Proof, Run};

/// How it stands with one thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be.
    Fine,
    /// Not as it should be.
    Problem,
    /// It could not be found out.
    Unknown,
}

/// What was found out about one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// How it stands.
    pub verdict: Verdict,
    /// What was found, on one line.
    pub text: String,
    /// The command that mends it, or finds out more.
    pub mend: String,
}

impl Note {
    /// It is as it should be.
    pub fn fine(text: impl Into<String>) -> Self {
        Self { verdict: Verdict::Fine, text: text.into(), mend: String::new() }
    }

    /// It is not as it should be, and this mends it.
    pub fn problem(text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Problem, text: text.into(), mend: mend.into() }
    }

    /// It could not be found out; this tells more.
    pub fn unknown(text: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { verdict: Verdict::Unknown, text: text.into(), mend: mend.into() }
    }
}

const INSTALL: &str = "portcullis install";

/// Examines the repository `git` is in. `version` is what this program's `--version` says.
#[must_use]
pub fn examine(git: &Git, version: &str) -> Vec<Note> {
    match Examination::new(git).and_then(|it| it.run(version)) {
        Ok(notes) => notes,
        Err(error @ (HookError::NoGit(_) | HookError::NotInRepository)) => {
            vec![Note::unknown(tell(&error), error.hint())]
        }
        Err(HookError::EmptyHooksPath(scope)) => {
            let unset = format!("git config --{scope} --unset core.hooksPath");
            vec![Note::problem(tell(&HookError::EmptyHooksPath(scope)), unset)]
        }
        Err(error @ HookError::Git { .. }) if !error.hint().is_empty() => {
            vec![Note::unknown(tell(&error), error.hint())]
        }
        Err(error) => vec![Note::unknown(tell(&error), "git rev-parse --git-path hooks")],
    }
}

/// An error and its causes, on one line.
fn tell(error: &HookError) -> String {
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

struct Examination<'a> {
    git: &'a Git,
    place: Place,
    managed: Option<Managed>,
    notes: Vec<Note>,
    /// The hooks that git can be expected to run us from.
    live: Vec<Live>,
}

/// A hook that ought to work.
struct Live {
    hook: &'static Hook,
    file: Option<PathBuf>,
    /// Whether it runs nothing but ours and what we kept.
    is_ours: bool,
}

impl<'a> Examination<'a> {
    fn new(git: &'a Git) -> Result<Self, HookError> {
        git.version()?;
        let place = git.place()?;
        let managed = managers::detect(&place);
        Ok(Self { git, place, managed, notes: Vec::new(), live: Vec::new() })
    }

    fn run(mut self, version: &str) -> Result<Vec<Note>, HookError> {
        self.directory();
        let mut programs = Vec::new();
        for hook in HOOKS {
            self.hook(hook, &mut programs)?;
        }
        self.notes.extend(programs.iter().filter_map(|program| program::note(program, version)));
        self.worktrees();
        self.canary();
        Ok(self.notes)
    }

    /// Whether git's directory of hooks is one, and the one that ours are in.
    fn directory(&mut self) {
        let Some(path) = &self.place.hooks_path else { return };
        let unset = match path.scope.as_str() {
            "command" => "unset GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT".to_owned(),
            scope => format!("git config --{scope} --unset core.hooksPath"),
        };
        let dir = &self.place.hooks_dir;
        let says = format!("core.hooksPath ({} configuration)", path.scope);
        let own = self.place.common_dir.join("hooks");
        if dir.exists() && !dir.is_dir() {
            let text = format!("{says} leads to {}, which is no directory: git runs no hooks", shown(dir));
            self.notes.push(Note::problem(text, unset));
        } else if !dir.exists() {
            let text = format!("{says} leads to {}, which is not there: git runs no hooks", shown(dir));
            self.notes.push(Note::problem(text, self.install()));
        } else if install::is_installed(&own) && own != *dir && !self.is_guarded(dir) {
            let text = format!("{says} makes git run the hooks in {} instead of {}", shown(dir), shown(&own));
            self.notes.push(Note::problem(text, unset));
        }
    }

    /// The command that installs the hooks where git looks for them: one for a single repository leaves a directory alone
    /// that serves all of them.
    fn install(&self) -> String {
        let shared = self.place.hooks_path.as_ref().filter(|path| path.is_shared());
        match shared.map(|path| path.scope.as_str()) {
            None => INSTALL.to_owned(),
            Some("global") => format!("{INSTALL} --global"),
            // That of the system is not the user's to choose for all repositories.
            Some(_) => format!("{INSTALL} --force"),
        }
    }

    /// The same, over hooks of ours that were changed.
    fn forced(&self) -> String {
        let install = self.install();
        if install.ends_with("--force") { install } else { format!("{install} --force") }
    }

    fn is_guarded(&self, dir: &Path) -> bool {
        install::is_installed(dir) || self.managed.as_ref().is_some_and(|managed| managed.names_us)
    }

    fn hook(&mut self, hook: &'static Hook, programs: &mut Vec<PathBuf>) -> Result<(), HookError> {
        if global::is_configured(self.git, hook)? {
            self.live.push(Live { hook, file: None, is_ours: true });
            self.notes.push(Note::fine(format!("{} is in git's configuration", hook.name)));
            return Ok(());
        }
        let path = hook.path(&self.place.hooks_dir);
        let note = match install::look(hook, &path) {
            Err(error) => Note::problem(tell(&error), format!("rm -r {}", word(&path))),
            Ok(Found::Nothing) => Note::problem(
                format!("there is no {} hook in {}", hook.name, shown(&self.place.hooks_dir)),
                self.install(),
            ),
            Ok(Found::Dangling) => {
                Note::problem(format!("{} is a link that leads nowhere: git ignores it", shown(&path)), self.install())
            }
            // Whoever switched their own off did so on purpose; to switch it on would not bring in ours.
            Ok(Found::File(Author::Others)) if !install::is_executable(&path) && !self.names_us(&path) => {
                let text =
                    format!("{} was not written by portcullis and is not executable: git ignores it", shown(&path));
                Note::problem(text, INSTALL)
            }
            Ok(Found::File(_)) if !install::is_executable(&path) => {
                let mend = format!("chmod +x {}", word(&path));
                Note::problem(format!("{} is not executable: git ignores it", shown(&path)), mend)
            }
            Ok(Found::File(author)) => self.script(hook, path, &author, programs),
        };
        self.notes.push(note);
        Ok(())
    }

    /// Whether a hook of somebody else's runs us, by its own words or its manager's.
    fn names_us(&self, path: &Path) -> bool {
        self.managed.as_ref().is_some_and(|managed| managed.names_us)
            || std::fs::read(path).is_ok_and(|text| managers::mentions(&text, "portcullis"))
    }

    fn script(&mut self, hook: &'static Hook, path: PathBuf, author: &Author, programs: &mut Vec<PathBuf>) -> Note {
        let at = shown(&path);
        let is_ours = *author != Author::Others;
        let named_by = match author {
            Author::Us(guard) | Author::UsOtherRelease(guard) => {
                if !programs.contains(guard) {
                    programs.push(guard.clone());
                }
                let by = if matches!(author, Author::Us(_)) { "" } else { ", by another release" };
                format!("{at} is installed{by}")
            }
            Author::UsEdited => {
                self.live.push(Live { hook, file: Some(path), is_ours });
                let text = format!("{at} was changed since it was installed: `install` and `uninstall` leave it alone");
                return Note::problem(text, format!("{} (which loses the changes)", self.forced()));
            }
            Author::Others => match &self.managed {
                Some(managed) if managed.names_us => {
                    format!("{at} belongs to {}, which names us", managed.manager.name)
                }
                _ if std::fs::read(&path).is_ok_and(|text| managers::mentions(&text, "portcullis")) => {
                    format!("{at} is not ours, but names us")
                }
                _ => return Note::problem(format!("{at} does not run portcullis"), self.install()),
            },
        };
        self.live.push(Live { hook, file: Some(path), is_ours });
        Note::fine(named_by)
    }

    /// A relative `core.hooksPath` leads to another directory in each work tree.
    fn worktrees(&mut self) {
        if !self.place.hooks_path.as_ref().is_some_and(HooksPath::is_relative) {
            return;
        }
        let others = match self.git.worktrees() {
            Ok(trees) => trees.into_iter().filter(|tree| tree.is_dir() && self.place.top.as_ref() != Some(tree)),
            Err(error) => {
                self.notes.push(Note::unknown(tell(&error), "git worktree list"));
                return;
            }
        };
        for tree in others {
            let place = match Git::only_at(&tree).place() {
                Ok(place) => place,
                Err(error) => {
                    let text = format!("the work tree {} could not be looked at: {}", shown(&tree), tell(&error));
                    self.notes.push(Note::unknown(text, "git worktree list"));
                    continue;
                }
            };
            let missing = HOOKS.iter().any(|hook| !install::is_executable(&hook.path(&place.hooks_dir)));
            if place.top.is_some() && missing {
                let text = format!(
                    "core.hooksPath is relative, and the work tree {} has no such hooks: git runs none there",
                    shown(&tree)
                );
                self.notes.push(Note::problem(text, format!("cd {} && {INSTALL}", word(&tree))));
            }
        }
    }

    /// Brings a made-up credential to each hook that ought to work.
    fn canary(&mut self) {
        if self.live.is_empty() {
            return;
        }
        let ours = self.live.iter().all(|live| live.is_ours);
        let run = if ours {
            Run::Linked(self.live.iter().filter_map(|live| live.file.clone()).collect())
        } else {
            let manager = self.managed.as_ref().map(|managed| managed.manager).zip(self.place.top.clone());
            Run::InPlace(self.place.hooks_dir.clone(), manager)
        };
        let which: Vec<&'static Hook> = self.live.iter().map(|live| live.hook).collect();
        let look = format!("ls -l {}", word(&self.place.hooks_dir));
        match canary::prove(&run, &which) {
            Err(error) => {
                self.notes.push(Note::unknown(format!("the canary could not be tried: {}", tell(&error)), look));
            }
            Ok(proofs) => {
                for (what, proof) in proofs {
                    self.notes.push(judge(what, proof, ours, &self.place.hooks_dir));
                }
            }
        }
    }
}

/// What a proof comes to. Where others' hooks run as well, a refusal may be theirs: they were not made for
/// a scratch repository.
fn judge(what: &str, proof: Proof, ours: bool, dir: &Path) -> Note {
    let look = format!("ls -l {}", word(dir));
    match proof {
        Proof::CleanPassed => Note::fine("a clean commit goes through"),
        Proof::Blocked => Note::fine(format!("{what} blocks a made-up credential")),
        Proof::LetThrough => {
            let text = format!("{what} let a made-up credential through: git did not run it, or it did not run us");
            let find = if ours { format!("findmnt --target {} --output OPTIONS", word(dir)) } else { look };
            Note::problem(text, find)
        }
        Proof::Refused(said) if ours => {
            Note::problem(format!("{what} refuses a commit for another reason: {said}"), INSTALL)
        }
        Proof::Refused(said) => Note::unknown(
            format!("{what} could not be tried, as another hook refuses in a scratch repository: {said}"),
            look,
        ),
    }
}
