//! What the integration tests share: real repositories, the real binary, and tokens drawn at run time.

pub(crate) mod draw;
pub(crate) mod gate;
pub(crate) mod own_rules;
pub(crate) mod probe;
pub(crate) mod repo;

pub(crate) use repo::Repo;
