//! `install`, `uninstall` and `doctor`: what was done to git's hooks, and where.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use super::args::{DoctorArgs, InstallArgs, KnownArgs, PlaceArgs, UninstallArgs};
use super::exit::ExitStatus;
use super::failure::Failure;
use super::output::to_stdout;
use super::receive::trial;
use super::{config, plan};
use crate::config::local::Flags;
use crate::git::{Env, Repo};
use crate::hook::doctor::{self, Note, Verdict};
use crate::hook::global::{self, Way};
use crate::hook::install::{self, Done, Step};
use crate::hook::managers::{self, Managed};
use crate::hook::server::{self, Host, Recipe};
use crate::hook::{Git, HookError, HooksPath, Place, program};
use crate::report::sanitize::{quote, shell_word};

/// What `--version` prints, which hooks of another version do not.
const VERSION: &str = concat!("portcullis ", env!("CARGO_PKG_VERSION"));

/// Runs `install`. Exit status 1 says that a hook manager is in charge, and what to tell it.
///
/// # Errors
/// If the hooks cannot be installed.
pub(super) fn install(args: &InstallArgs) -> Result<ExitStatus, Failure> {
    let guard =
        program::this_program().map_err(|error| Failure::because("cannot find out where this program lies", &error))?;
    if let Some(place) = &args.place.server {
        return install_server(&args.place, place, &guard, args.hooks.force);
    }
    let args = &args.hooks;
    let git = Git::at(".");
    let mut text = String::new();
    if args.global {
        let way = global::install(&git, &guard, args.force).map_err(|error| cannot_install(&error))?;
        tell_way(&mut text, &way, true);
        return say(&text, ExitStatus::Clean);
    }
    let place = git.place().map_err(|error| cannot_install(&error))?;
    if let Some(managed) = managers::detect(&place).filter(|_| !install::is_installed(&place.hooks_dir)) {
        if managed.names_us && managed.is_live {
            let name = managed.manager.name;
            let _ = writeln!(text, "Nothing to do: {name} runs portcullis already. `portcullis doctor` proves it.");
            return say(&text, ExitStatus::Clean);
        }
        if !args.force || !managed.manager.chains {
            tell_managed(&mut text, &managed, args.force);
            return say(&text, ExitStatus::Findings);
        }
    }
    if !args.force && git.only_receives().map_err(|error| cannot_install(&error))? {
        return Err(cannot_install(&HookError::Bare(place.common_dir)));
    }
    let dir = match install::own_dir(&place) {
        Err(HookError::Shared { .. }) if args.force => &place.hooks_dir,
        Err(HookError::Shared { path, scope }) if install::is_installed(&path) => {
            let dir = shown(&path);
            let _ = writeln!(
                text,
                "Nothing to do: core.hooksPath ({scope} configuration) leads to {dir}, where the hooks are installed.\n\
                 `portcullis doctor` proves that they work."
            );
            return say(&text, ExitStatus::Clean);
        }
        other => other.map_err(|error| cannot_install(&error))?,
    };
    let steps = install::install(dir, &guard, args.force).map_err(|error| cannot_install(&error))?;
    tell_steps(&mut text, &steps);
    tell_reach(&mut text, &place);
    text.push_str("`portcullis doctor` proves that they work.\n");
    say(&text, ExitStatus::Clean)
}

/// Puts the gate of a server in place, and tells what is left to do.
fn install_server(args: &PlaceArgs, place: &Path, guard: &Path, force: bool) -> Result<ExitStatus, Failure> {
    let recipe = recipe(args, place)?;
    let step = recipe.install(place, guard, force).map_err(|error| cannot_install(&error))?;
    let mut text = String::new();
    tell_steps(&mut text, &[step]);
    let _ = write!(text, "\n{}\n", recipe.text);
    let _ = writeln!(
        text,
        "`portcullis doctor --server {} --host {}` proves that it works.",
        shell_word(place.as_os_str().as_encoded_bytes()),
        recipe.host
    );
    say(&text, ExitStatus::Clean)
}

fn recipe(args: &PlaceArgs, place: &Path) -> Result<&'static Recipe, Failure> {
    let named = args.host.as_deref().and_then(Host::parse);
    Recipe::of(named.unwrap_or_else(|| Recipe::guess(place))).ok_or_else(|| Failure::new("no such host"))
}

/// Runs `uninstall`. Exit status 1 says that something was left as it is.
///
/// # Errors
/// If the hooks cannot be taken out.
pub(super) fn uninstall(args: &UninstallArgs) -> Result<ExitStatus, Failure> {
    let git = Git::at(".");
    let mut text = String::new();
    let mut left = false;
    if let Some(place) = &args.place.server {
        let step = recipe(&args.place, place)?.uninstall(place, args.hooks.force);
        left = tell_steps(&mut text, &[step.map_err(|error| cannot_uninstall(&error))?]);
        return say(&text, if left { ExitStatus::Findings } else { ExitStatus::Clean });
    }
    let args = &args.hooks;
    if args.global {
        let ways = global::uninstall(&git, args.force).map_err(|error| cannot_uninstall(&error))?;
        for way in &ways {
            left |= tell_way(&mut text, way, false);
        }
        if ways.is_empty() {
            text.push_str("Nothing was installed for all repositories.\n");
        }
    } else {
        let place = git.place().map_err(|error| cannot_uninstall(&error))?;
        let shared = place.hooks_path.as_ref().is_some_and(HooksPath::is_shared);
        // A directory that all repositories share is left to `--global`; ours may lie unused beside it.
        let dir = if shared && !args.force { place.common_dir.join("hooks") } else { place.hooks_dir };
        let steps = install::uninstall(&dir, args.force).map_err(|error| cannot_uninstall(&error))?;
        left = tell_steps(&mut text, &steps);
    }
    say(&text, if left { ExitStatus::Findings } else { ExitStatus::Clean })
}

/// Runs `doctor`: 0 healthy, 1 problems, 2 could not tell.
///
/// # Errors
/// If the answer cannot be written.
pub(super) fn doctor(args: &DoctorArgs) -> Result<ExitStatus, Failure> {
    let git = Git::at(".");
    // Into a bare repository things are pushed: what guards it is the gate of a server.
    let bare = || git.only_receives().is_ok_and(|bare| bare).then(|| git.place().ok()).flatten();
    let notes = match &args.place.server.clone().or_else(|| bare().map(|place| place.common_dir)) {
        Some(place) => {
            let (mut notes, trial) = trial::examine(place);
            notes.extend(server::examine(recipe(&args.place, place)?, place, VERSION, trial.as_ref()));
            notes
        }
        None => [doctor::examine(&git, VERSION), settings()].concat(),
    };
    let mut text = String::new();
    for note in &notes {
        let word = match note.verdict {
            Verdict::Fine => "ok",
            Verdict::Problem => "problem",
            Verdict::Unknown => "unknown",
        };
        let mend = if note.mend.is_empty() { String::new() } else { format!(" -> {}", note.mend) };
        let _ = writeln!(text, "{word:8} {}{mend}", note.text);
    }
    let any = |verdict| notes.iter().any(|note| note.verdict == verdict);
    // A problem is certain, whatever else could not be told.
    let status = match (any(Verdict::Problem), any(Verdict::Unknown)) {
        (true, _) => ExitStatus::Findings,
        (false, true) => ExitStatus::Unknown,
        (false, false) => ExitStatus::Clean,
    };
    say(&text, status)
}

/// What of the settings here would stop the gates: they look at nothing by half a configuration.
fn settings() -> Vec<Note> {
    let Ok(repo) = Repo::open(Env::from_process(), Path::new(".")) else { return Vec::new() };
    let (known, flags) = (KnownArgs::default(), Flags::default());
    let (check, mend) = ("portcullis config check", "mend it, and `git add` it");
    let mut notes = Vec::new();
    let mut look = |what: &str, stops: &str, result: Result<(), Failure>, remedy: String| {
        if let Err(failure) = result {
            notes.push(Note::problem(format!("{what}: {}; {stops}", failure.brief()), remedy));
        }
    };
    let staged = config::settle(&config::Place::Staged(&repo), &known, flags).map(drop);
    let top = plan::worktree_top(Path::new("."));
    let unstaged = |top: &PathBuf| config::settle(&config::Place::Disk(top), &known, flags).map(drop);
    match (staged, top.as_ref().map(unstaged)) {
        (Ok(()), Some(Err(failure))) => {
            look("in the work tree", "once it is staged, every commit is blocked", Err(failure), check.to_owned());
        }
        (staged, _) => look("as staged", "every commit is blocked", staged, format!("{check}; {mend}")),
    }
    let baseline = plan::staged_baseline(&repo).map(drop);
    look("as staged", "a commit with anything to judge is blocked", baseline, mend.to_owned());
    notes
}

fn say(text: &str, status: ExitStatus) -> Result<ExitStatus, Failure> {
    to_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(status)
}

/// Tells what was done, a line a hook, and whether something was left that is not ours.
fn tell_steps(text: &mut String, steps: &[Step]) -> bool {
    let mut left = false;
    for step in steps {
        let name = step.path.file_name().unwrap_or_default().to_string_lossy();
        let dir = shown(step.path.parent().unwrap_or(Path::new("")));
        // Writing to a string cannot fail.
        let _ = match &step.done {
            Done::Installed(None) => writeln!(text, "Installed {name} in {dir}."),
            Done::Installed(Some(kept)) => {
                let runs = if install::is_executable(kept) {
                    "and runs first"
                } else {
                    "and does not run, as before: it is not executable, or a link that leads nowhere"
                };
                let kept = kept.file_name().unwrap_or_default().to_string_lossy();
                writeln!(text, "Installed {name} in {dir}; an existing hook was kept as {kept} {runs}.")
            }
            Done::Renewed => writeln!(text, "Renewed {name} in {dir}."),
            Done::Already => writeln!(text, "{name} is installed in {dir} already."),
            Done::Removed => writeln!(text, "Removed {name} from {dir}."),
            Done::Restored => {
                writeln!(text, "Removed {name} from {dir}, and put the hook that was there before back in its place.")
            }
            Done::Absent => writeln!(text, "{name} was not installed in {dir}."),
            Done::NotOurs(kept) => {
                left = true;
                let kept = shown(kept);
                writeln!(
                    text,
                    "Left {name} in {dir} as it is: it is no longer ours. What was there before is in {kept}."
                )
            }
        };
    }
    left
}

/// Tells of one way to guard all repositories, and whether something was left.
fn tell_way(text: &mut String, way: &Way, installed: bool) -> bool {
    match way {
        Way::Configured(names) => {
            let names = names.join(", ");
            let _ = if installed {
                writeln!(text, "Set {names} in your git configuration: all your repositories are guarded.")
            } else {
                writeln!(text, "Removed {names} from your git configuration.")
            };
            false
        }
        Way::HooksPath(steps) => {
            let left = tell_steps(text, steps);
            if installed {
                text.push_str("Your core.hooksPath leads there: repositories that set no other are guarded.\n");
            }
            left
        }
        Way::Template { dir, steps, setting_changed } => {
            let left = tell_steps(text, steps);
            let dir = shown(dir);
            let _ = match (installed, setting_changed) {
                (true, true) => writeln!(text, "Set init.templateDir to {dir} in your git configuration."),
                (false, true) => writeln!(text, "Unset init.templateDir in your git configuration."),
                _ => Ok(()),
            };
            text.push_str(if installed {
                "Repositories that you make or clone from now on are guarded. In each that you have already, run \
                 `portcullis install`.\n"
            } else {
                "Repositories made from it keep their hooks: run `portcullis uninstall` in each.\n"
            });
            left
        }
    }
}

/// Tells for whom hooks in a directory that git was told of count.
fn tell_reach(text: &mut String, place: &Place) {
    if place.hooks_path.as_ref().is_some_and(HooksPath::is_relative) {
        text.push_str(
            "core.hooksPath is relative: each work tree has hooks of its own, so install in every one, or commit them.\n",
        );
    }
}

fn tell_managed(text: &mut String, managed: &Managed, forced: bool) {
    let who = managed.manager;
    let (name, seen) = (who.name, &managed.seen);
    let _ = writeln!(text, "Installed nothing: {name} manages the hooks here ({seen}).");
    if managed.names_us {
        text.push_str(
            "Its configuration names portcullis, but not all of its hooks are in place. All of this has to\n",
        );
        let _ = writeln!(text, "be there ({}):\n", who.snippet_for);
    } else {
        let _ = writeln!(text, "To have it run portcullis, {}:\n", who.snippet_for);
    }
    who.snippet.lines().for_each(|line| {
        let _ = writeln!(text, "    {line}");
    });
    text.push('\n');
    let _ = writeln!(text, "Then run `{}`, and `portcullis doctor` to see that it works.", who.then);
    if who.chains {
        let _ =
            writeln!(text, "`portcullis install --force` goes before its hooks instead, until it writes them anew.");
    } else if forced {
        let _ = writeln!(text, "--force does not help: {name} goes by the names of its hooks, and would run none.");
    }
}

fn cannot_install(error: &HookError) -> Failure {
    Failure::because("not installed", error).hint(error.hint())
}

fn cannot_uninstall(error: &HookError) -> Failure {
    Failure::because("not uninstalled", error).hint(error.hint())
}

fn shown(path: &Path) -> String {
    quote(path.as_os_str().as_encoded_bytes())
}
