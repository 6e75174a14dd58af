//! Arguments, terminal, progress, exit codes: the only room that talks to people directly.

use std::process::ExitCode;

/// Runs the command line and says how the process should end.
#[must_use]
pub fn main() -> ExitCode {
    ExitCode::from(2)
}
