//! Lends the target `hostile_names` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("hostile_names", data));
