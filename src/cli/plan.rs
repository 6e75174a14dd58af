//! From what was typed, and the environment, to what is meant.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use super::accepted;
use super::args::WalkArgs;
use super::failure::{Failure, Shown};
use crate::engine::is_too_large;
use crate::git::Repo;
use crate::guard::scan::{Options, Target};
use crate::model::Day;
use crate::policy::{Baseline, Key};
use crate::rules::{self, Rule, RuleSet};
use crate::source::worktree::reported;

/// The baseline's name, at the top of a work tree.
pub(super) const BASELINE: &str = ".portcullis.baseline";

/// The environment variable that names the key file.
const KEY_FILE: &str = "PORTCULLIS_KEY_FILE";

/// The targets that paths name.
#[must_use]
pub(super) fn targets(paths: &[PathBuf]) -> Vec<Target> {
    let mut targets = Vec::with_capacity(paths.len());
    for path in paths {
        let target = if path.as_os_str() == "-" { Target::Stdin } else { Target::Path(path.clone()) };
        let is_same = |known: &Target| match (known, &target) {
            (Target::Path(one), Target::Path(other)) => one == other || reported(one) == reported(other),
            _ => *known == target,
        };
        if !targets.iter().any(is_same) {
            targets.push(target);
        }
    }
    targets
}

/// Refuses to write a report over a file that is named to be scanned: it would be lost before anybody has read it.
///
/// # Errors
/// If one of `outputs` is one of the files named, by whatever path.
pub(super) fn spare(targets: &[Target], outputs: &[Option<&Path>]) -> Result<(), Failure> {
    for output in outputs.iter().flatten() {
        let same = |target: &Target| matches!(target, Target::Path(path) if is_same_file(path, output));
        if targets.iter().any(same) {
            let shown = output.display();
            return Err(Failure::new(format_args!(
                "`{shown}` is to be scanned, and the report would be written over it"
            ))
            .hint("name another file for the report"));
        }
    }
    Ok(())
}

/// Whether two paths lead to one regular file. A terminal or a pipe holds nothing that could be lost.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let (Ok(left), Ok(right)) = (fs::metadata(one), fs::metadata(other)) else { return false };
    if !left.is_file() || !right.is_file() {
        return false;
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        (left.dev(), left.ino()) == (right.dev(), right.ino())
    }
    #[cfg(not(unix))]
    {
        matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
    }
}

/// How to read them.
#[must_use]
pub(super) const fn walk(args: &WalkArgs) -> Options {
    Options { gitignore: args.respect_gitignore, threads: args.effort.threads }
}

/// The built-in rules and those of these files.
///
/// # Errors
/// If a file cannot be read, or is no good as a rule file.
pub(super) fn rules(files: &[PathBuf]) -> Result<RuleSet, Failure> {
    let mut set = RuleSet::builtin();
    for file in files {
        let more = rule_file(file)?;
        set = set
            .with_user(more)
            .map_err(|taken| Failure::because(format_args!("cannot add the rules of `{}`", file.shown()), &taken))?;
    }
    Ok(set)
}

/// The rules in one file.
///
/// # Errors
/// If it cannot be read, or is no good as a rule file: every mistake in it.
pub(super) fn rule_file(file: &Path) -> Result<Vec<Rule>, Failure> {
    let name = file.shown();
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::because(format_args!("cannot read the rule file `{name}`"), &error))?;
    parse_rules(&text, &name)
}

/// The rules in a file's text.
///
/// # Errors
/// If it is no good as a rule file: every mistake in it. Also where a regex is too large to be compiled: its rule would
/// find nothing, in silence.
pub(super) fn parse_rules(text: &str, name: &str) -> Result<Vec<Rule>, Failure> {
    let rules = rules::load(text, name).map_err(Failure::new)?;
    let large: Vec<&str> = rules.iter().filter(|rule| is_too_large(rule)).map(|rule| &*rule.id).collect();
    if large.is_empty() {
        return Ok(rules);
    }
    let ids = large.join("`, `");
    Err(Failure::new(format_args!("{name}: the regex of `{ids}` takes too much memory once it is compiled"))
        .hint("lower its counts (`{20,4000}`), or narrow what they count: `[a-z]` is far smaller than `\\w`"))
}

/// The key of fingerprints: made of the bytes of `file`, or of the file that the environment names, or none.
///
/// # Errors
/// If the file cannot be read or is too short to be a key.
pub(super) fn fingerprint_key(file: Option<&Path>) -> Result<Key, Failure> {
    let from_env = || env::var_os(KEY_FILE).filter(|name| !name.is_empty()).map(PathBuf::from);
    let Some(file) = file.map(Path::to_path_buf).or_else(from_env) else { return Ok(Key::unkeyed()) };
    let shown = file.shown();
    let bytes = fs::read(&file)
        .map_err(|error| Failure::because(format_args!("cannot read the key file `{shown}`"), &error))?;
    Key::derive(&bytes).ok_or_else(|| {
        Failure::new(format!("the key file `{shown}` holds fewer than {} bytes", Key::LEAST_BYTES))
            .hint("make one that only you can read: `head -c 32 /dev/urandom > FILE`")
    })
}

/// The baseline at `file`, or the one of the work tree that `near` lies in, if it has one.
///
/// # Errors
/// If it cannot be read (where it was named, also if there is none) or a line of it makes no sense.
pub(super) fn baseline(file: Option<&Path>, near: &Path) -> Result<Baseline, Failure> {
    let path = file.map_or_else(|| default_baseline(near), Path::to_path_buf);
    match accepted::read(&path)? {
        Some(accepted) => Ok(accepted.baseline),
        None if file.is_none() => Ok(Baseline::default()),
        None => Err(Failure::new(format_args!("cannot read the baseline `{}`: there is no such file", path.shown()))),
    }
}

/// The baseline as it is staged: what only lies in the work tree is not what others will have. Empty where none is.
///
/// # Errors
/// If it cannot be read, or a line of it makes no sense.
pub(super) fn staged_baseline(repo: &Repo) -> Result<Baseline, Failure> {
    let bytes = repo
        .index_blob(BASELINE.as_bytes())
        .map_err(|error| Failure::because(format_args!("cannot read the staged {BASELINE}"), &error))?;
    accepted::parse(&bytes.unwrap_or_default(), format_args!("the staged {BASELINE}"))
        .map_err(|failure| failure.hint("mend that line and stage the file again"))
}

/// What holds of `whose` baseline today: it, and the entries whose last day is over, for people.
///
/// # Errors
/// If its fingerprints were made with another key: none of them could be met.
pub(super) fn heed(mut baseline: Baseline, whose: &str, key: &Key) -> Result<(Baseline, Vec<String>), Failure> {
    if !baseline.is_of(key) {
        let hint = if *key == Key::unkeyed() {
            format!("name the key file in {KEY_FILE}, or by --key-file; whoever made the baseline has it")
        } else {
            "name the key file it was made with, or make the baseline anew with this one".to_owned()
        };
        return Err(
            Failure::new(format_args!("{whose} baseline was made with another key, so nothing in it holds")).hint(hint)
        );
    }
    let expired = baseline.take_expired(today()).into_iter().map(|entry| {
        let (line, day) = (entry.line, entry.until.map(|day| day.to_string()).unwrap_or_default());
        let reason = if entry.reason.is_empty() { "no reason given" } else { &entry.reason };
        format!("line {line} of {whose} baseline expired on {day} and no longer applies ({reason})")
    });
    let expired = expired.collect();
    Ok((baseline, expired))
}

/// The day it is (UTC). A clock before 1970 makes allows last, and one after 9999 makes them end.
#[must_use]
pub(super) fn today() -> Day {
    Day::of_second(SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()))
}

/// Where the baseline of the work tree around `near` is, or would be.
#[must_use]
pub(super) fn default_baseline(near: &Path) -> PathBuf {
    worktree_top(near).unwrap_or_else(|| directory(near)).join(BASELINE)
}

/// The top of the work tree that the current directory lies in, by the way up from here: so paths below it are told as
/// one would type them.
pub(super) fn top_from_here() -> Option<PathBuf> {
    let here = Path::new(".").canonicalize().ok()?;
    let steps = here.ancestors().position(|dir| dir.join(".git").exists())?;
    Some(if steps == 0 { PathBuf::from(".") } else { std::iter::repeat_n("..", steps).collect() })
}

/// The nearest directory, from `near` upwards, that holds a `.git`.
pub(super) fn worktree_top(near: &Path) -> Option<PathBuf> {
    // A relative path has no parents beyond what was typed. The directory's name on the way there is of
    // no account, so links may be resolved.
    let absolute = directory(near).canonicalize().or_else(|_| env::current_dir()).ok()?;
    absolute.ancestors().find(|dir| dir.join(".git").exists()).map(Path::to_path_buf)
}

/// What people call the repository that `near` lies in: the name of its directory.
#[must_use]
pub(super) fn repository_name(near: &Path) -> OsString {
    let top = worktree_top(near).or_else(|| directory(near).canonicalize().ok()).unwrap_or_else(|| near.to_path_buf());
    top.file_name().map_or_else(|| "this repository".into(), OsStr::to_os_string)
}

fn directory(near: &Path) -> PathBuf {
    if near.is_dir() {
        return near.to_path_buf();
    }
    near.parent().filter(|dir| dir.is_dir()).unwrap_or(Path::new(".")).to_path_buf()
}

/// The path that says whose baseline is meant: the first one scanned, or the current directory.
#[must_use]
pub(super) fn near(targets: &[Target]) -> &Path {
    let first = targets.iter().find_map(|target| match target {
        Target::Path(path) => Some(path.as_path()),
        Target::Stdin => None,
    });
    first.unwrap_or(Path::new("."))
}
