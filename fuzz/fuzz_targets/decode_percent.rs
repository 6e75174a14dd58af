//! Lends the target `decode_percent` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("decode_percent", data));
