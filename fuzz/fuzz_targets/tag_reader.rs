//! Lends the target `tag_reader` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("tag_reader", data));
