//! Hostile names and bytes, made fit for a person's terminal.
//!
//! A file name may hold anything but NUL: escape sequences that repaint the screen, right-to-left
//! overrides that swap the end of a name, characters nobody can see. None of it reaches a terminal as it
//! is. The notation is git's own (C style, three octal digits a byte), so that what is shown can be read
//! back byte for byte.

use std::fmt::Write as _;

/// Whether a character does something else than show itself: controls (C0, DEL, C1), bidirectional
/// controls, characters without width, and blanks that look like a space but are none.
#[must_use]
pub fn is_hostile(c: char) -> bool {
    c.is_control()
        || (c.is_whitespace() && c != ' ')
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A path or label as git quotes it: as it is where that is safe, else between double quotes with
/// escapes. Readable text beyond ASCII stays readable.
#[must_use]
pub fn quote(bytes: &[u8]) -> String {
    let edge = bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ');
    let escaped = escape(bytes, |c| matches!(c, '"' | '\\'));
    if edge || bytes.is_empty() || escaped.as_bytes() != bytes { format!("\"{escaped}\"") } else { escaped }
}

/// Free text (a title, an error's words) on one line: hostile characters escaped, nothing quoted.
#[must_use]
pub fn clean(text: &str) -> String {
    escape(text.as_bytes(), |_| false)
}

/// A path as a word of a shell command: as it is where that is safe, else in single quotes, or in
/// `$'...'` (bash, zsh, ksh, POSIX since 2024) where it holds bytes that may not be shown.
#[must_use]
pub fn shell_word(bytes: &[u8]) -> String {
    let plain = |b: &u8| b.is_ascii_alphanumeric() || b"/._-+,@%=:".contains(b);
    if !bytes.is_empty() && bytes.iter().all(plain) {
        return String::from_utf8_lossy(bytes).into_owned();
    }
    let shown = escape(bytes, |_| false);
    if shown.as_bytes() == bytes {
        return format!("'{}'", shown.replace('\'', r"'\''"));
    }
    format!("$'{}'", escape(bytes, |c| matches!(c, '\'' | '\\')))
}

/// Escapes hostile characters, bytes that are no UTF-8, and whatever else is asked for.
fn escape(bytes: &[u8], also: impl Fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(bytes.len());
    let octal = |shown: &mut String, bytes: &[u8]| {
        for byte in bytes {
            // Writing to a string cannot fail.
            let _ = write!(shown, "\\{byte:03o}");
        }
    };
    for chunk in bytes.utf8_chunks() {
        for c in chunk.valid().chars() {
            match c {
                '\t' => shown.push_str("\\t"),
                '\n' => shown.push_str("\\n"),
                '\r' => shown.push_str("\\r"),
                c if is_hostile(c) => octal(&mut shown, c.encode_utf8(&mut [0; 4]).as_bytes()),
                c if also(c) => {
                    shown.push('\\');
                    shown.push(c);
                }
                c => shown.push(c),
            }
        }
        octal(&mut shown, chunk.invalid());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn harmless_names_stay_as_they_are() {
        for name in ["src/main.rs", "a b/ü.txt", "日本語", "it's", "a*b"] {
            assert_eq!(quote(name.as_bytes()), name);
        }
    }

    #[test]
    fn hostile_names_are_quoted_as_git_does() {
        for (bytes, shown) in [
            (&b"a\x1b[31mred"[..], r#""a\033[31mred""#),
            (b"a\nb\tc\rd", r#""a\nb\tc\rd""#),
            (b"say \"hi\"\\", r#""say \"hi\"\\""#),
            (b"\xff\xfe", r#""\377\376""#),
            (b"\x7f\x00", r#""\177\000""#),
            ("a\u{202e}txt.exe".as_bytes(), r#""a\342\200\256txt.exe""#),
            ("\u{9b}31m".as_bytes(), r#""\302\23331m""#),
            ("zero\u{200b}width".as_bytes(), r#""zero\342\200\213width""#),
            (b" edge", r#"" edge""#),
            (b"", r#""""#),
        ] {
            assert_eq!(quote(bytes), shown);
        }
    }

    #[test]
    fn shell_words_are_one_word() {
        for (bytes, word) in [
            (&b"src/a-b_c.rs"[..], "src/a-b_c.rs"),
            (b"a b", "'a b'"),
            (b"it's", r"'it'\''s'"),
            (b"$(reboot)", "'$(reboot)'"),
            (b"a\nb'\\", r"$'a\nb\'\\'"),
            (b"\x1b\xff", r"$'\033\377'"),
            (b"", "''"),
        ] {
            assert_eq!(shell_word(bytes), word);
        }
    }

    #[test]
    fn no_byte_sequence_lets_a_control_through() {
        for high in 0..=255_u8 {
            for low in 0..=255 {
                let bytes = [high, low, b'x'];
                for shown in [quote(&bytes), shell_word(&bytes)] {
                    assert!(!shown.chars().any(is_hostile), "{bytes:?}");
                }
            }
        }
    }
}
