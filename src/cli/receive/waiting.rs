//! `post-receive --audit --queued`: looks at the pushes that went through unseen because their time was over.

use std::path::Path;

use super::policy;
use super::queue::{self, Waiting};
use super::server::{Gate, Refusal};
use crate::cli::exit::ExitStatus;
use crate::cli::failure::{Failure, Shown};
use crate::config::server::ServerConfig;
use crate::git::{Env, Repo, Store};

/// Looks at all pushes that wait in a queue, and takes those out that were looked at to their end, or that are gone.
/// What stays is looked at again by the next run: nothing is lost if this one is killed, and two at once share.
///
/// # Errors
/// If the policy or the queue cannot be read.
pub(super) fn all(dir: &Path, config: Option<&Path>) -> Result<ExitStatus, Failure> {
    let (config, _) = policy::read(config)?;
    let names = queue::names(dir)
        .map_err(|error| Failure::because(format_args!("cannot list the queue `{}`", dir.shown()), &error))?;
    let mut status = ExitStatus::Clean;
    for path in names {
        let one = match queue::take(&path) {
            Ok(None) => continue,
            Ok(Some(waiting)) => look(waiting, &config),
            Err(error) => Err(Failure::because("cannot read it", &error)),
        };
        status = status.merge(one.unwrap_or_else(|failure| {
            failure.hint(format_args!("the push in `{}` waits on", path.shown())).tell();
            ExitStatus::Unknown
        }));
    }
    Ok(status)
}

/// Looks at one.
fn look(waiting: Waiting, config: &ServerConfig) -> Result<ExitStatus, Failure> {
    let settings = config.settings(&waiting.directory);
    if settings.audit_file.is_none() {
        return Err(Failure::new("nobody would hear of it: the policy names no `file` in [audit]"));
    }
    let repo = Repo::open(Env::default(), &waiting.directory)
        .map_err(|error| Failure::because("cannot open its repository", &error))?;
    let store = Store::open(&repo).map_err(|error| Failure::because("cannot open its repository", &error))?;
    let gate = Gate::of_queue(repo, waiting.directory.clone(), settings, waiting.known.clone());
    let mut gone = false;
    let status = gate.run(|lines| {
        let commands = lines.receive(&waiting.input).map_err(|error| Refusal::lines(&error))?;
        gone = commands.iter().any(|command| !command.new.is_null() && !store.contains(command.new));
        Ok((waiting.input.clone(), commands))
    })?;
    // What was pushed and is not there was never let in, or is gone since; or it is on its way.
    if status != ExitStatus::Unknown || gone && !waiting.is_new {
        waiting.done().map_err(|error| Failure::because("it was looked at and cannot be taken out", &error))?;
    }
    Ok(status)
}
