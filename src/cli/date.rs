//! Dates as people write them on a command line.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::model::day;

/// Seconds of each unit of time ago.
const UNITS: [(char, i64); 4] = [('h', 3600), ('d', 86_400), ('w', 7 * 86_400), ('y', 365 * 86_400)];

/// Seconds since 1970 of a date: a day, a day and a time, `@` and seconds, or a number of hours, days, weeks or years
/// ago. Without a zone it is UTC. `None` if it is none of these.
pub(super) fn parse(text: &str) -> Option<i64> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs().cast_signed());
    parse_at(text, now)
}

fn parse_at(text: &str, now: i64) -> Option<i64> {
    if let Some(seconds) = text.strip_prefix('@') {
        return seconds.parse().ok();
    }
    for (unit, seconds) in UNITS {
        if let Some(count) = text.strip_suffix(unit).and_then(number) {
            return now.checked_sub(count.checked_mul(seconds)?);
        }
    }
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    let mut parts = day.split('-').map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let days = days(year, month, day).filter(|_| parts.next().is_none())?;
    if time.is_empty() {
        return (!text.contains(['T', ' '])).then_some(days * 86_400);
    }
    let (clock, east) = match time.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => match time.rfind(['+', '-']) {
            Some(at) => (time.get(..at)?, zone(time.get(at..)?)?),
            None => (time, 0),
        },
    };
    let mut parts = clock.split(':').map(number);
    let (hour, minute) = (parts.next()??, parts.next()??);
    let second = parts.next().unwrap_or(Some(0))?;
    let real = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    real.then_some(days * 86_400 + hour * 3600 + minute * 60 + second - east)
}

/// A number of at most six digits, and nothing else.
fn number(text: &str) -> Option<i64> {
    let digits = (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

/// Seconds east of Greenwich of `+hh:mm`.
fn zone(text: &str) -> Option<i64> {
    let (hours, minutes) = text.get(1..)?.split_once(':')?;
    let east = number(hours).filter(|hours| *hours < 24)? * 3600 + number(minutes).filter(|m| *m < 60)? * 60;
    Some(if text.starts_with('-') { -east } else { east })
}

/// Days from 1 January 1970 to that day of the Gregorian calendar; `None` if there is no such day.
fn days(year: i64, month: i64, of_month: i64) -> Option<i64> {
    let days = day::days(year, month, of_month);
    let real = (1970..10_000).contains(&year) && (1..=12).contains(&month);
    (real && day::date(days) == (year, month, of_month)).then_some(days)
}

#[cfg(test)]
mod tests {
    use super::parse_at;

    #[test]
    fn dates() {
        for (text, expected) in [
            ("1970-01-01", Some(0)),
            ("2000-03-01", Some(951_868_800)),
            ("2026-11-22", Some(1_795_305_600)),
            ("2026-11-22T01:02:03Z", Some(1_795_305_600 + 3723)),
            ("2026-11-22 01:02", Some(1_795_305_600 + 3720)),
            ("2026-11-22T01:02:03+01:30", Some(1_795_305_600 + 3723 - 5400)),
            ("2026-11-22T01:02:03-01:30", Some(1_795_305_600 + 3723 + 5400)),
            ("@12", Some(12)),
            ("2d", Some(1_000_000 - 172_800)),
            ("1w", Some(1_000_000 - 604_800)),
            ("2024-02-29", Some(1_709_164_800)),
            ("2023-02-29", None),
            ("2026-13-01", None),
            ("2026-00-01", None),
            ("2026-01-00", None),
            ("2026-1", None),
            ("2026-01-01-01", None),
            ("2026-01-01T", None),
            ("2026-01-01T25:00", None),
            ("d", None),
            ("", None),
            ("yesterday", None),
            ("+2d", None),
        ] {
            assert_eq!(parse_at(text, 1_000_000), expected, "{text}");
        }
    }
}
