//! When a ticket was created, as exports write it.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, TimeZone, Utc};

/// Digits of a time in milliseconds since 1970; such a time in seconds has 9 or 10 (until the year
/// 2286).
const MILLISECOND_DIGITS: usize = 13;
/// The time of day of a date that has none.
const NOON: NaiveTime = match NaiveTime::from_hms_opt(12, 0, 0) {
    Some(noon) => noon,
    None => NaiveTime::MIN,
};
/// Most characters that a date with its time has.
const DATE_CHARACTERS: usize = 80;
/// The months, as English names them; each is known by its first three letters too.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
/// Zones by the names of RFC 2822 and of central Europe, with their hours before or after UTC. The
/// names of others, such as IST and BST, mean several zones.
const ZONES: [(&str, i32); 14] = [
    ("z", 0),
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("est", -5),
    ("edt", -4),
    ("cst", -6),
    ("cdt", -5),
    ("mst", -7),
    ("mdt", -6),
    ("pst", -8),
    ("pdt", -7),
    ("cet", 1),
    ("cest", 2),
];

/// Which number comes first in a date such as `03/11/2026`, as far as the file tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DateOrder {
    #[default]
    Unknown,
    DayFirst,
    MonthFirst,
}

/// What the dates of a file say of their order: a number over 12 is a day.
#[derive(Debug, Clone, Copy, Default)]
pub struct DateOrderEvidence {
    day_first: bool,
    month_first: bool,
}

impl DateOrderEvidence {
    pub fn add(&mut self, text: &str) {
        if let Some((_, [Number::Plain(first), Number::Plain(second)])) = numbers_in_order(text) {
            self.day_first |= first > 12;
            self.month_first |= second > 12;
        }
    }

    /// The order; unknown if nothing tells it, or if the dates of the file have both.
    pub fn order(self) -> DateOrder {
        match (self.day_first, self.month_first) {
            (true, false) => DateOrder::DayFirst,
            (false, true) => DateOrder::MonthFirst,
            _ => DateOrder::Unknown,
        }
    }
}

/// Why a time is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadTime {
    /// It may be two days: `03/11/2026` in a file that does not tell which number is the month.
    Ambiguous,
    Unknown,
}

/// Reads a time as exports write it: RFC 3339, RFC 2822, seconds or milliseconds since 1970, dates
/// with the year first or with the month as an English word, and, in the `order` of the file, dates
/// with day, month and year in numbers; with or without a time of day, `AM` or `PM`, and a zone.
/// Without a zone it is UTC.
pub fn parse(text: &str, order: DateOrder) -> Result<DateTime<Utc>, UnreadTime> {
    let text = text.trim();
    if text.chars().count() > DATE_CHARACTERS {
        return Err(UnreadTime::Unknown);
    }
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Ok(time.with_timezone(&Utc));
    }
    if text.len() >= 9 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return since_1970(text).ok_or(UnreadTime::Unknown);
    }
    let written = Written::split(text).ok_or(UnreadTime::Unknown)?;
    let day = day(&written.date, order)?;
    written.at(day).ok_or(UnreadTime::Unknown)
}

fn since_1970(digits: &str) -> Option<DateTime<Utc>> {
    let number: i64 = digits.parse().ok()?;
    match digits.len() {
        MILLISECOND_DIGITS => DateTime::from_timestamp_millis(number),
        9 | 10 => DateTime::from_timestamp(number, 0),
        _ => None,
    }
}

/// A date, a time of day and a zone, apart.
#[derive(Debug)]
struct Written {
    /// The words and numbers of the date.
    date: Vec<String>,
    time: Option<NaiveTime>,
    zone: FixedOffset,
}

impl Written {
    fn split(text: &str) -> Option<Self> {
        let utc = FixedOffset::east_opt(0)?;
        let Some(colon) = text.find(':') else {
            return Some(Self { date: date_parts(text), time: None, zone: utc });
        };
        let before = text.get(..colon)?;
        let hour = before.trim_end_matches(|c: char| c.is_ascii_digit());
        let rest = text.get(hour.len()..)?;
        let is_clock = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | ',');
        let clock = rest.get(..rest.find(|c| !is_clock(c)).unwrap_or(rest.len()))?;
        let after = rest.get(clock.len()..)?;
        let mut date = date_parts(hour.trim_end_matches(['T', 't']));
        let mut zone = None;
        let mut half = None;
        // What a time of JavaScript adds: (Coordinated Universal Time).
        let after = after.split_once('(').map_or(after, |(after, _)| after);
        for word in after.split_whitespace() {
            let lower = word.trim_matches(',').to_ascii_lowercase();
            if let Some(found) = half_of_day(&lower) {
                half = Some(found);
            } else if is_year(&lower) {
                date.push(lower);
            } else {
                // One zone, said once or as `GMT +0100`.
                let further = offset(&lower)?;
                zone = Some(zone.map_or(further, |zone: i32| zone + further));
            }
        }
        let zone = FixedOffset::east_opt(zone.unwrap_or_default())?;
        let clock = clock.trim_end_matches([',', '.']);
        Some(Self { date, time: Some(time_of_day(clock, half)?), zone })
    }

    fn at(&self, day: NaiveDate) -> Option<DateTime<Utc>> {
        let time = NaiveDateTime::new(day, self.time.unwrap_or(NOON));
        Some(self.zone.from_local_datetime(&time).single()?.with_timezone(&Utc))
    }
}

/// The words and numbers of a date, without the day of the week and the `at` before a time.
fn date_parts(date: &str) -> Vec<String> {
    let parts = date.split(|c: char| c.is_whitespace() || matches!(c, '/' | '-' | '.' | ','));
    parts
        .map(str::to_ascii_lowercase)
        .filter(|part| !part.is_empty() && part != "at" && part != "of" && !is_weekday(part))
        .collect()
}

fn is_weekday(word: &str) -> bool {
    word.len() >= 3 && WEEKDAYS.iter().any(|day| day.starts_with(word))
}

fn is_year(word: &str) -> bool {
    word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether the word says that it is after noon, or before.
fn half_of_day(word: &str) -> Option<bool> {
    match word {
        "am" | "a.m." | "a.m" => Some(false),
        "pm" | "p.m." | "p.m" => Some(true),
        _ => None,
    }
}

/// Seconds of a zone: `+0100`, `-10:00`, `+01`, `utc+2`, `est`.
fn offset(word: &str) -> Option<i32> {
    if let Some((_, hours)) = ZONES.iter().find(|(name, _)| *name == word) {
        return Some(hours * 3600);
    }
    let word = ["utc", "gmt"].iter().find_map(|zone| word.strip_prefix(zone)).unwrap_or(word);
    let (sign, digits) = match word.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, word.strip_prefix(['-', '\u{2212}'])?),
    };
    let digits = digits.replace(':', "");
    if digits.is_empty() || digits.len() > 4 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i32 = digits.parse().ok()?;
    let (hours, minutes) =
        if digits.len() <= 2 { (number, 0) } else { (number / 100, number % 100) };
    (hours <= 14 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

fn time_of_day(clock: &str, is_after_noon: Option<bool>) -> Option<NaiveTime> {
    // Some write a comma before the fraction of a second.
    let clock = clock.replace(',', ".");
    let time = ["%H:%M:%S%.f", "%H:%M"]
        .iter()
        .find_map(|form| NaiveTime::parse_from_str(&clock, form).ok())?;
    let Some(is_after_noon) = is_after_noon else { return Some(time) };
    let (hour, _) = clock.split_once(':')?;
    let hour: u32 = hour.parse().ok().filter(|hour| (1..=12).contains(hour))?;
    chrono::Timelike::with_hour(&time, hour % 12 + if is_after_noon { 12 } else { 0 })
}

/// A part of a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Number {
    /// One or two digits.
    Plain(u32),
    Year(i32),
    Month(u32),
}

impl Number {
    fn parse(part: &str) -> Option<Self> {
        let is_month = |month: &&str| part.len() >= 3 && month.starts_with(part);
        if let Some(month) = MONTHS.iter().position(is_month) {
            return u32::try_from(month + 1).ok().map(Self::Month);
        }
        if part == "sept" {
            return Some(Self::Month(9));
        }
        let ordinal = ["st", "nd", "rd", "th"].iter().find_map(|end| part.strip_suffix(end));
        let digits = ordinal.unwrap_or(part);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        match digits.len() {
            1 | 2 => digits.parse().ok().map(Self::Plain),
            4 => digits.parse().ok().map(Self::Year),
            _ => None,
        }
    }
}

/// The year, and the day and the month in the order in which they stand, of a date in numbers.
fn numbers_in_order(text: &str) -> Option<(i32, [Number; 2])> {
    let written = Written::split(text.trim())?;
    let parts: Vec<Number> = written.date.iter().filter_map(|part| Number::parse(part)).collect();
    match parts.as_slice() {
        [first @ Number::Plain(_), second @ Number::Plain(_), year] if written.date.len() == 3 => {
            let year = match year {
                Number::Year(year) => *year,
                Number::Plain(year) => of_this_century(*year),
                Number::Month(_) => return None,
            };
            Some((year, [*first, *second]))
        }
        _ => None,
    }
}

fn of_this_century(year: u32) -> i32 {
    2000 + i32::try_from(year).unwrap_or_default()
}

fn day(parts: &[String], order: DateOrder) -> Result<NaiveDate, UnreadTime> {
    use Number::{Month, Plain, Year};
    let unknown = UnreadTime::Unknown;
    if let [one] = parts
        && one.len() == 8
    {
        return NaiveDate::parse_from_str(one, "%Y%m%d").map_err(|_| unknown);
    }
    let numbers: Option<Vec<Number>> = parts.iter().map(|part| Number::parse(part)).collect();
    let (year, month, day) = match *numbers.ok_or(unknown)?.as_slice() {
        [Year(year), Plain(month) | Month(month), Plain(day)]
        | [Plain(day), Month(month), Year(year)]
        | [Month(month), Plain(day), Year(year)] => (year, month, day),
        [Plain(day), Month(month), Plain(year)] | [Month(month), Plain(day), Plain(year)] => {
            (of_this_century(year), month, day)
        }
        [Plain(first), Plain(second), Year(year)] => {
            let (month, day) = in_order(first, second, order)?;
            (year, month, day)
        }
        [Plain(first), Plain(second), Plain(year)] => {
            let (month, day) = in_order(first, second, order)?;
            (of_this_century(year), month, day)
        }
        _ => return Err(unknown),
    };
    NaiveDate::from_ymd_opt(year, month, day).ok_or(unknown)
}

/// Month and day of two numbers, if it can be known which is which.
fn in_order(first: u32, second: u32, order: DateOrder) -> Result<(u32, u32), UnreadTime> {
    match order {
        _ if first == second => Ok((first, second)),
        _ if first > 12 => Ok((second, first)),
        _ if second > 12 => Ok((first, second)),
        DateOrder::DayFirst => Ok((second, first)),
        DateOrder::MonthFirst => Ok((first, second)),
        DateOrder::Unknown => Err(UnreadTime::Ambiguous),
    }
}

#[cfg(test)]
mod tests;
