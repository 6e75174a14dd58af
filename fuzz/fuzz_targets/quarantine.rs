//! Lends the target `quarantine` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("quarantine", data));
