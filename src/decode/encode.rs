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

impl Form {
    /// Whether it is base64, in whatever phase.
    #[must_use]
    pub const fn is_base64(self) -> bool {
        matches!(self, Self::Base64Phase0 | Self::Base64Phase1 | Self::Base64Phase2)
    }
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

/// Emits every literal that stands for `anchor` in an encoded text. `fold` says that the anchor's letters match in
/// either case; the anchor is then given in lower case. Of an anchor beyond ASCII the forms that write characters
/// (UTF-16, `\u`) emit literals that stand nowhere: only its bytes are looked for.
///
/// The part forms have none: there the anchor itself is plain.
pub fn encoded(anchor: &[u8], fold: bool, emit: &mut dyn FnMut(EncodedAnchor)) {
    for text in spellings(anchor, fold) {
        base64(&text, emit);
        let mut each_byte = |form, write: fn(u8) -> String| {
            let literal = text.iter().flat_map(|&byte| write(byte).into_bytes()).collect();
            emit(EncodedAnchor { literal, fold: true, form });
        };
        each_byte(Form::Hex, |byte| format!("{byte:02x}"));
        each_byte(Form::Percent, |byte| format!("%{byte:02x}"));
        each_byte(Form::BackslashX, |byte| format!("\\x{byte:02x}"));
        each_byte(Form::BackslashU, |byte| format!("\\u{byte:04x}"));
    }
    partly(anchor, fold, emit);
    for (form, width, low) in
        [(Form::Utf16Le, 2, 0), (Form::Utf16Be, 2, 1), (Form::Utf32Le, 4, 0), (Form::Utf32Be, 4, 3)]
    {
        let literal =
            anchor.iter().flat_map(|&byte| (0..width).map(move |i| if i == low { byte } else { 0 })).collect();
        emit(EncodedAnchor { literal, fold, form });
    }
}

/// Anchors that hold bytes which encoders replace even where they leave letters alone: `+` as `%2B`, `/` as
/// `\/`, `"` as `\"`.
fn partly(anchor: &[u8], fold: bool, emit: &mut dyn FnMut(EncodedAnchor)) {
    let mut replaced = |form: Form, replace: &dyn Fn(u8) -> Option<String>| {
        if anchor.iter().any(|&byte| replace(byte).is_some()) {
            let literal =
                anchor.iter().flat_map(|&byte| replace(byte).map_or(vec![byte], String::into_bytes)).collect();
            emit(EncodedAnchor { literal, fold, form });
        }
    };
    let reserved = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'));
    replaced(Form::Percent, &|byte| reserved(byte).then(|| format!("%{byte:02X}")));
    if anchor.iter().any(|&byte| reserved(byte) && format!("{byte:02X}").contains(|c: char| c.is_ascii_uppercase())) {
        replaced(Form::Percent, &|byte| reserved(byte).then(|| format!("%{byte:02x}")));
    }
    replaced(Form::BackslashX, &|byte| (byte == b'/').then(|| "\\/".to_owned()));
    replaced(Form::BackslashX, &|byte| (byte == b'"').then(|| "\\\"".to_owned()));
}

/// The spellings of a folded anchor that people write: a form that turns letters into other bytes cannot
/// be compared in either case, and all 2^n mixtures would be too many.
fn spellings(anchor: &[u8], fold: bool) -> Vec<Vec<u8>> {
    if !fold {
        return vec![anchor.to_vec()];
    }
    let lower = anchor.to_ascii_lowercase();
    let mut capitalised = lower.clone();
    if let Some(letter) = capitalised.iter_mut().find(|b| b.is_ascii_alphabetic()) {
        letter.make_ascii_uppercase();
    }
    let mut all = vec![lower, anchor.to_ascii_uppercase(), capitalised];
    all.dedup();
    all
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
/// Fewer determined base64 digits than this would be hit by chance all over a text.
const LEAST_DIGITS: usize = 4;

/// Of the base64 digits that an anchor touches, only those made wholly of its own bits stand in the literal:
/// the others depend on the bytes beside it.
fn base64(anchor: &[u8], emit: &mut dyn FnMut(EncodedAnchor)) {
    for (phase, form) in [Form::Base64Phase0, Form::Base64Phase1, Form::Base64Phase2].into_iter().enumerate() {
        let first = (8 * phase).div_ceil(6);
        let end = (8 * (phase + anchor.len())) / 6;
        if end < first + LEAST_DIGITS {
            continue;
        }
        let bit = |at: usize| anchor.get(at / 8).map_or(0, |byte| (byte >> (7 - at % 8)) & 1);
        let digit = |i: usize| (6 * i..6 * i + 6).fold(0, |value, at| value << 1 | bit(at - 8 * phase));
        let literal: Vec<u8> = (first..end).map(|i| STANDARD[usize::from(digit(i))]).collect();
        if literal.iter().any(|b| matches!(b, b'+' | b'/')) {
            let url_safe = |&byte: &u8| match byte {
                b'+' => b'-',
                b'/' => b'_',
                other => other,
            };
            emit(EncodedAnchor { literal: literal.iter().map(url_safe).collect(), fold: false, form });
        }
        emit(EncodedAnchor { literal, fold: false, form });
    }
}

#[cfg(test)]
mod tests {
    use super::{EncodedAnchor, Form, encoded};

    fn all(anchor: &[u8], fold: bool) -> Vec<EncodedAnchor> {
        let mut all = Vec::new();
        encoded(anchor, fold, &mut |one| all.push(one));
        all
    }

    fn literals(anchor: &[u8], fold: bool, form: Form) -> Vec<Vec<u8>> {
        all(anchor, fold).into_iter().filter(|one| one.form == form).map(|one| one.literal).collect()
    }

    #[test]
    fn base64_literals_hold_only_determined_digits() {
        assert_eq!(literals(b"ghp_", false, Form::Base64Phase0), [b"Z2hwX"]);
        assert_eq!(literals(b"ghp_", false, Form::Base64Phase1), [b"docF"]);
        assert_eq!(literals(b"ghp_", false, Form::Base64Phase2), [b"naHBf"]);
        assert_eq!(literals(b"SG.", false, Form::Base64Phase0), [b"U0cu"]);
        assert!(literals(b"SG.", false, Form::Base64Phase1).is_empty(), "three digits are too few");
    }

    #[test]
    fn special_digits_come_in_both_alphabets() {
        assert_eq!(literals(b"xo~?>", false, Form::Base64Phase0), [b"eG9-Pz", b"eG9+Pz"]);
    }

    #[test]
    fn folded_anchors_come_in_the_cases_people_write() {
        assert_eq!(literals(b"key", true, Form::Hex), [b"6b6579", b"4b4559", b"4b6579"]);
        assert_eq!(literals(b"=_=", true, Form::Hex), [b"3d5f3d"]);
        assert!(all(b"key", true).iter().all(|one| one.fold || matches!(one.form, Form::Base64Phase0)));
    }

    #[test]
    fn wide_literals_are_whole_units() {
        assert_eq!(literals(b"abc", true, Form::Utf16Le), [b"a\0b\0c\0"]);
        assert_eq!(literals(b"abc", false, Form::Utf16Be), [b"\0a\0b\0c"]);
        assert_eq!(literals(b"abc", false, Form::Utf32Be), [b"\0\0\0a\0\0\0b\0\0\0c"]);
        assert_eq!(literals(b"abc", false, Form::BackslashU), [b"\\u0061\\u0062\\u0063"]);
    }
}
