//! `history`.

use std::time::{SystemTime, UNIX_EPOCH};

use super::args::HistoryArgs;
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::{Output, cannot_write};
use super::private::PrivateFile;
use super::progress::Bar;
use super::{interrupt, plan};
use crate::engine::Engine;
use crate::git::{Env, GitError, Limits, Repo};
use crate::guard::history::{self, Options as ScanOptions, Request};
use crate::guard::watch::{Unwatched, Watch};
use crate::model::history::History;
use crate::report::html::{self, About};
use crate::report::{Options, history as formats};

/// Runs `history`.
///
/// # Errors
/// If the repository or its refs cannot be read, or the report cannot be written.
pub(super) fn run(args: &HistoryArgs) -> Result<ExitStatus, Failure> {
    let format = formats::format(&args.format).ok_or_else(|| Failure::new("no such format"))?;
    let repo = open(args)?;
    let engine = Engine::new(plan::rules(&args.policy.known.rules)?);
    let policy = plan::policy(&args.policy, &args.path)?;
    let output = Output::open(&args.output)?;
    let page = Page::begin(args)?;
    let request = Request {
        unreachable: args.unreachable,
        allow_missing: args.allow_missing,
        scan: ScanOptions {
            whole: args.no_delta,
            limits: Limits { threads: args.effort.threads, ..Limits::default() },
        },
    };
    let bar = Bar::wanted(&args.effort);
    let stop = interrupt::flag();
    let watch = match &bar {
        Some(bar) => Watch { stop, progress: bar },
        None => Watch { stop, progress: &Unwatched },
    };
    let history = history::run(&repo, &engine, &policy, request, watch);
    if let Some(bar) = &bar {
        bar.clear();
    }
    let history = history.map_err(|error| unreadable(&error))?;
    if let Some(page) = page {
        page.write(&history, args)?;
    }
    output.write(|options, out| (format.write)(&history, options, out))?;
    Ok(status(&history))
}

/// The HTML report, begun before the work is, so that an hour's scan is not lost to a typing error.
struct Page(PrivateFile, String);

impl Page {
    fn begin(args: &HistoryArgs) -> Result<Option<Self>, Failure> {
        let Some(path) = &args.answer.report else { return Ok(None) };
        let shown = path.display().to_string();
        let file = PrivateFile::create(path).map_err(|error| cannot_write(&shown, &error))?;
        Ok(Some(Self(file, shown)))
    }

    fn write(self, history: &History, args: &HistoryArgs) -> Result<(), Failure> {
        let name = plan::repository_name(&args.path);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
        let about = About { repository: name.as_encoded_bytes(), at: now };
        let options = Options { show_secrets: args.output.show_secrets, ..Options::default() };
        let Self(file, shown) = self;
        file.write(|out| html::write(history, about, &options, out)).map_err(|error| cannot_write(&shown, &error))
    }
}

fn open(args: &HistoryArgs) -> Result<Repo, Failure> {
    // Named, it is that repository, whatever a hook's environment says.
    let env = if args.path.as_os_str() == "." { Env::from_process() } else { Env::default() };
    Repo::open(env, &args.path).map_err(|error| {
        Failure::because("cannot open the repository", &error).hint("name a repository, or run this in one")
    })
}

fn unreadable(error: &GitError) -> Failure {
    Failure::because("cannot read the repository", error).hint("`git fsck --full` tells more")
}

fn status(history: &History) -> ExitStatus {
    let found = if history.blocking().next().is_some() { ExitStatus::Findings } else { ExitStatus::Clean };
    found.merge(if history.coverage.is_complete() { ExitStatus::Clean } else { ExitStatus::Unknown })
}
