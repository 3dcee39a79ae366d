//! A day of the calendar. A date of purchase has no hour and no time zone, so it never becomes an instant.

use std::fmt;

use serde::{Serialize, Serializer};

/// A day of the Gregorian calendar, written `2026-11-25`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    year: u16,
    month: u8,
    day: u8,
}

impl Day {
    /// A day that exists, of the years 1 to 9999.
    pub fn new(year: u16, month: u8, day: u8) -> Option<Day> {
        let exists = (1..=9999).contains(&year) && (1..=12).contains(&month) && day >= 1 && day <= days_in(year, month);
        exists.then_some(Day { year, month, day })
    }

    /// Reads `YYYY-MM-DD` (ISO 8601), blanks around it ignored. `None` for anything else, also for days that do not exist.
    pub fn parse(text: &str) -> Option<Day> {
        let mut parts = text.trim().split('-');
        let mut number = |digits: usize| {
            parts.next().filter(|part| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()))?.parse::<u16>().ok()
        };
        let (year, month, day) = (number(4)?, number(2)?, number(2)?);
        if parts.next().is_some() {
            return None;
        }
        Day::new(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    /// The day after.
    pub fn next(self) -> Day {
        if self.day < days_in(self.year, self.month) {
            Day { day: self.day + 1, ..self }
        } else if self.month < 12 {
            Day { month: self.month + 1, day: 1, ..self }
        } else {
            Day { year: self.year + 1, month: 1, day: 1 }
        }
    }

    /// The same day of the month so many months later, or the month's last day where it is shorter. The calendar ends with 9999.
    #[must_use]
    pub fn plus_months(self, months: u16) -> Day {
        let month = u32::from(self.month) - 1 + u32::from(months);
        let year = u16::try_from(u32::from(self.year) + month / 12).unwrap_or(9999).min(9999);
        let month = u8::try_from(month % 12 + 1).unwrap_or(12);
        Day { year, month, day: self.day.min(days_in(year, month)) }
    }

    /// The year, 1 to 9999.
    pub fn year(self) -> u16 {
        self.year
    }
}

/// The first day there is.
impl Default for Day {
    fn default() -> Day {
        Day { year: 1, month: 1, day: 1 }
    }
}

impl fmt::Display for Day {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Day {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn days_in(year: u16, month: u8) -> u8 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn months_later_is_the_same_day_or_the_last_of_a_shorter_month() {
        let later = |text: &str, months: u16| Day::parse(text).unwrap().plus_months(months).to_string();
        assert_eq!(later("2026-03-31", 24), "2028-03-31");
        assert_eq!(later("2026-11-30", 3), "2027-02-28");
        assert_eq!(later("2024-02-29", 12), "2025-02-28");
        assert_eq!(later("2026-12-01", 1), "2027-01-01");
        assert_eq!(later("2026-01-01", u16::MAX), "7487-04-01");
    }

    #[test]
    fn days_that_exist_read_back_as_they_were_written() {
        for text in ["2026-03-31", "2018-11-04", "2024-02-29", "2000-02-29", "1900-01-01", "0001-01-01"] {
            assert_eq!(Day::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in [
            "2026-02-29",
            "1900-02-29",
            "2026-04-31",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "0000-01-01",
            "26-01-01",
            "2026-1-1",
            "2026-01-01T00:00",
            "2026/01/01",
            "+2026-01-01",
            "",
            "٢٠٢٦-٠١-٠١",
        ] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_year_ends_on_its_last_day() {
        assert_eq!(Day::parse("2026-12-31").unwrap().next(), Day::parse("2027-01-01").unwrap());
        assert_eq!(Day::parse("2024-02-28").unwrap().next(), Day::parse("2024-02-29").unwrap());
    }

    proptest! {
        #[test]
        fn the_day_after_is_later_and_exists(year in 1u16..9999, month in 1u8..=12, day in 1u8..=31) {
            if let Some(today) = Day::new(year, month, day) {
                prop_assert!(today.next() > today);
                prop_assert_eq!(Day::parse(&today.next().to_string()), Some(today.next()));
            }
        }
    }
}
