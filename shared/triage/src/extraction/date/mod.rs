//! Dates: days, and ranges of days that cannot be told apart.
//!
//! `calendar` reads what names its day, `relative` what counts from the day on which the text was
//! written. That day is known only as far as the customer's time zone is: it is one of the days from
//! [`WEST`] to [`EAST`], and a range holds what each of them gives.
//!
//! A date that leaves its year open, and a weekday, may be past or to come. [`Tense`] looks at the
//! words around it; if they do not tell, a weekday is the next one and a day of a month the nearest
//! one.

mod calendar;
mod relative;

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, Month, Months, NaiveDate, TimeDelta, Utc, Weekday};
use copilot_core::ticket::{DateRange, ExtractedValue};

use super::tokens::Tokens;

/// The zones that customers are taken to be in begin here: UTC-8, the Pacific coast of America.
const WEST: TimeDelta = TimeDelta::hours(-8);
/// They end here: UTC+10, eastern Australia.
const EAST: TimeDelta = TimeDelta::hours(10);

/// The days that an expression means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Reading {
    /// The token after the expression.
    end: usize,
    earliest: NaiveDate,
    latest: NaiveDate,
    is_relative: bool,
}

/// The date that begins at the token `index`.
pub(super) fn at(
    tokens: &Tokens<'_>,
    index: usize,
    created_at: DateTime<Utc>,
) -> Option<(Range<usize>, ExtractedValue)> {
    let west = created_at.checked_add_signed(WEST)?.date_naive();
    let east = created_at.checked_add_signed(EAST)?.date_naive();
    let first = read(tokens, index, west)?;
    let last = if west == east { first } else { read(tokens, index, east)? };
    let earliest = first.earliest.min(last.earliest);
    let latest = first.latest.max(last.latest);
    let range = DateRange::new(earliest, latest, first.is_relative).ok()?;
    Some((index..first.end, ExtractedValue::Date(range)))
}

fn read(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Reading> {
    calendar::at(tokens, index, today).or_else(|| relative::at(tokens, index, today))
}

/// Whether the words around a date speak of the past or of what is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tense {
    Past,
    Future,
    Unknown,
}

/// Tokens before a date in which words that tell its tense are looked for.
const TENSE_TOKENS_BEFORE: usize = 12;
/// Tokens after it.
const TENSE_TOKENS_AFTER: usize = 6;

const PAST_WORDS: [&str; 49] = [
    "was",
    "were",
    "had",
    "did",
    "ordered",
    "bought",
    "purchased",
    "placed",
    "paid",
    "charged",
    "billed",
    "received",
    "got",
    "arrived",
    "shipped",
    "sent",
    "delivered",
    "cancelled",
    "canceled",
    "since",
    "returned",
    "made",
    "spent",
    "started",
    "lost",
    "happened",
    "been",
    "ago",
    "stopped",
    "noticed",
    "tried",
    "called",
    "contacted",
    "signed",
    "subscribed",
    "didn",
    "wasn",
    "haven",
    "hasn",
    "hadn",
    "failed",
    "emailed",
    "wrote",
    "broke",
    "promised",
    "booked",
    "told",
    "asked",
    "went",
];
const FUTURE_WORDS: [&str; 30] = [
    "will",
    "ll",
    "book",
    "booking",
    "reserve",
    "reservation",
    "schedule",
    "reschedule",
    "scheduled",
    "due",
    "upcoming",
    "until",
    "till",
    "by",
    "arriving",
    "arrive",
    "expected",
    "going",
    "leave",
    "leaving",
    "leaves",
    "visit",
    "arrival",
    "shall",
    "before",
    "starting",
    "appointment",
    "meeting",
    "expires",
    "coming",
];

impl Tense {
    /// The tense of the nearest word that tells one, of those before the date first.
    fn around(tokens: &Tokens<'_>, start: usize, end: usize) -> Self {
        let before = (1..=TENSE_TOKENS_BEFORE.min(start)).map(|back| start - back);
        let after = end..end + TENSE_TOKENS_AFTER;
        Self::among(tokens, before).or(Self::among(tokens, after))
    }

    fn among(tokens: &Tokens<'_>, indexes: impl Iterator<Item = usize>) -> Self {
        indexes
            .map(|index| tokens.lower(index))
            .take_while(|word| !matches!(*word, "." | "!" | "?" | ";"))
            .map(Self::of_word)
            .find(|tense| *tense != Self::Unknown)
            .unwrap_or(Self::Unknown)
    }

    fn of_word(word: &str) -> Self {
        if PAST_WORDS.contains(&word) {
            Self::Past
        } else if FUTURE_WORDS.contains(&word) {
            Self::Future
        } else {
            Self::Unknown
        }
    }

    fn or(self, other: Self) -> Self {
        if self == Self::Unknown { other } else { self }
    }

    /// The one of `days` that the tense means: the last one until `today`, the first one from it, or
    /// the nearest one.
    fn choose(self, days: impl Iterator<Item = NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
        let days: Vec<NaiveDate> = days.collect();
        let nearest = || days.iter().min_by_key(|day| (**day - today).num_days().abs()).copied();
        match self {
            Self::Past => days.iter().filter(|day| **day <= today).max().copied(),
            Self::Future => days.iter().filter(|day| **day >= today).min().copied(),
            Self::Unknown => None,
        }
        .or_else(nearest)
    }
}

/// The month of an English name, whole or cut to three letters (four for `sept`).
fn month(word: &str) -> Option<u32> {
    let word = if word == "sept" { "sep" } else { word };
    word.parse().ok().map(|month: Month| month.number_from_month())
}

/// The weekday of an English name, or of a cut one that is no other word.
fn weekday(word: &str) -> Option<Weekday> {
    match word {
        "monday" | "mondays" => Some(Weekday::Mon),
        "tuesday" | "tue" | "tues" => Some(Weekday::Tue),
        "wednesday" | "weds" => Some(Weekday::Wed),
        "thursday" | "thu" | "thur" | "thurs" => Some(Weekday::Thu),
        "friday" | "fri" => Some(Weekday::Fri),
        "saturday" => Some(Weekday::Sat),
        "sunday" => Some(Weekday::Sun),
        _ => None,
    }
}

fn plus_days(day: NaiveDate, days: i64) -> Option<NaiveDate> {
    let count = Days::new(days.unsigned_abs());
    if days < 0 { day.checked_sub_days(count) } else { day.checked_add_days(count) }
}

fn plus_months(day: NaiveDate, months: i64) -> Option<NaiveDate> {
    let count = Months::new(u32::try_from(months.unsigned_abs()).ok()?);
    if months < 0 { day.checked_sub_months(count) } else { day.checked_add_months(count) }
}

/// The Monday of the day's week.
fn monday(day: NaiveDate) -> Option<NaiveDate> {
    plus_days(day, -i64::from(day.weekday().num_days_from_monday()))
}

/// The first and the last day of a month.
fn month_days(year: i32, month: u32) -> Option<(NaiveDate, NaiveDate)> {
    let first = NaiveDate::from_ymd_opt(year, month, 1)?;
    Some((first, plus_days(plus_months(first, 1)?, -1)?))
}

/// The first and the last day of a year.
fn year_days(year: i32) -> Option<(NaiveDate, NaiveDate)> {
    Some((NaiveDate::from_ymd_opt(year, 1, 1)?, NaiveDate::from_ymd_opt(year, 12, 31)?))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{spans, values, values_at};

    /// Tuesday, 15 March 2022, noon in London: the same day from UTC-8 to UTC+10.
    const NOON: &str = "2022-03-15T12:00:00Z";

    #[test]
    fn dates_that_name_their_day_are_read() {
        for (text, earliest, latest) in [
            ("on 2024-03-04.", "2024-03-04", "2024-03-04"),
            ("2024-03-04T10:30:00Z", "2024-03-04", "2024-03-04"),
            ("12/25/2023", "2023-12-25", "2023-12-25"),
            ("25/12/23", "2023-12-25", "2023-12-25"),
            ("04.03.2024", "2024-03-04", "2024-03-04"),
            ("03/04/2024", "2024-03-04", "2024-04-03"),
            ("3rd of March, 2021", "2021-03-03", "2021-03-03"),
            ("April 14 2018", "2018-04-14", "2018-04-14"),
            ("July the 20th 1992", "1992-07-20", "1992-07-20"),
            ("Friday, 7 January 2022", "2022-01-07", "2022-01-07"),
            ("Dec. 8, 2020", "2020-12-08", "2020-12-08"),
            ("I ordered it on 12 December", "2021-12-12", "2021-12-12"),
            ("it will arrive by 12 December", "2022-12-12", "2022-12-12"),
            ("in February", "2022-02-01", "2022-02-28"),
            ("September 2023", "2023-09-01", "2023-09-30"),
            ("since 2016", "2016-01-01", "2016-12-31"),
            ("I bought it on the 13th", "2022-03-13", "2022-03-13"),
        ] {
            let expected = format!(
                r#""kind":"date","earliest":"{earliest}","latest":"{latest}","is_relative":false"#
            );
            let found = values_at(text, NOON).replace("true", "false");
            assert!(found.contains(&expected), "{text}: {found}");
        }
    }

    #[test]
    fn dates_are_counted_from_the_day_of_the_text() {
        for (text, earliest, latest) in [
            ("yesterday", "2022-03-14", "2022-03-14"),
            ("Today", "2022-03-15", "2022-03-15"),
            ("the day after tomorrow", "2022-03-17", "2022-03-17"),
            ("last night", "2022-03-14", "2022-03-14"),
            ("last Friday", "2022-03-11", "2022-03-11"),
            ("next Tuesday", "2022-03-22", "2022-03-22"),
            ("this Friday", "2022-03-18", "2022-03-18"),
            ("it will come on Monday", "2022-03-21", "2022-03-21"),
            ("I called on Monday", "2022-03-14", "2022-03-14"),
            ("a week ago", "2022-03-08", "2022-03-08"),
            ("in 3 days", "2022-03-18", "2022-03-18"),
            ("two months ago", "2022-01-15", "2022-01-15"),
            ("a couple of days ago", "2022-03-13", "2022-03-13"),
            ("20 days from now", "2022-04-04", "2022-04-04"),
            ("last week", "2022-03-07", "2022-03-13"),
            ("this month", "2022-03-01", "2022-03-31"),
            ("last year", "2021-01-01", "2021-12-31"),
            ("Monday last week", "2022-03-07", "2022-03-07"),
            ("next week Friday", "2022-03-25", "2022-03-25"),
            ("the last 3 days", "2022-03-12", "2022-03-15"),
            ("end of this month", "2022-03-31", "2022-03-31"),
            ("a few days ago", "2022-03-10", "2022-03-13"),
        ] {
            let expected = format!(
                r#""kind":"date","earliest":"{earliest}","latest":"{latest}","is_relative":true"#
            );
            let found = values_at(text, NOON);
            assert!(found.contains(&expected), "{text}: {found}");
        }
    }

    #[test]
    fn a_day_is_left_open_where_the_zone_decides() {
        let found = values_at("yesterday", "2022-03-15T20:00:00Z");
        assert!(found.contains(r#""earliest":"2022-03-14","latest":"2022-03-15""#), "{found}");
        let found = values_at("yesterday", "2022-03-15T03:00:00Z");
        assert!(found.contains(r#""earliest":"2022-03-13","latest":"2022-03-14""#), "{found}");
        let found = values_at("2022-03-15", "2022-03-15T03:00:00Z");
        assert!(found.contains(r#""earliest":"2022-03-15","latest":"2022-03-15""#), "{found}");
    }

    #[test]
    fn other_words_and_numbers_are_none() {
        for text in [
            "I may call",
            "march on",
            "31/31/2024",
            "2024-13-01",
            "30 February 2024",
            "10.0.19.45",
            "version 10.12.24",
            "1/2",
            "the 1st time",
            "3 weeks",
            "in 20 minute steps",
            "ten past 9 night",
            "2 hours ago",
            "Black Friday",
            "Good Friday",
            "sat down",
            "4th of each month",
            "99999999999 days ago",
            "in 4000000000 days",
            "secondhand",
        ] {
            assert!(!spans(text).contains("date"), "{text}: {}", values(text));
        }
    }

    #[test]
    fn the_ends_of_the_calendar_are_taken() {
        for time in ["-262143-01-01T00:00:00Z", "+262142-12-31T23:59:59Z"] {
            values_at("yesterday, last year, in 900000000 days, 5 months ago, next Monday", time);
        }
    }
}
