//! A decoded stretch of text that many hits lie in.
//!
//! A stretch is decoded once, farther than one hit asks for. A hit in it gets the part of it that [`super::view()`]
//! would decode around that hit, byte for byte, or is told to ask for itself: what it gets depends on nothing but the
//! bytes within its own reach, and not on which hits came before. That rests on how the forms are read:
//!
//! - Escapes and wide characters are read alike from any place where one begins.
//! - A run of digits is read alike from any of its groups, as long as no limit and no digit of the other alphabet, of
//!   which the nearest counts, has a part in where it begins and ends.

use std::ops::Range;

use memchr::{memchr, memchr2};

use super::area::Area;
use super::forms::{FormInfo, Hit, Limit};
use super::{Form, View, backslash, base64};

/// Bytes at the ends of a stretch that may be pieces of something longer.
const EDGE: usize = 8;
/// Bytes between digits and what a decoder may not look at, so that it does not matter: a look at a line's end takes
/// fewer.
const MARGIN: usize = 64;
/// No limit at all.
const ENDLESS: Limit = Limit { before: 1 << 30, after: 1 << 30 };

/// Forms that are read by the same decoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Family {
    Backslash,
    Percent,
    /// With the number of bytes of a character.
    Wide(Form, usize),
    Hex,
    Base64,
}

impl Family {
    pub(super) const fn of(form: Form) -> Option<Self> {
        Some(match form {
            Form::BackslashX | Form::BackslashU | Form::PartBackslash => Self::Backslash,
            Form::Percent | Form::PartPercent => Self::Percent,
            Form::Utf16Le | Form::Utf16Be => Self::Wide(form, 2),
            Form::Utf32Le | Form::Utf32Be => Self::Wide(form, 4),
            Form::Hex => Self::Hex,
            Form::Base64Phase0 | Form::Base64Phase1 | Form::Base64Phase2 => Self::Base64,
            Form::Plain => return None,
        })
    }

    /// The form whose decoder makes its stretches around a hit of `form`.
    const fn whole(self, form: Form) -> Form {
        match self {
            Self::Backslash => Form::BackslashX,
            Self::Percent => Form::Percent,
            Self::Wide(..) | Self::Hex | Self::Base64 => form,
        }
    }
}

/// A decoded stretch.
#[derive(Clone, Debug, Default)]
pub(super) struct Stretch {
    pub(super) view: View,
    /// None where there is nothing in it.
    family: Option<Family>,
    /// The raw bytes it was decoded from. Its map counts from where they begin.
    pub(super) raw: Range<usize>,
    /// Which of all the stretches that were made it is.
    pub(super) number: u64,
}

/// What a stretch says to a hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// That the anchor begins at this decoded byte, and which ones are its view.
    Seen(usize, Range<usize>),
    /// That there is no view of it.
    Nothing,
    /// Nothing.
    Unknown,
}

impl Stretch {
    /// Forgets everything, keeping the memory.
    pub(super) fn forget(&mut self) {
        self.family = None;
    }

    /// Decodes around a hit, `ahead` raw bytes farther than it asks for.
    pub(super) fn fill(&mut self, form: Form, text: &[u8], hit: Hit, limit: Limit, ahead: usize) {
        self.forget();
        let Some((family, info)) = Family::of(form).zip(FormInfo::of(form)) else { return };
        let reach = |decoded| info.reach(decoded).saturating_add(EDGE + MARGIN);
        let (mut before, mut after) = (reach(limit.before), reach(limit.after).saturating_add(ahead));
        let raw = hit.at.saturating_sub(before)..text.len().min(hit.at.saturating_add(after));
        // Where it reaches to the text's ends, it is not cut there.
        before += usize::from(raw.start == 0);
        after += usize::from(raw.end == text.len());
        let Some(window) = text.get(raw.clone()) else { return };
        let area = Area::new(window, Hit { at: hit.at - raw.start, ..hit }, ENDLESS, (before, after));
        self.view.clear();
        let is_alike = area.is_some_and(|area| match family {
            Family::Base64 => base64::is_alike(&area),
            // Read back, the end of `%0A` would be taken for digits.
            Family::Hex => memchr(b'%', window).is_none(),
            // Behind nothing but backslashes nobody knows which of them begin an escape.
            Family::Backslash => !area.is_cut || backslash::start(&area) < area.hit.at,
            Family::Percent | Family::Wide(..) => true,
        });
        let whole = FormInfo::of(family.whole(form)).filter(|_| is_alike);
        let decoded = area.zip(whole).is_some_and(|(area, whole)| whole.decode(&area, &mut self.view));
        self.raw = raw;
        self.family = Some(family).filter(|_| decoded);
    }

    /// What [`super::view()`] would tell a hit in the same text.
    pub(super) fn look(&self, form: Form, text: &[u8], hit: Hit, limit: Limit) -> Told {
        let (Some(family), Some(info)) = (self.family, FormInfo::of(form)) else { return Told::Unknown };
        if Family::of(form) != Some(family) || !self.raw.contains(&hit.at) {
            return Told::Unknown;
        }
        let reach = (info.reach(limit.before), info.reach(limit.after));
        let Some(area) = Area::new(text, hit, limit, reach) else { return Told::Unknown };
        let anchor = match self.token(form, family, text, &area) {
            Ok(anchor) => anchor,
            Err(told) => return told,
        };
        let range = match family {
            Family::Hex | Family::Base64 => self.in_run(family, anchor, &area),
            Family::Backslash | Family::Percent | Family::Wide(..) => self.in_stream(family, anchor, text, &area),
        };
        match range {
            Some(range) if range.end < anchor.saturating_add(hit.anchor_len) => Told::Nothing,
            Some(range) if matches!(form, Form::PartBackslash | Form::PartPercent) && !self.is_changed(&range) => {
                Told::Nothing
            }
            Some(range) => Told::Seen(anchor, range),
            None => Told::Unknown,
        }
    }

    /// Which decoded byte begins at the hit.
    fn token(&self, form: Form, family: Family, text: &[u8], area: &Area<'_>) -> Result<usize, Told> {
        let (starts, ends, at) = (self.view.map.starts(), self.view.map.ends(), area.hit.at - self.raw.start);
        let phase = match form {
            Form::Base64Phase1 => 1,
            Form::Base64Phase2 => 2,
            _ => 0,
        };
        let index = if phase == 0 {
            starts.partition_point(|&start| (start as usize) < at)
        } else {
            // A byte inside a group begins in the digit before the first that is wholly its own, which is its last.
            ends.partition_point(|&end| (end as usize) <= at)
        };
        let (Some(&start), Some(&end)) = (starts.get(index), ends.get(index)) else { return Err(Told::Unknown) };
        let stands = if phase == 0 {
            start as usize == at
        } else {
            // Unless that digit is escaped: of it no more is known than where it ends.
            let near = area.until(area.hit.at.saturating_sub(EDGE), area.hit.at);
            end as usize == at + 1 && (start as usize) < at && memchr2(b'\\', b'%', near).is_none()
        };
        if stands && (family != Family::Base64 || index % 3 == phase) {
            return Ok(index);
        }
        // Inside an escape there is no anchor.
        let from = if family == Family::Backslash { backslash::start(area) } else { area.from };
        let around = index.checked_sub(1).and_then(|before| starts.get(before).zip(ends.get(before)));
        let is_inside =
            around.is_some_and(|(&start, &end)| end as usize > at && start as usize + self.raw.start >= from);
        let is_sure = matches!(family, Family::Backslash | Family::Percent)
            && is_inside
            && (at > 2 * EDGE || self.raw.start == 0)
            && (at + 2 * EDGE < self.raw.len() || self.raw.end == text.len());
        Err(if is_sure { Told::Nothing } else { Told::Unknown })
    }

    /// The part that a decoder of escapes or wide characters gives that may read the area around `anchor`.
    fn in_stream(&self, family: Family, anchor: usize, text: &[u8], area: &Area<'_>) -> Option<Range<usize>> {
        let (starts, ends) = (self.view.map.starts(), self.view.map.ends());
        let within = |raw: usize| raw.saturating_sub(self.raw.start);
        let Limit { before, after } = area.limit;
        let (from, to) = match family {
            Family::Backslash => (backslash::start(area), backslash::end(area)),
            _ => (area.from, area.end()),
        };
        let low = anchor.checked_sub(before);
        let high = Some(anchor.saturating_add(after)).filter(|high| *high <= starts.len());
        let first = starts.partition_point(|&start| (start as usize) < within(from));
        let last = match family {
            Family::Backslash => starts.partition_point(|&start| (start as usize) < within(to)),
            _ => ends.partition_point(|&end| (end as usize) <= within(to)),
        };
        // Either the limit decides, or what is read may begin and end as the stretch has it there.
        let sure = |raw: usize| raw + self.raw.start;
        let begins = sure(*starts.first()? as usize) + EDGE;
        let ends_at = sure(*ends.last()? as usize);
        let by_limit =
            low.is_some_and(|low| low >= first && (self.raw.start == 0 || sure(starts[low] as usize) >= begins));
        let by_area = self.raw.start == 0 || begins <= from;
        let cut_right = self.raw.end < text.len();
        let limit_ends = high.is_some_and(|high| {
            high <= last && (!cut_right || high == 0 || sure(ends[high - 1] as usize) + EDGE <= ends_at)
        });
        let area_ends = !cut_right || to + EDGE <= ends_at;
        // Of percent-encoding, pieces of an escape are read where the area is cut.
        let (is_clean, whole) = (family != Family::Percent, (area.from == 0, area.end() == text.len()));
        ((by_limit || by_area && (is_clean || whole.0)) && (limit_ends || area_ends && (is_clean || whole.1)))
            .then(|| low.unwrap_or(0).max(first)..high.unwrap_or(usize::MAX).min(last))
    }

    /// The part that a decoder of digits gives that may read the area around `anchor`.
    fn in_run(&self, family: Family, anchor: usize, area: &Area<'_>) -> Option<Range<usize>> {
        /// Bytes that a decoder may read beyond a limit, up to the end of their group.
        const GROUP: usize = 3;
        let (starts, ends) = (self.view.map.starts(), self.view.map.ends());
        let raw = |at: u32| at as usize + self.raw.start;
        let Limit { before, after } = area.limit;
        let is_inside = |start: usize| {
            (area.from == 0 || raw(starts[start]) >= area.from + MARGIN)
                && (self.raw.start == 0 || starts[start] as usize >= MARGIN)
        };
        let low = if let Some(low) = anchor.checked_sub(before) {
            let group = if family == Family::Base64 { low - low % GROUP } else { low };
            is_inside(group).then_some(low)?
        } else {
            (!self.view.is_other[0] && self.raw.start <= area.from && is_inside(0)).then_some(0)?
        };
        // Behind the hit, what ends in the area is read alike wherever that is cut.
        let (to, high) = (area.end(), anchor.saturating_add(after));
        let last = ends.partition_point(|&end| raw(end) <= to);
        let is_other = self.view.is_other[1] && last == ends.len();
        let is_known = high.saturating_add(GROUP) <= ends.len() || self.raw.end >= to && !is_other;
        is_known.then_some(low..high.min(last))
    }

    /// Whether some byte of that part is not the very byte that stands in the text.
    fn is_changed(&self, range: &Range<usize>) -> bool {
        let (start, end) = self.view.map.raw(range.start, range.end);
        end - start != range.len()
    }
}
