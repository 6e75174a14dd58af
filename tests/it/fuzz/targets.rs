//! The fuzz targets: each takes any bytes, and panics where the house breaks a promise.

use super::{blocks, decoders, delta, engine, objects, parsers, receive};

/// A target: takes any bytes, panics where a promise is broken.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name, which is that of its binary, corpus and artifacts too.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("engine_vs_naive", engine::against_naive),
    ("checks", engine::checks),
    ("extend_blocks", blocks::extend),
    ("decode_base64", decoders::base64),
    ("decode_hex", decoders::hex),
    ("decode_percent", decoders::percent),
    ("decode_backslash", decoders::backslash),
    ("decode_utf16", decoders::utf16),
    ("decode_utf32", decoders::utf32),
    ("rule_parser", parsers::rules),
    ("index_reader", parsers::index),
    ("baseline", parsers::baseline),
    ("commit_message", parsers::commit_message),
    ("hostile_names", parsers::names),
    ("pack_reader", objects::pack),
    ("pack_entries", objects::entries),
    ("commit_reader", objects::commit),
    ("tag_reader", objects::tag),
    ("tree_reader", objects::tree),
    ("reftable_reader", objects::reftable),
    ("delta_vs_whole", delta::against_whole),
    ("hook_input", receive::input),
    ("hook_environment", receive::environment),
    ("push_options", receive::options),
    ("server_policy", receive::policy),
    ("quarantine", receive::quarantine),
];
