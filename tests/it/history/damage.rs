//! Broken repositories: what is broken is named, what is not is read, and the answer is "could not tell".

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::Repo;
use crate::support::draw::Draw;

/// Something done to a pack.
struct Damage {
    name: &'static str,
    /// Does it, to the path of the pack without its extension.
    does: fn(&Path),
    /// One of these is said.
    said: &'static [&'static str],
}

fn edit(stem: &Path, extension: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let path = stem.with_extension(extension);
    let mut bytes = fs::read(&path).expect("read");
    change(&mut bytes);
    fs::remove_file(&path).expect("removed");
    fs::write(&path, bytes).expect("written");
}

/// Flips a bit at a part of a hundred of the file.
fn flip(stem: &Path, extension: &str, part: usize) {
    edit(stem, extension, |bytes| {
        let at = bytes.len() * part / 100;
        bytes[at] ^= 0x10;
    });
}

const fn damage(name: &'static str, does: fn(&Path), said: &'static [&'static str]) -> Damage {
    Damage { name, does, said }
}

const DAMAGES: &[Damage] = &[
    damage("the index is cut short", |stem| edit(stem, "idx", |b| b.truncate(b.len() / 2)), &["cut short"]),
    damage("the index is empty", |stem| edit(stem, "idx", Vec::clear), &["cut short", "cannot read"]),
    damage("the index has another version", |stem| edit(stem, "idx", |b| b[7] = 9), &["unknown version"]),
    damage("the fan-out goes down", |stem| edit(stem, "idx", |b| b[8] = 0xff), &["goes down"]),
    damage("a name in the index", |stem| edit(stem, "idx", |b| b[8 + 1024 + 7] ^= 1), &["is not there", "missing", ""]),
    damage(
        "the checksum of an entry",
        |stem| {
            edit(stem, "idx", |b| {
                let count = (b.len() - 1072) / 28;
                b[1032 + 20 * count + 3] ^= 1;
            });
        },
        &["has a checksum of"],
    ),
    damage(
        "an offset",
        |stem| {
            edit(stem, "idx", |b| {
                let at = b.len() - 42;
                b[at] ^= 0x40;
            });
        },
        &["cannot be read"],
    ),
    damage(
        "the index knows another pack",
        |stem| {
            edit(stem, "idx", |b| {
                let at = b.len() - 30;
                b[at] ^= 1;
            });
        },
        &["checksum"],
    ),
    damage(
        "the index is a directory",
        |stem| {
            fs::remove_file(stem.with_extension("idx")).expect("removed");
            fs::create_dir(stem.with_extension("idx")).expect("made");
        },
        &["cannot read"],
    ),
    damage("the pack is gone", |stem| fs::remove_file(stem.with_extension("pack")).expect("removed"), &["cannot read"]),
    damage("the pack is cut short", |stem| edit(stem, "pack", |b| b.truncate(b.len() / 2)), &["checksum"]),
    damage("the pack is empty", |stem| edit(stem, "pack", Vec::clear), &["cut short", "cannot read"]),
    damage("the pack is no pack", |stem| edit(stem, "pack", |b| b[0] = b'p'), &["no pack of a version known"]),
    damage("the pack has another version", |stem| edit(stem, "pack", |b| b[7] = 7), &["no pack of a version known"]),
    damage("the pack counts more objects", |stem| edit(stem, "pack", |b| b[11] += 1), &["another number of objects"]),
    damage(
        "the pack's own checksum",
        |stem| edit(stem, "pack", |b| *b.last_mut().expect("a byte") ^= 1),
        &["checksum"],
    ),
    damage("the head of the first entry", |stem| edit(stem, "pack", |b| b[12] ^= 0x10), &["checksum", "broken"]),
    damage("data in the first fifth", |stem| flip(stem, "pack", 20), &["cannot be read"]),
    damage("data in the middle", |stem| flip(stem, "pack", 50), &["cannot be read"]),
    damage("data near the end", |stem| flip(stem, "pack", 90), &["cannot be read"]),
];

fn stem(repo: &Repo) -> PathBuf {
    let files = fs::read_dir(repo.git_dir().join("objects/pack")).expect("packs");
    let mut packs: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    packs.retain(|path| path.extension().is_some_and(|extension| extension == "pack"));
    assert_eq!(packs.len(), 1);
    packs.remove(0).with_extension("")
}

#[test]
fn what_is_broken_is_named_and_what_is_not_is_read() {
    for damage in DAMAGES {
        let name = damage.name;
        let repo = Repo::init(&[]);
        for at in 0..12 {
            let body: String = (0..40).map(|line| format!("{line} {:x}\n", Draw(line * 31).next())).collect();
            repo.stage("packed", format!("{body}{at}\n"));
            repo.commit("packed");
        }
        repo.ok("repack -adfq");
        let broken = stem(&repo);
        // Whole, whatever becomes of the pack: a ref's own blob.
        let blob = repo.feed("hash-object -w --stdin", format!("{}\n", Draw(3).token()).as_bytes());
        repo.git(["update-ref", "refs/whole", &blob]).text();
        (damage.does)(&broken);
        let ran = repo.portcullis(&["history", "--unreachable", "--format", "json"]);
        let text = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(ran.code, Some(2), "{name}: {text}{}", ran.stderr);
        assert!(damage.said.iter().any(|words| text.contains(words)), "{name}: {text}");
        let file = broken.file_name().expect("a name").to_string_lossy().into_owned();
        assert!(text.contains(&file) || text.contains("object ") || text.contains("commit "), "{name}: {text}");
        assert!(text.contains("refs/whole"), "{name}: what is whole is not told: {text}");
    }
}

#[test]
fn a_loose_object_that_is_broken_is_named() {
    for change in [
        (|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() / 2)) as fn(&mut Vec<u8>),
        |bytes| bytes.clear(),
        |bytes| bytes[0] ^= 0xff,
        |bytes| *bytes.last_mut().expect("a byte") ^= 1,
    ] {
        let repo = Repo::init(&[]);
        repo.stage("whole", format!("{}\n", Draw(4).token()));
        repo.stage("broken", "some words\n".repeat(100));
        repo.commit("both");
        let blob = repo.ok("rev-parse HEAD:broken");
        let path = repo.git_dir().join("objects").join(&blob[..2]).join(&blob[2..]);
        let mut bytes = fs::read(&path).expect("read");
        change(&mut bytes);
        fs::remove_file(&path).expect("removed");
        fs::write(&path, bytes).expect("written");
        let ran = repo.portcullis(&["history", "--format", "json"]);
        let text = String::from_utf8_lossy(&ran.stdout);
        assert_eq!(ran.code, Some(2), "{text}");
        assert!(text.contains(&format!("object {blob}")) && text.contains("whole"), "{text}");
    }
}
