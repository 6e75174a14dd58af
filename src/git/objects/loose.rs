//! Loose objects: a file for each, deflated as a whole with a header.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use super::super::pack::{Inflater, Map};
use super::ObjectKind;
use crate::git::{GitError, HashKind, Oid};

/// Bytes that a loose object's header takes at most: a kind, a size of 20 digits, a blank and a NUL.
const MAX_HEADER: usize = 32;

/// The ids of all loose objects below an object directory.
pub(super) fn list(dir: &Path, hash: HashKind, ids: &mut Vec<Oid>) -> Result<(), GitError> {
    for high in 0..=255_u8 {
        let fan = dir.join(format!("{high:02x}"));
        let entries = match fs::read_dir(&fan) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => continue,
            Err(error) => return Err(GitError::io(fan)(error)),
        };
        for entry in entries {
            let entry = entry.map_err(GitError::io(&fan))?;
            // Other names are git's temporary files, which no reader looks at.
            let name = entry.file_name();
            let hex = [format!("{high:02x}").as_bytes(), name.as_encoded_bytes()].concat();
            ids.extend(Oid::from_hex(&hex).filter(|oid| oid.hash_kind() == hash));
        }
    }
    Ok(())
}

/// The file of a loose object.
pub(super) fn path(dir: &Path, oid: Oid) -> PathBuf {
    let hex = oid.to_string();
    let (fan, rest) = hex.split_at(2);
    dir.join(fan).join(rest)
}

/// Files up to this size are read: for a few bytes that is cheaper than mapping them.
const READ: u64 = 1 << 20;

/// The bytes of a loose object's file.
enum Bytes {
    Read(Vec<u8>),
    Mapped(Map),
}

impl Bytes {
    fn of(path: &Path) -> Result<Option<Self>, GitError> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => return Ok(None),
            Err(error) => return Err(GitError::io(path)(error)),
        };
        if file.metadata().map_err(GitError::io(path))?.len() > READ {
            return Map::open(path).map(|map| Some(Self::Mapped(map)));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(GitError::io(path))?;
        Ok(Some(Self::Read(bytes)))
    }

    fn get(&self) -> &[u8] {
        match self {
            Self::Read(bytes) => bytes,
            Self::Mapped(map) => map.bytes(),
        }
    }
}

/// A loose object's file, with its header taken in.
pub(super) struct Loose {
    bytes: Bytes,
    pub(super) kind: ObjectKind,
    pub(super) size: u64,
    /// Length of the header, inflated.
    header: usize,
}

impl Loose {
    /// Opens an object; `None` if it is not there.
    pub(super) fn open(dir: &Path, oid: Oid, inflater: &mut Inflater) -> Result<Option<Self>, GitError> {
        let path = path(dir, oid);
        let Some(bytes) = Bytes::of(&path)? else { return Ok(None) };
        let broken = |detail: &str| GitError::object("object", oid, detail);
        let mut head = [0; MAX_HEADER];
        inflater.start();
        let (made, _) = inflater.some(bytes.get(), &mut 0, &mut head).map_err(broken)?;
        let (kind, size, header) =
            parse_header(head.get(..made).unwrap_or_default()).ok_or_else(|| broken("its header is malformed"))?;
        Ok(Some(Self { bytes, kind, size, header }))
    }

    /// Inflates the whole of it.
    pub(super) fn read(&self, inflater: &mut Inflater, out: &mut Vec<u8>) -> Result<(), &'static str> {
        let size = usize::try_from(self.size).ok().and_then(|size| size.checked_add(self.header));
        inflater.whole(self.bytes.get(), size.ok_or("its size is absurd")?, out)?;
        out.drain(..self.header);
        Ok(())
    }

    /// Reads it piece by piece.
    pub(super) fn stream<'a>(&'a self, inflater: &'a mut Inflater) -> impl Read + 'a {
        super::super::pack::stream(inflater, self.bytes.get(), self.header, self.size)
    }
}

/// `<kind> SP <decimal size> NUL`.
fn parse_header(head: &[u8]) -> Option<(ObjectKind, u64, usize)> {
    let nul = memchr::memchr(0, head)?;
    let (kind, size) = std::str::from_utf8(head.get(..nul)?).ok()?.split_once(' ')?;
    let digits = !size.is_empty() && size.bytes().all(|b| b.is_ascii_digit());
    Some((ObjectKind::from_name(kind)?, size.parse().ok().filter(|_| digits)?, nul + 1))
}
