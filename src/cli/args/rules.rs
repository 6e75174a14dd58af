//! The arguments of `rules`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

/// `rules`.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List the rules: id, severity and title.
    List(RulesArgs),
    /// Show everything about one rule.
    Show {
        /// The rule's id, as `rules list` and reports show it.
        #[arg(value_name = "ID")]
        id: String,
        /// Which rules there are.
        #[command(flatten)]
        rules: RulesArgs,
    },
    /// Check a rule file and report every mistake in it, with line and column.
    Lint {
        /// The TOML file.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Scan files and directories and say what each rule costs there: anchors, windows, matches, time.
    Stats {
        /// What to scan.
        #[arg(value_name = "PATH", default_value = ".")]
        paths: Vec<PathBuf>,
        /// Show at most this many rules, those that take longest first [0: all that were tried].
        #[arg(long, value_name = "N", default_value_t = 40)]
        top: usize,
        /// Which rules there are.
        #[command(flatten)]
        rules: RulesArgs,
    },
    /// Run every rule on texts drawn from its own examples and counter-examples.
    Test {
        /// Test the rules in this TOML file instead of the built-in ones.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// Which rules.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// Add the rules in this TOML file to the built-in ones.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
}
