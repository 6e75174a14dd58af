//! Pushes and calls that are made to hurt: bombs, garbage, a vanished quarantine, a killed guard.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::ends::{gate, kill};
use super::pair::{Pair, blocked, piped, token};
use super::raw;
use crate::support::repo::Ran;

/// A commit with ten levels of ten times the same tree, and one blob.
fn bomb(pair: &Pair, content: &[u8]) -> String {
    let mut entry = format!("100644 blob {}", pair.object("blob", content));
    let mut tree = String::new();
    for _ in 0..10 {
        let text: String = (0..10).map(|n| format!("{entry}\tn{n}\n")).collect();
        tree = pair.client.feed("mktree", text.as_bytes());
        entry = format!("040000 tree {tree}");
    }
    pair.client.git(["commit-tree", "-m", "bomb", &tree]).text()
}

#[test]
fn r35_a_tree_that_would_unfold_to_ten_billion_files() {
    let pair = Pair::new();
    let ran = pair.push(&format!("{}:refs/heads/bomb", bomb(&pair, b"boom")));
    assert!(ran.ok, "R35: {}", ran.stderr);
    // With a credential at its bottom, it is found once, and told once. (To another server: upon the first one, git
    // itself would unfold both, to find what to make deltas of.)
    let (pair, secret) = (Pair::new(), token(30));
    let ran = pair.push(&format!("{}:refs/heads/bomb", bomb(&pair, secret.as_bytes())));
    blocked("R35", &ran, &secret);
    assert!(ran.stderr.contains("1 credential found"), "{}", ran.stderr);
}

/// Regression: every name in a push's trees was kept, so a pack of some kilobytes took gigabytes of memory.
#[test]
fn names_that_fill_gigabytes_take_no_memory() {
    let (pair, secret) = (Pair::new(), token(33));
    let blob = pair.object("blob", b"x\n");
    let raw: Vec<u8> = (0..20).map(|n| u8::from_str_radix(&blob[n * 2..n * 2 + 2], 16).unwrap()).collect();
    let long = "a".repeat(4_000);
    let entry = |mode: &str, name: &str, raw: &[u8]| [mode.as_bytes(), b" ", name.as_bytes(), b"\0", raw].concat();
    let mut top = Vec::new();
    for dir in 10..40 {
        let names = (0..1_250).map(|n| entry("100644", &format!("{dir}{n:05}{long}"), &raw));
        let tree = pair.object("tree", &names.collect::<Vec<_>>().concat());
        let raw: Vec<u8> = (0..20).map(|n| u8::from_str_radix(&tree[n * 2..n * 2 + 2], 16).unwrap()).collect();
        top.extend(entry("40000", &format!("{dir}"), &raw));
    }
    let commit = |top: &[u8]| pair.client.git(["commit-tree", "-m", "names", &pair.object("tree", top)]).text();
    // Git itself would look long for what to make of what.
    pair.client.ok("config pack.window 0");
    // 150 MB of names in 96 MiB.
    let small = pair.script("pre-receive").replace("exec ", "ulimit -d 98304\nexec ");
    pair.server.hook("pre-receive", &small);
    let ran = pair.push(&format!("{}:refs/heads/names", commit(&top)));
    assert!(ran.ok, "{}", ran.stderr);
    // The last of them is looked at like the first.
    top.extend(entry("100644", &format!("zz-{secret}"), &raw));
    let ran = pair.push(&format!("{}:refs/heads/more", commit(&top)));
    blocked("the last name", &ran, &secret);
}

/// What looks like credentials, and cannot be kept for that, is not let through for it.
#[test]
fn more_names_that_look_like_credentials_than_can_be_kept_are_refused() {
    let pair = Pair::new();
    let blob = pair.object("blob", b"x\n");
    let lines: String = (0..26_000).map(|n| format!("100644 blob {blob}\t{}\n", token(50_000 + n))).collect();
    let tree = pair.client.feed("mktree", lines.as_bytes());
    let commit = pair.client.git(["commit-tree", "-m", "names", &tree]).text();
    let ran = pair.push(&format!("{commit}:refs/heads/names"));
    assert!(!ran.ok && ran.stderr.contains("1 object not"), "{}", ran.stderr);
    assert!(ran.stderr.contains("names of files: more of them"), "{}", ran.stderr);
}

/// Appendix D of the case list: 16 KiB that say "copy these 16 MiB of zeros twenty times".
fn delta_bomb(pair: &Pair) -> Vec<u8> {
    let zeros = vec![0_u8; 0x100_0000];
    let base = pair.object("blob", &zeros);
    let plain = raw::pack(&pair.client, std::slice::from_ref(&base));
    let mut varint = Vec::new();
    let number = |mut n: usize, out: &mut Vec<u8>| {
        while n >= 0x80 {
            out.push((n as u8 & 0x7f) | 0x80);
            n >>= 7;
        }
        out.push(n as u8);
    };
    number(zeros.len(), &mut varint);
    number(zeros.len() * 20, &mut varint);
    let mut delta = varint;
    for _ in 0..20 {
        delta.extend([0xf0, 0xff, 0xff, 0xff, 0x90, 0x01]);
    }
    // One object becomes two: the count in the header, and the entry behind the first.
    let mut pack = plain[..plain.len() - 20].to_vec();
    pack[8..12].copy_from_slice(&2_u32.to_be_bytes());
    let mut size = delta.len();
    let mut head = vec![(7 << 4) | (size as u8 & 15)];
    size >>= 4;
    while size > 0 {
        *head.last_mut().unwrap() |= 0x80;
        head.push(size as u8 & 0x7f);
        size >>= 7;
    }
    pack.extend(head);
    pack.extend((0..20).map(|n| u8::from_str_radix(&base[n * 2..n * 2 + 2], 16).unwrap()));
    pack.extend(deflated(&pair.client, &delta));
    let sum = hash(&pair.client, &pack);
    pack.extend(sum);
    pack
}

/// Deflated as git does it: what a loose object's file holds, without its header, is not to be had; so by a stored
/// block.
fn deflated(_: &crate::support::Repo, bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    let adler = (b << 16) | a;
    [&[0x78, 0x01, 0x01], &length.to_le_bytes()[..], &(!length).to_le_bytes(), bytes, &adler.to_be_bytes()].concat()
}

pub(super) fn hash(repo: &crate::support::Repo, bytes: &[u8]) -> Vec<u8> {
    let mut child = piped(&mut repo.command("sha1sum")).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(bytes).unwrap();
    drop(input);
    let text = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
    (0..20).map(|n| u8::from_str_radix(&text[n * 2..n * 2 + 2], 16).unwrap()).collect()
}

#[test]
fn r43_a_delta_that_says_more_than_it_holds() {
    let pair = Pair::new();
    pair.seed("a", "clean");
    let main = pair.client.ok("rev-parse HEAD");
    let bomb = delta_bomb(&pair);
    assert!(bomb.len() < 50_000);
    let ran = raw::push(&pair, &[raw::line(&raw::null(), &main, b"refs/heads/bomb")], &bomb);
    assert!(ran.ok, "R43: {} {}", ran.stderr, String::from_utf8_lossy(&ran.stdout));
    pair.policy("[limits]\ninflated_bytes = 100000000\n");
    let again = delta_bomb(&pair);
    let fresh = Pair::new();
    fresh.seed("a", "clean");
    fresh.policy("[limits]\ninflated_bytes = 100000000\n");
    let main = fresh.client.ok("rev-parse HEAD");
    let ran = raw::push(&fresh, &[raw::line(&raw::null(), &main, b"refs/heads/bomb")], &again);
    assert!(!ran.ok && ran.stderr.contains("100000000 bytes that this server looks at"), "R43: {}", ran.stderr);
}

#[test]
fn r44_a_guard_that_is_killed_or_heard_by_nobody_lets_nothing_through() {
    let (pair, secret) = (Pair::new(), token(31));
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    let script = pair.script("pre-receive");
    for (what, hook) in [
        ("killed", "#!/bin/sh\nkill -9 $$\n".to_owned()),
        ("stdout closed", script.replace("\"$@\"", "\"$@\" >&-")),
        ("all closed", script.replace("\"$@\"", "\"$@\" >&- 2>&-")),
        ("stdin closed", script.replace("\"$@\"", "\"$@\" <&-")),
        ("stdin is a directory", script.replace("\"$@\"", "\"$@\" < .")),
        ("full device", script.replace("\"$@\"", "\"$@\" 2> /dev/full")),
    ] {
        pair.server.hook("pre-receive", &hook);
        let ran = pair.push("main");
        assert!(!ran.ok, "{what}: {}", ran.stderr);
        assert!(!pair.holds(&secret), "{what}");
    }
}

/// Not before it begins, as above: while it looks.
#[test]
fn r44_a_guard_that_is_killed_while_it_looks_lets_nothing_through() {
    let (pair, secret) = (Pair::new(), token(34));
    // Slow to look at, small to push.
    pair.client.stage("slow", format!("key={}\n", "\\x41".repeat(300)).repeat(20_000));
    pair.client.stage("zz", &secret);
    pair.client.commit("bad");
    pair.policy(&format!("[audit]\nfile = \"{}\"\n", pair.server.beside("audit.jsonl").display()));
    let running = pair.script("pre-receive").replace("exec ", "").trim_end().to_owned();
    let mark = pair.server.beside("killed");
    for signal in ["KILL", "TERM"] {
        let _ = fs::remove_file(&mark);
        // A moment, of the seconds that the look takes.
        let hook = format!(
            "exec 3<&0\n{running} <&3 &\nsleep 0.4\nkill -{signal} $! && touch '{}'\nwait $!\n",
            mark.display()
        );
        pair.server.hook("pre-receive", &hook);
        let ran = pair.push("main");
        assert!(mark.exists(), "SIG{signal} came too late: {}", ran.stderr);
        assert!(!ran.ok && ran.stderr.contains("declined"), "SIG{signal}: {}", ran.stderr);
        assert!(!pair.holds(&secret), "SIG{signal}");
        let objects = pair.server.ok("count-objects -v");
        assert!(objects.contains("count: 0") && objects.contains("in-pack: 0"), "SIG{signal}: {objects}");
    }
    let log = fs::read_to_string(pair.server.beside("audit.jsonl")).unwrap();
    assert!(log.lines().count() == 1 && log.contains("the guard was told to end"), "{log}");
}

/// Runs the gate by hand, as if from a hook of the server.
fn by_hand(pair: &Pair, env: &[(&str, PathBuf)], input: &[u8]) -> Ran {
    let file = pair.server.beside("input");
    fs::write(&file, input).unwrap();
    let mut command: Command = pair.server.command(env!("CARGO_BIN_EXE_portcullis"));
    command.args(["pre-receive", "--config"]).arg(pair.policy_file()).env("GIT_DIR", ".");
    command.envs(env.iter().map(|(name, value)| (name, value))).stdin(fs::File::open(file).unwrap());
    let output = command.output().unwrap();
    Ran {
        ok: output.status.success(),
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[track_caller]
fn refused(what: &str, ran: &Ran, words: &str) {
    assert_eq!(ran.code, Some(2), "{what}: {}", ran.stderr);
    assert!(
        ran.stderr.starts_with("error: portcullis: push rejected: ") && ran.stderr.contains(words),
        "{what}: {}",
        ran.stderr
    );
    assert!(ran.stderr.lines().all(|line| line.chars().count() <= 72), "{what}: {}", ran.stderr);
    assert!(!ran.stderr.contains('\u{1b}'), "{what}");
}

#[test]
fn garbage_on_the_standard_input_is_refused() {
    let pair = Pair::new();
    pair.seed("a", "clean");
    let main = pair.client.ok("rev-parse HEAD");
    let line = format!("{} {main} refs/heads/x\n", raw::null());
    for input in [
        "\n".to_owned(),
        "\0".to_owned(),
        "x".repeat(100_000),
        line.trim_end().to_owned(),
        line.replace(&main, &main[..39]),
        line.replace("heads", "he\u{1b}[2Jads"),
        format!("{line}garbage\n"),
        line.replace(' ', "\u{a0}"),
        line.replace(&main, &"a".repeat(64)),
    ] {
        refused(&format!("{input:.60?}"), &by_hand(&pair, &[], input.as_bytes()), "of the hook's");
    }
    assert_eq!(by_hand(&pair, &[], line.as_bytes()).code, Some(0));
    refused("nothing at all", &by_hand(&pair, &[], b""), "no ref");
}

#[test]
fn an_environment_that_makes_no_sense_is_refused() {
    let pair = Pair::new();
    pair.seed("a", "clean");
    let main = pair.client.ok("rev-parse HEAD");
    let input = format!("{} {main} refs/heads/x\n", raw::null());
    let (gone, objects) = (pair.server.beside("gone"), pair.server.dir.join("objects"));
    let empty = pair.server.beside("quarantine");
    fs::create_dir(&empty).unwrap();
    for (what, env) in [
        ("gone", vec![("GIT_OBJECT_DIRECTORY", gone.clone())]),
        ("gone, twice", vec![("GIT_OBJECT_DIRECTORY", gone.clone()), ("GIT_QUARANTINE_PATH", gone)]),
        ("two", vec![("GIT_OBJECT_DIRECTORY", objects.clone()), ("GIT_QUARANTINE_PATH", empty.clone())]),
        ("half", vec![("GIT_QUARANTINE_PATH", empty.clone())]),
        ("a file", vec![("GIT_OBJECT_DIRECTORY", pair.server.dir.join("HEAD"))]),
    ] {
        let ran = by_hand(&pair, &env, input.as_bytes());
        assert_eq!(ran.code, Some(2), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("portcullis") || ran.stderr.contains("repository"), "{what}: {}", ran.stderr);
    }
    let fine = [("GIT_OBJECT_DIRECTORY", empty), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects)];
    assert_eq!(by_hand(&pair, &fine, input.as_bytes()).code, Some(0));
    let missing = format!("{} {} refs/heads/x\n", raw::null(), "1".repeat(40));
    refused("missing", &by_hand(&pair, &[], missing.as_bytes()), "missing");
}

#[test]
fn broken_objects_in_the_quarantine_are_refused() {
    let pair = Pair::new();
    pair.seed("a", "clean");
    let main = pair.client.ok("rev-parse HEAD");
    let input = format!("{} {main} refs/heads/x\n", raw::null());
    let objects = pair.server.dir.join("objects");
    let place = |name: &str, bytes: &[u8]| {
        let dir = pair.server.beside("q");
        let _ = fs::remove_dir_all(&dir);
        let path = dir.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        by_hand(
            &pair,
            &[("GIT_OBJECT_DIRECTORY", dir), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.clone())],
            input.as_bytes(),
        )
    };
    let loose = format!("ab/{}", "c".repeat(38));
    for (what, name, bytes) in [
        ("an empty loose object", loose.as_str(), &b""[..]),
        ("a garbled loose object", &loose, b"\x78\x01garbage"),
        ("a garbled index", "pack/pack-1.idx", b"garbage"),
        ("a loose object that is a directory", &format!("{loose}/x"), b""),
    ] {
        let ran = place(name, bytes);
        assert_eq!(ran.code, Some(2), "{what}: {}", ran.stderr);
        assert!(ran.stderr.starts_with("error: portcullis: push rejected: "), "{what}: {}", ran.stderr);
    }
    assert_eq!(place("info/other", b"").code, Some(0), "what git does not read is none of a push");
}

#[test]
fn nothing_is_left_behind() {
    let (pair, secret) = (Pair::new(), token(32));
    pair.seed("a", "clean");
    let list = |dir: &Path| -> Vec<PathBuf> {
        let mut left = vec![dir.to_path_buf()];
        let mut all = Vec::new();
        while let Some(dir) = left.pop() {
            for entry in fs::read_dir(dir).unwrap().map(Result::unwrap) {
                if entry.file_type().unwrap().is_dir() { left.push(entry.path()) } else { all.push(entry.path()) }
            }
        }
        all.sort();
        all
    };
    let before = list(&pair.server.dir);
    pair.client.stage("s", &secret);
    pair.client.commit("bad");
    blocked("R49", &pair.push("main"), &secret);
    assert_eq!(list(&pair.server.dir), before);
}

#[test]
fn a_polite_kill_is_answered_with_words_and_a_push_that_is_declined() {
    use std::process::Stdio;
    let pair = Pair::new();
    // It waits for lines that do not come.
    let mut child = gate(&pair).stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    kill(&mut child);
    let input = child.stdin.take();
    let output = child.wait_with_output().unwrap();
    drop(input);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("push rejected: the guard was told to end"));
}
