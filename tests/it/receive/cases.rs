//! The pushes of honest and less honest git clients, one row each: what is done, and what the gate must say.

use std::fs;

use super::pair::{Pair, blocked, mannered, token};
use crate::support::repo::Ran;

/// What is to become of a push.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Block,
    Pass,
}
use Want::{Block, Pass};

/// A case: its name in the acceptance list, what is wanted, and what is done with a fresh pair and a credential.
type Case = (&'static str, Want, fn(&Pair, &str) -> Ran);

const CASES: &[Case] = &[
    ("R1 a file", Block, |p, t| commit_and_push(p, "s", t)),
    ("R2 the second of two refs", Block, |p, t| {
        p.client.stage("a", "clean");
        p.client.commit("clean");
        p.client.ok("branch a");
        p.client.ok("checkout -q -b zz");
        p.client.stage("s", t);
        p.client.commit("bad");
        p.push("a zz")
    }),
    ("R3 a tag of a blob", Block, |p, t| {
        let blob = p.object("blob", t.as_bytes());
        p.client.git(["tag", "bt", &blob]).text();
        p.push("bt")
    }),
    ("R4 a tag of a tree", Block, |p, t| {
        let blob = p.object("blob", t.as_bytes());
        let tree = p.client.feed("mktree", format!("100644 blob {blob}\ts\n").as_bytes());
        p.client.git(["tag", "tt", &tree]).text();
        p.push("tt")
    }),
    ("R5 a tag's message", Block, |p, t| {
        p.client.commit("clean");
        p.client.git(["tag", "-a", "v", "-m", &format!("x {t}")]).text();
        p.push("v")
    }),
    ("R6 a commit's message", Block, |p, t| {
        p.client.commit(&format!("m {t}"));
        p.push("main")
    }),
    ("R7 a person's name", Block, |p, t| {
        push_raw_commit(p, &format!("author {t} <a@b> 1 +0000\ncommitter {t} <a@b> 1 +0000\n\nm\n"))
    }),
    ("R8 a message behind a NUL", Block, |p, t| {
        push_raw_commit(p, &format!("author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm\0{t}\n"))
    }),
    ("R9 a header nobody knows", Block, |p, t| {
        push_raw_commit(p, &format!("author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\nx-note {t}\n\nm\n"))
    }),
    ("R16 a branch of its own", Block, |p, t| {
        p.seed("a", "old");
        p.client.ok("checkout -q --orphan other");
        p.client.ok("rm -q -r --cached .");
        commit_and_push(p, "s", t)
    }),
    ("R17 an evil merge", Block, |p, t| {
        p.seed("a", "old");
        p.client.aside("side", "b", "side");
        p.client.stage("c", "main");
        p.client.commit("main");
        p.client.ok("merge -q --no-commit --no-ff side");
        p.client.stage("s", t);
        p.client.commit("merge");
        p.push("main")
    }),
    ("R18 added and removed", Block, |p, t| {
        p.client.stage("s", t);
        p.client.commit("add");
        p.client.ok("rm -q s");
        p.client.commit("remove");
        p.push("main")
    }),
    ("R19 a symlink becomes a file", Block, |p, t| {
        link(p, "s", "elsewhere");
        p.client.commit("link");
        assert!(p.push("main").ok);
        fs::remove_file(p.client.dir.join("s")).unwrap();
        commit_and_push(p, "s", t)
    }),
    ("R20 a symlink's target", Block, |p, t| {
        link(p, "l", &format!("https://u:{t}@h"));
        p.client.commit("link");
        p.push("main")
    }),
    ("R21 moved and appended to", Block, |p, t| {
        p.seed("a", &"line of text\n".repeat(50));
        p.client.ok("mv a b");
        commit_and_push(p, "b", &("line of text\n".repeat(50) + t))
    }),
    ("R22 attributes", Block, |p, t| {
        p.client.stage(".gitattributes", "* -diff binary\n");
        commit_and_push(p, "s", t)
    }),
    ("R23 NUL bytes", Block, |p, t| commit_and_push(p, "s", &format!("\0{t}\0"))),
    ("R24 UTF-16", Block, |p, t| {
        let wide: Vec<u8> = [0xfeff_u16].into_iter().chain(t.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        p.client.stage("s", wide);
        p.client.commit("wide");
        p.push("main")
    }),
    ("R26 notes", Block, |p, t| {
        p.seed("a", "old");
        p.client.git(["notes", "add", "-m", t]).text();
        p.push("refs/notes/commits")
    }),
    ("R27 a ref for review", Block, |p, t| {
        p.client.stage("s", t);
        p.client.commit("bad");
        p.push("HEAD:refs/for/main")
    }),
    ("R28 the name of a ref", Block, |p, t| {
        p.client.commit("clean");
        p.push(&format!("HEAD:refs/heads/{t}"))
    }),
    ("the name of a file", Block, |p, t| commit_and_push(p, &format!("d/{t}.txt"), "clean")),
    ("R29 an old credential is taken out, and its file sent anew", Pass, |p, t| {
        p.server.ok("config receive.unpackLimit 1");
        let old: String = (0..20_000).map(|n| format!("line {n}\n")).collect();
        p.seed("f", &format!("{old}{t}\n"));
        commit_and_push(p, "f", &old)
    }),
    ("an old credential's file is edited", Pass, |p, t| {
        p.seed("f", &format!("{t}\n"));
        commit_and_push(p, "f", &format!("one line more\n{t}\n"))
    }),
    ("an old credential's file is moved and edited", Pass, |p, t| {
        p.seed("d/f", &format!("{t}\n"));
        p.client.ok("mv d e");
        commit_and_push(p, "e/f", &format!("{t}\nmore\n"))
    }),
    ("beside a file with such a name", Pass, |p, t| {
        p.seed(&format!("d/{t}.txt"), "clean");
        commit_and_push(p, "d/other", "clean")
    }),
    ("R30 an old credential, and something else", Pass, |p, t| {
        p.seed("f", t);
        commit_and_push(p, "g", "clean")
    }),
    ("R31 a new branch where an old credential is", Pass, |p, t| {
        p.seed("f", t);
        p.push("main:refs/heads/new")
    }),
    ("a new branch at an old commit, and one upon it", Pass, |p, t| {
        p.seed("f", t);
        p.client.commit("one");
        p.client.commit("two");
        assert!(p.push("main").ok);
        p.client.ok("checkout -q -b old HEAD~2");
        assert!(commit_and_push(p, "g", "clean").ok);
        p.push("HEAD~1:refs/heads/older HEAD:refs/heads/upon")
    }),
    ("R32 nothing but a deletion", Pass, |p, t| {
        p.seed("f", t);
        assert!(p.push("main:refs/heads/gone").ok);
        p.push(":refs/heads/gone")
    }),
    ("R33 a forced push", Pass, |p, _| {
        p.seed("f", "one");
        p.client.ok("commit -q --amend --no-verify -m other");
        p.push("+main")
    }),
    ("R34 a submodule", Pass, |p, _| {
        let commit = p.client.commit("clean");
        p.client.git(["update-index", "--add", "--cacheinfo", &format!("160000,{commit},sub")]).text();
        p.client.commit("submodule");
        p.push("main")
    }),
    ("a tag of the tree that is there", Pass, |p, t| {
        p.seed("f", t);
        p.client.git(["tag", "t", "HEAD^{tree}"]).text();
        p.push("t")
    }),
    ("history squashed into one commit", Pass, |p, t| {
        p.seed("f", t);
        p.client.ok("checkout -q --orphan flat");
        p.client.commit("flat");
        p.push("flat")
    }),
    ("R48 allowed by a file in the same push", Block, |p, t| {
        p.client.stage(".gitleaksignore", "s\n");
        p.client.stage(".portcullis.baseline", "# nothing\n");
        commit_and_push(p, "s", &format!("{t} # portcullis:allow\n"))
    }),
    ("a commit upon one that was never let through", Block, |p, t| {
        let bad = never_let_through(p, t);
        p.client.ok("rm -q s");
        p.client.commit("take it out");
        assert!(p.server.ok_or_not(&format!("cat-file -e {bad}")));
        p.push("main")
    }),
];

fn commit_and_push(p: &Pair, path: &str, content: &str) -> Ran {
    p.client.stage(path, content);
    p.client.commit("change");
    p.push("HEAD")
}

fn link(p: &Pair, name: &str, target: &str) {
    std::os::unix::fs::symlink(target, p.client.dir.join(name)).unwrap();
    p.client.git(["add", "--", name]).text();
}

fn push_raw_commit(p: &Pair, rest: &str) -> Ran {
    let tree = p.client.feed("mktree", b"");
    let commit = p.object("commit", format!("tree {tree}\n{rest}").as_bytes());
    p.push(&format!("{commit}:refs/heads/raw"))
}

/// A bad commit's objects get into the server's store, and no ref names them.
fn never_let_through(p: &Pair, t: &str) -> String {
    p.seed("a", "clean");
    p.unguard();
    p.client.stage("s", t);
    let bad = p.client.commit("bad");
    assert!(p.push("HEAD:refs/heads/tmp").ok && p.push(":refs/heads/tmp").ok);
    p.guard();
    bad
}

#[test]
fn every_push_meets_its_verdict() {
    for (seed, (id, want, run)) in (100..).zip(CASES) {
        let (pair, secret) = (Pair::new(), token(seed));
        let ran = run(&pair, &secret);
        match want {
            Block => {
                blocked(id, &ran, &secret);
                assert!(ran.stderr.contains("1 credential found"), "{id}: {}", ran.stderr);
                assert!(id.contains("never let through") || !pair.holds(&secret), "{id}: the server has it");
            }
            Pass => {
                assert!(ran.ok, "{id}: {}", ran.stderr);
                assert!(!ran.stderr.contains("portcullis"), "{id}: {}", ran.stderr);
                mannered(id, &ran, &secret);
            }
        }
    }
}

#[test]
fn r12_objects_that_are_there_but_were_never_let_through() {
    let (pair, secret) = (Pair::new(), token(1));
    never_let_through(&pair, &secret);
    blocked("R12", &pair.push("main"), &secret);
    assert!(!pair.push("HEAD:refs/heads/again").ok, "asking again changes nothing");
}

#[test]
fn r15_replacements_do_not_hide_what_is_pushed() {
    for setting in ["", "config core.useReplaceRefs true", "config core.useReplaceRefs false"] {
        let (pair, secret) = (Pair::new(), token(2));
        pair.seed("a", "harmless");
        if !setting.is_empty() {
            pair.server.ok(setting);
        }
        let clean = pair.client.ok("rev-parse HEAD:a");
        let bad = pair.object("blob", secret.as_bytes());
        assert!(pair.push(&format!("{clean}:refs/replace/{bad}")).ok);
        pair.client.stage("s", &secret);
        pair.client.commit("bad");
        blocked(setting, &pair.push("main"), &secret);
    }
}

#[test]
fn r25_hostile_names_are_told_harmlessly() {
    let (pair, secret) = (Pair::new(), token(3));
    let blob = pair.object("blob", secret.as_bytes());
    let entry = [format!("100644 blob {blob}\t").as_bytes(), b"a\nb\xff\x1b[2J\0"].concat();
    let tree = pair.client.feed("mktree -z", &entry);
    let commit = pair.client.git(["commit-tree", "-m", "m", &tree]).text();
    let ran = pair.push(&format!("{commit}:refs/heads/x"));
    blocked("R25", &ran, &secret);
    assert!(ran.stderr.contains(r#""a\nb\377\033[2J":1"#), "{}", ran.stderr);
}

#[test]
fn r39_r40_r42_other_stores_and_hashes() {
    let sha256 = ["--object-format=sha256"];
    for (id, server, client) in [("R39", &sha256[..], &sha256[..]), ("R40", &["--ref-format=reftable"], &[])] {
        let (pair, secret) = (Pair::with(server, client), token(4));
        pair.client.stage("a", "clean");
        pair.client.commit("clean");
        assert!(pair.push("main").ok, "{id}");
        assert!(pair.push("main:refs/heads/more").ok, "{id}");
        blocked(id, &commit_and_push(&pair, "s", &secret), &secret);
        assert!(!pair.holds(&secret), "{id}");
    }
    let (mut pair, secret) = (Pair::new(), token(5));
    pair.seed("old", &secret);
    let fork = pair.server.beside("a \"fork:.git");
    pair.server.git(["clone", "-q", "--bare", "-s", pair.server.dir.to_str().unwrap(), fork.to_str().unwrap()]).text();
    pair.client.git(["remote", "set-url", "origin", fork.to_str().unwrap()]).text();
    pair.server.dir = fork;
    pair.guard();
    assert!(commit_and_push(&pair, "old", &format!("{secret}\nmore\n")).ok, "R42: an old one is old in a fork, too");
    let new = token(6);
    blocked("R42", &commit_and_push(&pair, "s", &new), &new);
}

#[test]
fn r41_a_push_from_a_shallow_clone() {
    let (pair, secret) = (Pair::new(), token(7));
    pair.seed("a", "one");
    assert!(commit_and_push(&pair, "a", "two").ok);
    pair.server.ok("config receive.shallowUpdate true");
    let url = format!("file://{}", pair.server.dir.display());
    let dir = pair.client.beside("shallow");
    pair.client.git(["clone", "-q", "--depth", "1", &url, dir.to_str().unwrap()]).text();
    let shallow = Pair { client: crate::support::Repo::init(&[]), server: pair.server };
    shallow.client.git(["fetch", "-q", "--depth", "1", &url, "main"]).text();
    shallow.client.ok("checkout -q -B main FETCH_HEAD");
    shallow.client.git(["remote", "add", "origin", &url]).text();
    assert!(commit_and_push(&shallow, "b", "clean").ok);
    blocked("R41", &commit_and_push(&shallow, "s", &secret), &secret);
    assert!(!shallow.holds(&secret));
}

#[test]
fn r36_zeros_and_r38_many_refs_go_through() {
    let pair = Pair::new();
    pair.client.stage("zeros", vec![0_u8; 60 << 20]);
    pair.client.commit("zeros");
    let ran = pair.push("main");
    assert!(ran.ok, "R36: {}", ran.stderr);
    let head = pair.client.ok("rev-parse HEAD");
    let refs: String = (0..500).map(|n| format!("create refs/heads/b{n} {head}\n")).collect();
    pair.client.feed("update-ref --stdin", refs.as_bytes());
    let ran = pair.push("refs/heads/*:refs/heads/*");
    assert!(ran.ok, "R38: {}", ran.stderr);
    let secret = token(8);
    pair.client.stage("s", &secret);
    let bad = pair.client.commit("bad");
    let refs: String =
        (0..500).map(|n| format!("create refs/heads/c{n} {}\n", if n == 499 { &bad } else { &head })).collect();
    pair.client.feed("update-ref --stdin", refs.as_bytes());
    blocked("R38", &pair.push("refs/heads/c*:refs/heads/c*"), &secret);
}

#[test]
fn the_message_says_where_and_how_to_mend_it() {
    let (pair, secret) = (Pair::new(), token(9));
    pair.policy("help = \"write to keys@example.com\"\n");
    pair.seed("a", "clean");
    pair.client.stage("conf/s.ini", format!("one\ntwo {secret}\n"));
    let bad = pair.client.commit("bad");
    let first = pair.push("main");
    for line in [
        "error: portcullis: push rejected: 1 credential found",
        "  conf/s.ini:2",
        &format!("      commit  {}", &bad[..16]),
        "      still in the tip of what you push",
        "        git commit -a --amend",
        "hint: if it is no credential: write to keys@example.com",
        "it counts as",
    ] {
        assert!(first.stderr.contains(line), "{line}\n{}", first.stderr);
    }
    pair.client.ok("rm -q conf/s.ini");
    pair.client.commit("take it out");
    let second = pair.push("main");
    for line in [
        "      gone from the tip, but still in the older commit",
        &format!("        git rebase -i --rebase-merges {}~1", &bad[..16]),
        "a new commit on top does not help",
    ] {
        assert!(second.stderr.contains(line), "{line}\n{}", second.stderr);
    }
    assert!(!second.stderr.contains("1 credential founds"));
}
