//! Terminal escapes in a log: what colours a credential, or stands inside it, must not hide it.

const ESC: u8 = 0x1b;
/// Most parameter bytes of a control sequence; more is no sequence, but text.
const MOST: usize = 32;

/// What stands at an escape character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escape {
    /// A sequence of so many bytes.
    Of(usize),
    /// The beginning of one, as far as the bytes go.
    Cut,
}

/// The escape at the start of `bytes`, if there is one.
///
/// Of commands that carry text (hyperlinks, titles) only the marks around the text are taken: whatever a log holds
/// is scanned, be it visible or not.
pub(super) fn at(bytes: &[u8]) -> Option<Escape> {
    if bytes.first() != Some(&ESC) {
        return None;
    }
    let Some(&second) = bytes.get(1) else { return Some(Escape::Cut) };
    // What chooses a character set, as every reset of `tput` does: intermediate bytes, and one that ends it.
    if (0x20..0x30).contains(&second) {
        let inner = bytes[1..].iter().take(MOST).take_while(|byte| (0x20..0x30).contains(*byte)).count();
        return match bytes.get(1 + inner) {
            Some(0x30..=0x7e) => Some(Escape::Of(inner + 2)),
            None if inner < MOST => Some(Escape::Cut),
            _ => Some(Escape::Of(1)),
        };
    }
    if second != b'[' {
        return Some(Escape::Of(if (0x30..0x7f).contains(&second) { 2 } else { 1 }));
    }
    let rest = &bytes[2..];
    let inner = rest.iter().take(MOST).take_while(|byte| (0x20..0x40).contains(*byte)).count();
    match rest.get(inner) {
        Some(0x40..=0x7e) => Some(Escape::Of(inner + 3)),
        None if inner < MOST => Some(Escape::Cut),
        _ => Some(Escape::Of(2)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Escape, at};

    #[test]
    fn sequences_end_where_a_terminal_ends_them() {
        for (bytes, expected) in [
            (&b"x\x1b[0m"[..], None),
            (b"\x1b[0mtext", Some(Escape::Of(4))),
            (b"\x1b[1;31mtext", Some(Escape::Of(7))),
            (b"\x1b[Ktext", Some(Escape::Of(3))),
            (b"\x1b[?25h", Some(Escape::Of(6))),
            (b"\x1b(Btext", Some(Escape::Of(3))),
            (b"\x1b%/Gtext", Some(Escape::Of(4))),
            (b"\x1b(", Some(Escape::Cut)),
            (b"\x1b(\n", Some(Escape::Of(1))),
            (b"\x1b]8;;https://a", Some(Escape::Of(2))),
            (b"\x1b", Some(Escape::Cut)),
            (b"\x1b[1;3", Some(Escape::Cut)),
            (b"\x1b[\xfftext", Some(Escape::Of(2))),
            (b"\x1b\x1b[0m", Some(Escape::Of(1))),
        ] {
            assert_eq!(at(bytes), expected, "{}", bytes.escape_ascii());
        }
    }

    /// `tput sgr0` writes `ESC ( B ESC [ m`; the `B` was once taken for text, beside or inside a credential.
    #[test]
    fn a_reset_leaves_no_letter_behind() {
        assert_eq!(at(b"\x1b(B\x1b[m"), Some(Escape::Of(3)));
    }

    #[test]
    fn what_is_too_long_for_a_sequence_is_text() {
        let bytes = [&b"\x1b["[..], &[b'7'; 40], b"m"].concat();
        assert_eq!(at(&bytes), Some(Escape::Of(2)));
    }
}
