//! `config`, `baseline` and `allow`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::TargetArgs;

/// `config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print what the user's and the project's file come to, and where each value comes from.
    Show(ConfigShowArgs),
    /// Check configuration files and report every mistake in them, with line and column.
    Check(ConfigCheckArgs),
}

/// `config show`.
#[derive(Debug, Args)]
pub struct ConfigShowArgs {
    /// Whose project's file is meant: a path in its work tree.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
}

/// `config check`.
#[derive(Debug, Args)]
pub struct ConfigCheckArgs {
    /// Check these files, as a project's [default: the project's and the user's own].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// They are policies of a server, with the files that they name [default: the one that the gates go by].
    #[arg(long)]
    pub server: bool,
}

/// `baseline`.
#[derive(Debug, Subcommand)]
pub enum BaselineCommand {
    /// Accept everything a scan finds now: write a new baseline file.
    Create(TargetArgs),
    /// Add what a scan finds and the baseline lacks; entries and their comments stay.
    Update {
        /// Where to look, and what counts.
        #[command(flatten)]
        args: TargetArgs,
        /// Drop entries that the scan does not find any more; scan all that the baseline is for.
        #[arg(long)]
        prune: bool,
    },
    /// Tell what a scan finds and the baseline lacks (exit status 1), and what it has and the scan does not find.
    Diff(TargetArgs),
    /// Go through what a scan finds and nobody has judged yet, and say of each: real, false, or for a test.
    ///
    /// False ones and those for tests are accepted, with the words given; real ones are not, and are not asked again.
    /// Each answer is written at once: end when you like, and go on later.
    Audit {
        /// Where to look, and what counts.
        #[command(flatten)]
        args: TargetArgs,
        /// Show credentials in plaintext instead of redacting them.
        #[arg(long)]
        show_secrets: bool,
    },
}

/// `allow`.
#[derive(Debug, Args)]
pub struct AllowArgs {
    /// The finding's fingerprint: 32 hexadecimal digits, or the first eight or more.
    #[arg(value_name = "FINGERPRINT")]
    pub fingerprint: String,
    /// Why it is accepted; written beside the fingerprint.
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// The last day (UTC) on which it is, as in `2027-01-31`; from the next one on it counts again.
    #[arg(long, value_name = "DATE")]
    pub expires: Option<String>,
    /// Add it to this baseline [default: .portcullis.baseline at the top of the work tree].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// The file that keys fingerprints [default: the one that `PORTCULLIS_KEY_FILE` names, or no key].
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}
