//! Lends the target `rule_parser` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("rule_parser", data));
