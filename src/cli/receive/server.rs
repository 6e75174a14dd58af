//! The gates on a server: what they go by, how they end, and what they leave behind.

use std::env;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use super::clock::{self, Last};
use super::note::Noter;
use super::policy::{self, Bypass};
use super::{input, queue, waiting};
use crate::cli::args::{PostReceiveArgs, ServerArgs, UpdateArgs};
use crate::cli::exit::ExitStatus;
use crate::cli::failure::Failure;
use crate::config::host::Pusher;
use crate::config::server::{Counts, Mode, OnTimeout, Settings};
use crate::git::{Command, Env, GitError, Known, Limits, Lines, LinesError, Oid, Repo};
use crate::guard::pipeline::contained;
use crate::guard::receive::{self, Cut, Halt, Request};
use crate::model::push::Push;
use crate::report::receive::{self as report, Audience, Event, Told};

const LATE: &str = "it was not looked at in time";
const KILLED: &str = "the guard was told to end";

const ADMIN: &str = "an admin of this server has to mend this";

const SMALLER: &str = "push it in smaller parts: `git push <remote> <commit>:<ref>`";

/// Which hook runs us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hook {
    PreReceive,
    Update,
    PostReceive,
    /// None: the push went through unseen, and waited.
    Queue,
}

impl Hook {
    /// Whether it can keep something out.
    const fn is_gate(self) -> bool {
        matches!(self, Self::PreReceive | Self::Update)
    }
}

/// Runs `pre-receive`. All that goes wrong is told to the pusher, and noted where there is a log.
pub(in crate::cli) fn pre_receive(args: &ServerArgs) -> ExitStatus {
    at_hook(args, Hook::PreReceive, |lines| {
        let input = input::read().map_err(|error| Refusal::input(&error))?;
        let commands = lines.receive(&input).map_err(|error| Refusal::lines(&error))?;
        // Git runs no hook where nothing is pushed: so this is a pipe that leads nowhere.
        if commands.is_empty() {
            return Err(Refusal::input(&std::io::Error::other("it names no ref")));
        }
        Ok((input, commands))
    })
}

/// Runs `update`, which comes too late for what it is asked to do, and says so.
pub(in crate::cli) fn update(args: &UpdateArgs) -> ExitStatus {
    let words = "warning: portcullis runs as an `update` hook: what it rejects stays in the\n\
                 warning: repository's objects, where it can be fetched by id. Use pre-receive.\n";
    let _ = io::stderr().write_all(words.as_bytes());
    let [name, old, new] = [&args.name, &args.old, &args.new].map(|word| word.as_encoded_bytes());
    at_hook(&args.server, Hook::Update, |lines| {
        let command = lines.update(name, old, new).map_err(|error| Refusal::lines(&error))?;
        Ok(([old, b" ", new, b" ", name, b"\n"].concat(), vec![command]))
    })
}

/// Runs `post-receive --audit`: looks at a push that is through, and notes what it finds.
///
/// # Errors
/// If it is asked for what it cannot do, or there is a queue that cannot be read.
pub(in crate::cli) fn post_receive(args: &PostReceiveArgs) -> Result<ExitStatus, Failure> {
    if !args.audit {
        return Err(Failure::new("post-receive can keep nothing out: the push is through")
            .hint("`--audit` looks at it all the same, and notes what it finds in the audit log"));
    }
    if let Some(dir) = &args.queued {
        return waiting::all(dir, args.server.config.as_deref());
    }
    Ok(at_hook(&args.server, Hook::PostReceive, |lines| {
        let input = input::read().map_err(|error| Refusal::input(&error))?;
        let commands = lines.receive(&input).map_err(|error| Refusal::lines(&error))?;
        Ok((input, commands))
    }))
}

/// Runs a gate as git's hook. Whatever goes wrong is told here, as a verdict.
fn at_hook(
    args: &ServerArgs,
    hook: Hook,
    commands: impl FnOnce(Lines) -> Result<(Vec<u8>, Vec<Command>), Refusal>,
) -> ExitStatus {
    let ended = Gate::open(args, hook).and_then(|gate| gate.run(commands));
    ended.unwrap_or_else(|failure| {
        let pusher = Pusher::from_lookup(|name| env::var_os(name));
        let _ = io::stderr().lock().write_all(&outcry(hook, &pusher, &one_line(&failure), failure.advice()));
        ExitStatus::Unknown
    })
}

/// The words for a push that nobody looks at any more.
fn outcry(hook: Hook, pusher: &Pusher, what: &str, hint: &str) -> Vec<u8> {
    let told = Told {
        audience: Audience::Pusher,
        only_told: !hook.is_gate(),
        help: None,
        inline_allows: false,
        bypass: false,
        denied: None,
        notes: &[],
        prefixed: pusher.wants_prefix(),
        checked_out: None,
    };
    let mut words = Vec::new();
    let _ = report::refusal(what, hint, &told, &mut words);
    words
}

fn one_line(failure: &Failure) -> String {
    failure.message().lines().collect::<Vec<_>>().join("; ")
}

/// Why a push is refused that nobody looked at to its end.
pub(super) struct Refusal {
    event: Event,
    what: String,
    hint: &'static str,
}

impl Refusal {
    pub(super) fn lines(error: &LinesError) -> Self {
        if !error.is_limit() {
            return Self::input(error);
        }
        let what = format!("it names too many refs: {error}");
        Self { event: Event::Error, what, hint: "push fewer refs at a time" }
    }

    fn input(error: &dyn std::error::Error) -> Self {
        let what = format!("what git says of it makes no sense: {error}");
        Self { event: Event::Error, what, hint: "an admin of this server can tell more from its logs" }
    }

    fn unreadable(error: &GitError) -> Self {
        let hint = match error {
            // Nothing is damaged where a limit of this server's was met.
            GitError::TooMany(_) => return Self { event: Event::Error, what: error.to_string(), hint: SMALLER },
            GitError::TooLarge { .. } => {
                let hint = "that is a limit of this server's, and no damage; an admin can raise it";
                return Self { event: Event::Error, what: error.to_string(), hint };
            }
            _ => "`git fsck --full` in your repository shows whether it is whole",
        };
        Self { event: Event::Error, what: format!("it cannot be read: {error}"), hint }
    }

    fn late(deadline: Duration) -> Self {
        let what = format!("it could not be looked at within {:.1} seconds", deadline.as_secs_f64());
        Self { event: Event::Timeout, what, hint: SMALLER }
    }

    fn bug(what: String) -> Self {
        Self { event: Event::Error, what, hint: "an admin of this server can tell more from its logs" }
    }

    fn large(bytes: u64) -> Self {
        let what = format!("its objects come to more than the {bytes} bytes that this server looks at");
        Self { event: Event::Error, what, hint: SMALLER }
    }
}

/// A gate about to look.
pub(super) struct Gate {
    hook: Hook,
    noter: Arc<Noter>,
    repo: Repo,
    settings: Settings,
    /// What of the baselines does not hold.
    notes: Vec<String>,
    /// What the refs named before a push that waited.
    known: Vec<Oid>,
}

/// What a look comes to.
struct Outcome {
    event: Option<Event>,
    accepted: bool,
    status: ExitStatus,
}

impl Gate {
    fn open(args: &ServerArgs, hook: Hook) -> Result<Self, Failure> {
        let started = Instant::now();
        let pusher = Pusher::from_lookup(|name| env::var_os(name));
        let log: Arc<OnceLock<Arc<Noter>>> = Arc::default();
        let noter = Arc::clone(&log);
        let note = Box::new(move || {
            if let Some(noter) = noter.get() {
                let _ = noter.note(Event::Error, !hook.is_gate(), None, KILLED);
            }
        });
        clock::on_kill(Last { words: outcry(hook, &pusher, KILLED, ""), note });
        let (config, _) = policy::read(args.config.as_deref()).map_err(|failure| failure.hint(ADMIN))?;
        let repo = Repo::open(Env::from_process(), Path::new("."))
            .map_err(|error| Failure::because("cannot open the repository", &error).hint(ADMIN))?;
        let directory = repo.git_dir().canonicalize().unwrap_or_else(|_| repo.git_dir().to_path_buf());
        let settings = config.settings(&directory);
        let noter = Arc::new(Noter::new(settings.audit_file.clone(), pusher, directory, started));
        let _ = log.set(Arc::clone(&noter));
        Ok(Self { hook, noter, repo, settings, notes: Vec::new(), known: Vec::new() })
    }

    /// For a push that waited. It is looked at to its end, however long that takes, whatever the mode is by now.
    pub(super) fn of_queue(repo: Repo, directory: PathBuf, settings: Settings, known: Vec<Oid>) -> Self {
        let settings = Settings {
            mode: Mode::Enforce,
            enough: 0,
            objects: u64::MAX,
            refs: u64::MAX,
            inflated_bytes: u64::MAX,
            bypass: None,
            ..settings
        };
        let pusher = Pusher::from_lookup(|_| None);
        let noter = Arc::new(Noter::new(settings.audit_file.clone(), pusher, directory, Instant::now()));
        Self { hook: Hook::Queue, noter, repo, settings, notes: Vec::new(), known }
    }

    pub(super) fn run(
        mut self,
        commands: impl FnOnce(Lines) -> Result<(Vec<u8>, Vec<Command>), Refusal>,
    ) -> Result<ExitStatus, Failure> {
        if self.settings.mode == Mode::Off {
            return Ok(ExitStatus::Clean);
        }
        let most_refs = usize::try_from(self.settings.refs).unwrap_or(usize::MAX);
        let lines = Lines { hash: self.repo.hash_kind(), most: most_refs };
        let settled = policy::settle(&self.settings, &self.repo)
            .and_then(|settled| Ok((settled, Bypass::read(&self.settings, &self.noter.pusher)?)));
        let ((engine, policy, notes), bypass) = match settled {
            Ok(settled) => settled,
            Err(failure) => {
                // Whether it can be noted or not, it is told by whoever asked, and ends the same.
                let _ = self.noter.note(Event::Error, !self.hook.is_gate(), None, &one_line(&failure));
                return Err(failure.or_hint(ADMIN));
            }
        };
        self.notes = notes;
        let halt = Arc::new(Halt::new(self.settings.inflated_bytes, policy.threshold));
        let (started, pusher) = (self.noter.started, &self.noter.pusher);
        let deadline = Duration::from_millis(self.settings.deadline_ms.unwrap_or_else(|| pusher.deadline_ms()));
        if self.hook.is_gate() {
            let log = Arc::clone(&self.noter);
            let note = Box::new(move || drop(log.note(Event::Timeout, false, None, LATE)));
            clock::deadline(&halt, started, deadline, Last { words: outcry(self.hook, pusher, LATE, ""), note });
        }
        let (input, commands) = match commands(lines) {
            Ok(read) => read,
            Err(refusal) => return Ok(self.refuse(&refusal, &[], None, &bypass)),
        };
        self.noter.refs(&commands);
        let known = match self.hook {
            Hook::PreReceive | Hook::Update => Known::Refs,
            Hook::PostReceive => Known::Before(commands.clone()),
            // What refs name by now may be this very push.
            Hook::Queue => Known::Only(self.known.clone()),
        };
        let threads = std::num::NonZero::new(self.settings.threads);
        let request = Request {
            commands: &commands,
            known: &known,
            policy: &policy,
            any: self.settings.counts == Counts::Any,
            enough: self.settings.enough,
            most_objects: usize::try_from(self.settings.objects).unwrap_or(usize::MAX),
            limits: Limits { threads, object: self.settings.object_bytes, ..Limits::default() },
            bypass: &bypass.allowed,
        };
        if self.hook.is_gate() && started.elapsed() >= deadline {
            halt.late();
        }
        let push = match contained(|| receive::run(&self.repo, &engine, &request, &halt)) {
            Ok(Ok(push)) => push,
            Ok(Err(error)) => {
                let refusal = match halt.cut() {
                    Some(Cut::Late) => Refusal::late(deadline),
                    _ => Refusal::unreadable(&error),
                };
                return Ok(self.refuse(&refusal, &input, None, &bypass));
            }
            Err(words) => return Ok(self.refuse(&Refusal::bug(words), &input, None, &bypass)),
        };
        let refusal = match halt.cut() {
            Some(Cut::Late) => Refusal::late(deadline),
            Some(Cut::Bytes) => Refusal::large(self.settings.inflated_bytes),
            None => return Ok(self.judge(&push, &bypass)),
        };
        // What was found before the end counts, whatever the rest would have been.
        if push.blocking().next().is_some() {
            return Ok(self.judge(&push, &bypass));
        }
        Ok(self.refuse(&refusal, &input, Some(&push), &bypass))
    }

    fn only_told(&self) -> bool {
        self.settings.mode == Mode::ReportOnly || !self.hook.is_gate()
    }

    fn told<'a>(&'a self, bypass: &'a Bypass) -> Told<'a> {
        Told {
            audience: Audience::Pusher,
            only_told: self.only_told(),
            help: self.settings.help.as_deref(),
            inline_allows: self.settings.inline_allows,
            bypass: self.settings.bypass.is_some(),
            denied: bypass.denied.as_deref(),
            notes: &self.notes,
            prefixed: self.noter.pusher.wants_prefix(),
            checked_out: None,
        }
    }

    /// A push that was looked at.
    fn judge(&self, push: &Push, bypass: &Bypass) -> ExitStatus {
        let told = self.told(bypass);
        // That nobody reads it changes nothing about the verdict.
        let _ = report::push(push, &told, &mut io::stderr().lock());
        let blocked = push.blocking().next().is_some();
        let complete = push.coverage.is_complete();
        let event = match (blocked, complete) {
            (true, _) if !self.hook.is_gate() => Some(Event::Found),
            (true, _) if self.only_told() => Some(Event::Report),
            (true, _) => Some(Event::Block),
            (false, false) => Some(Event::Error),
            (false, true) if self.hook == Hook::Queue => Some(Event::Cleared),
            (false, true) => push.leaks.iter().any(|leak| leak.excuse.is_some()).then_some(Event::Bypass),
        };
        let status = match (blocked, complete) {
            _ if self.only_told() && self.hook != Hook::Queue => ExitStatus::Clean,
            (_, false) => ExitStatus::Unknown,
            (true, true) => ExitStatus::Findings,
            (false, true) => ExitStatus::Clean,
        };
        let outcome = Outcome { event, accepted: status == ExitStatus::Clean || !self.hook.is_gate(), status };
        let detail = if complete { bypass.reason.as_str() } else { "not all of it could be looked at" };
        self.note(&outcome, Some(push), detail)
    }

    /// A push that was not, or not to its end.
    fn refuse(&self, refusal: &Refusal, input: &[u8], push: Option<&Push>, bypass: &Bypass) -> ExitStatus {
        let allowed = refusal.event == Event::Timeout && self.settings.on_timeout == OnTimeout::Allow;
        let mut told = self.told(bypass);
        told.only_told |= allowed;
        let mut accepted = told.only_told;
        let mut what = refusal.what.clone();
        if allowed
            && self.hook.is_gate()
            && let Err(words) = self.queue(input)
        {
            accepted = self.only_told();
            told.only_told = accepted;
            what = format!("{what}, and it could not be queued for later: {words}");
        }
        let _ = report::refusal(&what, refusal.hint, &told, &mut io::stderr().lock());
        let accepted_in_peace = accepted && self.hook != Hook::Queue;
        let status = if accepted_in_peace { ExitStatus::Clean } else { ExitStatus::Unknown };
        let outcome = Outcome { event: Some(refusal.event), accepted, status };
        self.note(&outcome, push, &what)
    }

    fn queue(&self, input: &[u8]) -> Result<(), String> {
        let dir = self.settings.queue.as_ref().ok_or("the server's policy names no queue")?;
        let tips = self.repo.tips().map_err(|error| error.to_string())?;
        let known = tips.refs.iter().map(|tip| tip.target).collect();
        queue::leave(dir, &self.noter.directory, input, &known).map_err(|error| error.to_string())
    }

    /// Notes what happened. What cannot be noted does not happen, unless the admin says so.
    fn note(&self, outcome: &Outcome, push: Option<&Push>, detail: &str) -> ExitStatus {
        let Some(event) = outcome.event else { return outcome.status };
        let Err(error) = self.noter.note(event, outcome.accepted, push, detail) else { return outcome.status };
        let bypass = Bypass::default();
        let mut told = self.told(&bypass);
        let closed = self.settings.audit_required && self.hook != Hook::PostReceive || self.hook == Hook::Queue;
        told.only_told = !closed && outcome.status == ExitStatus::Clean;
        let what = format!("its audit log cannot be written: {error}");
        let _ = report::refusal(&what, ADMIN, &told, &mut io::stderr().lock());
        if closed { ExitStatus::Unknown } else { outcome.status }
    }
}
