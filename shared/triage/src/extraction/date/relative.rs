//! Dates that count from the day on which the text was written.

use chrono::{Datelike, NaiveDate, Weekday};

use super::super::tokens::Tokens;
use super::{Reading, Tense, monday, month_days, plus_days, plus_months, weekday, year_days};

/// The date that begins at the token `index`.
pub(super) fn at(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Reading> {
    let (end, earliest, latest) = named_day(tokens, index, today)
        .or_else(|| edge(tokens, index, today))
        .or_else(|| after_direction(tokens, index, today))
        .or_else(|| weekday_alone(tokens, index, today))
        .or_else(|| counted(tokens, index, today))?;
    Some(Reading { end, earliest, latest, is_relative: true })
}

/// The token after an expression, and the first and the last day that it means.
type Span = (usize, NaiveDate, NaiveDate);

fn one_day(end: usize, day: NaiveDate) -> Span {
    (end, day, day)
}

/// `yesterday`, `the day after tomorrow`, `this morning`, `last night`.
fn named_day(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Span> {
    let (days, length) =
        match (tokens.lower(index), tokens.lower(index + 1), tokens.lower(index + 2)) {
            ("day", "before", "yesterday") => (-2, 3),
            ("day", "after", "tomorrow") => (2, 3),
            ("this", "morning" | "afternoon" | "evening", _) => (0, 2),
            ("last", "night" | "evening", _) => (-1, 2),
            ("today" | "todays" | "tonight", ..) => (0, 1),
            ("yesterday", ..) => (-1, 1),
            ("tomorrow" | "tmrw", ..) => (1, 1),
            _ => return None,
        };
    Some(one_day(index + length, plus_days(today, days)?))
}

/// `end of this month`, `beginning of next year`.
fn edge(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Span> {
    let is_end = match tokens.lower(index) {
        "end" => true,
        "start" | "beginning" => false,
        _ => return None,
    };
    let of = usize::from(tokens.lower(index + 1) == "of");
    let word = index + 1 + of;
    let direction = direction(tokens.lower(word)).or((tokens.lower(word) == "the").then_some(0))?;
    let (first, last) = period(tokens.lower(word + 1), direction, today)?;
    Some(one_day(word + 2, if is_end { last } else { first }))
}

/// Which way a word points: -1 for `last`, 1 for `next`.
fn direction(word: &str) -> Option<i64> {
    match word {
        "last" | "past" | "previous" => Some(-1),
        "this" | "current" => Some(0),
        "next" | "coming" | "following" => Some(1),
        _ => None,
    }
}

/// The first and the last day of the week, month, quarter or year that is `direction` away.
fn period(word: &str, direction: i64, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    match word {
        "week" => {
            let first = plus_days(monday(today)?, direction * 7)?;
            Some((first, plus_days(first, 6)?))
        }
        "weekend" => {
            let first = plus_days(monday(today)?, direction * 7 + 5)?;
            Some((first, plus_days(first, 1)?))
        }
        "month" => {
            let day = plus_months(today.with_day(1)?, direction)?;
            month_days(day.year(), day.month())
        }
        "quarter" => {
            let first = today.with_day(1)?.with_month(today.month0() / 3 * 3 + 1)?;
            let first = plus_months(first, direction * 3)?;
            Some((first, plus_days(plus_months(first, 3)?, -1)?))
        }
        "year" => year_days(today.year().checked_add(i32::try_from(direction).ok()?)?),
        _ => None,
    }
}

/// `last Friday`, `next week`, `last week Monday`, `the past 3 days`.
fn after_direction(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Span> {
    let direction = direction(tokens.lower(index))?;
    let word = tokens.lower(index + 1);
    if let Some(weekday) = weekday(word) {
        return Some(one_day(index + 2, directed_weekday(weekday, direction, today)?));
    }
    if let Some((first, last)) = period(word, direction, today) {
        if word == "week"
            && let Some(weekday) = weekday(tokens.lower(index + 2))
        {
            return Some(one_day(index + 3, in_week(first, weekday)?));
        }
        return Some((index + 2, first, last));
    }
    if direction == 0 {
        return None;
    }
    // `ten past 9 night` is a time.
    let (_, most, unit) = quantity(tokens, index + 1)?;
    let (end, unit) = Unit::at(tokens, unit)?;
    if tokens.lower(index) == "past" && tokens.before(index, 1) != "the" {
        return None;
    }
    let far = unit.away(direction * most, today)?;
    let near = if direction < 0 { today } else { plus_days(today, 1)? };
    Some((end, far.min(near), far.max(near)))
}

/// The weekday before today, of this week, or of the next one.
fn directed_weekday(weekday: Weekday, direction: i64, today: NaiveDate) -> Option<NaiveDate> {
    if direction < 0 {
        return before(weekday, today);
    }
    in_week(plus_days(monday(today)?, direction * 7)?, weekday)
}

fn in_week(monday: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    plus_days(monday, i64::from(weekday.num_days_from_monday()))
}

/// The last such day before `today`.
fn before(weekday: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    let back = today.weekday().days_since(weekday);
    plus_days(today, -i64::from(if back == 0 { 7 } else { back }))
}

/// The first such day after `today`.
fn after(weekday: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    let ahead = weekday.days_since(today.weekday());
    plus_days(today, i64::from(if ahead == 0 { 7 } else { ahead }))
}

/// `Monday`, `Monday last week`, `Saturday coming`, `Wednesday in a week`.
fn weekday_alone(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Span> {
    let weekday = weekday(tokens.lower(index))?;
    if matches!(tokens.before(index, 1), "black" | "cyber" | "good" | "easter") {
        return None;
    }
    let next = after(weekday, today)?;
    if let Some(direction) = direction(tokens.lower(index + 1))
        && tokens.lower(index + 2) == "week"
    {
        let week = plus_days(monday(today)?, direction * 7)?;
        return Some(one_day(index + 3, in_week(week, weekday)?));
    }
    if tokens.lower(index + 1) == "coming" {
        return Some(one_day(index + 2, next));
    }
    if tokens.lower(index + 1) == "in"
        && let Some((_, weeks, unit)) = quantity(tokens, index + 2)
        && matches!(tokens.lower(unit), "week" | "weeks")
    {
        return Some(one_day(unit + 1, plus_days(next, weeks.checked_mul(7)?)?));
    }
    let day = match Tense::around(tokens, index, index + 1) {
        Tense::Past => before(weekday, today)?,
        Tense::Future | Tense::Unknown => next,
    };
    Some(one_day(index + 1, day))
}

/// `a week ago`, `in 3 days`, `two days from now`.
fn counted(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Span> {
    let is_ahead = tokens.lower(index) == "in";
    let start = if is_ahead { index + 1 } else { index };
    if tokens.is_joined(start) && start > 0 && matches!(tokens.before(start, 1), "." | "," | "-") {
        return None;
    }
    let (fewest, most, unit) = quantity(tokens, start)?;
    let (mut end, unit) = Unit::at(tokens, unit)?;
    let direction = match (tokens.lower(end), tokens.lower(end + 1)) {
        ("ago", _) if !is_ahead => {
            end += 1;
            -1
        }
        ("from", "now" | "today") => {
            end += 2;
            1
        }
        ("away", "from") if tokens.lower(end + 2) == "now" => {
            end += 3;
            1
        }
        // `in 20 minute steps` and `in 2 weeks time` differ in the unit's number.
        _ if is_ahead && (most == 1 || tokens.lower(end - 1).ends_with('s')) => 1,
        _ => return None,
    };
    let near = unit.away(direction * fewest, today)?;
    let far = unit.away(direction * most, today)?;
    Some((end, near.min(far), near.max(far)))
}

/// How many are counted at `index`, at least and at most, and the token after it.
fn quantity(tokens: &Tokens<'_>, index: usize) -> Option<(i64, i64, usize)> {
    let article = usize::from(matches!(tokens.lower(index), "a" | "an"));
    let word = index + article;
    match tokens.lower(word) {
        "couple" => {
            let of = usize::from(tokens.lower(word + 1) == "of");
            Some((2, 2, word + 1 + of))
        }
        "few" => Some((2, 5, word + 1)),
        "several" => Some((3, 7, word + 1)),
        _ if article == 1 => Some((1, 1, word)),
        _ => {
            let (count, end) = tokens.cardinal(index)?;
            Some((i64::from(count), i64::from(count), end))
        }
    }
}

/// What is counted. Hours and minutes name no day.
#[derive(Debug, Clone, Copy)]
enum Unit {
    Days(i64),
    Months(i64),
}

impl Unit {
    fn at(tokens: &Tokens<'_>, index: usize) -> Option<(usize, Self)> {
        let unit = match tokens.lower(index) {
            "day" | "days" | "night" | "nights" => Self::Days(1),
            "week" | "weeks" => Self::Days(7),
            "fortnight" | "fortnights" => Self::Days(14),
            "month" | "months" => Self::Months(1),
            "year" | "years" => Self::Months(12),
            _ => return None,
        };
        Some((index + 1, unit))
    }

    /// The day that is `count` of the unit away.
    fn away(self, count: i64, today: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Days(days) => plus_days(today, count.checked_mul(days)?),
            Self::Months(months) => plus_months(today, count.checked_mul(months)?),
        }
    }
}
