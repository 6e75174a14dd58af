//! Encoded forms of text: how an anchor looks when encoded, and how to decode around it.
//!
//! A scanner that first decodes everything and then looks cannot be local: where a megabyte of base64
//! begins decides what its middle says. So each form works from the anchor outwards. At build time
//! every anchor is written in every form ([`encoded`], e.g. `ghp_` is `Z2hwX`, `docF` or `naHBf`
//! in base64, by its place in the three-byte group), and these literals join the prefilter. When one is
//! hit, [`view()`] decodes a bounded window around it, and the rule runs on the decoded text.
//!
//! A form reads nothing farther from the hit than [`FormInfo::reach`] says, so what it gives does not depend
//! on how large a slice of the object it was shown. To add a form: a variant in `encode.rs` with its
//! literal, a file with its decoder, a line in [`FORMS`].

mod area;
mod backslash;
mod base64;
pub mod encode;
mod forms;
mod hex;
mod lens;
mod lines;
mod percent;
mod spanmap;
mod stretch;
mod view;
mod wide;

pub use encode::{EncodedAnchor, Form, encoded};
pub use forms::{FORMS, FormInfo, Hit, Limit, view, view_near};
pub use lens::{Lens, Seen};
pub use spanmap::SpanMap;
pub use view::View;
