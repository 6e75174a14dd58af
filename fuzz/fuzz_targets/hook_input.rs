//! Lends the target `hook_input` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("hook_input", data));
