//! Errors as people read them: one line that says what failed and why, one that says what to do.

use std::error::Error;
use std::ffi::OsStr;
use std::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::path::Path;

use crate::report::sanitize::{clean, is_hostile};

/// Something that ends a command: exit status 2.
#[derive(Debug)]
pub(super) struct Failure {
    message: String,
    hint: String,
}

impl Failure {
    /// With its message: what failed.
    #[must_use]
    pub(super) fn new(message: impl fmt::Display) -> Self {
        Self { message: message.to_string(), hint: String::new() }
    }

    /// With what failed, and the chain of its causes.
    #[must_use]
    pub(super) fn because(message: impl fmt::Display, cause: &dyn Error) -> Self {
        let mut text = message.to_string();
        let mut next = Some(cause);
        while let Some(error) = next {
            // Some say what they were caused by themselves, and are not told twice.
            let words = error.to_string();
            if !text.ends_with(&words) {
                // Writing to a string cannot fail.
                let _ = write!(text, ": {words}");
            }
            next = error.source();
        }
        Self { message: text, hint: String::new() }
    }

    /// What failed, on one line: what is said first, and the first of what follows.
    #[must_use]
    pub(super) fn brief(&self) -> String {
        visible(&self.message.lines().take(2).collect::<Vec<_>>().join(": "))
    }

    /// With what to do about it.
    #[must_use]
    pub(super) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = hint.to_string();
        self
    }

    /// With what to do about it, where nothing is said yet.
    #[must_use]
    pub(super) fn or_hint(self, hint: &str) -> Self {
        if self.hint.is_empty() { self.hint(hint) } else { self }
    }

    /// What failed.
    #[must_use]
    pub(super) fn message(&self) -> &str {
        &self.message
    }

    /// What to do about it; empty where that is not known.
    #[must_use]
    pub(super) fn advice(&self) -> &str {
        &self.hint
    }

    /// Tells it on standard error. That a closed standard error is no more trouble than the one told
    /// about is why nothing is returned.
    pub(super) fn tell(&self) {
        let _ = write!(io::stderr().lock(), "{self}");
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", visible(&self.message))?;
        if self.hint.is_empty() { Ok(()) } else { writeln!(f, "hint: {}", visible(&self.hint)) }
    }
}

/// The text without what a terminal obeys or nobody sees: it may quote what others wrote. Line breaks stay: of several
/// problems each has its line. In names of files there are none, see [`Shown`].
fn visible(text: &str) -> String {
    let shown = |c: char| if is_hostile(c) && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
    text.chars().map(shown).collect()
}

/// Paths and other words of the system in messages.
pub(super) trait Shown {
    /// It, on one line, with nothing in it that a terminal obeys or nobody sees.
    fn shown(&self) -> String;
}

impl Shown for Path {
    fn shown(&self) -> String {
        self.as_os_str().shown()
    }
}

impl Shown for OsStr {
    fn shown(&self) -> String {
        clean(&self.to_string_lossy())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_is_told_once_and_the_hint_stands_alone() {
        let cause = io::Error::other("no such thing");
        let failure = Failure::because("cannot read `x`", &cause).hint("look");
        assert_eq!(failure.to_string(), "error: cannot read `x`: no such thing\nhint: look\n");
    }

    /// Regression: a message file that is not there was told with the system's words twice.
    #[test]
    fn a_cause_that_is_told_already_is_not_told_twice() {
        let source = io::Error::other("no such thing");
        let cause = crate::git::GitError::Io { path: "x".into(), source };
        let failure = Failure::because("cannot look", &cause);
        assert_eq!(failure.to_string(), "error: cannot look: cannot read \"x\": no such thing\n");
    }

    #[test]
    fn escapes_in_names_do_not_reach_the_terminal() {
        assert_eq!(Failure::new("no \u{1b}[31m").to_string(), "error: no \u{fffd}[31m\n");
        let bidi = Failure::new("no").hint("a\u{202e}b\u{200b}c");
        assert_eq!(bidi.to_string(), "error: no\nhint: a\u{fffd}b\u{fffd}c\n");
        assert_eq!(Path::new("a\nhint: b\u{202e}").shown(), r"a\nhint: b\342\200\256");
    }
}
