//! What a gate on the receiving side says: to the pusher, and to the audit log.
//!
//! The pusher reads it with `remote: ` before every line, on a terminal that we know nothing of. So: at most 72
//! columns, no colours of our own (the client colours lines that begin with `error:`, `warning:` or `hint:`), and
//! whole lines.

mod audit;
mod mend;
mod message;

pub use audit::{Event, Identity, Record, record};
pub use message::{Audience, Told, push, refusal};
