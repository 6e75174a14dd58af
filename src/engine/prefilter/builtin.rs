//! The tables of the built-in rules: static data that the build script wrote.

#![expect(clippy::unreadable_literal, reason = "a program wrote them, and no person reads them")]

use std::borrow::Cow;

use super::tables::{Entry, Index, Needle, Tables, Target};
use crate::decode::Form;
use crate::rules::Glance;

include!(concat!(env!("OUT_DIR"), "/builtin_tables.rs"));
