//! A bare repository with our gate before it, and a clone that pushes to it.

use std::fs;
use std::path::PathBuf;
use std::process::Stdio;

use crate::support::Repo;
use crate::support::draw::Draw;
use crate::support::repo::Ran;

/// Both sides of a push.
pub(super) struct Pair {
    pub(super) server: Repo,
    pub(super) client: Repo,
}

impl Pair {
    /// Both empty, the gate in place.
    pub(super) fn new() -> Self {
        Self::with(&[], &[])
    }

    /// With these further arguments for `git init` on each side.
    pub(super) fn with(server: &[&str], client: &[&str]) -> Self {
        let server = Repo::init(&[&["--bare"], server].concat());
        let client = Repo::init(client);
        let url = format!("file://{}", server.dir.display());
        client.git(["remote", "add", "origin", &url]).text();
        let pair = Self { server, client };
        pair.policy("");
        pair.guard();
        pair
    }

    /// Puts the gate in place.
    pub(super) fn guard(&self) {
        self.server.hook("pre-receive", &self.script("pre-receive"));
    }

    /// The script that runs a gate.
    pub(super) fn script(&self, gate: &str) -> String {
        let (exe, config) = (env!("CARGO_BIN_EXE_portcullis"), self.policy_file());
        format!("#!/bin/sh\nexec '{exe}' {gate} --config '{}' \"$@\"\n", config.display())
    }

    /// Takes the gate away.
    pub(super) fn unguard(&self) {
        fs::remove_file(self.server.dir.join("hooks/pre-receive")).unwrap();
    }

    /// Writes the server's policy.
    pub(super) fn policy(&self, text: &str) {
        fs::write(self.policy_file(), text).unwrap();
    }

    pub(super) fn policy_file(&self) -> PathBuf {
        self.server.beside("server.toml")
    }

    /// Pushes; these are the words after `git push origin`.
    pub(super) fn push(&self, words: &str) -> Ran {
        self.client.git(["push", "-q", "origin"].into_iter().chain(words.split_whitespace()))
    }

    /// A file, committed and pushed with no gate in the way.
    pub(super) fn seed(&self, path: &str, content: &str) {
        self.unguard();
        self.client.stage(path, content);
        self.client.commit("seed");
        assert!(self.push("HEAD:refs/heads/main").ok);
        self.guard();
    }

    /// Everything the server holds, expanded.
    pub(super) fn content(&self) -> Vec<u8> {
        self.server.git(["cat-file", "--batch-all-objects", "--batch", "--unordered"]).stdout
    }

    /// Whether the server holds these bytes in any object, or in the name of a ref.
    pub(super) fn holds(&self, bytes: &str) -> bool {
        let refs = self.server.ok("for-each-ref");
        memchr::memmem::find(&self.content(), bytes.as_bytes()).is_some() || refs.contains(bytes)
    }

    /// Writes an object from bytes on the client.
    pub(super) fn object(&self, kind: &str, content: &[u8]) -> String {
        self.client.feed(&format!("hash-object -w --literally -t {kind} --stdin"), content)
    }
}

/// A credential, the same for the same number.
pub(super) fn token(seed: u64) -> String {
    Draw(seed).token()
}

/// Demands that a push was blocked by us, in good manners.
#[track_caller]
pub(super) fn blocked(id: &str, ran: &Ran, secret: &str) {
    assert!(!ran.ok, "{id}: it went through: {}", ran.stderr);
    assert!(ran.stderr.contains("portcullis: push rejected: "), "{id}: {}", ran.stderr);
    mannered(id, ran, secret);
}

/// Demands that what was said is short, plain and holds no credential.
#[track_caller]
pub(super) fn mannered(id: &str, ran: &Ran, secret: &str) {
    // Git itself repeats the names of refs that it was given.
    let git = |line: &&str| line.starts_with(" ! [");
    let told = ran.stderr.lines().filter(|line| !git(line)).any(|line| line.contains(secret));
    assert!(!told, "{id}: it tells the credential");
    assert!(!ran.stderr.contains('\u{1b}'), "{id}: an escape: {:?}", ran.stderr);
    for line in ran.stderr.lines().filter_map(|line| line.strip_prefix("remote: ")) {
        // The client pads lines with eight blanks where there is no terminal.
        assert!(line.trim_end().chars().count() <= 72, "{id}: a long line: {line:?}");
    }
}

/// A child's standard input, output and error as pipes.
pub(super) fn piped(command: &mut std::process::Command) -> &mut std::process::Command {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped())
}
