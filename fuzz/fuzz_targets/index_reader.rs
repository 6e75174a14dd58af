//! Lends the target `index_reader` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("index_reader", data));
