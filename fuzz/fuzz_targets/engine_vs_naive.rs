//! Lends the target `engine_vs_naive` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("engine_vs_naive", data));
