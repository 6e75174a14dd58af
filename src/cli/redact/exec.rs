//! `redact --exec`: a command whose output is masked, and which otherwise runs as if nothing stood between.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Command, ExitCode, ExitStatus as Ended, Stdio};
use std::thread;

use super::super::exit::ExitStatus;
use super::super::failure::{Failure, Shown};
use super::copy;
use crate::engine::Engine;
use crate::guard::redact::Filter;
use crate::model::Confidence;

/// As shells and `env` have it: a program that is not there, and one that cannot be run.
const NOT_FOUND: u8 = 127;
const NOT_RUN: u8 = 126;

/// Runs the command to its end, and gives its exit status: its own, or 128 and the signal that ended it.
///
/// # Errors
/// If what it writes cannot be passed on though it ended well.
pub(super) fn run(
    program: &OsStr,
    args: &[OsString],
    engine: &Engine,
    threshold: Confidence,
) -> Result<ExitCode, Failure> {
    // Before the command is there, so that no signal falls between.
    #[cfg(unix)]
    let signals = super::signals::Forwarder::new().map_err(|error| Failure::because("cannot take signals", &error))?;
    let mut command = Command::new(program);
    command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = match command.spawn() {
        Ok(child) => child,
        Err(error) => {
            let absent = error.kind() == ErrorKind::NotFound;
            Failure::because(format_args!("cannot run `{}`", program.shown()), &error).tell();
            return Ok(if absent { NOT_FOUND } else { NOT_RUN }.into());
        }
    };
    #[cfg(unix)]
    signals.forward_to(child.id());
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let (out, err, ended) = thread::scope(|scope| {
        let pass = |from: Option<Box<dyn Read + Send>>, mut to: Box<dyn Write + Send>| {
            let filter = Filter::new(engine, threshold);
            scope.spawn(move || from.map_or(Ok(()), |mut from| copy(filter, &mut from, &mut to)))
        };
        let out = pass(out.map(|pipe| Box::new(pipe) as _), Box::new(io::stdout()));
        let err = pass(err.map(|pipe| Box::new(pipe) as _), Box::new(io::stderr()));
        let ended = child.wait();
        #[cfg(unix)]
        signals.child_is_gone();
        (out.join(), err.join(), ended)
    });
    let ended = ended.map_err(|error| Failure::because("cannot learn how the command ended", &error))?;
    let code = code(ended);
    for passed in [out, err] {
        let error = match passed {
            Ok(Ok(())) => continue,
            // Whoever reads has seen enough; the command has heard of it.
            Ok(Err(error)) if error.kind() == ErrorKind::BrokenPipe => continue,
            Ok(Err(error)) => error,
            Err(_) => io::Error::other("internal error"),
        };
        let failure = Failure::because("cannot pass everything on", &error);
        if code == 0 {
            return Err(failure);
        }
        failure.tell();
    }
    Ok(code.into())
}

/// The number that a shell would give.
fn code(ended: Ended) -> u8 {
    #[cfg(unix)]
    let signal = std::os::unix::process::ExitStatusExt::signal(&ended);
    #[cfg(not(unix))]
    let signal: Option<i32> = None;
    let number = ended.code().or(signal.map(|signal| 128 + signal));
    number.and_then(|number| u8::try_from(number).ok()).unwrap_or(ExitStatus::Unknown.code())
}
