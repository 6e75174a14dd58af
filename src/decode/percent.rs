//! Percent-encoding, of every byte or of some. An escape cannot overlap another, so it can be read from
//! either side; all other bytes stand for themselves.

use super::View;
use super::area::{Area, hex_pair};

/// Decodes around an anchor whose every byte is encoded.
pub(super) fn decode(area: &Area<'_>, view: &mut View) -> bool {
    let mut at = area.hit.at;
    if is_inside_escape(area, at) {
        return false;
    }
    while view.bytes.len() < area.limit.before {
        let Some(plain) = area.before(at, 1) else { break };
        let (byte, len) = at.checked_sub(3).and_then(|at| escape(area, at)).map_or((plain, 1), |byte| (byte, 3));
        view.push(byte, at - len, at);
        at -= len;
    }
    view.turn(0);
    at = area.hit.at;
    while view.bytes.len() - view.anchor < area.limit.after {
        let Some(plain) = area.get(at) else { break };
        let (byte, len) = escape(area, at).map_or((plain, 1), |byte| (byte, 3));
        view.push(byte, at, at + len);
        at += len;
    }
    true
}

/// Decodes around a plain anchor, if any escape is in reach.
pub(super) fn decode_part(area: &Area<'_>, view: &mut View) -> bool {
    area.contains(b'%') && decode(area, view) && view.is_changed()
}

fn escape(area: &Area<'_>, at: usize) -> Option<u8> {
    let raw = area.slice(at, 3)?;
    if raw.first() == Some(&b'%') { hex_pair(&raw[1..]) } else { None }
}

/// Whether the byte at `at` is a digit of an escape, as the `A` in `%3AKIA`.
fn is_inside_escape(area: &Area<'_>, at: usize) -> bool {
    (1..=2).any(|back| at.checked_sub(back).is_some_and(|at| escape(area, at).is_some()))
}
