//! The tables of the built-in rules: static data that the build script wrote.

use std::borrow::Cow;

use super::tables::{Entry, Index, Needle, Tables, Target};
use crate::decode::Form;

include!(concat!(env!("OUT_DIR"), "/builtin_tables.rs"));
