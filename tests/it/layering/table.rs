//! The plan, as data. To change the house, change this and say why.

/// Most lines of a file, tests included.
pub(super) const MAX_LINES: usize = 450;

/// Files that may be longer, up to a limit, for a reason. A row is to be taken out once its file fits.
pub(super) const LONG_FILES: &[(&str, usize, &str)] = &[];

/// One room: a directory of `src/`.
pub(super) struct Room {
    pub(super) name: &'static str,
    /// Arrows point from higher to lower layers only.
    pub(super) layer: u8,
    /// The rooms it may import.
    pub(super) may: &'static [&'static str],
}

const fn room(layer: u8, name: &'static str, may: &'static [&'static str]) -> Room {
    Room { name, layer, may }
}

const EVERYTHING_BELOW: &[&str] =
    &["model", "rules", "config", "git", "decode", "score", "report", "engine", "policy", "source", "guard", "hook"];

/// The rooms.
pub(super) const ROOMS: &[Room] = &[
    room(0, "model", &[]),
    room(1, "rules", &["model"]),
    room(1, "config", &["model"]),
    room(1, "git", &["model"]),
    room(2, "decode", &["model"]),
    room(2, "score", &["model", "rules"]),
    room(2, "report", &["model"]),
    room(3, "engine", &["model", "rules", "decode", "score"]),
    room(3, "policy", &["model", "rules", "config"]),
    room(3, "source", &["model", "git"]),
    room(4, "guard", &["model", "rules", "config", "git", "decode", "score", "report", "engine", "policy", "source"]),
    // rules: the canary is drawn from a template; report: names from a repository are made harmless.
    room(4, "hook", &["model", "rules", "report"]),
    room(5, "cli", EVERYTHING_BELOW),
];

/// Which rooms may name an external crate, and why these. None named: every room.
pub(super) const CRATES: &[(&str, &[&str], &str)] = &[
    (
        "aho_corasick",
        &["score", "guard"],
        "many words in one pass; the prefilter is faster without it; guard: the texts that a rewrite was to replace",
    ),
    ("clap", &["cli"], "arguments"),
    ("clap_complete", &["cli"], "completions, from the arguments"),
    ("clap_mangen", &["cli"], "manual pages, from the arguments"),
    ("crc32fast", &["rules", "score", "git"], "checksums of tokens, made and proven; of pack entries"),
    ("ctrlc", &["cli"], "interruption"),
    ("entropy", &["score"], "Shannon entropy"),
    ("getrandom", &["cli"], "the key that seals the clean ledger"),
    ("gix", &["git"], "the one room that reads repositories"),
    ("ignore", &["source", "policy"], "walking directories; globs"),
    ("indicatif", &["cli"], "the progress bar"),
    ("memchr", &[], "a tool of every room"),
    ("memmap2", &["git"], "packs are read where they lie"),
    ("nix", &["cli"], "passing a signal on to the command that runs under `redact --exec`"),
    ("rayon", &["guard", "git"], "own pools, never the global one; git: delta families are walked in parallel"),
    ("regex", &["policy"], "allows by what a credential reads"),
    (
        "regex_automata",
        &["engine"],
        "confirming matches: anchored, in memory of each thread, of a regex that was read once",
    ),
    (
        "regex_syntax",
        &["rules", "engine", "config"],
        "the lint's proofs; regexes without their long counts; others' regexes read",
    ),
    ("saphyr", &["config"], "other tools' YAML, with lines"),
    ("saphyr_parser", &["config"], "the same: scalars as they are written"),
    ("serde", &["config", "report", "rules"], "deriving for toml and serde_json"),
    (
        "serde_json",
        &["report", "score", "config"],
        "formats; checks of tokens that are JSON inside; other tools' baselines",
    ),
    ("sha1", &["policy"], "the hash by which detect-secrets knows a credential"),
    (
        "sha2",
        &["policy", "rules", "score", "report"],
        "fingerprints; checksums of tokens, made and proven; what the HTML report's policy lets run",
    ),
    ("signal_hook", &["cli"], "which signal it was; `ctrlc` tells only that there was one"),
    ("thiserror", &[], "a tool of every room"),
    ("toml", &["rules", "config"], "rule files and configuration"),
    ("toml_edit", &["config"], "adding to a project's file with its comments kept"),
    ("zlib_rs", &["git"], "inflating objects, the zlib that gix uses"),
];

/// What rooms may not touch. No rooms named: none may.
pub(super) const UNTOUCHED: &[(&[&str], &[&str])] = &[
    (&["std::net", "std::os::unix::net"], &[]),
    (&["std::fs", "std::env", "std::time", "std::process", "stdin()", "stdout()", "stderr()"], PURE),
];

/// Functions of their arguments alone: no file system, environment, clock or terminal.
const PURE: &[&str] = &["model", "rules", "decode", "score", "report", "engine", "policy"];

/// What stands nowhere but in tests and in the room that talks to people.
pub(super) const ONLY_IN_CLI: &[&str] = &[
    "print!",
    "println!",
    "eprint!",
    "eprintln!",
    "dbg!",
    "panic!",
    "todo!",
    "unimplemented!",
    "process::exit",
    ".unwrap()",
    ".expect(\"",
];

/// Places that are excused from [`ONLY_IN_CLI`], each for a reason. A row that excuses nothing is to be
/// taken out.
pub(super) const EXCUSED: &[(&str, &str, &str)] = &[(
    "src/engine/prefilter/layout.rs",
    "panic!",
    "shared with the build script, where a table that overflows must stop the build",
)];

/// The files in which `unsafe` may stand, and what for. Each says `SAFETY:`. A row without need is to be
/// taken out.
pub(super) const UNSAFE: &[(&str, &str)] = &[
    ("src/engine/prefilter/mod.rs", "calls code compiled for processors that were asked for their features"),
    ("src/git/pack/map.rs", "maps packs, which nobody changes in place"),
];
