//! A rule, validated: what the engine runs and what people are told.

use std::borrow::Cow;

use super::Glance;
use crate::model::named::named;
use crate::model::{Check, Severity};

/// Text that is borrowed for a built-in rule and owned for a user's.
pub type Text = Cow<'static, str>;

/// A literal that every match of its rule contains, at a known distance from the match's start.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Anchor {
    /// The literal's bytes: at least three; ASCII in lower case where `fold` is set.
    pub literal: Cow<'static, [u8]>,
    /// Whether ASCII letters match in either case.
    pub fold: bool,
    /// Least number of bytes between the start of a match and the anchor.
    pub lead_min: u16,
    /// Greatest number of bytes between the start of a match and the anchor.
    pub lead_max: u16,
}

impl Anchor {
    /// Whether `text` is the anchor.
    #[must_use]
    pub fn is(&self, text: &[u8]) -> bool {
        if self.fold { text.eq_ignore_ascii_case(&self.literal) } else { text == &*self.literal }
    }
}

named! {
    /// Which bytes may not stand directly beside a credential. Escapes such as `\n` or `%3D` before it
    /// count as what they stand for (the engine sees to that).
    Boundary {
        /// Anything may stand there.
        None = "none",
        /// No ASCII letter or digit.
        Alnum = "alnum",
        /// No ASCII letter, digit or `_`.
        Word = "word",
        /// No ASCII letter, digit, `_` or `-`.
        Token = "token",
        /// No ASCII letter, digit, `+`, `/`, `=`, `_` or `-`.
        Base64 = "base64",
    }
}

named! {
    /// What sort of evidence a rule's match is, which decides how it is scored.
    Kind {
        /// A format of its own (prefix, constant, structure): likely right by itself.
        Token = "token",
        /// A provider's or format's name beside a value of no mark of its own.
        Context = "context",
        /// Where a program or a file's format takes a password: `sshpass -p X`, an entry of `.pgpass`.
        Place = "place",
        /// `name = value` with a telling name: the generic family.
        Assignment = "assignment",
        /// Credentials inside a URL or connection string.
        Url = "url",
        /// A parsed whole: a private key block, a JSON key file.
        Block = "block",
        /// Public by design, or the name of an account: told, but no gate blocks it by itself.
        Identifier = "identifier",
        /// A hash of a password, not the password.
        Hash = "hash",
    }
}

named! {
    /// How far a match may run past what the regex matched: a parser in `engine/extend/` finds the end.
    Extend {
        /// From `-----BEGIN x-----` to the matching `-----END x-----` (also with `\n` escapes).
        Pem = "pem",
        /// From the first `Key: value` line of a `PuTTY` key file to its `Private-MAC` line.
        Putty = "putty",
        /// To the end of the JSON object the match lies in (and back to its beginning).
        JsonObject = "json-object",
    }
}

/// One rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Unique id: `provider-what`, lower case with dashes.
    pub id: Text,
    /// What it finds.
    pub title: Text,
    /// Whose credential it is; the TOML file's name.
    pub provider: Text,
    /// What it would open.
    pub severity: Severity,
    /// What sort of evidence it is.
    pub kind: Kind,
    /// The pattern, in the syntax of the `regex` crate, on bytes, without Unicode.
    pub regex: Text,
    /// How its matches begin. Empty for rules without anchors.
    pub glance: Glance,
    /// The literals of which every match contains at least one.
    pub anchors: Cow<'static, [Anchor]>,
    /// Longest possible match of `regex`, in bytes.
    pub max_len: u32,
    /// The capture group that holds the credential; 0 is the whole match.
    pub group: u8,
    /// What may not precede the credential.
    pub left: Boundary,
    /// What may not follow the credential.
    pub right: Boundary,
    /// Parser that finds the end of a block.
    pub extend: Option<Extend>,
    /// Offline proof.
    pub check: Option<Check>,
    /// Least entropy of the credential, as a share of what its own alphabet and length would give at
    /// random, in percent; 0 asks nothing.
    pub min_entropy: u8,
    /// Patterns of file names (no directories; `*` allowed) in which alone this rule runs, over the
    /// whole file and without anchors. Empty: everywhere.
    pub files: Cow<'static, [Text]>,
    /// How to revoke it, in a sentence.
    pub revoke: Text,
    /// Where to revoke it.
    pub revoke_url: Text,
    /// Sources of the facts: vendor pages.
    pub references: Cow<'static, [Text]>,
    /// Templates of credentials that must be found (see `patterns/README.md`).
    pub examples: Cow<'static, [Text]>,
    /// Templates of text that this rule must not report.
    pub rejects: Cow<'static, [Text]>,
}

/// Bytes on each side of a match that scoring may look at: the name before it, the rest of the line.
pub const CONTEXT: usize = 128;
/// Greatest reach of a short rule, in decoded bytes.
pub const SHORT_REACH: usize = 512;
/// Greatest reach of any rule, in decoded bytes.
pub const LONG_REACH: usize = 16 * 1024;

impl Rule {
    /// Whether every match begins with a literal of four bytes and more that only this credential has.
    #[must_use]
    pub fn has_prefix(&self) -> bool {
        let is_prefix = |anchor: &Anchor| anchor.lead_max == 0 && anchor.literal.len() >= 4 && !anchor.fold;
        self.kind == Kind::Token && self.group == 0 && !self.anchors.is_empty() && self.anchors.iter().all(is_prefix)
    }

    /// How many bytes `secret` begins with that every credential of this format begins with: a report may show them.
    #[must_use]
    pub fn public_prefix(&self, secret: &[u8]) -> usize {
        // A longer beginning is made of encoded facts, which nobody knows a format by.
        const MOST: usize = 12;
        if !matches!(self.kind, Kind::Token | Kind::Identifier) {
            return 0;
        }
        let begins = |anchor: &&Anchor| secret.get(..anchor.literal.len()).is_some_and(|head| anchor.is(head));
        let lengths = self.anchors.iter().filter(begins).map(|anchor| anchor.literal.len());
        lengths.filter(|len| *len <= MOST).max().unwrap_or(0)
    }

    /// The greatest distance, in bytes, from an anchor to any byte that can influence the result.
    #[must_use]
    pub fn reach(&self) -> usize {
        let lead = self.anchors.iter().map(|a| usize::from(a.lead_max)).max().unwrap_or(0);
        if self.extend.is_some() || lead.max(self.max_len as usize) + CONTEXT > SHORT_REACH {
            LONG_REACH
        } else {
            SHORT_REACH
        }
    }
}
