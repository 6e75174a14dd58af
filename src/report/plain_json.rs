//! JSON that is safe to print: characters a terminal would act on are escaped in strings.
//!
//! JSON demands that of U+0000 to U+001F only. A DEL, a C1 control or a right-to-left override in a file's
//! name would pass through `portcullis scan --format json` into a terminal or a log viewer; written as
//! `\u202e` it means the same to every parser.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CompactFormatter, Formatter, PrettyFormatter, Serializer};

use super::sanitize::is_hostile;

/// Writes the value on one line, without a line's end.
pub(super) fn compact(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value.serialize(&mut Serializer::with_formatter(out, Plain(CompactFormatter, is_hostile))).map_err(io::Error::from)
}

/// As [`compact`], for between `<script type="application/json">` and its end: nothing in it looks like markup.
pub(super) fn inside_html(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    let escaped = |c| is_hostile(c) || matches!(c, '<' | '>' | '&');
    value.serialize(&mut Serializer::with_formatter(out, Plain(CompactFormatter, escaped))).map_err(io::Error::from)
}

/// Writes the value indented, without a last line's end.
pub(super) fn pretty(out: &mut dyn Write, value: &impl Serialize) -> io::Result<()> {
    value
        .serialize(&mut Serializer::with_formatter(out, Plain(PrettyFormatter::new(), is_hostile)))
        .map_err(io::Error::from)
}

/// A formatter that leaves layout to another one, and escapes the characters its second part names.
struct Plain<F, E>(F, E);

macro_rules! leave_to_inner {
    ($($name:ident($($arg:ident: $type:ty),*);)*) => {
        $(fn $name<W: ?Sized + Write>(&mut self, out: &mut W $(, $arg: $type)*) -> io::Result<()> {
            self.0.$name(out $(, $arg)*)
        })*
    };
}

impl<F: Formatter, E: Fn(char) -> bool> Formatter for Plain<F, E> {
    leave_to_inner! {
        begin_array();
        end_array();
        begin_array_value(first: bool);
        end_array_value();
        begin_object();
        end_object();
        begin_object_key(first: bool);
        end_object_key();
        begin_object_value();
        end_object_value();
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, out: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(&self.1) {
            let (safe, tail) = rest.split_at(at);
            out.write_all(safe.as_bytes())?;
            let mut tail = tail.chars();
            if let Some(hostile) = tail.next() {
                for unit in hostile.encode_utf16(&mut [0; 2]) {
                    write!(out, "\\u{unit:04x}")?;
                }
            }
            rest = tail.as_str();
        }
        out.write_all(rest.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_characters_are_escaped_and_mean_the_same() {
        let text = "a\u{202e}b\u{7f}\u{9b}c\u{e0041}\x1b\"\n日本";
        for indented in [false, true] {
            let mut out = Vec::new();
            if indented { pretty(&mut out, &text) } else { compact(&mut out, &text) }.unwrap();
            let json = String::from_utf8(out).unwrap();
            assert_eq!(json, r#""a\u202eb\u007f\u009bc\udb40\udc41\u001b\"\n日本""#);
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
        }
    }

    #[test]
    fn nothing_ends_the_script_it_stands_in() {
        let text = "</script><!--&amp;\u{2028}";
        let mut out = Vec::new();
        inside_html(&mut out, &text).unwrap();
        let json = String::from_utf8(out).unwrap();
        assert_eq!(json, r#""\u003c/script\u003e\u003c!--\u0026amp;\u2028""#);
        assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text);
    }

    #[test]
    fn layout_is_that_of_serde_json() {
        let value = serde_json::json!({"a": [1, {"b": null}, []], "c": {}});
        let mut out = Vec::new();
        pretty(&mut out, &value).unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string_pretty(&value).unwrap());
    }
}
