//! Lends the target `delta_vs_whole` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("delta_vs_whole", data));
