//! A path as a URI (RFC 3986): relative as it is, absolute as `file://`.

use std::fmt::Write as _;

/// Percent-encodes every byte but letters, digits and `-._~/`; whatever the bytes are, the URI gives them back.
pub(super) fn from_path(path: &[u8]) -> String {
    let mut uri = String::from(if path.first() == Some(&b'/') { "file://" } else { "" });
    for &byte in path {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::from_path;

    #[test]
    fn every_byte_has_a_place_in_a_uri() {
        assert_eq!(from_path(b"src/main.rs"), "src/main.rs");
        assert_eq!(from_path(b"/etc/x y"), "file:///etc/x%20y");
        assert_eq!(from_path(b"c:/a%b#c?d"), "c%3A/a%25b%23c%3Fd");
        assert_eq!(from_path(b"\xff\x1b\n"), "%FF%1B%0A");
        assert_eq!(from_path("ü".as_bytes()), "%C3%BC");
    }
}
