//! Replays the fuzz targets' corpora, and the inputs that once broke something, on stable Rust.
//!
//! The targets themselves are in `targets` and are shared with `fuzz/`, which lends them to libFuzzer.

mod blocks;
mod decoders;
mod delta;
mod engine;
mod objects;
mod parsers;
mod receive;
mod taker;
mod targets;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use targets::TARGETS;

/// Most bytes of all corpora together: they are seeds, not a store.
const MOST: u64 = 200_000;

fn fuzz_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz")
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

#[test]
fn every_corpus_and_every_past_crash_passes() {
    for (name, run) in TARGETS {
        let corpus = files(&fuzz_dir().join("corpus").join(name));
        assert!(!corpus.is_empty(), "fuzz/corpus/{name} holds no seed");
        for file in corpus.into_iter().chain(files(&fuzz_dir().join("artifacts").join(name))) {
            let bytes = fs::read(&file).expect("a readable seed");
            eprintln!("{}", file.display()); // shown only where it fails
            run(&bytes);
        }
    }
}

#[test]
fn targets_binaries_and_corpora_are_the_same_set() {
    let wanted: BTreeSet<String> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let stems = |directory: &str| -> BTreeSet<String> {
        let files = files(&fuzz_dir().join(directory));
        files.iter().map(|file| file.file_stem().expect("a name").to_string_lossy().into_owned()).collect()
    };
    let manifest = fs::read_to_string(fuzz_dir().join("Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let binaries = manifest["bin"].as_array().expect("a list");
    let binaries = binaries.iter().map(|bin| bin["name"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(wanted, binaries, "fuzz/Cargo.toml");
    assert_eq!(wanted, stems("fuzz_targets"), "fuzz/fuzz_targets");
    assert_eq!(wanted, stems("corpus"), "fuzz/corpus");
    assert!(stems("artifacts").is_subset(&wanted), "fuzz/artifacts: {:?}", stems("artifacts"));
}

#[test]
fn corpora_stay_small() {
    let size: u64 = TARGETS
        .iter()
        .flat_map(|(name, _)| files(&fuzz_dir().join("corpus").join(name)))
        .map(|file| fs::metadata(file).expect("a file").len())
        .sum();
    assert!(size < MOST, "the corpora have {size} bytes together");
}
