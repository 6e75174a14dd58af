//! All integration tests, in one binary: one link step, one place to look.

#![allow(
    clippy::unwrap_used,
    clippy::similar_names,
    clippy::format_push_string,
    clippy::format_collect,
    clippy::needless_for_each,
    clippy::range_plus_one,
    clippy::cast_precision_loss,
    reason = "a test may stop where it stands, and is read more often than it runs"
)]

mod breadth;
#[cfg(unix)]
mod ci;
mod cli;
#[cfg(unix)]
mod commands;
mod commit_msg;
mod config;
mod corpus;
mod decode;
mod detect;
mod docs;
mod fuzz;
mod generate;
mod generic;
mod generic_forms;
mod history;
mod history_delta;
mod history_objects;
mod hooks;
#[cfg(unix)]
mod html;
mod import;
mod layering;
mod oracle;
mod policy;
mod precommit;
mod receive;
#[cfg(unix)]
mod recipes;
mod redact;
mod report;
mod report_command;
mod rules;
mod rules_command;
mod scan;
mod score;
mod support;
mod translations;
