//! Repositories drawn at random: our reading of what is staged against `git diff-index`.

use std::fs;

use portcullis::git::{Env, Repo as Ours};

use crate::support::draw::Draw;
use crate::support::{Repo, probe};

/// Names chosen so that directories, files and prefixes of each other collide.
const NAMES: &[&str] = &["a", "a.b", "a-b", "a0", "b", "dir", "dir.x", "z", "é", "A"];

fn path(draw: &mut Draw) -> String {
    let depth = 1 + draw.below(4);
    (0..depth).map(|_| NAMES[draw.below(NAMES.len())]).collect::<Vec<_>>().join("/")
}

/// Puts a blob at a drawn path straight into the index (replacing whatever is in its way), or takes one out.
fn change(repo: &Repo, draw: &mut Draw) {
    let path = path(draw);
    match draw.below(6) {
        0 => {
            let _ = repo.git(["rm", "-rq", "--cached", "--ignore-unmatch", "--", &path]);
        }
        1 => {
            let commit = format!("160000,{:040x},{path}", draw.next());
            let _ = repo.git(["update-index", "--add", "--replace", "--cacheinfo", &commit]);
        }
        kind => {
            let blob = repo.feed("hash-object -w --stdin", format!("{}", draw.below(4)).as_bytes());
            let mode = ["100644", "100644", "100755", "120000"][kind - 2];
            let entry = format!("{mode},{blob},{path}");
            let _ = repo.git(["update-index", "--add", "--replace", "--cacheinfo", &entry]);
        }
    }
}

#[test]
fn staged_is_what_diff_index_says() {
    for seed in 0..6 {
        let mut draw = Draw(seed);
        let repo = Repo::init(&["--object-format", ["sha1", "sha256"][draw.below(2)]]);
        if draw.below(3) == 0 {
            repo.ok("config index.version 4");
        }
        let mut differences = 0;
        for _ in 0..6 {
            for _ in 0..draw.below(8) {
                change(&repo, &mut draw);
            }
            if draw.below(2) == 0 {
                // Writes the cache tree, as `git commit` does before its hook.
                let _ = repo.git(["write-tree", "--missing-ok"]);
            }
            let base = if repo.git(["rev-parse", "-q", "--verify", "HEAD"]).ok {
                "HEAD".to_owned()
            } else {
                repo.feed("hash-object -w -t tree --stdin", b"")
            };
            let raw = repo.git(["diff-index", "--cached", "--raw", "-z", "--no-renames", "--no-abbrev", &base]);
            let ours = Ours::open(Env::default(), &repo.dir).unwrap();
            let seen = probe::ours(&ours);
            differences += seen.len();
            assert_eq!(seen, probe::parse_raw(&raw.stdout), "seed {seed}");
            if draw.below(2) == 0 {
                let tree = repo.ok("write-tree --missing-ok");
                let commit = repo.git(["commit-tree", &tree, "-m", "x"]).text();
                repo.git(["update-ref", "HEAD", &commit]).text();
            }
        }
        assert!(differences > 0, "seed {seed} drew nothing");
        assert!(fs::exists(repo.dir.join(".git/index")).unwrap());
    }
}
