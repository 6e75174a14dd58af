//! Pairs of hexadecimal digits.

use super::View;
use super::area::{Area, hex_digit, hex_pair};
use super::lines::{wrap_after, wrap_before};

/// Decodes pairs, counted from the hit, over line breaks.
pub(super) fn decode(area: &Area<'_>, view: &mut View) -> bool {
    let is_digit = |byte| hex_digit(byte).is_some();
    let mut at = area.hit.at;
    while view.bytes.len() < area.limit.before {
        if let Some(byte) = area.slice_before(at, 2).and_then(hex_pair) {
            view.push(byte, at - 2, at);
            at -= 2;
        } else if let Some(line_end) = wrap_before(area, at, is_digit) {
            at = line_end;
        } else {
            break;
        }
    }
    view.turn(0);
    at = area.hit.at;
    while view.bytes.len() - view.anchor < area.limit.after {
        if let Some(byte) = area.slice(at, 2).and_then(hex_pair) {
            view.push(byte, at, at + 2);
            at += 2;
        } else if let Some(line) = wrap_after(area, at, is_digit) {
            at = line;
        } else {
            break;
        }
    }
    true
}
