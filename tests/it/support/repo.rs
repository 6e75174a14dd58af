//! A real repository, made by the git command line, untouched by the machine's own configuration.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// What a command did.
#[must_use]
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) ok: bool,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
}

impl Ran {
    fn of(output: Output) -> Self {
        Self {
            ok: output.status.success(),
            code: output.status.code(),
            stdout: output.stdout,
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// Demands success, and hands on what was printed.
    #[track_caller]
    pub(crate) fn text(self) -> String {
        assert!(self.ok, "the command failed ({:?}): {}", self.code, self.stderr);
        String::from_utf8(self.stdout).expect("UTF-8").trim_end().to_owned()
    }
}

/// A repository in a directory of its own, with a home of its own.
pub(crate) struct Repo {
    root: TempDir,
    /// The work tree commands run in.
    pub(crate) dir: PathBuf,
    env: Vec<(String, String)>,
}

impl Repo {
    /// An empty repository, `git init` with these further arguments.
    pub(crate) fn init(args: &[&str]) -> Self {
        let root = tempfile::tempdir().expect("a temporary directory");
        // On some systems the temporary directory is reached through a link.
        let top = root.path().canonicalize().expect("canonical");
        fs::create_dir(top.join("home")).expect("home");
        let repo = Self { dir: top.join("repo"), root, env: Vec::new() };
        fs::create_dir(&repo.dir).expect("work tree");
        let args: Vec<&str> = [&["init", "-q", "-b", "main"], args].concat();
        repo.git(args).text();
        repo
    }

    /// A directory beside the repository, for worktrees and other repositories.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.root.path().canonicalize().expect("canonical").join(name)
    }

    /// Sets a variable for all commands from now on.
    pub(crate) fn set_env(&mut self, name: &str, value: impl Into<String>) {
        self.env.retain(|(known, _)| known != name);
        self.env.push((name.to_owned(), value.into()));
    }

    /// A command with this repository's home and fixed identity and dates, and no other `GIT_*`.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.current_dir(&self.dir).env("HOME", self.beside("home")).env_remove("XDG_CONFIG_HOME");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("LC_ALL", "C").env("GIT_TERMINAL_PROMPT", "0");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A U Thor").env(format!("GIT_{who}_EMAIL"), "author@example.com");
            command.env(format!("GIT_{who}_DATE"), "1700000000 +0000");
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs git.
    pub(crate) fn git<A: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = A>) -> Ran {
        Ran::of(self.command("git").args(args).output().expect("git runs"))
    }

    /// Runs git with these words, and demands success.
    #[track_caller]
    pub(crate) fn ok(&self, words: &str) -> String {
        self.git(words.split_whitespace()).text()
    }

    /// Runs git with these words: whether it succeeded.
    pub(crate) fn ok_or_not(&self, words: &str) -> bool {
        self.git(words.split_whitespace()).ok
    }

    /// Runs git with bytes on its standard input, and demands success.
    #[track_caller]
    pub(crate) fn feed(&self, words: &str, input: &[u8]) -> String {
        let file = self.beside("stdin");
        fs::write(&file, input).expect("input written");
        let input = fs::File::open(file).expect("input");
        Ran::of(self.command("git").args(words.split_whitespace()).stdin(input).output().expect("git runs")).text()
    }

    /// Runs the binary under test.
    pub(crate) fn portcullis(&self, args: &[&str]) -> Ran {
        Ran::of(self.command(env!("CARGO_BIN_EXE_portcullis")).args(args).output().expect("portcullis runs"))
    }

    /// Writes a file of the work tree.
    pub(crate) fn write(&self, path: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.dir.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(path, content).expect("written");
    }

    /// Writes a file and stages it.
    pub(crate) fn stage(&self, path: &str, content: impl AsRef<[u8]>) {
        self.write(path, content);
        self.git(["add", "-f", "--", path]).text();
    }

    /// Commits what is staged without any hook.
    pub(crate) fn commit(&self, message: &str) -> String {
        self.git(["commit", "-q", "--no-verify", "--allow-empty", "-m", message]).text();
        self.ok("rev-parse HEAD")
    }

    /// Commits a file on a new branch, without any hook, and comes back: the commit.
    pub(crate) fn aside(&self, branch: &str, path: &str, content: impl AsRef<[u8]>) -> String {
        self.git(["checkout", "-q", "-b", branch]).text();
        self.stage(path, content);
        let commit = self.commit(branch);
        self.ok("checkout -q -");
        commit
    }

    /// Where the repository itself lies.
    pub(crate) fn git_dir(&self) -> PathBuf {
        PathBuf::from(self.ok("rev-parse --absolute-git-dir"))
    }

    /// Writes an executable hook, which git runs for this repository and all its worktrees.
    pub(crate) fn hook(&self, name: &str, script: &str) {
        let dir = self.dir.join(self.ok("rev-parse --git-common-dir")).join("hooks");
        fs::create_dir_all(&dir).expect("hooks");
        fs::write(dir.join(name), script).expect("hook written");
        make_executable(&dir.join(name));
    }
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("made executable");
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}
