//! The server's policy: one file of the admin's, never anything that was pushed.
//!
//! What holds for all repositories stands at its top; a `[[repository]]` says what is different below a path. Later
//! ones go before earlier ones. The reference is docs/server.md.

mod keys;
mod read;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use keys::POLICY;
pub use read::parse;

pub use super::read::{ConfigErrors, Problem};

use crate::model::Confidence;
use crate::model::named::named;

named! {
    /// What becomes of a push with credentials in it.
    Mode {
        /// It is rejected.
        Enforce = "enforce",
        /// It is accepted; the pusher is told, and the audit log.
        ReportOnly = "report-only",
        /// Nothing is looked at.
        Off = "off",
    }
}

named! {
    /// Which credentials count.
    Counts {
        /// Those the push brings in.
        Introduced = "introduced",
        /// Also those that stood in the same files before.
        Any = "any",
    }
}

named! {
    /// What becomes of a push that was not looked at in time.
    OnTimeout {
        /// It is rejected.
        Block = "block",
        /// It is accepted, noted in the audit log, and queued for a later scan.
        Allow = "allow",
    }
}

named! {
    /// Whether the repository has a say in what is accepted.
    TrustRepo {
        /// No.
        None = "none",
        /// The baseline at the tip of its default branch, as it stands before the push, is honoured.
        DefaultBranch = "default-branch",
    }
}

/// Where a setting may be left out: at the top it then has its default, for a repository that of the top.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Layer {
    pub(crate) mode: Option<Mode>,
    pub(crate) counts: Option<Counts>,
    pub(crate) min_confidence: Option<Confidence>,
    pub(crate) inline_allows: Option<bool>,
    pub(crate) baseline: Option<PathBuf>,
    pub(crate) rules: Option<Vec<PathBuf>>,
    pub(crate) key_file: Option<PathBuf>,
    pub(crate) on_timeout: Option<OnTimeout>,
    pub(crate) queue: Option<PathBuf>,
    pub(crate) trust_repo_config: Option<TrustRepo>,
    pub(crate) help: Option<String>,
    pub(crate) threads: Option<usize>,
    pub(crate) enough: Option<u64>,
    pub(crate) audit_file: Option<PathBuf>,
    pub(crate) audit_required: Option<bool>,
    pub(crate) bypass: Option<bool>,
    pub(crate) bypass_identities: Option<BTreeSet<String>>,
    pub(crate) deadline_ms: Option<u64>,
    pub(crate) objects: Option<u64>,
    pub(crate) refs: Option<u64>,
    pub(crate) inflated_bytes: Option<u64>,
    pub(crate) object_bytes: Option<u64>,
}

/// A parsed server configuration. The default one is empty: every setting has its default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerConfig {
    top: Layer,
    repositories: Vec<(PathBuf, Layer)>,
}

/// Most refs in one push, by default.
pub const REFS: u64 = 10_000;

/// What holds for one repository.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What becomes of a push with credentials in it.
    pub mode: Mode,
    /// Which credentials count.
    pub counts: Counts,
    /// Findings less sure than this do not count.
    pub min_confidence: Confidence,
    /// Whether allows written beside a credential in what is pushed are honoured.
    pub inline_allows: bool,
    /// A baseline of credentials that are accepted.
    pub baseline: Option<PathBuf>,
    /// Rule files beside the built-in rules.
    pub rules: Vec<PathBuf>,
    /// The key of fingerprints.
    pub key_file: Option<PathBuf>,
    /// What becomes of a push that was not looked at in time.
    pub on_timeout: OnTimeout,
    /// The directory in which pushes wait that were not looked at in time.
    pub queue: Option<PathBuf>,
    /// Whether the repository has a say.
    pub trust_repo_config: TrustRepo,
    /// Whom to ask for an exception: one line for the pusher.
    pub help: Option<String>,
    /// Threads.
    pub threads: usize,
    /// Different credentials after which the look ends; 0: never.
    pub enough: u64,
    /// The audit log.
    pub audit_file: Option<PathBuf>,
    /// Whether a push is rejected that cannot be noted there.
    pub audit_required: bool,
    /// Whether, and for whom, `-o portcullis.allow=<fingerprint>` goes around a finding.
    pub bypass: Option<BTreeSet<String>>,
    /// Milliseconds from the start of the process; `None`: what fits the host.
    pub deadline_ms: Option<u64>,
    /// Most new objects in a push.
    pub objects: u64,
    /// Most refs in a push.
    pub refs: u64,
    /// Most bytes that a push's objects may come to, expanded.
    pub inflated_bytes: u64,
    /// Greatest object that is held in memory, in bytes; up to three of that size may be at once.
    pub object_bytes: u64,
}

/// The text of a policy as it holds for the repository at `directory`, made to hold everywhere and without an audit log:
/// for a trial that nobody is to find in the log. None where the text is no TOML.
#[must_use]
pub fn for_trial(text: &str, directory: &Path) -> Option<String> {
    let mut policy: toml_edit::DocumentMut = text.parse().ok()?;
    policy.remove("audit");
    if let Some(repositories) = policy.get_mut("repository").and_then(toml_edit::Item::as_array_of_tables_mut) {
        let holds = |own: &toml_edit::Table| {
            own.get("path").and_then(toml_edit::Item::as_str).is_some_and(|path| directory.starts_with(path))
        };
        repositories.retain(holds);
        for own in repositories.iter_mut() {
            own.remove("audit");
            own.insert("path", toml_edit::value("/"));
        }
    }
    Some(policy.to_string())
}

impl ServerConfig {
    /// What holds where no `[[repository]]` says otherwise, and for each of those.
    #[must_use]
    pub fn all_settings(&self) -> Vec<Settings> {
        let own = self.repositories.iter().map(|(path, _)| self.settings(path));
        std::iter::once(self.top.clone().settle()).chain(own).collect()
    }

    /// What holds for the repository at that directory.
    #[must_use]
    pub fn settings(&self, repository: &Path) -> Settings {
        let mut layer = self.top.clone();
        for (path, own) in &self.repositories {
            if repository.starts_with(path) {
                layer = own.clone().over(layer);
            }
        }
        layer.settle()
    }
}

/// Takes the first of two for every field.
macro_rules! over {
    ($one:ident, $other:ident: $($field:ident),+ $(,)?) => {
        Layer { $($field: $one.$field.or($other.$field)),+ }
    };
}

impl Layer {
    fn over(self, other: Self) -> Self {
        over!(self, other: mode, counts, min_confidence, inline_allows, baseline, rules, key_file, on_timeout, queue,
            trust_repo_config, help, threads, enough, audit_file, audit_required, bypass, bypass_identities,
            deadline_ms, objects, refs, inflated_bytes, object_bytes)
    }

    fn settle(self) -> Settings {
        let identities = self.bypass_identities.unwrap_or_default();
        Settings {
            mode: self.mode.unwrap_or(Mode::Enforce),
            counts: self.counts.unwrap_or(Counts::Introduced),
            min_confidence: self.min_confidence.unwrap_or(Confidence::Medium),
            inline_allows: self.inline_allows.unwrap_or(false),
            baseline: self.baseline,
            rules: self.rules.unwrap_or_default(),
            key_file: self.key_file,
            on_timeout: self.on_timeout.unwrap_or(OnTimeout::Block),
            queue: self.queue,
            trust_repo_config: self.trust_repo_config.unwrap_or(TrustRepo::None),
            help: self.help,
            threads: self.threads.unwrap_or(2),
            enough: self.enough.unwrap_or(20),
            audit_file: self.audit_file,
            audit_required: self.audit_required.unwrap_or(true),
            bypass: self.bypass.unwrap_or(false).then_some(identities),
            deadline_ms: self.deadline_ms,
            objects: self.objects.unwrap_or(1_000_000),
            refs: self.refs.unwrap_or(REFS),
            inflated_bytes: self.inflated_bytes.unwrap_or(4 << 30),
            object_bytes: self.object_bytes.unwrap_or(64 << 20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_differs_in_what_it_says_and_in_nothing_else() {
        let text = r#"
            mode = "report-only"
            help = "ask the admins"
            [bypass]
            enabled = true
            identities = ["alice"]
            [[repository]]
            path = "/srv/git"
            mode = "enforce"
            [[repository]]
            path = "/srv/git/a.git"
            limits.refs = 5
            bypass.identities = ["bob"]
        "#;
        let config = parse(text, "x").unwrap();
        let elsewhere = config.settings(Path::new("/srv/gitea"));
        assert_eq!((elsewhere.mode, elsewhere.refs), (Mode::ReportOnly, REFS));
        let near = config.settings(Path::new("/srv/git/b.git"));
        assert_eq!((near.mode, near.refs), (Mode::Enforce, REFS));
        assert_eq!(near.bypass, Some(BTreeSet::from(["alice".to_owned()])));
        let own = config.settings(Path::new("/srv/git/a.git"));
        assert_eq!((own.mode, own.refs, own.help.as_deref()), (Mode::Enforce, 5, Some("ask the admins")));
        assert_eq!(own.bypass, Some(BTreeSet::from(["bob".to_owned()])));
    }

    #[test]
    fn nothing_said_is_the_strict_default() {
        let settings = parse("", "x").unwrap().settings(Path::new("/x"));
        assert_eq!((settings.mode, settings.on_timeout), (Mode::Enforce, OnTimeout::Block));
        assert_eq!((settings.inline_allows, settings.bypass, settings.threads), (false, None, 2));
    }
}
