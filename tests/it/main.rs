//! All integration tests, in one binary: one link step, one place to look.

mod cli;
mod commit_msg;
mod corpus;
mod decode;
mod docs;
mod fuzz;
mod history;
mod history_delta;
mod history_objects;
mod hooks;
mod layering;
mod oracle;
mod policy;
mod precommit;
mod regression;
mod report;
mod rules;
mod scan;
mod score;
mod support;
