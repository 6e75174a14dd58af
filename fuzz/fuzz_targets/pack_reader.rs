//! Lends the target `pack_reader` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("pack_reader", data));
