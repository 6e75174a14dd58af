//! What is known of each credential a repository's history holds: where it came in, where it went, and
//! whether it is still there.

use std::cmp::Reverse;

use super::{Confidence, Coverage, Finding, Fingerprint, RuleInfo, Secret, Verdict};

/// A commit, for people. Names and subjects are bytes: git promises no encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommitInfo {
    /// Its id, in hexadecimal digits.
    pub id: String,
    /// Who wrote it.
    pub author: Vec<u8>,
    /// When it was written: seconds since 1970.
    pub time: i64,
    /// The author's clock: minutes east of Greenwich.
    pub zone: i32,
    /// The first paragraph of its message, on one line.
    pub subject: Vec<u8>,
}

/// Where in a commit, tag or ref a credential stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In a file.
    File {
        /// The file's path from the top.
        path: Vec<u8>,
        /// The line it begins in, from 1.
        line: u64,
    },
    /// In the name of a file or directory.
    Name {
        /// The path up to and with that name.
        path: Vec<u8>,
    },
    /// In a commit's own text: message, author, committer, any header.
    Commit {
        /// The commit's id.
        id: String,
        /// The line of the raw commit object, from 1.
        line: u64,
    },
    /// In the text of an annotated tag.
    Tag {
        /// The line of the raw tag object, from 1.
        line: u64,
    },
    /// In the name of a ref.
    Ref,
    /// In what a ref's log says of who moved it and why.
    Log {
        /// The line of the log, from 1.
        line: u64,
    },
}

/// A commit that brought a credential in: it holds it, and none of its parents does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// The commit.
    pub commit: CommitInfo,
    /// Where in it.
    pub spot: Spot,
}

/// A ref whose tip still holds a credential, or whose history tells it in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveAt {
    /// The ref's full name.
    pub name: Vec<u8>,
    /// Where.
    pub spot: Spot,
}

/// How a branch lost a credential that its history holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The branch's full name.
    pub branch: Vec<u8>,
    /// The commit that took it out: the last one to do so on the way to the branch's tip.
    pub commit: CommitInfo,
}

/// A list that is cut at some length, and how many there are in truth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed<T> {
    /// The first of them.
    pub items: Vec<T>,
    /// How many there are.
    pub total: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), total: 0 }
    }
}

/// One credential's life.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// What the engine found, at the place that tells most. Its spans are those of that place.
    pub finding: Finding,
    /// The rule, for people.
    pub rule: RuleInfo,
    /// Its identity.
    pub fingerprint: Fingerprint,
    /// Whether it counts: an allow counts only if every object that holds the credential has it.
    pub verdict: Verdict,
    /// The commits that brought it in, the oldest first.
    pub introduced: Listed<Introduction>,
    /// Every path it was ever at.
    pub paths: Listed<Vec<u8>>,
    /// How many different blobs hold it.
    pub blobs: u64,
    /// How many commits have it in their trees.
    pub commits: u64,
    /// How many commits and tags have it in their own text.
    pub texts: u64,
    /// The refs that still have it.
    pub live: Listed<LiveAt>,
    /// The branches that once had it, and the commits that took it out.
    pub removed: Listed<Removal>,
    /// Every form in which it stands in objects' raw bytes: as it is, and encoded. In order.
    pub forms: Vec<Secret>,
}

impl Life {
    /// Whether a branch, a tag or any other ref, or its log, still has it.
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.live.total > 0
    }

    /// By what a history is sorted: the worst first, then the oldest.
    #[must_use]
    pub fn order(&self) -> impl Ord + use<> {
        let certain = self.finding.score.confidence == Confidence::Certain;
        let blocks = self.verdict == Verdict::Block;
        let sureness = (self.finding.score.confidence, self.rule.severity, self.finding.score.points);
        let since = self.introduced.items.first().map(|first| first.commit.time);
        (Reverse((blocks, self.is_live(), certain, sureness)), since, self.rule.id.clone(), self.fingerprint)
    }
}

/// Which part of a history was asked for; all of it where none of these is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Only certain refs.
    pub refs: bool,
    /// Only commits of that second (since 1970) or later.
    pub since: Option<i64>,
    /// Only the commits of a range.
    pub range: bool,
}

/// How much of a repository was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Refs, symbolic ones left aside.
    pub refs: u64,
    /// Commits.
    pub commits: u64,
    /// Annotated tags.
    pub tags: u64,
    /// Trees.
    pub trees: u64,
    /// Blobs.
    pub blobs: u64,
    /// How many of all those neither ref nor reflog reaches; `None` where such objects were left out.
    pub unreachable: Option<u64>,
    /// How many were known to hold nothing and not read again; `None` where no ledger was kept.
    pub remembered: Option<u64>,
    /// What was asked for of all that.
    pub part: Part,
}

/// What a rewrite has to touch, beside the text of files and messages, to be rid of what counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// The refs whose history, name or tag tells a credential, by name.
    pub refs: Vec<Vec<u8>>,
    /// The refs whose own name holds one.
    pub ref_names: Vec<Vec<u8>>,
    /// The ids of the blobs that hold one and a NUL in their first 8 KiB, so that tools take them for binary.
    pub binary: Vec<String>,
    /// The paths of files and directories whose own name holds one.
    pub names: Vec<Vec<u8>>,
}

/// A finished look at a repository's history.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// All credentials that count or were allowed, the worst first.
    pub lives: Vec<Life>,
    /// How many more were too unsure to count.
    pub below_threshold: u64,
    /// What a rewrite would touch.
    pub reach: Reach,
    /// How much was looked at.
    pub scope: Scope,
    /// What was scanned, and what could not be.
    pub coverage: Coverage,
}

/// What still stands of texts that a rewrite was to replace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Replaced {
    /// How many texts there are.
    pub texts: u64,
    /// Those that still stand somewhere, in order of their lines.
    pub left: Vec<Left>,
}

/// A text that still stands somewhere.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its line in the file of replacements.
    pub line: u64,
    /// How many objects, refs and reflogs hold it.
    pub holders: u64,
    /// Some of them, by kind and id.
    pub first: Vec<String>,
}

impl History {
    /// The credentials that count.
    pub fn blocking(&self) -> impl Iterator<Item = &Life> {
        self.lives.iter().filter(|life| life.verdict == Verdict::Block)
    }
}
