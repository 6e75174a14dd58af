//! Objects read in pieces give what they give whole.

use std::io::{self, Read};
use std::sync::atomic::AtomicBool;

use portcullis::engine::Engine;
use portcullis::guard::feed::{CHUNK, Fed, Feed};
use portcullis::model::SkipReason;
use portcullis::rules::RuleSet;
use portcullis::rules::example::Rng;

use super::sandbox::token;

static NEVER: AtomicBool = AtomicBool::new(false);

/// Text of about `length` bytes with lines of all lengths, `tokens` credentials in it at random places.
fn text(seed: u64, length: usize, tokens: u64) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let mut bytes = Vec::new();
    while bytes.len() < length {
        let width = if rng.between(0, 39) == 0 { 20_000 } else { rng.between(0, 119) };
        bytes.extend((0..width).map(|_| b" abcxyz019_-=\"'"[rng.between(0, 14)]));
        bytes.extend_from_slice(if rng.between(0, 2) == 0 { b"\r\n" } else { b"\n" });
    }
    let mut cuts: Vec<usize> = (0..tokens).map(|_| rng.between(0, bytes.len())).collect();
    cuts.sort_unstable();
    let mut from = 0;
    let mut whole = Vec::new();
    for (seed, cut) in (0..).zip(cuts) {
        whole.extend_from_slice(&bytes[from..cut]);
        whole.extend_from_slice(format!(" {} ", token(seed)).as_bytes());
        from = cut;
    }
    whole.extend_from_slice(&bytes[from..]);
    whole
}

/// Gives a few bytes at a time, as pipes do.
struct Dribble<'a>(&'a [u8], Rng);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = 1 + self.1.between(0, 70_000);
        let room = buffer.len().min(most);
        self.0.read(&mut buffer[..room])
    }
}

fn in_pieces(engine: &Engine, chunk: usize, bytes: &[u8]) -> Fed {
    Feed::with_chunk(engine, chunk).stream(&mut Dribble(bytes, Rng::new(chunk as u64)), None, &NEVER)
}

#[test]
fn every_chunk_size_gives_the_findings_and_places_of_the_whole() {
    let engine = Engine::new(RuleSet::builtin());
    for (seed, length) in [(1, 0), (2, 900), (3, 150_000), (4, 700_000)] {
        let bytes = text(seed, length, 40);
        let whole = Feed::new(&engine).bytes(&bytes, None);
        assert_eq!(whole.found.len(), 40, "every credential is found once");
        for chunk in [9_973, 65_536, 100_003, CHUNK] {
            let fed = in_pieces(&engine, chunk, &bytes);
            assert!(fed == whole, "length {length}, chunk {chunk}");
        }
    }
}

#[test]
fn a_credential_across_the_cut_between_two_pieces_is_found_once() {
    let engine = Engine::new(RuleSet::builtin());
    let chunk = 4096;
    let margin = portcullis::guard::feed::MARGIN;
    for shift in 0..60 {
        let mut bytes = vec![b'\n'; 2 * (chunk + margin)];
        let at = chunk + margin - shift;
        bytes.splice(at..at, token(shift as u64).bytes());
        let fed = in_pieces(&engine, chunk, &bytes);
        assert_eq!(fed.found.len(), 1, "shift {shift}");
        assert_eq!(fed.found[0].0.secret_span.start, at as u64);
        assert_eq!(fed.found[0].1.start.line, at as u64 + 1);
    }
}

#[test]
fn a_stream_that_breaks_is_scanned_up_to_there_and_said_to_be_unreadable() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::Error::other("the line went dead"))
        }
    }
    let engine = Engine::new(RuleSet::builtin());
    let head = format!("{}\n", token(1));
    let fed = Feed::new(&engine).stream(&mut head.as_bytes().chain(Broken), None, &NEVER);
    assert_eq!(fed.found.len(), 1);
    assert_eq!(fed.cut, Some((SkipReason::Unreadable, "the line went dead".to_owned())));
}

#[test]
fn a_stream_that_is_stopped_keeps_what_it_has_and_says_so() {
    let engine = Engine::new(RuleSet::builtin());
    let head = format!("{}\n", token(1));
    let stop = AtomicBool::new(true);
    let fed = Feed::with_chunk(&engine, 1000).stream(&mut head.as_bytes().chain(io::repeat(b'x')), None, &stop);
    assert_eq!((fed.found.len(), fed.cut.map(|(reason, _)| reason)), (1, Some(SkipReason::Interrupted)));
}

/// An object of nothing but anchors takes a second for each step.
#[test]
fn whoever_is_stopped_ends_within_an_object() {
    let engine = Engine::new(RuleSet::builtin());
    let bytes = text(3, 3 * CHUNK, 0);
    let stop = AtomicBool::new(true);
    let whole = Feed::new(&engine).bytes_until(&bytes, None, &stop);
    let stream = Feed::new(&engine).stream(&mut &bytes[..], None, &stop);
    let log = Feed::new(&engine).log(&mut &bytes[..], &stop);
    for (fed, how) in [(whole, "whole"), (stream, "stream"), (log, "log")] {
        assert!(fed.bytes <= 256 * 1024, "{how}: {} bytes were scanned", fed.bytes);
        assert_eq!(fed.cut.map(|(reason, _)| reason), Some(SkipReason::Interrupted), "{how}");
    }
}

/// Stops a run when its first file has been read.
struct StopAtFirst<'a>(&'a AtomicBool);

impl portcullis::guard::watch::Progress for StopAtFirst<'_> {
    fn advance(&self, _: u64, bytes: u64) {
        self.0.fetch_or(bytes > 0, std::sync::atomic::Ordering::Relaxed);
    }
}

#[test]
fn a_run_that_is_stopped_ends_within_a_file() {
    let sandbox = super::sandbox::Sandbox::new();
    sandbox.write("long", text(4, 3 * CHUNK, 0));
    let engine = Engine::new(RuleSet::builtin());
    let stop = AtomicBool::new(false);
    let watch = portcullis::guard::watch::Watch { stop: &stop, progress: &StopAtFirst(&stop) };
    let options = portcullis::guard::scan::Options { gitignore: false, threads: None };
    let target = portcullis::guard::scan::Target::Path(sandbox.path("long"));
    let report =
        portcullis::guard::scan::run(&[target], options, &engine, &portcullis::policy::Policy::default(), watch);
    assert!(report.coverage.bytes <= 256 * 1024, "{} bytes were scanned", report.coverage.bytes);
    assert_eq!(report.coverage.skips[0].reason, SkipReason::Interrupted);
}

/// One credential in quotes is found by two rules: what is counted before they are resolved is another number.
#[test]
fn many_findings_are_as_many_in_a_file_as_from_standard_input() {
    let sandbox = super::sandbox::Sandbox::new();
    let lines: String = (0..70_000).map(|seed| format!("GITHUB_TOKEN=\"{}\"\n", token(seed))).collect();
    sandbox.write("env", &lines);
    let file = sandbox.run(&["scan", "--format", "jsonl", "env"]).exits(1);
    let stream = sandbox.feed(&["scan", "--format", "jsonl", "-"], lines.as_bytes()).exits(1);
    assert_eq!((file.places().len(), stream.places().len()), (70_000, 70_000));
    // Long enough to be scanned in segments.
    let long = lines.replace('\n', &format!("\n{}\n", "x y ".repeat(25)));
    sandbox.write("long", &long);
    assert_eq!(sandbox.run(&["scan", "--format", "jsonl", "long"]).exits(1).places().len(), 70_000);
}
