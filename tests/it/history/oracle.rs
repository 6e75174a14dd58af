//! Histories of every shape, as data; what is told of each is held against git's own word, commit by commit.
//!
//! The oracle knows nothing of trees or masks: it asks `git grep` of every commit whether it holds the token, and
//! `git rev-list` who descends from whom.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{came, gone, live, paths, run};
use crate::support::Repo;
use crate::support::draw::Draw;

/// One shape: its name; its commits in order, each `name < parents : files`, where a file is `path=what` and what is
/// the line on which the token stands, or `-`; its refs.
type Shape = (&'static str, &'static [&'static str], &'static [(&'static str, &'static str)]);

const MAIN: &str = "refs/heads/main";

const SHAPES: &[Shape] = &[
    ("never", &["a <: f=-", "b < a: f=- g=-"], &[(MAIN, "b")]),
    ("in the root", &["a <: f=1", "b < a: f=1 g=-"], &[(MAIN, "b")]),
    ("in and out", &["a <: f=-", "b < a: f=3", "c < b: f=-", "d < c: f=- g=-"], &[(MAIN, "d")]),
    ("deleted with its file", &["a <: f=1 g=-", "b < a: g=-"], &[(MAIN, "b")]),
    ("renamed", &["a <: f=2", "b < a: dir/g=2", "c < b: dir/h=2", "d < c: x=-"], &[(MAIN, "d")]),
    ("renamed and edited at once", &["a <: f=2", "b < a: g=5", "c < b: g=-"], &[(MAIN, "c")]),
    ("copied, and one copy deleted", &["a <: f=1", "b < a: f=1 g=4", "c < b: g=4"], &[(MAIN, "c")]),
    ("a directory moved", &["a <: a/f=1 a/g=-", "b < a: b/a/f=1 b/a/g=-", "c < b: b/a/g=-"], &[(MAIN, "c")]),
    ("the same in two files of one commit", &["a <: f=1 g=7", "b < a: f=1 g=-", "c < b: f=- g=-"], &[(MAIN, "c")]),
    (
        "came, went, came again, went again",
        &["a <: f=1", "b < a: f=-", "c < b: f=2", "d < c: g=2", "e < d: g=-", "f < e: f=9", "g < f: f=-"],
        &[(MAIN, "g"), ("refs/heads/at-e", "e"), ("refs/heads/at-f", "f")],
    ),
    ("merged in", &["a <: f=-", "b < a: f=1", "c < a: f=- g=-", "m < c b: f=1 g=-"], &[(MAIN, "m")]),
    (
        "merged in both ways",
        &["a <: f=-", "b < a: f=1", "c < a: g=-", "m < b c: f=1", "n < c b: f=1"],
        &[(MAIN, "m"), ("refs/heads/n", "n")],
    ),
    ("an evil merge that adds it", &["a <: f=-", "b < a: g=-", "c < a: h=-", "m < b c: g=1 h=-"], &[(MAIN, "m")]),
    ("an evil merge that drops it", &["a <: f=-", "b < a: f=1", "c < a: h=-", "m < c b: h=-"], &[(MAIN, "m")]),
    ("an evil merge that moves it", &["a <: f=-", "b < a: f=1", "c < a: h=-", "m < c b: g=8 h=-"], &[(MAIN, "m")]),
    (
        "a merge of where it was removed",
        &["a <: f=1", "b < a: f=-", "c < a: f=1 g=-", "m < c b: f=- g=-"],
        &[(MAIN, "m"), ("refs/heads/old", "c")],
    ),
    ("a merge that brings it back", &["a <: f=1", "b < a: f=-", "c < a: f=1 g=-", "m < b c: f=1 g=-"], &[(MAIN, "m")]),
    (
        "removed on each branch by another commit",
        &["a <: f=1", "b < a: f=-", "c < a: g=-", "d < c: g=- h=-"],
        &[(MAIN, "b"), ("refs/heads/other", "d"), ("refs/heads/same", "c")],
    ),
    (
        "removed on both sides, then merged",
        &["a <: f=1", "b < a: f=-", "c < a: f=- g=-", "m < b c: f=- g=-"],
        &[(MAIN, "m")],
    ),
    ("two who brought it in", &["a <: z=-", "b < a: f=1", "c < a: g=2", "m < b c: f=1 g=2"], &[(MAIN, "m")]),
    ("octopus", &["a <: z=-", "b < a: f=1", "c < a: g=-", "d < a: h=3", "m < a b c d: f=1 g=- h=3"], &[(MAIN, "m")]),
    ("an evil octopus", &["a <: z=-", "b < a: f=-", "c < a: g=-", "d < a: h=-", "m < b c d: f=2 g=-"], &[(MAIN, "m")]),
    (
        "an octopus that drops it",
        &["a <: z=-", "b < a: f=1", "c < a: g=-", "d < a: h=1", "m < b c d: g=-"],
        &[(MAIN, "m")],
    ),
    ("two roots", &["a <: f=1", "b <: g=-", "m < b a: f=1 g=-", "n < m: g=-"], &[(MAIN, "n"), ("refs/heads/b", "b")]),
    ("two roots that both hold it", &["a <: f=1", "b <: g=1", "m < a b: f=1 g=1", "n < m: f=1"], &[(MAIN, "n")]),
    (
        "criss-cross",
        &["r <: z=-", "a < r: f=1", "b < r: g=-", "m < a b: f=1 g=-", "n < b a: f=1 g=-", "o < n: g=-", "p < m o: g=-"],
        &[(MAIN, "m"), ("refs/heads/n", "n"), ("refs/heads/o", "o"), ("refs/heads/p", "p")],
    ),
    ("a subtree merge", &["a <: f=1", "b <: g=-", "m < b a: sub/f=1 g=-", "n < m: g=-"], &[(MAIN, "n")]),
    ("only a tag has it", &["a <: f=1", "b < a: f=-"], &[(MAIN, "b"), ("refs/tags/v1", "a"), ("refs/tags/v2", "b")]),
    (
        "a long way after",
        &["a <: f=1", "b < a: f=-", "c < b: g=-", "d < c: h=-", "e < d: i=-", "f < e: j=-"],
        &[(MAIN, "f"), ("refs/remotes/origin/main", "d"), ("refs/heads/first", "a")],
    ),
];

/// Makes the shape's repository, without reflogs, and tells the token.
fn make(commits: &[&str], refs: &[(&str, &str)]) -> (Repo, String) {
    let repo = Repo::init(&["--bare"]);
    let token = Draw(5).token();
    let mut stream = String::new();
    for (at, commit) in commits.iter().enumerate() {
        let (head, files) = commit.split_once(':').expect("files");
        let (name, parents) = head.split_once('<').expect("parents");
        let (name, time) = (name.trim(), 1_700_000_000 + 60 * at);
        let mark = |name: &str| commits.iter().position(|other| other.split('<').next() == Some(&format!("{name} ")));
        stream.push_str(&format!(
            "commit refs/shape/{name}\nmark :{}\ncommitter C O <c@example.com> {time} +0000\n",
            at + 1
        ));
        stream.push_str(&format!("data {}\n{name}\n", name.len()));
        for (at, parent) in parents.split_whitespace().enumerate() {
            let word = if at == 0 { "from" } else { "merge" };
            stream.push_str(&format!("{word} :{}\n", mark(parent).expect("an earlier commit") + 1));
        }
        stream.push_str("deleteall\n");
        for (path, what) in files.split_whitespace().map(|file| file.split_once('=').expect("what")) {
            let text = match what.parse::<usize>() {
                Ok(line) => format!("{}key = {token}\n", "text\n".repeat(line - 1)),
                Err(_) => format!("{name} is clean\n"),
            };
            stream.push_str(&format!("M 100644 inline {path}\ndata {}\n{text}\n", text.len()));
        }
    }
    repo.feed("fast-import --quiet --force", stream.as_bytes());
    for (name, commit) in refs {
        repo.git(["update-ref", name, &format!("refs/shape/{commit}")]).text();
    }
    let shape = repo.ok("for-each-ref --format=delete%20%(refname) refs/shape").replace("%20", " ");
    repo.feed("update-ref --stdin", format!("{shape}\n").as_bytes());
    (repo, token)
}

/// What git says.
struct Oracle {
    parents: BTreeMap<String, Vec<String>>,
    /// By commit: `path:line` of every place that holds the token.
    held: BTreeMap<String, Vec<String>>,
}

impl Oracle {
    fn ask(repo: &Repo, token: &str) -> Self {
        let list = repo.ok("rev-list --all --parents");
        let split = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let parents: BTreeMap<_, _> = list.lines().map(split).map(|ids| (ids[0].clone(), ids[1..].to_vec())).collect();
        let grep = |commit: &String| {
            let out = repo.git(["grep", "-n", "-F", "-e", token, commit]).stdout;
            let out = String::from_utf8(out).expect("UTF-8");
            let place = |line: &str| line.splitn(4, ':').skip(1).take(2).collect::<Vec<_>>().join(":");
            (commit.clone(), out.lines().map(place).collect())
        };
        Self { held: parents.keys().map(grep).collect(), parents }
    }

    fn holds(&self, commit: &str) -> bool {
        !self.held[commit].is_empty()
    }

    fn before(&self, tip: &str) -> BTreeSet<String> {
        let (mut all, mut left) = (BTreeSet::new(), vec![tip.to_owned()]);
        while let Some(at) = left.pop() {
            if all.insert(at.clone()) {
                left.extend(self.parents[&at].clone());
            }
        }
        all
    }

    fn ever(&self, tip: &str) -> bool {
        self.before(tip).iter().any(|commit| self.holds(commit))
    }

    fn introduces(&self, commit: &str) -> bool {
        self.holds(commit) && !self.parents[commit].iter().any(|parent| self.holds(parent))
    }

    fn removes(&self, commit: &str) -> bool {
        let parents = &self.parents[commit];
        let lost = |parent: &String| !self.holds(parent) && self.ever(parent);
        !self.holds(commit) && parents.iter().any(|parent| self.holds(parent)) && !parents.iter().any(lost)
    }

    /// The removals that no later one on the way to `tip` comes after.
    fn last_removals(&self, tip: &str) -> BTreeSet<String> {
        let all: BTreeSet<String> = self.before(tip).into_iter().filter(|commit| self.removes(commit)).collect();
        let later = |one: &String| all.iter().any(|other| other != one && self.before(other).contains(one));
        all.iter().filter(|one| !later(one)).cloned().collect()
    }
}

fn check(name: &str, repo: &Repo, token: &str) {
    let oracle = Oracle::ask(repo, token);
    let holders: Vec<&String> = oracle.held.keys().filter(|commit| oracle.holds(commit)).collect();
    let (lives, _) = run(repo, &[], i32::from(!holders.is_empty()));
    let Some(life) = lives.first() else { return assert!(holders.is_empty(), "{name}") };
    assert_eq!((lives.len(), &life["commits"]), (1, &Value::from(holders.len())), "{name}");
    for told in came(life) {
        let (commit, place) = told.split_once(' ').expect("a place");
        assert!(oracle.held[commit].iter().any(|held| held == place), "{name}: {told}");
    }
    let told: BTreeSet<String> = came(life).iter().map(|told| told[..40].to_owned()).collect();
    let news: BTreeSet<String> = oracle.held.keys().filter(|commit| oracle.introduces(commit)).cloned().collect();
    assert_eq!(told, news, "{name}: introduced");
    let held = oracle.held.values().flatten().map(|place| place.rsplit_once(':').expect("a line").0.to_owned());
    assert_eq!(paths(life), held.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>(), "{name}: paths");
    let blob = |(commit, places): (&String, &Vec<String>)| {
        let of = |place: &String| repo.ok(&format!("rev-parse {commit}:{}", place.rsplit_once(':').expect("a line").0));
        places.iter().map(of).collect::<Vec<_>>()
    };
    let blobs: BTreeSet<String> = oracle.held.iter().flat_map(blob).collect();
    assert_eq!(life["blobs"], blobs.len(), "{name}: blobs");
    let refs = repo.ok("for-each-ref --format=%(refname)=%(objectname)");
    let refs: Vec<(&str, &str)> = refs.lines().map(|line| line.split_once('=').expect("a target")).collect();
    let expected: Vec<&str> = refs.iter().filter(|(_, tip)| oracle.holds(tip)).map(|(name, _)| *name).collect();
    assert_eq!(live(life), expected, "{name}: still at");
    assert_eq!(life["state"], if expected.is_empty() { "removed" } else { "live" }, "{name}");
    let told: BTreeMap<String, String> = gone(life)
        .iter()
        .map(|told| {
            told.split_once(' ').map(|(branch, commit)| (branch.to_owned(), commit.to_owned())).expect("a commit")
        })
        .collect();
    for (branch, tip) in refs.iter().filter(|(name, _)| !name.starts_with("refs/tags/")) {
        let lost = !oracle.holds(tip) && oracle.ever(tip);
        let commit = told.get(*branch);
        assert_eq!(commit.is_some(), lost, "{name}: {branch}");
        if let Some(commit) = commit {
            assert!(oracle.last_removals(tip).contains(commit), "{name}: {branch} lost it in {commit}");
        }
    }
}

#[test]
fn every_shape_is_told_as_git_tells_it() {
    for (name, commits, refs) in SHAPES {
        let (repo, token) = make(commits, refs);
        check(name, &repo, &token);
        repo.ok("repack -q -a -d -f");
        check(name, &repo, &token);
    }
}

#[test]
fn nine_hundred_versions_are_one_credential() {
    let repo = Repo::init(&["--bare"]);
    let token = Draw(5).token();
    let mut stream = String::new();
    for version in 0..902 {
        let text = match version {
            0 | 901 => "clean\n".to_owned(),
            _ => format!("{}{token}\n{version}\n", "line\n".repeat(version % 7)),
        };
        stream.push_str(&format!("commit {MAIN}\ncommitter C O <c@example.com> {} +0000\n", 1_700_000_000 + version));
        stream.push_str(&format!("data 1\nc\nM 100644 inline f\ndata {}\n{text}\n", text.len()));
    }
    repo.feed("fast-import --quiet", stream.as_bytes());
    let life = super::only(&repo);
    assert_eq!((&life["commits"], &life["blobs"], &life["path_count"]), (&900.into(), &900.into(), &1.into()));
    let first = repo.ok("rev-parse main~900");
    assert_eq!(
        (came(&life), gone(&life)),
        (vec![format!("{first} f:2")], vec![format!("{MAIN} {}", repo.ok("rev-parse main"))])
    );
    assert_eq!(life["introductions"], 1);
}
