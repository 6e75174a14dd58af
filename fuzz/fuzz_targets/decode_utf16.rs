//! Lends the target `decode_utf16` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("decode_utf16", data));
