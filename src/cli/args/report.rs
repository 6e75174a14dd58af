//! What `report` takes.

use std::path::PathBuf;

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::{OutputArgs, formats};

/// `report`.
#[derive(Debug, Args)]
#[command(
    after_help = "Exit status: that of the reports told, together: 0 clean and complete; 1 credentials found; 2 \
    could not tell. With --against: 0 nothing new; 1 something new; 2 a report is incomplete or cannot be read."
)]
pub struct ReportArgs {
    /// Reports that `scan` or `history` saved with `--format jsonl`; `-` is standard input. Several are told as one.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Compare with this earlier report: what is new, what is fixed, what is still there (`human`, `json` and
    /// `markdown` only). May be given several times.
    #[arg(long, value_name = "FILE")]
    pub against: Vec<PathBuf>,
    /// Write the report in this format.
    #[arg(long, short, value_name = "FORMAT", default_value = "human", value_parser = PossibleValuesParser::new(formats()))]
    pub format: String,
    /// How to revoke what the rules in this TOML file find is told too.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// How to tell.
    #[command(flatten)]
    pub output: OutputArgs,
}
