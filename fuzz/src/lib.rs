//! The fuzz targets, which the integration tests own: they replay the corpora on stable Rust.

#[path = "../../tests/it/fuzz/blocks.rs"]
mod blocks;
#[path = "../../tests/it/fuzz/decoders.rs"]
mod decoders;
#[path = "../../tests/it/fuzz/delta.rs"]
mod delta;
#[path = "../../tests/it/fuzz/engine.rs"]
mod engine;
#[path = "../../tests/it/fuzz/objects.rs"]
mod objects;
mod oracle;
#[path = "../../tests/it/fuzz/parsers.rs"]
mod parsers;
#[path = "../../tests/it/fuzz/receive.rs"]
mod receive;
#[path = "../../tests/it/fuzz/taker.rs"]
mod taker;
#[path = "../../tests/it/fuzz/targets.rs"]
mod targets;

/// Runs the target of that name.
///
/// # Panics
/// Where the house breaks a promise, or if there is no such target.
pub fn run(name: &str, data: &[u8]) {
    let target = targets::TARGETS.iter().find(|(other, _)| *other == name).expect("a target of that name");
    (target.1)(data);
}
