//! What can be typed. Nothing is decided here; see `plan`.

mod answer;
mod generate;
mod import;
mod redact;
mod report;
mod rules;
mod settings;

use std::ffi::OsString;
use std::num::NonZero;
use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub use answer::AnswerArgs;
pub use generate::{CompletionsArgs, ManArgs};
pub use import::ImportArgs;
pub use redact::RedactArgs;
pub use report::ReportArgs;
pub use rules::{RulesArgs, RulesCommand};
pub use settings::{AllowArgs, BaselineCommand, ConfigCheckArgs, ConfigCommand, ConfigShowArgs};

use crate::hook::server::Host;
use crate::model::Confidence;
use crate::report::FORMATS;

/// Keeps credentials out of git.
#[derive(Debug, Parser)]
#[command(
    name = "portcullis",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
#[command(
    after_help = "Exit status: 0 clean and complete; 1 credentials found; 2 could not tell (usage, error, incomplete)."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Scan files, directories or standard input for credentials.
    Scan(ScanArgs),
    /// Find every credential that any object of a repository ever held, and what became of it.
    History(HistoryArgs),
    /// Check what is staged; git runs this before every commit.
    PreCommit(GateArgs),
    /// Check the message of the commit being made; git runs this on every commit.
    ///
    /// A line that says `portcullis:allow <reason>` is allowed, as in a file; it stays in the history.
    CommitMsg(CommitMsgArgs),
    /// Check what is being pushed, before it leaves; git runs this on every push.
    PrePush(PrePushArgs),
    /// On a server: check what a push would bring in; git runs this before it lets a push in.
    PreReceive(ServerArgs),
    /// On a server, where pre-receive cannot be had: check one ref. What it rejects stays in the objects.
    Update(UpdateArgs),
    /// On a server: look at a push that is through already.
    PostReceive(PostReceiveArgs),
    /// Tell everything known about one finding: where it is, and every reason for its score.
    Explain(ExplainArgs),
    /// Accept a known finding, by adding its fingerprint to the baseline file.
    Allow(AllowArgs),
    /// Write the baseline file from what a scan finds, bring it up to date, or compare the two.
    #[command(subcommand)]
    Baseline(BaselineCommand),
    /// Carry over what other scanners' files accept: their ignore files, baselines, allow-lists and rules.
    ///
    /// It adds to .portcullis.toml and .portcullis.baseline, replaces nothing in them, and says line by line what it
    /// could not carry over.
    Import(ImportArgs),
    /// Show and check the configuration.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Copy standard input to standard output, or run a command, with every credential masked.
    Redact(RedactArgs),
    /// Tell saved reports in another format, several as one, or what changed between two.
    Report(ReportArgs),
    /// List, show, check and test the rules.
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Put the hooks where git runs them; hooks that are there already are kept, and run first.
    Install(InstallArgs),
    /// Take the hooks out again, and put back what was there before.
    Uninstall(UninstallArgs),
    /// Prove that the hooks are alive, or find out why they are not.
    Doctor(DoctorArgs),
    /// Write what a shell needs to complete portcullis' arguments.
    Completions(CompletionsArgs),
    /// Write a manual page for every command.
    Man(ManArgs),
}

/// Which rules run and what counts: the same for every command that scans.
#[derive(Clone, Debug, Default, Args)]
pub struct PolicyArgs {
    /// Report findings of at least this confidence [default: what the configuration says, or medium].
    #[arg(long, value_name = "LEVEL", value_parser = PossibleValuesParser::new(levels()))]
    pub min_confidence: Option<String>,
    /// Count credentials even where an inline comment such as `portcullis:allow` allows them.
    #[arg(long)]
    pub no_inline_allow: bool,
    /// What is known beforehand.
    #[command(flatten)]
    pub known: KnownArgs,
}

/// Files that say what to look for and what is accepted.
#[derive(Clone, Debug, Default, Args)]
pub struct KnownArgs {
    /// Use this baseline of accepted findings [default: .portcullis.baseline at the top of the work tree].
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Add the rules in this TOML file to the built-in ones.
    #[arg(long, value_name = "FILE")]
    pub rules: Vec<PathBuf>,
    /// Key fingerprints with this file's bytes [default: the file that `PORTCULLIS_KEY_FILE` names, or no key].
    #[arg(long, value_name = "FILE")]
    pub key_file: Option<PathBuf>,
}

/// How the result is told. Which formats there are differs between commands.
#[derive(Clone, Debug, Default, Args)]
pub struct OutputArgs {
    /// Write the report to this file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Show credentials in plaintext instead of redacting them.
    #[arg(long)]
    pub show_secrets: bool,
    /// Give every reason for each finding's score, and list what was allowed.
    #[arg(long)]
    pub why: bool,
    /// Colour the report; `auto` does on a terminal, unless `NO_COLOR` is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Even into a file or a pipe.
    Always,
    /// Not at all.
    Never,
}

/// How directories are read.
#[derive(Clone, Debug, Default, Args)]
pub struct WalkArgs {
    /// Leave out what .gitignore files name (tracked files among it too); an ignored .env is then not seen.
    #[arg(long)]
    pub respect_gitignore: bool,
    /// With what effort.
    #[command(flatten)]
    pub effort: EffortArgs,
}

/// What a long run takes and shows.
#[derive(Clone, Debug, Default, Args)]
pub struct EffortArgs {
    /// Use this many threads [default: as many as the machine can run].
    #[arg(long, value_name = "N", value_parser = threads)]
    pub threads: Option<NonZero<usize>>,
    /// Show no progress on the terminal.
    #[arg(long)]
    pub no_progress: bool,
}

/// What a scan looks at, and what counts: of `scan` and of `baseline`.
#[derive(Debug, Args)]
pub struct TargetArgs {
    /// Files and directories to scan; `-` is standard input, which is looked at as a terminal shows it too: without
    /// escapes, and with broken lines joined.
    #[arg(value_name = "PATH", default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// How to read them.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// What counts.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// `scan`.
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// What is looked at.
    #[command(flatten)]
    pub target: TargetArgs,
    /// Write the report in this format.
    #[arg(long, short, value_name = "FORMAT", default_value = "human", value_parser = PossibleValuesParser::new(formats()))]
    pub format: String,
    /// Write a self-contained HTML page about it, too, readable by you alone.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// How to tell.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// `history`.
#[derive(Debug, Args)]
pub struct HistoryArgs {
    /// The repository, or a directory in one.
    #[arg(value_name = "PATH", default_value = ".")]
    pub path: PathBuf,
    /// Look at objects, too, that neither a ref nor a reflog reaches.
    #[arg(long)]
    pub unreachable: bool,
    /// Look only at what these refs reach, and at no reflog: a name, a directory of names or a pattern with `*` and
    /// `?`, full (`refs/heads/main`) or short (`main`, `v1.*`). May be given several times.
    #[arg(long, value_name = "PATTERN", conflicts_with = "unreachable")]
    pub refs: Vec<String>,
    /// Start from no such refs, and not from their reflogs. What others reach is still looked at.
    #[arg(long, value_name = "PATTERN", conflicts_with = "unreachable")]
    pub exclude: Vec<String>,
    /// Look only at what commits from that day on brought in: `2026-01-31`, with `T12:30:00Z` or without, seconds
    /// since 1970 as `@1767225600`, or `30d`, `12w` or `6h` ago. The committer's clock counts.
    #[arg(long, value_name = "DATE", conflicts_with = "unreachable")]
    pub since: Option<String>,
    /// Look only at what the commits that B reaches and A does not brought in. Without A, all that B reaches;
    /// without B, up to `HEAD`.
    #[arg(long, value_name = "A..B", conflicts_with_all = ["unreachable", "refs", "exclude"])]
    pub range: Option<String>,
    /// Accept that a shallow or partial clone lacks objects; else the answer is `could not tell`.
    #[arg(long)]
    pub allow_missing: bool,
    /// Scan every object whole, instead of what it adds to the one it is stored as a delta of.
    #[arg(long)]
    pub no_delta: bool,
    /// Hold at most about so many mebibytes of objects at a time, at least 16; larger objects are read in pieces.
    #[arg(long, value_name = "MIB", default_value_t = 256, value_parser = clap::value_parser!(u64).range(16..))]
    pub memory: u64,
    /// With what effort.
    #[command(flatten)]
    pub effort: EffortArgs,
    /// What counts.
    #[command(flatten)]
    pub policy: PolicyArgs,
    /// Write the report in this format.
    #[arg(long, short, value_name = "FORMAT", default_value = "human", value_parser = PossibleValuesParser::new(history_formats()))]
    pub format: String,
    /// How to tell.
    #[command(flatten)]
    pub output: OutputArgs,
    /// What to make of it.
    #[command(flatten)]
    pub answer: AnswerArgs,
}

/// `pre-commit`.
#[derive(Debug, Args)]
pub struct GateArgs {
    /// What counts.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// `commit-msg`.
#[derive(Debug, Args)]
pub struct CommitMsgArgs {
    /// The file that holds the message, as git names it to the hook.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// What counts.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// `pre-push`.
#[derive(Debug, Args)]
pub struct PrePushArgs {
    /// The remote's name, as git gives it to the hook.
    #[arg(value_name = "REMOTE")]
    pub remote: Option<OsString>,
    /// The remote's address, as git gives it to the hook.
    #[arg(value_name = "URL")]
    pub url: Option<OsString>,
    /// What counts.
    #[command(flatten)]
    pub policy: PolicyArgs,
}

/// `pre-receive`, and what all gates of a server have in common.
#[derive(Clone, Debug, Default, Args)]
pub struct ServerArgs {
    /// The server's policy [default: what `PORTCULLIS_SERVER_CONFIG` names, or /etc/portcullis/server.toml].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `update`.
#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// The ref, as git gives it to the hook.
    #[arg(value_name = "REF")]
    pub name: OsString,
    /// What it was.
    #[arg(value_name = "OLD")]
    pub old: OsString,
    /// What it is to be.
    #[arg(value_name = "NEW")]
    pub new: OsString,
    /// What it goes by.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `post-receive`.
#[derive(Debug, Args)]
pub struct PostReceiveArgs {
    /// Note in the audit log what the push has brought in.
    #[arg(long)]
    pub audit: bool,
    /// Look at the pushes that wait in this directory, the `queue` of a policy, instead of one on standard input.
    #[arg(long, value_name = "DIR", requires = "audit")]
    pub queued: Option<PathBuf>,
    /// What it goes by.
    #[command(flatten)]
    pub server: ServerArgs,
}

/// `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The finding's fingerprint, or at least the first eight digits of it.
    #[arg(value_name = "FINGERPRINT")]
    pub fingerprint: String,
    /// Where to look for it; `-` is standard input [default: what is staged, the last commit message, and the whole work
    /// tree].
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// How to read them.
    #[command(flatten)]
    pub walk: WalkArgs,
    /// What is known beforehand.
    #[command(flatten)]
    pub known: KnownArgs,
    /// Show the credential in plaintext instead of redacting it.
    #[arg(long)]
    pub show_secrets: bool,
    /// Colour the report; `auto` does on a terminal, unless `NO_COLOR` is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto)]
    pub color: Color,
}

/// `install` and `uninstall`.
#[derive(Debug, Args)]
pub struct HooksArgs {
    /// For all your repositories: in git's own configuration (git 2.54 and later) or the directory `core.hooksPath` names;
    /// else for those you make or clone from now on.
    #[arg(long, conflicts_with = "server")]
    pub global: bool,
    /// Also where a hook manager or another repository's hooks are in the way; lose changes made to our hooks.
    #[arg(long)]
    pub force: bool,
}

/// `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// Which hooks, and how.
    #[command(flatten)]
    pub hooks: HooksArgs,
    /// Where on a server.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `uninstall`.
#[derive(Debug, Args)]
pub struct UninstallArgs {
    /// Which hooks, and how.
    #[command(flatten)]
    pub hooks: HooksArgs,
    /// Where on a server.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// `doctor`.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Where on a server.
    #[command(flatten)]
    pub place: PlaceArgs,
}

/// A place on a server where hooks are run from.
#[derive(Debug, Args)]
pub struct PlaceArgs {
    /// The gate of a server, in this repository (or the directory that the host's recipe names).
    #[arg(long, value_name = "DIR")]
    pub server: Option<PathBuf>,
    /// Which host runs it [default: gitea where there is a hooks/pre-receive.d, else bare].
    #[arg(long, value_name = "HOST", requires = "server", value_parser = PossibleValuesParser::new(Host::NAMES))]
    pub host: Option<String>,
}

fn threads(text: &str) -> Result<NonZero<usize>, String> {
    text.parse().map_err(|_| "a number of threads, at least 1".to_owned())
}

fn formats() -> Vec<clap::builder::PossibleValue> {
    FORMATS.iter().map(|format| clap::builder::PossibleValue::new(format.name).help(format.description)).collect()
}

fn history_formats() -> Vec<clap::builder::PossibleValue> {
    let formats = crate::report::history::FORMATS.iter();
    formats.map(|format| clap::builder::PossibleValue::new(format.name).help(format.description)).collect()
}

fn levels() -> Vec<&'static str> {
    Confidence::ALL.iter().map(|level| level.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn the_arguments_are_consistent_and_every_one_has_help() {
        let mut root = Cli::command();
        root.build();
        root.clone().debug_assert();
        let mut left: Vec<clap::Command> = vec![root];
        while let Some(command) = left.pop() {
            assert!(command.get_about().is_some(), "{} has no help", command.get_name());
            for arg in command.get_arguments() {
                assert!(arg.get_help().is_some(), "{} {} has no help", command.get_name(), arg.get_id());
            }
            left.extend(command.get_subcommands().cloned());
        }
    }
}
