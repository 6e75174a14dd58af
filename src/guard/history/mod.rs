//! The history gate: every credential that any object of a repository ever held.

mod care;
mod clean;
mod ledger;
mod logs;
mod look;
pub mod objects;
mod paths;
mod provenance;
mod replaced;
mod run;
mod seen;
mod sight;
mod tell;

pub use clean::{Clean, Disbelief};
pub use objects::{Found, ObjectFindings, Options, scan_objects};
pub use replaced::{Replacements, ReplacementsError, still_held};
pub use run::{Request, run};
