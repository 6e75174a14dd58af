//! The rewrite plan, carried out by the real `git filter-repo`, and the proof that comes after.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;

use super::run;
use crate::support::Repo;
use crate::support::draw::Draw;

/// Base64, written apart from the one under test.
fn base64(text: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits: String = text.iter().map(|byte| format!("{byte:08b}")).collect();
    let groups = bits.as_bytes().chunks(6).map(|group| format!("{:0<6}", String::from_utf8_lossy(group)));
    let digits: String = groups.map(|group| char::from(DIGITS[usize::from_str_radix(&group, 2).unwrap()])).collect();
    format!("{digits}{}", "=".repeat((4 - digits.len() % 4) % 4))
}

/// A private key, over several lines.
fn key(seed: u64, end: &str) -> String {
    portcullis::rules::example::expand("{pem:rsa}", seed).unwrap().replace("\r\n", "\n").replace('\n', end)
}

/// Credentials everywhere: in files, in several forms, in names, messages, tags, notes and refs.
fn full() -> (Repo, Vec<String>) {
    let repo = Repo::init(&[]);
    let tokens: Vec<String> = (0..8).map(|at| Draw(300 + at).token()).collect();
    repo.stage("plain", format!("a\nkey = {}\nkey2 = {}\n", tokens[0], tokens[1]));
    repo.stage("encoded", format!("x: {}\n", base64(format!("user:{} ", tokens[1]).as_bytes())));
    repo.stage("hex", format!("{}\n", tokens[2].bytes().map(|byte| format!("{byte:02x}")).collect::<String>()));
    repo.commit("in");
    repo.stage("key.pem", key(1, "\n"));
    repo.stage("key.crlf", key(1, "\r\n"));
    repo.stage("wide", tokens[3].encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>());
    repo.commit(&format!("a message with {}", tokens[4]));
    repo.git(["tag", "-a", "v1", "-m", &format!("a tag with {}", tokens[5])]).text();
    repo.stage(&format!("dir-{}/file", tokens[6]), "innocent\n");
    repo.commit("a name");
    repo.git(["notes", "add", "-m", &format!("a note with {}", tokens[0])]).text();
    repo.git(["branch", &format!("b-{}", tokens[7])]).text();
    for path in ["plain", "encoded", "hex", "wide", "key.pem", "key.crlf"] {
        repo.stage(path, "clean\n");
    }
    repo.commit("out");
    repo.ok("checkout -q --orphan innocent-root");
    repo.ok("rm -rqf .");
    repo.stage("other", "other\n");
    repo.commit("of no concern");
    repo.ok("checkout -q main");
    (repo, tokens)
}

fn modes(dir: &Path) -> Vec<(String, u32)> {
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    let files = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut all: Vec<_> = files.map(|path| (path.file_name().unwrap().to_string_lossy().into(), mode(&path))).collect();
    all.sort();
    all.push((".".into(), mode(dir)));
    all
}

#[test]
fn the_plan_is_complete_and_private() {
    let (repo, tokens) = full();
    let dir = repo.beside("plan");
    let ran = repo.portcullis(&["history", "--rewrite-plan", dir.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("STEPS.md"), "{}", ran.stderr);
    let names = ["STEPS.md", "binary-blobs.txt", "expressions.txt", "fingerprints.txt", "refs.txt", "renames.txt"];
    let expected = names.iter().map(|name| ((*name).to_owned(), 0o600)).chain([(".".to_owned(), 0o700)]);
    assert_eq!(modes(&dir), expected.collect::<Vec<_>>());
    let read = |name: &str| fs::read_to_string(dir.join(name)).unwrap();
    let expressions = String::from_utf8_lossy(&fs::read(dir.join("expressions.txt")).unwrap()).into_owned();
    for token in &tokens {
        assert!(expressions.contains(&format!("literal:{token}==>***REMOVED***\n")), "{token}");
    }
    assert!(expressions.lines().any(|line| line.starts_with("regex:") && line.contains(r"\r?\n")), "{expressions}");
    let refs = read("refs.txt");
    for line in ["branch\trefs/heads/main", "tag\trefs/tags/v1", "note\trefs/notes/commits"] {
        assert!(refs.lines().any(|one| one == line), "{line}: {refs}");
    }
    assert!(!refs.contains("innocent-root"), "{refs}");
    let steps = read("STEPS.md");
    for token in &tokens[..6] {
        assert!(!steps.contains(token.as_str()), "{steps}");
    }
    let order = ["Revoke", "fresh mirror clone", "Prove", "force", "clone or a fork", "Delete this directory"];
    let places: Vec<usize> = order.iter().map(|word| steps.find(word).expect(word)).collect();
    assert!(places.is_sorted(), "{steps}");
}

#[test]
fn a_plan_is_refused_where_it_could_be_committed_or_read() {
    let (repo, _) = full();
    fs::create_dir(repo.dir.join("sub")).unwrap();
    let taken = repo.beside("taken");
    fs::create_dir(&taken).unwrap();
    std::os::unix::fs::symlink(repo.dir.join("sub"), repo.beside("link")).unwrap();
    let through = repo.beside("link").join("plan");
    for dir in ["plan", "sub/plan", ".git/plan", taken.to_str().unwrap(), through.to_str().unwrap(), "nowhere/plan"] {
        let ran = repo.portcullis(&["history", "--rewrite-plan", dir]);
        assert_eq!((ran.code, ran.stdout.len()), (Some(2), 0), "{dir}: {}", ran.stderr);
        let is_taken = ran.stderr.contains("is there already, and a plan is written into a new directory");
        assert_eq!(is_taken, dir == taken.to_str().unwrap(), "{dir}: {}", ran.stderr);
    }
    assert!(repo.ok("status --porcelain --ignored").is_empty());
    let clean = Repo::init(&[]);
    let dir = clean.beside("plan");
    let ran = clean.portcullis(&["history", "--rewrite-plan", dir.to_str().unwrap()]);
    assert!(ran.code == Some(0) && ran.stderr.contains("nothing to rewrite") && !dir.exists(), "{}", ran.stderr);
}

/// The commands of `STEPS.md`, carried out as they stand there, less what needs a server of its own.
#[test]
fn carried_out_it_leaves_nothing() {
    if !Command::new("git").args(["filter-repo", "--version"]).output().is_ok_and(|out| out.status.success()) {
        eprintln!("NOT RUN: no git-filter-repo here (`pip install git-filter-repo`); the rewrite plan was not tried");
        return;
    }
    let (repo, tokens) = full();
    let (plan, key) = (repo.beside("the plan"), repo.beside("key"));
    fs::write(&key, "a key of enough bytes, kept apart").unwrap();
    let args = ["--key-file", key.to_str().unwrap(), "--rewrite-plan", plan.to_str().unwrap()];
    let (before, _) = run(&repo, &args, 1);
    assert!(before.len() > tokens.len());
    let origin = repo.beside("origin.git");
    repo.git(["clone", "-q", "--mirror", ".", origin.to_str().unwrap()]).text();
    let steps = fs::read_to_string(plan.join("STEPS.md")).unwrap();
    let blocks = steps.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let script: String = blocks.collect::<Vec<_>>().join("\n").replace("URL=...", "URL=\"$ORIGIN\"");
    let bin = repo.beside("bin");
    fs::create_dir(&bin).unwrap();
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_portcullis"), bin.join("portcullis")).unwrap();
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap());
    let shell = |script: &str| {
        let mut command = repo.command("bash");
        command.args(["-euxc", script]).current_dir(repo.beside("home")).env("PATH", &path).env("ORIGIN", &origin);
        // The home of this test hides where filter-repo was installed for this user.
        command.env("PYTHONPATH", std::env::var("PYTHONPATH").unwrap_or_default()).output().unwrap()
    };
    let list = plan.join("fingerprints.txt");
    let verify = |at: &Path, code: i32| {
        let args = ["history", "--key-file", key.to_str().unwrap(), "--verify-clean", list.to_str().unwrap()];
        let ran = repo.portcullis(&[&args[..], &[at.to_str().unwrap()]].concat());
        assert_eq!(ran.code, Some(code), "{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
        String::from_utf8(ran.stdout).unwrap()
    };
    assert!(verify(&origin, 1).starts_with("Not clean: "));
    let copy = repo.beside("list.txt");
    fs::copy(&list, &copy).unwrap();
    let out = shell(&script);
    let told = format!("{}\n{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{script}\n{told}");
    assert!(told.contains("Clean: of the "), "{told}");
    assert!(!plan.exists(), "the last step takes the plan away");
    fs::create_dir(&plan).unwrap();
    fs::copy(copy, &list).unwrap();
    // What the server still keeps unreached is the host's to drop.
    let mut gc = repo.command("git");
    gc.args(["gc", "-q", "--prune=now"]).current_dir(&origin);
    assert!(gc.status().unwrap().success());
    let told = verify(&origin, 0);
    assert!(told.starts_with("Clean: of the ") && told.lines().count() <= 2, "{told}");
    // Not only by our own account.
    let all =
        repo.command("git").args(["cat-file", "--batch-all-objects", "--batch"]).current_dir(&origin).output().unwrap();
    let all = String::from_utf8_lossy(&all.stdout).into_owned();
    for token in &tokens {
        assert!(!all.contains(token.as_str()), "{token}");
    }
    assert!(all.contains("***REMOVED***") && all.contains("of no concern"));
    let names = repo.command("git").args(["for-each-ref"]).current_dir(&origin).output().unwrap();
    assert!(!String::from_utf8_lossy(&names.stdout).contains(&tokens[7]));
}

#[test]
fn a_proof_needs_every_object_and_a_list_that_means_something() {
    let repo = Repo::init(&[]);
    repo.commit("root");
    repo.stage("f", format!("{}\n", Draw(1).token()));
    repo.commit("in, and amended");
    let life = super::only(&repo);
    repo.ok("rm -q --cached f");
    repo.ok("commit -q --amend --allow-empty -m amended");
    repo.ok("reflog expire --expire=now --expire-unreachable=now --all");
    let (list, print) = (repo.beside("list"), life["fingerprint"].as_str().unwrap());
    let verify = |text: &str, code: i32, more: &[&str]| {
        fs::write(&list, text).unwrap();
        let args = ["history", "--verify-clean", list.to_str().unwrap()];
        let ran = repo.portcullis(&[&args[..], more].concat());
        assert_eq!(ran.code, Some(code), "{text}: {}", ran.stderr);
        (String::from_utf8(ran.stdout).unwrap(), ran.stderr)
    };
    // Nothing reaches it, an inline allow or a baseline would excuse it, and it is there all the same.
    run(&repo, &[], 0);
    repo.portcullis(&["allow", print, "--reason", "a fixture"]).text();
    let (out, _) = verify(&format!("{print}\n"), 1, &[]);
    assert!(out.starts_with("Not clean: of the 1 credential on the list, the repository still holds 1"), "{out}");
    let (out, _) = verify(&format!("{print} {}\n", life["rule"].as_str().unwrap()), 1, &["--format", "json"]);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&out).unwrap()["credentials"][0]["fingerprint"], print);
    let (out, _) = verify(&format!("{}\n", "0".repeat(32)), 0, &[]);
    assert!(out.starts_with("Clean: of the 1 credential on the list, none is in any of the "), "{out}");
    for text in ["", "# nothing\n", "no list", "0123456789abcdef0123456789abcdef no-such-rule\n"] {
        let (out, err) = verify(text, 2, &[]);
        assert!(out.is_empty() && err.starts_with("error: the list "), "{text}: {err}");
    }
    let other = portcullis::policy::Baseline::key_line(&portcullis::policy::Key::from_bytes([9; 32]));
    let (_, err) = verify(&format!("{other}\n{print}\n"), 2, &[]);
    assert!(err.contains("another key"), "{err}");
    // An object that cannot be read may be the one.
    let blob = repo.feed("hash-object -w --stdin", b"of no concern");
    let file = repo.git_dir().join("objects").join(&blob[..2]).join(&blob[2..]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(file, "broken").unwrap();
    let (out, _) = verify(&format!("{}\n", "0".repeat(32)), 2, &[]);
    assert!(out.starts_with("Not proven: "), "{out}");
}

/// No rule finds them: they are looked for byte for byte, in objects made from deltas and everywhere else.
#[test]
fn texts_that_were_to_be_replaced_are_met_wherever_they_stand() {
    let repo = Repo::init(&[]);
    let (half, other) = ("plain words that ", "no rule knows");
    let text = format!("{half}{other}");
    let (list, texts) = (repo.beside("list"), repo.beside("texts"));
    fs::write(&list, "0".repeat(32)).unwrap();
    fs::write(
        &texts,
        format!("literal:of no concern==>x\nliteral:{text}==>x\nregex:first\\x20line\\r?\\nsecond==>x\n"),
    )
    .unwrap();
    let verify = |code: i32, more: &[&str]| {
        let (list, texts) = (list.to_str().unwrap(), texts.to_str().unwrap());
        let args = ["history", "--verify-clean", list, "--replacements", texts];
        let ran = repo.portcullis(&[&args[..], more].concat());
        assert_eq!(ran.code, Some(code), "{}{}", String::from_utf8_lossy(&ran.stdout), ran.stderr);
        let told = format!("{}{}", String::from_utf8(ran.stdout).unwrap(), ran.stderr);
        assert!(!told.contains(&text) && !told.contains("second"), "{told}");
        told.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    // The text stands where two copies of a delta meet, and in no other blob.
    let lines = |from: usize| (from..300).map(|at| format!("line {at} of many\n")).collect::<String>();
    repo.stage("f", format!("{}{half}---{other}\n", lines(0)));
    repo.commit("longer");
    repo.stage("f", format!("{}{half}{other}\n", lines(20)));
    repo.commit("shorter");
    repo.ok("repack -adfq --depth=10 --window=10");
    let blob = repo.ok("rev-parse HEAD:f");
    let base = repo.feed("cat-file --batch-check=%(deltabase)", format!("{blob}\n").as_bytes());
    assert_eq!(base, repo.ok("rev-parse HEAD~1:f"), "it is a delta");
    let told = verify(1, &[]);
    assert!(told.starts_with("Not clean: none of the 1 credential on the list was met, but texts"), "{told}");
    assert!(
        told.ends_with(&format!("Of the 3 texts to be replaced, 1 still stand, byte for byte: line 2: in blob {blob}")),
        "{told}"
    );
    let told = verify(1, &["--format", "jsonl"]);
    assert!(told.contains(&format!("note: not clean: line 2: in blob {blob}")), "{told}");
    let args = ["history", "--verify-clean", list.to_str().unwrap()];
    assert_eq!(repo.portcullis(&args).code, Some(0), "no rule finds it");

    // In a message, the name of a file, of a ref, a reflog; and with the other end of line.
    let clean = |repo: &Repo| {
        repo.ok("update-ref -d refs/heads/main");
        repo.ok("reflog expire --expire=now --all");
        repo.ok("rm -rq --cached .");
        repo.ok("gc -q --prune=now");
    };
    clean(&repo);
    let told = verify(0, &[]);
    assert!(
        told.starts_with("Clean: ")
            && told.ends_with("Nor does any of the 3 texts to be replaced stand anywhere, byte for byte"),
        "{told}"
    );
    repo.stage("crlf", "the first line\r\nsecond");
    repo.stage(&format!("dir/{text}/f"), "f");
    repo.commit(&format!("a message: {text}"));
    let told = verify(1, &[]);
    for what in [
        format!(
            "line 2: in a reflog, a reflog, commit {}, tree {}",
            repo.ok("rev-parse HEAD"),
            repo.ok("rev-parse HEAD:dir")
        ),
        format!("line 3: in blob {}", repo.ok("rev-parse HEAD:crlf")),
    ] {
        assert!(told.contains(&what), "{what}: {told}");
    }
    clean(&repo);
    repo.commit("innocent");
    repo.git(["branch", &text.replace(' ', "-")]).text();
    fs::write(&texts, format!("{}\n", text.replace(' ', "-"))).unwrap();
    let told = verify(1, &[]);
    assert!(told.contains("line 1: in the name of ref "), "{told}");

    // What proves nothing is no proof, and what cannot be read may hold it.
    for bad in ["", "\n\n", "literal:a\nregex:a+\n", "glob:a*"] {
        fs::write(&texts, bad).unwrap();
        assert!(verify(2, &[]).starts_with("error: the replacements "), "{bad}");
    }
    fs::write(&texts, "of no concern\n").unwrap();
    let blob = repo.feed("hash-object -w --stdin", b"unread");
    let file = repo.git_dir().join("objects").join(&blob[..2]).join(&blob[2..]);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    fs::write(file, "broken").unwrap();
    assert!(verify(2, &[]).contains("None of the 1 text to be replaced was met"), "not proven");
}

/// A rewrite plan does not reach names of authors: who is left with one is told what does.
#[test]
fn what_is_left_in_an_authors_name_is_told_with_the_way_to_change_it() {
    let repo = Repo::init(&[]);
    let list = repo.beside("list");
    let mailmap = |author: &str, message: &str| {
        let author = format!("--author={author} <a@example.org>");
        repo.git(["commit", "-q", "--allow-empty", &author, "-m", message]).text();
        let lives = run(&repo, &[], 1).0;
        let print = lives.last().expect("a credential")["fingerprint"].as_str().unwrap().to_owned();
        fs::write(&list, format!("{print}\n")).unwrap();
        let ran = repo.portcullis(&["history", "--verify-clean", list.to_str().unwrap()]);
        assert_eq!(ran.code, Some(1), "{}", ran.stderr);
        let words = String::from_utf8(ran.stdout).unwrap();
        words.split_whitespace().collect::<Vec<_>>().join(" ").contains("`git filter-repo --mailmap FILE`")
    };
    repo.stage("f", format!("{}\n", Draw(1).token()));
    assert!(!mailmap("A U Thor", "in a file"), "a file has no author to change");
    repo.ok("rm -q --cached f");
    repo.ok("commit -q --amend --allow-empty -m amended");
    repo.ok("reflog expire --expire=now --expire-unreachable=now --all");
    assert!(mailmap(&format!("A {}", Draw(2).token()), "in a name"));
}
