//! What is made from the command line's own description: completions and manual pages.

use std::fs;
use std::io::{self, Write as _};

use clap::CommandFactory as _;

use super::args::{Cli, CompletionsArgs, ManArgs};
use super::exit::ExitStatus;
use super::failure::{Failure, Shown};

/// Runs `completions`: the script, to standard output.
///
/// # Errors
/// If it cannot be written.
pub(super) fn completions(args: &CompletionsArgs) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "portcullis", &mut script);
    let written = io::stdout().lock().write_all(&script);
    written.map_err(|error| Failure::because("cannot write the completions", &error))?;
    Ok(ExitStatus::Clean)
}

/// Runs `man`: a page for each command, into a directory.
///
/// # Errors
/// If a page cannot be written.
pub(super) fn man(args: &ManArgs) -> Result<ExitStatus, Failure> {
    let cannot = |error: io::Error| {
        Failure::because(format_args!("cannot write manual pages to `{}`", args.dir.shown()), &error)
    };
    fs::create_dir_all(&args.dir).map_err(cannot)?;
    let command = Cli::command().disable_help_subcommand(true);
    // What stands after the options is about the exit status; the generator has no other name for it than EXTRA.
    clap_mangen::generate_to(command, &args.dir).map_err(cannot)?;
    let first = args.dir.join("portcullis.1");
    let page = fs::read_to_string(&first).map_err(cannot)?;
    fs::write(&first, page.replace(".SH EXTRA\n", ".SH \"EXIT STATUS\"\n")).map_err(cannot)?;
    Ok(ExitStatus::Clean)
}
