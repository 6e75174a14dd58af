//! What can stand in configuration files: every key, what its value may be, and what it is for. The readers go by it,
//! and the JSON schemas under docs/schema/ are made of it.

/// A key of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it is for, in a sentence.
    pub about: &'static str,
    /// What its value may be.
    pub shape: Shape,
    /// Whether it may not be left out.
    pub needed: bool,
}

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `true` or `false`.
    Flag,
    /// A string.
    Text,
    /// A string of one line, without control characters.
    Line,
    /// The same, with something in it.
    Reason,
    /// A string: a path below the file's directory, with `/`, without `.` and `..`.
    Inside,
    /// A string: an absolute path.
    AbsolutePath,
    /// A string: a day, `YYYY-MM-DD`.
    Day,
    /// A string: 32 lower-case hexadecimal digits.
    Fingerprint,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// A whole number, from the first to the second.
    Number(u64, u64),
    /// A list of that.
    List(&'static Self),
    /// A list of that, of at least one.
    Some(&'static Self),
    /// A table with these keys and no others.
    Table(&'static [Key]),
    /// Such tables, in a list.
    Tables(&'static [Key]),
    /// Such tables, each under a name of its own (a rule's id).
    Named(&'static [Key]),
    /// Tables in a list, of which each needs at least one of the keys that begin the list, so many of them.
    AnyOf(usize, &'static [Key]),
}

/// A key that may be left out.
pub(super) const fn key(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, about, shape, needed: false }
}

/// A key that may not.
pub(super) const fn needed(name: &'static str, shape: Shape, about: &'static str) -> Key {
    Key { name, about, shape, needed: true }
}

impl Key {
    /// From what to what number, if it is one.
    #[must_use]
    pub const fn range(&self) -> (u64, u64) {
        match self.shape {
            Shape::Number(least, most) => (least, most),
            _ => (0, 0),
        }
    }
}

/// The names of keys, as errors list them.
pub(super) fn names(keys: &[Key]) -> String {
    keys.iter().map(|key| key.name).collect::<Vec<_>>().join(", ")
}
