//! The arguments of what is made from the command line itself.

use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;

/// `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// Which shell.
    #[arg(value_enum, value_name = "SHELL")]
    pub shell: Shell,
}

/// `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The directory to write `portcullis.1`, `portcullis-scan.1` and the others to; made where it is not there.
    #[arg(value_name = "DIR")]
    pub dir: PathBuf,
}
