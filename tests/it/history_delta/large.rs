//! One file with very many versions, and one very large file.

use std::fmt::Write as _;

use portcullis::git::Limits;
use portcullis::guard::history::Options;

use super::super::support::Repo;
use super::super::support::draw::Draw;
use super::scan;

/// A repository of so many versions of one file, each of which changes a line; now and then one brings a token.
fn versions(count: usize, depth: &str) -> Repo {
    let repo = Repo::init(&["--bare"]);
    let mut draw = Draw(11);
    let mut lines: Vec<String> = (0..30).map(|at| format!("line {at} {:x}", draw.next())).collect();
    let mut stream = String::new();
    for version in 0..count {
        let at = draw.below(lines.len());
        lines[at] =
            if version % 97 == 0 { format!("token {}", draw.token()) } else { format!("line {:x}", draw.next()) };
        let text = lines.join("\n");
        write!(stream, "commit refs/heads/main\ncommitter A <a@b> {version} +0000\ndata 1\nm\n").expect("written");
        write!(stream, "M 100644 inline file\ndata {}\n{text}\n", text.len()).expect("written");
    }
    repo.feed(&format!("fast-import --quiet --depth={depth}"), stream.as_bytes());
    repo
}

#[test]
fn thousands_of_versions_in_long_chains_are_scanned_the_same_in_little_memory() {
    let repo = versions(6000, "4000");
    let whole = scan(&repo, Options { whole: true, ..Options::default() });
    let tight = Limits { ancestors: 4096, small: 256, ..Limits::default() };
    for limits in [Limits::default(), tight, Limits::within(16 << 20, None)] {
        let delta = scan(&repo, Options { limits, ..Options::default() });
        assert!(delta.skips.is_empty(), "{:?}", delta.skips);
        assert!(delta.found == whole.found && whole.found.len() > 1000, "{}", whole.found.len());
    }
}

/// `cargo test --test it -- --ignored large`: a minute, and peak memory is to be looked at from outside.
#[test]
#[ignore = "writes gigabytes"]
fn fifty_thousand_versions_and_a_blob_of_two_gigabytes() {
    let repo = versions(50_000, "4095");
    let token = Draw(8).token();
    let mut large = vec![b'x'; 2 << 30];
    let at = large.len() - 100;
    large[at..at + token.len()].copy_from_slice(token.as_bytes());
    (large[at - 1], large[at + token.len()]) = (b'\n', b'\n');
    let blob = repo.feed("hash-object -w --stdin", &large);
    drop(large);
    repo.git(["update-ref", "refs/large", &blob]).text();
    let ran = repo.portcullis(&["history", "--show-secrets"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(String::from_utf8_lossy(&ran.stdout).contains(&token), "{}", ran.stderr);
}
