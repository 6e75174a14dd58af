//! How fast the engine is on one thread: the prefilter alone, and the whole of `Engine::scan`.
//!
//! `cargo bench --bench engine -- [--hits] [FILE...]`: files, or the texts made here. `--hits` tells which
//! anchors stand in the text how often, the most frequent first: an anchor's price.

#![expect(clippy::cast_precision_loss, reason = "megabytes a second, to three digits")]
#![expect(clippy::print_stdout, reason = "it is what a bench is for")]

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use std::{env, fs, io};

use portcullis::engine::prefilter::Prefilter;
use portcullis::engine::{Engine, Scratch};

/// The best of so many runs counts: other work on the machine only ever makes a run slower.
const RUNS: usize = 5;
/// Bytes of a text made here.
const SIZE: usize = 32 << 20;
/// Anchors told of by `--hits`.
const MOST: usize = 40;

fn main() -> io::Result<()> {
    let engine = Engine::builtin();
    let sought = Prefilter::new(engine.rules());
    // `cargo bench` adds `--bench`.
    let (options, files): (Vec<String>, Vec<String>) = env::args().skip(1).partition(|arg| arg.starts_with("--"));
    let hits = options.iter().any(|option| option == "--hits");
    let mut texts = Vec::new();
    for file in &files {
        texts.push((file.rsplit('/').next().unwrap_or(file).to_owned(), fs::read(file)?));
    }
    if texts.is_empty() {
        texts = made(&engine, &sought)?;
    }
    for (name, text) in &texts {
        if hits {
            tell_hits(&sought, name, text);
        } else {
            measure(&engine, &sought, name, text);
        }
    }
    Ok(())
}

/// The texts made here: this crate's source over and over; random base64 in one line and in lines; UTF-16;
/// every anchor in turn, plain and in every encoded form.
fn made(engine: &Engine, sought: &Prefilter) -> io::Result<Vec<(String, Vec<u8>)>> {
    let mut source = Vec::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut source)?;
    let long = |unit: &[u8]| unit.iter().copied().cycle().take(SIZE).collect::<Vec<u8>>();
    let mut state = 1_u32;
    let base64: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[(state >> 26) as usize]
    })
    .take(SIZE)
    .collect();
    let lines: Vec<u8> = base64.chunks(76).flat_map(|line| line.iter().copied().chain([b'\n'])).collect();
    let wide: Vec<u8> = source.iter().flat_map(|&byte| [byte, 0]).collect();
    let anchors: Vec<u8> = engine
        .rules()
        .as_slice()
        .iter()
        .flat_map(|rule| rule.anchors.iter().flat_map(|anchor| anchor.literal.iter().copied().chain([b' '])))
        .collect();
    let needles: Vec<u8> = sought.needles().flat_map(|needle| needle.literal().iter().copied().chain([b'A'])).collect();
    let texts = [
        ("source", long(&source)),
        ("base64", base64),
        ("base64-lines", lines),
        ("utf-16", long(&wide)),
        ("anchors", long(&anchors)),
        ("needles", long(&needles)),
    ];
    Ok(texts.map(|(name, text)| (name.to_owned(), text)).into())
}

/// Appends all files below a directory, in the order of their names.
fn gather(dir: &Path, text: &mut Vec<u8>) -> io::Result<()> {
    let mut entries = fs::read_dir(dir)?.collect::<Result<Vec<_>, _>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), text)?;
        } else {
            text.extend(fs::read(entry.path())?);
        }
    }
    Ok(())
}

fn measure(engine: &Engine, sought: &Prefilter, name: &str, text: &[u8]) {
    let mut scratch = Scratch::default();
    let (mut hits, mut findings) = (0, 0);
    let prefilter = best(|| {
        hits = 0;
        sought.find(text, 0..text.len(), |_, _| hits += 1);
    });
    let scan = best(|| findings = engine.scan(&mut scratch, text).len());
    let megabytes = text.len() as f64 / 1e6;
    println!(
        "{name:<14} prefilter {:6.0} MB/s   scan {:6.0} MB/s   {:6.0} hits/MB   {findings} findings",
        megabytes / prefilter,
        megabytes / scan,
        f64::from(hits) / megabytes
    );
}

/// The seconds that the fastest of some runs took.
fn best(mut run: impl FnMut()) -> f64 {
    let timed = |_| {
        let start = Clock::now();
        run();
        start.seconds()
    };
    (0..RUNS).map(timed).fold(f64::MAX, f64::min)
}

/// The processor's time of this thread where the system tells it (Linux), else the wall's.
struct Clock(Option<f64>, Instant);

impl Clock {
    fn now() -> Self {
        Self(Self::processor(), Instant::now())
    }

    fn seconds(&self) -> f64 {
        match (self.0, Self::processor()) {
            (Some(start), Some(end)) if end > start => end - start,
            _ => self.1.elapsed().as_secs_f64(),
        }
    }

    fn processor() -> Option<f64> {
        let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        Some(stat.split(' ').next()?.parse::<f64>().ok()? / 1e9)
    }
}

fn tell_hits(sought: &Prefilter, name: &str, text: &[u8]) {
    let mut count = BTreeMap::new();
    sought.find(text, 0..text.len(), |_, found| {
        *count.entry((found.literal(), found.needle.forms)).or_insert(0_u32) += 1;
    });
    let mut count: Vec<_> = count.into_iter().collect();
    count.sort_by_key(|&(_, hits)| std::cmp::Reverse(hits));
    let megabytes = text.len() as f64 / 1e6;
    println!("{name}");
    for ((literal, forms), hits) in count.into_iter().take(MOST) {
        println!(
            "{:10.1} hits/MB  {:<14} {}",
            f64::from(hits) / megabytes,
            format!("{:?}", forms[0]),
            literal.escape_ascii()
        );
    }
}
