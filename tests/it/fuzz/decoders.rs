//! Decoders on any window, at any place, under any limit.

use portcullis::decode::{Form, FormInfo, Hit, Lens, Limit, View, view};

use super::taker::Taker;

/// Base64 in its three phases.
pub(crate) fn base64(data: &[u8]) {
    hold(data, &[Form::Base64Phase0, Form::Base64Phase1, Form::Base64Phase2]);
}

/// Hexadecimal digits.
pub(crate) fn hex(data: &[u8]) {
    hold(data, &[Form::Hex]);
}

/// Percent-encoding, whole and in part.
pub(crate) fn percent(data: &[u8]) {
    hold(data, &[Form::Percent, Form::PartPercent]);
}

/// Backslash escapes, whole and in part.
pub(crate) fn backslash(data: &[u8]) {
    hold(data, &[Form::BackslashX, Form::BackslashU, Form::PartBackslash]);
}

/// UTF-16 of both orders.
pub(crate) fn utf16(data: &[u8]) {
    hold(data, &[Form::Utf16Le, Form::Utf16Be]);
}

/// UTF-32 of both orders.
pub(crate) fn utf32(data: &[u8]) {
    hold(data, &[Form::Utf32Le, Form::Utf32Be]);
}

fn hold(data: &[u8], forms: &[Form]) {
    let mut take = Taker(data);
    let at = take.below(4096);
    let anchor_len = take.below(64);
    let limit = Limit { before: take.below(2048), after: take.below(2048) };
    let window = take.0;
    for &form in forms {
        let info = FormInfo::of(form).expect("every form but plain is registered");
        let mut seen = View::default();
        let whole = view(form, window, Hit { at, anchor_len }, limit, &mut seen);
        if whole {
            well_formed(&seen, window, anchor_len, limit);
        }
        // No byte beyond the reach may make a difference.
        let from = at.saturating_sub(info.reach(limit.before)).min(window.len());
        let to = window.len().min(at.saturating_add(info.reach(limit.after))).max(from);
        let mut near = View::default();
        let same = view(form, &window[from..to], Hit { at: at - from, anchor_len }, limit, &mut near);
        assert_eq!(whole, same, "{form:?}: the window's size decides whether there is an anchor");
        if whole {
            assert_eq!((&seen.bytes, seen.anchor), (&near.bytes, near.anchor), "{form:?}: or what the text says");
            for byte in 0..seen.bytes.len() {
                let (start, end) = near.map.raw(byte, byte + 1);
                assert_eq!(seen.map.raw(byte, byte + 1), (start + from, end + from), "{form:?}: or where it stands");
            }
        }
        shared(form, window, Hit { at, anchor_len }, limit);
    }
}

/// What hits that stand close together share is what each would see by itself.
fn shared(form: Form, window: &[u8], first: Hit, limit: Limit) {
    let mut lens = Lens::reaching(first.at % 512);
    for at in (first.at..window.len()).step_by(1 + first.anchor_len % 7).take(32) {
        let (hit, mut one) = (Hit { at, ..first }, View::default());
        let whole = view(form, window, hit, limit, &mut one);
        let seen = lens.look(form, window, hit, limit);
        assert_eq!(seen.is_some(), whole, "{form:?}: the hits before decide whether there is an anchor");
        let Some(seen) = seen else { continue };
        assert_eq!((seen.bytes, seen.anchor), (&one.bytes[..], one.anchor), "{form:?}: or what the text says");
        for byte in 0..seen.bytes.len() {
            let (start, end) = seen.map.raw(seen.first + byte, seen.first + byte + 1);
            assert_eq!(
                one.map.raw(byte, byte + 1),
                (start + seen.start, end + seen.start),
                "{form:?}: or where it stands"
            );
        }
    }
}

fn well_formed(view: &View, window: &[u8], anchor_len: usize, limit: Limit) {
    let len = view.bytes.len();
    assert_eq!(len, view.map.len(), "each decoded byte has its place");
    assert!(view.anchor <= limit.before, "no more before the anchor than asked for");
    assert!(len - view.anchor <= limit.after, "no more from the anchor on than asked for");
    assert!(view.anchor + anchor_len <= len, "the anchor is whole");
    let mut last = (0, 0);
    for byte in 0..len {
        let (start, end) = view.map.raw(byte, byte + 1);
        assert!(start < end && end <= window.len(), "a byte comes from {start}..{end} of {}", window.len());
        assert!(start >= last.0 && end >= last.1, "bytes come in order");
        last = (start, end);
    }
}
