//! The built-in rules: static data that the build script wrote from `patterns/*.toml`.

#![expect(clippy::unreadable_literal, reason = "a program wrote them, and no person reads them")]

use std::borrow::Cow;

use super::by_name::{Charset, Named};
use super::{Anchor, Boundary, Kind, Rule, Text};
use crate::model::Severity;

include!(concat!(env!("OUT_DIR"), "/builtin_rules.rs"));
include!(concat!(env!("OUT_DIR"), "/builtin_names.rs"));
