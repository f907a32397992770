//! Dates that name their day, their month or their year.

use chrono::{Datelike, NaiveDate, Weekday};

use super::super::tokens::{Kind, Tokens};
use super::{Reading, Tense, month, month_days, plus_months, weekday, year_days};

/// Years that a date is taken to be in.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;
/// Years that a number after `in` or `since` is taken for.
const BARE_YEARS: std::ops::RangeInclusive<i32> = 1990..=2040;
/// Two digits from here on are a year of the last century.
const LAST_CENTURY: i32 = 70;

/// Words before a month that stands alone.
const BEFORE_MONTH: [&str; 18] = [
    "in", "since", "until", "till", "from", "of", "by", "during", "before", "after", "between",
    "to", "for", "early", "late", "mid", "and", "on",
];
/// Those of them after which `may` and `march` are months too.
const BEFORE_MAY: [&str; 7] = ["in", "since", "until", "till", "during", "early", "late"];
/// Words before `the 15th`.
const BEFORE_ORDINAL: [&str; 14] = [
    "on", "by", "from", "since", "until", "till", "before", "after", "to", "between", "and", "for",
    "starting", "of",
];
/// Words after `the 15th` that show that nothing is counted.
const AFTER_ORDINAL: [&str; 18] = [
    "to", "until", "till", "and", "at", "for", "but", "of", "please", "i", "it", "we", "then",
    "or", "through", "in", "when", "with",
];

/// The date that begins at the token `index`.
pub(super) fn at(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Reading> {
    match tokens.kind(index)? {
        Kind::Number if is_inside_number(tokens, index) => None,
        Kind::Number => in_numbers(tokens, index)
            .or_else(|| day_of_month(tokens, index, index, None, today))
            .or_else(|| ordinal(tokens, index, today))
            .or_else(|| bare_year(tokens, index)),
        Kind::Word => after_weekday(tokens, index, today)
            .or_else(|| day_of_month(tokens, index, index, None, today))
            .or_else(|| whole_month(tokens, index, today)),
        Kind::Mark => None,
    }
}

fn day(end: usize, day: NaiveDate) -> Reading {
    Reading { end, earliest: day, latest: day, is_relative: false }
}

fn is_inside_number(tokens: &Tokens<'_>, index: usize) -> bool {
    let is_after_mark = matches!(tokens.before(index, 1), "." | "-" | "/" | "," | ":" | "#" | "_")
        && index >= 2
        && (tokens.is_joined(index - 1) || tokens.before(index, 1) == "#");
    let is_after_letter =
        index.checked_sub(1).and_then(|before| tokens.kind(before)) != Some(Kind::Mark);
    tokens.is_joined(index) && (is_after_letter || is_after_mark)
}

/// Whether letters, digits or a further group are joined to what ends before `end`.
fn goes_on(tokens: &Tokens<'_>, end: usize) -> bool {
    let is_group = matches!(tokens.lower(end), "." | "-" | "/" | "_")
        && tokens.is_joined(end + 1)
        && tokens.is_number(end + 1);
    tokens.is_joined(end) && (tokens.kind(end) != Some(Kind::Mark) || is_group)
}

/// `2024-03-04`, `04.03.2024`, `3/4/24`. Where day and month may be either way, the range holds both.
fn in_numbers(tokens: &Tokens<'_>, index: usize) -> Option<Reading> {
    let separator = tokens.lower(index + 1);
    let is_joined = (1..5).all(|offset| tokens.is_joined(index + offset));
    if !is_joined || !matches!(separator, "-" | "/" | ".") || tokens.lower(index + 3) != separator {
        return None;
    }
    let end = index + 5;
    let is_before_time = tokens.lower(end) == "t" && tokens.is_number(end + 1);
    if goes_on(tokens, end) && !is_before_time {
        return None;
    }
    let [first, second, third] =
        [tokens.number(index)?, tokens.number(index + 2)?, tokens.number(index + 4)?];
    let lengths = [0, 2, 4].map(|offset| tokens.lower(index + offset).len());
    let year = match lengths {
        [4, 1 | 2, 1 | 2] => {
            return date(i32::try_from(first).ok()?, second, third).map(|date| day(end, date));
        }
        [1 | 2, 1 | 2, 4] => i32::try_from(third).ok()?,
        [1 | 2, 1 | 2, 2] if separator != "." || !follows_version(tokens, index) => {
            let year = i32::try_from(third).ok()?;
            if year < LAST_CENTURY { 2000 + year } else { 1900 + year }
        }
        _ => return None,
    };
    let day_first = date(year, second, first);
    let month_first = if separator == "." { None } else { date(year, first, second) };
    let earliest = [day_first, month_first].into_iter().flatten().min()?;
    let latest = [day_first, month_first].into_iter().flatten().max()?;
    Some(Reading { end, earliest, latest, is_relative: false })
}

fn follows_version(tokens: &Tokens<'_>, index: usize) -> bool {
    matches!(tokens.before(index, 1), "version" | "v" | "release" | "build" | "firmware" | ":")
}

fn date(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    YEARS.contains(&year).then(|| NaiveDate::from_ymd_opt(year, month, day))?
}

/// `Friday, the 7th of January`.
fn after_weekday(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Reading> {
    let weekday = weekday(tokens.lower(index))?;
    let mut start = index + 1;
    while start < index + 4 && matches!(tokens.lower(start), "," | "." | "the") {
        start += 1;
    }
    if let Some(reading) = day_of_month(tokens, index, start, Some(weekday), today) {
        return Some(reading);
    }
    let (number, end) = ordinal_day(tokens, start)?;
    let tense = Tense::around(tokens, index, end);
    // A weekday meets each day of a month within fourteen months.
    let days = (-14..=14)
        .filter_map(|months| plus_months(today.with_day(1)?, months)?.with_day(number))
        .filter(|day| day.weekday() == weekday);
    Some(day(end, tense.choose(days, today)?))
}

/// `3rd of March 2022`, `Mar 3`. The expression begins at `index`, its day or month at `start`.
fn day_of_month(
    tokens: &Tokens<'_>,
    index: usize,
    start: usize,
    weekday: Option<Weekday>,
    today: NaiveDate,
) -> Option<Reading> {
    let (day_number, month_number, end) =
        day_before_month(tokens, start).or_else(|| month_before_day(tokens, start))?;
    if let Some((year, end)) = year_after(tokens, end) {
        return date(year, month_number, day_number).map(|date| day(end, date));
    }
    let in_year = |year: i32| NaiveDate::from_ymd_opt(year, month_number, day_number);
    let years = today.year() - 1..=today.year() + 1;
    let days: Vec<NaiveDate> = years.filter_map(in_year).collect();
    let on_weekday: Vec<NaiveDate> = days
        .iter()
        .filter(|day| weekday.is_some_and(|weekday| day.weekday() == weekday))
        .copied()
        .collect();
    let days = if on_weekday.is_empty() { days } else { on_weekday };
    let chosen = Tense::around(tokens, index, end).choose(days.into_iter(), today)?;
    Some(day(end, chosen))
}

/// The number of a day at `index`, with or without `th`, and the token after it.
fn day_number(tokens: &Tokens<'_>, index: usize) -> Option<(u32, usize)> {
    ordinal_day(tokens, index).or_else(|| {
        let number = tokens.number(index).filter(|number| (1..=31).contains(number))?;
        (tokens.lower(index).len() <= 2 && !goes_on(tokens, index + 1))
            .then_some((number, index + 1))
    })
}

/// `15th`.
fn ordinal_day(tokens: &Tokens<'_>, index: usize) -> Option<(u32, usize)> {
    let number = tokens.number(index).filter(|number| (1..=31).contains(number))?;
    let has_ending =
        tokens.is_joined(index + 1) && matches!(tokens.lower(index + 1), "st" | "nd" | "rd" | "th");
    has_ending.then_some((number, index + 2))
}

fn day_before_month(tokens: &Tokens<'_>, index: usize) -> Option<(u32, u32, usize)> {
    let (number, mut end) = day_number(tokens, index)?;
    if tokens.lower(end) == "of" {
        end += 1;
    }
    let month = month(tokens.lower(end))?;
    Some((number, month, after_dot(tokens, end + 1)))
}

fn month_before_day(tokens: &Tokens<'_>, index: usize) -> Option<(u32, u32, usize)> {
    let month = month(tokens.lower(index)).filter(|_| !tokens.is_joined(index) || index == 0)?;
    let mut start = after_dot(tokens, index + 1);
    if tokens.lower(start) == "the" {
        start += 1;
    }
    let (number, end) = day_number(tokens, start)?;
    // 17:30 and 3.5 are no days.
    let is_part = matches!(tokens.lower(end), ":" | ".")
        && tokens.is_joined(end + 1)
        && tokens.is_number(end + 1);
    (!is_part).then_some((number, month, end))
}

/// The token after the dot of a cut name, as in `Dec. 8`.
fn after_dot(tokens: &Tokens<'_>, index: usize) -> usize {
    let is_dot = tokens.lower(index) == "."
        && tokens.is_joined(index)
        && (tokens.is_number(index + 1) || tokens.lower(index + 1) == "the");
    index + usize::from(is_dot)
}

/// `2022` or `, 2022` after a day or a month.
fn year_after(tokens: &Tokens<'_>, end: usize) -> Option<(i32, usize)> {
    let skipped = usize::from(matches!(tokens.lower(end), "," | "of"));
    let index = end + skipped;
    let year = year_at(tokens, index).filter(|year| YEARS.contains(year))?;
    Some((year, index + 1))
}

fn year_at(tokens: &Tokens<'_>, index: usize) -> Option<i32> {
    let is_year = tokens.lower(index).len() == 4 && !goes_on(tokens, index + 1);
    if is_year { i32::try_from(tokens.number(index)?).ok() } else { None }
}

/// `the 15th`, after a word that dates follow.
fn ordinal(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Reading> {
    let (number, mut end) = ordinal_day(tokens, index)?;
    let article = usize::from(tokens.before(index, 1) == "the");
    let is_announced = BEFORE_ORDINAL.contains(&tokens.before(index, article + 1))
        || matches!(tokens.before(index, article + 1), "last" | "next");
    let after = tokens.lower(end);
    let is_alone = tokens.kind(end) != Some(Kind::Word) || AFTER_ORDINAL.contains(&after);
    if !is_announced || !is_alone {
        return None;
    }
    if after == "of" {
        let word = tokens.lower(end + 1);
        let is_this_month = matches!(word, "this" | "the") && tokens.lower(end + 2) == "month";
        if !is_this_month {
            return None;
        }
        end += 3;
        return today.with_day(number).map(|date| Reading { is_relative: true, ..day(end, date) });
    }
    let first = today.with_day(1)?;
    let days = (-2..=2).filter_map(|months| plus_months(first, months)?.with_day(number));
    let tense = match tokens.before(index, article + 1) {
        "last" => Tense::Past,
        "next" => Tense::Future,
        _ => Tense::around(tokens, index, end),
    };
    Some(day(end, tense.choose(days, today)?))
}

/// `March 2022`, `in March`, `last March`, `October last year`.
fn whole_month(tokens: &Tokens<'_>, index: usize, today: NaiveDate) -> Option<Reading> {
    let range = |end, days: (NaiveDate, NaiveDate), is_relative| {
        Some(Reading { end, earliest: days.0, latest: days.1, is_relative })
    };
    if let Some(tense) = tense_word(tokens.lower(index))
        && let Some(number) = month(tokens.lower(index + 1))
    {
        return range(index + 2, chosen_month(number, tense, today)?, true);
    }
    let number = month(tokens.lower(index)).filter(|_| !tokens.is_joined(index) || index == 0)?;
    // 30 February is no date, so it is not its month either.
    if index.checked_sub(1).is_some_and(|before| tokens.is_number(before)) {
        return None;
    }
    if let Some((year, end)) = year_after(tokens, index + 1) {
        return range(end, month_days(year, number)?, false);
    }
    let years = match (tokens.lower(index + 1), tokens.lower(index + 2)) {
        ("last", "year") => Some(-1),
        ("this", "year") => Some(0),
        ("next", "year") => Some(1),
        _ => None,
    };
    if let Some(years) = years {
        return range(index + 3, month_days(today.year() + years, number)?, true);
    }
    let before = tokens.before(index, 1);
    let is_word_too =
        matches!(tokens.lower(index), "may" | "march" | "mar" | "dec" | "sep" | "jan");
    let announced = if is_word_too { &BEFORE_MAY[..] } else { &BEFORE_MONTH[..] };
    let goes_on = goes_on(tokens, index + 1);
    if !announced.contains(&before) || goes_on {
        return None;
    }
    let tense = Tense::around(tokens, index, index + 1);
    range(index + 1, chosen_month(number, tense, today)?, false)
}

fn tense_word(word: &str) -> Option<Tense> {
    match word {
        "last" | "past" | "previous" => Some(Tense::Past),
        "next" | "coming" => Some(Tense::Future),
        "this" => Some(Tense::Unknown),
        _ => None,
    }
}

fn chosen_month(number: u32, tense: Tense, today: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let days =
        (-1..=1).filter_map(|years| NaiveDate::from_ymd_opt(today.year() + years, number, 1));
    let first = tense.choose(days, today)?;
    month_days(first.year(), number)
}

/// `in 2016`.
fn bare_year(tokens: &Tokens<'_>, index: usize) -> Option<Reading> {
    let is_announced = matches!(tokens.before(index, 1), "in" | "since" | "during" | "from");
    let year = year_at(tokens, index).filter(|year| is_announced && BARE_YEARS.contains(year))?;
    let is_alone = tokens.kind(index + 1) != Some(Kind::Word)
        || matches!(
            tokens.lower(index + 1),
            "to" | "until" | "till" | "and" | "but" | "when" | "i"
        );
    let (earliest, latest) = year_days(year)?;
    is_alone.then_some(Reading { end: index + 1, earliest, latest, is_relative: false })
}
