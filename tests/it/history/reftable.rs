//! Refs and reflogs kept in reftables: what files would say of the same history, and what git says.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use portcullis::git::{Env, Repo as Ours, Tips};

use super::walk::rich;
use super::{live, run};
use crate::support::Repo;
use crate::support::draw::Draw;

const TABLES: &str = "--ref-format=reftable";

fn tips(repo: &Repo) -> Tips {
    Ours::open(Env::default(), &repo.dir).and_then(|ours| ours.tips()).expect("refs are read")
}

/// Names and ids as `git for-each-ref` has them.
fn by_git(repo: &Repo) -> BTreeSet<String> {
    repo.ok("for-each-ref --format=%(objectname)_%(refname)").lines().map(str::to_owned).collect()
}

fn by_us(repo: &Repo) -> BTreeSet<String> {
    let refs = tips(repo).refs.into_iter().filter(|one| one.name.starts_with(b"refs/"));
    refs.map(|one| format!("{}_{}", one.target, String::from_utf8(one.name).expect("UTF-8"))).collect()
}

#[test]
fn tables_say_what_files_would_say() {
    for format in ["sha1", "sha256"] {
        let [files, tables] = ["--ref-format=files", TABLES].map(|refs| {
            let repo = rich(&[refs, "--object-format", format]);
            repo.ok("branch gone");
            repo.ok("branch -D gone");
            repo.ok("pack-refs --all");
            repo.ok("branch later");
            repo.ok("tag -d v1-again");
            repo.ok("reflog delete main@{1}");
            let tips = tips(&repo);
            assert_eq!(by_us(&repo), by_git(&repo));
            let logs: Vec<_> = tips.logs.iter().map(|log| (log.name.clone(), log.lines().expect("read"))).collect();
            (tips.refs, tips.logged, logs, tips.broken)
        });
        assert!(tables.0.len() > 8 && tables.2.len() > 3, "{format}: there is something to compare");
        assert!(files == tables, "{format}: {:?}\n{:?}", files.1, tables.1);
    }
}

#[test]
fn many_refs_in_many_blocks_and_tables() {
    let repo = Repo::init(&[TABLES]);
    let first = repo.commit("first");
    let second = repo.commit("second");
    repo.ok("-c core.logAllRefUpdates=always tag -a -m v v0");
    for round in 0..4_usize {
        let mut lines = String::new();
        for at in 0..5_000 {
            let id = if at % 3 == round % 3 { &first } else { &second };
            match (round, at % 7) {
                (3, 0) => writeln!(lines, "delete refs/heads/n{at:05}").expect("written"),
                _ => writeln!(lines, "update refs/heads/n{at:05} {id}").expect("written"),
            }
        }
        repo.feed("-c core.logAllRefUpdates=always update-ref --stdin", lines.as_bytes());
        assert_eq!(by_us(&repo), by_git(&repo), "round {round}");
    }
    let log = tips(&repo).logs.into_iter().find(|log| log.name == b"refs/heads/n00001").expect("a log");
    let by_git = repo.ok("log -g --format=%H refs/heads/n00001");
    assert_eq!(log.lines().expect("read").len(), by_git.lines().count());
    for size in ["256", "65536"] {
        repo.git(["-c", &format!("reftable.blockSize={size}"), "pack-refs", "--all"]).text();
        assert_eq!(by_us(&repo), self::by_git(&repo), "blocks of {size}");
    }
}

#[test]
fn a_history_there_is_told_as_any_other() {
    let repo = Repo::init(&[TABLES]);
    let (token, dropped) = (Draw(900).token(), Draw(901).token());
    repo.stage("s", &token);
    repo.commit("bad");
    repo.ok("branch topic");
    repo.stage("t", &dropped);
    repo.git(["commit", "-q", "--no-verify", "-m", "only the reflog will have this"]).text();
    repo.ok("reset -q --hard HEAD^");
    // What a reflog itself says is read as well.
    let said = Draw(902).token();
    repo.git(["update-ref", "--create-reflog", "-m", &format!("moved for {said}"), "refs/heads/noted", "HEAD"]).text();
    let (lives, summary) = run(&repo, &[], 1);
    assert_eq!((lives.len(), &summary["coverage"]["complete"]), (3, &true.into()), "{summary}");
    let mut all: Vec<Vec<String>> = lives.iter().map(live).collect();
    all.sort();
    assert_eq!(all, [&[][..], &["refs/heads/main", "refs/heads/noted", "refs/heads/topic"], &["refs/heads/noted"]]);
}

#[test]
fn a_broken_table_is_an_error_and_no_empty_history() {
    let repo = Repo::init(&[TABLES]);
    repo.stage("s", Draw(903).token());
    repo.commit("bad");
    let dir = repo.git_dir().join("reftable");
    let tables = fs::read_dir(&dir).expect("tables").map(|entry| entry.expect("a file").path());
    let table = tables.into_iter().find(|path| path.extension().is_some_and(|end| end == "ref")).expect("a table");
    let whole = fs::read(&table).expect("read");
    for at in [0, 4, whole.len() / 2, whole.len() - 20] {
        // Cut short, and with a byte that is another one. A ref's own bytes have no checksum in the format.
        fs::write(&table, &whole[..at]).expect("written");
        assert_eq!(repo.portcullis(&["history"]).code, Some(2), "cut at {at}");
        let mut bad = whole.clone();
        bad[at] ^= 0x10;
        fs::write(&table, &bad).expect("written");
        assert_ne!(repo.portcullis(&["history"]).code, Some(0), "flipped at {at}");
    }
    fs::write(&table, &whole).expect("written");
    assert_eq!(repo.portcullis(&["history"]).code, Some(1));
    fs::write(dir.join("tables.list"), "../../config\n").expect("written");
    assert_eq!(repo.portcullis(&["history"]).code, Some(2), "tables lie beside their list");
    fs::remove_file(dir.join("tables.list")).expect("removed");
    assert_eq!(repo.portcullis(&["history"]).code, Some(2), "no list");
}
