//! The arguments of `import`.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};

use super::KnownArgs;
use crate::config::foreign::FORMATS;

/// `import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// Read these files [default: those of other tools at the top of the work tree, and git's `secrets.*`].
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Take them for files of this format [default: told by name, or by content].
    #[arg(long, value_name = "FORMAT", requires = "files", value_parser = PossibleValuesParser::new(formats()))]
    pub from: Option<String>,
    /// Say what would be carried over, and write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// What is known beforehand.
    #[command(flatten)]
    pub known: KnownArgs,
}

fn formats() -> Vec<PossibleValue> {
    FORMATS.iter().map(|format| PossibleValue::new(format.name).help(format!("of {}", format.tool))).collect()
}
