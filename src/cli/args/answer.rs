//! What `history` can do with what it found, beside telling it.

use std::path::PathBuf;

use clap::Args;

/// What is made of the answer.
#[derive(Clone, Debug, Default, Args)]
pub struct AnswerArgs {
    /// Write a self-contained HTML page about it, too, readable by you alone.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}
