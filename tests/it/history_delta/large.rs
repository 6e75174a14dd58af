//! One file with very many versions, and one very large file; and how much memory they take.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::time::Duration;

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

/// Runs `history` with these arguments: what it printed, and the most memory of its own (mapped packs not counted) that
/// was seen while it ran, in MiB; none where the system does not tell.
fn watched(repo: &Repo, args: &[&str]) -> (String, u64) {
    let out = repo.beside("told");
    let mut command = repo.command(env!("CARGO_BIN_EXE_portcullis"));
    command.arg("history").args(args).stdout(File::create(&out).expect("a file"));
    let mut child = command.spawn().expect("portcullis runs");
    let mut peak = 0;
    let ended = loop {
        let status = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let own = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let own = own.and_then(|own| own.trim().trim_end_matches(" kB").parse().ok());
        peak = peak.max(own.unwrap_or(0_u64));
        if let Some(ended) = child.try_wait().expect("it is ours") {
            break ended;
        }
        std::thread::sleep(Duration::from_millis(1));
    };
    assert_eq!(ended.code(), Some(1));
    (fs::read_to_string(out).expect("UTF-8"), peak >> 10)
}

/// A blob of so many bytes with a token at its end, under a ref of its own.
fn large(repo: &Repo, size: usize) -> String {
    let token = Draw(8).token();
    let mut large = vec![b'x'; size];
    let at = large.len() - 100;
    large[at..at + token.len()].copy_from_slice(token.as_bytes());
    (large[at - 1], large[at + token.len()]) = (b'\n', b'\n');
    let blob = repo.feed("hash-object -w --stdin", &large);
    repo.ok(&format!("update-ref refs/large {blob}"));
    token
}

#[test]
fn memory_stays_within_what_is_allowed_whatever_is_in_there() {
    let repo = versions(2000, "1000");
    let token = large(&repo, 160 << 20);
    repo.ok("repack -adq --depth=1000");
    let (told, peak) = watched(&repo, &["--show-secrets", "--memory", "32", "--threads", "2"]);
    assert!(told.contains(&token), "{told}");
    // What is there before anything is read, and what was found, is not counted.
    assert!(peak < 32 + 40, "{peak} MiB");
}

/// `cargo test --test it -- --ignored large`: a minute.
#[test]
#[ignore = "writes gigabytes"]
fn fifty_thousand_versions_and_a_blob_of_two_gigabytes() {
    let repo = versions(50_000, "4095");
    let token = large(&repo, 2 << 30);
    let (told, peak) = watched(&repo, &["--show-secrets"]);
    assert!(told.contains(&token), "{told}");
    assert!(peak < 256 + 40, "{peak} MiB");
}
