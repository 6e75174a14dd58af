//! The gate on the receiving side: what a push brings in, judged before git lets it in. The same look serves a push
//! on its way out (pre-push) and one that is through (post-receive).

mod first;
mod halt;
mod introduce;
mod ledger;
mod run;
mod tell;

pub use halt::{Cut, Halt};
pub use run::{Request, run};
