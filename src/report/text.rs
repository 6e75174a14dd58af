//! Words, numbers and colours for people.

use std::io::{self, Write};

use crate::model::{Item, Origin, Severity};

/// Narrowest page that text is wrapped to.
const NARROWEST: usize = 40;

/// `1 file`, `2 files`: the number with thousands set apart, and the word for it.
pub(super) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(number), if number == 1 { one } else { many })
}

/// `1234567` as `1,234,567`.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A size for people, in powers of 1000: `512 bytes`, `18.3 MB`.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if bytes < 1000 {
        return count(bytes, "byte", "bytes");
    }
    // In tenths of a unit, rounded down: 999,999 bytes are 999.9 kB and not 1000.0.
    let (mut tenths, mut unit) = (bytes / 100, 0);
    while tenths >= 10_000 {
        tenths /= 1000;
        unit += 1;
    }
    format!("{}.{} {}", tenths / 10, tenths % 10, UNITS.get(unit).unwrap_or(&"EB"))
}

/// Why it was found, in a word: the most telling reason.
pub(super) fn main_reason(item: &Item) -> String {
    item.finding
        .score
        .reasons
        .first()
        .map_or_else(|| "matches the rule".into(), |reason| super::sanitize::clean(&reason.text))
}

/// What sort of object it is, in a word that machine formats keep.
pub(super) const fn origin_kind(origin: &Origin) -> &'static str {
    match origin {
        Origin::File(_) => "file",
        Origin::Stdin => "stdin",
        Origin::Staged(_) => "staged",
        Origin::Name { .. } => "name",
        Origin::CommitMessage => "commit-message",
        Origin::Object(_) => "object",
    }
}

/// A place to write lines of text to, of a given width, with or without colour.
pub(super) struct Page<'a> {
    out: &'a mut dyn Write,
    width: usize,
    color: bool,
    /// Whether no line may be wider, be it a path.
    strict: bool,
}

/// How a piece of text is set.
#[derive(Clone, Copy)]
pub(super) enum Ink {
    Plain,
    Bold,
    Red,
    Yellow,
}

impl From<Severity> for Ink {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Critical | Severity::High => Self::Red,
            Severity::Medium => Self::Yellow,
            Severity::Low => Self::Plain,
        }
    }
}

impl<'a> Page<'a> {
    pub(super) fn new(out: &'a mut dyn Write, width: usize, color: bool) -> Self {
        Self { out, width: width.max(NARROWEST), color, strict: false }
    }

    /// A page on which paths are folded as well, so that a log or a web page that cuts long lines cuts nothing off.
    pub(super) fn strict(self) -> Self {
        Self { strict: true, ..self }
    }

    /// Whether a line of that text is as wide as the page at most.
    pub(super) fn fits(&self, text: &str) -> bool {
        columns(text) <= self.width
    }

    /// A place, in that ink. A path that is too long is folded behind its slashes where pages are strict: a program
    /// could not find it then, so nowhere else.
    pub(super) fn place(&mut self, indent: usize, ink: Ink, text: &str) -> io::Result<()> {
        let (mut rest, mut margin) = (text, indent);
        while self.strict && margin + columns(rest) > self.width {
            let end = rest.char_indices().nth(self.width - margin).map_or(rest.len(), |(at, _)| at);
            let fold = rest[..end].rfind('/').map_or(end, |slash| slash + 1);
            let (line, more) = rest.split_at(fold);
            self.line(&format!("{}{}", " ".repeat(margin), self.ink(ink, line)))?;
            (rest, margin) = (more, indent + 2);
        }
        self.line(&format!("{}{}", " ".repeat(margin), self.ink(ink, rest)))
    }

    /// The text in that ink, where colours may be used.
    pub(super) fn ink(&self, ink: Ink, text: &str) -> String {
        let code = match ink {
            _ if !self.color => "",
            Ink::Plain => "",
            Ink::Bold => "\x1b[1m",
            Ink::Red => "\x1b[1;31m",
            Ink::Yellow => "\x1b[33m",
        };
        if code.is_empty() { text.to_owned() } else { format!("{code}{text}\x1b[0m") }
    }

    /// A line as it is.
    pub(super) fn line(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }

    /// An empty line.
    pub(super) fn gap(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// Words, wrapped at blanks, every line indented by as much. A word too long for a line has one alone.
    pub(super) fn words(&mut self, indent: usize, text: &str) -> io::Result<()> {
        self.hanging(&" ".repeat(indent), indent, text)
    }

    /// As [`Page::words`], with `label` (which shows as `indent` columns) before the first line.
    pub(super) fn hanging(&mut self, label: &str, indent: usize, text: &str) -> io::Result<()> {
        let room = self.width.saturating_sub(indent).max(1);
        let mut lines: Vec<String> = Vec::new();
        let mut used = 0;
        for word in text.split(' ') {
            let length = columns(word);
            match lines.last_mut() {
                Some(line) if used + 1 + length <= room => {
                    line.push(' ');
                    line.push_str(word);
                    used += 1 + length;
                }
                _ => {
                    lines.push(word.to_owned());
                    used = length;
                }
            }
        }
        let blank = " ".repeat(indent);
        for (at, line) in lines.iter().enumerate() {
            writeln!(self.out, "{}{line}", if at == 0 { label } else { &blank })?;
        }
        Ok(())
    }
}

/// Columns a word takes on the page: its characters, without the colours among them.
fn columns(word: &str) -> usize {
    let mut in_color = false;
    let shows = |c: &char| {
        let was = in_color;
        in_color = *c == '\x1b' || (in_color && *c != 'm');
        !was && !in_color
    };
    word.chars().filter(shows).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_readable() {
        assert_eq!(thousands(0), "0");
        assert_eq!(thousands(999), "999");
        assert_eq!(thousands(1_234_567), "1,234,567");
        for (bytes, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (999_999, "999.9 kB"),
            (18_349_000, "18.3 MB"),
            (u64::MAX, "18.4 EB"),
        ] {
            assert_eq!(size(bytes), text);
        }
    }

    #[test]
    fn colors_take_no_room() {
        assert_eq!(columns("(\x1b[1;31mcritical\x1b[0m)"), 10);
        assert_eq!(columns("memo"), 4);
    }

    #[test]
    fn words_are_wrapped_and_none_is_cut() {
        let mut out = Vec::new();
        let mut page = Page::new(&mut out, 40, false);
        page.hanging("  why   ", 8, &format!("{} {} end", "word ".repeat(8).trim_end(), "x".repeat(50))).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], "  why   word word word word word word");
        assert_eq!(lines[1], "        word word");
        assert_eq!(lines[2], format!("        {}", "x".repeat(50)));
        assert_eq!(lines[3], "        end");
    }
}
