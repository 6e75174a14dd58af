//! The registry of forms, and how an anchor looks in each. Shared with the build script.

/// One way of writing bytes as other bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Form {
    /// As it is.
    Plain = 0,
    /// Base64 (standard or URL-safe, wrapped or not), anchor at byte 0 of a group of three.
    Base64Phase0 = 1,
    /// The same, anchor at byte 1.
    Base64Phase1 = 2,
    /// The same, anchor at byte 2.
    Base64Phase2 = 3,
    /// Pairs of hexadecimal digits.
    Hex = 4,
    /// Every byte percent-encoded (`%67%68`). Partly encoded text is seen by its plain anchor.
    Percent = 5,
    /// UTF-16, little-endian.
    Utf16Le = 6,
    /// UTF-16, big-endian.
    Utf16Be = 7,
    /// Every byte as `\xHH`.
    BackslashX = 8,
    /// Every byte as `\u00HH`.
    BackslashU = 9,
    /// UTF-32, little-endian.
    Utf32Le = 10,
    /// UTF-32, big-endian.
    Utf32Be = 11,
    /// Plain anchor, text around it partly percent-encoded.
    PartPercent = 12,
    /// Plain anchor, text around it with backslash escapes (`\n`, `\"`, `\/`, `\u003d`).
    PartBackslash = 13,
}

/// A literal that stands for an anchor in an encoded text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedAnchor {
    /// The literal to look for.
    pub literal: Vec<u8>,
    /// Whether ASCII letters in it match in either case.
    pub fold: bool,
    /// The form it is written in.
    pub form: Form,
}

/// All literals that stand for the anchor in encoded text.
pub fn encoded(anchor: &[u8], fold: bool, emit: &mut dyn FnMut(EncodedAnchor)) {
    let _ = (anchor, fold, emit);
}
