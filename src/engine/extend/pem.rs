//! From `-----BEGIN x-----` to the `-----END x-----` that belongs to it.

use std::ops::Range;

use memchr::memmem::find;

use super::base64_lines;

const BEGIN: &[u8] = b"-----BEGIN ";
const END: &[u8] = b"-----END ";
/// A label longer than this is none.
const LONGEST_LABEL: usize = 64;

pub(super) fn extend(text: &[u8], start: usize, end: usize) -> Option<Range<usize>> {
    let opening = start + find(&text[start..], BEGIN)?;
    let (label, after) = label(text, opening + BEGIN.len())?;
    let from = after.max(end);
    // Another opening before the end: this block was never closed.
    let stop = find(&text[from..], BEGIN).map_or(text.len(), |at| from + at);
    let closing = find(&text[from..stop], END).map(|at| from + at);
    if let Some(at) = closing
        && let Some((closed, past)) = self::label(text, at + END.len())
        && closed == label
    {
        return Some(start..past);
    }
    let stop = closing.unwrap_or(stop);
    base64_lines(&text[..stop], after_headers(&text[..stop], from)).map(|end| start..end)
}

/// The label at `at` and the offset past the dashes that end it.
fn label(text: &[u8], at: usize) -> Option<(&[u8], usize)> {
    let rest = text.get(at..text.len().min(at + LONGEST_LABEL))?;
    let length = find(rest, b"-----")?;
    Some((&rest[..length], at + length + 5))
}

/// Past the header lines (`Proc-Type`, `DEK-Info`, `Version`), each ended by a line break or an escape of one.
fn after_headers(text: &[u8], from: usize) -> usize {
    /// Most headers, and longest, that a key has.
    const MOST: usize = 6;
    const LONGEST: usize = 128;
    let mut at = from;
    for _ in 0..MOST {
        let rest = &text[at..];
        let window = &rest[..rest.len().min(LONGEST)];
        let Some(colon) = window.windows(2).position(|pair| pair == b": ") else { break };
        // A header's name is letters and dashes after the line break; anything longer is not one.
        let name = window[..colon].iter().rev().take_while(|b| b.is_ascii_alphabetic() || **b == b'-').count();
        if !(3..=20).contains(&name) || colon - name > 12 {
            break;
        }
        let Some(line) = rest[colon..].iter().take(LONGEST).position(|b| matches!(b, b'\n' | b'\r' | b'\\')) else {
            break;
        };
        at += colon + line;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::super::extend;
    use crate::rules::Extend;

    fn body(lines: usize, line_end: &str) -> String {
        let line = "Ab3+/x9QzK0mNpRtUvWy1234LkJhGfDs".repeat(2);
        format!("{line}{line_end}").repeat(lines) + "q9s=" + line_end
    }

    fn begin(label: &str) -> String {
        format!("{}BEGIN {label}{}", "-----", "-----")
    }

    fn end(label: &str) -> String {
        format!("{}END {label}{}", "-----", "-----")
    }

    /// What the block is extended to when it stands amid other text.
    fn block(text: &str) -> Option<&str> {
        let start = text.find("-----BEGIN").unwrap();
        let range = extend(Extend::Pem, text.as_bytes(), start, start + 20)?;
        Some(&text[range])
    }

    #[test]
    fn runs_to_its_own_end() {
        for label in ["RSA PRIVATE KEY", "PRIVATE KEY", "PGP PRIVATE KEY BLOCK"] {
            for line_end in ["\n", "\r\n", "\\n", "\\\\n", "\\n\" +\n    \"", " "] {
                let whole = format!("{}{line_end}{}{}", begin(label), body(3, line_end), end(label));
                assert_eq!(block(&format!("key = \"{whole}\";\nmore")), Some(whole.as_str()));
            }
        }
    }

    #[test]
    fn a_cut_block_reaches_as_far_as_its_base64() {
        let label = "RSA PRIVATE KEY";
        for line_end in ["\n", "\\n", "\",\n  \""] {
            let cut = format!("{}{line_end}{}", begin(label), body(2, line_end));
            let cut = cut.trim_end_matches(line_end);
            assert_eq!(block(&format!("{cut}{line_end}# that was all, folks")), Some(cut), "{line_end:?}");
            assert_eq!(block(cut), Some(cut));
        }
        let headers =
            format!("{}\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n{}", begin(label), body(2, "\n"));
        assert_eq!(block(&headers), Some(headers.trim_end()));
    }

    #[test]
    fn another_label_does_not_close_it() {
        let text = format!("{}\n{}{}", begin("PRIVATE KEY"), body(2, "\n"), end("CERTIFICATE"));
        assert!(block(&text).is_some_and(|block| block.ends_with("q9s=")));
        let text = format!("{}\n{}{}", begin("PRIVATE KEY"), begin("CERTIFICATE"), end("PRIVATE KEY"));
        assert_eq!(block(&text), None);
    }

    #[test]
    fn an_opening_alone_is_nothing() {
        let label = "PRIVATE KEY";
        for after in ["", "\n", "\nyabba dabba doo", "\n...\n", "\") {\n    return parse_private_key(input)"] {
            assert_eq!(block(&format!("{}{after}", begin(label))), None, "{after:?}");
        }
    }
}
