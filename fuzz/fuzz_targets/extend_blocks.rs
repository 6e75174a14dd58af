//! Lends the target `extend_blocks` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("extend_blocks", data));
