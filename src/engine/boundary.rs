//! What may stand directly beside a credential.

use crate::rules::{Boundary, Rule};

const fn in_class(boundary: Boundary, byte: u8) -> bool {
    match boundary {
        Boundary::None => false,
        Boundary::Alnum => byte.is_ascii_alphanumeric(),
        Boundary::Word => byte.is_ascii_alphanumeric() || byte == b'_',
        Boundary::Token => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
        Boundary::Base64 => byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-'),
    }
}

/// Greatest number of bytes before a credential that its left boundary looks at.
const LOOK_BEHIND: usize = 8;

/// Whether a credential may begin at `at`.
pub(super) fn left_holds(boundary: Boundary, text: &[u8], at: usize) -> bool {
    let Some(&before) = at.checked_sub(1).and_then(|i| text.get(i)) else { return true };
    if !in_class(boundary, before) {
        return true;
    }
    let near = &text[at.saturating_sub(LOOK_BEHIND)..at];
    ends_in_escape(boundary, near) || ends_in_terminal_colour(near)
}

/// Whether a credential may end at `at`.
pub(super) fn right_holds(boundary: Boundary, text: &[u8], at: usize) -> bool {
    text.get(at).is_none_or(|&after| !in_class(boundary, after))
}

/// Most characters that may be glued to a credential's end.
const GLUED: usize = 8;

/// Whether a credential may go on beyond its format: the same once more (`TOKENTOKEN`), or a word glued to it.
/// Only where a prefix of its own and what stands before leave no doubt that it begins there; in the middle of
/// base64 they do not. Scoring takes points for it.
pub(super) fn may_run_over(rule: &Rule, text: &[u8], start: usize, end: usize) -> bool {
    let before = start.checked_sub(1).and_then(|i| text.get(i));
    if !rule.has_prefix() || before.is_some_and(|&byte| byte != b'=' && in_class(Boundary::Base64, byte)) {
        return false;
    }
    let rest = text.get(end..).unwrap_or_default();
    let tail = rest.iter().take(GLUED + 1).take_while(|&&byte| in_class(Boundary::Base64, byte)).count();
    tail <= GLUED || text.get(start..start + 4).is_some_and(|prefix| rest.starts_with(prefix))
}

/// Whether the bytes end in an escape sequence that stands for a byte outside the class: `\n`, `\t`, `\x3d`,
/// `\u0022`, `%3D` or (quoted-printable) `=3D`. Seen as plain bytes, its last letter would seem to be part of the credential.
fn ends_in_escape(boundary: Boundary, near: &[u8]) -> bool {
    let stands_for = |digits: &[u8]| {
        // Not `from_str_radix` alone: it takes a sign.
        let digits = std::str::from_utf8(digits).ok().filter(|d| d.bytes().all(|b| b.is_ascii_hexdigit()));
        digits.and_then(|d| u8::from_str_radix(d, 16).ok()).is_some_and(|byte| !in_class(boundary, byte))
    };
    match near {
        // Escaped twice, as in JSON within JSON, it ends in the same two bytes.
        [.., b'\\', b'n' | b'r' | b't' | b'0' | b'f' | b'v' | b'b' | b'a'] => true,
        [.., b'%' | b'=', _, _] | [.., b'\\', b'x', _, _] | [.., b'\\', b'u', b'0', b'0', _, _] => {
            stands_for(&near[near.len() - 2..])
        }
        _ => false,
    }
}

/// Whether the bytes end in a terminal's colour sequence, as in build logs: `ESC [ 3 1 m`.
fn ends_in_terminal_colour(near: &[u8]) -> bool {
    let Some((b'm', rest)) = near.split_last() else { return false };
    let digits = rest.iter().rev().take_while(|b| b.is_ascii_digit() || **b == b';').count();
    rest[..rest.len() - digits].ends_with(b"\x1b[")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_before_a_credential_are_boundaries() {
        let cases: &[(&str, bool)] = &[
            ("", true),
            (" ", true),
            ("=", true),
            ("a", false),
            ("9", false),
            ("\\n", true),
            ("\\\\n", true),
            ("%3D", true),
            ("%41", false),
            ("\\x3d", true),
            ("\\u0022", true),
            ("\\u0041", false),
            ("\x1b[31m", true),
            ("\x1b[0;31m", true),
            ("31m", false),
        ];
        for (before, expected) in cases {
            assert_eq!(left_holds(Boundary::Alnum, before.as_bytes(), before.len()), *expected, "{before:?}");
        }
    }

    #[test]
    fn the_end_of_text_is_a_boundary() {
        assert!(right_holds(Boundary::Base64, b"abc", 3));
        assert!(!right_holds(Boundary::Base64, b"abc=", 3));
        assert!(right_holds(Boundary::Token, b"abc=", 3));
        assert!(right_holds(Boundary::None, b"abcd", 3));
    }
}
