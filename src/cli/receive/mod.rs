//! `pre-receive`, `update`, `post-receive` and `pre-push`: the gates between repositories.

mod audit;
mod clock;
mod framework;
mod input;
mod note;
pub(super) mod policy;
mod queue;
mod sender;
mod server;
pub(super) mod trial;
mod waiting;

pub(super) use sender::pre_push;
pub(super) use server::{post_receive, pre_receive, update};
