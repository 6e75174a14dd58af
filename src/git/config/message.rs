//! The settings that say which part of a commit message file becomes the message.

/// Placeholder.
#[derive(Clone, Debug, Default)]
pub struct MessageConfig {}
