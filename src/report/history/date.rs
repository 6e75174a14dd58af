//! Dates as people and machines read them: ISO 8601, in the author's own time zone.

use crate::model::day;

/// `2024-02-29T23:59:59+01:00`; years are cut to 0 to 9999.
pub(in crate::report) fn iso(seconds: i64, zone: i32) -> String {
    let (year, month, day, rest) = civil(seconds, zone);
    let sign = if zone < 0 { '-' } else { '+' };
    let (hours, minutes) = (zone.unsigned_abs() / 60, zone.unsigned_abs() % 60);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}{sign}{hours:02}:{minutes:02}")
}

/// `2024-02-29`.
pub(in crate::report) fn day(seconds: i64, zone: i32) -> String {
    let (year, month, day, _) = civil(seconds, zone);
    format!("{year:04}-{month:02}-{day:02}")
}

/// The seconds since 1970, and the minutes east of Greenwich, that [`iso`] wrote so.
pub(in crate::report) fn parse_iso(text: &str) -> Option<(i64, i32)> {
    let part = |from: usize, to: usize| text.get(from..to)?.parse::<u32>().ok().map(i64::from);
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (22, b':')];
    let sign = match text.as_bytes().get(19)? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    if text.len() != 25 || marks.iter().any(|(at, mark)| text.as_bytes()[*at] != *mark) {
        return None;
    }
    let (year, month, day) = (part(0, 4)?, part(5, 7)?, part(8, 10)?);
    let (hour, minute, second) = (part(11, 13)?, part(14, 16)?, part(17, 19)?);
    let zone = sign * i32::try_from(part(20, 22)? * 60 + part(23, 25)?).ok()?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let days = day::days(year, month, day);
    Some((days * 86_400 + hour * 3600 + minute * 60 + second - i64::from(zone) * 60, zone))
}

/// Year, month, day, and the second of the day.
fn civil(seconds: i64, zone: i32) -> (i64, i64, i64, i64) {
    /// Seconds from the year 0 to 1970, and to the last second of 9999.
    const RANGE: std::ops::RangeInclusive<i64> = -62_167_219_200..=253_402_300_799;
    let local = seconds.saturating_add(i64::from(zone) * 60).clamp(*RANGE.start(), *RANGE.end());
    let (year, month, day) = day::date(local.div_euclid(86_400));
    (year, month, day, local.rem_euclid(86_400))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // As told by `date -u -d @N +%FT%T`.
        for (seconds, zone, text) in [
            (0, 0, "1970-01-01T00:00:00+00:00"),
            (1_709_251_199, 60, "2024-03-01T00:59:59+01:00"),
            (1_709_164_800, 0, "2024-02-29T00:00:00+00:00"),
            (1_700_000_000, -90, "2023-11-14T20:43:20-01:30"),
            (951_782_400, 0, "2000-02-29T00:00:00+00:00"),
            (-1, 0, "1969-12-31T23:59:59+00:00"),
            (4_107_542_399, 0, "2100-02-28T23:59:59+00:00"),
            (i64::MAX, 840, "9999-12-31T23:59:59+14:00"),
            (i64::MIN, 0, "0000-01-01T00:00:00+00:00"),
        ] {
            assert_eq!(iso(seconds, zone), text);
            if seconds.unsigned_abs() < 1 << 40 {
                assert_eq!(parse_iso(text), Some((seconds, zone)), "{text}");
            }
        }
        for text in
            ["", "2024-02-29", "2024-13-29T00:00:00+00:00", "2024-02-29T00:00:00Z00:00", "2024-02-2éT00:00:00+00:00"]
        {
            assert_eq!(parse_iso(text), None, "{text}");
        }
    }
}
