//! The innermost object around a match of `"key": "value"`.

use std::ops::Range;

use super::LOOK_BACK;

pub(super) fn extend(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    // Python writes its dictionaries with single quotes; the match's own tell which.
    let quote = text[start..end].iter().copied().find(|b| matches!(b, b'"' | b'\'')).unwrap_or(b'"');
    let open = enclosing(text, start, quote)?;
    let close = closing(text, start, quote)?;
    (close >= end).then_some(open..close)
}

/// The `{` that encloses `start`, itself outside any string. Read backwards, which is unambiguous: a
/// quote opens or closes a string unless an odd number of backslashes stands before it.
fn enclosing(text: &[u8], start: usize, quote: u8) -> Option<usize> {
    let least = start.saturating_sub(LOOK_BACK);
    let (mut depth, mut in_string) = (0usize, false);
    for at in (least..start).rev() {
        match text[at] {
            byte if byte == quote => {
                let slashes = text[least..at].iter().rev().take_while(|&&b| b == b'\\').count();
                in_string ^= slashes.is_multiple_of(2);
            }
            _ if in_string => {}
            b'}' | b']' => depth += 1,
            b'{' if depth == 0 => return Some(at),
            b'{' | b'[' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

/// The offset past the `}` that closes the object which `start` lies in.
fn closing(text: &[u8], start: usize, quote: u8) -> Option<usize> {
    let (mut depth, mut in_string, mut escaped) = (0usize, false, false);
    for (at, &byte) in text.iter().enumerate().skip(start) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            _ if byte == quote => in_string = !in_string,
            _ if in_string => {}
            b'{' | b'[' => depth += 1,
            b'}' if depth == 0 => return Some(at + 1),
            b'}' | b']' => depth = depth.checked_sub(1)?,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::extend;
    use crate::rules::Extend;

    fn object(text: &str) -> Option<&str> {
        let start = text.find("\"type\"").or_else(|| text.find("'type'")).unwrap();
        extend(Extend::JsonObject, text.as_bytes(), start, start + 10).map(|range| &text[range])
    }

    #[test]
    fn braces_in_strings_and_nested_objects_do_not_confuse_it() {
        for whole in [
            r#"{"type": "service_account"}"#,
            r#"{"a": {"b": [1, {"c": "}"}]}, "e": "{{\"", "type": "service_account", "d": ["]", {"x": "\\"}]}"#,
            r#"{ "é{": "\"}", "type": "service_account", "k": "-\n}" }"#,
            "{'a': '\"{', 'type': 'service_account', 'b': '}'}",
        ] {
            assert_eq!(object(whole), Some(whole));
            assert_eq!(object(&format!("[{{\"outer\": {whole}}}, {{}}]").replace("\"outer\"", "1")), Some(whole));
        }
    }

    #[test]
    fn without_braces_there_is_no_object() {
        for text in [r#""type": "service_account""#, r#"{"type": "service_account""#, r#"["type", "service_account"]"#]
        {
            assert_eq!(object(text), None, "{text}");
        }
    }
}
