//! Commits and annotated tags: the ids they name, and what people want to know of a commit.

use crate::git::{HashKind, ObjectKind, Oid};

/// What a commit names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommitLinks {
    /// Its tree.
    pub tree: Oid,
    /// Its parents, in order.
    pub parents: Vec<Oid>,
    /// The committer's clock, in seconds since 1970; 0 where it makes no sense.
    pub time: i64,
}

/// Reads what a commit names; `None` if it is malformed.
#[must_use]
pub fn commit_links(bytes: &[u8], hash: HashKind) -> Option<CommitLinks> {
    let mut lines = bytes.split(|&b| b == b'\n');
    let tree = id(lines.next()?.strip_prefix(b"tree ")?, hash)?;
    let (mut parents, mut time) = (Vec::new(), 0);
    for line in lines {
        if let Some(hex) = line.strip_prefix(b"parent ") {
            parents.push(id(hex, hash)?);
        } else if let Some(who) = line.strip_prefix(b"committer ") {
            time = stamp(who).0;
            break;
        } else if line.is_empty() {
            break;
        }
    }
    Some(CommitLinks { tree, parents, time })
}

/// The object that an annotated tag names, and what it says that is; `None` if it is malformed.
#[must_use]
pub fn tag_target(bytes: &[u8], hash: HashKind) -> Option<(Oid, ObjectKind)> {
    let mut lines = bytes.split(|&b| b == b'\n');
    let target = id(lines.next()?.strip_prefix(b"object ")?, hash)?;
    let kind = match lines.next()?.strip_prefix(b"type ")? {
        b"commit" => ObjectKind::Commit,
        b"tree" => ObjectKind::Tree,
        b"blob" => ObjectKind::Blob,
        b"tag" => ObjectKind::Tag,
        _ => return None,
    };
    Some((target, kind))
}

fn id(hex: &[u8], hash: HashKind) -> Option<Oid> {
    Oid::from_hex(hex).filter(|oid| oid.hash_kind() == hash)
}

/// Seconds since 1970 and minutes east of Greenwich, at the end of an author's or committer's line.
fn stamp(who: &[u8]) -> (i64, i32) {
    let rest = who.rsplit(|&b| b == b'>').next().unwrap_or_default();
    let mut words = rest.split(|&b| b == b' ').filter(|word| !word.is_empty()).map(std::str::from_utf8);
    let mut word = || words.next().and_then(Result::ok);
    let seconds = word().and_then(|text| text.parse().ok()).unwrap_or(0);
    let zone: i32 = word().and_then(|text| text.parse().ok()).unwrap_or(0);
    let zone = if zone.abs() <= 2400 { zone / 100 * 60 + zone % 100 } else { 0 };
    (seconds, zone)
}

/// Who made a commit, when, and what they said it was. Bytes as they stand there: no encoding is promised.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Person {
    /// The author's name.
    pub name: Vec<u8>,
    /// The author's e-mail address.
    pub email: Vec<u8>,
    /// Seconds since 1970.
    pub time: i64,
    /// Minutes east of Greenwich.
    pub zone: i32,
    /// The first paragraph of the message, on one line.
    pub subject: Vec<u8>,
}

/// Reads those from a raw commit. What is not there is empty.
#[must_use]
pub fn people(bytes: &[u8]) -> Person {
    let end = memchr::memmem::find(bytes, b"\n\n");
    let (head, message) = match end {
        Some(at) => (bytes.get(..at).unwrap_or_default(), bytes.get(at + 2..).unwrap_or_default()),
        None => (bytes, &b""[..]),
    };
    let mut person = Person::default();
    if let Some(who) = head.split(|&b| b == b'\n').find_map(|line| line.strip_prefix(b"author ")) {
        let (name, rest) = match memchr::memchr(b'<', who) {
            Some(at) => (who.get(..at).unwrap_or_default(), who.get(at + 1..).unwrap_or_default()),
            None => (who, &b""[..]),
        };
        person.name = name.trim_ascii().to_vec();
        person.email = rest.split(|&b| b == b'>').next().unwrap_or_default().to_vec();
        (person.time, person.zone) = stamp(who);
    }
    let lines = message.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let first: Vec<&[u8]> = lines.skip_while(|line| line.is_empty()).take_while(|line| !line.is_empty()).collect();
    person.subject = first.join(&b' ');
    person
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_read_and_a_broken_one_is_none() {
        let (tree, parent) = ("1".repeat(40), "2".repeat(40));
        let who = "A <B> U Thor <a@b> 1700000000 -0130";
        let text = format!("tree {tree}\nparent {parent}\nauthor {who}\ncommitter {who}\n\n\nOne\n two\n\nmore\n");
        let head = commit_links(text.as_bytes(), HashKind::Sha1).unwrap();
        assert_eq!((head.tree.to_string(), head.parents.len(), head.time), (tree.clone(), 1, 1_700_000_000));
        let person = people(text.as_bytes());
        assert_eq!((person.zone, person.subject.as_slice()), (-90, &b"One two"[..]));
        assert_eq!(commit_links(text.as_bytes(), HashKind::Sha256), None);
        assert_eq!(commit_links(b"", HashKind::Sha1), None);
        assert_eq!(commit_links(format!("tree {tree}\nparent 12\n").as_bytes(), HashKind::Sha1), None);
    }

    #[test]
    fn hostile_lines_are_read_as_far_as_they_go() {
        assert_eq!(people(b""), Person::default());
        let person = people(b"tree x\nauthor no mail and no date");
        assert_eq!((person.name.as_slice(), person.time), (&b"no mail and no date"[..], 0));
        assert_eq!(stamp(b"x <y> 99999999999999999999 +9999"), (0, 0));
    }
}
