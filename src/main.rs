//! The `portcullis` command: parse, run, map to an exit code. Nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    portcullis::cli::main()
}
