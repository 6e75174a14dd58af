//! Lends the target `server_policy` to libFuzzer.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::run("server_policy", data));
