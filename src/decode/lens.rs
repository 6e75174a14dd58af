//! Decodes around one hit after the other of a text, and nothing twice where hits stand close together.

use super::forms::{Hit, Limit, view_near};
use super::stretch::{Family, Stretch, Told};
use super::{Form, FormInfo, SpanMap, View};

/// Fewest raw bytes, and most, that a stretch goes on beyond what the hit it is made for asks for.
const LEAST_AHEAD: usize = 4 * 1024;
const MOST_AHEAD: usize = 32 * 1024;
/// Stretches of all families, one family's after the other's: of wide characters one for each way to cut the text into
/// them, of digits some for runs that begin and end at any place.
const STRETCHES: usize = 20;

/// What is remembered of the hits of a family.
#[derive(Clone, Copy, Debug, Default)]
struct Past {
    /// Where the last one was that was decoded by itself.
    alone: Option<usize>,
    /// Up to where no stretch is of use.
    vain: usize,
    /// The stretch to be made next.
    turn: usize,
}

/// Decodes around the hits of one text.
///
/// It gives what [`super::view()`] gives. Of hits that stand so close together that what is decoded for one would be decoded
/// for others as well, it decodes a stretch that serves all of them: else text made of nothing but encoded anchors would
/// be decoded a thousand times over.
#[derive(Clone, Debug, Default)]
pub struct Lens {
    single: View,
    stretches: Vec<Stretch>,
    past: [Past; 8],
    decoded: u64,
    made: u64,
    /// Instead of [`LEAST_AHEAD`] and [`MOST_AHEAD`], for tests.
    ahead: Option<usize>,
}

/// What is seen around a hit.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The decoded bytes.
    pub bytes: &'a [u8],
    /// Where the anchor begins in them.
    pub anchor: usize,
    /// The way back to raw bytes, of these and maybe more decoded bytes.
    pub map: &'a SpanMap,
    /// Which byte of the map the first decoded byte is.
    pub first: usize,
    /// Offset in the text from which the map counts.
    pub start: usize,
    /// The stretch it is a part of: all its bytes, and a number that no other stretch of the lens has.
    pub stretch: Option<(&'a [u8], u64)>,
}

/// Where a view is.
enum Place {
    Single { start: usize },
    Stretch { index: usize, anchor: usize, from: usize, to: usize },
}

impl Lens {
    /// A lens whose stretches go so many raw bytes farther than a hit asks for.
    #[must_use]
    pub fn reaching(ahead: usize) -> Self {
        Self { ahead: Some(ahead), ..Self::default() }
    }

    /// To be called before another text than the last one is looked at, or the same after it was changed.
    pub fn forget(&mut self) {
        self.stretches.iter_mut().for_each(Stretch::forget);
        self.past = [Past::default(); 8];
    }

    /// How many bytes were decoded so far.
    #[must_use]
    pub const fn decoded(&self) -> u64 {
        self.decoded
    }

    /// Decodes around a hit in `text`: see [`super::view()`].
    pub fn look(&mut self, form: Form, text: &[u8], hit: Hit, limit: Limit) -> Option<Seen<'_>> {
        let place = self.place(form, text, hit, limit)?;
        self.seen(&place)
    }

    fn seen(&self, place: &Place) -> Option<Seen<'_>> {
        Some(match *place {
            Place::Single { start } => {
                let View { bytes, map, anchor, .. } = &self.single;
                Seen { bytes, anchor: *anchor, map, first: 0, start, stretch: None }
            }
            Place::Stretch { index, anchor, from, to } => {
                let Stretch { view, raw, number, .. } = self.stretches.get(index)?;
                let bytes = view.bytes.get(from..to)?;
                Seen {
                    bytes,
                    anchor: anchor - from,
                    map: &view.map,
                    first: from,
                    start: raw.start,
                    stretch: Some((&view.bytes, *number)),
                }
            }
        })
    }

    /// The same, of a hit around which so little is decoded that nobody else has a use for it.
    pub fn glimpse(&mut self, form: Form, text: &[u8], hit: Hit, limit: Limit) -> Option<Seen<'_>> {
        let place = match self.known(&group(form, hit.at)?, form, text, hit, limit) {
            (index, Told::Seen(anchor, range)) => Place::Stretch { index, anchor, from: range.start, to: range.end },
            (_, Told::Nothing) => return None,
            (_, Told::Unknown) => self.single(form, text, hit, limit)?,
        };
        self.seen(&place)
    }

    fn place(&mut self, form: Form, text: &[u8], hit: Hit, limit: Limit) -> Option<Place> {
        let group = group(form, hit.at)?;
        match self.known(&group, form, text, hit, limit) {
            (index, Told::Seen(anchor, range)) => {
                return Some(Place::Stretch { index, anchor, from: range.start, to: range.end });
            }
            (_, Told::Nothing) => return None,
            (_, Told::Unknown) => {}
        }
        let info = FormInfo::of(form)?;
        let reach = info.reach(limit.before) + info.reach(limit.after);
        let past = &mut self.past[group.past];
        let is_close = past.alone.is_some_and(|alone| hit.at.abs_diff(alone) < reach / 4) && hit.at >= past.vain;
        if !is_close {
            past.alone = Some(hit.at);
            return self.single(form, text, hit, limit);
        }
        let index = group.first + past.turn % group.count;
        past.turn += 1;
        self.stretches.resize(STRETCHES, Stretch::default());
        let ahead = self.ahead.unwrap_or(reach.clamp(LEAST_AHEAD, MOST_AHEAD));
        let stretch = &mut self.stretches[index];
        stretch.fill(form, text, hit, limit, ahead);
        self.made += 1;
        stretch.number = self.made;
        self.decoded += stretch.view.bytes.len() as u64;
        match stretch.look(form, text, hit, limit) {
            Told::Seen(anchor, range) => Some(Place::Stretch { index, anchor, from: range.start, to: range.end }),
            Told::Nothing => None,
            Told::Unknown => {
                self.past[group.past].vain = hit.at + ahead / 2;
                self.single(form, text, hit, limit)
            }
        }
    }

    /// What the stretches of a family say, the latest first: what looks into stretches would else go to and fro between
    /// two of them.
    fn known(&self, group: &Group, form: Form, text: &[u8], hit: Hit, limit: Limit) -> (usize, Told) {
        let latest = self.past[group.past].turn + group.count;
        (1..=group.count)
            .map(|back| group.first + (latest - back) % group.count)
            .filter_map(|index| Some((index, self.stretches.get(index)?.look(form, text, hit, limit))))
            .find(|(_, told)| *told != Told::Unknown)
            .unwrap_or((0, Told::Unknown))
    }

    fn single(&mut self, form: Form, text: &[u8], hit: Hit, limit: Limit) -> Option<Place> {
        let start = view_near(form, text, hit, limit, &mut self.single);
        self.decoded += self.single.bytes.len() as u64;
        start.map(|start| Place::Single { start })
    }
}

/// The stretches that a hit may lie in.
struct Group {
    past: usize,
    first: usize,
    count: usize,
}

fn group(form: Form, at: usize) -> Option<Group> {
    let (past, first, count) = match Family::of(form)? {
        Family::Backslash => (0, 0, 1),
        Family::Percent => (1, 1, 1),
        Family::Wide(Form::Utf16Le, width) => (2, 2 + at % width, 1),
        Family::Wide(Form::Utf16Be, width) => (3, 4 + at % width, 1),
        Family::Wide(Form::Utf32Le, width) => (4, 6 + at % width, 1),
        Family::Wide(_, width) => (5, 10 + at % width, 1),
        Family::Hex => (6, 14, 2),
        Family::Base64 => (7, 16, 4),
    };
    Some(Group { past, first, count })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{FORMS, view};
    use super::*;

    /// What decoders care about, dense enough that runs are long and end in every way.
    fn telling_text() -> impl Strategy<Value = Vec<u8>> {
        let pieces = prop::sample::select(vec![
            "\\",
            "\\\\",
            "\\n",
            "\\x41",
            "\\u0041",
            "\\x4",
            "\\101",
            "\\/",
            "\\\"",
            "%",
            "%41",
            "%4",
            "%2B",
            "%2f",
            "%0A",
            "%0D%0a",
            "\\u002F",
            "\n",
            "\r\n",
            "\n    ",
            "\\n  ",
            " ",
            "=",
            "\"",
            "+",
            "-",
            "/",
            "_",
            "a",
            "A0",
            "61",
            "6162",
            "Z2hwX2E0",
            "QUJDREVGR0hJSktM",
            "6162636465666768696a",
            "QUJDREVGR0hJSktMTU5P\n                              ",
            "61626364656667686970\\n                                    ",
            "\0",
            "a\0",
            "\0a",
            "a\0b\0c\0",
            "a\0\0\0",
            "\0\0\0a",
        ]);
        let piece = (pieces, prop_oneof![6 => 1_usize..3, 2 => 3_usize..30, 1 => 30_usize..200]);
        prop::collection::vec(piece, 1..40)
            .prop_map(|pieces| pieces.into_iter().flat_map(|(piece, times)| piece.repeat(times).into_bytes()).collect())
    }

    fn limit() -> impl Strategy<Value = Limit> {
        let side = || prop_oneof![Just(1_usize), 2_usize..40, 40_usize..400];
        (side(), side()).prop_map(|(before, after)| Limit { before, after })
    }

    /// What a view shows: its bytes, where the anchor is, and where each byte stands.
    type Shown = Option<(Vec<u8>, usize, Vec<(usize, usize)>)>;

    fn by_itself(form: Form, text: &[u8], hit: Hit, limit: Limit) -> Shown {
        let mut one = View::default();
        let is_seen = view(form, text, hit, limit, &mut one);
        let raw = (0..one.bytes.len()).map(|at| one.map.raw(at, at + 1)).collect();
        is_seen.then_some((one.bytes, one.anchor, raw))
    }

    fn shown(seen: Option<Seen<'_>>) -> Shown {
        seen.map(|seen| {
            let raw = |at: usize| seen.map.raw(seen.first + at, seen.first + at + 1);
            let raw = (0..seen.bytes.len()).map(raw).map(|(from, to)| (from + seen.start, to + seen.start)).collect();
            (seen.bytes.to_vec(), seen.anchor, raw)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_hits_share_is_what_each_would_see(
            text in telling_text(),
            limits in prop::collection::vec(limit(), 1..4),
            ahead in 1_usize..600,
            step in 1_usize..7,
        ) {
            for info in FORMS {
                let mut lens = Lens::reaching(ahead);
                for (at, limit) in (0..text.len()).step_by(step).zip(limits.iter().cycle()) {
                    let hit = Hit { at, anchor_len: 1 + at % 3 };
                    let expected = by_itself(info.form, &text, hit, *limit);
                    let seen = shown(lens.look(info.form, &text, hit, *limit));
                    prop_assert!(seen == expected, "{:?} at {at}, {limit:?}\n{}\n{seen:?}\n{expected:?}", info.form, text.escape_ascii());
                    let seen = shown(lens.glimpse(info.form, &text, hit, *limit));
                    prop_assert!(seen == expected, "{:?} at {at}, {limit:?}, a glimpse", info.form);
                }
            }
        }
    }

    /// Text of nothing but anchors is decoded a few times over, and not once for each of them.
    #[test]
    fn hits_that_stand_close_together_share_a_stretch() {
        let limit = Limit { before: 600, after: 4000 };
        for (form, piece, count) in [
            (Form::BackslashX, "\\x61", 20_000),
            (Form::PartBackslash, "\\x61b", 20_000),
            (Form::Percent, "%61", 20_000),
            (Form::Utf16Le, "a\0", 40_000),
            (Form::Utf32Be, "\0\0\0a", 20_000),
            (Form::Hex, "61", 40_000),
            (Form::Base64Phase0, "QUJD", 20_000),
            (Form::Base64Phase0, "QUJD", 3_000),
        ] {
            let (text, mut lens) = (piece.repeat(count).into_bytes(), Lens::default());
            let at = if form == Form::PartBackslash { 4 } else { 0 };
            for at in (at..text.len()).step_by(piece.len()) {
                assert!(lens.look(form, &text, Hit { at, anchor_len: 1 }, limit).is_some(), "{form:?} at {at}");
            }
            let most = 4 * text.len() as u64 + 60_000;
            assert!(lens.decoded() < most, "{form:?}: {} bytes decoded of {}", lens.decoded(), text.len());
        }
    }
}
