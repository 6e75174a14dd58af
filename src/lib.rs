//! Portcullis keeps credentials out of git.
//!
//! One engine finds credentials in bytes; three gates (pre-commit, pre-receive, history) and `scan` feed
//! it. The data's way:
//!
//! ```text
//! source --bytes--> engine (decode, score) --Finding--> policy --Verdict--> report --> bytes
//!    \--Skip (typed reason)----------------> Coverage ------> exit status
//! ```
//!
//! Every rule sees only a bounded window around its anchor, so what the engine finds is a pure, local
//! function of an object's bytes. `docs/architecture.md` is the map of the rooms.

#![warn(missing_docs)]

pub mod cli;
pub mod config;
pub mod decode;
pub mod engine;
pub mod git;
pub mod guard;
pub mod hook;
pub mod model;
pub mod policy;
pub mod report;
pub mod rules;
pub mod score;
pub mod source;
