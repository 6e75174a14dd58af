//! Lends the target `reftable_reader` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("reftable_reader", data));
