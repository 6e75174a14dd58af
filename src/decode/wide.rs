//! UTF-16 and UTF-32, of which only the ASCII characters matter.

use super::View;
use super::area::Area;

/// Stands for a character that is not ASCII: no word character, and in no credential.
pub(super) const OTHER: u8 = 0xFF;

/// How a character is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Unit {
    /// Bytes of a unit.
    width: usize,
    /// Which of them holds an ASCII character.
    low: usize,
}

pub(super) const UTF16_LE: Unit = Unit { width: 2, low: 0 };
pub(super) const UTF16_BE: Unit = Unit { width: 2, low: 1 };
pub(super) const UTF32_LE: Unit = Unit { width: 4, low: 0 };
pub(super) const UTF32_BE: Unit = Unit { width: 4, low: 3 };

/// Decodes units, counted from the hit. A unit is one decoded byte, whatever it holds.
pub(super) fn decode(area: &Area<'_>, unit: Unit, view: &mut View) -> bool {
    let mut at = area.hit.at;
    while view.bytes.len() < area.limit.before {
        let Some(raw) = area.slice_before(at, unit.width) else { break };
        view.push(character(raw, unit), at - unit.width, at);
        at -= unit.width;
    }
    view.turn(0);
    at = area.hit.at;
    while view.bytes.len() - view.anchor < area.limit.after {
        let Some(raw) = area.slice(at, unit.width) else { break };
        view.push(character(raw, unit), at, at + unit.width);
        at += unit.width;
    }
    true
}

fn character(raw: &[u8], unit: Unit) -> u8 {
    let mut ascii = OTHER;
    for (i, &byte) in raw.iter().enumerate() {
        if i == unit.low && byte.is_ascii() {
            ascii = byte;
        } else if byte != 0 {
            return OTHER;
        }
    }
    ascii
}
