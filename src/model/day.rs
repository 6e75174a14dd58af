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
        let real = year >= 1970 && (1..=12).contains(&month) && (1..=length(year, month)).contains(&day);
        real.then_some(Self { year, month, of_month: day })
    }

    /// The day that second since 1970 lies in.
    #[must_use]
    pub fn of_second(second: u64) -> Self {
        let mut left = second / 86_400;
        let mut first = Self { year: 1970, month: 1, of_month: 1 };
        loop {
            let days = u64::from(length(first.year, first.month));
            if left < days || first.year == 9999 {
                // Past the end of the calendar there is only its last year.
                first.of_month += left.min(days - 1) as u8;
                return first;
            }
            left -= days;
            (first.year, first.month) =
                if first.month == 12 { (first.year + 1, 1) } else { (first.year, first.month + 1) };
        }
    }
}

const fn length(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.of_month)
    }
}

#[cfg(test)]
mod tests {
    use super::Day;

    #[test]
    fn days() {
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
        let _ = Day::of_second(u64::MAX);
    }
}
