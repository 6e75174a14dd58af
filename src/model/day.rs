//! A day of the calendar, without a clock.

use std::fmt;

/// A day of the Gregorian calendar (UTC), from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    /// From 1.
    of_month: u8,
}

impl Day {
    /// Reads `YYYY-MM-DD`. `None` if there is no such day.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(at, byte)| if at == 4 || at == 7 { *byte == b'-' } else { byte.is_ascii_digit() });
        if !shaped {
            return None;
        }
        let (year, month, day) = (text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?);
        let named = (i64::from(year), i64::from(month), i64::from(day));
        let real = year >= 1970 && (1..=12).contains(&month) && date(days(named.0, named.1, named.2)) == named;
        real.then_some(Self { year, month, of_month: day })
    }

    /// The day that second since 1970 lies in; past the end of the year 9999, its last.
    #[must_use]
    #[expect(clippy::cast_sign_loss, reason = "no year since 1970, month or day is negative")]
    pub fn of_second(second: u64) -> Self {
        let (year, month, of_month) = date(i64::try_from(second / 86_400).unwrap_or(LAST).min(LAST));
        Self { year: year as u16, month: month as u8, of_month: of_month as u8 }
    }
}

/// Days from 1970 to the last one of the year 9999.
const LAST: i64 = 2_932_896;
/// Days from 1 March of the year 0 to 1970.
const TO_1970: i64 = 719_468;
/// Days in 400 years, after which the calendar repeats.
const ERA: i64 = 146_097;

/// Year, month and day of the month of a number of days since 1970, in the Gregorian calendar.
///
/// Years are counted from March, so that the leap day is the last one.
#[must_use]
pub const fn date(days: i64) -> (i64, i64, i64) {
    let from_march = days + TO_1970;
    let (era, of_era) = (from_march.div_euclid(ERA), from_march.rem_euclid(ERA));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * of_year + 2) / 153;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    (era * 400 + year_of_era + if month <= 2 { 1 } else { 0 }, month, of_year - (153 * shifted + 2) / 5 + 1)
}

/// The other way round: days since 1970. A day past the end of its month is one of the next.
#[must_use]
pub const fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * month + 2) / 5 + day - 1;
    era * ERA + of_era * 365 + of_era / 4 - of_era / 100 + of_year - TO_1970
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

#[cfg(test)]
mod tests {
    use super::{Day, date, days};

    #[test]
    fn days_are_read_and_told() {
        for (second, day) in [
            (0, "1970-01-01"),
            (86_399, "1970-01-01"),
            (951_868_799, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_795_305_600, "2026-11-22"),
        ] {
            assert_eq!(Day::of_second(second).to_string(), day);
            assert_eq!(Day::parse(day).unwrap(), Day::of_second(second));
        }
        for none in ["2023-02-29", "2026-13-01", "2026-00-01", "2026-1-1", "1969-12-31", "2026-11-2x", "+026-11-22", ""]
        {
            assert_eq!(Day::parse(none), None, "{none}");
        }
        assert!(Day::parse("2026-12-01") > Day::parse("2026-11-30"));
        assert_eq!(Day::of_second(u64::MAX).to_string(), "9999-12-31");
    }

    /// Each day is the one after the last, as the lengths of months say.
    #[test]
    fn every_day_of_four_centuries_is_counted_once() {
        let (mut year, mut month, mut day) = (1600_i64, 1_i64, 1_i64);
        for count in days(1600, 1, 1)..days(2001, 1, 1) {
            assert_eq!((date(count), days(year, month, day)), ((year, month, day), count));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let lengths = [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
            (month, day) =
                if day == lengths[usize::try_from(month - 1).unwrap_or(0)] { (month + 1, 1) } else { (month, day + 1) };
            (year, month) = if month == 13 { (year + 1, 1) } else { (year, month) };
        }
    }
}
