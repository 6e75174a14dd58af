//! What the main pass of the prefilter sees of a needle: its window, the window's key and samples. Shared with
//! the build script: standard library only.
//!
//! The pass looks at every second position only (a *sample*), so that each needle must be seen from two
//! adjoining positions of its window. In plain text a window is four bytes. In the forms that write each byte
//! by itself (percent, `\x`, `\u`, UTF-16, UTF-32) it is three units, and its key is made of the bytes that
//! these stand for.

use crate::decode::encode::Form;

/// Bytes of a plain window.
pub(super) const PLAIN: usize = 4;
/// Units of an encoded window.
const UNITS: usize = 3;
/// Letters compare alike in either case, and some other bytes too: a key only has to tell enough apart.
const FOLD: u32 = 0x2020_2020;

/// The shape of a form's windows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Bytes of a unit.
    pub(super) unit: usize,
    /// Bytes of a window.
    pub(super) len: usize,
    /// Distance of the first of its two samples from the window's start.
    pub(super) sample: usize,
}

impl Shape {
    /// The shape of plain windows.
    pub(super) const PLAIN: Self = Self { unit: 1, len: PLAIN, sample: 0 };

    /// The shape of a form's windows; `None` for the forms that stand in runs of digits (and for the part
    /// forms, which have no literals).
    #[must_use]
    pub(super) const fn of(form: Form) -> Option<Self> {
        // The samples are the rarest of the unit: those that hold the `%`, the `\`, or a zero and no more.
        let (unit, sample) = match form {
            Form::Plain => return Some(Self::PLAIN),
            Form::Percent => (3, 2),
            Form::BackslashX => (4, 3),
            Form::BackslashU => (6, 5),
            Form::Utf16Le | Form::Utf16Be => (2, 0),
            Form::Utf32Le => (4, 2),
            Form::Utf32Be => (4, 1),
            _ => return None,
        };
        Some(Self { unit, len: UNITS * unit, sample })
    }
}

/// One byte of [`folded`]: never zero.
#[inline]
#[must_use]
pub(super) const fn fold(byte: u8) -> u8 {
    byte | FOLD as u8
}

/// The key of a plain window.
#[inline]
#[must_use]
pub(super) const fn folded(window: [u8; PLAIN]) -> u32 {
    u32::from_le_bytes(window) | FOLD
}

/// The key of the plain window that begins `text`; what is missing at its end counts as zero.
#[inline]
#[must_use]
pub(super) fn plain_key(text: &[u8]) -> u32 {
    let bytes = match text.first_chunk::<PLAIN>() {
        Some(bytes) => *bytes,
        None => std::array::from_fn(|i| text.get(i).copied().unwrap_or(0)),
    };
    folded(bytes)
}

/// The key of the window in an encoded form that begins `text`, if there is one.
#[inline]
#[expect(clippy::many_single_char_names, reason = "the digits of a pattern")]
#[must_use]
pub(super) fn key(form: Form, text: &[u8]) -> Option<u32> {
    let (a, b, c) = match (form, text) {
        (Form::Percent, &[b'%', a, d, b'%', b, e, b'%', c, f, ..])
        | (Form::BackslashX, &[b'\\', b'x' | b'X', a, d, b'\\', b'x' | b'X', b, e, b'\\', b'x' | b'X', c, f, ..])
        | (
            Form::BackslashU,
            &[
                b'\\',
                b'u' | b'U',
                b'0',
                b'0',
                a,
                d,
                b'\\',
                b'u' | b'U',
                b'0',
                b'0',
                b,
                e,
                b'\\',
                b'u' | b'U',
                b'0',
                b'0',
                c,
                f,
                ..,
            ],
        ) => (pair(a, d)?, pair(b, e)?, pair(c, f)?),
        (Form::Utf16Le, &[a, 0, b, 0, c, 0, ..])
        | (Form::Utf16Be, &[0, a, 0, b, 0, c, ..])
        | (Form::Utf32Le, &[a, 0, 0, 0, b, 0, 0, 0, c, 0, 0, 0, ..])
        | (Form::Utf32Be, &[0, 0, 0, a, 0, 0, 0, b, 0, 0, 0, c, ..]) => (a, b, c),
        _ => return None,
    };
    // The form's number is below every folded byte: no key of a plain window is equal.
    Some(u32::from_le_bytes([0, a, b, c]) | FOLD << 8 | form as u32)
}

/// The byte that two hexadecimal digits stand for.
fn pair(high: u8, low: u8) -> Option<u8> {
    Some(nibble(high)? << 4 | nibble(low)?)
}

/// The value of a hexadecimal digit.
#[inline]
#[must_use]
pub(super) const fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

/// Hexadecimal digits of a window in that form.
pub(super) const HEX_DIGITS: usize = 6;

/// The key of the window of hexadecimal digits that begins `text`: their value.
#[must_use]
pub(super) fn hex_key(text: &[u8]) -> Option<u32> {
    text.get(..HEX_DIGITS)?.iter().try_fold(0, |key, &digit| Some(key << 4 | u32::from(nibble(digit)?)))
}

/// The key of the window one digit further on than that of `key`, at whose end a digit of that value stands.
#[inline]
#[must_use]
pub(super) const fn next_hex_key(key: u32, digit: u8) -> u32 {
    (key << 4 | digit as u32) & ((1 << (4 * HEX_DIGITS)) - 1)
}

/// Base64 digits of a window in that form.
pub(super) const BASE64_DIGITS: usize = 4;

/// The key of the window of base64 digits that begins `text`.
#[inline]
#[must_use]
pub(super) fn base64_key(text: &[u8]) -> Option<u32> {
    text.first_chunk::<BASE64_DIGITS>().map(|digits| u32::from_le_bytes(*digits))
}
