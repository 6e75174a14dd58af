//! Lends the target `hook_environment` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("hook_environment", data));
