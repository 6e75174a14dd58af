//! The pre-commit gate in real repositories, wired as git's own hook. The cases are the table "Pre-commit"
//! of the project's notes on git (C1 to C33); git itself is the judge of what is committed.

mod broken;
mod cases;
mod listing;
mod names;
mod random;
mod reftable;
