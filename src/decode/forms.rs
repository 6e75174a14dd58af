//! The registry of decoders.

use super::area::Area;
use super::{Form, View, backslash, base64, hex, percent, wide};

/// No decoder reads farther from a hit than this many raw bytes, whatever the limit.
const RAW_REACH: usize = 60 * 1024;
/// Raw bytes that a decoder may read beyond the limit's share: a group's rest, a line break, an escape.
const SLACK: usize = 64;

/// Where an encoded anchor was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Offset of the literal in the window.
    pub at: usize,
    /// Length of the anchor it stands for, in decoded bytes.
    pub anchor_len: usize,
}

/// How much to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Greatest number of decoded bytes before the anchor.
    pub before: usize,
    /// Greatest number of decoded bytes from the anchor's first byte on.
    pub after: usize,
}

/// What is known of a form.
#[derive(Clone, Copy, Debug)]
pub struct FormInfo {
    /// The form.
    pub form: Form,
    /// Its name for people.
    pub name: &'static str,
    /// Raw bytes that one decoded byte takes at most, line breaks included.
    pub raw_per_byte: usize,
    decode: fn(&Area<'_>, &mut View) -> bool,
}

impl FormInfo {
    /// What is known of `form`; nothing of plain text, which needs no decoder.
    #[must_use]
    pub fn of(form: Form) -> Option<&'static Self> {
        FORMS.iter().find(|info| info.form == form)
    }

    /// The greatest distance in raw bytes from a hit to any byte that can influence `decoded` bytes on
    /// one side of it.
    #[must_use]
    pub fn reach(&self, decoded: usize) -> usize {
        decoded.saturating_mul(self.raw_per_byte).saturating_add(SLACK).min(RAW_REACH)
    }

    /// Decodes all that the area and its limit allow; says whether the hit can be one.
    pub(super) fn decode(&self, area: &Area<'_>, view: &mut View) -> bool {
        (self.decode)(area, view)
    }
}

/// Every form that can be decoded, one line each.
pub static FORMS: &[FormInfo] = &[
    info(Form::Base64Phase0, "base64", 2, |area, view| base64::decode(area, 0, view)),
    info(Form::Base64Phase1, "base64", 2, |area, view| base64::decode(area, 1, view)),
    info(Form::Base64Phase2, "base64", 2, |area, view| base64::decode(area, 2, view)),
    info(Form::Hex, "hex", 3, hex::decode),
    info(Form::Percent, "percent-encoding", 3, percent::decode),
    info(Form::Utf16Le, "utf-16", 2, |area, view| wide::decode(area, wide::UTF16_LE, view)),
    info(Form::Utf16Be, "utf-16", 2, |area, view| wide::decode(area, wide::UTF16_BE, view)),
    info(Form::BackslashX, "backslash escapes", 4, backslash::decode),
    info(Form::BackslashU, "backslash escapes", 6, backslash::decode),
    info(Form::Utf32Le, "utf-32", 4, |area, view| wide::decode(area, wide::UTF32_LE, view)),
    info(Form::Utf32Be, "utf-32", 4, |area, view| wide::decode(area, wide::UTF32_BE, view)),
    info(Form::PartPercent, "percent-encoding", 3, percent::decode_part),
    info(Form::PartBackslash, "backslash escapes", 2, backslash::decode_part),
];

const fn info(
    form: Form,
    name: &'static str,
    raw_per_byte: usize,
    decode: fn(&Area<'_>, &mut View) -> bool,
) -> FormInfo {
    FormInfo { form, name, raw_per_byte, decode }
}

/// Decodes `window` outwards from a hit into `view`, as far as the text keeps to the form and the limit
/// allows. Says whether the text around the hit holds the whole anchor in that form; where it does not,
/// `view` holds nothing of use. [`Form::Plain`] is never decoded, and a part form only where there is an
/// escape in reach.
///
/// The result is the same for every window that holds [`FormInfo::reach`] bytes on each side of the hit or
/// ends with the object there, but for the offsets, which are the window's.
pub fn view(form: Form, window: &[u8], hit: Hit, limit: Limit, view: &mut View) -> bool {
    view.clear();
    let Some(info) = FormInfo::of(form) else { return false };
    let reach = (info.reach(limit.before), info.reach(limit.after));
    Area::new(window, hit, limit, reach).is_some_and(|area| (info.decode)(&area, view) && view.fit(&area))
}

/// The same in a text of any length: where the window begins from which the view's map counts; `None` where nothing of use
/// is seen.
pub fn view_near(form: Form, text: &[u8], hit: Hit, limit: Limit, seen: &mut View) -> Option<usize> {
    // A decoder looks no further than this: the window is cut only to keep its offsets small.
    let start = hit.at.saturating_sub(RAW_REACH);
    let window = text.get(start..text.len().min(hit.at.saturating_add(RAW_REACH))).unwrap_or_default();
    view(form, window, Hit { at: hit.at - start, ..hit }, limit, seen).then_some(start)
}
