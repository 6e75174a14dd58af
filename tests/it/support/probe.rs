//! Looks at a repository from inside a real hook: the hook runs this test binary again, with the
//! environment and directory git gave it, and what our library sees there is written to a file.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis::git::{Env, Mode, Repo as Ours};

use super::Repo;

const OUT: &str = "PORTCULLIS_TEST_PROBE";

/// Path to (mode, id) before and after; `None` where there is no such file. As our library and as git tell it.
pub(crate) type Listing = BTreeMap<Vec<u8>, (Side, Side)>;
type Side = Option<(u32, String)>;

/// The shell lines that run the probe inside a hook.
pub(crate) fn script(out: &Path) -> String {
    let exe = std::env::current_exe().expect("this test binary");
    format!("{OUT}='{}' '{}' --exact support::probe::inside_a_hook >&2 || exit 99\n", out.display(), exe.display())
}

/// Where a probe in this repository writes.
pub(crate) fn out(repo: &Repo) -> PathBuf {
    repo.beside("probe.out")
}

/// Not a test of its own: outside a hook there is nothing to look at.
#[test]
fn inside_a_hook() {
    let Some(out) = std::env::var_os(OUT) else { return };
    let repo = Ours::open(Env::from_process(), Path::new(".")).expect("the hook's repository opens");
    fs::write(out, encode(&ours(&repo))).expect("probe written");
}

/// What our library says the next commit changes. Where parents differ, the first one's side.
pub(crate) fn ours(repo: &Ours) -> Listing {
    let staged = repo.staged().expect("the staged changes are read");
    let side = |mode: Mode, oid: portcullis::git::Oid| Some((mode.0, oid.to_string()));
    let mut listing = Listing::new();
    for gone in staged.deleted {
        listing.insert(gone.path, (side(gone.mode, gone.oid), None));
    }
    for change in staged.changes {
        let old = change.old.first().and_then(|(mode, oid)| side(*mode, *oid));
        listing.insert(change.path, (old, side(change.mode, change.oid)));
    }
    listing
}

/// What git prints with `--raw -z --no-renames --no-abbrev`.
pub(crate) fn parse_raw(raw: &[u8]) -> Listing {
    let mut fields = raw.split(|&b| b == 0).filter(|field| !field.is_empty());
    let mut listing = Listing::new();
    while let (Some(meta), Some(path)) = (fields.next(), fields.next()) {
        let meta = String::from_utf8(meta.strip_prefix(b":").expect("raw format").to_vec()).expect("ASCII");
        let words: Vec<&str> = meta.split(' ').collect();
        let side = |mode: &str, oid: &str| {
            let mode = u32::from_str_radix(mode, 8).expect("octal");
            (mode != 0).then(|| (mode, oid.to_owned()))
        };
        listing.insert(path.to_vec(), (side(words[0], words[2]), side(words[1], words[3])));
    }
    listing
}

/// Reads what the probe of the last hook wrote.
pub(crate) fn read(repo: &Repo) -> Listing {
    parse_raw(&fs::read(out(repo)).expect("the probe ran"))
}

fn encode(listing: &Listing) -> Vec<u8> {
    let mut raw = Vec::new();
    for (path, (old, new)) in listing {
        let part = |side: &Side| side.clone().unwrap_or((0, "0".repeat(40)));
        let ((old_mode, old_oid), (new_mode, new_oid)) = (part(old), part(new));
        raw.extend_from_slice(format!(":{old_mode:06o} {new_mode:06o} {old_oid} {new_oid} X").as_bytes());
        raw.push(0);
        raw.extend_from_slice(path);
        raw.push(0);
    }
    raw
}
