//! A directory of its own, and the real binary run in it with a clean environment.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use portcullis::rules::example::expand;

/// A credential with a right checksum; every seed gives another.
pub(crate) fn token(seed: u64) -> String {
    expand("ghp_{base62:30}{crc32-base62}", seed).expect("a good template")
}

/// A temporary directory.
pub(crate) struct Sandbox {
    dir: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self { dir: tempfile::tempdir().expect("a temporary directory") }
    }

    pub(crate) fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Writes a file and the directories on its way.
    pub(crate) fn write(&self, name: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the sandbox")).expect("directories");
        fs::write(path, content).expect("a file");
    }

    /// Writes a file that holds the credential of that seed on its second line.
    pub(crate) fn leak(&self, name: impl AsRef<Path>, seed: u64) {
        self.write(name, format!("first line\ntoken = {}\n", token(seed)));
    }

    /// The binary, in the sandbox, with nothing of our environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portcullis"));
        command.args(args).current_dir(self.dir.path()).env_clear().stdin(Stdio::null());
        command
    }

    #[must_use]
    pub(crate) fn run(&self, args: &[&str]) -> Ran {
        Ran(self.command(args).output().expect("the binary runs"))
    }

    /// Runs with that on standard input.
    #[must_use]
    pub(crate) fn feed(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let mut stdin = child.stdin.take().expect("piped");
        std::thread::scope(|scope| {
            scope.spawn(move || stdin.write_all(input).expect("all of it is read"));
            Ran(child.wait_with_output().expect("it ends"))
        })
    }
}

/// What a run did.
pub(crate) struct Ran(pub(crate) Output);

impl Ran {
    /// Asserts the exit status, and gives the run back for more.
    #[track_caller]
    pub(crate) fn exits(self, status: i32) -> Self {
        assert_eq!(self.0.status.code(), Some(status), "{}\n{}", self.stdout(), self.stderr());
        self
    }

    pub(crate) fn stdout(&self) -> String {
        String::from_utf8_lossy(&self.0.stdout).into_owned()
    }

    pub(crate) fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.0.stderr).into_owned()
    }

    /// The lines of a `jsonl` report.
    pub(crate) fn lines(&self) -> Vec<serde_json::Value> {
        self.stdout().lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
    }

    /// `path:line:column` of each finding of a `jsonl` report, in its order.
    pub(crate) fn places(&self) -> Vec<String> {
        let place = |line: &serde_json::Value| {
            let path = line["path"].as_str().unwrap_or("<no path>");
            format!("{path}:{}:{}", line["start_line"], line["start_column"])
        };
        self.lines().iter().filter(|line| line["type"] == "finding").map(place).collect()
    }

    /// The coverage in the summary of a `jsonl` report.
    pub(crate) fn coverage(&self) -> serde_json::Value {
        let lines = self.lines();
        let summary = lines.iter().find(|line| line["type"] == "summary").expect("a summary");
        summary["coverage"].clone()
    }
}
