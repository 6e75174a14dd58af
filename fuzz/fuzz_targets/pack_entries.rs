//! Lends the target `pack_entries` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("pack_entries", data));
