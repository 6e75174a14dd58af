//! What `history` can do with what it found, beside telling it.

use std::path::PathBuf;

use clap::Args;

/// What is made of the answer.
#[derive(Clone, Debug, Default, Args)]
pub struct AnswerArgs {
    /// Write a self-contained HTML page about it, too, readable by you alone.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Write what `git filter-repo` needs to rewrite the history, and the steps in order, to this new directory.
    ///
    /// It holds credentials in plaintext, so it must lie outside any repository, and only you can read it.
    #[arg(long, value_name = "DIR", conflicts_with_all = ["refs", "exclude", "since", "range"])]
    pub rewrite_plan: Option<PathBuf>,
    /// Prove that no object, reached by a ref or not, holds a credential on this list of fingerprints.
    ///
    /// The list is that of a rewrite plan, or lines of a fingerprint and, better, the rule's id. Nothing else is
    /// told. Exit status: 0 none is held; 1 some are; 2 not everything could be read, or the list proves nothing.
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "report", "rewrite_plan", "allow_missing", "no_inline_allow", "baseline", "min_confidence", "refs", "exclude",
            "since", "range"
        ]
    )]
    pub verify_clean: Option<PathBuf>,
    /// With --verify-clean, prove too that no text of this file of a rewrite plan (`expressions.txt`) stands anywhere.
    ///
    /// Rules have no part in that: every object, name and reflog is searched for these very bytes. Take out the lines of
    /// texts that may stay. What still stands is told by its line in the file, never in plaintext.
    #[arg(long, value_name = "FILE", requires = "verify_clean")]
    pub replacements: Option<PathBuf>,
    /// Do not read again what an earlier run with --ledger found nothing in, and remember it for the next.
    ///
    /// The ledger lies in the user's cache directory, sealed with a key of its own; it holds ids of objects only.
    /// Other rules, another version or a damaged ledger have everything read anew.
    #[arg(long, conflicts_with = "verify_clean")]
    pub ledger: bool,
}
