//! `redact`: a stream, or what a command writes, with credentials masked.

mod exec;
#[cfg(unix)]
mod signals;

use std::io::{self, ErrorKind, Read, Write};
use std::process::ExitCode;

use super::args::RedactArgs;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::plan;
use crate::engine::Engine;
use crate::guard::redact::Filter;
use crate::model::Confidence;

/// Bytes asked of a stream at a time.
const BLOCK: usize = 64 * 1024;

/// Runs `redact`: as a filter, 0 once all has been written, or as much as anybody wanted to read; else the status of the command that was run.
///
/// # Errors
/// If it cannot begin, or something cannot be read or written. What was not scanned is not written.
pub(super) fn run(args: &RedactArgs) -> Result<ExitCode, Failure> {
    let engine = Engine::new(plan::rules(&args.rules)?);
    // The parser lets no other word through; were one to come, everything would be masked.
    let threshold = Confidence::parse(&args.min_confidence).unwrap_or(Confidence::Low);
    if let Some((program, rest)) = args.command.split_first() {
        return exec::run(program, rest, &engine, threshold);
    }
    let filter = Filter::new(&engine, threshold);
    let copied = copy(filter, &mut io::stdin().lock(), &mut io::stdout().lock());
    match copied {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {}
        other => other.map_err(|error| Failure::because("cannot pass everything on", &error))?,
    }
    Ok(ExitStatus::Clean.into())
}

/// Passes everything on, each line as soon as it is whole.
fn copy(mut filter: Filter<'_>, from: &mut dyn Read, to: &mut dyn Write) -> io::Result<()> {
    let mut block = vec![0; BLOCK];
    loop {
        match from.read(&mut block) {
            Ok(0) => return filter.finish(to),
            Ok(read) => filter.feed(block.get(..read).unwrap_or_default(), to)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => {
                filter.finish(to)?;
                return Err(error);
            }
        }
    }
}
