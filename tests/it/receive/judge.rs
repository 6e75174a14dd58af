//! What a push brings, as our library sees it from inside a real pre-receive hook, against what git and libgit2 see
//! there at the same moment.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use portcullis::git::{Env, Incoming, Known, Lines, ObjectKind, Repo as Ours, Structure};

use super::pair::Pair;
use crate::support::draw::Draw;

const OUT: &str = "PORTCULLIS_TEST_JUDGE";

/// The hook: git's view of the push into files, then ours, by this very test binary.
fn script(out: &Path) -> String {
    let exe = std::env::current_exe().unwrap();
    let (out, exe) = (out.display(), exe.display());
    format!(
        "#!/bin/sh\n\
         cat > '{out}.stdin'\n\
         tips=$(cut -d' ' -f2 < '{out}.stdin' | grep -v '^0*$')\n\
         [ -z \"$tips\" ] || git rev-list --objects --no-object-names $tips --not --all > '{out}.walk' || exit 9\n\
         [ -n \"$tips\" ] || : > '{out}.walk'\n\
         GIT_ALTERNATE_OBJECT_DIRECTORIES= git cat-file --batch-all-objects --batch-check='%(objectname)' > '{out}.quarantine'\n\
         ( unset GIT_QUARANTINE_PATH GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_OBJECT_DIRECTORY\n\
           git cat-file --batch-all-objects --batch-check='%(objectname)' ) > '{out}.main'\n\
         {OUT}='{out}' '{exe}' --exact receive::judge::inside_the_hook >&2 || exit 9\n"
    )
}

/// Not a test of its own: outside a hook there is nothing to look at.
#[test]
fn inside_the_hook() {
    let Some(out) = std::env::var_os(OUT).map(PathBuf::from) else { return };
    let repo = Ours::open(Env::from_process(), Path::new(".")).unwrap();
    let incoming = Incoming::open(&repo).unwrap();
    let input = fs::read(out.with_extension("stdin")).unwrap();
    let commands = Lines { hash: repo.hash_kind(), most: 1000 }.receive(&input).unwrap();
    let mut structure = Structure::default();
    for oid in incoming.new_objects() {
        let (kind, bytes) = incoming.read(*oid, u64::MAX).unwrap();
        structure.take(&incoming, (*oid, kind), &bytes, &mut |_| {}).unwrap();
    }
    let scope = incoming.scope(&repo, &commands, &Known::Refs, structure, &|| false).unwrap();
    as_libgit2_reads(&incoming);
    let new = incoming.new_objects().iter().map(|oid| format!("new {oid}\n"));
    let unlisted = scope.unlisted.iter().map(|(oid, _)| format!("unlisted {oid}\n"));
    fs::write(out.with_extension("ours"), new.chain(unlisted).collect::<String>()).unwrap();
}

/// libgit2 opens both stores by itself, and reads the same objects.
fn as_libgit2_reads(incoming: &Incoming) {
    let odb = git2::Odb::new().unwrap();
    let Some(quarantine) = std::env::var_os("GIT_OBJECT_DIRECTORY") else { return };
    odb.add_disk_alternate(quarantine.to_str().unwrap()).unwrap();
    let mut seen = BTreeSet::new();
    odb.foreach(|oid| {
        seen.insert(oid.to_string());
        true
    })
    .unwrap();
    for oid in incoming.new_objects() {
        let (kind, bytes) = incoming.read(*oid, u64::MAX).unwrap();
        let theirs = odb.read(git2::Oid::from_str(&oid.to_string()).unwrap()).unwrap();
        let their_kind = match theirs.kind() {
            git2::ObjectType::Commit => ObjectKind::Commit,
            git2::ObjectType::Tree => ObjectKind::Tree,
            git2::ObjectType::Tag => ObjectKind::Tag,
            _ => ObjectKind::Blob,
        };
        assert_eq!((kind, bytes.as_slice()), (their_kind, theirs.data()), "{oid}");
        assert!(seen.contains(&oid.to_string()));
    }
}

fn lines(path: &Path, prefix: &str) -> BTreeSet<String> {
    let text = fs::read_to_string(path).unwrap();
    text.lines().filter_map(|line| line.strip_prefix(prefix)).map(str::to_owned).collect()
}

/// Holds our view of the last push against git's.
fn judge(what: &str, out: &Path) {
    let read = |extension: &str| lines(&out.with_extension(extension), "");
    let (walk, quarantine, main) = (read("walk"), read("quarantine"), read("main"));
    let ours = out.with_extension("ours");
    let new: BTreeSet<String> = quarantine.difference(&main).cloned().collect();
    assert_eq!(lines(&ours, "new "), new, "{what}: what is new");
    let unlisted: BTreeSet<String> = walk.difference(&new).cloned().collect();
    assert_eq!(lines(&ours, "unlisted "), unlisted, "{what}: what was there, and no ref reached");
}

#[test]
fn our_view_of_a_push_is_that_of_git() {
    for unpack_limit in ["1", "10000"] {
        let pair = Pair::new();
        pair.server.ok(&format!("config receive.unpackLimit {unpack_limit}"));
        let out = pair.server.beside("judge");
        pair.server.hook("pre-receive", &script(&out));
        let mut draw = Draw(7);
        for step in 0..STEPS.len() * 2 {
            let (what, run) = STEPS[step % STEPS.len()];
            let words = run(&pair, &mut draw, step);
            let ran = pair.push(&words);
            assert!(ran.ok, "{what}: {}", ran.stderr);
            judge(&format!("{what}, step {step}, unpack limit {unpack_limit}"), &out);
        }
    }
}

/// One push: what it is called, and what is done for it; the words to push with.
type Step = (&'static str, fn(&Pair, &mut Draw, usize) -> String);

const STEPS: &[Step] = &[
    ("files", |p, draw, step| {
        for n in 0..12 {
            p.client.stage(&format!("d{}/e{}/f{n}", n % 3, n % 2), format!("{}\n", draw.next()).repeat(30 + step));
        }
        p.client.commit("files");
        "main".to_owned()
    }),
    ("an edit", |p, draw, _| {
        p.client.stage("d1/e1/f1", format!("{}\n", draw.next()));
        p.client.commit("edit");
        "main".to_owned()
    }),
    ("nothing but a new branch", |_, _, step| format!("main:refs/heads/b{step}")),
    ("a copy and a directory under another name", |p, _, step| {
        p.client.stage(&format!("copy{step}"), fs::read(p.client.dir.join("d1/e1/f1")).unwrap());
        p.client.git(["mv", "d2", &format!("moved{step}")]).text();
        p.client.stage("d2/x", format!("{step}"));
        p.client.commit("copy");
        "main".to_owned()
    }),
    ("back to what was", |p, _, _| {
        p.client.ok("checkout -q HEAD~2 -- d1/e1/f1");
        p.client.commit("back");
        "main".to_owned()
    }),
    ("a branch from old, merged", |p, draw, step| {
        p.client.git(["checkout", "-q", "-b", &format!("side{step}"), "HEAD~3"]).text();
        p.client.stage("side", format!("{}", draw.next()));
        p.client.commit("side");
        p.client.ok("checkout -q main");
        p.client.git(["merge", "-q", "--no-edit", "--no-ff", "-X", "ours", &format!("side{step}")]).text();
        format!("main side{step}")
    }),
    ("a tag of a tag", |p, _, step| {
        p.client.git(["tag", "-a", "-m", "one", &format!("one{step}"), "HEAD~1"]).text();
        p.client.git(["tag", "-a", "-m", "two", &format!("two{step}"), &format!("one{step}")]).text();
        format!("two{step}")
    }),
    ("a tag of a tree that is there, and of a blob", |p, _, step| {
        p.client.git(["tag", &format!("tree{step}"), "HEAD~1^{tree}"]).text();
        let blob = p.object("blob", format!("blob {step}").as_bytes());
        p.client.git(["tag", &format!("blob{step}"), &blob]).text();
        format!("tree{step} blob{step}")
    }),
    ("history without parents", |p, _, step| {
        p.client.git(["checkout", "-q", "--orphan", &format!("orphan{step}")]).text();
        p.client.commit("orphan");
        p.client.ok("checkout -q main");
        format!("orphan{step}")
    }),
    ("what was there and lost its branch", |p, draw, step| {
        p.client.git(["checkout", "-q", "-b", &format!("lost{step}")]).text();
        for n in 0..3 {
            p.client.stage(&format!("lost/f{n}"), format!("{}", draw.next()));
            p.client.commit("lost");
        }
        assert!(p.push(&format!("lost{step}")).ok && p.push(&format!(":lost{step}")).ok);
        p.client.stage("lost/upon", "it");
        p.client.commit("upon");
        p.client.ok("checkout -q main");
        format!("lost{step}")
    }),
    ("the same, a commit of it", |p, draw, step| {
        p.client.git(["checkout", "-q", "-b", &format!("gone{step}")]).text();
        p.client.stage("gone", format!("{}", draw.next()));
        p.client.commit("gone");
        assert!(p.push(&format!("gone{step}")).ok && p.push(&format!(":gone{step}")).ok);
        p.client.ok("checkout -q main");
        format!("gone{step}")
    }),
    ("a rewritten branch", |p, draw, step| {
        p.client.stage("rewritten", format!("{}", draw.next()));
        p.client.git(["commit", "-q", "--amend", "--no-verify", "-m", &format!("again {step}")]).text();
        "+main".to_owned()
    }),
    ("a deletion and something else", |p, draw, step| {
        p.client.stage("else", format!("{}", draw.next()));
        p.client.commit("else");
        format!("main :refs/heads/b{}", step / STEPS.len() * STEPS.len() + 2)
    }),
];
