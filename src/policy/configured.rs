//! What configuration files say of findings: rules overruled, and allows by path, rule, credential, fingerprint.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path, PathBuf};

use ignore::gitignore::{Gitignore, GitignoreBuilder};
use regex::bytes::{Regex, RegexBuilder};

use crate::model::{AllowReason, Confidence, Finding, Fingerprint, Origin, Report, Secret, Severity, UnusedAllow};

/// Most bytes that a regex may take, compiled.
const REGEX_SIZE: usize = 1 << 20;

/// What is said of one rule.
#[derive(Clone, Debug, Default)]
pub struct RulePolicy {
    /// Where it is disabled, and why.
    pub disabled: Option<(String, String)>,
    /// Its findings count from that confidence on.
    pub threshold: Option<Confidence>,
    /// What its credentials would open.
    pub severity: Option<Severity>,
}

/// One allow. It holds for a finding that fits one of each list that is not empty; with none of them, for nothing.
#[derive(Clone, Debug)]
pub struct Allow {
    /// Where it stands, e.g. `.portcullis.toml:12`.
    pub entry: String,
    /// Why.
    pub reason: String,
    /// Whether it is told when nothing needed it.
    pub tell_unused: bool,
    /// By path, from the top of the work tree.
    pub paths: Option<Globs>,
    /// By rule id.
    pub rules: Vec<String>,
    /// By what the credential reads.
    pub secrets: Vec<Regex>,
    /// By fingerprint.
    pub fingerprints: Vec<Fingerprint>,
}

/// Globs of paths, as in a `.gitignore`.
#[derive(Clone, Debug)]
pub struct Globs(Gitignore);

impl Globs {
    /// Reads them.
    ///
    /// # Errors
    /// What is wrong with the first that is wrong.
    pub fn new(globs: &[String]) -> Result<Self, String> {
        let mut builder = GitignoreBuilder::new("");
        for glob in globs {
            if glob.trim().is_empty() || glob.starts_with(['!', '#']) || glob.contains(['\n', '\r']) {
                return Err("a glob names paths, and begins with neither `!` nor `#`".to_owned());
            }
            builder.add_line(None, glob).map_err(|error| error.to_string())?;
        }
        builder.build().map(Self).map_err(|error| error.to_string())
    }

    fn fit(&self, path: &Path) -> bool {
        let plain = path.components().all(|part| matches!(part, Component::Normal(_)));
        plain && !path.as_os_str().is_empty() && self.0.matched_path_or_any_parents(path, false).is_ignore()
    }
}

/// Reads a regex on a credential's bytes: without Unicode classes, of bounded size.
///
/// # Errors
/// What is wrong with it.
pub fn secret_regex(pattern: &str) -> Result<Regex, String> {
    // One that fits the empty string fits every credential.
    let regex = RegexBuilder::new(pattern).unicode(false).size_limit(REGEX_SIZE).build();
    let regex = regex.map_err(|error| {
        error.to_string().lines().last().unwrap_or_default().trim_start_matches("error:").trim().to_owned()
    })?;
    if regex.is_match(b"") { Err("it fits every credential".to_owned()) } else { Ok(regex) }
}

/// From where paths are told, and where they are counted from.
#[derive(Clone, Debug, Default)]
pub struct Base {
    /// The directory that paths on disk are told from; absolute.
    pub cwd: PathBuf,
    /// The top of the work tree; absolute.
    pub top: PathBuf,
}

/// All of it.
#[derive(Clone, Debug, Default)]
pub struct Configured {
    /// By rule id.
    pub rules: HashMap<String, RulePolicy>,
    /// In the order they are tried.
    pub allows: Vec<Allow>,
    /// Where paths on disk lie.
    pub base: Base,
}

impl Configured {
    /// From what confidence on a rule's findings count, where that is said.
    #[must_use]
    pub fn threshold(&self, rule: &str) -> Option<Confidence> {
        self.rules.get(rule)?.threshold
    }

    /// A rule's severity, where that is said.
    #[must_use]
    pub fn severity(&self, rule: &str) -> Option<Severity> {
        self.rules.get(rule)?.severity
    }

    /// Whether any allow asks for paths.
    #[must_use]
    pub fn asks_paths(&self) -> bool {
        self.allows.iter().any(|allow| allow.paths.is_some())
    }

    /// What allows a finding at this place.
    #[must_use]
    pub fn at(
        &self,
        rule: &str,
        finding: &Finding,
        print: Fingerprint,
        origin: Option<&Origin>,
    ) -> Option<AllowReason> {
        let path = if self.asks_paths() { origin.and_then(|origin| self.path_from_top(origin)) } else { None };
        self.find(rule, &finding.secret, print, path.as_slice())
    }

    /// What allows a credential that stands at these paths from the top and nowhere else: a path fits only if all do.
    #[must_use]
    pub fn everywhere(
        &self,
        rule: &str,
        secret: &Secret,
        print: Fingerprint,
        paths: &[Vec<u8>],
    ) -> Option<AllowReason> {
        if !self.asks_paths() {
            return None;
        }
        let paths: Option<Vec<PathBuf>> = paths.iter().map(|path| path_of(path)).collect();
        self.find(rule, secret, print, &paths?)
    }

    fn find(&self, rule: &str, secret: &Secret, print: Fingerprint, paths: &[PathBuf]) -> Option<AllowReason> {
        let disabled = self.rules.get(rule).and_then(|rule| rule.disabled.as_ref());
        if let Some((entry, reason)) = disabled {
            let reason = if reason.is_empty() { "the rule is disabled" } else { reason };
            return Some(AllowReason::Config { entry: entry.clone(), reason: reason.to_owned() });
        }
        let allow = self.allows.iter().find(|allow| allow.fits(rule, secret, print, paths))?;
        Some(AllowReason::Config { entry: allow.entry.clone(), reason: allow.reason.clone() })
    }

    /// A path from the top of the work tree; `None` for what lies elsewhere, or has no path.
    fn path_from_top(&self, origin: &Origin) -> Option<PathBuf> {
        let path = path_of(origin.path()?)?;
        if matches!(origin, Origin::Staged(_) | Origin::Name { staged: true, .. }) {
            return Some(path);
        }
        let mut full = if path.is_absolute() { PathBuf::new() } else { self.base.cwd.clone() };
        let mut down = false;
        for part in path.components() {
            match part {
                // After a name, which may be a link, nobody knows where `..` leads.
                Component::ParentDir if down || !full.pop() => return None,
                Component::CurDir | Component::ParentDir => {}
                Component::Normal(_) => {
                    down = true;
                    full.push(part);
                }
                Component::RootDir | Component::Prefix(_) => full.push(part),
            }
        }
        full.strip_prefix(&self.base.top).ok().map(Path::to_path_buf)
    }

    /// The allows that nothing in the report needed.
    #[must_use]
    pub fn unused(&self, report: &Report) -> Vec<UnusedAllow> {
        use crate::model::Verdict::{Allowed, BelowThreshold, Block};
        // What is below the threshold today needs no leave, and may need it tomorrow: with the threshold, or the text
        // around it.
        let used: HashSet<String> = report
            .items
            .iter()
            .filter_map(|item| match &item.verdict {
                Allowed(reason) => Some(reason.clone()),
                BelowThreshold => self.at(&item.rule.id, &item.finding, item.fingerprint, Some(&item.origin)),
                Block => None,
            })
            .filter_map(|reason| match reason {
                AllowReason::Config { entry, .. } => Some(entry),
                _ => None,
            })
            .collect();
        let unused = self.allows.iter().filter(|allow| allow.tell_unused && !used.contains(&allow.entry));
        unused.map(|allow| UnusedAllow { entry: allow.entry.clone(), reason: allow.reason.clone() }).collect()
    }
}

impl Allow {
    fn fits(&self, rule: &str, secret: &Secret, print: Fingerprint, paths: &[PathBuf]) -> bool {
        let named =
            self.paths.is_some() || !(self.rules.is_empty() && self.secrets.is_empty() && self.fingerprints.is_empty());
        let by_path = |globs: &Globs| !paths.is_empty() && paths.iter().all(|path| globs.fit(path));
        named
            && (self.rules.is_empty() || self.rules.iter().any(|own| own == rule))
            && (self.fingerprints.is_empty() || self.fingerprints.contains(&print))
            && self.paths.as_ref().is_none_or(by_path)
            && (self.secrets.is_empty() || self.secrets.iter().any(|regex| regex.is_match(secret.expose())))
    }
}

#[cfg(unix)]
#[allow(clippy::unnecessary_wraps, reason = "elsewhere not all bytes are paths")]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(PathBuf::from(std::ffi::OsStr::from_bytes(bytes)))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(bytes).ok().map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_counted_from_the_top() {
        let configured =
            Configured { base: Base { cwd: "/w/top/sub".into(), top: "/w/top".into() }, ..Configured::default() };
        for (told, path) in [
            ("a", Some("sub/a")),
            ("./a/b", Some("sub/a/b")),
            ("../a", Some("a")),
            ("../../x", None),
            ("link/../a", None),
            ("/w/top/a", Some("a")),
            ("/w/other/a", None),
        ] {
            let origin = Origin::File(told.into());
            assert_eq!(configured.path_from_top(&origin), path.map(PathBuf::from), "{told}");
        }
        assert_eq!(configured.path_from_top(&Origin::Staged(b"x/y".to_vec())), Some("x/y".into()));
        assert_eq!(configured.path_from_top(&Origin::CommitMessage), None);
    }

    #[test]
    fn globs_are_those_of_a_gitignore() {
        let fits = |glob: &str, path: &str| Globs::new(&[glob.to_owned()]).unwrap().fit(Path::new(path));
        for (glob, path, fit) in [
            ("tests/", "tests/a/b.rs", true),
            ("tests/", "src/tests/a", true),
            ("/tests/", "src/tests/a", false),
            ("*.pem", "a/b.pem", true),
            ("docs/*.md", "docs/a/b.md", false),
            ("docs/**/*.md", "docs/a/b.md", true),
            ("tests/", "tests/../src/a", false),
            ("**", "/etc/passwd", false),
        ] {
            assert_eq!(fits(glob, path), fit, "{glob} {path}");
        }
        for bad in ["", "!a", "#a", "a{b", "a\nb"] {
            assert!(Globs::new(&[bad.to_owned()]).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_regex_that_says_nothing_is_refused() {
        assert!(secret_regex("^AKIA").is_ok());
        for bad in ["", ".*", "a?", "(", "(?:a{1000}){1000}"] {
            assert!(secret_regex(bad).is_err(), "{bad}");
        }
    }
}
