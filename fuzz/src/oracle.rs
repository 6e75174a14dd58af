//! The naive engine of the integration tests.

#[path = "../../tests/it/oracle/naive.rs"]
pub(crate) mod naive;
