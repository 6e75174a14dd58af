//! What a rewrite of a history needs, for `git filter-repo`: one small file for each sort of thing.
//!
//! These files hold credentials in plaintext: a rewrite cannot do without. Whoever writes them to a disk keeps
//! them to its owner.

mod expressions;
mod steps;

use std::io::{self, Write};

use crate::model::Verdict;
use crate::model::history::{History, Life};

/// What a plan says besides what was found.
#[derive(Clone, Copy, Debug)]
pub struct About<'a> {
    /// The directory the plan lies in, as a path from the top.
    pub dir: &'a [u8],
    /// The line of a fingerprint file that says by which key its fingerprints are made.
    pub key_line: &'a str,
    /// What to add to portcullis's own commands to use the same key and rules.
    pub same: &'a str,
}

/// One file of a plan.
#[derive(Clone, Copy, Debug)]
pub struct File {
    /// Its name.
    pub name: &'static str,
    /// Whether it is needed.
    pub needed: fn(&History) -> bool,
    /// Writes it; the error is the writer's own.
    pub write: fn(&History, &About<'_>, &mut dyn Write) -> io::Result<()>,
}

const EXPRESSIONS: &str = "expressions.txt";
const BLOBS: &str = "binary-blobs.txt";
const NAMES: &str = "renames.txt";
const REFS: &str = "refs.txt";
const FINGERPRINTS: &str = "fingerprints.txt";

/// All files of a plan; the one to read first is the first.
pub const FILES: &[File] = &[
    File { name: "STEPS.md", needed: |_| true, write: steps::write },
    File { name: EXPRESSIONS, needed: |_| true, write: expressions::write },
    File { name: BLOBS, needed: |history| !history.reach.binary.is_empty(), write: blobs },
    File { name: NAMES, needed: |history| !history.reach.names.is_empty(), write: expressions::renames },
    File { name: REFS, needed: |_| true, write: refs },
    File { name: FINGERPRINTS, needed: |_| true, write: fingerprints },
];

/// For `--strip-blobs-with-ids`.
fn blobs(history: &History, _: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    history.reach.binary.iter().try_for_each(|id| writeln!(out, "{id}"))
}

/// Every ref that will change: what it is, a tab, its name.
fn refs(history: &History, _: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    const KINDS: [(&[u8], &str); 5] = [
        (b"refs/heads/", "branch"),
        (b"refs/tags/", "tag"),
        (b"refs/notes/", "note"),
        (b"refs/remotes/", "remote"),
        (b"refs/stash", "stash"),
    ];
    for name in &history.reach.refs {
        let kind = KINDS.iter().find(|(area, _)| name.starts_with(area)).map_or("other", |(_, kind)| kind);
        write!(out, "{kind}\t")?;
        out.write_all(name)?;
        writeln!(out)?;
    }
    Ok(())
}

/// For `--verify-clean`: a fingerprint, its rule, and what it is.
fn fingerprints(history: &History, about: &About<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", about.key_line)?;
    for Life { fingerprint, rule, finding, .. } in history.blocking() {
        writeln!(out, "{fingerprint} {} # {}", rule.id, finding.secret.redacted())?;
    }
    Ok(())
}

/// Whether there is anything to rewrite.
#[must_use]
pub fn is_needed(history: &History) -> bool {
    history.lives.iter().any(|life| life.verdict == Verdict::Block)
}
