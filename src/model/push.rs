//! What is known of the credentials that a push would bring in.

use super::{Coverage, Finding, Fingerprint, RuleInfo};

/// A part of a commit or tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What git writes: names, dates, signatures.
    Header,
    /// What people write.
    Message,
}

impl Part {
    /// Its name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Header => "header",
            Self::Message => "message",
        }
    }
}

/// Where in a push a credential stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spot {
    /// In a file.
    File {
        /// The path from the top.
        path: Vec<u8>,
        /// The line it begins in, from 1.
        line: u64,
    },
    /// In the name of a file or directory: the path up to and with that name.
    Name(Vec<u8>),
    /// In a commit's own text.
    Commit {
        /// The part of it.
        part: Part,
        /// Line of that part, from 1.
        line: u64,
    },
    /// In an annotated tag's text.
    Tag {
        /// The tag's id.
        id: String,
        /// The part of it.
        part: Part,
        /// Line of that part, from 1.
        line: u64,
    },
    /// In the name of a ref.
    Ref(Vec<u8>),
    /// In an object that no commit of the push leads to.
    Object {
        /// `blob` or `tree`.
        kind: &'static str,
        /// The object's id.
        id: String,
        /// The line it begins in, from 1.
        line: u64,
    },
}

/// The first commit of a push that has a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Culprit {
    /// The commit's id.
    pub id: String,
    /// How many parents it has.
    pub parents: usize,
    /// Whether a pushed ref names it: then amending it is enough.
    pub is_tip: bool,
    /// The pushed refs that name it; where none does, all that are pushed.
    pub refs: Vec<Vec<u8>>,
    /// Whether a ref names it by an annotated tag.
    pub tagged: bool,
    /// Whether the credential still stands at that path in a pushed tip; `None` where there is no path.
    pub at_tip: Option<bool>,
}

/// Why a credential does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Excuse {
    /// The pusher, who may, named its fingerprint.
    Bypass,
}

/// A credential that a push would bring in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    /// What the engine found, at the place told.
    pub finding: Finding,
    /// The rule, for people.
    pub rule: RuleInfo,
    /// Its identity.
    pub fingerprint: Fingerprint,
    /// Where it stands first.
    pub spot: Spot,
    /// The commit that brings it in, where one does.
    pub culprit: Option<Culprit>,
    /// Why it does not count after all.
    pub excuse: Option<Excuse>,
}

/// A finished look at a push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Push {
    /// The credentials it would bring in, in order of commit and place.
    pub leaks: Vec<Leak>,
    /// Whether the look ended once enough was found: there may be more.
    pub more: bool,
    /// Credentials that were found, but were on the server before.
    pub old: u64,
    /// Credentials that policy allows: by baseline or inline.
    pub allowed: Vec<(Fingerprint, String)>,
    /// What was scanned, and what could not be.
    pub coverage: Coverage,
}

impl Push {
    /// The credentials that count.
    pub fn blocking(&self) -> impl Iterator<Item = &Leak> {
        self.leaks.iter().filter(|leak| leak.excuse.is_none())
    }
}
