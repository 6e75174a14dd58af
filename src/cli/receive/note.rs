//! Notes in the audit log what became of a push, also when the process has to end before the look does.

use std::io;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::time::Instant;

use super::audit;
use crate::config::host::Pusher;
use crate::git::Command;
use crate::model::push::Push;
use crate::report::receive::{Event, Identity, Record, record};

/// A ref: its name, what the pusher says it was, what it was to be.
type Ref = (Vec<u8>, String, String);

/// What is known of a push before anybody has looked at it, and where its end is noted.
pub(super) struct Noter {
    /// The audit log, where there is one.
    pub(super) file: Option<PathBuf>,
    /// Who pushes.
    pub(super) pusher: Pusher,
    /// The repository's directory.
    pub(super) directory: PathBuf,
    /// When the process began.
    pub(super) started: Instant,
    refs: OnceLock<Vec<Ref>>,
}

impl Noter {
    pub(super) fn new(file: Option<PathBuf>, pusher: Pusher, directory: PathBuf, started: Instant) -> Self {
        Self { file, pusher, directory, started, refs: OnceLock::new() }
    }

    /// Says which refs are pushed, once that is known.
    pub(super) fn refs(&self, commands: &[Command]) {
        let text = |command: &Command| (command.name.clone(), command.old.to_string(), command.new.to_string());
        let _ = self.refs.set(commands.iter().map(text).collect());
    }

    /// Appends a line, where there is a log.
    ///
    /// # Errors
    /// If it is not there in full afterwards.
    pub(super) fn note(&self, event: Event, accepted: bool, push: Option<&Push>, detail: &str) -> io::Result<()> {
        let Some(file) = &self.file else { return Ok(()) };
        let line = record(&Record {
            event,
            time: audit::now(),
            accepted,
            identity: Identity {
                host: self.pusher.host.as_str(),
                name: self.pusher.identity.as_deref(),
                source: self.pusher.source,
                address: self.pusher.address.as_deref(),
                repository: self.pusher.repository.as_deref(),
            },
            directory: self.directory.as_os_str().as_encoded_bytes(),
            refs: self.refs.get().map(Vec::as_slice).unwrap_or_default(),
            push,
            detail,
            milliseconds: self.started.elapsed().as_millis() as u64,
        });
        audit::append(file, &line)
    }
}
