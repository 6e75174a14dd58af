//! The recipes for hook managers, each with the real manager: what it lets through, and what it does not.

mod managers;
mod tools;
