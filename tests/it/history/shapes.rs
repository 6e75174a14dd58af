//! Every shape in which git stores objects: what is scanned, what is walked, and what git and libgit2 say there is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;

use portcullis::engine::Engine;
use portcullis::git::{Bounds, Env, ObjectKind, Repo as Ours, Store};
use portcullis::guard::history::{Options, scan_objects};
use portcullis::guard::watch::{Unwatched, Watch};

use super::walk::{Blank, lines, rich};
use crate::support::Repo;

/// A repository in some shape.
struct Shape {
    name: &'static str,
    init: &'static [&'static str],
    /// Shapes it, and says where it lies.
    make: fn(&Repo) -> PathBuf,
    /// Whether all that refs name is there.
    whole: bool,
}

const fn shape(name: &'static str, make: fn(&Repo) -> PathBuf) -> Shape {
    Shape { name, init: &[], make, whole: true }
}

/// The repository itself, after these commands.
fn after(repo: &Repo, commands: &[&str]) -> PathBuf {
    for words in commands {
        repo.ok(words);
    }
    repo.dir.clone()
}

/// Another repository beside it, made by `git clone` or `git init` with these arguments.
fn beside(repo: &Repo, name: &str, args: &[&str]) -> PathBuf {
    let dir = repo.beside(name);
    repo.git([args, &[dir.to_str().expect("UTF-8")]].concat()).text();
    dir
}

const SHAPES: &[Shape] = &[
    shape("loose only", |repo| after(repo, &[])),
    shape("no deltas", |repo| after(repo, &["-c pack.window=0 repack -adfFq"])),
    shape("chains as long as git makes them", |repo| after(repo, &["repack -adfq --depth=4095 --window=50"])),
    shape("no chains", |repo| after(repo, &["repack -adfq --depth=1"])),
    shape("several packs", |repo| {
        repo.ok("repack -dq");
        repo.stage("more", "more\n");
        repo.commit("more");
        after(repo, &["repack -dq"])
    }),
    shape("kept packs, and what they hold once more", |repo| {
        repo.ok("repack -dq");
        for pack in packs(&repo.git_dir()) {
            std::fs::write(pack.with_extension("keep"), "").expect("kept");
        }
        repo.stage("more", "more\n");
        repo.commit("more");
        after(repo, &["repack -dq", "repack -aq"])
    }),
    shape("a multi-pack-index", |repo| {
        repo.ok("repack -dq");
        repo.stage("more", "more\n");
        repo.commit("more");
        after(repo, &["repack -dq", "multi-pack-index write"])
    }),
    shape("an index of version 1", |repo| after(repo, &["-c pack.indexVersion=1 repack -adfq"])),
    shape("unreachable objects in a pack of their own", |repo| {
        repo.stage("lost", "lost\n");
        repo.commit("lost");
        after(repo, &["reset -q --hard HEAD^", "reflog expire --expire=all --all", "repack -adq --cruft"])
    }),
    shape("thin pushes", |repo| {
        let server = beside(repo, "server.git", &["clone", "-q", "--bare", "."]);
        let at = server.to_str().expect("UTF-8");
        repo.git(["-C", at, "config", "receive.unpackLimit", "1"]).text();
        for version in 0..3 {
            repo.stage("f", format!("five\n{}pushed {version}\n", "much the same\n".repeat(50)));
            repo.commit("pushed");
            repo.git(["push", "-q", at, "main"]).text();
        }
        server
    }),
    shape("alternates", |repo| {
        repo.ok("repack -adq");
        let other = beside(repo, "other", &["clone", "-q", "--shared", "."]);
        std::fs::write(other.join("own"), "own\n").expect("written");
        repo.git(["-C", other.to_str().expect("UTF-8"), "add", "own"]).text();
        other
    }),
    Shape {
        init: &["--object-format=sha256"],
        ..shape("SHA-256", |repo| after(repo, &["repack -adfq --depth=50 --window=50"]))
    },
    Shape { init: &["--object-format=sha256"], ..shape("SHA-256, loose", |repo| after(repo, &[])) },
    shape("bare", |repo| beside(repo, "bare", &["clone", "-q", "--mirror", "."])),
    shape("empty", |repo| beside(repo, "empty", &["init", "-q"])),
    shape("a single commit", |repo| {
        let dir = beside(repo, "single", &["init", "-q"]);
        repo.git(["-C", dir.to_str().expect("UTF-8"), "commit", "-q", "--allow-empty", "-m", "single"]).text();
        dir
    }),
    shape("100,000 refs", |repo| {
        let ids: Vec<String> =
            ["main", "side", "v1", "orphan"].map(|name| repo.ok(&format!("rev-parse {name}"))).into();
        repo.ok("pack-refs --all");
        let path = repo.git_dir().join("packed-refs");
        let mut text = std::fs::read_to_string(&path).expect("packed refs").lines().next().expect("a head").to_owned();
        for at in 0..100_000_usize {
            write!(text, "\n{} refs/heads/many/{at:06}", ids[at % ids.len()]).expect("written");
        }
        std::fs::write(path, text + "\n").expect("packed refs");
        repo.dir.clone()
    }),
    Shape {
        whole: false,
        ..shape("a partial clone", |repo| {
            repo.ok("config uploadpack.allowFilter true");
            let url = format!("file://{}", repo.dir.display());
            beside(repo, "partial", &["clone", "-q", "--no-checkout", "--filter=blob:none", &url])
        })
    },
    Shape {
        whole: false,
        ..shape("a shallow clone", |repo| {
            let url = format!("file://{}", repo.dir.display());
            beside(repo, "shallow", &["clone", "-q", "--depth=1", &url])
        })
    },
];

fn packs(git_dir: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(git_dir.join("objects/pack")).expect("packs");
    let paths = files.map(|file| file.expect("a file").path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "pack")).collect()
}

fn check(shape: &Shape) {
    let name = shape.name;
    let repo = rich(shape.init);
    let dir = (shape.make)(&repo);
    let git = |args: &[&str]| {
        let all = [&["--no-replace-objects", "-C", dir.to_str().expect("UTF-8")], args].concat();
        lines(&repo.git(all).text())
    };
    let all = git(&["cat-file", "--batch-all-objects", "--batch-check=%(objectname)"]);
    let missing = if shape.whole { "--missing=error" } else { "--missing=allow-any" };
    let reached = git(&["rev-list", "--objects", "--no-object-names", missing, "--all", "--reflog"]);

    let ours = Ours::open(Env::default(), &dir).expect("opens");
    let store = Store::open(&ours).expect("a store");
    assert!(store.troubles().is_empty(), "{name}");
    let seen = Mutex::new(BTreeSet::new());
    let troubles = store.for_each(&ObjectKind::ALL, |oid, _, _| {
        assert!(seen.lock().expect("lock").insert(oid.to_string()), "{name}: {oid} was shown twice");
    });
    assert!(troubles.expect("walks").is_empty(), "{name}");
    assert_eq!(seen.into_inner().expect("lock"), all, "{name}: read");

    let stop = AtomicBool::new(false);
    let watch = Watch { stop: &stop, progress: &Unwatched };
    let scanned = scan_objects(&store, |_, _| true, &Engine::builtin(), Options::default(), watch).expect("scans");
    assert_eq!((scanned.objects, scanned.skips.len()), (all.len() as u64, 0), "{name}: scanned");

    for (unreachable, expected) in [(false, &reached), (true, &all)] {
        let bounds = Bounds { unreachable, ..Bounds::default() };
        let walked = ours.walk(&store, ours.tips().expect("refs"), &bounds, &mut Blank).expect("walks");
        assert_eq!(&walked.ids().map(|oid| oid.to_string()).collect::<BTreeSet<_>>(), expected, "{name}: walked");
        assert_eq!(walked.problems.is_empty(), shape.whole, "{name}: {:?}", walked.problems);
    }
    if shape.init.is_empty() {
        let odb = git2::Repository::open(&dir).expect("opens").odb().map(|odb| {
            let mut ids = BTreeSet::new();
            odb.foreach(|id| {
                ids.insert(id.to_string());
                true
            })
            .expect("listed");
            ids
        });
        assert_eq!(odb.expect("an object database"), all, "{name}: libgit2");
    }
}

#[test]
fn all_that_git_says_there_is_is_read_scanned_and_walked() {
    SHAPES.iter().for_each(check);
}
