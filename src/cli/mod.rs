//! Arguments, terminal, progress, exit codes: the only room that talks to people directly.

mod accepted;
mod allow;
pub mod args;
mod baseline;
mod config;
mod date;
pub mod exit;
mod explain;
mod failure;
mod gates;
mod generate;
mod history;
mod hooks;
mod import;
mod interrupt;
mod output;
mod page;
mod plan;
mod private;
mod progress;
mod receive;
mod redact;
mod report;
mod rules;
mod rules_stats;
mod rules_test;
mod scan;

use std::ffi::OsString;
use std::io::{self, Write};
use std::panic::{self, PanicHookInfo};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use args::{Cli, Command, ConfigCommand};
use exit::ExitStatus;
use failure::Failure;

/// Runs the command line and says how the process should end.
#[must_use]
pub fn main() -> ExitCode {
    panic::set_hook(Box::new(internal_error));
    // The hook has told what happened; that there is no status means that we could not tell.
    panic::catch_unwind(|| run(std::env::args_os())).unwrap_or(ExitStatus::Unknown.into())
}

fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let cli = match Cli::try_parse_from(args) {
        Ok(cli) => cli,
        Err(error) => return usage(&error).into(),
    };
    let ended = match cli.command {
        // The one command that may end as another program does.
        Command::Redact(args) => redact::run(&args),
        command => dispatch(command).map(ExitCode::from),
    };
    ended.unwrap_or_else(|failure| {
        failure.tell();
        ExitStatus::Unknown.into()
    })
}

fn dispatch(command: Command) -> Result<ExitStatus, Failure> {
    match command {
        Command::Scan(args) => scan::run(&args),
        Command::History(args) => history::run(&args),
        Command::PreCommit(args) => gates::pre_commit(&args),
        Command::CommitMsg(args) => gates::commit_msg(&args),
        Command::PrePush(args) => receive::pre_push(&args),
        Command::PreReceive(args) => Ok(receive::pre_receive(&args)),
        Command::Update(args) => Ok(receive::update(&args)),
        Command::PostReceive(args) => receive::post_receive(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Allow(args) => allow::run(&args),
        Command::Baseline(command) => baseline::run(&command),
        Command::Import(args) => import::run(&args),
        Command::Config(ConfigCommand::Show(args)) => config::show(&args),
        Command::Config(ConfigCommand::Check(args)) => config::check(&args),
        Command::Redact(_) => Err(Failure::new("redact ends as its command does")),
        Command::Report(args) => report::run(&args),
        Command::Rules(command) => rules::run(&command),
        Command::Install(args) => hooks::install(&args),
        Command::Uninstall(args) => hooks::uninstall(&args),
        Command::Doctor(args) => hooks::doctor(&args),
        Command::Completions(args) => generate::completions(&args),
        Command::Man(args) => generate::man(&args),
    }
}

/// Help and version are asked for; anything else on the command line's account is an error.
fn usage(error: &clap::Error) -> ExitStatus {
    let printed = error.print().and_then(|()| io::stdout().flush());
    match (error.kind(), printed) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, Err(error))
            if error.kind() != io::ErrorKind::BrokenPipe =>
        {
            output::cannot_write("standard output", &error).tell();
            ExitStatus::Unknown
        }
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => ExitStatus::Clean,
        // Where this cannot be written, there is nobody to tell.
        _ => ExitStatus::Unknown,
    }
}

/// Tells where a bug is, and not the panic's own message: it could quote what was being scanned.
fn internal_error(info: &PanicHookInfo<'_>) {
    let mut err = io::stderr().lock();
    let _ = match info.location() {
        Some(place) => writeln!(err, "error: internal error at {}:{}", place.file(), place.line()),
        None => writeln!(err, "error: internal error"),
    };
    let _ = writeln!(err, "hint: please report it; this message holds nothing of what was scanned");
}
