//! What reading a repository costs, for comparison: `cargo bench --bench floor -- REPOSITORY [decode|scan|whole]...`
//!
//! - `decode`: every blob inflated or made from its delta once, and nothing else: the floor.
//! - `scan`: every object scanned, along deltas.
//! - `whole`: every object scanned, whole.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a benchmark's output")]

use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use portcullis::engine::Engine;
use portcullis::git::{Env, GitError, ObjectKind, Repo, Store};
use portcullis::guard::history::{Options, scan_objects};
use portcullis::guard::watch::{Unwatched, Watch};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    let Some((repository, modes)) = args.split_first() else {
        println!("usage: cargo bench --bench floor -- REPOSITORY [decode|scan|whole]...");
        return ExitCode::SUCCESS;
    };
    let all = ["decode".to_owned(), "scan".to_owned(), "whole".to_owned()];
    for mode in if modes.is_empty() { &all } else { modes } {
        if let Err(error) = measured(mode, Path::new(repository)) {
            eprintln!("{mode}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Runs one mode, and prints a line of figures.
fn measured(mode: &str, repository: &Path) -> Result<(), GitError> {
    let (cpu, wall) = (cpu(), Instant::now());
    let (peak, done) = (AtomicU64::new(0), AtomicBool::new(false));
    let what = std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                peak.fetch_max(anonymous(), Ordering::Relaxed);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let what = run(mode, repository);
        done.store(true, Ordering::Relaxed);
        what
    })?;
    let (cpu, wall) = (self::cpu() - cpu, wall.elapsed().as_secs_f64());
    println!("{mode}: {what}; cpu {cpu:.2} s, wall {wall:.2} s, memory {} MiB", peak.into_inner() >> 20);
    Ok(())
}

fn run(mode: &str, repository: &Path) -> Result<String, GitError> {
    let store = Store::open(&Repo::open(Env::default(), repository)?)?;
    if mode == "decode" {
        let (objects, size) = (AtomicU64::new(0), AtomicU64::new(0));
        let troubles = store.for_each(&[ObjectKind::Blob], |_, _, bytes| {
            objects.fetch_add(1, Ordering::Relaxed);
            size.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        })?;
        let (objects, size) = (objects.into_inner(), size.into_inner() >> 20);
        return Ok(format!("{objects} blobs, {size} MiB, {} unread", troubles.len()));
    }
    let stop = AtomicBool::new(false);
    let options = Options { whole: mode == "whole", ..Options::default() };
    let wanted = |_, kind| kind != ObjectKind::Tree;
    let watch = Watch { stop: &stop, progress: &Unwatched };
    let result = scan_objects(&store, wanted, &Engine::builtin(), options, watch)?;
    let findings: usize = result.found.iter().map(|found| found.findings.len()).sum();
    let (size, with) = (result.bytes >> 20, result.found.len());
    Ok(format!("{} objects, {size} MiB, {findings} findings in {with}, {} skips", result.objects, result.skips.len()))
}

/// Processor seconds of this process, where the system tells them as Linux does.
fn cpu() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: u32 = fields.skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    f64::from(ticks) / 100.0
}

/// Bytes of memory of our own: resident, mapped files not counted.
fn anonymous() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok()).unwrap_or(0) << 10
}
