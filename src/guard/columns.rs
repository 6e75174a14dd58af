//! Byte columns, which we count in, as columns of code points, which SARIF counts in.
//!
//! That takes the text of the line, of which a place holds a bounded piece only, and of the match's own
//! first and last lines only. So a column is given where that text is seen to be the right one: the
//! credential stands in it at the very place. Where it is not, no column is better than a wrong one.

use super::place::LINE_REACH;
use crate::model::{Finding, Place};

/// First column and the column past the last, from 1, in code points; `None` where that cannot be told.
pub(super) fn of(finding: &Finding, place: &Place) -> Option<(u64, u64)> {
    let secret = finding.secret.expose();
    let decoded = !finding.via.is_empty();
    let begins = secret.split(|&byte| byte == b'\n').next().unwrap_or_default();
    let ends = secret.rsplit(|&byte| byte == b'\n').next().unwrap_or_default();
    let (before, from) = cut(&place.lines.first, place.start.column)?;
    let (until, _) = cut(&place.lines.last, place.end.column)?;
    // Decoded bytes stand in no line: there a line that is whole is trusted where a byte is a code point throughout.
    let seen = if decoded {
        let whole = |column: u64| column <= LINE_REACH as u64;
        whole(place.start.column) && whole(place.end.column) && before.is_ascii() && until.is_ascii()
    } else {
        from.starts_with(begins) && until.ends_with(ends)
    };
    (seen && !until.contains(&0) && !before.contains(&0)).then(|| (1 + code_points(before), 1 + code_points(until)))
}

/// The line before and from a byte column.
fn cut(line: &[u8], column: u64) -> Option<(&[u8], &[u8])> {
    line.split_at_checked(usize::try_from(column.checked_sub(1)?).ok()?)
}

/// How many characters a viewer shows, which replaces what is no UTF-8.
fn code_points(bytes: &[u8]) -> u64 {
    String::from_utf8_lossy(bytes).chars().count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Confidence, LineContext, Position, RuleIx, Score, Secret, Span};

    fn columns(
        first: &[u8],
        last: &[u8],
        start: u64,
        end: u64,
        secret: &[u8],
        via: Vec<&'static str>,
    ) -> Option<(u64, u64)> {
        let span = Span::new(0, 1);
        let score = Score { points: 60, confidence: Confidence::Medium, reasons: Vec::new() };
        let finding = Finding { rule: RuleIx(0), span, secret_span: span, secret: Secret::new(secret), via, score };
        let lines = LineContext { before: None, first: first.into(), last: last.into(), after: None };
        let (start, end) = (Position { line: 1, column: start }, Position { line: 1, column: end });
        of(&finding, &Place { start, end, lines })
    }

    #[test]
    fn bytes_become_code_points() {
        let line = "é😀 = abcé;".as_bytes();
        assert_eq!(columns(line, line, 10, 15, "abcé".as_bytes(), vec![]), Some((6, 10)));
        assert_eq!(columns(b"\xff\xffabc", b"\xff\xffabc", 3, 6, b"abc", vec![]), Some((3, 6)));
        assert_eq!(columns(b"k = abc", b"xyz z", 5, 4, b"abc\nq\nxyz", vec![]), Some((5, 4)));
    }

    #[test]
    fn a_line_that_does_not_hold_the_credential_there_gives_no_column() {
        assert_eq!(columns(b"abc", b"abc", 2, 4, b"abc", vec![]), None);
        assert_eq!(columns(b"cut off", b"cut off", 900, 903, b"abc", vec![]), None);
        assert_eq!(columns(b"\0a\0b", b"\0a\0b", 2, 4, b"a\0b", vec![]), None);
    }

    #[test]
    fn decoded_credentials_have_columns_in_plain_ascii_only() {
        assert_eq!(columns(b"x YWJj y", b"x YWJj y", 3, 7, b"abc", vec!["base64"]), Some((3, 7)));
        assert_eq!(columns("é YWJj".as_bytes(), "é YWJj".as_bytes(), 4, 8, b"abc", vec!["base64"]), None);
        let cut = [b"y".repeat(LINE_REACH), b"YWJj".to_vec(), b"z".repeat(LINE_REACH)].concat();
        assert_eq!(
            columns(&cut, &cut, 5001, 5005, b"abc", vec!["base64"]),
            None,
            "what stands before the cut is not known"
        );
    }
}
