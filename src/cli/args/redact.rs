//! The arguments of `redact`.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

/// `redact`.
#[derive(Debug, Args)]
pub struct RedactArgs {
    /// Run this command with its standard output and error masked; end as it ends.
    #[arg(long, requires = "command")]
    pub exec: bool,
    /// The command, after `--`, and its arguments.
    #[arg(last = true, requires = "exec", value_name = "CMD")]
    pub command: Vec<OsString>,
    /// Mask what is found with at least this confidence.
    #[arg(long, value_name = "LEVEL", default_value = "medium", value_parser = PossibleValuesParser::new(super::levels()))]
    pub min_confidence: String,
    /// Add the rules in this TOML file to the built-in ones.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
}
