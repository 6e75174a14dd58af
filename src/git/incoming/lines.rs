//! What git writes to the standard input of its push hooks: one line for each ref, taken strictly.
//!
//! Git hands names on that it has not looked at yet. A line that cannot be a push is an error and no line to be
//! passed over: whoever can make us skip a line can push past us.

use crate::git::{HashKind, Oid};

/// One ref that is being pushed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command {
    /// What the pusher says the ref was. Before the update hook, this is a claim and nothing more.
    pub old: Oid,
    /// What it is to be; null for a deletion.
    pub new: Oid,
    /// The ref's full name on the receiving side.
    pub name: Vec<u8>,
}

/// Why the lines make no sense. Says nothing of what they hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line} of the hook's input {problem}")]
pub struct LinesError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl LinesError {
    /// Whether all that is wrong is that there are too many.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.problem == ONE_TOO_MANY
    }
}

/// The readers of lines, for a repository's hash function and a limit on their number.
#[derive(Clone, Copy, Debug)]
pub struct Lines {
    /// The hash function that all ids must be of.
    pub hash: HashKind,
    /// Most lines that are taken.
    pub most: usize,
}

impl Lines {
    /// Reads `<old> SP <new> SP <ref> LF` lines: pre-receive and post-receive.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn receive(self, input: &[u8]) -> Result<Vec<Command>, LinesError> {
        self.each(input, |line| {
            let width = self.hash.width() * 2;
            let old = self.id(line.get(..width))?;
            let rest = line.get(width..).and_then(|rest| rest.strip_prefix(b" ")).ok_or(NO_LINE)?;
            let new = self.id(rest.get(..width))?;
            let name = rest.get(width..).and_then(|rest| rest.strip_prefix(b" ")).ok_or(NO_LINE)?;
            command(old, new, name)
        })
    }

    /// Reads `<local ref> SP <new> SP <remote ref> SP <old> LF` lines: pre-push. The local ref is any expression
    /// of the user's, blanks and all, so lines are read from their end.
    ///
    /// # Errors
    /// The first line that is none.
    pub fn push(self, input: &[u8]) -> Result<Vec<Command>, LinesError> {
        self.each(input, |line| {
            let mut words = line.rsplitn(4, |&b| b == b' ');
            let old = self.id(words.next())?;
            let name = words.next().ok_or(NO_LINE)?;
            let new = self.id(words.next())?;
            words.next().ok_or(NO_LINE)?;
            command(old, new, name)
        })
    }

    /// One command, given as the arguments of the update hook.
    ///
    /// # Errors
    /// If it is none; the line told is 1.
    pub fn update(self, name: &[u8], old: &[u8], new: &[u8]) -> Result<Command, LinesError> {
        let parse = || command(self.id(Some(old))?, self.id(Some(new))?, name);
        parse().map_err(|problem| LinesError { line: 1, problem })
    }

    fn each(
        self,
        input: &[u8],
        parse: impl Fn(&[u8]) -> Result<Command, &'static str>,
    ) -> Result<Vec<Command>, LinesError> {
        let mut commands = Vec::new();
        let mut rest = input;
        while !rest.is_empty() {
            let line = commands.len() + 1;
            let fail = |problem| LinesError { line, problem };
            if commands.len() == self.most {
                return Err(fail(ONE_TOO_MANY));
            }
            let end = memchr::memchr(b'\n', rest).ok_or_else(|| fail("is cut off"))?;
            let (text, after) = rest.split_at(end);
            commands.push(parse(text).map_err(fail)?);
            rest = after.get(1..).unwrap_or_default();
        }
        Ok(commands)
    }

    fn id(self, hex: Option<&[u8]>) -> Result<Oid, &'static str> {
        let hex = hex.filter(|hex| !hex.iter().any(u8::is_ascii_uppercase)).ok_or(NO_LINE)?;
        Oid::from_hex(hex).filter(|oid| oid.hash_kind() == self.hash).ok_or(NO_LINE)
    }
}

const ONE_TOO_MANY: &str = "is one more than the limit of refs in one push";
const NO_LINE: &str = "does not hold two object ids of this repository and a ref";

fn command(old: Oid, new: Oid, name: &[u8]) -> Result<Command, &'static str> {
    if !is_ref_name(name) {
        return Err("names a ref that git does not allow");
    }
    Ok(Command { old, new, name: name.to_vec() })
}

/// What `git check-ref-format --allow-onelevel` says of a name.
fn is_ref_name(name: &[u8]) -> bool {
    let clean = |b: &u8| *b > b' ' && *b != 0x7f && !b"~^:?*[\\".contains(b);
    let part = |part: &[u8]| !part.is_empty() && !part.starts_with(b".") && !part.ends_with(b".lock");
    let pair = |two: &[u8]| two == b".." || two == b"@{";
    name.iter().all(clean)
        && name.split(|&b| b == b'/').all(part)
        && !name.windows(2).any(pair)
        && !name.ends_with(b".")
        && name != b"@"
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: Lines = Lines { hash: HashKind::Sha1, most: 3 };

    fn line(name: &str) -> String {
        format!("{} {} {name}\n", "0".repeat(40), "a1".repeat(20))
    }

    #[test]
    fn good_lines_are_read_and_nothing_else_is() {
        let two = format!("{}{}", line("refs/heads/a"), line("HEAD"));
        let read = LINES.receive(two.as_bytes()).unwrap();
        assert_eq!((read.len(), read[0].name.as_slice(), read[0].old.is_null()), (2, &b"refs/heads/a"[..], true));
        assert_eq!(LINES.receive(b""), Ok(Vec::new()));
        assert!(LINES.receive([line("refs/heads/").trim_end().as_bytes(), b"\xff\n"].concat().as_slice()).is_ok());
        let good = line("refs/heads/a");
        for bad in [
            "\n".to_owned(),
            "x\n".to_owned(),
            good.trim_end().to_owned(),
            good.replacen(' ', "\t", 1),
            good.replacen(' ', "  ", 1),
            good.to_uppercase(),
            good.replace('0', "00"),
            good.replacen("a1", "", 1),
            line(""),
            line("refs/heads/a\0b"),
            line("refs/heads/a b"),
            line("refs/heads/\u{1b}[2J"),
            line("refs/heads/a..b"),
            line("refs/heads/a.lock/b"),
            line("refs//heads"),
            line("refs/heads/@{1}"),
            line("refs/heads/a."),
            line("/refs"),
            line("refs/"),
            format!("{good}\n"),
        ] {
            assert!(LINES.receive(bad.as_bytes()).is_err(), "{bad:?}");
        }
        let error = LINES.receive(good.repeat(4).as_bytes()).unwrap_err();
        assert_eq!(error.line, 4);
    }

    #[test]
    fn a_local_ref_may_hold_blanks() {
        let (null, id) = ("0".repeat(40), "b2".repeat(20));
        for local in ["refs/heads/x", "HEAD~1", "main@{2 days ago}", "(delete)", &id] {
            let text = format!("{local} {id} refs/heads/x {null}\n");
            let read = LINES.push(text.as_bytes()).unwrap();
            assert_eq!((read[0].new.to_string(), read[0].old.is_null()), (id.clone(), true), "{local}");
        }
        assert!(LINES.push(format!("{id} refs/heads/x {null}\n").as_bytes()).is_err());
    }
}
