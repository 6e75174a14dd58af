//! Lends the target `decode_base64` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("decode_base64", data));
