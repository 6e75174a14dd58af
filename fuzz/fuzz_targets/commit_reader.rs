//! Lends the target `commit_reader` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("commit_reader", data));
