//! Asks git, the child process, where it will look for hooks and what its configuration says.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::error::HookError;
use super::script;
use crate::report::sanitize;

/// Git in a directory.
#[derive(Clone, Debug)]
pub struct Git {
    dir: PathBuf,
    fresh: bool,
    /// A variable that is set for it.
    variable: Option<(&'static str, PathBuf)>,
}

/// The variables that tie git to one repository, whatever directory it is in.
const TIES: &[&str] = &[
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_COMMON_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
];

/// How git begins to say that there is no repository. Its commands speak English: see [`Git::command`].
const NO_REPOSITORY: &str = "not a git repository (or any";

/// Git's version: major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(pub u32, pub u32);

impl Version {
    /// The first that runs hooks named in its configuration (`hook.<name>.command`).
    pub const CONFIGURED_HOOKS: Self = Self(2, 54);

    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.strip_prefix("git version ")?.split(['.', ' ', '-']);
        Some(Self(numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    }
}

/// What `core.hooksPath` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HooksPath {
    /// As it is written.
    pub value: PathBuf,
    /// Git's word for the configuration it is in: `local`, `worktree`, `global`, `system` or `command`.
    pub scope: String,
    /// The file it is in, in git's words.
    pub origin: String,
}

impl HooksPath {
    /// Whether it holds for more than this repository.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.scope.as_str(), "global" | "system")
    }

    /// Whether it leads to another directory in each work tree. Git resolves `~` and `%(prefix)`.
    #[must_use]
    pub fn is_relative(&self) -> bool {
        let text = self.value.as_os_str().as_encoded_bytes();
        self.value.is_relative() && !text.starts_with(b"~") && !text.starts_with(b"%(prefix)/")
    }
}

/// Where things are in a repository.
#[derive(Clone, Debug)]
pub struct Place {
    /// The top of the work tree; none in a bare repository.
    pub top: Option<PathBuf>,
    /// The directory that linked worktrees share.
    pub common_dir: PathBuf,
    /// Where git looks for hooks.
    pub hooks_dir: PathBuf,
    /// Why it looks there, if it was told to.
    pub hooks_path: Option<HooksPath>,
}

impl Git {
    /// Git run in `dir`, with this process's environment.
    #[must_use]
    pub fn at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), fresh: false, variable: None }
    }

    /// Git run in `dir`, in the repository that is there whatever the environment says.
    #[must_use]
    pub fn only_at(dir: impl Into<PathBuf>) -> Self {
        Self { dir: dir.into(), fresh: true, variable: None }
    }

    /// With that variable in its environment, and so in that of its hooks.
    #[must_use]
    pub fn with(self, name: &'static str, value: PathBuf) -> Self {
        Self { variable: Some((name, value)), ..self }
    }

    /// A command that asks nobody anything and speaks the language we can read.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.current_dir(&self.dir).stdin(Stdio::null());
        command.env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0").env("GIT_OPTIONAL_LOCKS", "0");
        for name in TIES.iter().filter(|_| self.fresh) {
            command.env_remove(name);
        }
        command.envs(self.variable.iter().map(|(name, value)| (name, value)));
        command
    }

    pub(super) fn output<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Output, HookError> {
        self.command().args(args).output().map_err(HookError::NoGit)
    }

    /// Runs git and demands success.
    pub(super) fn run<A: AsRef<OsStr>>(&self, args: &[A]) -> Result<Vec<u8>, HookError> {
        let output = self.output(args)?;
        if output.status.success() { Ok(output.stdout) } else { Err(refused(args, &output)) }
    }

    /// A setting, as git prints it with these further arguments of `git config`; `None` if it is not set.
    pub(super) fn setting(&self, args: &[&str]) -> Result<Option<Vec<u8>>, HookError> {
        let args = [&["config", "-z"], args].concat();
        let output = self.output(&args)?;
        match output.status.code() {
            Some(0) => Ok(Some(output.stdout)),
            Some(1) => Ok(None),
            _ => Err(refused(&args, &output)),
        }
    }

    /// A setting that is a path, `~` resolved.
    pub(super) fn path_setting(&self, args: &[&str]) -> Result<Option<PathBuf>, HookError> {
        let value = self.setting(&[&["--type=path"], args].concat())?;
        Ok(value.map(|value| script::path(value.strip_suffix(b"\0").unwrap_or(&value))))
    }

    /// Git's version.
    ///
    /// # Errors
    /// If git cannot be run or says something unheard of.
    pub fn version(&self) -> Result<Version, HookError> {
        let text = self.run(&["version"])?;
        let text = String::from_utf8_lossy(&text);
        Version::parse(text.trim_end())
            .ok_or_else(|| HookError::Git { what: "version".into(), said: sanitize::clean(text.trim_end()) })
    }

    /// Where the repository around this directory has its hooks.
    ///
    /// # Errors
    /// If there is no repository, or git will not work in it.
    pub fn place(&self) -> Result<Place, HookError> {
        let inside = self.path(&["--is-inside-work-tree"]).map_err(|error| match error {
            HookError::Git { said, .. } if said.starts_with(NO_REPOSITORY) => HookError::NotInRepository,
            other => other,
        })?;
        let bare = inside.as_os_str() == "false";
        let hooks_path = self.hooks_path()?;
        if let Some(path) = hooks_path.as_ref().filter(|path| path.value.as_os_str().is_empty()) {
            return Err(HookError::EmptyHooksPath(path.scope.clone()));
        }
        let top = if bare { None } else { Some(self.path(&["--path-format=absolute", "--show-toplevel"])?) };
        Ok(Place {
            top,
            common_dir: self.path(&["--path-format=absolute", "--git-common-dir"])?,
            hooks_dir: self.path(&["--path-format=absolute", "--git-path", "hooks"])?,
            hooks_path,
        })
    }

    fn hooks_path(&self) -> Result<Option<HooksPath>, HookError> {
        let Some(text) = self.setting(&["--show-scope", "--show-origin", "--get", "core.hooksPath"])? else {
            return Ok(None);
        };
        let mut fields = text.split(|byte| *byte == 0);
        let mut next = || fields.next().unwrap_or_default();
        let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Some(HooksPath { scope: words(next()), origin: words(next()), value: script::path(next()) }))
    }

    /// The work trees of the repository, this one among them.
    pub(super) fn worktrees(&self) -> Result<Vec<PathBuf>, HookError> {
        let text = self.run(&["worktree", "list", "--porcelain", "-z"])?;
        let found = text.split(|byte| *byte == 0).filter_map(|line| line.strip_prefix(b"worktree "));
        Ok(found.map(script::path).collect())
    }

    /// Whether there is no work tree to commit from: the repository is bare, and none is linked to it.
    ///
    /// # Errors
    /// If git will not say.
    pub fn only_receives(&self) -> Result<bool, HookError> {
        let bare = self.path(&["--is-bare-repository"])?;
        // The first of the list is the repository itself.
        Ok(bare.as_os_str() == "true" && self.worktrees()?.len() <= 1)
    }

    /// What `git rev-parse` answers: a path, which may end in a line break of its own.
    fn path(&self, args: &[&str]) -> Result<PathBuf, HookError> {
        let text = self.run(&[&["rev-parse"], args].concat())?;
        Ok(script::path(text.strip_suffix(b"\n").unwrap_or(&text)))
    }
}

fn refused<A: AsRef<OsStr>>(args: &[A], output: &Output) -> HookError {
    let what = args.first().map(|arg| arg.as_ref().to_string_lossy().into_owned()).unwrap_or_default();
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.lines().next().unwrap_or("it said nothing").trim_start_matches("fatal: ");
    HookError::Git { what, said: sanitize::clean(said) }
}

/// A path for people.
pub(super) fn shown(path: &Path) -> String {
    sanitize::quote(path.as_os_str().as_encoded_bytes())
}

/// A path as a word of a command to copy.
pub(super) fn word(path: &Path) -> String {
    sanitize::shell_word(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_in_every_vendors_writing() {
        for (text, version) in [
            ("git version 2.47.3", Some(Version(2, 47))),
            ("git version 2.54.0.windows.1", Some(Version(2, 54))),
            ("git version 2.39.5 (Apple Git-154)", Some(Version(2, 39))),
            ("git version 3.0-rc1", Some(Version(3, 0))),
            ("git version 2.55.GIT", Some(Version(2, 55))),
            ("git version", None),
            ("hub version 2.14", None),
        ] {
            assert_eq!(Version::parse(text), version, "{text}");
        }
        assert!(Version(2, 9) < Version::CONFIGURED_HOOKS && Version(3, 0) > Version::CONFIGURED_HOOKS);
    }
}
