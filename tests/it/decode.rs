//! Encoded forms: what was written in a form is found by its literal, decoded around it and mapped back.
//!
//! The encoders here are written apart from the crate's, so that both can't be wrong in the same way.

use std::fmt::Write as _;
use std::ops::Range;

use portcullis::decode::{EncodedAnchor, FORMS, Form, FormInfo, Hit, Limit, View, encoded, view};
use proptest::prelude::*;

const WIDE: Limit = Limit { before: 4096, after: 4096 };
const BASE64: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// Text written in a form, and where each of its bytes went.
struct Written {
    raw: Vec<u8>,
    spans: Vec<Range<usize>>,
}

impl Written {
    fn each(text: &[u8], mut write: impl FnMut(u8) -> Vec<u8>) -> Self {
        let mut written = Self { raw: Vec::new(), spans: Vec::new() };
        for &byte in text {
            let start = written.raw.len();
            written.raw.extend(write(byte));
            written.spans.push(start..written.raw.len());
        }
        written
    }

    /// Base64 by the book, with the last two digits of choice, wrapped by `wrap` every `columns` digits.
    fn base64(text: &[u8], special: [u8; 2], wrap: &str, columns: usize) -> Self {
        let digit_count = (text.len() * 8).div_ceil(6);
        let bit = |at: usize| text.get(at / 8).is_some_and(|byte| byte & (0x80 >> (at % 8)) != 0);
        let mut written = Self { raw: Vec::new(), spans: Vec::new() };
        let mut digits = Vec::new();
        for i in 0..digit_count {
            if i > 0 && i % columns == 0 {
                written.raw.extend(wrap.bytes());
            }
            let value = (0..6).fold(0, |value, b| value * 2 + usize::from(bit(6 * i + b)));
            digits.push(written.raw.len());
            written.raw.push(*BASE64.get(value).unwrap_or_else(|| &special[value - 62]));
        }
        for i in 0..text.len() {
            written.spans.push(digits[i * 8 / 6]..digits[(i * 8 + 7) / 6] + 1);
        }
        written.raw.extend(std::iter::repeat_n(b'=', (4 - digit_count % 4) % 4));
        written
    }

    fn shift(mut self, before: &[u8], after: &[u8]) -> Self {
        self.raw.splice(..0, before.iter().copied());
        self.raw.extend(after);
        for span in &mut self.spans {
            *span = span.start + before.len()..span.end + before.len();
        }
        self
    }
}

fn literals(anchor: &[u8], fold: bool) -> Vec<EncodedAnchor> {
    let mut all = Vec::new();
    encoded(anchor, fold, &mut |one| all.push(one));
    all
}

fn find_all(raw: &[u8], literal: &EncodedAnchor) -> Vec<usize> {
    let same = |window: &[u8]| {
        if literal.fold { window.eq_ignore_ascii_case(&literal.literal) } else { window == literal.literal }
    };
    raw.windows(literal.literal.len()).enumerate().filter(|(_, window)| same(window)).map(|(at, _)| at).collect()
}

/// All views of `raw` by the literals of `anchor` in `forms`.
fn views(raw: &[u8], anchor: &[u8], forms: &[Form], limit: Limit) -> Vec<View> {
    let mut all = Vec::new();
    for literal in literals(anchor, false).iter().filter(|one| forms.contains(&one.form)) {
        for at in find_all(raw, literal) {
            let mut seen = View::default();
            if view(literal.form, raw, Hit { at, anchor_len: anchor.len() }, limit, &mut seen) {
                all.push(seen);
            }
        }
    }
    all
}

/// Some view shows `text` in full, with `anchor` at `at`, and each byte maps to where it was written.
fn assert_seen(written: &Written, text: &[u8], at: usize, anchor: &[u8], forms: &[Form]) {
    let all = views(&written.raw, anchor, forms, WIDE);
    let is_right = |seen: &View| {
        let Some(begin) = seen.anchor.checked_sub(at) else { return false };
        seen.bytes.get(begin..begin + text.len()) == Some(text)
            && (0..text.len()).all(|i| {
                let span = &written.spans[i];
                seen.map.raw(begin + i, begin + i + 1) == (span.start, span.end)
            })
    };
    let raw = written.raw.escape_ascii();
    assert!(all.iter().any(is_right), "{} in {raw}: {all:?}", text.escape_ascii());
}

fn text() -> impl Strategy<Value = (Vec<u8>, Vec<u8>, Vec<u8>)> {
    let printable = || proptest::collection::vec(0x20_u8..0x7F, 0..200);
    (printable(), "[a-z]{2,3}[A-Za-z_]{2,8}".prop_map(String::into_bytes), printable())
}

fn joined((before, anchor, after): &(Vec<u8>, Vec<u8>, Vec<u8>)) -> Vec<u8> {
    [&before[..], anchor, after].concat()
}

const ALL_BASE64: &[Form] = &[Form::Base64Phase0, Form::Base64Phase1, Form::Base64Phase2];

proptest! {
    #[test]
    fn base64_in_one_line(parts in text(), url_safe: bool) {
        let special = if url_safe { *b"-_" } else { *b"+/" };
        let whole = joined(&parts);
        let written = Written::base64(&whole, special, "", 64).shift(b"key: \"", b"\"\n");
        assert_seen(&written, &whole, parts.0.len(), &parts.1, ALL_BASE64);
    }

    #[test]
    fn base64_wrapped(
        parts in text(),
        columns in prop_oneof![Just(60_usize), Just(64), Just(76)],
        wrap in prop_oneof![Just("\n"), Just("\r\n"), Just("\n    "), Just("\r\n\t"), Just("\\n"), Just("\\r\\n"),
            Just("\\\\n"), Just("%0A"), Just("%0D%0A")],
    ) {
        let whole = joined(&parts);
        let written = Written::base64(&whole, *b"+/", wrap, columns).shift(b"data:\n    ", b"\n");
        // A literal that a line's end breaks in two is not found (docs/shortcomings.md).
        let digits = parts.0.len() * 8 / 6..=((parts.0.len() + parts.1.len()) * 8 - 1) / 6;
        if digits.start() / columns == digits.end() / columns {
            assert_seen(&written, &whole, parts.0.len(), &parts.1, ALL_BASE64);
        }
    }

    #[test]
    fn base64_with_escaped_digits(parts in text(), plus in 0..3_usize, slash in 0..4_usize) {
        let (plus, slash) = (["+", "%2B", "\\u002b"][plus], ["/", "\\/", "%2f", "\\u002F"][slash]);
        let whole = joined(&parts);
        let plain = Written::base64(&whole, *b"+/", "", 64).raw;
        let text = String::from_utf8(plain).unwrap().replace('+', plus).replace('/', slash);
        for seen in views(text.as_bytes(), &parts.1, ALL_BASE64, WIDE) {
            if seen.anchor == parts.0.len() {
                prop_assert_eq!(seen.bytes.escape_ascii().to_string(), whole.escape_ascii().to_string());
                return Ok(());
            }
        }
        // Only a literal that holds an escaped digit itself may be missed.
        let special = literals(&parts.1, false).iter().any(|one| {
            ALL_BASE64.contains(&one.form) && one.literal.iter().any(|b| b"+/-_".contains(b))
        });
        prop_assert!(special, "nothing seen in {}", text);
    }

    #[test]
    fn hex_of_either_case(parts in text(), upper: bool, wrap in prop_oneof![Just(""), Just("\n"), Just("\\n")]) {
        let whole = joined(&parts);
        let mut column = 0;
        let mut written = Written::each(&whole, |byte| {
            column += 1;
            let hex = if upper { format!("{byte:02X}") } else { format!("{byte:02x}") };
            // A wrap beside the anchor or after it, but not inside, and not at the very end.
            let is_last = column == whole.len();
            let is_outside = column <= parts.0.len() || column >= parts.0.len() + parts.1.len();
            let end = if column % 30 == 0 && is_outside && !is_last { wrap } else { "" };
            format!("{hex}{end}").into_bytes()
        });
        for span in &mut written.spans {
            span.end = span.start + 2;
        }
        assert_seen(&written.shift(b"0x", b""), &whole, parts.0.len(), &parts.1, &[Form::Hex]);
    }

    #[test]
    fn escapes_of_every_byte(parts in text(), upper: bool) {
        let whole = joined(&parts);
        let written = |mark: &str, width: usize| Written::each(&whole, |byte| {
            let mut raw = mark.to_owned();
            if upper { write!(raw, "{byte:0width$X}").unwrap() } else { write!(raw, "{byte:0width$x}").unwrap() }
            raw.into_bytes()
        }).shift(b"x = ", b";");
        let at = parts.0.len();
        assert_seen(&written("%", 2), &whole, at, &parts.1, &[Form::Percent]);
        assert_seen(&written("\\x", 2), &whole, at, &parts.1, &[Form::BackslashX]);
        assert_seen(&written("\\u", 4), &whole, at, &parts.1, &[Form::BackslashU]);
    }

    #[test]
    fn wide_characters(parts in text(), prefix in proptest::collection::vec(any::<u8>(), 0..9)) {
        let whole = joined(&parts);
        for (form, zeros_before, zeros_after) in
            [(Form::Utf16Le, 0, 1), (Form::Utf16Be, 1, 0), (Form::Utf32Le, 0, 3), (Form::Utf32Be, 3, 0)]
        {
            let written = Written::each(&whole, |byte| {
                [vec![0; zeros_before], vec![byte], vec![0; zeros_after]].concat()
            });
            assert_seen(&written.shift(&prefix, b""), &whole, parts.0.len(), &parts.1, &[form]);
        }
    }

    #[test]
    fn partly_percent_encoded(parts in text(), seed in proptest::collection::vec(any::<bool>(), 420)) {
        let whole = joined(&parts);
        let mut i = 0;
        let anchor = parts.0.len()..parts.0.len() + parts.1.len();
        let written = Written::each(&whole, |byte| {
            i += 1;
            let is_plain = anchor.contains(&(i - 1)) || seed[i - 1] && byte != b'%';
            if is_plain { vec![byte] } else { format!("%{byte:02X}").into_bytes() }
        });
        assert_part_seen(Form::PartPercent, &written, &whole, parts.0.len(), &parts.1);
    }

    #[test]
    fn partly_backslash_escaped(parts in text(), seed in proptest::collection::vec(0..5_u8, 420)) {
        let whole = joined(&parts);
        let mut i = 0;
        let anchor = parts.0.len()..parts.0.len() + parts.1.len();
        let written = Written::each(&whole, |byte| {
            i += 1;
            let how = if anchor.contains(&(i - 1)) { 0 } else { seed[i - 1] };
            match (how, byte) {
                (1, _) => format!("\\u{byte:04x}").into_bytes(),
                (2, _) => format!("\\x{byte:02X}").into_bytes(),
                (3, _) => format!("\\{byte:03o}").into_bytes(),
                (4, mark) if mark.is_ascii_punctuation() => vec![b'\\', mark],
                (_, b'\\') => b"\\\\".to_vec(),
                (_, plain) => vec![plain],
            }
        });
        assert_part_seen(Form::PartBackslash, &written, &whole, parts.0.len(), &parts.1);
    }

    /// Whatever the bytes: no panic, the limits hold, and a smaller window that still holds the reach, or
    /// a shifted one, gives the same.
    #[test]
    fn any_bytes(bytes in hostile(), at in 0..700_usize, before in 0..80_usize, after in 0..80_usize, anchor_len in 1..12_usize) {
        let limit = Limit { before, after };
        for info in FORMS {
            let hit = Hit { at, anchor_len };
            let mut whole = View::default();
            let is_seen = view(info.form, &bytes, hit, limit, &mut whole);
            if is_seen {
                prop_assert!(whole.anchor <= before && whole.bytes.len() - whole.anchor <= after);
                prop_assert!(whole.bytes.len() >= whole.anchor + anchor_len);
                prop_assert_eq!(whole.bytes.len(), whole.map.len());
                assert_in_order(&whole, at.saturating_sub(info.reach(before)), at + info.reach(after));
            }
            let from = at.saturating_sub(info.reach(before)).min(bytes.len());
            let to = (at + info.reach(after)).min(bytes.len()).max(from);
            let mut part = View::default();
            let moved = Hit { at: at - from, anchor_len };
            prop_assert_eq!(view(info.form, &bytes[from..to], moved, limit, &mut part), is_seen, "{:?}", info.form);
            if is_seen {
                prop_assert_eq!((&part.bytes, part.anchor), (&whole.bytes, whole.anchor));
                for i in 0..part.bytes.len() {
                    let (start, end) = part.map.raw(i, i + 1);
                    prop_assert_eq!((start + from, end + from), whole.map.raw(i, i + 1));
                }
            }
        }
    }
}

/// Bytes that the decoders care about, in runs.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\\".to_vec()),
        Just(b"\\\\\\".to_vec()),
        Just(b"\\n".to_vec()),
        Just(b"\\u00".to_vec()),
        Just(b"\\x6".to_vec()),
        Just(b"%".to_vec()),
        Just(b"%2".to_vec()),
        Just(b"%0A".to_vec()),
        Just(b"\r\n  ".to_vec()),
        Just(b"\0".to_vec()),
        "[A-Za-z0-9+/]{1,40}".prop_map(String::into_bytes),
        "[A-Za-z0-9_-]{1,10}".prop_map(String::into_bytes),
        "[0-9a-f]{1,40}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(piece, 0..150).prop_map(|pieces| pieces.concat())
}

/// The raw ranges follow each other inside `from..to`.
fn assert_in_order(seen: &View, from: usize, to: usize) {
    let mut last = (from, from);
    for i in 0..seen.bytes.len() {
        let (start, end) = seen.map.raw(i, i + 1);
        assert!(start >= last.0 && end >= last.1 && start < end && end <= to, "{i}: {start}..{end} after {last:?}");
        last = (start, end);
    }
}

fn assert_part_seen(form: Form, written: &Written, text: &[u8], at: usize, anchor: &[u8]) {
    let hit = Hit { at: written.spans[at].start, anchor_len: anchor.len() };
    let mut seen = View::default();
    let has_escape = written.raw != text;
    let is_seen = view(form, &written.raw, hit, WIDE, &mut seen);
    assert_eq!(is_seen, has_escape, "{form:?} of {}", written.raw.escape_ascii());
    if is_seen {
        assert_eq!(seen.bytes.escape_ascii().to_string(), text.escape_ascii().to_string());
        assert_eq!(seen.anchor, at);
        for (i, span) in written.spans.iter().enumerate() {
            assert_eq!(seen.map.raw(i, i + 1), (span.start, span.end));
        }
    }
}

/// Decodes around the first place of `at_text`.
fn seen_at(form: Form, raw: &str, at_text: &str, limit: Limit) -> Option<String> {
    let at = raw.find(at_text).expect("the text is there");
    let hit = Hit { at, anchor_len: 3 };
    let mut seen = View::default();
    view(form, raw.as_bytes(), hit, limit, &mut seen).then(|| seen.bytes.escape_ascii().to_string())
}

#[test]
fn every_encoded_form_is_registered_once() {
    for form in literals(b"anchor", false).iter().map(|one| one.form).chain([Form::PartPercent, Form::PartBackslash]) {
        assert_eq!(FORMS.iter().filter(|info| info.form == form).count(), 1, "{form:?}");
    }
    assert!(FormInfo::of(Form::Plain).is_none());
}

#[test]
fn words_beside_a_base64_run_stay_outside_it() {
    let seen = |raw| seen_at(Form::Base64Phase0, raw, "Z2hwX", WIDE).unwrap();
    assert_eq!(seen("kind: Opaque\ndata: Z2hwX2E=\nother: x"), "ghp_a");
    assert_eq!(seen("word\nZ2hwX2E=\nZm9v"), "ghp_a", "a short line is no line of a run");
    assert_eq!(seen("abZ2hwX2E="), "ghp_a", "two digits before the hit's group are no group");
    assert_eq!(seen("some Z2hwX2E= word"), "ghp_a");
    assert_eq!(seen(r#""\nZ2hwX2E\n""#), "ghp_a", "the n of an escape is no digit");
    assert_eq!(seen("auth%3DZ2hwX2E%3D"), "ghp_a", "nor is the D of %3D");
    assert_eq!(seen(r"\u0022Z2hwX2E\u0022"), "ghp_a");
    assert_eq!(seen("a-b-Z2hwX2E+Zm9v"), "ghp_a>fo\\x6f".replace("\\x6f", "o"), "the dash is of the other alphabet");
}

#[test]
fn limits_are_exact_where_the_text_is_long() {
    let raw = format!("{}Z2hwX2Ex{}", "QUJD".repeat(50), "REVG".repeat(50));
    let limit = Limit { before: 4, after: 8 };
    assert_eq!(seen_at(Form::Base64Phase0, &raw, "Z2hwX", limit).unwrap(), "CABCghp_a1DE");
}

#[test]
fn an_escape_that_the_reach_cuts_is_left_out() {
    let raw = format!("{}npm_ab", "\\u0041".repeat(200));
    for before in 100..106 {
        let seen = seen_at(Form::PartBackslash, &raw, "npm_", Limit { before, after: 6 }).unwrap();
        assert_eq!(seen.trim_start_matches('A'), "npm_ab");
        assert!(seen.len() > 40);
        // A window that begins just where the reach does cannot tell that the text goes on, and need not.
        let reach = FormInfo::of(Form::PartBackslash).map_or(0, |info| info.reach(before));
        let shortest = &raw[raw.len() - "npm_ab".len() - reach..];
        assert_eq!(seen_at(Form::PartBackslash, shortest, "npm_", Limit { before, after: 6 }), Some(seen));
    }
    let raw = format!("{}=npm_ab", r"\\".repeat(300));
    for before in 100..106 {
        assert_eq!(seen_at(Form::PartBackslash, &raw, "npm_", Limit { before, after: 6 }), None, "no parity is known");
    }
}

#[test]
fn an_anchor_that_an_escape_has_a_part_in_is_not_there() {
    assert_eq!(seen_at(Form::PartPercent, "x%3AKIAB", "AKI", WIDE), None);
    assert_eq!(seen_at(Form::PartPercent, "x%3DAKIAB", "AKI", WIDE).unwrap(), "x=AKIAB");
    assert_eq!(seen_at(Form::PartBackslash, r"x\npm_ab", "npm_", WIDE), None);
    assert_eq!(seen_at(Form::PartBackslash, r"x\\npm_ab", "npm_", WIDE).unwrap(), r"x\\npm_ab");
    assert_eq!(seen_at(Form::PartBackslash, r"\u00e9\u003dnpm_ab\/c", "npm_", WIDE).unwrap(), r"\xff=npm_ab/c");
    assert_eq!(seen_at(Form::PartBackslash, "plain npm_ab", "npm_", WIDE), None, "no escape, no other view");
    let far = format!("\\n{}npm_ab", "x".repeat(50));
    assert_eq!(seen_at(Form::PartBackslash, &far, "npm_", Limit { before: 40, after: 40 }), None);
}

#[test]
fn a_folded_anchor_is_found_in_the_cases_people_write() {
    for raw in ["password", "PASSWORD", "Password"] {
        let written = Written::base64(raw.as_bytes(), *b"+/", "", 64).raw;
        let is_found = literals(b"password", true).iter().any(|one| !find_all(&written, one).is_empty());
        assert!(is_found, "{raw}");
    }
}
