//! The keys of a server's policy.

use super::{Counts, Mode, OnTimeout, TrustRepo};
use crate::config::shape::{Key, Shape, key, needed};
use crate::model::Confidence;

/// `[audit]`.
pub(super) const AUDIT: &[Key] = &[
    key("file", Shape::AbsolutePath, "The log, one JSON object a line."),
    key("required", Shape::Flag, "Whether a push that cannot be noted is rejected. Default: true."),
];

/// `[bypass]`.
pub(super) const BYPASS: &[Key] = &[
    key("enabled", Shape::Flag, "Whether `-o portcullis.allow=<fingerprint>` is heeded. Default: false."),
    key("identities", Shape::List(&Shape::Text), "Whose it is, by the names the host gives."),
];

/// `[limits]`.
pub(super) const LIMITS: &[Key] = &[
    key("deadline_ms", Shape::Number(1, 3_600_000), "Milliseconds for a push. Default: what fits the host."),
    key("objects", Shape::Number(1, 100_000_000), "Most new objects in a push. Default: 1000000."),
    key("refs", Shape::Number(1, 1_000_000), "Most refs in a push. Default: 10000."),
    key("inflated_bytes", Shape::Number(1, 1 << 50), "Most bytes of a push's objects, expanded. Default: 4294967296."),
    key(
        "object_bytes",
        Shape::Number(1 << 20, 1 << 32),
        "Greatest object held in memory, in bytes. Default: 67108864.",
    ),
];

/// What holds for all repositories, and may be different for some.
const SETTINGS: [Key; 16] = [
    MODE,
    COUNTS,
    MIN_CONFIDENCE,
    INLINE_ALLOWS,
    BASELINE,
    RULES,
    KEY_FILE,
    ON_TIMEOUT,
    QUEUE,
    TRUST_REPO_CONFIG,
    HELP,
    THREADS,
    ENOUGH,
    AUDIT_TABLE,
    BYPASS_TABLE,
    LIMITS_TABLE,
];

/// The file.
pub const POLICY: &[Key] = &joined(&SETTINGS, &[REPOSITORIES]);

/// A `[[repository]]`.
pub(super) const REPOSITORY: &[Key] =
    &joined(&[needed("path", Shape::AbsolutePath, "The repository, or a directory above it.")], &SETTINGS);

/// The settings and the one key beside them. It is evaluated when this is compiled, where a wrong length is an error.
const fn joined(first: &[Key], last: &[Key]) -> [Key; SETTINGS.len() + 1] {
    let mut keys = [first[0]; SETTINGS.len() + 1];
    let mut at = 0;
    while at < keys.len() {
        keys[at] = if at < first.len() { first[at] } else { last[at - first.len()] };
        at += 1;
    }
    keys
}

const MODE: Key =
    key("mode", Shape::Word(Mode::NAMES), "What becomes of a push with credentials in it. Default: enforce.");
const COUNTS: Key = key("counts", Shape::Word(Counts::NAMES), "Which credentials count. Default: introduced.");
const MIN_CONFIDENCE: Key = key(
    "min_confidence",
    Shape::Word(Confidence::NAMES),
    "Findings of at least this confidence count. Default: medium.",
);
const INLINE_ALLOWS: Key = key(
    "inline_allows",
    Shape::Flag,
    "Whether comments such as `portcullis:allow` in what is pushed are honoured. Default: false.",
);
const BASELINE: Key = key("baseline", Shape::AbsolutePath, "A baseline of credentials that are accepted.");
const RULES: Key = key("rules", Shape::List(&Shape::AbsolutePath), "Rule files beside the built-in rules.");
const KEY_FILE: Key = key("key_file", Shape::AbsolutePath, "The key of fingerprints.");
const ON_TIMEOUT: Key = key(
    "on_timeout",
    Shape::Word(OnTimeout::NAMES),
    "What becomes of a push that was not looked at in time. Default: block.",
);
const QUEUE: Key = key("queue", Shape::AbsolutePath, "The directory in which such pushes wait for a later look.");
const TRUST_REPO_CONFIG: Key = key(
    "trust_repo_config",
    Shape::Word(TrustRepo::NAMES),
    "Whether the baseline at the default branch's tip is honoured. Default: none.",
);
const HELP: Key = key("help", Shape::Line, "Whom to ask for an exception: told to whoever is blocked.");
const THREADS: Key = key("threads", Shape::Number(1, 64), "Threads. Default: 2.");
const ENOUGH: Key =
    key("enough", Shape::Number(0, 10_000), "Different credentials after which the look ends; 0: never. Default: 20.");
const AUDIT_TABLE: Key = key("audit", Shape::Table(AUDIT), "The audit log.");
const BYPASS_TABLE: Key = key("bypass", Shape::Table(BYPASS), "Who may go around a finding.");
const LIMITS_TABLE: Key = key("limits", Shape::Table(LIMITS), "What a push may ask of the server.");
const REPOSITORIES: Key =
    key("repository", Shape::Tables(REPOSITORY), "What is different below a path; later ones go before earlier ones.");
