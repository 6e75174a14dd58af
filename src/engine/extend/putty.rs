//! From `PuTTY-User-Key-File-` to the end of its `Private-MAC` (or, in version 1, `Private-Hash`) line.

use std::ops::Range;

use memchr::memmem::find;

use super::base64_lines;

pub(super) fn extend(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let rest = &text[end..];
    // A second file's lines are not this one's.
    let rest = &rest[..find(rest, b"PuTTY-User-Key-File-").unwrap_or(rest.len())];
    let closing = [b"Private-MAC: ".as_slice(), b"Private-Hash: "]
        .iter()
        .filter_map(|name| find(rest, name).map(|at| at + name.len()))
        .min();
    if let Some(value) = closing {
        let digits = rest[value..].iter().take_while(|b| b.is_ascii_hexdigit()).count();
        return Some(start..end + value + digits);
    }
    let lines = find(rest, b"Private-Lines: ")? + 15;
    let number = rest[lines..].iter().take_while(|b| b.is_ascii_digit()).count();
    base64_lines(&text[..end + rest.len()], end + lines + number).map(|end| start..end)
}

#[cfg(test)]
mod tests {
    use super::super::extend;
    use crate::rules::Extend;

    fn file(line_end: &str) -> String {
        let line = "AAAAB3NzaC1yc2EAAAADAQABAAABAQC7".repeat(2);
        [
            "User-Key-File-2: ssh-rsa",
            "Encryption: none",
            "Comment: me",
            "Public-Lines: 1",
            &line,
            "Private-Lines: 2",
            &line,
            &line,
        ]
        .iter()
        .fold(String::from("PuTTY-"), |file, next| file + next + line_end)
    }

    #[test]
    fn ends_with_its_authentication_code() {
        for line_end in ["\n", "\r\n", "\\n"] {
            for name in ["Private-MAC", "Private-Hash"] {
                let whole = format!("{}{name}: {}", file(line_end), "0a".repeat(20));
                let text = format!("{whole}{line_end}after");
                assert_eq!(extend(Extend::Putty, text.as_bytes(), 0, 22), Some(0..whole.len()));
            }
        }
    }

    #[test]
    fn cut_files_reach_as_far_as_their_lines() {
        let cut = file("\n");
        assert_eq!(extend(Extend::Putty, cut.as_bytes(), 0, 22), Some(0..cut.len() - 1));
        let header = &cut[..cut.find("Private-Lines").unwrap()];
        assert_eq!(extend(Extend::Putty, header.as_bytes(), 0, 22), None);
    }
}
