//! Text as a rule sees it, with the way back to the object's raw bytes.

use crate::decode::{self, Form, FormInfo, Hit, Limit, Seen, SpanMap, View};
use crate::model::Span;

/// One decoding step: the map from a decoded window to its raw window, and where that window began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'a> {
    pub(super) map: &'a SpanMap,
    /// Which byte of the map the decoded window's first is.
    pub(super) first: usize,
    pub(super) window_start: usize,
    pub(super) name: &'static str,
}

/// Bytes a rule is tried on: the raw window, or a decoded view of a part of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    /// The bytes.
    pub(super) bytes: &'a [u8],
    /// Object offset of the raw window's first byte.
    pub(super) base: u64,
    /// The decoding steps, outermost first; at most three.
    pub(super) layers: [Option<Layer<'a>>; 3],
}

impl<'a> Text<'a> {
    pub(super) const fn raw(bytes: &'a [u8], base: u64) -> Self {
        Self { bytes, base, layers: [None; 3] }
    }

    /// The text one decoding step further in.
    pub(super) fn within(self, bytes: &'a [u8], layer: Layer<'a>) -> Self {
        let mut layers = self.layers;
        if let Some(free) = layers.iter_mut().find(|l| l.is_none()) {
            *free = Some(layer);
        }
        Self { bytes, base: self.base, layers }
    }

    /// The raw bytes, in the object, of a range of this text.
    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        let (mut start, mut end) = (start, end);
        for layer in self.layers.iter().rev().flatten() {
            (start, end) = layer.map.raw(layer.first + start, layer.first + end);
            start += layer.window_start;
            end += layer.window_start;
        }
        Span::new(self.base + start as u64, self.base + end as u64)
    }

    /// The names of the decoding steps.
    pub(super) fn via(&self) -> Vec<&'static str> {
        self.layers.iter().flatten().map(|layer| layer.name).collect()
    }

    pub(super) fn is_encoded(&self) -> bool {
        self.layers[0].is_some()
    }
}

/// Decodes around `at` into `view`: the text one step further in, and where the anchor stands in it.
pub(super) fn decode_within<'a>(
    text: Text<'a>,
    form: Form,
    at: usize,
    anchor_len: usize,
    limit: Limit,
    view: &'a mut View,
) -> Option<(Text<'a>, usize)> {
    let window_start = decode::view_near(form, text.bytes, Hit { at, anchor_len }, limit, view)?;
    let name = FormInfo::of(form)?.name;
    Some((text.within(&view.bytes, Layer { map: &view.map, first: 0, window_start, name }), view.anchor))
}

/// The text one step further in, as it was seen, and where the anchor stands in it.
pub(super) fn seen_within<'a>(text: Text<'a>, form: Form, seen: Seen<'a>) -> Option<(Text<'a>, usize)> {
    let Seen { bytes, anchor, map, first, start, .. } = seen;
    let name = FormInfo::of(form)?.name;
    Some((text.within(bytes, Layer { map, first, window_start: start, name }), anchor))
}
